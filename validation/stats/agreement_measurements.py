"""Agreement of measurements: intraclass correlation, concordance, limits of agreement, repeatability."""

import dataclasses
import math
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, f, t

from validation.stats.checks import FloatArray, InputError, confidence_level
from validation.stats.normal import normal_quantile
from validation.stats.results import Estimate, JSONValue, Outcome, Reason, TestOutcome, TestResult, Undefined, jsonable

IccForm: TypeAlias = Literal["icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k"]
# Differences below this share of the measurements are rounding.
_ROUNDING = 1e-12
ICC_FORMS: tuple[IccForm, ...] = ("icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k")


@dataclasses.dataclass(frozen=True, slots=True)
class IntraclassCorrelation:
    """One form of the intraclass correlation and the F test that it is zero."""

    estimate: Outcome
    test: TestOutcome

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"estimate", "test"}`."""
        return {"estimate": jsonable(self.estimate), "test": jsonable(self.test)}


@dataclasses.dataclass(frozen=True, slots=True)
class LimitsOfAgreement:
    """Differences a - b: their mean (bias), standard deviation, and the limits that hold 95 % of them."""

    bias: Outcome
    sd: float
    lower: Outcome
    upper: Outcome
    slope: TestOutcome

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields; `slope` tests whether the difference changes with the mean."""
        return {field.name: jsonable(getattr(self, field.name)) for field in dataclasses.fields(self)}


@dataclasses.dataclass(frozen=True, slots=True)
class _MeanSquares:
    """Two-way mean squares of a complete table of subjects by raters."""

    subjects: int
    raters: int
    between: float
    within: float
    rater: float
    error: float


def intraclass_correlation(table: npt.ArrayLike, *, level: float = 0.95) -> dict[IccForm, IntraclassCorrelation]:
    """Estimate the six intraclass correlations of Shrout and Fleiss.

    Parameters
    ----------
    table : array_like
        One row per subject, one column per rater; rows with a NaN are left out.
    level : float
        Confidence level.

    Returns
    -------
    dict of IntraclassCorrelation
        `icc1` one-way, `icc2` two-way random (absolute agreement), `icc3` two-way mixed (consistency), of one rater;
        with `k` of the mean of all raters. Undefined with fewer than two subjects or raters, where nothing varies, and
        for the mean of raters where its variance is estimated at 0 or below. Without error (raters agree, or differ by
        constants) consistency is 1 without interval and test.

    References
    ----------
    Shrout PE, Fleiss JL (1979) Psychol Bull 86:420. McGraw KO, Wong SP (1996) Psychol Methods 1:30.
    """
    level = confidence_level(level)
    array = _complete(table)
    squares = _mean_squares(array)
    if isinstance(squares, Undefined):
        return dict.fromkeys(ICC_FORMS, IntraclassCorrelation(squares, squares))
    n, k = squares.subjects, squares.raters
    one_way = _f_based(squares, squares.within, n * (k - 1), level)
    consistency = _f_based(squares, squares.error, (n - 1) * (k - 1), level)
    single, mean = _agreement(squares, level, consistency[0].test)
    return {
        "icc1": one_way[0],
        "icc2": single,
        "icc3": consistency[0],
        "icc1k": one_way[1],
        "icc2k": mean,
        "icc3k": consistency[1],
    }


def concordance_correlation(first: npt.ArrayLike, second: npt.ArrayLike, *, level: float = 0.95) -> Outcome:
    """Estimate Lin's concordance correlation coefficient.

    Parameters
    ----------
    first, second : array_like of float
        Measurements of the same subjects; pairs with a NaN are left out.
    level : float
        Confidence level.

    Returns
    -------
    Estimate or Undefined
        Interval on Fisher's z scale. Undefined when nothing varies.

    References
    ----------
    Lin LI-K (1989) Biometrics 45:255, with the correction of (2000) Biometrics 56:324.
    """
    level = confidence_level(level)
    pairs = _pairs(first, second)
    n = len(pairs)
    if n < 3:
        return Undefined(Reason.TOO_FEW_CASES, "Concordance needs three pairs of measurements.", n)
    x, y = pairs[:, 0], pairs[:, 1]
    # Lin's moments divide by n.
    spread = float(x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    if spread == 0.0:
        return Undefined(Reason.ZERO_VARIANCE, "No measurement differs from another.", n)
    covariance = float(((x - x.mean()) * (y - y.mean())).mean())
    value = 2.0 * covariance / spread
    if x.var() == 0.0 or y.var() == 0.0 or covariance == 0.0 or abs(value) >= 1.0:
        note = "No interval: the measurements are constant, uncorrelated or identical."
        return Estimate(value, None, None, level, "Lin, Fisher z", n, note)
    r = covariance / math.sqrt(float(x.var() * y.var()))
    shift = (float(x.mean() - y.mean())) ** 2 / math.sqrt(float(x.var() * y.var()))
    variance = (
        (1.0 - r**2) * value**2 * (1.0 - value**2) / r**2
        + 2.0 * value**3 * (1.0 - value) * shift / r
        - value**4 * shift**2 / (2.0 * r**2)
    ) / (n - 2)
    half_width = normal_quantile(level) * math.sqrt(max(0.0, variance)) / (1.0 - value**2)
    centre = math.atanh(value)
    low, high = math.tanh(centre - half_width), math.tanh(centre + half_width)
    return Estimate(value, low, high, level, "Lin, Fisher z", n)


def limits_of_agreement(
    first: npt.ArrayLike, second: npt.ArrayLike, *, level: float = 0.95
) -> LimitsOfAgreement | Undefined:
    """Estimate the limits of agreement of two methods, mean difference -+ 1.96 standard deviations.

    Parameters
    ----------
    first, second : array_like of float
        Measurements of the same subjects; pairs with a NaN are left out.
    level : float
        Confidence level of the bias and of each limit; the limits themselves always hold 95 %.

    Returns
    -------
    LimitsOfAgreement or Undefined
        Intervals use t with n - 1 degrees of freedom; the standard error of a limit is that of 1999,
        s sqrt(1/n + 1.96^2 / (2 (n - 1))).

    References
    ----------
    Bland JM, Altman DG (1986) Lancet i:307; (1999) Stat Methods Med Res 8:135.
    """
    level = confidence_level(level)
    pairs = _pairs(first, second)
    n = len(pairs)
    if n < 3:
        return Undefined(Reason.TOO_FEW_CASES, "Limits of agreement need three pairs of measurements.", n)
    difference, middle = pairs[:, 0] - pairs[:, 1], pairs.mean(axis=1)
    bias, sd = float(difference.mean()), float(difference.std(ddof=1))
    z, quantile = normal_quantile(0.95), float(t.ppf(0.5 + level / 2.0, n - 1))
    errors = {"bias": sd / math.sqrt(n), "limit": sd * math.sqrt(1.0 / n + z**2 / (2.0 * (n - 1)))}

    def estimate(value: float, error: float, method: str) -> Estimate:
        return Estimate(value, value - quantile * error, value + quantile * error, level, method, n)

    return LimitsOfAgreement(
        bias=estimate(bias, errors["bias"], "t"),
        sd=sd,
        lower=estimate(bias - z * sd, errors["limit"], "Bland-Altman 1999, t"),
        upper=estimate(bias + z * sd, errors["limit"], "Bland-Altman 1999, t"),
        slope=_slope(middle, difference),
    )


def repeated_limits_of_agreement(first: npt.ArrayLike, second: npt.ArrayLike) -> dict[str, float] | Undefined:
    """Limits of agreement of single measurements when each method measured every subject several times.

    Parameters
    ----------
    first, second : array_like
        One row per subject, one column per replicate of each method.

    Returns
    -------
    dict or Undefined
        `bias`, `sd` of a difference of single measurements, `lower`, `upper`, and the within-subject variances.
        s^2 = s^2(difference of means) + (1 - 1/m1) s1^2 + (1 - 1/m2) s2^2.

    References
    ----------
    Bland JM, Altman DG (1999) Stat Methods Med Res 8:135, section 5.1.
    """
    a, b = _complete(first), _complete(second)
    if len(a) != len(b):
        raise InputError(f"the methods measured {len(a)} and {len(b)} subjects")
    if len(a) < 3 or min(a.shape[1], b.shape[1]) < 2:
        return Undefined(Reason.TOO_FEW_CASES, "It needs three subjects and two replicates of each method.", len(a))
    difference = a.mean(axis=1) - b.mean(axis=1)
    within = [float(one.var(axis=1, ddof=1).mean()) for one in (a, b)]
    extra = sum((1.0 - 1.0 / one.shape[1]) * variance for one, variance in zip((a, b), within, strict=True))
    sd, bias = math.sqrt(float(difference.var(ddof=1)) + extra), float(difference.mean())
    z = normal_quantile(0.95)
    return {
        "bias": bias, "sd": sd, "lower": bias - z * sd, "upper": bias + z * sd,
        "within_variance_first": within[0], "within_variance_second": within[1],
    }  # fmt: skip


def repeatability(replicates: npt.ArrayLike, *, level: float = 0.95) -> dict[str, Outcome]:
    """Estimate the within-subject standard deviation and the repeatability coefficient 1.96 sqrt(2) s_w.

    Rows are subjects, columns replicates of one reader or method; chi-square interval (Bland JM, Altman DG (1996) BMJ
    312:1654; Barnhart HX, Barboriak DP (2009) Transl Oncol 2:231).
    """
    level, array = confidence_level(level), _complete(replicates)
    n, m = array.shape
    if n < 2 or m < 2:
        few = Undefined(Reason.TOO_FEW_CASES, "Repeatability needs two subjects and two replicates.", n)
        return {"within_subject_sd": few, "repeatability_coefficient": few}
    df, sd = n * (m - 1), math.sqrt(float(array.var(axis=1, ddof=1).mean()))
    tail = (1.0 - level) / 2.0
    low, high = (sd * math.sqrt(df / float(chi2.ppf(q, df))) for q in (1.0 - tail, tail))
    factor = normal_quantile(0.95) * math.sqrt(2.0)
    return {
        "within_subject_sd": Estimate(sd, low, high, level, "chi-square", n),
        "repeatability_coefficient": Estimate(factor * sd, factor * low, factor * high, level, "chi-square", n),
    }


def _complete(table: npt.ArrayLike) -> FloatArray:
    array = np.asarray(table, dtype=np.float64)
    if array.ndim != 2:
        raise InputError("expected one row per subject and one column per rater or replicate")
    if np.isinf(array).any():
        raise InputError("a measurement is infinite", row=int(np.argwhere(np.isinf(array))[0][0]) + 1)
    complete: FloatArray = array[~np.isnan(array).any(axis=1)]
    return complete


def _pairs(first: npt.ArrayLike, second: npt.ArrayLike) -> FloatArray:
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if x.shape != y.shape:
        raise InputError(f"the methods have {x.size} and {y.size} measurements")
    return _complete(np.column_stack((x, y)))


def _mean_squares(array: FloatArray) -> _MeanSquares | Undefined:
    n, k = array.shape
    if n < 2 or k < 2:
        return Undefined(Reason.TOO_FEW_CASES, "It needs two subjects and two raters.", n)
    rows, columns, grand = array.mean(axis=1), array.mean(axis=0), array.mean()
    rest = array - rows[:, None] - columns[None, :] + grand
    squares = _MeanSquares(
        subjects=n,
        raters=k,
        between=float(k * ((rows - grand) ** 2).sum() / (n - 1)),
        within=float(((array - rows[:, None]) ** 2).sum() / (n * (k - 1))),
        rater=float(n * ((columns - grand) ** 2).sum() / (k - 1)),
        error=float((rest**2).sum() / ((n - 1) * (k - 1))),
    )
    # Rounding leaves about 1e-30 of the squared measurements where there is no difference.
    rounding = _ROUNDING**2 * float((array**2).max())
    parts = (squares.between, squares.within, squares.rater, squares.error)
    squares = _MeanSquares(n, k, *(0.0 if part <= rounding else part for part in parts))
    if squares.between == squares.within == 0.0:
        return Undefined(Reason.ZERO_VARIANCE, "No measurement differs from another.", n)
    return squares


def _f_based(
    squares: _MeanSquares, error: float, df2: int, level: float
) -> tuple[IntraclassCorrelation, IntraclassCorrelation]:
    """Forms whose interval follows from F = MS between / MS error; for one rater and for the mean of k."""
    n, k, df1 = squares.subjects, squares.raters, squares.subjects - 1
    if error == 0.0:
        return _errorless(level, n), _errorless(level, n)
    ratio = squares.between / error
    low = ratio / float(f.ppf(0.5 + level / 2.0, df1, df2))
    high = ratio * float(f.ppf(0.5 + level / 2.0, df2, df1))
    test = TestResult(ratio, float(df2), float(f.sf(ratio, df1, df2)), f"F with {df1} and {df2} df, one-sided", n)
    if ratio == 0.0:
        note = "No interval: the means of the subjects do not differ."
        single = Estimate(-1.0 / (k - 1.0), None, None, level, "F", n, note)
        return IntraclassCorrelation(single, test), IntraclassCorrelation(_no_mean_variance(n), test)
    ratios = (ratio, low, high)
    one, mean = [(q - 1.0) / (q + k - 1.0) for q in ratios], [1.0 - 1.0 / q for q in ratios]
    return (
        IntraclassCorrelation(Estimate(one[0], one[1], one[2], level, "F", n), test),
        IntraclassCorrelation(Estimate(mean[0], mean[1], mean[2], level, "F", n), test),
    )


def _errorless(level: float, n: int) -> IntraclassCorrelation:
    """Raters agree or, for consistency, differ by constants: the F ratio divides by zero."""
    undefined = Undefined(Reason.ZERO_VARIANCE, "There is no error: raters agree, or differ by constants only.", n)
    return IntraclassCorrelation(
        Estimate(1.0, None, None, level, "F", n, f"No interval. {undefined.detail}"), undefined
    )


def _no_mean_variance(n: int) -> Undefined:
    return Undefined(Reason.NEGATIVE_VARIANCE, "The variance of the measurements is estimated at 0 or below.", n)


def _agreement(squares: _MeanSquares, level: float, test: TestOutcome) -> tuple[IntraclassCorrelation, ...]:
    """Absolute agreement of one rater with Satterthwaite's df (McGraw and Wong, table 7), and of the mean of k.

    The limits of the mean follow from those of one rater by Spearman and Brown, as psych does; irr puts the
    coefficient of the mean into a formula made for one rater.
    """
    n, k = squares.subjects, squares.raters
    between, rater, error = squares.between, squares.rater, squares.error
    variance, mean_variance = between + (k - 1) * error + k / n * (rater - error), between + (rater - error) / n
    if variance <= 0.0:
        nothing = IntraclassCorrelation(_no_mean_variance(n), test)
        return nothing, nothing
    value = (between - error) / variance
    if error == rater == 0.0:
        return _errorless(level, n), _errorless(level, n)
    low, high = _agreement_limits(squares, value, level) or (None, None)
    single = _bracketed(value, low, high, level, "F, Satterthwaite", n)
    if mean_variance <= 0.0:
        return IntraclassCorrelation(single, test), IntraclassCorrelation(_no_mean_variance(n), test)
    # Spearman and Brown's formula has no value for a correlation of -1 / (k - 1) or less.
    stepped = [
        None if limit is None or 1.0 + (k - 1) * limit <= 0.0 else k * limit / (1.0 + (k - 1) * limit)
        for limit in (low, high)
    ]
    mean = _bracketed(
        (between - error) / mean_variance, stepped[0], stepped[1], level, "F, Satterthwaite, Spearman-Brown", n
    )
    return IntraclassCorrelation(single, test), IntraclassCorrelation(mean, test)


def _agreement_limits(squares: _MeanSquares, value: float, level: float) -> tuple[float, float] | None:
    n, k = squares.subjects, squares.raters
    between, rater, error = squares.between, squares.rater, squares.error
    a = k * value / (n * (1.0 - value))
    b = 1.0 + k * value * (n - 1) / (n * (1.0 - value))
    if a * rater + b * error == 0.0:
        return None
    df = (a * rater + b * error) ** 2 / ((a * rater) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)))
    below, above = float(f.ppf(0.5 + level / 2.0, n - 1, df)), float(f.ppf(0.5 + level / 2.0, df, n - 1))
    spread = k * rater + (k * n - k - n) * error
    low = n * (between - below * error) / (below * spread + n * between)
    high = n * (above * between - error) / (spread + n * above * between)
    return low, high


def _bracketed(value: float, low: float | None, high: float | None, level: float, method: str, n: int) -> Estimate:
    """Refuse limits that do not hold their own estimate: Satterthwaite's df is then near 0 (psych: NaN)."""
    if low is None or high is None or not low <= value <= high:
        note = "No interval: Satterthwaite's degrees of freedom are too few for limits around the estimate."
        return Estimate(value, None, None, level, method, n, note)
    return Estimate(value, low, high, level, method, n)


def _slope(middle: FloatArray, difference: FloatArray) -> TestOutcome:
    """Test whether the difference changes with the size of what is measured."""
    n = len(middle)
    size = float(np.abs(middle).max() + np.abs(difference).max())
    if min(np.ptp(middle), np.ptp(difference)) <= _ROUNDING * size:
        return Undefined(Reason.ZERO_VARIANCE, "The means or the differences do not vary.", n)
    centred = middle - middle.mean()
    squares = float((centred**2).sum())
    if squares == 0.0:
        return Undefined(Reason.ZERO_VARIANCE, "The means vary by so little that their squares are 0.", n)
    slope = float((centred * difference).sum() / squares)
    rest = difference - difference.mean() - slope * centred
    error = math.sqrt(float((rest**2).sum()) / (n - 2) / squares)
    if np.abs(rest).max() <= _ROUNDING * size:
        return Undefined(Reason.ZERO_VARIANCE, "The differences follow the means exactly.", n)
    statistic = slope / error
    p = float(2.0 * t.sf(abs(statistic), n - 2))
    return TestResult(statistic, float(n - 2), p, f"slope {slope:.6g} of the difference over the mean, t", n)
