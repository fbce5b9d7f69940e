"""Figures of merit of one reader in one modality, with their leave-one-out and bootstrap values."""

import dataclasses
from collections.abc import Callable
from typing import Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from validation.stats.checks import BoolArray, FloatArray, InputError
from validation.stats.mrmc_design import Readings
from validation.stats.roc import placements

Sampled: TypeAlias = Literal["all", "positive", "negative"]
Curves: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]

_MAXIMUM_CELLS = 4_000_000  # of one intermediate matrix, 32 MB
_ON_POINT = 1e-12  # an operating point this near to the asked one is the asked one


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

    def reweighted(self, truth: BoolArray, rating: FloatArray, weight: FloatArray) -> FloatArray:
        """Compute the figure for each row of case weights (replicates x cases)."""


@dataclasses.dataclass(frozen=True, slots=True)
class CurveFigure:
    """A figure read off the empirical ROC curve."""

    name: str
    limit: float
    of_curves: Curves
    sampled: Sampled = "all"

    def value(self, truth: BoolArray, rating: FloatArray) -> float:
        """Compute the figure."""
        positives, negatives, _ = _levels(truth, rating)
        return float(self._of_counts(positives[None, :], negatives[None, :])[0])

    def leave_one_out(self, truth: BoolArray, rating: FloatArray) -> FloatArray:
        """Compute the figure once for each distinct (truth, rating), which all its cases share."""
        positives, negatives, level = _levels(truth, rating)
        result = np.empty(len(rating))
        for case_is_positive, counts in ((True, positives), (False, negatives)):
            occupied = np.flatnonzero(counts)
            values = np.empty(len(counts))
            for part in _chunks(occupied, len(counts)):
                less = np.tile(counts, (len(part), 1))
                less[np.arange(len(part)), part] -= 1.0
                same = np.broadcast_to(negatives if case_is_positive else positives, less.shape)
                values[part] = self._of_counts(less, same) if case_is_positive else self._of_counts(same, less)
            chosen = truth if case_is_positive else ~truth
            result[chosen] = values[level[chosen]]
        return result

    def reweighted(self, truth: BoolArray, rating: FloatArray, weight: FloatArray) -> FloatArray:
        """Compute the figure on weighted counts."""
        order = np.argsort(-rating, kind="stable")
        starts = np.flatnonzero(np.diff(rating[order], prepend=np.inf) != 0)
        if len(starts) == 0 or starts[0] != 0:
            starts = np.concatenate(([0], starts))
        positives = np.add.reduceat((weight * truth)[:, order], starts, axis=1)
        negatives = np.add.reduceat((weight * ~truth)[:, order], starts, axis=1)
        return self._of_counts(positives, negatives)

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

    def reweighted(self, truth: BoolArray, rating: FloatArray, weight: FloatArray) -> FloatArray:
        """Compute the weighted share."""
        counted = weight * self._counted(truth)
        return counted @ self.correct(truth, rating) / counted.sum(axis=1)

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

    def reweighted(self, truth: BoolArray, rating: FloatArray, weight: FloatArray) -> FloatArray:
        """Call the function on each resample."""
        drawn = (np.repeat(np.arange(len(rating)), row) for row in weight.astype(np.intp))
        return np.asarray([_finite(self.function(truth[case], rating[case]), self.name) for case in drawn])


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

    return CurveFigure("pauc", width / divisor, of_curves)


def sensitivity_at_figure(specificity: float) -> CurveFigure:
    """Sensitivity at a given specificity, on the straight lines between the operating points."""
    _unit(specificity, "specificity")
    return CurveFigure("sensitivity-at", 1.0, lambda fpf, tpf: _interpolated(fpf, tpf, 1.0 - specificity))


def specificity_at_figure(sensitivity: float) -> CurveFigure:
    """Specificity at a given sensitivity, on the straight lines between the operating points."""
    _unit(sensitivity, "sensitivity")

    return CurveFigure("specificity-at", 1.0, lambda fpf, tpf: _interpolated(tpf, 1.0 - fpf, sensitivity))


def expected_utility_figure(slope: float) -> CurveFigure:
    """Largest TPF - slope x FPF over the operating points (Abbey, Samuelson & Gallas 2013)."""
    if not slope > 0.0:
        raise InputError(f"the slope of the utility is positive, not {slope}")
    return CurveFigure("expected-utility", 1.0, lambda fpf, tpf: np.asarray(np.max(tpf - slope * fpf, axis=1)))


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
    inside = np.clip(x, low, high)
    height = np.where(x <= low + _ON_POINT, at_low, np.where(x >= high - _ON_POINT, at_high, y))
    return np.sum(np.diff(inside, axis=1) * (height[:, 1:] + height[:, :-1]) / 2.0, axis=1)


def _interpolated(x: FloatArray, y: FloatArray, at: float) -> FloatArray:
    """Read y at x = at on the lines between the last points of each distinct x, as MRMCaov does."""
    last_of_stretch = np.concatenate([np.diff(x, axis=1) > 0, np.ones((len(x), 1), dtype=bool)], axis=1)
    position = np.where(last_of_stretch, np.arange(x.shape[1]), x.shape[1])
    position = np.minimum.accumulate(position[:, ::-1], axis=1)[:, ::-1]
    row = np.arange(len(x))
    left = (x <= at + _ON_POINT).sum(axis=1) - 1
    right = np.minimum(left + 1, x.shape[1] - 1)
    low, high = y[row, position[row, left]], y[row, position[row, right]]
    run = x[row, right] - x[row, left]
    share = np.divide(at - x[row, left], run, out=np.zeros(len(x)), where=run > 0)
    return low + np.clip(share, 0.0, 1.0) * (high - low)


def _unit(value: float, name: str) -> None:
    if not 0.0 <= value <= 1.0:
        raise InputError(f"a {name} lies between 0 and 1, not {value}")


def _finite(value: float, name: str) -> float:
    number = float(value)
    if not np.isfinite(number):
        raise InputError(f"the figure of merit {name!r} gave {number} on a resample; it must be finite")
    return number
