"""Bootstrap intervals and tests for anything read off ROC curves."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from validation.stats.checks import (
    BoolArray,
    FloatArray,
    InputError,
    binary_array,
    confidence_level,
    rating_array,
    same_length,
)
from validation.stats.normal import two_sided_p
from validation.stats.resampling import Stratum, classes, clusters, weight_blocks
from validation.stats.results import Estimate, Outcome, Reason, TestOutcome, TestResult, Undefined
from validation.stats.roc import missing_class
from validation.stats.roc_metrics import CurveMetric, area, sensitivity_at
from validation.stats.roc_weighted import WeightedCurves


@dataclasses.dataclass(frozen=True, slots=True)
class Resampling:
    """How cases are drawn again.

    Without `cluster`, positives and negatives are drawn apart (stratified); with it, whole clusters are drawn.
    """

    rng: np.random.Generator
    resamples: int = 2000
    cluster: npt.NDArray[np.generic] | None = None

    def __post_init__(self) -> None:
        """Refuse a number of resamples that cannot carry an interval."""
        if self.resamples < 100:
            raise InputError(f"a bootstrap interval needs at least 100 resamples, not {self.resamples}")

    @property
    def method(self) -> str:
        """Name for the record."""
        kind = "stratified" if self.cluster is None else "cluster"
        return f"{kind} bootstrap, percentile, {self.resamples} resamples"


@dataclasses.dataclass(frozen=True, slots=True)
class BootstrapComparison:
    """A metric of two ratings on the same cases, their difference a - b and its bootstrap test."""

    a: Outcome
    b: Outcome
    difference: Outcome
    test: TestOutcome


def metric_value(truth: npt.ArrayLike, rating: npt.ArrayLike, metric: CurveMetric) -> float | Undefined:
    """Read one metric off the empirical curve."""
    truth_array, ratings = _checked(truth, rating)
    missing = missing_class(truth_array)
    if missing is not None:
        return missing
    weights = np.ones((1, len(truth_array)))
    value = float(metric(*WeightedCurves(truth_array, ratings).curves(weights))[0])
    return value if math.isfinite(value) else _not_defined(len(truth_array))


def bootstrap_metric(
    truth: npt.ArrayLike,
    rating: npt.ArrayLike,
    metric: CurveMetric,
    resampling: Resampling,
    *,
    level: float = 0.95,
) -> Outcome:
    """Estimate a metric of the ROC curve with its bootstrap percentile interval.

    Parameters
    ----------
    truth : array_like of 0 and 1
        Reference standard.
    rating : array_like of float
        Higher means more suspicious.
    metric : CurveMetric
        From `validation.stats.roc_metrics`.
    resampling : Resampling
        Generator, number of resamples and clusters.
    level : float
        Confidence level.

    Returns
    -------
    Estimate or Undefined
        Resamples in which the metric is not defined (a class is missing, or the area lies below the diagonal) are
        left out and counted in `note`.

    References
    ----------
    Carpenter J, Bithell J (2000) Stat Med 19:1141. Robin X et al. (2011) BMC Bioinformatics 12:77 (stratified).
    """
    truth_array, ratings = _checked(truth, rating)
    level = confidence_level(level)
    value = metric_value(truth_array, ratings, metric)
    if isinstance(value, Undefined):
        return value
    draws = _draws(truth_array, [WeightedCurves(truth_array, ratings)], metric, resampling)[0]
    return _percentiles(value, draws, len(truth_array), level, resampling)


def bootstrap_band(
    truth: npt.ArrayLike,
    rating: npt.ArrayLike,
    specificities: Sequence[float],
    resampling: Resampling,
    *,
    level: float = 0.95,
) -> tuple[Outcome, ...]:
    """Estimate the sensitivity at several specificities with pointwise intervals: the band of an ROC curve.

    Parameters
    ----------
    truth : array_like of 0 and 1
        Reference standard.
    rating : array_like of float
        Higher means more suspicious.
    specificities : sequence of float
        In [0, 1]; the curve is linear between operating points.
    resampling : Resampling
        Generator, number of resamples and clusters. All points see the same resamples.
    level : float
        Confidence level of each point by itself, not of the band as a whole.

    Returns
    -------
    tuple of Estimate or Undefined
        One for each specificity: what `bootstrap_metric` gives with `sensitivity_at`.

    References
    ----------
    Robin X et al. (2011) BMC Bioinformatics 12:77 (`ci.se`). Fawcett T (2006) Pattern Recognit Lett 27:861.
    """
    return bootstrap_metrics(truth, rating, [sensitivity_at(one) for one in specificities], resampling, level=level)


def bootstrap_metrics(
    truth: npt.ArrayLike,
    rating: npt.ArrayLike,
    metrics: Sequence[CurveMetric],
    resampling: Resampling,
    *,
    level: float = 0.95,
) -> tuple[Outcome, ...]:
    """Estimate several metrics of one curve, each as `bootstrap_metric` does, all on the same resamples.

    Parameters
    ----------
    truth : array_like of 0 and 1
        Reference standard.
    rating : array_like of float
        Higher means more suspicious.
    metrics : sequence of CurveMetric
        From `validation.stats.roc_metrics`.
    resampling : Resampling
        Generator, number of resamples and clusters.
    level : float
        Confidence level of each metric by itself.

    Returns
    -------
    tuple of Estimate or Undefined
        One for each metric; where any is undefined the undefined ones alone.
    """
    truth_array, ratings = _checked(truth, rating)
    level = confidence_level(level)
    values = [metric_value(truth_array, ratings, metric) for metric in metrics]
    curves = WeightedCurves(truth_array, ratings)
    if not values or any(isinstance(value, Undefined) for value in values):
        return tuple(value for value in values if isinstance(value, Undefined))

    def at_all(fpf: FloatArray, tpf: FloatArray) -> FloatArray:
        return np.column_stack([metric(fpf, tpf) for metric in metrics])

    draws = _draws(truth_array, [curves], at_all, resampling)[0]
    n = len(truth_array)
    return tuple(
        _percentiles(value, draws[:, column], n, level, resampling)
        for column, value in enumerate(values)
        if not isinstance(value, Undefined)
    )


def bootstrap_compare(
    truth: npt.ArrayLike,
    rating_a: npt.ArrayLike,
    rating_b: npt.ArrayLike,
    metric: CurveMetric,
    resampling: Resampling,
    *,
    level: float = 0.95,
) -> BootstrapComparison:
    """Compare a metric of two ratings of the same cases; both see the same resamples.

    Parameters
    ----------
    truth : array_like of 0 and 1
        Reference standard.
    rating_a, rating_b : array_like of float
        The two ratings.
    metric : CurveMetric
        From `validation.stats.roc_metrics`.
    resampling : Resampling
        Generator, number of resamples and clusters.
    level : float
        Confidence level.

    Returns
    -------
    BootstrapComparison
        The test divides the difference by its bootstrap standard deviation (normal), as pROC does.
    """
    truth_array, a = _checked(truth, rating_a)
    _, b = _checked(truth, rating_b)
    level = confidence_level(level)
    n = len(truth_array)
    values = [metric_value(truth_array, one, metric) for one in (a, b)]
    undefined = next((value for value in values if isinstance(value, Undefined)), None)
    if undefined is not None:
        return BootstrapComparison(undefined, undefined, undefined, undefined)
    first, second = (value for value in values if not isinstance(value, Undefined))
    curves = [WeightedCurves(truth_array, one) for one in (a, b)]
    draws = _draws(truth_array, curves, metric, resampling)
    difference = draws[0] - draws[1]
    return BootstrapComparison(
        a=_percentiles(first, draws[0], n, level, resampling),
        b=_percentiles(second, draws[1], n, level, resampling),
        difference=_percentiles(first - second, difference, n, level, resampling),
        test=_test(first - second, difference[np.isfinite(difference)], n, resampling),
    )


def _draws(
    truth: BoolArray, curves: list[WeightedCurves], metric: CurveMetric, resampling: Resampling
) -> list[FloatArray]:
    values: list[list[FloatArray]] = [[] for _ in curves]
    strata = _strata(truth, resampling.cluster)
    for weight in weight_blocks(strata, len(truth), resampling.resamples, resampling.rng):
        for collected, one in zip(values, curves, strict=True):
            collected.append(one.areas(weight) if metric is area else metric(*one.curves(weight)))
    return [np.concatenate(collected) for collected in values]


def _strata(truth: BoolArray, cluster: npt.NDArray[np.generic] | None) -> list[Stratum]:
    if cluster is None:
        return classes(truth)
    same_length(truth=truth, cluster=np.asarray(cluster))
    return clusters(np.asarray(cluster))


def _percentiles(value: float, draws: FloatArray, n: int, level: float, resampling: Resampling) -> Estimate:
    finite = draws[np.isfinite(draws)]
    left_out = len(draws) - len(finite)
    if len(finite) < len(draws) / 2:
        note = f"No interval: the metric is not defined in {left_out} of {len(draws)} resamples."
        return Estimate(value, None, None, level, resampling.method, n, note)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(finite, [tail, 1.0 - tail])
    said = f"The metric is not defined in {left_out} of {len(draws)} resamples, left out." if left_out else None
    return Estimate(value, float(low), float(high), level, resampling.method, n, said)


def _test(difference: float, draws: FloatArray, n: int, resampling: Resampling) -> TestOutcome:
    spread = float(draws.std(ddof=1)) if len(draws) > 1 else 0.0
    if spread == 0.0:
        return Undefined(Reason.ZERO_VARIANCE, "The difference does not vary between resamples.", n)
    z = difference / spread
    return TestResult(z, None, two_sided_p(z), f"{resampling.method}, normal", n)


def _not_defined(n: int) -> Undefined:
    return Undefined(Reason.BELOW_CHANCE, "The partial area lies below the diagonal, where McClish's scale ends.", n)


def _checked(truth: npt.ArrayLike, rating: npt.ArrayLike) -> tuple[BoolArray, FloatArray]:
    truth_array, ratings = binary_array(truth, "truth"), rating_array(rating, "rating")
    same_length(truth=truth_array, rating=ratings)
    return truth_array, ratings
