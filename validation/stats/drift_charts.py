"""Control charts whose course was not given but measured in a reference: of means, of shares, of distributions.

The charts of `control_charts` take target and deviation as known. Here they come from so many reference cases, which
were drawn by chance too; the limits are wider by what that adds, so that a small reference gives no more false signals.
"""

import math
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import stats

from validation.stats.checks import FloatArray, InputError, rating_array, same_length
from validation.stats.control_charts import ControlChart, ewma_run_length, make_chart, run_length_of, stability_index
from validation.stats.results import Reason, Undefined

# Siddiqi, Credit Risk Scorecards (2006), chapter 8: below 0.1 no change, up to 0.25 some, from there on a large one.
SOME_CHANGE, LARGE_CHANGE = 0.1, 0.25
MOST_CATEGORIES = 9
OTHER = "other"
FALSE_ALARM = 0.0027


def ewma_of_means_chart(
    means: npt.ArrayLike,
    sizes: npt.ArrayLike,
    *,
    target: float,
    sd: float,
    reference_size: int | None = None,
    weight: float = 0.2,
    limit: float = 2.962,
) -> ControlChart:
    """Chart the exponentially weighted moving average of means of periods of different size.

    Parameters
    ----------
    means, sizes : array_like
        Of each period the mean and of how many cases it is.
    target, sd : float
        Mean and standard deviation of single cases while nothing changes.
    reference_size : int, optional
        Number of cases that `target` was estimated from; None where it is known.
    weight, limit : float
        As of `ewma_chart`.

    Notes
    -----
    The variance of the average after i periods is sd²(Σ w²(1-w)^(2(i-j))/nⱼ + (1-(1-w)ⁱ)²/m), m being the
    `reference_size`: with equal sizes and m without end that of `ewma_chart`, whose run length is given.
    """
    values, of = rating_array(means, "means"), rating_array(sizes, "sizes")
    same_length(means=values, sizes=of)
    _require_periods(of, "sizes")
    if not math.isfinite(target):
        raise InputError(f"the target is {target}, not a number")
    if not (math.isfinite(sd) and sd > 0):
        raise InputError(f"the standard deviation is {sd}, not above 0")
    if not 0 < weight <= 1:
        raise InputError(f"the weight is {weight}, not above 0 and at most 1")
    if not (math.isfinite(limit) and limit > 0):
        raise InputError(f"the limit is {limit}, not above 0")
    if reference_size is not None and reference_size < 1:
        raise InputError(f"a target was not estimated from {reference_size} cases")
    of_target = 0.0 if reference_size is None else 1 / reference_size
    smoothed, half = np.empty(len(values)), np.empty(len(values))
    before, scatter, share = target, 0.0, 0.0
    for index, (value, size) in enumerate(zip(values, of, strict=True)):
        before = smoothed[index] = weight * value + (1 - weight) * before
        scatter = (1 - weight) ** 2 * scatter + weight**2 / size
        share = (1 - weight) * share + weight
        half[index] = limit * sd * math.sqrt(scatter + share**2 * of_target)
    length = ewma_run_length(weight=weight, limit=limit)
    return make_chart("ewma", target, smoothed, target - half, target + half, length)


def share_chart(
    events: npt.ArrayLike,
    totals: npt.ArrayLike,
    *,
    reference_events: int,
    reference_total: int,
    units: npt.ArrayLike | None = None,
    false_alarm: float = FALSE_ALARM,
) -> ControlChart:
    """Chart shares of periods against the share of a reference, whose chance is counted in.

    Parameters
    ----------
    events, totals : array_like of whole numbers
        For each period what was counted, and of how many. A period without any is refused.
    reference_events, reference_total : int
        The same of the reference.
    units : array_like of whole numbers, optional
        Of each period how many independent units the counted ones belong to, such as cases that several readers read;
        None where each stands for itself. The limits are those of so many.
    false_alarm : float
        Greatest probability of a signal of one period while nothing changes, half of it on each side.

    Notes
    -----
    Limits are quantiles of what a period shows when the reference is known (predictive beta-binomial distribution with
    the prior of Jeffreys); with a large reference those of `proportion_chart`.
    """
    counted, of = rating_array(events, "events"), rating_array(totals, "totals")
    independent = of if units is None else rating_array(units, "units")
    same_length(events=counted, totals=of, units=independent)
    _require_periods(of, "totals")
    _require_periods(independent, "units")
    if not 0 <= reference_events <= reference_total or reference_total < 1:
        raise InputError(f"{reference_events} of {reference_total} is no count of a reference")
    if not 0 < false_alarm < 1:
        raise InputError(f"the probability of a false alarm is {false_alarm}, not strictly between 0 and 1")
    for row, (count, total) in enumerate(zip(counted, of, strict=True), start=1):
        if count % 1 or not 0 <= count <= total:
            raise InputError(f"{count:g} of {total:g} is no count of a period", row=row, column="events")
    a, b = reference_events + 0.5, reference_total - reference_events + 0.5
    found = [_predicted(int(n), a, b, false_alarm) for n in independent]
    low, high, alarm = (np.array(column, dtype=np.float64) for column in zip(*found, strict=True))
    worst = float(alarm.max())
    length = run_length_of(1 / worst if worst > 0 else math.inf)
    return make_chart("proportion", a / (a + b), counted / of, low / independent, high / independent, length)


@cache
def _predicted(n: int, a: float, b: float, false_alarm: float) -> tuple[int, int, float]:
    """Least and greatest count inside the limits, and how probable the others are."""
    below = np.cumsum(stats.betabinom.pmf(np.arange(n + 1), n, a, b))
    low = int(np.searchsorted(below, false_alarm / 2, side="left"))
    high = int(np.searchsorted(below, 1 - false_alarm / 2, side="left"))
    low, high = min(low, n), min(high, n)
    return low, high, float((below[low - 1] if low else 0.0) + max(0.0, 1 - below[high]))


def stability_chart(
    reference: npt.ArrayLike, periods: Sequence[npt.ArrayLike], *, false_alarm: float = FALSE_ALARM
) -> ControlChart:
    """Chart the population stability index of periods against a reference, both counted in the same bins.

    Parameters
    ----------
    reference : array_like of whole numbers
        Cases of the reference in each bin, two bins or more.
    periods : sequence of array_like
        The same of each period.
    false_alarm : float
        Probability of exceeding what chance gives.

    Notes
    -----
    The upper limit of a period is 0.25, or where that is more the index that chance alone gives with probability
    `false_alarm`: (1/m + 1/n) times the quantile of chi-squared with one degree of freedom less than bins, m and n
    being the cases of both (Yurdakul and Naranjo, Journal of Risk Model Validation 2020;14:89). The run length is
    that of a chart that chance limits; where 0.25 does, false signals are rarer.
    """
    before = _counts(reference, "reference")
    if len(before) < 2:
        raise InputError(f"{len(before)} bins cannot be compared; take 2 or more")
    if not 0 < false_alarm < 1:
        raise InputError(f"the probability of a false alarm is {false_alarm}, not strictly between 0 and 1")
    if not len(periods):
        raise InputError("the series is empty")
    quantile = float(stats.chi2.isf(false_alarm, len(before) - 1))
    values, high = [], []
    for row, period in enumerate(periods, start=1):
        counts = _counts(period, "periods", row)
        if len(counts) != len(before):
            raise InputError(f"there are {len(counts)} bins, of the reference {len(before)}", row=row, column="periods")
        values.append(stability_index(before, counts))
        high.append(max(LARGE_CHANGE, quantile * (1 / before.sum() + 1 / counts.sum())))
    zero = np.zeros(len(values))
    return make_chart("stability", 0.0, np.array(values), zero, np.array(high), 1 / false_alarm)


def category_bins(reference: Sequence[str], *, most: int = MOST_CATEGORIES) -> tuple[str, ...]:
    """Name the bins of a category: the most frequent of the reference, and `other` for all that are not among them."""
    counted = Counter(reference)
    frequent = sorted(counted, key=lambda name: (-counted[name], name))[:most]
    return (*frequent, OTHER)


def category_counts(names: Sequence[str], bins: Sequence[str]) -> FloatArray:
    """Count the cases of each bin of `category_bins`."""
    places = {name: place for place, name in enumerate(bins[:-1])}
    found = [places.get(name, len(bins) - 1) for name in names]
    return np.bincount(found, minlength=len(bins)).astype(np.float64)


def value_edges(reference: npt.ArrayLike, *, bins: int = 10) -> FloatArray | Undefined:
    """Return the inner edges between bins that hold about as many cases of the reference each.

    A reference of one value has no edges: its bins are categories.
    """
    values = rating_array(reference, "reference")
    if not len(values):
        return Undefined(Reason.NO_CASES, "The reference is empty.")
    # Edges are values of the reference, above the least one: so each bin holds one of them.
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1], method="higher"))
    edges = edges[edges > values.min()]
    if not len(edges):
        return Undefined(Reason.ZERO_VARIANCE, "The reference has too few different values.", len(values))
    return edges


def value_counts(values: npt.ArrayLike, edges: FloatArray) -> FloatArray:
    """Count the values of each bin between edges; a value on an edge belongs to the bin above it."""
    found = np.searchsorted(edges, rating_array(values, "values"), side="right")
    return np.bincount(found, minlength=len(edges) + 1).astype(np.float64)


def _counts(values: npt.ArrayLike, column: str, row: int | None = None) -> FloatArray:
    counts = rating_array(values, column)
    if not len(counts) or counts.sum() < 1 or (counts < 0).any() or (counts % 1).any():
        raise InputError("these are no counts of cases, or there are none", row=row, column=column)
    return counts


def _require_periods(sizes: FloatArray, column: str) -> None:
    if not len(sizes):
        raise InputError("the series is empty")
    for row, size in enumerate(sizes, start=1):
        if size < 1 or size % 1:
            raise InputError(f"{size:g} is no number of cases of a period", row=row, column=column)
