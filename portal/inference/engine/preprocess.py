"""Brings any axial CT volume onto the grid that the network was trained on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from portal.inference.engine.volume import Point, Volume

# Spacing of the network's grid along (slice, row, column).
GRID_MM: Point = (3.5, 1.4, 1.4)
# Lung range: below is air, above is soft tissue or bone, which the network need not tell apart.
LOW_HU, HIGH_HU = -1000.0, 200.0
WINDOW_HU = (LOW_HU, HIGH_HU)
# Source voxels at least this large compared to the grid's need no smoothing.
NEARLY_SAME = 0.7
# Slices on each side that the network sees: a vessel goes on where a nodule ends.
CONTEXT = 2

Normalised = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class GridVolume:
    """A volume resampled to a grid and scaled to -1..1, with the way back."""

    values: Normalised
    source: Volume
    zoom: Point

    def to_source_index(self, slice_index: float, row: float, column: float) -> Point:
        """Voxel indices in the source volume of a point on the grid."""
        return slice_index / self.zoom[0], row / self.zoom[1], column / self.zoom[2]

    def to_patient_mm(self, slice_index: float, row: float, column: float) -> Point:
        """Patient position of a point on the grid."""
        return self.source.to_patient_mm(*self.to_source_index(slice_index, row, column))

    def from_patient_mm(self, point_mm: Point) -> Point:
        """Grid indices (slice, row, column) of a point in the patient."""
        column, row, slice_index, _ = np.linalg.inv(self.source.affine) @ np.array([*point_mm, 1.0])
        return slice_index * self.zoom[0], row * self.zoom[1], column * self.zoom[2]


def grid_shape(volume: Volume, grid_mm: Point) -> tuple[int, int, int]:
    """Slices, rows and columns that the volume has on a grid of this spacing."""
    counts = zip(volume.hounsfield.shape, volume.spacing_mm, grid_mm, strict=True)
    slices, rows, columns = (max(1, int(np.floor((count - 1) * (have / want))) + 1) for count, have, want in counts)
    return slices, rows, columns


def to_grid(volume: Volume, grid_mm: Point = GRID_MM, window: tuple[float, float] | None = WINDOW_HU) -> GridVolume:
    """Resample with linear interpolation; voxel 0 keeps its place. The window becomes -1..1, beyond it is cut off."""
    spacing = volume.spacing_mm
    ratio = tuple(have / want for have, want in zip(spacing, grid_mm, strict=True))
    # Fine source grids are smoothed first, or the resampled noise would be stronger than what was trained on.
    sigma = [0.5 * (1 / step - 1) if step < NEARLY_SAME else 0.0 for step in ratio]
    source = volume.hounsfield
    if max(sigma) > 0:
        source = ndimage.gaussian_filter(source, sigma)
    values = ndimage.affine_transform(
        source,
        np.array([1 / step for step in ratio]),
        output_shape=grid_shape(volume, grid_mm),
        order=1,
        mode="nearest",
    )
    return GridVolume(scaled(values, window), volume, (ratio[0], ratio[1], ratio[2]))


def scaled(values: npt.NDArray[np.float32], window: tuple[float, float] | None) -> Normalised:
    """Values with the window as -1..1, cut off beyond it; as they are where there is no window."""
    if window is None:
        return values.astype(np.float32)
    low, high = window
    return ((np.clip(values, low, high) - low) * (2 / (high - low)) - 1).astype(np.float32)


def neighbours(values: Normalised, index: int) -> Normalised:
    """A slice with CONTEXT slices below and above as channels; the ends are repeated."""
    wanted = np.arange(index - CONTEXT, index + CONTEXT + 1)
    return values[np.clip(wanted, 0, values.shape[0] - 1)]
