"""Two decisions on the same cases: predictive values, likelihood ratios and ratios of fractions."""

import dataclasses
import math
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from validation.stats.binary import (
    NO_NEGATIVE_CALLS,
    NO_NEGATIVES,
    NO_POSITIVE_CALLS,
    NO_POSITIVES,
)
from validation.stats.checks import BoolArray, FloatArray, binary_array, confidence_level, same_length
from validation.stats.normal import normal_quantile, two_sided_p
from validation.stats.results import (
    Estimate,
    JSONValue,
    Outcome,
    Reason,
    TestOutcome,
    TestResult,
    Undefined,
    jsonable,
)

PredictiveValue: TypeAlias = Literal["ppv", "npv"]


@dataclasses.dataclass(frozen=True, slots=True)
class PairedRatio:
    """A ratio a / b of two quantities measured on the same cases, and the test that it is 1."""

    a: float | None
    b: float | None
    ratio: Outcome
    test: TestOutcome

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"a", "b", "ratio", "test"}`."""
        return {"a": self.a, "b": self.b, "ratio": jsonable(self.ratio), "test": jsonable(self.test)}


@dataclasses.dataclass(frozen=True, slots=True)
class PairedPredictiveValue:
    """Two predictive values on the same cases: ratio a / b and three tests of equality."""

    ratio: PairedRatio
    tests: dict[str, TestOutcome]

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"a", "b", "ratio", "tests"}`."""
        return {
            "a": self.ratio.a,
            "b": self.ratio.b,
            "ratio": jsonable(self.ratio.ratio),
            "tests": jsonable(self.tests),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class PairedCases:
    """Truth and two decisions of the same cases, checked."""

    truth: BoolArray
    a: BoolArray
    b: BoolArray
    level: float

    @property
    def n(self) -> int:
        """Number of cases."""
        return len(self.truth)


def paired_predictive_values(
    truth: npt.ArrayLike, call_a: npt.ArrayLike, call_b: npt.ArrayLike, *, level: float = 0.95
) -> dict[str, PairedPredictiveValue]:
    """Compare the predictive values of two decisions on the same cases.

    Parameters
    ----------
    truth, call_a, call_b : array_like of 0 and 1
        Reference standard and the two decisions.
    level : float
        Confidence level.

    Returns
    -------
    dict of PairedPredictiveValue
        Keys `ppv` and `npv`. Tests: `leisenring` (generalised score), `kosinski` (weighted generalised score),
        `moskowitz-pepe` (Wald test of the log ratio).

    References
    ----------
    Leisenring W, Alonzo T, Pepe MS (2000) Biometrics 56:345. Kosinski AS (2013) Stat Med 32:964.
    Moskowitz CS, Pepe MS (2006) Clin Trials 3:272.

    Examples
    --------
    >>> values = paired_predictive_values([1, 1, 1, 0, 0, 0], [1, 1, 0, 1, 0, 0], [1, 1, 1, 0, 0, 1])
    >>> round(values["ppv"].ratio.a, 3), round(values["ppv"].ratio.b, 3)
    (0.667, 0.75)
    """
    cases = _checked(truth, call_a, call_b, level)
    negated = PairedCases(~cases.truth, ~cases.a, ~cases.b, cases.level)
    return {
        "ppv": _predictive_value(cases, NO_POSITIVE_CALLS),
        "npv": _predictive_value(negated, NO_NEGATIVE_CALLS),
    }


def paired_likelihood_ratios(
    truth: npt.ArrayLike, call_a: npt.ArrayLike, call_b: npt.ArrayLike, *, level: float = 0.95
) -> dict[str, PairedRatio]:
    """Compare likelihood ratios of two decisions on the same cases, on the log scale.

    Parameters
    ----------
    truth, call_a, call_b : array_like of 0 and 1
        Reference standard and the two decisions.
    level : float
        Confidence level.

    Returns
    -------
    dict of PairedRatio
        Keys `lr_positive`, `lr_negative` (ratios of ratios), `sensitivity`, `specificity`,
        `false_positive_fraction` and `false_negative_fraction` (ratios of fractions).

    References
    ----------
    Gu W, Pepe MS (2009) Biostatistics 10:228 (equal to their regression estimate without covariates).
    Alonzo TA, Pepe MS, Moskowitz CS (2002) Stat Med 21:835.
    """
    cases = _checked(truth, call_a, call_b, level)
    positive, negative = cases.truth, ~cases.truth
    fractions = {
        "sensitivity": _fraction(cases.a[positive], cases.b[positive]),
        "false_negative_fraction": _fraction(~cases.a[positive], ~cases.b[positive]),
        "false_positive_fraction": _fraction(cases.a[negative], cases.b[negative]),
        "specificity": _fraction(~cases.a[negative], ~cases.b[negative]),
    }
    missing = _missing_class(cases)
    results = {name: _fraction_ratio(pair, cases, missing) for name, pair in fractions.items()}
    for name, above, below in (
        ("lr_positive", "sensitivity", "false_positive_fraction"),
        ("lr_negative", "false_negative_fraction", "specificity"),
    ):
        results[name] = _ratio_of_ratios(fractions[above], fractions[below], cases, missing)
    return results


@dataclasses.dataclass(frozen=True, slots=True)
class _Fraction:
    """Two fractions of the same cases and the variance of the log of their ratio."""

    a: float
    b: float
    log_variance: float


def _fraction(a: BoolArray, b: BoolArray) -> _Fraction | None:
    """Give None where a fraction is 0 (or has no cases), so that its logarithm does not exist."""
    hits_a, hits_b = int(a.sum()), int(b.sum())
    if not hits_a or not hits_b:
        return None
    discordant = int((a ^ b).sum())
    return _Fraction(hits_a / len(a), hits_b / len(b), discordant / (hits_a * hits_b))


def _fraction_ratio(pair: _Fraction | None, cases: PairedCases, missing: Undefined | None) -> PairedRatio:
    if missing is not None or pair is None:
        undefined = missing or _zero_fraction(cases.n)
        return PairedRatio(None, None, undefined, undefined)
    return _log_ratio(pair.a, pair.b, pair.log_variance, cases, "log ratio")


def _ratio_of_ratios(
    above: _Fraction | None, below: _Fraction | None, cases: PairedCases, missing: Undefined | None
) -> PairedRatio:
    if missing is not None or above is None or below is None:
        undefined = missing or _zero_fraction(cases.n)
        return PairedRatio(None, None, undefined, undefined)
    variance = above.log_variance + below.log_variance
    return _log_ratio(above.a / below.a, above.b / below.b, variance, cases, "Gu-Pepe log ratio")


def _zero_fraction(n: int) -> Undefined:
    return Undefined(Reason.ZERO_DENOMINATOR, "One of the fractions is 0, so a ratio has no logarithm.", n)


def _missing_class(cases: PairedCases) -> Undefined | None:
    if not cases.truth.any():
        return dataclasses.replace(NO_POSITIVES, n=cases.n)
    if cases.truth.all():
        return dataclasses.replace(NO_NEGATIVES, n=cases.n)
    return None


def _log_ratio(a: float, b: float, variance: float, cases: PairedCases, method: str) -> PairedRatio:
    if variance == 0.0:
        undefined = Undefined(Reason.ZERO_VARIANCE, "The ratio has no variance: the decisions agree.", cases.n)
        note = f"No interval. {undefined.detail}"
        ratio = Estimate(a / b, None, None, cases.level, method, cases.n, note)
        return PairedRatio(a, b, ratio, undefined)
    error = math.sqrt(variance)
    factor = math.exp(normal_quantile(cases.level) * error)
    z = math.log(a / b) / error
    return PairedRatio(
        a,
        b,
        Estimate(a / b, a / b / factor, a / b * factor, cases.level, method, cases.n),
        TestResult(z, None, two_sided_p(z), f"{method}, normal", cases.n),
    )


def _predictive_value(cases: PairedCases, no_calls: Undefined) -> PairedPredictiveValue:
    names = ("leisenring", "kosinski", "moskowitz-pepe")
    if not cases.a.any() or not cases.b.any():
        empty = dataclasses.replace(no_calls, n=cases.n)
        return PairedPredictiveValue(PairedRatio(None, None, empty, empty), dict.fromkeys(names, empty))
    ratio = _predictive_ratio(cases)
    tests = {"leisenring": _leisenring(cases), "kosinski": _kosinski(cases), "moskowitz-pepe": ratio.test}
    return PairedPredictiveValue(ratio, tests)


def _predictive_ratio(cases: PairedCases) -> PairedRatio:
    """Compare PV_a / PV_b with the variance from the influence of each case on the log ratio."""
    value_a, value_b = float(cases.truth[cases.a].mean()), float(cases.truth[cases.b].mean())
    if value_a == 0.0 or value_b == 0.0:
        undefined = Undefined(Reason.ZERO_DENOMINATOR, "A predictive value is 0: no ratio.", cases.n)
        return PairedRatio(value_a, value_b, undefined, undefined)
    influence = _influence(cases.truth, cases.a, value_a) - _influence(cases.truth, cases.b, value_b)
    return _log_ratio(value_a, value_b, float((influence**2).sum()), cases, "Moskowitz-Pepe log ratio")


def _influence(truth: BoolArray, call: BoolArray, value: float) -> FloatArray:
    influence: FloatArray = np.where(call, truth - value, 0.0) / (value * call.sum())
    return influence


def _leisenring(cases: PairedCases) -> TestOutcome:
    """Score test of the marginal model with robust variance; each positive call is one observation."""
    calls = cases.a.astype(np.float64) + cases.b
    share_b = cases.b.sum() / calls.sum()
    pooled = (calls * cases.truth).sum() / calls.sum()
    # Sum over the calls of a case of (which decision - its share).
    centred = cases.b - calls * share_b
    score = (cases.truth * centred).sum()
    variance = (((cases.truth - pooled) * centred) ** 2).sum()
    return _chi_square(float(score**2), float(variance), "Leisenring generalised score", cases.n)


def _kosinski(cases: PairedCases) -> TestOutcome:
    hits_a, hits_b = cases.truth[cases.a], cases.truth[cases.b]
    n_a, n_b = len(hits_a), len(hits_b)
    pooled = (hits_a.sum() + hits_b.sum()) / (n_a + n_b)
    both = cases.truth[cases.a & cases.b]
    shared = (both.sum() * (1.0 - pooled) ** 2 + (~both).sum() * pooled**2) / (n_a + n_b)
    variance = (pooled * (1.0 - pooled) - 2.0 * shared) * (1.0 / n_a + 1.0 / n_b)
    difference = hits_a.mean() - hits_b.mean()
    return _chi_square(float(difference**2), float(variance), "Kosinski weighted generalised score", cases.n)


def _chi_square(square: float, variance: float, method: str, n: int) -> TestOutcome:
    # Relative to the square: rounding leaves a variance of 1e-17 where the decisions agree exactly.
    if variance <= 1e-14 * max(square, 1.0):
        return Undefined(Reason.ZERO_VARIANCE, "The difference has no variance: the decisions agree.", n)
    statistic = square / variance
    return TestResult(statistic, 1.0, float(chi2.sf(statistic, 1)), method, n)


def _checked(truth: npt.ArrayLike, call_a: npt.ArrayLike, call_b: npt.ArrayLike, level: float) -> PairedCases:
    truth_array = binary_array(truth, "truth")
    a, b = binary_array(call_a, "call_a"), binary_array(call_b, "call_b")
    same_length(truth=truth_array, call_a=a, call_b=b)
    return PairedCases(truth_array, a, b, confidence_level(level))
