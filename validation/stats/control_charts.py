"""Control charts: whether a figure that is followed over time has left its course.

Each chart compares a series with a target and a standard deviation that were fixed beforehand (phase II). How often a
chart gives a signal although nothing has changed is told by its average run length, computed with it.
"""

import dataclasses
import math
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from validation.stats.checks import BoolArray, FloatArray, InputError, rating_array, same_length
from validation.stats.results import JSONValue, Reason, Undefined, jsonable

Side = Literal["above", "below"]


@dataclasses.dataclass(frozen=True, slots=True)
class Signal:
    """A point outside the limits; `index` counts from 0."""

    index: int
    side: Side

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {"index": self.index, "side": self.side}


@dataclasses.dataclass(frozen=True, slots=True)
class ControlChart:
    """What is drawn, between which limits, and where it is outside.

    Attributes
    ----------
    kind : str
        Name of the chart.
    centre : float
        Where the series lies while nothing changes.
    values, low, high : tuple of float
        The plotted statistic and its limits, one for each point of the series. A two-sided CUSUM plots the larger of
        its sums, the lower one with a negative sign.
    signals : tuple of Signal
        Points outside the limits.
    average_run_length : float or Undefined
        Points until a false signal while nothing changes, for a series of independent normal values; a chart of
        proportions: one over the probability of its widest point.
    """

    kind: str
    centre: float
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    signals: tuple[Signal, ...]
    average_run_length: float | Undefined

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {
            "kind": self.kind,
            "centre": self.centre,
            "values": list(self.values),
            "low": list(self.low),
            "high": list(self.high),
            "signals": [one.to_json() for one in self.signals],
            "average_run_length": jsonable(self.average_run_length),
        }


def shewhart_chart(values: npt.ArrayLike, *, target: float, sd: float, limit: float = 3.0) -> ControlChart:
    """Chart single values: outside are those more than `limit` standard deviations from the target.

    Sees a large sudden change at once and a small one late (Shewhart 1931; Montgomery 2013, chapter 6).
    """
    series = _series(values, target=target, sd=sd)
    _positive(limit, "limit")
    half = np.full(len(series), limit * sd)
    run_length = run_length_of(_inverse(2 * float(stats.norm.sf(limit))))
    return make_chart("shewhart", target, series, target - half, target + half, run_length)


def proportion_chart(
    events: npt.ArrayLike, totals: npt.ArrayLike, *, expected: float, false_alarm: float = 0.0027
) -> ControlChart:
    """Chart shares of periods of different size, with the exact binomial probability of each.

    Parameters
    ----------
    events, totals : array_like of whole numbers
        For each period what was counted, and of how many. A period without any is refused.
    expected : float
        The share while nothing changes, strictly between 0 and 1.
    false_alarm : float
        Greatest probability of a signal of one period while nothing changes, half of it on each side; 0.0027 is that of
        three standard deviations of a normal distribution. Small periods cannot use it up: they signal more rarely.
    """
    counted, of = rating_array(events, "events"), rating_array(totals, "totals")
    same_length(events=counted, totals=of)
    if not 0 < expected < 1:
        raise InputError(f"the expected share is {expected}, not strictly between 0 and 1")
    if not 0 < false_alarm < 1:
        raise InputError(f"the probability of a false alarm is {false_alarm}, not strictly between 0 and 1")
    for row, (count, total) in enumerate(zip(counted, of, strict=True), start=1):
        if total < 1 or total % 1 or count % 1 or not 0 <= count <= total:
            raise InputError(f"{count:g} of {total:g} is no count of a period", row=row, column="events")
    if not len(of):
        raise InputError("the series is empty")
    lowest, highest = stats.binom.ppf(false_alarm / 2, of, expected), stats.binom.isf(false_alarm / 2, of, expected)
    alarm = np.asarray(stats.binom.cdf(lowest - 1, of, expected) + stats.binom.sf(highest, of, expected))
    worst = float(alarm.max())
    run_length = 1 / worst if worst > 0 else _never()
    return make_chart("proportion", expected, counted / of, lowest / of, highest / of, run_length)


def ewma_chart(
    values: npt.ArrayLike, *, target: float, sd: float, weight: float = 0.2, limit: float = 2.962
) -> ControlChart:
    """Chart the exponentially weighted moving average, which sees small lasting changes (Roberts 1959).

    `weight` is that of the newest value. With 0.2 and 2.962 there is a false signal in 500 points (Lucas and Saccucci,
    Technometrics 1990;32:1). Limits are exact for each point, so narrower at the start.
    """
    series = _series(values, target=target, sd=sd)
    _positive(limit, "limit")
    if not 0 < weight <= 1:
        raise InputError(f"the weight is {weight}, not above 0 and at most 1")
    smoothed, before = np.empty(len(series)), target
    for index, value in enumerate(series):
        before = smoothed[index] = weight * value + (1 - weight) * before
    steps = np.arange(1, len(series) + 1)
    half = limit * sd * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * steps)))
    return make_chart(
        "ewma", target, smoothed, target - half, target + half, ewma_run_length(weight=weight, limit=limit)
    )


def cusum_chart(
    values: npt.ArrayLike, *, target: float, sd: float, allowance: float = 0.5, decision: float = 5.0
) -> ControlChart:
    """Chart the tabular cumulative sum of both sides (Page 1954).

    `allowance` is half the change, in standard deviations, that should be found soon; a signal is a sum above
    `decision` standard deviations. 0.5 and 5 give a false signal in 465 points and find a change of one standard
    deviation after 10.4 (Montgomery 2013, table 9.3).
    """
    series = _series(values, target=target, sd=sd)
    _positive(decision, "decision")
    if not math.isfinite(allowance) or allowance < 0:
        raise InputError(f"the allowance is {allowance}, not 0 or more")
    above = below = 0.0
    plotted = np.empty(len(series))
    for index, value in enumerate((series - target) / sd):
        above, below = max(0.0, above + value - allowance), max(0.0, below - value - allowance)
        plotted[index] = above if above >= below else -below
    bound = np.full(len(series), decision)
    run_length = cusum_run_length(allowance=allowance, decision=decision)
    return make_chart("cusum", 0.0, plotted, -bound, bound, run_length)


@cache
def cusum_run_length(*, allowance: float, decision: float, shift: float = 0.0, states: int = 400) -> float | Undefined:
    """Points until a two-sided CUSUM signals when the mean is `shift` standard deviations off target.

    Each side as a Markov chain over `states` levels (Brook and Evans, Biometrika 1972;59:539); both together by
    1/ARL = 1/ARL+ + 1/ARL-.
    """
    width = 2 * decision / (2 * states - 1)
    levels = np.arange(states) * width
    rates = []
    for mean in (shift, -shift):
        edges = levels[None, :] - levels[:, None] + allowance - mean
        step = stats.norm.cdf(edges + width / 2) - stats.norm.cdf(edges - width / 2)
        step[:, 0] = stats.norm.cdf(-levels + width / 2 + allowance - mean)
        rates.append(1 / float(_lengths(step)[0]))
    return run_length_of(_inverse(sum(rates)))


@cache
def ewma_run_length(*, weight: float, limit: float, shift: float = 0.0, states: int = 401) -> float | Undefined:
    """Points until an EWMA with limits of the steady state signals when the mean is `shift` deviations off target.

    By the same chain over the range between the limits (Lucas and Saccucci 1990).
    """
    bound = limit * math.sqrt(weight / (2 - weight))
    width = 2 * bound / states
    middle = -bound + (np.arange(states) + 0.5) * width
    reached = (middle[None, :] - (1 - weight) * middle[:, None]) / weight - shift
    half = width / 2 / weight
    step = stats.norm.cdf(reached + half) - stats.norm.cdf(reached - half)
    return run_length_of(float(_lengths(step)[states // 2]))


def population_stability(reference: npt.ArrayLike, current: npt.ArrayLike, *, bins: int = 10) -> float | Undefined:
    """Compute the population stability index between two samples of scores, over quantiles of the first.

    Sum of (p - q) ln(p / q) over bins: the symmetric Kullback-Leibler divergence (Jeffreys 1946). Half a case is added
    to every bin, so that an empty one is no infinite change. By custom below 0.1 is no change and above 0.25 a large
    one; it grows with chance in small samples, and has no interval.
    """
    before, after = rating_array(reference, "reference"), rating_array(current, "current")
    if bins < 2:
        raise InputError(f"{bins} bins cannot be compared; take 2 or more")
    if not len(before) or not len(after):
        return Undefined(Reason.NO_CASES, "One of the samples is empty.", len(before) + len(after))
    edges = np.unique(np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1]))
    counts = [
        np.bincount(np.searchsorted(edges, one, side="right"), minlength=len(edges) + 1) for one in (before, after)
    ]
    return stability_index(counts[0].astype(np.float64), counts[1].astype(np.float64))


def stability_index(before: FloatArray, after: FloatArray) -> float:
    """Compute the population stability index of two samples that were counted in the same bins."""
    p, q = ((count + 0.5) / (count.sum() + 0.5 * len(count)) for count in (before, after))
    return float(np.sum((p - q) * np.log(p / q)))


def _series(values: npt.ArrayLike, *, target: float, sd: float) -> FloatArray:
    series = rating_array(values, "values")
    if not len(series):
        raise InputError("the series is empty")
    if not math.isfinite(target):
        raise InputError(f"the target is {target}, not a number")
    _positive(sd, "standard deviation")
    return series


def _positive(value: float, name: str) -> None:
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"the {name} is {value}, not above 0")


def make_chart(
    kind: str, centre: float, values: FloatArray, low: FloatArray, high: FloatArray, run_length: float | Undefined
) -> ControlChart:
    """Put a chart together, with the points outside its limits as signals."""
    sides: list[tuple[BoolArray, Side]] = [(values > high, "above"), (values < low, "below")]
    signals = sorted((int(index), side) for outside, side in sides for index in np.flatnonzero(outside))
    return ControlChart(
        kind=kind,
        centre=centre,
        values=tuple(float(one) for one in values),
        low=tuple(float(one) for one in low),
        high=tuple(float(one) for one in high),
        signals=tuple(Signal(index, side) for index, side in signals),
        average_run_length=run_length,
    )


def _lengths(step: FloatArray) -> FloatArray:
    """Steps until a chain leaves its levels, from each of them; infinite where it never does."""
    try:
        return np.asarray(np.linalg.solve(np.eye(len(step)) - step, np.ones(len(step))), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full(len(step), math.inf)


def _inverse(rate: float) -> float:
    return 1 / rate if rate > 0 else math.inf


def run_length_of(length: float) -> float | Undefined:
    """Return a run length; beyond what a chain can tell apart from never, a number would be made of rounding."""
    return float(length) if 0 < length < 1e12 else _never()


def _never() -> Undefined:
    return Undefined(Reason.ZERO_DENOMINATOR, "While nothing changes the chart never gives a signal.")
