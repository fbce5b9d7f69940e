"""The typed values of a phantom: voxel grid in patient millimetres, Hounsfield units, lesions."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Hounsfield = npt.NDArray[np.float32]
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Lesion:
    """A solid sphere: the truth that the generator knows."""

    lesion_id: str
    center_mm: Point
    diameter_mm: float
    attenuation_hu: float


@dataclass(frozen=True, slots=True)
class Grid:
    """An axial voxel grid in DICOM patient coordinates (LPS+); slices rise with z (towards the head)."""

    slices: int
    rows: int
    columns: int
    pixel_mm: float
    slice_mm: float

    @property
    def origin_mm(self) -> Point:
        """Centre of the first voxel of the lowest slice; the grid is centred on the patient origin."""
        return (
            -0.5 * (self.columns - 1) * self.pixel_mm,
            -0.5 * (self.rows - 1) * self.pixel_mm,
            -0.5 * (self.slices - 1) * self.slice_mm,
        )

    def axes_mm(self) -> tuple[Hounsfield, Hounsfield, Hounsfield]:
        """Coordinates of the voxel centres as broadcastable arrays (z, y, x); read-only, because they are shared."""
        return _axes_mm(self)


@lru_cache(maxsize=4)
def _axes_mm(grid: Grid) -> tuple[Hounsfield, Hounsfield, Hounsfield]:
    x0, y0, z0 = grid.origin_mm
    z = (z0 + grid.slice_mm * np.arange(grid.slices)).astype(np.float32)[:, None, None]
    y = (y0 + grid.pixel_mm * np.arange(grid.rows)).astype(np.float32)[None, :, None]
    x = (x0 + grid.pixel_mm * np.arange(grid.columns)).astype(np.float32)[None, None, :]
    for axis in (z, y, x):
        axis.flags.writeable = False
    return z, y, x


@dataclass(frozen=True, slots=True)
class Phantom:
    """One synthetic imaging study in memory."""

    name: str
    seed: int
    grid: Grid
    hounsfield: npt.NDArray[np.int16]
    lesions: tuple[Lesion, ...]

    @property
    def has_nodule(self) -> bool:
        """The reference standard of the case."""
        return bool(self.lesions)
