"""One thing has one number: where an endpoint of the plan has answered what is described, its answer stands there."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from validation.plans.described_one import Described
from validation.plans.document import Endpoint, Subject
from validation.plans.table import ratings_for
from validation.stats.results import JSONValue

MEASURES = {"AUC": "auc", "SENSITIVITY": "sensitivity", "SPECIFICITY": "specificity"}

Answer = Mapping[str, Any]


class Answered:
    """What the endpoints of a plan have answered, by whom and what it is about.

    `answers` are those of `validation.plans.run.run_plan`. An answer without an interval is left out (of an AI among
    readers the interval is that of the difference), and so is one about other decisions than the described ones.
    """

    def __init__(self, described: Described, answers: Sequence[Answer]) -> None:
        self._described = described
        self._estimates: dict[tuple[str, str], dict[str, JSONValue]] = {}
        self._differences: dict[tuple[str, str], dict[str, JSONValue]] = {}
        asked = {one["key"]: one for one in described.plan["endpoints"]}
        for answer in sorted(answers, key=lambda one: one["role"] != "PRIMARY"):
            self._take(asked[answer["key"]], answer)

    def _take(self, endpoint: Endpoint, answer: Answer) -> None:
        if answer["figure"] not in MEASURES:
            return  # of marks: `described_marks`
        measure, key = MEASURES[answer["figure"]], answer["key"]
        sides = [one for one in (answer["of"], answer["against"]) if one is not None and "subject" in one]
        if not all(self._is_described(endpoint, one["subject"]) for one in sides):
            return
        for side in sides:
            if _has_interval(side["outcome"]):
                self._estimates.setdefault((side["subject"], measure), {**side["outcome"], "endpoint": key})
        if len(sides) > 1 and measure == "auc" and _has_interval(answer["difference"]):
            pair = (sides[0]["subject"], sides[1]["subject"])
            self._differences.setdefault(pair, {**answer["difference"], "endpoint": key})

    def _is_described(self, endpoint: Endpoint, key: str) -> bool:
        """Whether an endpoint looks at the numbers of a subject that the description shows."""
        if endpoint["figure"] == "AUC":
            return True
        subject = next(one for one in self._described.subjects if one["key"] == key)
        asked = ratings_for(self._described.table, endpoint, subject)
        return np.array_equal(asked, self._described.decisions[key].call, equal_nan=True)

    def estimate(self, subject: str, measure: str, described: JSONValue) -> JSONValue:
        """Give the answer to a measure (`auc`, `sensitivity`, `specificity`) of a subject, else what is described."""
        return self._estimates.get((subject, measure), described)

    def change_of_area(self, before: str, after: str, described: JSONValue) -> JSONValue:
        """Give the answer to the area of `after` minus that of `before`, else what is described."""
        found = self._differences.get((after, before))
        if found is not None:
            return found
        turned = self._differences.get((before, after))
        return described if turned is None else _negated(turned)

    def replaced(self, subject: Subject, estimates: dict[str, JSONValue]) -> dict[str, JSONValue]:
        """Give the estimates of a subject with one reader, or of an AI, with the answers in their places."""
        return {name: self.estimate(subject["key"], name, one) for name, one in estimates.items()}


def _has_interval(outcome: Any) -> bool:
    return isinstance(outcome, Mapping) and outcome.get("low") is not None


def _negated(outcome: Mapping[str, Any]) -> dict[str, JSONValue]:
    return {**outcome, "value": -outcome["value"], "low": -outcome["high"], "high": -outcome["low"]}
