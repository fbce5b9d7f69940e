"""Reading orders by the AI: which arms read the most urgent cases first, and what such an order must not give away.

An arm's `worklist_order` names by what: the score, or only whether the AI's operating point flags the case. The order
tells readers something of the AI from the first look at the worklist on, so an arm that does not show the AI's scores
in the first read has it only where the design says so (`told_before_ai`). docs/adr/0044-worklist-by-ai.md
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from annotations.domain.blinding import FIRST, BlindingNote, matrix
from annotations.domain.drawn_cases import DrawnCase
from annotations.domain.problems import Problem

BY_SCORE, BY_FLAG = "AI_SCORE", "AI_FLAG"
ORDER_WORDS = {
    BY_SCORE: "most urgent first, by the AI's score",
    BY_FLAG: "those that the AI flags at its operating point first",
}
# For each arm by AI how urgent each case is, by name: the greater, the sooner.
Priorities = Mapping[str, Mapping[str, float]]


def ordered_arms(design: Mapping[str, Any]) -> dict[str, str]:
    """Return by what the AI orders the worklists, for each arm in which it does."""
    return {arm["key"]: arm["worklist_order"]["by"] for arm in design["arms"] if "worklist_order" in arm}


def tells_before_ai(arm: Mapping[str, Any]) -> bool:
    """Say whether an order by the AI would tell what this arm does not show when a case is opened."""
    return not matrix(arm["ai_display"], arm["blinding"])["ai_scores"][FIRST]


def order_problems(design: Mapping[str, Any]) -> list[Problem]:
    """Return why the AI cannot order worklists in a design."""
    problems = [
        Problem(
            f"design.arms[{index}].worklist_order.told_before_ai",
            "not_blinded",
            f"Arm {arm['key']} does not show the AI's scores in the first read, and an order by the AI would tell of "
            "them. Leave the drawn order, or say in the protocol that readers may learn of the AI by the order.",
        )
        for index, arm in enumerate(design["arms"])
        if "worklist_order" in arm and tells_before_ai(arm) and not arm["worklist_order"]["told_before_ai"]
    ]
    if not ordered_arms(design):
        return []
    if design["kind"] == "CROSSOVER" and design["balance"] == "CASES":
        detail = "Each session mixes the arms, so it has no order of one arm. Balance by readers, or draw the order."
        problems.append(Problem("design.balance", "mixed_order", detail))
    if design["repeats"]["count"]:
        detail = "A hidden repeat would stand beside its first showing in an order by the AI. Take no repeats."
        problems.append(Problem("design.repeats.count", "repeats_by_ai", detail))
    return problems


def order_notes(design: Mapping[str, Any]) -> list[BlindingNote]:
    """Return what a reviewer would ask about an order by the AI."""
    arms = [arm for arm in design["arms"] if "worklist_order" in arm]
    notes = [
        BlindingNote(
            arm["key"],
            "told_by_order",
            f"Arm {arm['key']}: the order of the worklist tells readers of the AI before the arm shows it.",
        )
        for arm in arms
        if tells_before_ai(arm)
    ]
    if arms and len(arms) < len(design["arms"]):
        detail = "The arms differ in the order of the worklist too, so their comparison is not that of the AI alone."
        notes.append(BlindingNote("", "orders_differ", detail))
    return notes


def order_sentences(design: Mapping[str, Any]) -> list[str]:
    """Say in the protocol how worklists are ordered; nothing where all orders are drawn."""
    return [
        f"Arm {arm['key']}: the worklist is in the AI's order, {ORDER_WORDS[arm['worklist_order']['by']]}; ties, and "
        "last the cases without a prediction, in the drawn order. It is fixed at the launch, and readers are told of it"
        + (", also while the AI itself is not shown." if tells_before_ai(arm) else ".")
        for arm in design["arms"]
        if "worklist_order" in arm
    ]


def in_ai_order(cases: Sequence[DrawnCase], priority: Mapping[str, float] | None) -> list[DrawnCase]:
    """Return the most urgent first; ties, and last those without a priority, keep the order in which they came."""
    if priority is None:
        return list(cases)
    return sorted(cases, key=lambda case: -priority.get(case.name, -math.inf))


def priority_of(by: str, score: float, operating_threshold: float) -> float:
    """Return how urgent a case is: its score, or 1 where it is flagged and else 0."""
    return score if by == BY_SCORE else float(score >= operating_threshold)
