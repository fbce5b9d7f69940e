"""Which cases are the reference, and which belong to which step after it."""

import dataclasses
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from validation.drift.rule import ReferenceKind, Rule, StepKind

# What is being stored at this moment may carry an earlier time: a step waits so long before it counts as complete.
SETTLING = timedelta(minutes=1)
_LENGTHS = {StepKind.DAY: timedelta(days=1), StepKind.WEEK: timedelta(days=7)}


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One point of a chart: from when to when, and which rows; `key` names it within a series."""

    key: str
    starts_at: datetime
    ends_at: datetime
    rows: range


@dataclasses.dataclass(frozen=True, slots=True)
class Split:
    """The rows of the reference, whether they are all there, and the complete steps after them."""

    reference: range
    is_complete: bool
    steps: list[Step]


def split(times: Sequence[datetime], rule: Rule, now: datetime) -> Split:
    """Divide rows, sorted by their times (UTC), by the rule; the step under way at `now` is left out."""
    settled = now - SETTLING
    known = bisect_left(times, settled)
    reference, is_complete = _reference(times[:known], rule, settled)
    if not is_complete:
        return Split(reference, False, [])
    if rule.step_kind == StepKind.CASES:
        return Split(reference, True, _steps_of_cases(times[:known], reference.stop, rule.step_cases))
    begins = _midnight_after(rule) or (times[reference.stop - 1] if reference.stop else settled)
    return Split(reference, True, _steps_of_days(times[:known], reference.stop, begins, rule.step_kind, settled))


def _reference(times: Sequence[datetime], rule: Rule, settled: datetime) -> tuple[range, bool]:
    after = _midnight_after(rule)
    if after is None:
        return range(min(len(times), rule.reference_cases)), len(times) >= rule.reference_cases
    first = datetime.combine(rule.reference_from, time(), UTC) if rule.reference_from else after
    return range(bisect_left(times, first), bisect_left(times, after)), settled >= after


def _midnight_after(rule: Rule) -> datetime | None:
    """The end of a reference that is a period."""
    if rule.reference_kind != ReferenceKind.PERIOD or rule.reference_to is None:
        return None
    return datetime.combine(rule.reference_to, time(), UTC) + timedelta(days=1)


def _steps_of_cases(times: Sequence[datetime], first: int, size: int) -> list[Step]:
    return [
        Step(f"row {start + 1}", times[start], times[start + size - 1], range(start, start + size))
        for start in range(first, len(times) - size + 1, size)
    ]


def _steps_of_days(
    times: Sequence[datetime], first: int, begins: datetime, kind: StepKind, settled: datetime
) -> list[Step]:
    """Also those in which nothing came: that is told, too."""
    starts_at = datetime.combine(begins.date(), time(), UTC)
    if kind == StepKind.WEEK:
        starts_at -= timedelta(days=starts_at.weekday())
    steps: list[Step] = []
    while starts_at + _LENGTHS[kind] <= settled:
        ends_at = starts_at + _LENGTHS[kind]
        last = bisect_left(times, ends_at, lo=first)
        steps.append(Step(starts_at.date().isoformat(), starts_at, ends_at, range(first, last)))
        starts_at, first = ends_at, last
    return steps
