"""By which rule a model version is watched: the reference, the steps, the charts and their limits."""

import dataclasses
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

# Fewer say too little about a deviation or a distribution.
LEAST_REFERENCE = 30
MOST_CASES = 100_000
LEAST_IN_A_STEP = 5
# Of a reference period. No prediction is older, and a calendar ends.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


class Chart(StrEnum):
    """What is followed."""

    SCORE_MEAN = "SCORE_MEAN"
    POSITIVE_SHARE = "POSITIVE_SHARE"
    SCORE_STABILITY = "SCORE_STABILITY"
    REFUSED_SHARE = "REFUSED_SHARE"
    SLICE_THICKNESS = "SLICE_THICKNESS"
    SLICE_COUNT = "SLICE_COUNT"
    SCANNER = "SCANNER"
    AGREEMENT = "AGREEMENT"


class ReferenceKind(StrEnum):
    """What later cases are compared with: the first so many, or all of a period."""

    FIRST = "FIRST"
    PERIOD = "PERIOD"


class StepKind(StrEnum):
    """What one point of a chart is of: a day, a week from Monday on, or so many cases; days are those of UTC."""

    DAY = "DAY"
    WEEK = "WEEK"
    CASES = "CASES"


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """How a model version is watched; the defaults are what the portal proposes.

    `reference_cases` belongs to FIRST, the two days to PERIOD, `step_cases` to CASES and `least_cases`, of which a
    step with fewer is not charted, to DAY and WEEK.
    """

    reference_kind: ReferenceKind = ReferenceKind.FIRST
    reference_cases: int = 200
    reference_from: date | None = None
    reference_to: date | None = None
    step_kind: StepKind = StepKind.WEEK
    step_cases: int = 50
    least_cases: int = 20
    charts: tuple[Chart, ...] = tuple(Chart)
    false_alarm: float = 0.0027
    ewma_weight: float = 0.2
    ewma_limit: float = 2.962

    @property
    def least(self) -> int:
        """How many cases a step needs to be charted."""
        return 1 if self.step_kind == StepKind.CASES else self.least_cases


NAMES = tuple(field.name for field in dataclasses.fields(Rule))


def rule_from(values: Mapping[str, Any]) -> Rule:
    """Make a rule of stored or posted values, whatever else is among them."""
    found = {name: values[name] for name in NAMES if name in values}
    found["charts"] = tuple(one for one in Chart if one in found.get("charts", tuple(Chart)))
    found["reference_kind"] = ReferenceKind(found.get("reference_kind", ReferenceKind.FIRST))
    found["step_kind"] = StepKind(found.get("step_kind", StepKind.WEEK))
    return Rule(**found)


# Least and greatest value of each number.
_RANGES: dict[str, tuple[float, float]] = {
    "reference_cases": (LEAST_REFERENCE, MOST_CASES),
    "step_cases": (LEAST_IN_A_STEP, MOST_CASES),
    "least_cases": (LEAST_IN_A_STEP, MOST_CASES),
    "false_alarm": (1e-6, 0.1),
    "ewma_weight": (0.01, 1),
    "ewma_limit": (1, 6),
}


class Fault(NamedTuple):
    """What is wrong with one field of a rule."""

    field: str
    code: str
    detail: str


def rule_faults(rule: Rule) -> list[Fault]:
    """Return everything that is wrong with a rule."""
    faults = [
        Fault(name, "out_of_range", f"Between {low:g} and {high:g}.")
        for name, (low, high) in _RANGES.items()
        if not low <= getattr(rule, name) <= high
    ]
    if not rule.charts:
        faults.append(Fault("charts", "required", "Choose one chart or more."))
    if rule.reference_kind == ReferenceKind.PERIOD:
        faults += _period_faults(rule)
    return faults


def _period_faults(rule: Rule) -> list[Fault]:
    lacking = [name for name in ("reference_from", "reference_to") if getattr(rule, name) is None]
    if lacking:
        return [Fault(name, "required", "A reference period has a first and a last day.") for name in lacking]
    days = {"reference_from": rule.reference_from, "reference_to": rule.reference_to}
    outside = [name for name, day in days.items() if day and not FIRST_DAY <= day <= LAST_DAY]
    if outside:
        return [Fault(name, "out_of_range", f"Between {FIRST_DAY} and {LAST_DAY}.") for name in outside]
    if rule.reference_from and rule.reference_to and rule.reference_to < rule.reference_from:
        return [Fault("reference_to", "before_start", "The last day lies before the first.")]
    return []
