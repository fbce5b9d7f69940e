"""What the reader did with each finding of the AI: accepted, adjusted or rejected. Pure rules over JSON values."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from annotations.domain.problems import Problem

REJECTED = "REJECTED"


class ShownAi(NamedTuple):
    """A prediction that the protocol shows the reader now, and its findings as the reader sees them by their ids."""

    prediction_id: str
    findings: Mapping[str, str]


def decision_problems(payload: dict[str, Any], shown: Sequence[ShownAi]) -> list[Problem]:
    """Return what is wrong with the decisions of a well-formed payload; without a shown AI there can be none.

    Each current imaging study of a case may have a prediction; a model may use the same finding ids in several.
    """
    decisions = payload["ai_decisions"]
    if decisions and not shown:
        return [Problem("ai_decisions", "ai_not_shown", "The AI is not shown, so nothing of it can be decided.")]
    own = {finding["id"] for finding in payload["findings"]}
    problems = []
    finding_ids = {one.prediction_id: frozenset(one.findings) for one in shown}
    seen: set[tuple[str, str]] = set()
    for index, decision in enumerate(decisions):
        problem = _problem_of(decision, finding_ids, own, seen)
        if problem is not None:
            problems.append(Problem(f"ai_decisions[{index}]", *problem))
        seen.add(_decided_by(decision))
    return problems


def _decided_by(decision: dict[str, Any]) -> tuple[str, str]:
    return decision["prediction_id"], decision["ai_finding_id"]


def _problem_of(
    decision: dict[str, Any], finding_ids: Mapping[str, frozenset[str]], own: set[str], seen: set[tuple[str, str]]
) -> tuple[str, str] | None:
    if decision["prediction_id"] not in finding_ids:
        return "unknown_prediction", "The decision is about another prediction than the one shown."
    if decision["ai_finding_id"] not in finding_ids[decision["prediction_id"]]:
        return "unknown_ai_finding", "The prediction shown has no such finding."
    if _decided_by(decision) in seen:
        return "repeated", "A finding of the AI is decided once; change the decision instead."
    if decision["decision"] == REJECTED:
        return ("no_copy", "A rejected finding has no copy.") if decision["finding_id"] is not None else None
    if decision["finding_id"] not in own:
        return "copy_missing", "An accepted or adjusted finding names the reader's own copy of it."
    return None


def undecided(payload: dict[str, Any], shown: Sequence[ShownAi]) -> list[Problem]:
    """Return the findings of the AI that a protocol with required decisions still waits for."""
    decided = {_decided_by(decision) for decision in payload["ai_decisions"]}
    return [
        Problem(f"ai:{identifier}", "ai_undecided", f"Accept, adjust or reject the AI's finding “{name}”.")
        for one in shown
        for identifier, name in one.findings.items()
        if (one.prediction_id, identifier) not in decided
    ]
