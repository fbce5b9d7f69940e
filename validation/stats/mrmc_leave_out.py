"""Figures read off an ROC curve without each case in turn, in closed form: time grows as the number of ratings.

Points 0 to K of a curve are cumulated counts of the two classes over the distinct ratings, highest first. Without a
case rated at level l, the counts of its class are one less from point l on, out of one less. Along the axis that the
figure integrates over (`along`) this moves points, so every such curve is the head of one fixed curve followed by the
tail of another; across it (`across`) the figure is a fixed linear form of the heights.
"""

import dataclasses
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from validation.stats.checks import BoolArray, FloatArray

LeaveOut: TypeAlias = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
Positions: TypeAlias = npt.NDArray[np.intp]

ON_POINT = 1e-12  # an operating point this near to the asked one is the asked one


def expected_utility_left_out(slope: float) -> LeaveOut:
    """Give max(TPF - slope x FPF) without a positive, and without a negative, of each level."""

    def values(positives: FloatArray, negatives: FloatArray) -> tuple[FloatArray, FloatArray]:
        hits, alarms = _cumulated(positives), _cumulated(negatives)
        tpf, fpf = hits / hits[-1], alarms / alarms[-1]
        return (
            _largest(hits / (hits[-1] - 1.0) - slope * fpf, (hits - 1.0) / (hits[-1] - 1.0) - slope * fpf),
            _largest(tpf - slope * (alarms / (alarms[-1] - 1.0)), tpf - slope * ((alarms - 1.0) / (alarms[-1] - 1.0))),
        )

    return values


def height_left_out(at: float, *, by_sensitivity: bool) -> LeaveOut:
    """Give the height of the curve at an abscissa, on the lines between the last points of each distinct one."""

    def values(positives: FloatArray, negatives: FloatArray) -> tuple[FloatArray, FloatArray]:
        axes = _axes(positives, negatives, by_sensitivity)
        weight = np.zeros(len(axes.along))
        _add_height(weight, _height(axes.along / axes.along[-1], at), 1.0)
        along, across = _Moved(axes).height(at), axes.linear(weight)
        return (along, across) if by_sensitivity else (across, along)

    return values


def area_left_out(low: float, high: float, divisor: float, *, by_sensitivity: bool) -> LeaveOut:
    """Give the area between two abscissae, the ends read as `height_left_out` does."""

    def values(positives: FloatArray, negatives: FloatArray) -> tuple[FloatArray, FloatArray]:
        axes = _axes(positives, negatives, by_sensitivity)
        along, across = _Moved(axes).area(low, high), axes.linear(_area_weights(axes.along, low, high))
        pair = (along, across) if by_sensitivity else (across, along)
        return pair[0] / divisor, pair[1] / divisor

    return values


@dataclasses.dataclass(frozen=True, slots=True)
class _Axes:
    """Cumulated counts along and across; the height is (across / total), or 1 less that when `falling`."""

    along: FloatArray
    across: FloatArray
    falling: bool

    def heights(self) -> FloatArray:
        share = self.across / self.across[-1]
        return 1.0 - share if self.falling else share

    def linear(self, weight: FloatArray) -> FloatArray:
        """Give sum(weight x height) without a case of the class across, of each level."""
        from_level = np.cumsum(weight[::-1])[::-1][1:]
        share = (weight @ self.across - from_level) / (self.across[-1] - 1.0)
        return weight.sum() - share if self.falling else share


class _Moved:
    """All curves without one case of the class along; one for each level."""

    def __init__(self, axes: _Axes) -> None:
        counts, self.y = axes.along, axes.heights()
        self.last = len(counts) - 1
        self.level = np.arange(1, len(counts))
        self.head, self.tail = counts / (counts[-1] - 1.0), (counts - 1.0) / (counts[-1] - 1.0)
        self.end = np.searchsorted(counts, counts, "right") - 1  # last point of the same abscissa
        step = np.diff(counts)
        self.joins = step == 1.0  # without its only case, a level lies above the point before

    def height(self, at: float) -> FloatArray:
        """Read each curve at one abscissa."""
        in_head, in_tail = (int((x <= at + ON_POINT).sum()) for x in (self.head, self.tail))
        left = np.minimum(self.level, in_head) + np.maximum(in_tail - self.level, 0) - 1
        right = np.minimum(left + 1, self.last)
        joined = (right < self.level) & (self.end[right] == self.level - 1) & self.joins
        top = np.where(joined, self.end[self.level], self.end[right])
        start = self._abscissa(left)
        run = self._abscissa(right) - start
        share = np.divide(at - start, run, out=np.zeros(len(run)), where=run > 0)
        return self.y[left] + np.clip(share, 0.0, 1.0) * (self.y[top] - self.y[left])

    def area(self, low: float, high: float) -> FloatArray:
        """Integrate each curve between two abscissae."""
        at_low, at_high = self.height(low), self.height(high)
        head, tail = _Stretch(self.head, self.y, low, high), _Stretch(self.tail, self.y, low, high)
        before, after = head.until(self.level - 1), tail.since(self.level)
        fixed, on_low, on_high = before + after
        first, second = head.at(self.level - 1, at_low, at_high), tail.at(self.level, at_low, at_high)
        between = (tail.inside[self.level] - head.inside[self.level - 1]) * (first + second) / 2.0
        return np.asarray(fixed + on_low * at_low + on_high * at_high + between)

    def _abscissa(self, point: Positions) -> FloatArray:
        return np.where(point < self.level, self.head[point], self.tail[point])


class _Stretch:
    """Trapezoids of one curve, as parts that do not depend on its heights at both ends of the range, and that do."""

    def __init__(self, x: FloatArray, y: FloatArray, low: float, high: float) -> None:
        self.inside = np.clip(x, low, high)
        self.is_low, self.is_high = _ends(x, low, high)
        self.y = y
        heights = np.stack([np.where(self.is_low | self.is_high, 0.0, y), self.is_low, self.is_high])
        parts = np.diff(self.inside) * (heights[:, 1:] + heights[:, :-1]) / 2.0
        self.sums = np.concatenate([np.zeros((3, 1)), np.cumsum(parts, axis=1)], axis=1)

    def until(self, point: Positions) -> FloatArray:
        return self.sums[:, point]

    def since(self, point: Positions) -> FloatArray:
        return self.sums[:, -1:] - self.sums[:, point]

    def at(self, point: Positions, at_low: FloatArray, at_high: FloatArray) -> FloatArray:
        return np.where(self.is_low[point], at_low, np.where(self.is_high[point], at_high, self.y[point]))


def _axes(positives: FloatArray, negatives: FloatArray, by_sensitivity: bool) -> _Axes:
    hits, alarms = _cumulated(positives), _cumulated(negatives)
    return _Axes(hits, alarms, True) if by_sensitivity else _Axes(alarms, hits, False)


def _cumulated(counts: FloatArray) -> FloatArray:
    return np.concatenate([[0.0], np.cumsum(counts)])


def _largest(head: FloatArray, tail: FloatArray) -> FloatArray:
    """Give, for each level, the largest of `head` before it and `tail` from it on."""
    before = np.maximum.accumulate(head)[:-1]
    return np.maximum(before, np.maximum.accumulate(tail[::-1])[::-1][1:])


def _ends(x: FloatArray, low: float, high: float) -> tuple[BoolArray, BoolArray]:
    is_low = x <= low + ON_POINT
    return is_low, ~is_low & (x >= high - ON_POINT)


def _height(x: FloatArray, at: float) -> tuple[int, int, float]:
    """Say between which points, and where between them, the height at an abscissa lies."""
    left = int((x <= at + ON_POINT).sum()) - 1
    right = min(left + 1, len(x) - 1)
    top = int(np.searchsorted(x, x[right], "right")) - 1
    run = float(x[right] - x[left])
    share = min(max((at - float(x[left])) / run, 0.0), 1.0) if run > 0.0 else 0.0
    return left, top, share


def _add_height(weight: FloatArray, height: tuple[int, int, float], amount: float) -> None:
    left, top, share = height
    weight[left] += amount * (1.0 - share)
    weight[top] += amount * share


def _area_weights(counts: FloatArray, low: float, high: float) -> FloatArray:
    """Give the weights of the heights of all points in the area between two abscissae."""
    x = counts / counts[-1]
    half = np.diff(np.clip(x, low, high)) / 2.0
    weight = np.concatenate([half, [0.0]]) + np.concatenate([[0.0], half])
    is_low, is_high = _ends(x, low, high)
    on_low, on_high = float(weight[is_low].sum()), float(weight[is_high].sum())
    weight[is_low | is_high] = 0.0
    _add_height(weight, _height(x, low), on_low)
    _add_height(weight, _height(x, high), on_high)
    return weight
