"""Figures of merit of one reader in one modality, with their leave-one-out and bootstrap values."""

import dataclasses
from collections.abc import Callable
from typing import Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from validation.stats.checks import BoolArray, FloatArray, InputError
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_leave_out import (
    ON_POINT,
    LeaveOut,
    area_left_out,
    expected_utility_left_out,
    height_left_out,
)
from validation.stats.roc import placements
from validation.stats.roc_weighted import WeightedCurves

Sampled: TypeAlias = Literal["all", "positive", "negative"]
Curves: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]
Reweighted: TypeAlias = Callable[[FloatArray], FloatArray]

_MAXIMUM_CELLS = 4_000_000  # of one intermediate matrix, 32 MB


class Figure(Protocol):
    """What the analysis asks of a figure of merit."""

    @property
    def name(self) -> str:
        """Name for tables."""

    @property
    def sampled(self) -> Sampled:
        """Which cases the figure depends on; only these are resampled."""

    @property
    def limit(self) -> float:
        """Largest possible value; the smallest is 0 for every figure with a finite limit."""

    def value(self, truth: BoolArray, rating: FloatArray) -> float:
        """Compute the figure; both classes it needs are there."""

    def leave_one_out(self, truth: BoolArray, rating: FloatArray) -> FloatArray:
        """Compute the figure without each case in turn; a sampled class has two cases at least."""

    def reweighted(self, truth: BoolArray, rating: FloatArray) -> Reweighted:
        """Give the function that computes the figure for each row of case weights (replicates x cases)."""


@dataclasses.dataclass(frozen=True, slots=True)
class CurveFigure:
    """A figure read off the empirical ROC curve; `left_out` gives it without each case in closed form."""

    name: str
    limit: float
    of_curves: Curves
    sampled: Sampled = "all"
    left_out: LeaveOut | None = None

    def value(self, truth: BoolArray, rating: FloatArray) -> float:
        """Compute the figure."""
        positives, negatives, _ = _levels(truth, rating)
        return float(self._of_counts(positives[None, :], negatives[None, :])[0])

    def leave_one_out(self, truth: BoolArray, rating: FloatArray) -> FloatArray:
        """Compute the figure once for each distinct (truth, rating), which all its cases share."""
        positives, negatives, level = _levels(truth, rating)
        without = self.left_out or self._left_out_one_by_one
        positive_left_out, negative_left_out = without(positives, negatives)
        return np.where(truth, positive_left_out[level], negative_left_out[level])

    def _left_out_one_by_one(self, positives: FloatArray, negatives: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Compute a curve without a positive, and without a negative, of each level that has one (else NaN)."""
        pair = []
        for case_is_positive, counts in ((True, positives), (False, negatives)):
            values = np.full(len(counts), np.nan)
            for part in _chunks(np.flatnonzero(counts), len(counts)):
                less = np.tile(counts, (len(part), 1))
                less[np.arange(len(part)), part] -= 1.0
                same = np.broadcast_to(negatives if case_is_positive else positives, less.shape)
                values[part] = self._of_counts(less, same) if case_is_positive else self._of_counts(same, less)
            pair.append(values)
        return pair[0], pair[1]

    def reweighted(self, truth: BoolArray, rating: FloatArray) -> Reweighted:
        """Sort once; compute the figure on weighted counts."""
        weighted = WeightedCurves(truth, rating)
        return lambda weight: self.of_curves(*weighted.curves(weight))

    def _of_counts(self, positives: FloatArray, negatives: FloatArray) -> FloatArray:
        return self.of_curves(_cumulated(negatives), _cumulated(positives))


@dataclasses.dataclass(frozen=True, slots=True)
class AucFigure(CurveFigure):
    """The area under the empirical curve, left out one case at a time in closed form."""

    def value(self, truth: BoolArray, rating: FloatArray) -> float:
        """Compute the Mann-Whitney statistic."""
        return placements(truth, rating).auc

    def leave_one_out(self, truth: BoolArray, rating: FloatArray) -> FloatArray:
        """Use that leaving positive i out gives (m A - V_i) / (m - 1), and likewise for a negative."""
        components = placements(truth, rating)
        m, n = len(components.positive), len(components.negative)
        result = np.empty(len(rating))
        result[truth] = (m * components.auc - components.positive) / (m - 1)
        result[~truth] = (n * components.auc - components.negative) / (n - 1)
        return result

    def reweighted(self, truth: BoolArray, rating: FloatArray) -> Reweighted:
        """Sort once; compute the weighted Mann-Whitney statistic."""
        return WeightedCurves(truth, rating).areas


@dataclasses.dataclass(frozen=True, slots=True)
class ShareFigure:
    """Sensitivity or specificity of the call "rating is at least the threshold"."""

    name: str
    threshold: float
    sampled: Sampled
    limit: float = 1.0

    def correct(self, truth: BoolArray, rating: FloatArray) -> FloatArray:
        """Say of each case whether it is called rightly."""
        return ((rating >= self.threshold) == truth).astype(np.float64)

    def value(self, truth: BoolArray, rating: FloatArray) -> float:
        """Compute the share of right calls."""
        return float(self.correct(truth, rating)[self._counted(truth)].mean())

    def leave_one_out(self, truth: BoolArray, rating: FloatArray) -> FloatArray:
        """Leave out each case of the class that counts; the other class changes nothing."""
        counted, correct = self._counted(truth), self.correct(truth, rating)
        number, right = counted.sum(), correct[counted].sum()
        return np.where(counted, (right - correct) / (number - 1), right / number)

    def reweighted(self, truth: BoolArray, rating: FloatArray) -> Reweighted:
        """Compute the weighted share."""
        counted = self._counted(truth).astype(np.float64)
        right = counted * self.correct(truth, rating)
        return lambda weight: np.asarray((weight @ right) / (weight @ counted))

    def as_area(self, table: Readings) -> Readings:
        """Give ratings whose area is this share: a right call beats the other class, which always scores 1/2."""
        called = np.where(table.rating >= self.threshold, 1.0, 0.0)
        return table.with_rating(np.where(self._counted(table.truth), called, 0.5))

    def _counted(self, truth: BoolArray) -> BoolArray:
        return truth if self.sampled == "positive" else ~truth


@dataclasses.dataclass(frozen=True, slots=True)
class CallerFigure:
    """A caller's own function of truth and rating; the only figure that needs a loop over cases."""

    function: Callable[[BoolArray, FloatArray], float]
    name: str = "caller"
    sampled: Sampled = "all"
    limit: float = float("inf")

    def value(self, truth: BoolArray, rating: FloatArray) -> float:
        """Call the function."""
        return _finite(self.function(truth, rating), self.name)

    def leave_one_out(self, truth: BoolArray, rating: FloatArray) -> FloatArray:
        """Call the function once for each distinct (truth, rating)."""
        _, first, same = np.unique(np.column_stack([truth, rating]), axis=0, return_index=True, return_inverse=True)
        keep = ~np.eye(len(rating), dtype=bool)[first]
        values = [_finite(self.function(truth[row], rating[row]), self.name) for row in keep]
        return np.asarray(values)[same.ravel()]

    def reweighted(self, truth: BoolArray, rating: FloatArray) -> Reweighted:
        """Call the function on each resample."""

        def values(weight: FloatArray) -> FloatArray:
            drawn = (np.repeat(np.arange(len(rating)), row) for row in weight.astype(np.intp))
            return np.asarray([_finite(self.function(truth[case], rating[case]), self.name) for case in drawn])

        return values


def auc_figure() -> AucFigure:
    """Area under the empirical ROC curve."""
    return AucFigure("auc", 1.0, _area)


def partial_auc_figure(
    low: float, high: float, *, axis: Literal["specificity", "sensitivity"] = "specificity", normalised: bool = False
) -> CurveFigure:
    """Area under the curve between two specificities, or beside it between two sensitivities.

    `normalised` divides by the width of the range, so that a perfect reader has 1.
    """
    if not 0.0 <= low < high <= 1.0:
        raise InputError(f"a range of {axis} runs from low to high within 0 and 1, not from {low} to {high}")
    width = high - low
    divisor = width if normalised else 1.0

    def of_curves(fpf: FloatArray, tpf: FloatArray) -> FloatArray:
        if axis == "specificity":
            return _area_between(fpf, tpf, 1.0 - high, 1.0 - low) / divisor
        return _area_between(tpf, 1.0 - fpf, low, high) / divisor

    by_sensitivity = axis == "sensitivity"
    ends = (low, high) if by_sensitivity else (1.0 - high, 1.0 - low)
    without = area_left_out(*ends, divisor, by_sensitivity=by_sensitivity)
    return CurveFigure("pauc", width / divisor, of_curves, left_out=without)


def sensitivity_at_figure(specificity: float) -> CurveFigure:
    """Sensitivity at a given specificity, on the straight lines between the operating points."""
    _unit(specificity, "specificity")
    at = 1.0 - specificity
    without = height_left_out(at, by_sensitivity=False)
    return CurveFigure("sensitivity-at", 1.0, lambda fpf, tpf: _interpolated(fpf, tpf, at), left_out=without)


def specificity_at_figure(sensitivity: float) -> CurveFigure:
    """Specificity at a given sensitivity, on the straight lines between the operating points."""
    _unit(sensitivity, "sensitivity")
    without = height_left_out(sensitivity, by_sensitivity=True)
    return CurveFigure(
        "specificity-at", 1.0, lambda fpf, tpf: _interpolated(tpf, 1.0 - fpf, sensitivity), left_out=without
    )


def expected_utility_figure(slope: float) -> CurveFigure:
    """Largest TPF - slope x FPF over the operating points (Abbey, Samuelson & Gallas 2013)."""
    if not slope > 0.0:
        raise InputError(f"the slope of the utility is positive, not {slope}")

    def of_curves(fpf: FloatArray, tpf: FloatArray) -> FloatArray:
        return np.asarray(np.max(tpf - slope * fpf, axis=1))

    return CurveFigure("expected-utility", 1.0, of_curves, left_out=expected_utility_left_out(slope))


def sensitivity_figure(threshold: float) -> ShareFigure:
    """Share of positive cases rated at least the threshold."""
    return ShareFigure("sensitivity", threshold, "positive")


def specificity_figure(threshold: float) -> ShareFigure:
    """Share of negative cases rated below the threshold."""
    return ShareFigure("specificity", threshold, "negative")


def _levels(truth: BoolArray, rating: FloatArray) -> tuple[FloatArray, FloatArray, npt.NDArray[np.intp]]:
    """Count positives and negatives at each distinct rating, highest first, and say where each case is."""
    values, position = np.unique(rating, return_inverse=True)
    level = len(values) - 1 - position
    positives = np.bincount(level[truth], minlength=len(values)).astype(np.float64)
    return positives, np.bincount(level[~truth], minlength=len(values)).astype(np.float64), level


def _cumulated(counts: FloatArray) -> FloatArray:
    sums = np.cumsum(counts, axis=1)
    return np.concatenate([np.zeros((len(counts), 1)), sums / sums[:, -1:]], axis=1)


def _chunks(items: npt.NDArray[np.intp], width: int) -> list[npt.NDArray[np.intp]]:
    size = max(1, _MAXIMUM_CELLS // max(1, width))
    return [items[start : start + size] for start in range(0, len(items), size)]


def _area(fpf: FloatArray, tpf: FloatArray) -> FloatArray:
    return np.asarray(np.trapezoid(tpf, fpf, axis=1))


def _area_between(x: FloatArray, y: FloatArray, low: float, high: float) -> FloatArray:
    """Integrate y over low <= x <= high, with the ends read off as `_interpolated` does."""
    at_low, at_high = (_interpolated(x, y, end)[:, None] for end in (low, high))
    # Only the points between the first and the last curve's range matter; often few of all.
    start = max(0, int(_points_until(x, low).min()))
    stop = min(int(_points_until(x, high).max()) + 2, x.shape[1])
    x, y = x[:, start:stop], y[:, start:stop]
    inside = np.clip(x, low, high)
    height = np.where(x <= low + ON_POINT, at_low, np.where(x >= high - ON_POINT, at_high, y))
    return np.asarray(np.einsum("ij,ij->i", np.diff(inside, axis=1), height[:, 1:] + height[:, :-1]) / 2.0)


def _interpolated(x: FloatArray, y: FloatArray, at: float) -> FloatArray:
    """Read y at x = at on the lines between the last points of each distinct x, as MRMCaov does."""
    row = np.arange(len(x))
    left = _points_until(x, at)
    right = np.minimum(left + 1, x.shape[1] - 1)
    end = x[row, right]
    top = np.count_nonzero(x <= end[:, None], axis=1) - 1
    low, high = y[row, left], y[row, top]
    run = end - x[row, left]
    share = np.divide(at - x[row, left], run, out=np.zeros(len(x)), where=run > 0)
    return np.asarray(low + np.clip(share, 0.0, 1.0) * (high - low))


def _points_until(x: FloatArray, at: float) -> npt.NDArray[np.intp]:
    """Give the last point of each curve that lies at or before an abscissa."""
    return np.asarray(np.count_nonzero(x <= at + ON_POINT, axis=1) - 1)


def _unit(value: float, name: str) -> None:
    if not 0.0 <= value <= 1.0:
        raise InputError(f"a {name} lies between 0 and 1, not {value}")


def _finite(value: float, name: str) -> float:
    number = float(value)
    if not np.isfinite(number):
        raise InputError(f"the figure of merit {name!r} gave {number} on a resample; it must be finite")
    return number
