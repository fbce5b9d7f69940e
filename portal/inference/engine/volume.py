"""What goes into a detector and what comes out of it."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Point = tuple[float, float, float]

# About 2 GiB of float32: more would risk the worker's memory.
MAXIMUM_VOXELS = 500_000_000


@dataclass(frozen=True, slots=True)
class Volume:
    """Hounsfield units [slice, row, column] of one evenly spaced series.

    `affine` maps (column, row, slice, 1) to patient millimetres (DICOM LPS+), voxel centres at whole numbers.
    """

    hounsfield: npt.NDArray[np.float32]
    affine: npt.NDArray[np.float64]

    @property
    def spacing_mm(self) -> Point:
        """Distances between voxel centres along (slice, row index, column index)."""
        steps = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(steps[2]), float(steps[1]), float(steps[0])

    def to_patient_mm(self, slice_index: float, row: float, column: float) -> Point:
        """Patient position of a point in voxel indices."""
        x, y, z, _ = self.affine @ np.array([column, row, slice_index, 1.0])
        return float(x), float(y), float(z)


@dataclass(frozen=True, slots=True)
class Sphere:
    """A nodule of known place and size, to train on."""

    center_mm: Point
    diameter_mm: float


@dataclass(frozen=True, slots=True)
class TrainingCase:
    """One volume with its truth."""

    volume: Volume
    nodules: tuple[Sphere, ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """One located finding: where, how large, and the calibrated probability that it is a nodule."""

    center_mm: Point
    diameter_mm: float
    score: float
    slice_index: int


@dataclass(frozen=True, slots=True)
class Heat:
    """Probabilities [slice, row, column] over the volume on a coarser grid; `affine` as in `Volume`."""

    probability: npt.NDArray[np.float32]
    affine: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Detections:
    """What the detector says about one volume: a score for the case, its findings, best first, and the heat."""

    score: float
    findings: tuple[Detection, ...]
    heat: Heat = field(compare=False)
