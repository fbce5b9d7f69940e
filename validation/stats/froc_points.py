"""Intervals of the points of FROC, AFROC and wAFROC curves: each point by itself, cases being what was sampled."""

import dataclasses

import numpy as np
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from validation.stats.checks import FloatArray, InputError, confidence_level
from validation.stats.froc_curves import ComparedMarks, FrocCurve, compared_marks, missing_class, reaching
from validation.stats.localisation import LocalisationStudy, Positions
from validation.stats.results import Estimate, JSONValue, Outcome, Undefined

RATIO, ALIKE = "ratio estimator, wilson", "wilson, cases as n"
BINOMIAL = "wilson"
OVERDISPERSED, POISSON = "poisson score, effective count", "poisson score"
METHODS = (RATIO, ALIKE, BINOMIAL, OVERDISPERSED, POISSON)
# A threshold that every mark reaches; -inf is the rating of a lesion without one.
LOWEST = np.array([np.nextafter(-np.inf, 0.0)])
# Sums of squares that differ by less than this share of themselves differ by rounding alone.
_ROUNDING = 1e-12
_ONE_CASE = "No interval: all lesions are of one case."


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """Lower and upper limits at several points, and the method of each; NaN and None where there is no interval."""

    low: FloatArray
    high: FloatArray
    method: tuple[str | None, ...]

    def at(self, row: int) -> tuple[float | None, float | None, str | None]:
        """Give the limits at one point, None where there are none."""
        if self.method[row] is None:
            return None, None, None
        return float(self.low[row]), float(self.high[row]), self.method[row]


@dataclasses.dataclass(frozen=True, slots=True)
class PointLimits:
    """Limits of both coordinates of the points of a curve, in their order; none at the ends that every curve has."""

    x: Limits
    y: Limits

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"x_low", "x_high", "x_method", "y_low", …}`, a list each with null where there is no interval."""
        columns: dict[str, JSONValue] = {}
        for axis, limits in (("x", self.x), ("y", self.y)):
            rows = [limits.at(row) for row in range(len(limits.method))]
            for name, values in zip(("low", "high", "method"), zip(*rows, strict=True), strict=True):
                columns[f"{axis}_{name}"] = list(values)
        return columns


def froc_point_limits(
    study: LocalisationStudy, kind: FrocCurve, modality: str, reader: str, *, level: float = 0.95
) -> PointLimits | Undefined:
    """Find the interval of each point of `froc_curve`, abscissa and ordinate apart, at its rating as it is.

    Parameters
    ----------
    study : LocalisationStudy
        See `localisation_study`.
    kind : {"froc", "afroc", "wafroc"}
        Curve.
    modality, reader : str
        Whose.
    level : float
        Confidence level of each interval by itself.

    Returns
    -------
    PointLimits or Undefined
        As long as the curve. Lesions found: Wilson's interval at the effective number of lesions, from the variance
        of the ratio estimator with cases as clusters; with all lesions found, or none, at the number of positive
        cases. Non-lesion marks per case (FROC): the score interval of a Poisson count at the effective count, from
        the variance between cases; without a mark of a Poisson count itself. Negative cases with a false mark:
        Wilson. How a rating was chosen is not in it (Bornefalk & Bornefalk Hermansson 2005).

    References
    ----------
    Rao JNK, Scott AJ (1992) Biometrics 48:577. Rao JNK, Scott AJ (1999) Stat Med 18:1373.
    Bornefalk H, Bornefalk Hermansson A (2005) Med Phys 32:412.
    """
    if kind == "roc":
        raise InputError("the points of an inferred ROC curve have the intervals of a ROC curve")
    level = confidence_level(level)
    problem = missing_class(study, kind)
    if problem is not None:
        return problem
    marks = compared_marks(study, kind, modality, reader)
    if kind == "froc":
        x = rate_limits(marks.false_case, marks.false, marks.cases, marks.thresholds, level)
    else:
        x = _negative_cases(marks, level)
    y = share_limits(study.lesion_case, marks.weight, marks.lesion, marks.thresholds, level)
    has_end = kind != "froc"
    return PointLimits(_with_ends(x, has_end=has_end), _with_ends(y, has_end=has_end))


def lesions_found(study: LocalisationStudy, modality: str, reader: str, *, level: float = 0.95) -> Outcome:
    """Estimate the share of lesions that one reader marked, with the interval of the last point of the FROC curve."""
    level = confidence_level(level)
    problem = missing_class(study, "froc")
    if problem is not None:
        return problem
    marks = compared_marks(study, "froc", modality, reader)
    value = float(reaching(marks.lesion, marks.weight, LOWEST)[0] / len(marks.lesion))
    low, high, method = share_limits(study.lesion_case, marks.weight, marks.lesion, LOWEST, level).at(0)
    if method is None:
        return Estimate(value, None, None, level, RATIO, len(marks.lesion), _ONE_CASE)
    note = "All cases are alike: Wilson's interval with the number of positive cases as n." if method == ALIKE else None
    return Estimate(value, low, high, level, method, len(marks.lesion), note)


def share_limits(
    case: Positions, weight: FloatArray, rating: FloatArray, thresholds: FloatArray, level: float
) -> Limits:
    """Bound the share of weight that is rated at each threshold or above, cases being sampled.

    m/(m - 1) * sum (x_i - p w_i)^2 / (sum w_i)^2 for m cases with weights w_i of which x_i reach the threshold; the
    sum is taken apart into sums of squares that grow mark by mark, so that all thresholds need one pass.
    """
    sizes = np.bincount(case, weights=weight)
    cases, total = int((sizes > 0).sum()), float(sizes.sum())
    share = reaching(rating, weight, thresholds) / total
    squares = reaching(rating, _growth(case, weight, rating), thresholds)
    mixed = reaching(rating, weight * sizes[case], thresholds)
    own = float((sizes**2).sum())
    residual = squares - 2.0 * share * mixed + share**2 * own
    if cases < 2:
        return _none(len(thresholds))
    is_alike = residual <= _ROUNDING * own
    variance = np.where(is_alike, 1.0, cases / (cases - 1) * residual / total**2)
    effective = np.where(is_alike, float(cases), share * (1.0 - share) / variance)
    low, high = proportion_confint(share * effective, effective, alpha=1.0 - level, method="wilson")
    methods = tuple(ALIKE if alike else RATIO for alike in is_alike)
    return Limits(np.where(share <= 0.0, 0.0, low), np.where(share >= 1.0, 1.0, high), methods)


def rate_limits(case: Positions, rating: FloatArray, cases: int, thresholds: FloatArray, level: float) -> Limits:
    """Bound the number of marks per case that are rated at each threshold or above, `cases` being sampled.

    The design effect is the variance between cases over that of a Poisson count; count and cases are divided by it.
    """
    ones = np.ones(len(rating))
    count = reaching(rating, ones, thresholds)
    squares = reaching(rating, _growth(case, ones, rating), thresholds)
    residual = squares - count**2 / cases
    if cases < 2:
        return _none(len(thresholds))
    is_alike = residual <= _ROUNDING * np.maximum(squares, 1.0)
    effect = np.where(is_alike, 1.0, residual / (cases - 1) * cases / np.maximum(count, 1.0))
    low, high = confint_poisson(count / effect, cases / effect, method="score", alpha=1.0 - level)
    methods = tuple(POISSON if alike else OVERDISPERSED for alike in is_alike)
    return Limits(np.where(count == 0, 0.0, low), high, methods)


def _negative_cases(marks: ComparedMarks, level: float) -> Limits:
    count = reaching(marks.false, np.ones(len(marks.false)), marks.thresholds)
    low, high = proportion_confint(count, marks.cases, alpha=1.0 - level, method="wilson")
    low, high = np.where(count == 0, 0.0, low), np.where(count == marks.cases, 1.0, high)
    return Limits(low, high, (BINOMIAL,) * len(count))


def _growth(case: Positions, weight: FloatArray, rating: FloatArray) -> FloatArray:
    """Give what each mark adds to the sum of the squares of its case, when the surest are added first."""
    order = np.lexsort((-rating, case))
    ordered, weights = case[order], weight[order]
    before = np.cumsum(weights) - weights
    first = np.flatnonzero(np.diff(ordered, prepend=-1))
    before -= np.repeat(before[first], np.diff(first, append=len(order)))
    growth = np.empty(len(order))
    growth[order] = weights * (2.0 * before + weights)
    return growth


def _none(points: int) -> Limits:
    return Limits(np.full(points, np.nan), np.full(points, np.nan), (None,) * points)


def _with_ends(limits: Limits, *, has_end: bool) -> Limits:
    """Add (0, 0), and (1, 1) where the curve ends there: no estimates, so without intervals."""
    after = int(has_end)
    low, high = (np.pad(one, (1, after), constant_values=np.nan) for one in (limits.low, limits.high))
    return Limits(low, high, (None, *limits.method, *(None,) * after))
