"""Proportions whose observations come in clusters: several lesions, images or cases of one patient."""

import dataclasses
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from validation.stats.binary import NO_NEGATIVES, NO_POSITIVES
from validation.stats.checks import FloatArray, InputError, binary_array, confidence_level, label_codes, same_length
from validation.stats.normal import normal_quantile
from validation.stats.proportions import proportion
from validation.stats.resampling import Stratum, weight_blocks
from validation.stats.results import Estimate, Outcome, Reason, Undefined

ClusterMethod: TypeAlias = Literal["ratio", "bootstrap"]


@dataclasses.dataclass(frozen=True, slots=True)
class ClusterTotals:
    """Successes and trials of each cluster."""

    successes: FloatArray
    trials: FloatArray

    @property
    def value(self) -> float:
        """The ratio estimator: all successes over all trials."""
        return float(self.successes.sum() / self.trials.sum())


def clustered_proportion(
    success: npt.ArrayLike,
    cluster: npt.ArrayLike,
    *,
    level: float = 0.95,
    method: ClusterMethod = "ratio",
    rng: np.random.Generator | None = None,
    resamples: int = 2000,
) -> Outcome:
    """Estimate a proportion from clustered observations.

    Parameters
    ----------
    success : array_like of 0 and 1
        One entry per observation.
    cluster : array_like
        Label of the cluster (patient) of each observation.
    level : float
        Confidence level.
    method : {"ratio", "bootstrap"}
        `ratio`: variance of the ratio estimator, turned into an effective sample size for Wilson's interval.
        `bootstrap`: percentiles over resampled clusters; needs `rng`.
    rng : numpy.random.Generator, optional
        Source of randomness of the bootstrap.
    resamples : int
        Number of bootstrap samples.

    Returns
    -------
    Estimate or Undefined
        `n` is the number of observations; `method` names the number of clusters. The interval is undefined with
        one cluster. With all successes or all failures the number of clusters takes the place of n (no
        information on the within-cluster correlation: the safe side).

    References
    ----------
    Rao JNK, Scott AJ (1992) Biometrics 48:577. Obuchowski NA (1998) Stat Med 17:1495.
    Field CA, Welsh AH (2007) J R Stat Soc B 69:369 (cluster bootstrap).

    Examples
    --------
    >>> estimate = clustered_proportion([1, 1, 0, 1, 0, 0], ["a", "a", "b", "c", "c", "d"])
    >>> round(estimate.value, 2)
    0.5
    """
    successes = binary_array(success, "success")
    labels = np.asarray(cluster)
    n = same_length(success=successes, cluster=labels)
    level = confidence_level(level)
    if n == 0:
        return Undefined(Reason.NO_CASES, "There is no case to count.")
    totals = cluster_totals(successes, labels)
    if len(totals.trials) < 2:
        note = "No interval: all observations come from one cluster."
        return Estimate(totals.value, None, None, level, f"{method}, 1 cluster", n, note)
    if method not in get_args(ClusterMethod):
        raise InputError(f"unknown method {method!r}; use ratio or bootstrap")
    if totals.value in (0.0, 1.0):
        return _all_alike(totals, n, level)
    if method == "ratio":
        return _ratio_interval(totals, n, level)
    return _bootstrap_interval(totals, n, level, _required(rng), resamples)


def clustered_accuracy(
    truth: npt.ArrayLike,
    call: npt.ArrayLike,
    cluster: npt.ArrayLike,
    *,
    level: float = 0.95,
    method: ClusterMethod = "ratio",
    rng: np.random.Generator | None = None,
    resamples: int = 2000,
) -> dict[str, Outcome]:
    """Estimate sensitivity, specificity and accuracy of clustered calls; see `clustered_proportion`."""
    truth_array, calls, labels = binary_array(truth, "truth"), binary_array(call, "call"), np.asarray(cluster)
    same_length(truth=truth_array, call=calls, cluster=labels)
    parts = {
        "sensitivity": (truth_array, NO_POSITIVES),
        "specificity": (~truth_array, NO_NEGATIVES),
        "accuracy": (np.ones_like(truth_array), None),
    }
    right = truth_array == calls
    return {
        name: clustered_proportion(
            right[chosen], labels[chosen], level=level, method=method, rng=rng, resamples=resamples
        )
        if chosen.any() or empty is None
        else empty
        for name, (chosen, empty) in parts.items()
    }


def cluster_totals(success: npt.NDArray[np.bool_], cluster: npt.NDArray[np.generic]) -> ClusterTotals:
    """Add up successes and trials of each cluster."""
    index = label_codes(cluster)
    return ClusterTotals(
        successes=np.bincount(index, weights=success).astype(np.float64),
        trials=np.bincount(index).astype(np.float64),
    )


def ratio_variance(totals: ClusterTotals) -> float:
    """Variance of the ratio estimator: m / (m - 1) * sum (x_i - p n_i)^2 / (sum n_i)^2."""
    m = len(totals.trials)
    residuals = totals.successes - totals.value * totals.trials
    return float(m / (m - 1) * (residuals**2).sum() / totals.trials.sum() ** 2)


def _all_alike(totals: ClusterTotals, n: int, level: float) -> Estimate:
    """Bound 0 or 1 by Wilson's interval of the clusters: a variance of 0 and equal resamples say nothing."""
    m = len(totals.trials)
    bound = proportion(round(totals.value * m), m, level=level)
    if isinstance(bound, Undefined):
        raise AssertionError("there are clusters")
    note = "All clusters are alike: Wilson's interval with the number of clusters as n."
    return Estimate(totals.value, bound.low, bound.high, level, f"wilson, {m} clusters", n, note)


def _ratio_interval(totals: ClusterTotals, n: int, level: float) -> Estimate:
    m, value, variance = len(totals.trials), totals.value, ratio_variance(totals)
    method = f"ratio estimator, wilson, {m} clusters"
    if variance == 0.0:
        note = "No interval: the clusters do not differ, so the variance of the ratio estimator is zero."
        return Estimate(value, None, None, level, method, n, note)
    # Wilson's interval at the number of independent observations that would have this variance.
    effective = value * (1.0 - value) / variance
    z2 = normal_quantile(level) ** 2
    centre = (value + z2 / (2.0 * effective)) / (1.0 + z2 / effective)
    spread = np.sqrt(z2 * (value * (1.0 - value) / effective + z2 / (4.0 * effective**2))) / (1.0 + z2 / effective)
    return Estimate(value, float(centre - spread), float(centre + spread), level, method, n)


def _bootstrap_interval(
    totals: ClusterTotals, n: int, level: float, rng: np.random.Generator, resamples: int
) -> Estimate:
    m = len(totals.trials)
    each = Stratum(np.arange(m), np.arange(m))
    values = [
        (weight @ totals.successes) / (weight @ totals.trials) for weight in weight_blocks([each], m, resamples, rng)
    ]
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(np.concatenate(values), [tail, 1.0 - tail])
    method = f"cluster bootstrap, percentile, {m} clusters, {resamples} resamples"
    return Estimate(totals.value, float(low), float(high), level, method, n)


def _required(rng: np.random.Generator | None) -> np.random.Generator:
    if rng is None:
        raise InputError("the bootstrap needs a numpy.random.Generator: pass rng")
    return rng
