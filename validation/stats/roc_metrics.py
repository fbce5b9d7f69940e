"""Figures read off ROC curves: areas, partial areas, one fraction at a given other.

A metric is a function of curves given row by row, so that one implementation serves the sample (one row) and all
resamples of a bootstrap (one row each).
"""

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from validation.stats.checks import FloatArray, InputError

CurveMetric: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]
Axis: TypeAlias = Literal["specificity", "sensitivity"]

# Keeps 1 - 0.9 on the operating point at 0.1.
_ROUNDING = 1e-12


def full_area() -> CurveMetric:
    """Make the metric "area under the curve"."""
    return area


def area(fpf: FloatArray, tpf: FloatArray) -> FloatArray:
    """Integrate each curve."""
    return np.asarray(np.trapezoid(tpf, fpf, axis=1))


def partial_area(low: float, high: float, axis: Axis = "specificity", *, mcclish: bool = False) -> CurveMetric:
    """Make the metric "area where specificity (or sensitivity) lies between `low` and `high`".

    Parameters
    ----------
    low, high : float
        Range on `axis`, within [0, 1].
    axis : {"specificity", "sensitivity"}
        On `specificity` the area under the curve; on `sensitivity` the area to its right (mean specificity).
    mcclish : bool
        Carry the area to the scale where chance is 0.5 and perfection 1. Not defined (NaN) below the diagonal.

    References
    ----------
    McClish DK (1989) Med Decis Making 9:190. Jiang Y, Metz CE, Nishikawa RM (1996) Radiology 201:745.
    """
    if not 0.0 <= low < high <= 1.0:
        raise InputError(f"a range on {axis} has 0 <= low < high <= 1, not {low} to {high}")
    # Seen from (1, 1), the curve with both axes exchanged is the curve of specificity over 1 - sensitivity.
    start, end = 1.0 - high, 1.0 - low

    def metric(fpf: FloatArray, tpf: FloatArray) -> FloatArray:
        x, y = (fpf, tpf) if axis == "specificity" else (1.0 - tpf[:, ::-1], 1.0 - fpf[:, ::-1])
        between = _area_between(x, y, start, end)
        if not mcclish:
            return between
        chance, most = (end**2 - start**2) / 2.0, end - start
        corrected = 0.5 * (1.0 + (between - chance) / (most - chance))
        return np.where(between < chance - _ROUNDING, np.nan, corrected)

    return metric


def sensitivity_at(specificity: float) -> CurveMetric:
    """Make the metric "sensitivity at this specificity", linear between operating points."""
    _fraction(specificity, "specificity")
    return lambda fpf, tpf: _height_at(fpf, tpf, 1.0 - specificity)


def specificity_at(sensitivity: float) -> CurveMetric:
    """Make the metric "specificity at this sensitivity", linear between operating points."""
    _fraction(sensitivity, "sensitivity")
    return lambda fpf, tpf: _height_at(1.0 - tpf[:, ::-1], 1.0 - fpf[:, ::-1], 1.0 - sensitivity)


def precision_at(recall: float, prevalence: float) -> CurveMetric:
    """Make the metric "precision at this recall", with the share of positive cases held fixed.

    Between operating points the ROC curve is linear, which gives the achievable precision-recall curve; a straight line
    between its own points would not (Davis J, Goadrich M, 2006, ICML 233). With a fixed prevalence precision is a
    monotone function of the false positive fraction, so that percentiles of one are those of the other.
    """
    if not 0.0 < recall <= 1.0 or not 0.0 < prevalence < 1.0:
        raise InputError(f"recall lies in (0, 1] and prevalence in (0, 1), not {recall} and {prevalence}")
    specificity, hits = specificity_at(recall), recall * prevalence / (1.0 - prevalence)
    # Rounding can leave a specificity just above 1.
    return lambda fpf, tpf: hits / (hits + np.maximum(0.0, 1.0 - specificity(fpf, tpf)))


def _fraction(value: float, name: str) -> None:
    if not 0.0 <= value <= 1.0:
        raise InputError(f"{name} lies between 0 and 1, not {value}")


def _height_at(x: FloatArray, y: FloatArray, at: float) -> FloatArray:
    """Read each curve at one abscissa; where it rises vertically there, its upper end."""
    rows = np.arange(len(x))
    last = np.minimum(_points_until(x, at), x.shape[1] - 2)
    x0, x1, y0, y1 = x[rows, last], x[rows, last + 1], y[rows, last], y[rows, last + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(x1 > x0, np.clip((at - x0) / (x1 - x0), 0.0, 1.0), 1.0)
    return y0 + share * (y1 - y0)


def _area_between(x: FloatArray, y: FloatArray, start: float, end: float) -> FloatArray:
    """Trapezoids between two abscissae: points outside are moved to the cut, with the height of the curve there."""
    at_start, at_end = _height_at(x, y, start), _height_at(x, y, end)
    # Only the points between the first and the last curve's range matter; often few of all.
    first = max(0, int(_points_until(x, start).min()))
    stop = min(int(_points_until(x, end).max()) + 2, x.shape[1])
    x, y = x[:, first:stop], y[:, first:stop]
    inside = np.clip(x, start, end)
    before, after = x < start - _ROUNDING, x > end + _ROUNDING
    height = np.where(before, at_start[:, None], np.where(after, at_end[:, None], y))
    return np.asarray(np.trapezoid(height, inside, axis=1))


def _points_until(x: FloatArray, at: float) -> npt.NDArray[np.intp]:
    """Give the last point of each curve that lies at or before an abscissa."""
    return np.asarray(np.count_nonzero(x <= at + _ROUNDING, axis=1) - 1)
