"""The chart of one series: its reference, its steps with their limits, and what is outside."""

import dataclasses
import statistics
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any

from validation.drift.rule import LEAST_REFERENCE, Chart, ReferenceKind, Rule
from validation.drift.steps import Step, split
from validation.stats.control_charts import ControlChart
from validation.stats.drift_charts import (
    MOST_CATEGORIES,
    category_bins,
    category_counts,
    ewma_of_means_chart,
    share_chart,
    stability_chart,
    value_counts,
    value_edges,
)
from validation.stats.results import Reason, Undefined, jsonable

TOO_FEW = "TOO_FEW"
BEFORE_REFERENCE = "BEFORE_REFERENCE"
# So many parts of a step are told by name.
MOST_PARTS = 12


@dataclasses.dataclass(frozen=True, slots=True)
class Series:
    """What is followed, sorted by time.

    Attributes
    ----------
    times : sequence of datetime
        When each row came, in UTC.
    values : sequence of float or str
        Scores, numbers of slices, 0 and 1, or names of a category.
    parts : sequence of str
        What a row counts as in the list of a step's parts, such as the reason of a refusal; empty: as nothing.
    units : sequence, optional
        Which independent unit each row belongs to, such as its case; None where each is one itself.
    left_out : mapping
        Why rows are not among these, and how many.
    """

    times: Sequence[datetime]
    values: Sequence[Any]
    parts: Sequence[str] = ()
    units: Sequence[Hashable] | None = None
    left_out: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def taken(self, rows: range) -> list[Any]:
        """Return the values of some rows."""
        return list(self.values[rows.start : rows.stop])

    def number_of_units(self, rows: range) -> int:
        """Return how many independent units some rows belong to."""
        return len(rows) if self.units is None else len(set(self.units[rows.start : rows.stop]))

    def counted_parts(self, rows: range) -> list[dict[str, Any]]:
        """Return the parts of some rows, the most frequent first."""
        counted = Counter(part for part in self.parts[rows.start : rows.stop] if part)
        ordered = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
        return [{"name": name, "n": n} for name, n in ordered[:MOST_PARTS]]


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    """One step of a chart. `value`, `low` and `high` are None, and `reason` says why, where it is not charted.

    `figure` is what the step itself shows: its mean, its share, its median; None for categories.
    """

    step: Step
    n: int
    units: int
    figure: float | None
    value: float | None
    low: float | None
    high: float | None
    side: str | None
    reason: str | None
    parts: list[dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """Give the fields as a JSON object; times stay times."""
        fields = {name: getattr(self, name) for name in ("n", "units", "figure", "value", "low", "high", "side")}
        step = {"key": self.step.key, "starts_at": self.step.starts_at, "ends_at": self.step.ends_at}
        return step | fields | {"reason": self.reason, "parts": self.parts}


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """A chart of a series; `undefined` says why there is none (yet)."""

    chart: Chart
    reference: dict[str, Any]
    undefined: Undefined | None
    centre: float | None
    average_run_length: float | Undefined | None
    points: list[Point]
    left_out: Mapping[str, int]

    def outside(self) -> list[Point]:
        """Return the points outside their limits."""
        return [point for point in self.points if point.side is not None]

    def to_json(self) -> dict[str, Any]:
        """Give the fields as a JSON object; times stay times."""
        length = self.average_run_length
        return {
            "chart": str(self.chart),
            "reference": self.reference,
            "undefined": self.undefined.to_json() if self.undefined else None,
            "centre": self.centre,
            "average_run_length": None if isinstance(length, Undefined) else jsonable(length),
            "points": [point.to_json() for point in self.points],
            "left_out": [{"reason": reason, "n": n} for reason, n in sorted(self.left_out.items())],
        }


def draw(chart: Chart, series: Series, rule: Rule, now: datetime) -> Drawn:
    """Draw a series by the rule of a watch, up to the last step that is complete at `now`."""
    found = split(series.times, rule, now)
    rows = found.reference
    units = series.number_of_units(rows)
    reference: dict[str, Any] = {
        "n": len(rows),
        "units": units,
        "starts_at": series.times[rows.start] if rows else None,
        "ends_at": series.times[rows.stop - 1] if rows else None,
        "figure": _figure(chart, series.taken(rows)),
        "is_complete": found.is_complete,
        "parts": series.counted_parts(rows),
    }
    left_out = {**series.left_out, **({BEFORE_REFERENCE: rows.start} if rows.start else {})}
    lacking = _lacking(found.is_complete, units, len(series.times), rule)
    charted = [one for one in found.steps if series.number_of_units(one.rows) >= rule.least]
    drawn = lacking or (_DRAW[chart](series, rows, charted, rule) if charted else None)
    if isinstance(drawn, Undefined):
        return Drawn(chart, reference, drawn, None, None, [], left_out)
    places = {step.key: place for place, step in enumerate(charted)}
    points = [_point(chart, series, step, drawn, places.get(step.key)) for step in found.steps]
    centre, length = (drawn.centre, drawn.average_run_length) if drawn else (None, None)
    return Drawn(chart, reference, None, centre, length, points, left_out)


def _lacking(is_complete: bool, units: int, n: int, rule: Rule) -> Undefined | None:
    if not n:
        return Undefined(Reason.NO_CASES, "There is nothing to chart yet.")
    if not is_complete:
        is_period = rule.reference_kind == ReferenceKind.PERIOD
        so_far = f"it ends with {rule.reference_to}" if is_period else f"{n} of {rule.reference_cases} so far"
        return Undefined(Reason.TOO_FEW_CASES, f"The reference is not complete: {so_far}.", n)
    if units < LEAST_REFERENCE:
        detail = f"The reference has {units} cases; {LEAST_REFERENCE} are needed."
        return Undefined(Reason.TOO_FEW_CASES, detail, units)
    return None


def _point(chart: Chart, series: Series, step: Step, drawn: ControlChart | None, place: int | None) -> Point:
    figure = _figure(chart, series.taken(step.rows))
    shared: dict[str, Any] = {
        "step": step,
        "n": len(step.rows),
        "units": series.number_of_units(step.rows),
        "figure": figure,
        "parts": series.counted_parts(step.rows),
    }
    if drawn is None or place is None:
        return Point(**shared, value=None, low=None, high=None, side=None, reason=TOO_FEW)
    sides = {signal.index: signal.side for signal in drawn.signals}
    limits: dict[str, Any] = {"value": drawn.values[place], "low": drawn.low[place], "high": drawn.high[place]}
    return Point(**shared, **limits, side=sides.get(place), reason=None)


def _figure(chart: Chart, values: Sequence[Any]) -> float | None:
    if not values or chart in (Chart.SCANNER, Chart.SLICE_THICKNESS):
        return None
    centre = statistics.median if chart in (Chart.SCORE_STABILITY, Chart.SLICE_COUNT) else statistics.fmean
    return float(centre(values))


def _means(series: Series, reference: range, steps: Sequence[Step], rule: Rule) -> ControlChart | Undefined:
    before = series.taken(reference)
    sd = statistics.stdev(before)
    if not sd > 0:
        return Undefined(Reason.ZERO_VARIANCE, "All scores of the reference are the same.", len(before))
    return ewma_of_means_chart(
        [statistics.fmean(series.taken(one.rows)) for one in steps],
        [len(one.rows) for one in steps],
        target=statistics.fmean(before),
        sd=sd,
        reference_size=len(before),
        weight=rule.ewma_weight,
        limit=rule.ewma_limit,
    )


def _shares(series: Series, reference: range, steps: Sequence[Step], rule: Rule) -> ControlChart:
    before, units = series.taken(reference), series.number_of_units(reference)
    return share_chart(
        [sum(series.taken(one.rows)) for one in steps],
        [len(one.rows) for one in steps],
        # Of so many independent units as the rows belong to.
        reference_events=round(statistics.fmean(before) * units),
        reference_total=units,
        units=[series.number_of_units(one.rows) for one in steps],
        false_alarm=rule.false_alarm,
    )


def _categories(series: Series, reference: range, steps: Sequence[Step], rule: Rule) -> ControlChart:
    before = [str(one) for one in series.taken(reference)]
    bins = category_bins(before)
    periods = [category_counts([str(one) for one in series.taken(step.rows)], bins) for step in steps]
    return stability_chart(category_counts(before, bins), periods, false_alarm=rule.false_alarm)


def _distribution(series: Series, reference: range, steps: Sequence[Step], rule: Rule) -> ControlChart:
    """Bins of like size; where there are few different values, each is a bin."""
    before = series.taken(reference)
    edges = value_edges(before)
    if len(set(before)) <= MOST_CATEGORIES or isinstance(edges, Undefined):
        return _categories(series, reference, steps, rule)
    periods = [value_counts(series.taken(step.rows), edges) for step in steps]
    return stability_chart(value_counts(before, edges), periods, false_alarm=rule.false_alarm)


_DRAW: dict[Chart, Callable[[Series, range, Sequence[Step], Rule], ControlChart | Undefined]] = {
    Chart.SCORE_MEAN: _means,
    Chart.POSITIVE_SHARE: _shares,
    Chart.SCORE_STABILITY: _distribution,
    Chart.REFUSED_SHARE: _shares,
    Chart.SLICE_THICKNESS: _categories,
    Chart.SLICE_COUNT: _distribution,
    Chart.SCANNER: _categories,
    Chart.AGREEMENT: _shares,
}
