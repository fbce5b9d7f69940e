"""One measured quantity, or the reason why there is none; and what may be measured at all."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]
Element = TypeVar("Element", bound=np.generic)
# Of the slices, rows and columns of a volume, in this order: as its arrays are indexed.
Spacing = tuple[float, float, float]

# Half of the 26 ways to a neighbour: the others lead back.
DIRECTIONS = tuple(step for step in itertools.product((-1, 0, 1), repeat=3) if step > (0, 0, 0))

MILLIMETRE, SQUARE_MILLIMETRE, CUBIC_MILLIMETRE, NO_UNIT = "mm", "mm2", "mm3", "1"


class MeasurementError(ValueError):
    """What was given cannot be measured; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measured quantity.

    Attributes
    ----------
    name : str
        Stable name, which with its unit is a column of a table.
    value : float or None
        None where these voxels do not define it; `reason` then says why.
    unit : str
        In UCUM: `mm`, `mm3`, `[hnsf'U]` for HU, `1` for what has none.
    ibsi : str or None
        The four letters by which the IBSI knows the feature; None for what it does not define.
    """

    name: str
    value: float | None
    unit: str
    ibsi: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is not a number, and a missing value that nobody explained."""
        if self.value is None and not self.reason:
            raise ValueError("a quantity without a value needs a reason")
        if self.value is not None and not np.isfinite(self.value):
            raise ValueError(f"{self.name} is not a number; say why it has no value")


def checked(mask: npt.ArrayLike, spacing_mm: Sequence[float]) -> tuple[Mask, Spacing]:
    """Return the mask as booleans and the spacing as numbers; refuse what is no segment of a volume."""
    voxels = np.asarray(mask)
    if voxels.ndim != 3:
        raise MeasurementError(f"The mask has {voxels.ndim} dimensions, not 3 (slices, rows, columns).")
    if voxels.dtype != np.bool_ and not np.isin(voxels, (0, 1)).all():
        raise MeasurementError("The mask holds other values than 0 and 1.")
    voxels = voxels.astype(np.bool_)
    if not voxels.any():
        raise MeasurementError("The segment has no voxel.")
    slices, rows, columns = (float(one) for one in spacing_mm)
    if not all(np.isfinite(one) and one > 0 for one in (slices, rows, columns)):
        raise MeasurementError("The spacing is not three positive lengths in millimetres (slices, rows, columns).")
    return voxels, (slices, rows, columns)


def values_under(mask: Mask, values: npt.ArrayLike) -> Values:
    """Return the values of the segment's voxels, in the order of the array; refuse values that are no numbers."""
    everywhere = np.asarray(values, dtype=np.float64)
    if everywhere.shape != mask.shape:
        raise MeasurementError(f"The values have the shape {everywhere.shape}, the mask {mask.shape}.")
    found = everywhere[mask]
    if not np.isfinite(found).all():
        raise MeasurementError("A voxel of the segment has a value that is not a number.")
    return found


def beside(padded: npt.NDArray[Element], step: tuple[int, ...]) -> npt.NDArray[Element]:
    """Return, for every voxel of an array with a border of one on each side, the neighbour one step on."""
    return padded[tuple(slice(1 + one, size - 1 + one) for one, size in zip(step, padded.shape, strict=True))]
