"""Smoothed reliability, the errors read off it, and what the Brier score is made of."""

import bisect
import dataclasses
import math

import numpy as np
import numpy.typing as npt
from statsmodels.nonparametric.smoothers_lowess import lowess

from validation.stats.calibration import NO_CASES, Binning, reliability_bins
from validation.stats.checks import BoolArray, FloatArray, binary_array, probability_array, same_length
from validation.stats.results import JSONValue, Reason, Undefined

_LOWESS_SPAN = 2.0 / 3.0


@dataclasses.dataclass(frozen=True, slots=True)
class SmoothCalibration:
    """The lowess-smoothed reliability curve and the distances of the predictions from it.

    `ici` is the mean of |smoothed - predicted| over the cases, `e50`, `e90` and `emax` its quantiles and maximum.
    """

    ici: float
    e50: float
    e90: float
    emax: float
    probability: FloatArray
    smoothed: FloatArray

    def to_json(self) -> dict[str, JSONValue]:
        """Give the errors, and the curve at each distinct predicted probability."""
        points, first = np.unique(self.probability, return_index=True)
        curve = zip(points.tolist(), self.smoothed[first].tolist(), strict=True)
        return {
            "ici": self.ici,
            "e50": self.e50,
            "e90": self.e90,
            "emax": self.emax,
            "curve": [{"probability": p, "smoothed": s} for p, s in curve],
        }


@dataclasses.dataclass(frozen=True, slots=True)
class BrierDecomposition:
    """Brier score = reliability - resolution + uncertainty + within_bins, and its skill against the prevalence.

    `within_bins` is what grouping unequal probabilities leaves over; it is 0 when every bin holds one value.
    """

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within_bins: float
    skill: float

    def to_json(self) -> dict[str, JSONValue]:
        """Give the parts."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}


def smooth_calibration(truth: npt.ArrayLike, probability: npt.ArrayLike) -> SmoothCalibration | Undefined:
    """Smooth the outcome over the predicted probability.

    Parameters
    ----------
    truth : array_like of 0 and 1
        What happened.
    probability : array_like of float in [0, 1]
        What was predicted.

    Returns
    -------
    SmoothCalibration or Undefined
        Lowess with span 2/3 and no robustness iterations, as R's `lowess(p, y, iter = 0)` and `rms::val.prob`; limited
        to [0, 1]. Undefined with fewer than ten cases or all probabilities equal.

    References
    ----------
    Cleveland WS (1979) J Am Stat Assoc 74:829. Austin PC, Steyerberg EW (2019) Stat Med 38:4051 (ICI; with loess).
    """
    outcome, p = _checked(truth, probability)
    n = len(p)
    if n == 0:
        return NO_CASES
    if n < 10:
        return Undefined(Reason.TOO_FEW_CASES, "A smoothed curve needs at least ten cases.", n)
    if np.ptp(p) == 0.0:
        return Undefined(Reason.ZERO_VARIANCE, "All predicted probabilities are equal.", n)
    order = np.argsort(p, kind="stable")
    smoothed = np.empty(n)
    smoothed[order] = _smoothed(outcome[order].astype(np.float64), p[order])
    distance = np.abs(smoothed - p)
    limited = np.clip(smoothed, 0.0, 1.0)
    e50, e90 = np.quantile(distance, [0.5, 0.9])
    return SmoothCalibration(float(distance.mean()), float(e50), float(e90), float(distance.max()), p, limited)


def brier_decomposition(
    truth: npt.ArrayLike, probability: npt.ArrayLike, *, bins: int | None = None, binning: Binning = "equal-width"
) -> BrierDecomposition | Undefined:
    """Take the Brier score apart.

    Parameters
    ----------
    truth : array_like of 0 and 1
        What happened.
    probability : array_like of float in [0, 1]
        What was predicted.
    bins : int, optional
        Group into bins; by default every distinct probability is its own group, and nothing is left over.
    binning : {"equal-width", "equal-count"}
        With `bins`.

    Returns
    -------
    BrierDecomposition or Undefined
        Undefined with one class only, where there is no skill to speak of.

    References
    ----------
    Murphy AH (1973) J Appl Meteorol 12:595. Stephenson DB, Coelho CAS, Jolliffe IT (2008) Weather Forecast 23:752.
    """
    outcome, p = _checked(truth, probability)
    n = len(p)
    if n == 0:
        return NO_CASES
    prevalence = float(outcome.mean())
    uncertainty = prevalence * (1.0 - prevalence)
    if uncertainty == 0.0:
        return Undefined(Reason.ONE_CLASS_ONLY, "All outcomes are equal: there is no uncertainty to explain.", n)
    sizes, rates, means = _groups(outcome, p, bins, binning)
    brier = float(((p - outcome) ** 2).mean())
    reliability = float((sizes * (means - rates) ** 2).sum() / n)
    resolution = float((sizes * (rates - prevalence) ** 2).sum() / n)
    return BrierDecomposition(
        brier=brier,
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within_bins=0.0 if bins is None else brier - (reliability - resolution + uncertainty),
        skill=1.0 - brier / uncertainty,
    )


def adaptive_calibration_error(
    truth: npt.ArrayLike, probability: npt.ArrayLike, *, bins: int = 10
) -> float | Undefined:
    """Expected calibration error over bins of equal size in the order of the probabilities.

    Unlike quantile bins, equal probabilities may fall into neighbouring bins (Nixon J et al. (2019) CVPR Workshops).
    """
    outcome, p = _checked(truth, probability)
    if len(p) == 0:
        return NO_CASES
    order = np.argsort(p, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(sum(abs(outcome[part].sum() - p[part].sum()) for part in parts) / len(p))


def _smoothed(outcome: FloatArray, p: FloatArray) -> FloatArray:
    """Run lowess over sorted probabilities as R does: fits no closer than 1 % of the range, straight lines between."""
    values, sizes = np.unique(p, return_counts=True)
    delta, span = 0.01 * np.ptp(p), int(_LOWESS_SPAN * len(p) + 1e-7)
    if sizes.max() < span - 1:
        return np.asarray(lowess(outcome, p, frac=_LOWESS_SPAN, it=0, delta=delta, is_sorted=True, return_sorted=False))
    # One probability fills the span of itself and of its neighbours. No point is then left with a weight above 0:
    # statsmodels answers 0 or NaN, R's lowess the mean of the cases at the probability itself.
    anchors = _anchors(values, delta)
    return np.interp(p, anchors, [_local_fit(outcome, p, at, span) for at in anchors])


def _local_fit(outcome: FloatArray, p: FloatArray, at: float, span: int) -> float:
    """Fit a line around `at` to its `span` nearest points, with tricube weights, as `lowest` in R's lowess."""
    left = bisect.bisect_left(range(len(p) - span), True, key=lambda k: bool(at - p[k] <= p[k + span] - at))
    radius = max(at - p[left], p[left + span - 1] - at)
    distance = np.abs(p - at)
    near = distance <= 0.999 * radius
    x, y, r = p[near], outcome[near], distance[near]
    weight = np.where(r <= 0.001 * radius, 1.0, (1.0 - (r / (radius or 1.0)) ** 3) ** 3)
    weight /= weight.sum()
    centre = float(weight @ x)
    spread = float(weight @ (x - centre) ** 2)
    if math.sqrt(spread) > 0.001 * np.ptp(p):
        weight *= (at - centre) / spread * (x - centre) + 1.0
    return float(weight @ y)


def _anchors(values: FloatArray, delta: float) -> FloatArray:
    """Choose where R's lowess fits: the first value, and from each the last within `delta`, or the next."""
    chosen = [0]
    while chosen[-1] < len(values) - 1:
        within = int(np.searchsorted(values, values[chosen[-1]] + delta, side="right")) - 1
        chosen.append(max(chosen[-1] + 1, within))
    return values[chosen]


def _groups(
    outcome: BoolArray, p: FloatArray, bins: int | None, binning: Binning
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give size, observed rate and mean probability of each group."""
    if bins is None:
        values, index = np.unique(p, return_inverse=True)
        sizes = np.bincount(index).astype(np.float64)
        return sizes, np.bincount(index, weights=outcome) / sizes, values
    table = reliability_bins(outcome, p, bins=bins, binning=binning)
    sizes = np.array([row.n for row in table], dtype=np.float64)
    return sizes, np.array([row.events / row.n for row in table]), np.array([row.mean_probability for row in table])


def _checked(truth: npt.ArrayLike, probability: npt.ArrayLike) -> tuple[BoolArray, FloatArray]:
    outcome, p = binary_array(truth, "truth"), probability_array(probability, "probability")
    same_length(truth=outcome, probability=p)
    return outcome, p
