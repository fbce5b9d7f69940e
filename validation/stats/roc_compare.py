"""Two ratings of the same cases: DeLong's paired test of their areas."""

import dataclasses
import math

import numpy.typing as npt
import pandas as pd

from validation.stats.checks import binary_array, confidence_level, rating_array, same_length
from validation.stats.normal import normal_quantile, two_sided_p
from validation.stats.results import (
    Estimate,
    JSONValue,
    Outcome,
    Reason,
    TestOutcome,
    TestResult,
    Undefined,
    estimates_frame,
    jsonable,
)
from validation.stats.roc import Placements, auc_from_placements, missing_class, placements


@dataclasses.dataclass(frozen=True, slots=True)
class RocComparison:
    """Two areas on the same cases, their difference a - b, and the test that it is zero."""

    a: Outcome
    b: Outcome
    difference: Outcome
    test: TestOutcome
    covariance: float | Undefined

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"a", "b", "difference", "tests": {"delong"}, "covariance"}`."""
        return {
            "a": jsonable(self.a),
            "b": jsonable(self.b),
            "difference": jsonable(self.difference),
            "tests": {"delong": jsonable(self.test)},
            "covariance": jsonable(self.covariance),
        }

    def to_frame(self) -> pd.DataFrame:
        """Give one row for each area and one for the difference."""
        return estimates_frame({"auc a": self.a, "auc b": self.b, "auc a-b": self.difference})


def compare_paired_auc(
    truth: npt.ArrayLike, rating_a: npt.ArrayLike, rating_b: npt.ArrayLike, *, level: float = 0.95
) -> RocComparison:
    """Compare the areas of two ratings of the same cases.

    Parameters
    ----------
    truth : array_like of 0 and 1
        Reference standard.
    rating_a, rating_b : array_like of float
        The two ratings; higher means more suspicious.
    level : float
        Confidence level.

    Returns
    -------
    RocComparison
        The test is undefined when the difference has no variance, as with ratings that order all cases alike.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988) Biometrics 44:837.

    Examples
    --------
    >>> comparison = compare_paired_auc([0, 0, 0, 1, 1, 1], [1, 2, 3, 2, 4, 5], [3, 1, 2, 1, 4, 2])
    >>> round(comparison.difference.value, 4)
    0.2778
    """
    truth_array = binary_array(truth, "truth")
    a, b = rating_array(rating_a, "rating_a"), rating_array(rating_b, "rating_b")
    n = same_length(truth=truth_array, rating_a=a, rating_b=b)
    level = confidence_level(level)
    missing = missing_class(truth_array)
    if missing is not None:
        return RocComparison(missing, missing, missing, missing, missing)
    first, second = placements(truth_array, a), placements(truth_array, b)
    difference, test = _test(first, second, level=level, n=n)
    return RocComparison(
        a=auc_from_placements(first, level=level),
        b=auc_from_placements(second, level=level),
        difference=difference,
        test=test,
        covariance=_covariance(first, second, n),
    )


def _test(first: Placements, second: Placements, *, level: float, n: int) -> tuple[Outcome, TestOutcome]:
    # The variance of the per-case differences equals var a + var b - 2 cov, but keeps an exact zero exact.
    on_positive, on_negative = first.positive - second.positive, first.negative - second.negative
    value = first.auc - second.auc
    if min(len(on_positive), len(on_negative)) < 2:
        undefined = Undefined(Reason.ZERO_VARIANCE, "DeLong's variance needs two positive and two negative cases.", n)
        return _without_interval(value, level, n, undefined), undefined
    variance = float(on_positive.var(ddof=1) / len(on_positive) + on_negative.var(ddof=1) / len(on_negative))
    if variance <= 0.0:
        undefined = Undefined(
            Reason.ZERO_VARIANCE, "The difference has no variance: both ratings order the cases alike.", n
        )
        return _without_interval(value, level, n, undefined), undefined
    error = math.sqrt(variance)
    half_width = normal_quantile(level) * error
    low, high = max(-1.0, value - half_width), min(1.0, value + half_width)
    z = value / error
    test = TestResult(z, None, two_sided_p(z), "DeLong paired, normal", n)
    return Estimate(value, low, high, level, "delong", n), test


def _without_interval(value: float, level: float, n: int, undefined: Undefined) -> Estimate:
    return Estimate(value, None, None, level, "delong", n, note=f"No interval. {undefined.detail}")


def _covariance(first: Placements, second: Placements, n: int) -> float | Undefined:
    m, k = len(first.positive), len(first.negative)
    if min(m, k) < 2:
        return Undefined(Reason.ZERO_VARIANCE, "DeLong's covariance needs two cases of each class.", n)
    on_positive = ((first.positive - first.auc) * (second.positive - second.auc)).sum() / (m - 1)
    on_negative = ((first.negative - first.auc) * (second.negative - second.auc)).sum() / (k - 1)
    return float(on_positive / m + on_negative / k)
