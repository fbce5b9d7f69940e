"""Two binary decisions on the same cases: McNemar's tests and the difference of paired proportions."""

import dataclasses
import math
from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar

from validation.stats.binary import NO_NEGATIVES, NO_POSITIVES
from validation.stats.checks import binary_array, confidence_level, same_length
from validation.stats.normal import normal_quantile
from validation.stats.proportions import proportion
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

DifferenceMethod: TypeAlias = Literal["tango", "newcombe"]

_SEARCH_TOLERANCE = 1e-14


@dataclasses.dataclass(frozen=True, slots=True)
class PairedCounts:
    """Agreement of two decisions: `both` hit, only `a`, only `b`, `neither`."""

    both: int
    only_a: int
    only_b: int
    neither: int

    @property
    def n(self) -> int:
        """Number of pairs."""
        return self.both + self.only_a + self.only_b + self.neither


@dataclasses.dataclass(frozen=True, slots=True)
class PairedProportions:
    """Two proportions on the same cases, their difference a - b, and McNemar's tests of no difference."""

    counts: PairedCounts
    a: Outcome
    b: Outcome
    difference: Outcome
    tests: dict[str, TestOutcome]

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {
            "counts": jsonable(self.counts),
            "a": jsonable(self.a),
            "b": jsonable(self.b),
            "difference": jsonable(self.difference),
            "tests": jsonable(self.tests),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class PairedBinary:
    """Sensitivity and specificity of two decisions on the same cases."""

    sensitivity: PairedProportions
    specificity: PairedProportions

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"sensitivity", "specificity"}`."""
        return {"sensitivity": self.sensitivity.to_json(), "specificity": self.specificity.to_json()}

    def to_frame(self) -> pd.DataFrame:
        """Give the estimates, and the p value of McNemar's exact test with each difference."""
        rows: dict[str, Outcome] = {}
        for measure in ("sensitivity", "specificity"):
            paired: PairedProportions = getattr(self, measure)
            rows |= {
                f"{measure} a": paired.a,
                f"{measure} b": paired.b,
                f"{measure} a-b": paired.difference,
            }
        return estimates_frame(rows)


def paired_binary(
    truth: npt.ArrayLike,
    call_a: npt.ArrayLike,
    call_b: npt.ArrayLike,
    *,
    level: float = 0.95,
    method: DifferenceMethod = "tango",
) -> PairedBinary:
    """Compare two decisions on the same cases: sensitivity on the positives, specificity on the negatives.

    Parameters
    ----------
    truth, call_a, call_b : array_like of 0 and 1
        Reference standard and the two decisions, one entry per case.
    level : float
        Confidence level.
    method : {"tango", "newcombe"}
        Interval of the difference a - b.

    Returns
    -------
    PairedBinary

    Examples
    --------
    >>> paired = paired_binary([1, 1, 1, 0, 0], [1, 1, 1, 0, 0], [1, 0, 0, 0, 1])
    >>> paired.sensitivity.counts.only_a
    2
    """
    truth_array = binary_array(truth, "truth")
    a, b = binary_array(call_a, "call_a"), binary_array(call_b, "call_b")
    same_length(truth=truth_array, call_a=a, call_b=b)
    on_positives = _paired_counts(a[truth_array], b[truth_array])
    on_negatives = _paired_counts(~a[~truth_array], ~b[~truth_array])
    return PairedBinary(
        sensitivity=paired_proportions(on_positives, level=level, method=method, empty=NO_POSITIVES),
        specificity=paired_proportions(on_negatives, level=level, method=method, empty=NO_NEGATIVES),
    )


def paired_proportions(
    counts: PairedCounts,
    *,
    level: float = 0.95,
    method: DifferenceMethod = "tango",
    empty: Undefined | None = None,
) -> PairedProportions:
    """Compare two proportions measured on the same cases.

    Parameters
    ----------
    counts : PairedCounts
        The agreement table.
    level : float
        Confidence level.
    method : {"tango", "newcombe"}
        Interval of the difference.
    empty : Undefined, optional
        What to answer when there is no pair.

    Returns
    -------
    PairedProportions
        Tests `exact`, `mid-p`, `asymptotic`, `corrected`. With no discordant pair the exact tests have p = 1
        and the chi-square tests, which divide by the number of discordant pairs, are undefined.

    References
    ----------
    McNemar Q (1947) Psychometrika 12:153. Fagerland MW et al. (2013) BMC Med Res Methodol 13:91 (mid-p).
    Tango T (1998) Stat Med 17:891. Newcombe RG (1998) Stat Med 17:2635, method 10.
    """
    level = confidence_level(level)
    nothing = empty or Undefined(Reason.NO_COMMON_CASES, "The two decisions share no case.")
    if counts.n == 0:
        tests: dict[str, TestOutcome] = dict.fromkeys(("exact", "mid-p", "asymptotic", "corrected"), nothing)
        return PairedProportions(counts, nothing, nothing, nothing, tests)
    return PairedProportions(
        counts=counts,
        a=proportion(counts.both + counts.only_a, counts.n, level=level),
        b=proportion(counts.both + counts.only_b, counts.n, level=level),
        difference=_difference(counts, level, method),
        tests=_mcnemar_tests(counts),
    )


def _paired_counts(a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_]) -> PairedCounts:
    cells = np.bincount(2 * a.astype(np.int64) + b, minlength=4)
    return PairedCounts(both=int(cells[3]), only_a=int(cells[2]), only_b=int(cells[1]), neither=int(cells[0]))


def _mcnemar_tests(counts: PairedCounts) -> dict[str, TestOutcome]:
    table = [[counts.both, counts.only_a], [counts.only_b, counts.neither]]
    discordant = counts.only_a + counts.only_b
    fewer = min(counts.only_a, counts.only_b)
    exact = min(1.0, 2.0 * float(binom.cdf(fewer, discordant, 0.5)))
    tests: dict[str, TestOutcome] = {
        "exact": TestResult(float(fewer), None, exact, "McNemar exact binomial", counts.n),
        "mid-p": TestResult(float(fewer), None, _mid_p(counts), "McNemar mid-p", counts.n),
    }
    if not discordant:
        undefined = Undefined(Reason.ZERO_VARIANCE, "The two decisions agree on every case.", counts.n)
        return tests | {"asymptotic": undefined, "corrected": undefined}
    for name, corrected in (("asymptotic", False), ("corrected", True)):
        result = mcnemar(table, exact=False, correction=corrected)
        tests[name] = TestResult(
            float(result.statistic), 1.0, float(result.pvalue), f"McNemar chi-square, {name}", counts.n
        )
    return tests


def _mid_p(counts: PairedCounts) -> float:
    """Give the observed table half its weight; without a discordant pair there is nothing to halve."""
    discordant, fewer = counts.only_a + counts.only_b, min(counts.only_a, counts.only_b)
    if not discordant:
        return 1.0
    observed = float(binom.pmf(fewer, discordant, 0.5))
    if counts.only_a == counts.only_b:
        # Both tails hold the observed table.
        return 1.0 - observed / 2.0
    return 2.0 * float(binom.cdf(fewer, discordant, 0.5)) - observed


def _difference(counts: PairedCounts, level: float, method: DifferenceMethod) -> Estimate:
    value = (counts.only_a - counts.only_b) / counts.n
    z = normal_quantile(level)
    low, high = _tango_limits(counts, z) if method == "tango" else _newcombe_limits(counts, level)
    return Estimate(value, low, high, level, method, counts.n)


def _tango_limits(counts: PairedCounts, z: float) -> tuple[float, float]:
    """Invert the score test of a difference delta: all delta whose statistic lies within -z and z."""
    value = (counts.only_a - counts.only_b) / counts.n
    low = _root(lambda delta: tango_statistic(counts, delta) - z, -1.0, value)
    high = _root(lambda delta: tango_statistic(counts, delta) + z, value, 1.0)
    return low, high


def tango_statistic(counts: PairedCounts, delta: float) -> float:
    """Score statistic of the hypothesis that the difference a - b is `delta` (Tango 1998), standard normal."""
    n, b, c = counts.n, counts.only_a, counts.only_b
    # q is the maximum likelihood estimate of P(only b) under the difference delta: 2n q^2 + B q + C = 0.
    linear = -b - c + (2 * n - b + c) * delta
    constant = -c * delta * (1.0 - delta)
    q = (math.sqrt(max(0.0, linear**2 - 8.0 * n * constant)) - linear) / (4.0 * n)
    variance = n * (2.0 * q + delta * (1.0 - delta))
    distance = b - c - n * delta
    if variance <= 0.0:
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / math.sqrt(variance)


def _root(function: Callable[[float], float], start: float, end: float) -> float:
    """Find the crossing between `start` and `end`; an end that never crosses is itself the limit."""
    inner_start, inner_end = start + _SEARCH_TOLERANCE, end - _SEARCH_TOLERANCE
    if inner_start >= inner_end:
        return start
    at_start, at_end = function(inner_start), function(inner_end)
    if at_start * at_end > 0.0:
        return start if abs(at_start) < abs(at_end) else end
    clip = 1e6  # brentq needs finite values; the statistic is infinite where its variance vanishes
    return float(
        brentq(
            lambda delta: max(-clip, min(clip, function(delta))),
            inner_start,
            inner_end,
            xtol=_SEARCH_TOLERANCE,
        )
    )


def _newcombe_limits(counts: PairedCounts, level: float) -> tuple[float, float]:
    """Square and add the Wilson limits of both proportions, less their correlation phi (method 10)."""
    first = _wilson(counts.both + counts.only_a, counts.n, level)
    second = _wilson(counts.both + counts.only_b, counts.n, level)
    phi = _newcombe_phi(counts)
    value = first[0] - second[0]
    below_a, above_a = first[0] - first[1], first[2] - first[0]
    below_b, above_b = second[0] - second[1], second[2] - second[0]
    low = value - math.sqrt(max(0.0, below_a**2 - 2.0 * phi * below_a * above_b + above_b**2))
    high = value + math.sqrt(max(0.0, above_a**2 - 2.0 * phi * above_a * below_b + below_b**2))
    return max(-1.0, low), min(1.0, high)


def _newcombe_phi(counts: PairedCounts) -> float:
    a, b, c, d = counts.both, counts.only_a, counts.only_b, counts.neither
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if margins == 0:
        return 0.0
    product = float(a * d - b * c)
    # Newcombe's continuity correction of the numerator, only where the correlation is positive.
    numerator = max(product - counts.n / 2.0, 0.0) if product > 0 else product
    return numerator / math.sqrt(margins)


def _wilson(count: int, n: int, level: float) -> tuple[float, float, float]:
    estimate = proportion(count, n, level=level)
    if isinstance(estimate, Undefined) or estimate.low is None or estimate.high is None:
        raise AssertionError("a proportion of at least one case has a Wilson interval")
    return estimate.value, estimate.low, estimate.high
