"""Hands the training phantoms to the detector's own types."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from portal.demo.phantoms.volume import Grid, Phantom
from portal.inference.engine.volume import Sphere, TrainingCase, Volume


def grid_affine(grid: Grid) -> npt.NDArray[np.float64]:
    """(column, row, slice, 1) to patient millimetres."""
    affine = np.diag([grid.pixel_mm, grid.pixel_mm, grid.slice_mm, 1.0])
    affine[:3, 3] = grid.origin_mm
    return affine


def to_training_cases(phantoms: Iterable[Phantom]) -> Iterator[TrainingCase]:
    """Volumes and truth as the detector's training wants them."""
    for phantom in phantoms:
        volume = Volume(phantom.hounsfield.astype(np.float32), grid_affine(phantom.grid))
        nodules = tuple(Sphere(lesion.center_mm, lesion.diameter_mm) for lesion in phantom.lesions)
        yield TrainingCase(volume, nodules)
