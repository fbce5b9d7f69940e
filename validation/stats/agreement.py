"""Chance-corrected agreement of raters on categories: kappas, AC1/AC2, alpha, with missing ratings."""

import dataclasses
import math
from collections.abc import Sequence
from itertools import combinations
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
from scipy.stats import t
from statsmodels.stats.inter_rater import cohens_kappa

from validation.stats.binary import BinaryCounts, f1_score
from validation.stats.checks import FloatArray, InputError, confidence_level
from validation.stats.normal import normal_quantile
from validation.stats.results import Estimate, Outcome, Reason, Undefined

Weights: TypeAlias = Literal["identity", "linear", "quadratic"]
Metric: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]
WEIGHTS: tuple[str, ...] = get_args(Weights)
METRICS: tuple[str, ...] = get_args(Metric)


@dataclasses.dataclass(frozen=True, slots=True)
class Ratings:
    """Counts of categories by subject, and who gave what; made by `ratings`.

    `counts[i, k]` is how many raters put subject i into category k, `category[i, g]` the position of rater g's
    category, -1 where the rater gave none.
    """

    counts: FloatArray
    category: npt.NDArray[np.intp]
    values: FloatArray

    @property
    def subjects(self) -> int:
        """Number of subjects with at least one rating."""
        return len(self.counts)


def ratings(table: npt.ArrayLike, *, categories: Sequence[float] | None = None) -> Ratings:
    """Prepare a table of ratings, one row per subject and one column per rater; NaN is no rating.

    `categories` names the scale where not every category was used: chance agreement depends on it.
    """
    array = np.asarray(table, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] < 2:
        raise InputError("agreement needs one column for each of at least two raters")
    if np.isinf(array).any():
        row, column = np.argwhere(np.isinf(array))[0]
        raise InputError("an infinite rating is no category", row=int(row) + 1, column=f"rater {column + 1}")
    array = array[~np.isnan(array).all(axis=1)]
    used = np.unique(array[~np.isnan(array)])
    values = used if categories is None else np.unique(np.asarray(categories, dtype=np.float64))
    strangers = np.setdiff1d(used, values)
    if len(strangers):
        raise InputError(f"the rating {strangers[0]:g} is not among the categories")
    category = np.where(np.isnan(array), -1, np.searchsorted(values, array)).astype(np.intp)
    counts = np.stack([(category == k).sum(axis=1) for k in range(len(values))], axis=1).astype(np.float64)
    return Ratings(counts.reshape(len(array), len(values)), category, values)


def agreement_coefficients(table: Ratings, *, weights: Weights = "identity", level: float = 0.95) -> dict[str, Outcome]:
    """Estimate the chance-corrected agreement of two or more raters.

    Parameters
    ----------
    table : Ratings
        From `ratings`; missing ratings are allowed.
    weights : {"identity", "linear", "quadratic"}
        How near categories agree in part, by their values.
    level : float
        Confidence level.

    Returns
    -------
    dict of Estimate or Undefined
        `fleiss`, `conger` (Cohen's kappa for two raters), `gwet` (AC1, with weights AC2), `brennan_prediger`,
        `krippendorff` and `percent_agreement`. Variances are Gwet's linearisation over subjects, intervals use t with
        subjects - 1 degrees of freedom. Undefined where chance agreement is complete: with one category in use that
        is all but percent agreement and, on a scale with further categories, AC1/AC2 and Brennan-Prediger, which are 1.

    References
    ----------
    Gwet KL (2014) Handbook of Inter-Rater Reliability, 4th ed. Fleiss JL (1971) Psychol Bull 76:378. Conger AJ (1980)
    Psychol Bull 88:322. Krippendorff K (2004) Content Analysis. Brennan RL, Prediger DJ (1981) Educ Psychol Meas
    41:687.
    """
    level = confidence_level(level)
    names = ("percent_agreement", "fleiss", "conger", "gwet", "brennan_prediger", "krippendorff")
    undefined = _undefined(table)
    if undefined is not None:
        return dict.fromkeys(names, undefined) | _all_in_one_category(table, undefined, level)
    matrix = _weight_matrix(table.values, weights)
    observed = _Observed(table, matrix)
    chance = {
        "percent_agreement": (0.0, np.zeros(table.subjects)),
        "fleiss": _fleiss_chance(table, matrix),
        "conger": _conger_chance(table, matrix),
        "gwet": _gwet_chance(table, matrix),
        "brennan_prediger": _uniform_chance(table, matrix),
    }
    found = {name: _coefficient(observed, *parts, level, name) for name, parts in chance.items()}
    found["krippendorff"] = _krippendorff(table, matrix, level)
    return found


def krippendorff_alpha(table: Ratings, *, metric: Metric = "nominal", level: float = 0.95) -> Outcome:
    """Estimate Krippendorff's alpha.

    Parameters
    ----------
    table : Ratings
        From `ratings`; subjects with a single rating say nothing and are left out.
    metric : {"nominal", "ordinal", "interval", "ratio"}
        What a disagreement weighs.
    level : float
        Confidence level.

    Returns
    -------
    Estimate or Undefined
        Interval as for `agreement_coefficients` (the ordinal metric, which depends on the data, counts as fixed).

    References
    ----------
    Krippendorff K (2004) Content Analysis, 2nd ed., ch. 11.

    Examples
    --------
    >>> round(krippendorff_alpha(ratings([[1, 1], [2, 2], [3, 3], [1, 2]])).value, 4)
    0.6667
    """
    undefined = _undefined(table)
    if undefined is not None:
        return undefined
    return _krippendorff(table, _metric_matrix(table, metric), confidence_level(level))


def cohen_kappa(
    first: npt.ArrayLike, second: npt.ArrayLike, *, weights: Weights = "identity", level: float = 0.95
) -> Outcome:
    """Estimate Cohen's kappa of two raters, by statsmodels.

    Parameters
    ----------
    first, second : array_like of float
        Categories given by both raters; pairs with a NaN are left out.
    weights : {"identity", "linear", "quadratic"}
        How near categories agree in part.
    level : float
        Confidence level.

    Returns
    -------
    Estimate or Undefined
        Normal interval with the large-sample variance of Fleiss, Cohen and Everitt.

    References
    ----------
    Cohen J (1960) Educ Psychol Meas 20:37; (1968) Psychol Bull 70:213. Fleiss JL et al. (1969) Psychol Bull 72:323.
    """
    level = confidence_level(level)
    pairs = np.column_stack((np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)))
    pairs = pairs[~np.isnan(pairs).any(axis=1)]
    if len(pairs) == 0:
        return Undefined(Reason.NO_COMMON_CASES, "The two raters share no subject.")
    values, index = np.unique(pairs, return_inverse=True)
    if len(values) < 2:
        return Undefined(Reason.ONE_CLASS_ONLY, "Only one category was used: chance explains all.", len(pairs))
    index = index.reshape(pairs.shape)
    crossed = np.zeros((len(values), len(values)))
    np.add.at(crossed, (index[:, 0], index[:, 1]), 1.0)
    disagreement = 1.0 - _weight_matrix(values, weights)
    # statsmodels also divides by variances that may vanish; what we take from it is checked below.
    with np.errstate(all="ignore"):
        found = cohens_kappa(crossed, weights=disagreement) if weights != "identity" else cohens_kappa(crossed)
    value, variance = float(found.kappa), float(found.var_kappa)
    method = f"Cohen, {weights} weights"
    if not math.isfinite(value):
        return Undefined(Reason.ZERO_DENOMINATOR, "Chance agreement is complete.", len(pairs))
    if not variance > 0.0:
        note = "No interval: the large-sample variance is zero."
        return Estimate(value, None, None, level, method, len(pairs), note)
    half_width = normal_quantile(level) * math.sqrt(variance)
    return Estimate(value, max(-1.0, value - half_width), min(1.0, value + half_width), level, method, len(pairs))


def light_kappa(table: npt.ArrayLike, *, weights: Weights = "identity", level: float = 0.95) -> Outcome:
    """Estimate Light's kappa, the mean of Cohen's kappas of all pairs (Light RJ (1971) Psychol Bull 76:365)."""
    array, level = np.asarray(table, dtype=np.float64), confidence_level(level)
    found = [
        cohen_kappa(array[:, a], array[:, b], weights=weights, level=level)
        for a, b in combinations(range(array.shape[1]), 2)
    ]
    undefined = next((one for one in found if isinstance(one, Undefined)), None)
    if undefined is not None:
        return undefined
    value = float(np.mean([one.value for one in found if isinstance(one, Estimate)]))
    note = "No interval: pairs of raters are not independent; bootstrap subjects for one."
    return Estimate(value, None, None, level, f"mean of {len(found)} Cohen kappas", len(array), note)


def specific_agreement(first: npt.ArrayLike, second: npt.ArrayLike, *, level: float = 0.95) -> dict[str, Outcome]:
    """Estimate positive and negative agreement of two raters with 0/1 decisions.

    2a / (2a + b + c) and 2d / (2d + b + c), Wilson limits of the monotone a / (a + b + c).
    Cicchetti DV, Feinstein AR (1990) J Clin Epidemiol 43:551.
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    if not (np.isin(a, (0, 1)).all() and np.isin(b, (0, 1)).all()):
        raise InputError("specific agreement is for decisions 0 and 1")
    cells = [int(((a == x) & (b == y)).sum()) for x, y in ((1, 1), (1, 0), (0, 1), (0, 0))]
    yes, no = BinaryCounts(*cells), BinaryCounts(cells[3], cells[1], cells[2], cells[0])
    empty = Undefined(Reason.NO_CASES, "Neither rater used this decision.", len(a))
    found = {"positive_agreement": f1_score(yes, level=level), "negative_agreement": f1_score(no, level=level)}
    return {name: empty if isinstance(one, Undefined) else one for name, one in found.items()}


class _Observed:
    """Weighted agreement of the raters of each subject, where there are at least two."""

    def __init__(self, table: Ratings, matrix: FloatArray) -> None:
        raters = table.counts.sum(axis=1)
        shared = raters >= 2
        self.n, self.shared = table.subjects, int(shared.sum())
        weighted = table.counts @ matrix
        agreement = (table.counts * (weighted - 1.0)).sum(axis=1)
        self.each = np.zeros(self.n)
        self.each[shared] = agreement[shared] / (raters[shared] * (raters[shared] - 1.0))
        self.rated_twice = shared
        self.value = float(self.each[shared].mean())


def _all_in_one_category(table: Ratings, undefined: Undefined, level: float) -> dict[str, Outcome]:
    """Give the coefficients that do not need a second category in use: all raters agree, so they are 1."""
    if undefined.reason is not Reason.ONE_CLASS_ONLY:
        return {}
    names = ["percent_agreement", *(["gwet", "brennan_prediger"] if len(table.values) > 1 else [])]
    note = "No interval: every subject agrees alike."
    return {name: Estimate(1.0, None, None, level, "one category only", table.subjects, note) for name in names}


def _undefined(table: Ratings) -> Undefined | None:
    n = table.subjects
    if n < 2 or (table.counts.sum(axis=1) >= 2).sum() < 2:
        return Undefined(Reason.TOO_FEW_CASES, "Agreement needs two subjects with two ratings each.", n)
    if (table.counts.sum(axis=0) > 0).sum() < 2:
        return Undefined(Reason.ONE_CLASS_ONLY, "Only one category was used: chance explains all.", n)
    return None


def _weight_matrix(values: FloatArray, weights: str) -> FloatArray:
    if weights == "identity":
        return np.eye(len(values))
    if weights not in WEIGHTS:
        raise InputError(f"unknown weights {weights!r}; use {', '.join(WEIGHTS)}")
    distance = np.abs(values[:, None] - values[None, :]) / np.ptp(values)
    matrix: FloatArray = 1.0 - (distance if weights == "linear" else distance**2)
    return matrix


def _metric_matrix(table: Ratings, metric: str) -> FloatArray:
    """Turn Krippendorff's difference functions into weights 1 - delta^2 / max; alpha does not depend on the scale."""
    values = table.values
    if metric == "nominal":
        return np.eye(len(values))
    if metric == "interval":
        square = (values[:, None] - values[None, :]) ** 2
    elif metric == "ratio":
        if (values < 0).any():
            raise InputError("the ratio metric needs ratings of at least 0")
        total = values[:, None] + values[None, :]
        square = ((values[:, None] - values[None, :]) / np.where(total == 0.0, 1.0, total)) ** 2
    elif metric == "ordinal":
        pairable = table.counts[table.counts.sum(axis=1) >= 2]
        marginal = pairable.sum(axis=0)
        rank = np.cumsum(marginal) - marginal / 2.0
        square = (rank[:, None] - rank[None, :]) ** 2
    else:
        raise InputError(f"unknown metric {metric!r}; use {', '.join(METRICS)}")
    matrix: FloatArray = 1.0 - square / square.max()
    return matrix


def _shares(table: Ratings) -> FloatArray:
    """Share of each subject's ratings in each category."""
    shares: FloatArray = table.counts / table.counts.sum(axis=1, keepdims=True)
    return shares


def _fleiss_chance(table: Ratings, matrix: FloatArray) -> tuple[float, FloatArray]:
    shares = _shares(table)
    overall = shares.mean(axis=0)
    return float(overall @ matrix @ overall), shares @ (matrix @ overall)


def _gwet_chance(table: Ratings, matrix: FloatArray) -> tuple[float, FloatArray]:
    shares, q = _shares(table), len(matrix)
    overall, scale = shares.mean(axis=0), matrix.sum() / (q * (q - 1))
    return float(scale * (overall * (1.0 - overall)).sum()), scale * shares @ (1.0 - overall)


def _uniform_chance(table: Ratings, matrix: FloatArray) -> tuple[float, FloatArray]:
    chance = float(matrix.sum() / len(matrix) ** 2)
    return chance, np.full(table.subjects, chance)


def _conger_chance(table: Ratings, matrix: FloatArray) -> tuple[float, FloatArray]:
    """Chance agreement from every rater's own marginals; a rater without any rating is left out."""
    given = table.category >= 0
    active = given.any(axis=0)
    category, given = table.category[:, active], given[:, active]
    n, raters = category.shape
    rated = given.sum(axis=0)
    indicator = (category[:, :, None] == np.arange(len(matrix))).astype(np.float64)
    marginal = indicator.sum(axis=0) / rated[:, None]
    mean = marginal.mean(axis=0)
    among = (marginal.T @ marginal - raters * np.outer(mean, mean)) / (raters - 1)
    chance = float((matrix * (np.outer(mean, mean) - among / raters)).sum())
    # Each subject's share in the raters' marginals; a missing rating counts as the rater's average.
    own = (indicator - marginal[None, :, :] * (given[:, :, None] - (rated / n)[None, :, None])) * (n / rated)[
        None, :, None
    ]
    others = raters * (matrix @ mean)[None, :] - marginal @ matrix
    each = np.einsum("igk,gk->i", own, others) / (raters * (raters - 1))
    return chance, each


def _coefficient(observed: _Observed, chance: float, each: FloatArray, level: float, name: str) -> Outcome:
    n = observed.n
    if chance >= 1.0 - 1e-12:
        return Undefined(Reason.ZERO_DENOMINATOR, "Chance agreement is complete.", n)
    value = (observed.value - chance) / (1.0 - chance)
    influence = np.where(
        observed.rated_twice, n / observed.shared * (observed.each - chance) / (1.0 - chance), 0.0
    ) - 2.0 * (1.0 - value) * (each - chance) / (1.0 - chance)
    if name in ("percent_agreement", "brennan_prediger"):
        influence = np.where(observed.rated_twice, n / observed.shared * (observed.each - chance), 0.0) / (1.0 - chance)
    least = 0.0 if name == "percent_agreement" else -1.0
    return _interval(value, value, influence, level, "Gwet linearisation, t", least)


def _interval(
    value: float, centre: float, influence: FloatArray, level: float, method: str, least: float = -1.0
) -> Estimate:
    n = len(influence)
    variance = float(((influence - centre) ** 2).sum() / (n * (n - 1)))
    if variance <= 1e-30:
        note = "No interval: every subject agrees alike."
        return Estimate(value, None, None, level, method, n, note)
    half_width = float(t.ppf(0.5 + level / 2.0, n - 1)) * math.sqrt(variance)
    return Estimate(value, max(least, value - half_width), min(1.0, value + half_width), level, method, n)


def _krippendorff(table: Ratings, matrix: FloatArray, level: float) -> Outcome:
    counts = table.counts[table.counts.sum(axis=1) >= 2]
    raters = counts.sum(axis=1)
    n, mean = len(counts), float(raters.mean())
    excess = (raters - mean) / mean
    each = (counts * (counts @ matrix - 1.0)).sum(axis=1) / (mean * (raters - 1.0))
    overall = counts.sum(axis=0) / (n * mean)
    chance, observed = float(overall @ matrix @ overall), float(each.mean())
    if chance >= 1.0 - 1e-12:
        return Undefined(Reason.ZERO_DENOMINATOR, "Chance agreement is complete.", n)
    small = 1.0 / (n * mean)
    value = ((1.0 - small) * observed + small - chance) / (1.0 - chance)
    # As irrCAC: the variance is that of the coefficient without the small-sample term.
    plain = (observed - chance) / (1.0 - chance)
    by_subject = (counts @ (matrix @ overall)) / mean - chance * excess
    influence = (each - observed * excess - chance) / (1.0 - chance) - 2.0 * (1.0 - plain) * (by_subject - chance) / (
        1.0 - chance
    )
    return _interval(value, plain, influence, level, "Gwet linearisation, t")
