"""What the reader did with each finding of the AI: accepted, adjusted or rejected. Pure rules over JSON values."""

from typing import Any, NamedTuple

from annotations.domain.problems import Problem

REJECTED = "REJECTED"


class ShownAi(NamedTuple):
    """The prediction that the protocol shows the reader now, and the ids of its findings."""

    prediction_id: str
    finding_ids: tuple[str, ...]


def decision_problems(payload: dict[str, Any], shown: ShownAi | None) -> list[Problem]:
    """Return what is wrong with the decisions of a well-formed payload; without a shown AI there can be none."""
    decisions = payload["ai_decisions"]
    if decisions and shown is None:
        return [Problem("ai_decisions", "ai_not_shown", "The AI is not shown, so nothing of it can be decided.")]
    own = {finding["id"] for finding in payload["findings"]}
    problems = []
    seen: set[str] = set()
    for index, decision in enumerate(decisions):
        problem = _problem_of(decision, shown, own, seen)
        if problem is not None:
            problems.append(Problem(f"ai_decisions[{index}]", *problem))
        seen.add(decision["ai_finding_id"])
    return problems


def _problem_of(
    decision: dict[str, Any], shown: ShownAi | None, own: set[str], seen: set[str]
) -> tuple[str, str] | None:
    if shown is None or decision["prediction_id"] != shown.prediction_id:
        return "unknown_prediction", "The decision is about another prediction than the one shown."
    if decision["ai_finding_id"] not in shown.finding_ids:
        return "unknown_ai_finding", "The prediction shown has no such finding."
    if decision["ai_finding_id"] in seen:
        return "repeated", "A finding of the AI is decided once; change the decision instead."
    if decision["decision"] == REJECTED:
        return ("no_copy", "A rejected finding has no copy.") if decision["finding_id"] is not None else None
    if decision["finding_id"] not in own:
        return "copy_missing", "An accepted or adjusted finding names the reader's own copy of it."
    return None


def undecided(payload: dict[str, Any], shown: ShownAi) -> list[Problem]:
    """Return the findings of the AI that a protocol with required decisions still waits for."""
    decided = {decision["ai_finding_id"] for decision in payload["ai_decisions"]}
    return [
        Problem(f"ai:{identifier}", "ai_undecided", "Accept, adjust or reject this finding of the AI.")
        for identifier in shown.finding_ids
        if identifier not in decided
    ]
