"""The empirical ROC curve and its area."""

import dataclasses
import math
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit

from validation.stats.binary import NO_NEGATIVES, NO_POSITIVES
from validation.stats.checks import (
    BoolArray,
    FloatArray,
    binary_array,
    confidence_level,
    rating_array,
    same_length,
)
from validation.stats.normal import normal_quantile
from validation.stats.results import (
    Estimate,
    JSONValue,
    Outcome,
    Reason,
    Undefined,
    estimates_frame,
    jsonable,
)

AucMethod: TypeAlias = Literal["delong", "logit", "newcombe"]

_EDGE = 1e-12


@dataclasses.dataclass(frozen=True, slots=True)
class RocCurve:
    """The empirical operating points, from "nothing is positive" to "everything is positive".

    A case is called positive when its rating is at least the threshold. The first point calls nothing
    positive and has no threshold.
    """

    false_positive_fraction: FloatArray
    true_positive_fraction: FloatArray
    threshold: FloatArray

    def to_json(self) -> list[JSONValue]:
        """Give one object per point; a threshold without a finite value is null."""
        return [
            {"fpf": x, "tpf": y, "threshold": t if math.isfinite(t) else None}
            for x, y, t in zip(
                self.false_positive_fraction.tolist(),
                self.true_positive_fraction.tolist(),
                self.threshold.tolist(),
                strict=True,
            )
        ]


@dataclasses.dataclass(frozen=True, slots=True)
class Placements:
    """Structural components of the AUC: the share of the other class that each case beats, ties by half.

    `positive[i]` is the share of negatives below positive case i, `negative[j]` the share of positives above
    negative case j; both average to the AUC. DeLong ER et al. (1988) Biometrics 44:837.
    """

    positive: FloatArray
    negative: FloatArray

    @property
    def auc(self) -> float:
        """Area under the empirical curve, the Mann-Whitney statistic."""
        return float(self.positive.mean())


@dataclasses.dataclass(frozen=True, slots=True)
class RocSummary:
    """AUC with its intervals, and the empirical curve."""

    auc: Outcome
    auc_logit: Outcome
    variance: float | Undefined
    positives: int
    negatives: int
    curve: RocCurve | Undefined

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"counts", "estimates": {"auc", "auc_logit"}, "variance", "curve"}`."""
        return {
            "counts": {"positives": self.positives, "negatives": self.negatives},
            "estimates": {"auc": jsonable(self.auc), "auc_logit": jsonable(self.auc_logit)},
            "variance": jsonable(self.variance),
            "curve": self.curve.to_json(),
        }

    def to_frame(self) -> pd.DataFrame:
        """Give one row per interval of the AUC."""
        return estimates_frame({"auc": self.auc, "auc_logit": self.auc_logit})


def roc_curve(truth: npt.ArrayLike, rating: npt.ArrayLike) -> RocCurve | Undefined:
    """Find every operating point of a rating, one per distinct value.

    Parameters
    ----------
    truth : array_like of 0 and 1
        Reference standard.
    rating : array_like of float
        Higher means more suspicious. -inf is legal and ties with itself.

    Returns
    -------
    RocCurve or Undefined
        Undefined when one class is missing.
    """
    truth_array, ratings = _checked(truth, rating)
    missing = missing_class(truth_array)
    return missing if missing is not None else _curve(truth_array, ratings)


def placements(truth: BoolArray, rating: FloatArray) -> Placements:
    """Compute the structural components by sorting once, in O(n log n)."""
    order = np.argsort(rating)
    ordered, positive = rating[order], truth[order]
    hits = np.cumsum(positive, dtype=np.float64)
    alarms = np.arange(1.0, len(order) + 1.0) - hits
    ends = np.flatnonzero(np.concatenate((ordered[1:] != ordered[:-1], [True])))
    size = np.diff(ends, prepend=-1)
    # Twice the cases of a class below a rating: those up to the level before, and those up to its own.
    negatives_below, positives_below = (
        np.repeat(counts + np.concatenate(([0], counts[:-1])), size) for counts in (alarms[ends], hits[ends])
    )
    m, n = float(hits[-1]), float(alarms[-1])
    component = np.empty(len(order))
    component[order] = np.where(positive, negatives_below / (2.0 * n), 1.0 - positives_below / (2.0 * m))
    return Placements(positive=component[truth], negative=component[~truth])


def delong_variance(components: Placements) -> float | Undefined:
    """Compute DeLong's variance of the AUC: S10 / m + S01 / n with sample variances.

    Undefined with a single positive or a single negative case, where a sample variance does not exist.
    """
    m, n = len(components.positive), len(components.negative)
    if min(m, n) < 2:
        return Undefined(Reason.ZERO_VARIANCE, "DeLong's variance needs two positive and two negative cases.", m + n)
    return float(components.positive.var(ddof=1) / m + components.negative.var(ddof=1) / n)


def auc(truth: npt.ArrayLike, rating: npt.ArrayLike, *, level: float = 0.95, method: AucMethod = "delong") -> Outcome:
    """Estimate the area under the empirical ROC curve.

    Parameters
    ----------
    truth : array_like of 0 and 1
        Reference standard.
    rating : array_like of float
        Higher means more suspicious; ties count one half.
    level : float
        Confidence level.
    method : {"delong", "logit", "newcombe"}
        `delong`: normal interval, clipped to [0, 1]. `logit`: the same on the logit scale. `newcombe`:
        score-like interval on the Hanley-McNeil variance, which also exists for a perfect reader.

    Returns
    -------
    Estimate or Undefined
        Where DeLong's variance is zero or does not exist (a perfect reader, a constant rating, one case in a
        class), the interval is Newcombe's and the estimate says so in `method` and `note`.

    References
    ----------
    DeLong ER et al. (1988) Biometrics 44:837. Newcombe RG (2006) Stat Med 25:559, method 5.

    Examples
    --------
    >>> estimate = auc([0, 0, 0, 1, 1, 1], [1, 2, 3, 2, 4, 5])
    >>> round(estimate.value, 4)
    0.8333
    """
    truth_array, ratings = _checked(truth, rating)
    level = confidence_level(level)
    missing = missing_class(truth_array)
    if missing is not None:
        return missing
    return auc_from_placements(placements(truth_array, ratings), level=level, method=method)


def auc_from_placements(components: Placements, *, level: float, method: AucMethod = "delong") -> Estimate:
    """Estimate the AUC from its structural components; see `auc`."""
    value, variance = components.auc, delong_variance(components)
    n = len(components.positive) + len(components.negative)
    if method == "newcombe" or isinstance(variance, Undefined) or variance == 0.0:
        note = None if method == "newcombe" else _why_newcombe(value, variance)
        low, high = newcombe_limits(value, len(components.positive), len(components.negative), level)
        return Estimate(value, low, high, level, "newcombe", n, note)
    z, error = normal_quantile(level), math.sqrt(variance)
    if method == "logit" and 0.0 < value < 1.0:
        return Estimate(value, *logit_limits(value, z * error), level, "logit", n)
    low, high = max(0.0, value - z * error), min(1.0, value + z * error)
    return Estimate(value, low, high, level, "delong", n)


def logit_limits(value: float, half_width: float) -> tuple[float, float]:
    """Carry an interval `value` +- `half_width` to the logit scale and back, so that it lies inside (0, 1).

    `value` lies strictly between 0 and 1. Pepe MS (2003) The Statistical Evaluation of Medical Tests for Classification
    and Prediction; Qin G, Hotilovac L (2008) Stat Methods Med Res 17:207.
    """
    on_logit = half_width / (value * (1.0 - value))
    return float(expit(logit(value) - on_logit)), float(expit(logit(value) + on_logit))


def roc_summary(truth: npt.ArrayLike, rating: npt.ArrayLike, *, level: float = 0.95) -> RocSummary:
    """Give the AUC with DeLong and logit intervals and the empirical curve; see `auc`."""
    truth_array, ratings = _checked(truth, rating)
    level = confidence_level(level)
    positives = int(truth_array.sum())
    negatives = len(truth_array) - positives
    missing = missing_class(truth_array)
    if missing is not None:
        return RocSummary(missing, missing, missing, positives, negatives, missing)
    components = placements(truth_array, ratings)
    variance = delong_variance(components)
    return RocSummary(
        auc=auc_from_placements(components, level=level),
        auc_logit=auc_from_placements(components, level=level, method="logit"),
        variance=variance,
        positives=positives,
        negatives=negatives,
        curve=_curve(truth_array, ratings),
    )


def _checked(truth: npt.ArrayLike, rating: npt.ArrayLike) -> tuple[BoolArray, FloatArray]:
    truth_array, ratings = binary_array(truth, "truth"), rating_array(rating, "rating")
    same_length(truth=truth_array, rating=ratings)
    return truth_array, ratings


def missing_class(truth: BoolArray) -> Undefined | None:
    """Say which class is missing for an ROC analysis, or None when both are there."""
    n = len(truth)
    if n == 0:
        return Undefined(Reason.NO_CASES, "There is no case.")
    if not truth.any():
        return dataclasses.replace(NO_POSITIVES, n=n)
    if truth.all():
        return dataclasses.replace(NO_NEGATIVES, n=n)
    return None


def _curve(truth: BoolArray, rating: FloatArray) -> RocCurve:
    thresholds, position = np.unique(rating, return_inverse=True)
    hits = np.bincount(position[truth], minlength=len(thresholds))[::-1].cumsum()
    false_alarms = np.bincount(position[~truth], minlength=len(thresholds))[::-1].cumsum()
    return RocCurve(
        false_positive_fraction=np.concatenate(([0.0], false_alarms / false_alarms[-1])),
        true_positive_fraction=np.concatenate(([0.0], hits / hits[-1])),
        threshold=np.concatenate(([np.inf], thresholds[::-1])),
    )


def _why_newcombe(value: float, variance: float | Undefined) -> str:
    if isinstance(variance, Undefined):
        return "One class has a single case, so DeLong's variance does not exist; Newcombe's interval instead."
    if value == 1.0:
        return "Perfect separation, so DeLong's variance is zero; Newcombe's interval instead."
    return "DeLong's variance is zero; Newcombe's interval instead."


def newcombe_limits(value: float, positives: int, negatives: int, level: float) -> tuple[float, float]:
    """Solve |theta - value| = z sqrt(V(theta)) for both limits, V being Hanley and McNeil's variance.

    Newcombe RG (2006) Stat Med 25:559, method 5.
    """
    z = normal_quantile(level)

    def excess(theta: float) -> float:
        extra = ((1.0 - theta) / (2.0 - theta) + theta / (1.0 + theta)) * ((positives + negatives) / 2.0 - 1.0)
        return (theta - value) ** 2 - z * z * theta * (1.0 - theta) * (1.0 + extra) / (positives * negatives)

    # The excess is negative at the estimate; just inside 0 and 1, for at the edge itself both terms vanish.
    inside_low, inside_high = max(value, _EDGE), min(value, 1.0 - _EDGE)
    low = 0.0 if value == 0.0 else float(brentq(excess, 0.0, inside_high, xtol=1e-15))
    high = 1.0 if value == 1.0 else float(brentq(excess, inside_low, 1.0, xtol=1e-15))
    return low, high
