"""Operating points of a rating, and precision-recall."""

import dataclasses
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from validation.stats.binary import binary_summary
from validation.stats.checks import InputError, binary_array, rating_array
from validation.stats.proportions import ProportionMethod
from validation.stats.results import JSONValue, Outcome, Undefined, jsonable
from validation.stats.roc import RocCurve, roc_curve

Criterion: TypeAlias = Literal["youden", "closest-topleft", "cost", "sensitivity", "specificity"]


@dataclasses.dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold and what it achieves on these cases; positive when rating >= threshold."""

    criterion: str
    threshold: float | None
    sensitivity: Outcome
    specificity: Outcome
    note: str

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {
            "criterion": self.criterion,
            "threshold": self.threshold,
            "sensitivity": jsonable(self.sensitivity),
            "specificity": jsonable(self.specificity),
            "note": self.note,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """The precision-recall curve from high to low thresholds, and its average precision."""

    recall: npt.NDArray[np.float64]
    precision: npt.NDArray[np.float64]
    average_precision: float

    def to_json(self) -> dict[str, JSONValue]:
        """Give the average precision and the points."""
        points = zip(self.recall.tolist(), self.precision.tolist(), strict=True)
        return {
            "average_precision": self.average_precision,
            "curve": [{"recall": recall, "precision": precision} for recall, precision in points],
        }


def operating_point(
    truth: npt.ArrayLike,
    rating: npt.ArrayLike,
    criterion: Criterion,
    *,
    target: float | None = None,
    cost_ratio: float = 1.0,
    prevalence: float | None = None,
    level: float = 0.95,
    method: ProportionMethod = "wilson",
) -> OperatingPoint | Undefined:
    """Choose a threshold by a rule and measure it on the same cases.

    Parameters
    ----------
    truth : array_like of 0 and 1
        Reference standard.
    rating : array_like of float
        Higher means more suspicious.
    criterion : {"youden", "closest-topleft", "cost", "sensitivity", "specificity"}
        `youden`: largest sensitivity + specificity. `closest-topleft`: nearest to (0, 1). `cost`: smallest expected
        cost. `sensitivity`: the highest threshold whose sensitivity reaches `target`. `specificity`: the lowest
        threshold whose specificity reaches `target`. Ties go to the highest threshold.
    target : float, optional
        For `sensitivity` and `specificity`.
    cost_ratio : float
        Cost of a false negative over that of a false positive, for `cost`.
    prevalence : float, optional
        For `cost`; that of the cases by default.
    level, method
        Interval of sensitivity and specificity.

    Returns
    -------
    OperatingPoint or Undefined
        Measured where it was chosen, and therefore optimistic: `note` says so.

    References
    ----------
    Youden WJ (1950) Cancer 3:32. Metz CE (1978) Semin Nucl Med 8:283 (costs). Perkins NJ, Schisterman EF (2006)
    Am J Epidemiol 163:670.

    Examples
    --------
    >>> operating_point([0, 0, 1, 1], [1, 3, 2, 4], "sensitivity", target=0.9).threshold
    2.0
    """
    curve = roc_curve(truth, rating)
    if isinstance(curve, Undefined):
        return curve
    truth_array, ratings = binary_array(truth, "truth"), rating_array(rating, "rating")
    share = float(truth_array.mean()) if prevalence is None else prevalence
    chosen = _choose(curve, criterion, target, cost_ratio, share)
    threshold = float(curve.threshold[chosen])
    measured = binary_summary(truth_array, ratings >= threshold, level=level, method=method).estimates
    return OperatingPoint(
        criterion=criterion,
        threshold=threshold if np.isfinite(threshold) else None,
        sensitivity=measured["sensitivity"],
        specificity=measured["specificity"],
        note="Chosen and measured on the same cases: optimistic.",
    )


def _choose(curve: RocCurve, criterion: str, target: float | None, cost_ratio: float, prevalence: float) -> int:
    fpf, tpf = curve.false_positive_fraction, curve.true_positive_fraction
    if criterion in ("sensitivity", "specificity"):
        if target is None or not 0.0 <= target <= 1.0:
            raise InputError(f"the criterion {criterion} needs a target between 0 and 1, not {target}")
        # The fractions are counts over counts: compare with room for their last digit.
        if criterion == "sensitivity":
            return int(np.argmax(tpf >= target - 1e-12))
        return int(np.flatnonzero(1.0 - fpf >= target - 1e-12)[-1])
    if criterion == "cost" and not (cost_ratio > 0.0 and 0.0 < prevalence < 1.0):
        raise InputError("costs need a cost ratio above 0 and a prevalence between 0 and 1")
    losses = {
        "youden": fpf - tpf,
        "closest-topleft": fpf**2 + (1.0 - tpf) ** 2,
        "cost": (1.0 - prevalence) * fpf + prevalence * cost_ratio * (1.0 - tpf),
    }
    if criterion not in losses:
        raise InputError(f"unknown criterion {criterion!r}; use {', '.join(losses)}, sensitivity or specificity")
    loss = losses[criterion]
    return int(np.argmax(loss <= loss.min() + 1e-12))


def precision_recall(truth: npt.ArrayLike, rating: npt.ArrayLike) -> PrecisionRecall | Undefined:
    """Compute the precision-recall curve.

    Parameters
    ----------
    truth : array_like of 0 and 1
        Reference standard.
    rating : array_like of float
        Higher means more suspicious.

    Returns
    -------
    PrecisionRecall or Undefined
        Average precision is the step sum of precision over recall (no interpolation).

    References
    ----------
    Davis J, Goadrich M (2006) ICML 233. Equal to scikit-learn `average_precision_score`.

    Examples
    --------
    >>> precision_recall([0, 1, 0, 1], [1, 2, 3, 4]).average_precision
    0.8333333333333333
    """
    curve = roc_curve(truth, rating)
    if isinstance(curve, Undefined):
        return curve
    truth_array = binary_array(truth, "truth")
    positives = int(truth_array.sum())
    hits = curve.true_positive_fraction[1:] * positives
    called = hits + curve.false_positive_fraction[1:] * (len(truth_array) - positives)
    recall, precision = curve.true_positive_fraction[1:], hits / called
    steps = np.diff(np.concatenate(([0.0], recall)))
    return PrecisionRecall(recall, precision, float((steps * precision).sum()))
