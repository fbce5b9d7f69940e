"""Texture of the values under a segment: the grey level co-occurrence matrix (Haralick 1973, IBSI LFYI).

One matrix of all 13 directions to a voxel's neighbours in the volume, merged (IBSI IAZD). Neighbours are voxels, not
millimetres: where slices are further apart than pixels, texture depends on it, and only volumes of one spacing compare.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portal.inference.measurement.quantity import (
    DIRECTIONS,
    NO_UNIT,
    MeasurementError,
    Quantity,
    Values,
    beside,
    checked,
    values_under,
)

MAXIMUM_LEVELS = 1024
_ALONE = "No two voxels of the segment are neighbours."


@dataclass(frozen=True, slots=True)
class Discretisation:
    """Grey levels of equal width (IBSI Q3RU): level 1 begins at `start`, in the unit of the values."""

    start: float
    width: float

    def levels(self, values: Values) -> npt.NDArray[np.int64]:
        """Return the level of each value, the lowest being 1; refuse a value below the start, or too many levels."""
        if not self.width > 0:
            raise MeasurementError("The width of a grey level is not above 0.")
        if values.min() < self.start:
            raise MeasurementError(
                f"A voxel has the value {values.min():g}, below the start {self.start:g} of level 1."
            )
        steps = np.floor((values - self.start) / self.width)
        if steps.max() >= MAXIMUM_LEVELS:
            raise MeasurementError(f"The values span more than {MAXIMUM_LEVELS} grey levels of {self.width:g}.")
        return steps.astype(np.int64) + 1


def texture(mask: npt.ArrayLike, values: npt.ArrayLike, discretisation: Discretisation) -> list[Quantity]:
    """Measure the texture of a segment; without two voxels side by side no feature has a value."""
    voxels, _ = checked(mask, (1, 1, 1))
    levels = np.zeros(voxels.shape, dtype=np.int64)
    levels[voxels] = discretisation.levels(values_under(voxels, values))
    counts = co_occurrences(levels)
    if not counts.any():
        return undefined_texture(_ALONE)
    joint = counts / counts.sum()
    return [Quantity(name, float(of(joint)), NO_UNIT, ibsi) for name, ibsi, of in _FEATURES] + [_correlation(joint)]


def undefined_texture(reason: str) -> list[Quantity]:
    """Give every feature of texture without a value, for one reason."""
    return [Quantity(name, None, NO_UNIT, ibsi, reason) for name, ibsi in _NAMED]


def co_occurrences(levels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Count how often two levels are neighbours, in either order, over all directions; level 0 is outside."""
    count = int(levels.max()) + 1
    padded = np.pad(levels, 1)
    centre = padded[1:-1, 1:-1, 1:-1].ravel()
    pairs = np.zeros(count * count, dtype=np.int64)
    for step in DIRECTIONS:
        pairs += np.bincount(centre * count + beside(padded, step).ravel(), minlength=count * count)
    one_way = pairs.reshape(count, count)[1:, 1:]
    return one_way + one_way.T


def _grid(joint: Values) -> tuple[Values, Values]:
    steps = np.arange(1, len(joint) + 1, dtype=np.float64)
    return np.meshgrid(steps, steps, indexing="ij")


def _entropy(shares: Values) -> np.floating:
    some = shares[shares > 0]
    return -np.sum(some * np.log2(some))


def _differences(joint: Values) -> Values:
    """The share of neighbours whose levels differ by 0, 1, 2, … (p of i minus j)."""
    one, other = _grid(joint)
    return np.bincount(np.abs(one - other).astype(np.int64).ravel(), weights=joint.ravel()).astype(np.float64)


def _sums(joint: Values) -> Values:
    """The share of neighbours whose levels sum to 0, 1, 2, … (p of i plus j)."""
    one, other = _grid(joint)
    return np.bincount((one + other).astype(np.int64).ravel(), weights=joint.ravel()).astype(np.float64)


def _mean(joint: Values) -> np.floating:
    return np.sum(_grid(joint)[0] * joint)


def _mean_of(shares: Values) -> np.floating:
    return np.sum(np.arange(len(shares)) * shares)


def _variance_of(shares: Values) -> np.floating:
    return np.sum((np.arange(len(shares)) - _mean_of(shares)) ** 2 * shares)


def _variance(joint: Values) -> np.floating:
    return np.sum((_grid(joint)[0] - _mean(joint)) ** 2 * joint)


def _cluster(joint: Values, power: int) -> np.floating:
    one, other = _grid(joint)
    return np.sum((one + other - 2 * _mean(joint)) ** power * joint)


def _by_difference(weight: Callable[[Values], Values]) -> Callable[[Values], np.floating]:
    def of(joint: Values) -> np.floating:
        shares = _differences(joint)
        return np.sum(shares * weight(np.arange(len(shares), dtype=np.float64)))

    return of


_FEATURES: tuple[tuple[str, str, Callable[[Values], np.floating]], ...] = (
    ("joint_maximum", "GYBY", np.max),
    ("joint_average", "60VM", _mean),
    ("joint_variance", "UR99", _variance),
    ("joint_entropy", "TU9B", _entropy),
    ("difference_average", "TF7R", lambda joint: _mean_of(_differences(joint))),
    ("difference_variance", "D3YU", lambda joint: _variance_of(_differences(joint))),
    ("difference_entropy", "NTRS", lambda joint: _entropy(_differences(joint))),
    ("sum_average", "ZGXS", lambda joint: _mean_of(_sums(joint))),
    ("sum_variance", "OEEB", lambda joint: _variance_of(_sums(joint))),
    ("sum_entropy", "P6QZ", lambda joint: _entropy(_sums(joint))),
    ("angular_second_moment", "8ZQL", lambda joint: np.sum(joint**2)),
    ("contrast", "ACUI", _by_difference(np.square)),
    ("inverse_difference", "IB1Z", _by_difference(lambda apart: 1 / (1 + apart))),
    ("inverse_difference_moment", "WF0Z", _by_difference(lambda apart: 1 / (1 + apart**2))),
    ("autocorrelation", "QWB0", lambda joint: np.sum(np.prod(_grid(joint), axis=0) * joint)),
    ("cluster_shade", "7NFM", lambda joint: _cluster(joint, 3)),
    ("cluster_prominence", "AE86", lambda joint: _cluster(joint, 4)),
)


_NAMED = (*((name, ibsi) for name, ibsi, _ in _FEATURES), ("correlation", "NI2N"))


def _correlation(joint: Values) -> Quantity:
    """How the levels of neighbours go together (IBSI NI2N): not defined where there is one level only."""
    if _variance(joint) == 0:
        return Quantity("correlation", None, NO_UNIT, "NI2N", "All voxels have one grey level.")
    one, other = _grid(joint)
    mean = _mean(joint)
    value = np.sum((one - mean) * (other - mean) * joint) / _variance(joint)
    return Quantity("correlation", float(value), NO_UNIT, "NI2N")
