"""A plan carried out: every endpoint's outcome, the correction of the primary ones, and what was shown."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from validation.plans.document import Plan
from validation.plans.job import Job
from validation.plans.methods import outcome_of
from validation.plans.outcome import EndpointOutcome, is_shown
from validation.plans.table import StudyTable
from validation.stats.multiplicity import adjust_p_values
from validation.stats.results import TestResult

Progress = Callable[[int, int, str], None]


def run_plan(
    plan: Plan, table: StudyTable, *, progress: Progress = lambda done, total, message: None
) -> list[dict[str, Any]]:
    """Compute the endpoints of a plan without errors, in its order; `progress(done, total, message)` before each."""
    outcomes: dict[str, EndpointOutcome] = {}
    for number, endpoint in enumerate(plan["endpoints"]):
        progress(number, len(plan["endpoints"]), endpoint["key"])
        outcomes[endpoint["key"]] = outcome_of(Job(plan, endpoint, table))
    adjusted = adjusted_p_values(plan, outcomes)
    answers = []
    for endpoint in plan["endpoints"]:
        outcome = outcomes[endpoint["key"]]
        p = adjusted.get(endpoint["key"], outcome.test.p if isinstance(outcome.test, TestResult) else None)
        answers.append(outcome.to_json(endpoint, adjusted.get(endpoint["key"]), is_shown(endpoint, outcome, p)))
    return answers


def adjusted_p_values(plan: Plan, outcomes: Mapping[str, EndpointOutcome]) -> dict[str, float]:
    """Correct the p values of the primary hypotheses together, by endpoint.

    A test that is undefined counts as one that shows nothing: it takes its share of the correction, and in a fixed
    sequence ends it. So does a difference to the wrong side, where the hypothesis is that of a greater figure.
    """
    primary = [one for one in plan["endpoints"] if one["role"] == "PRIMARY" and one["hypothesis"] != "ESTIMATE"]
    tests = {one["key"]: outcomes[one["key"]].test for one in primary}
    raw = {key: test.p if isinstance(test, TestResult) else 1.0 for key, test in tests.items()}
    if plan["multiplicity"] == "FIXED_SEQUENCE":
        # Whatever its p value: those of the wrong side are not shown by the smallest either.
        refuted = [one["key"] for one in primary if is_shown(one, outcomes[one["key"]], 0.0) is False]
        corrected = _in_sequence(raw, refuted)
    else:
        corrected = _CORRECTIONS[plan["multiplicity"]](raw)
    return {key: p for key, p in corrected.items() if isinstance(tests[key], TestResult)}


def _in_sequence(p_values: Mapping[str, float], refuted: Collection[str]) -> dict[str, float]:
    """The largest p value up to each: a hypothesis is shown only when all before it were, and none was refuted."""
    found, largest = {}, 0.0
    for key, p in p_values.items():
        found[key] = max(largest, p)
        largest = 1.0 if key in refuted else found[key]
    return found


_CORRECTIONS: dict[str, Callable[[Mapping[str, float]], dict[str, float]]] = {
    "NONE": dict,
    "HOLM": lambda p_values: adjust_p_values(p_values, method="holm"),
    "HOCHBERG": lambda p_values: adjust_p_values(p_values, method="hochberg"),
    "BONFERRONI": lambda p_values: {key: min(1.0, p * len(p_values)) for key, p in p_values.items()},
}
