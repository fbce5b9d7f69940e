"""AUC of clustered cases, and AUC of independent groups."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, t

from validation.stats.checks import (
    FloatArray,
    InputError,
    binary_array,
    confidence_level,
    label_codes,
    rating_array,
    same_length,
)
from validation.stats.normal import normal_quantile, two_sided_p
from validation.stats.results import Estimate, Outcome, Reason, TestOutcome, TestResult, Undefined
from validation.stats.roc import (
    Placements,
    auc_from_placements,
    delong_variance,
    logit_limits,
    missing_class,
    placements,
)


@dataclasses.dataclass(frozen=True, slots=True)
class ClusteredComparison:
    """Two areas on the same clustered cases, and their difference a - b."""

    a: Outcome
    b: Outcome
    difference: Outcome
    test: TestOutcome


@dataclasses.dataclass(frozen=True, slots=True)
class GroupComparison:
    """Areas of independent groups and the test that they are equal."""

    groups: dict[str, Outcome]
    difference: Outcome | None
    test: TestOutcome


def clustered_auc(
    truth: npt.ArrayLike,
    rating: npt.ArrayLike,
    cluster: npt.ArrayLike,
    *,
    level: float = 0.95,
    method: Literal["obuchowski", "logit"] = "obuchowski",
) -> Outcome:
    """Estimate the AUC when cases come in clusters (patients), which may hold both classes.

    Parameters
    ----------
    truth : array_like of 0 and 1
        Reference standard.
    rating : array_like of float
        Higher means more suspicious.
    cluster : array_like
        Label of each case's cluster.
    level : float
        Confidence level.
    method : {"obuchowski", "logit"}
        Normal interval, clipped to [0, 1]; or the same variance on the logit scale.

    Returns
    -------
    Estimate or Undefined
        No interval with fewer than two clusters of a class, or where the
        variance is not positive.

    References
    ----------
    Obuchowski NA (1997) Biometrics 53:567. With one case per cluster it is DeLong's.

    Examples
    --------
    >>> estimate = clustered_auc([0, 0, 1, 1, 0, 1], [1, 2, 2, 3, 1, 4], ["a", "a", "a", "b", "c", "c"])
    >>> round(estimate.value, 4)
    0.9444
    """
    truth_array, ratings = binary_array(truth, "truth"), rating_array(rating, "rating")
    labels = np.asarray(cluster)
    n = same_length(truth=truth_array, rating=ratings, cluster=labels)
    level = confidence_level(level)
    missing = missing_class(truth_array)
    if missing is not None:
        return missing
    components = placements(truth_array, ratings)
    value = components.auc
    variance = obuchowski_variance(components, value, truth_array, labels)
    if method == "logit" and not isinstance(variance, Undefined) and 0.0 < value < 1.0:
        limits = logit_limits(value, normal_quantile(level) * math.sqrt(variance))
        return Estimate(value, *limits, level, "obuchowski, logit", n)
    return _normal_interval(value, variance, level, "obuchowski", n, (0.0, 1.0))


def compare_clustered_auc(
    truth: npt.ArrayLike,
    rating_a: npt.ArrayLike,
    rating_b: npt.ArrayLike,
    cluster: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> ClusteredComparison:
    """Compare the areas of two ratings of the same clustered cases; see `clustered_auc`."""
    truth_array, labels = binary_array(truth, "truth"), np.asarray(cluster)
    a, b = rating_array(rating_a, "rating_a"), rating_array(rating_b, "rating_b")
    n = same_length(truth=truth_array, rating_a=a, rating_b=b, cluster=labels)
    missing = missing_class(truth_array)
    if missing is not None:
        return ClusteredComparison(missing, missing, missing, missing)
    first, second = placements(truth_array, a), placements(truth_array, b)
    change = Placements(first.positive - second.positive, first.negative - second.negative)
    value = first.auc - second.auc
    variance = obuchowski_variance(change, value, truth_array, labels)
    difference = _normal_interval(value, variance, confidence_level(level), "obuchowski", n, (-1.0, 1.0))
    test: TestOutcome
    if isinstance(variance, Undefined):
        test = variance
    else:
        z = value / math.sqrt(variance)
        test = TestResult(z, None, two_sided_p(z), "Obuchowski clustered, normal", n)
    return ClusteredComparison(
        a=clustered_auc(truth_array, a, labels, level=level),
        b=clustered_auc(truth_array, b, labels, level=level),
        difference=difference,
        test=test,
    )


def compare_independent_auc(
    groups: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]], *, level: float = 0.95
) -> GroupComparison:
    """Compare the areas of independent groups of cases, such as sites or sexes.

    Parameters
    ----------
    groups : mapping of name to (truth, rating)
        Two or more groups that share no case.
    level : float
        Confidence level.

    Returns
    -------
    GroupComparison
        Two groups: difference first - second and the t test with Welch's degrees of freedom, as pROC does. More:
        chi-square test of homogeneity with weights 1 / variance. Undefined as soon as one area has no variance.

    References
    ----------
    DeLong ER et al. (1988) Biometrics 44:837. Robin X et al. (2011) BMC Bioinformatics 12:77 (degrees of freedom).
    """
    if len(groups) < 2:
        raise InputError(f"a comparison needs at least two groups, not {len(groups)}")
    level = confidence_level(level)
    estimates: dict[str, Outcome] = {}
    variances: list[float | Undefined] = []
    for name, (truth, rating) in groups.items():
        truth_array, ratings = binary_array(truth, "truth"), rating_array(rating, "rating")
        same_length(truth=truth_array, rating=ratings)
        missing = missing_class(truth_array)
        if missing is not None:
            estimates[name] = missing
            variances.append(missing)
            continue
        components = placements(truth_array, ratings)
        estimates[name] = auc_from_placements(components, level=level)
        variances.append(_positive(delong_variance(components), len(truth_array)))
    undefined = next((one for one in variances if isinstance(one, Undefined)), None)
    if undefined is not None:
        return GroupComparison(estimates, undefined if len(groups) == 2 else None, undefined)
    values = np.array([one.value for one in estimates.values() if isinstance(one, Estimate)])
    sizes = np.array([one.n for one in estimates.values()], dtype=np.float64)
    spread = np.array([one for one in variances if not isinstance(one, Undefined)])
    if len(groups) == 2:
        return _welch(estimates, values, spread, sizes, level)
    return GroupComparison(estimates, None, _homogeneity(values, spread, int(sizes.sum())))


def _welch(
    estimates: dict[str, Outcome], values: FloatArray, variances: FloatArray, sizes: FloatArray, level: float
) -> GroupComparison:
    total = float(variances.sum())
    df = total**2 / float((variances**2 / (sizes - 1.0)).sum())
    value, error, n = float(values[0] - values[1]), math.sqrt(total), int(sizes.sum())
    half_width = float(t.ppf(0.5 + level / 2.0, df)) * error
    difference = Estimate(
        value, max(-1.0, value - half_width), min(1.0, value + half_width), level, "delong, Welch t", n
    )
    statistic = value / error
    p = float(2.0 * t.sf(abs(statistic), df))
    return GroupComparison(estimates, difference, TestResult(statistic, df, p, "DeLong unpaired, Welch t", n))


def _homogeneity(values: FloatArray, variances: FloatArray, n: int) -> TestResult:
    weights = 1.0 / variances
    centre = (weights * values).sum() / weights.sum()
    statistic, df = float((weights * (values - centre) ** 2).sum()), float(len(values) - 1)
    return TestResult(statistic, df, float(chi2.sf(statistic, df)), "homogeneity of areas, chi-square", n)


def _positive(variance: float | Undefined, n: int) -> float | Undefined:
    if isinstance(variance, float) and variance == 0.0:
        return Undefined(Reason.ZERO_VARIANCE, "DeLong's variance of one area is zero.", n)
    return variance


def obuchowski_variance(
    components: Placements,
    value: float,
    truth: npt.NDArray[np.bool_],
    cluster: npt.NDArray[np.generic],
) -> float | Undefined:
    """Compute the variance of the AUC (or of a difference of areas) from placements summed within clusters.

    Undefined with fewer than two clusters of a class, or where it is not positive. Obuchowski NA (1997)
    Biometrics 53:567.
    """
    index = label_codes(cluster)
    clusters = int(index.max()) + 1
    m, n = len(components.positive), len(components.negative)
    counts_positive = np.bincount(index[truth], minlength=clusters)
    counts_negative = np.bincount(index[~truth], minlength=clusters)
    with_positive, with_negative = int((counts_positive > 0).sum()), int((counts_negative > 0).sum())
    if min(with_positive, with_negative) < 2:
        return Undefined(Reason.ZERO_VARIANCE, "The variance needs two clusters with each class.", m + n)
    on_positive = np.bincount(index[truth], components.positive, clusters) - counts_positive * value
    on_negative = np.bincount(index[~truth], components.negative, clusters) - counts_negative * value
    s10 = with_positive / ((with_positive - 1) * m) * (on_positive**2).sum()
    s01 = with_negative / ((with_negative - 1) * n) * (on_negative**2).sum()
    s11 = clusters / (clusters - 1) * (on_positive * on_negative).sum()
    variance = float(s10 / m + s01 / n + 2.0 * s11 / (m * n))
    if variance <= 1e-30:
        return Undefined(Reason.ZERO_VARIANCE, "The clustered variance is not positive.", m + n)
    return variance


def _normal_interval(
    value: float,
    variance: float | Undefined,
    level: float,
    method: str,
    n: int,
    bounds: tuple[float, float],
) -> Estimate:
    if isinstance(variance, Undefined):
        return Estimate(value, None, None, level, method, n, note=f"No interval. {variance.detail}")
    half_width = normal_quantile(level) * math.sqrt(variance)
    low, high = max(bounds[0], value - half_width), min(bounds[1], value + half_width)
    return Estimate(value, low, high, level, method, n)
