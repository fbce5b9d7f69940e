"""The volume that an uploaded model is given, real or made up for its trial. Pure arrays (docs/models.md)."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from portal.inference.engine.preprocess import GridVolume, grid_shape, scaled, to_grid
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.volume import MAXIMUM_VOXELS, Point, Volume

Specification = Mapping[str, Any]

# What a made-up case covers where the specification asks for nothing.
_FIELD_MM = 300.0
_FEWEST_SLICES, _MOST_SIDE, _FEWEST_SIDE = 12, 512, 64
_MOST_VOXELS = 32_000_000
# Where so many slices are asked for that they would be more voxels.
_LEAST_SIDE = 16
_DEFAULT_SPACING_MM: Point = (2.5, 1.0, 1.0)
_AIR_HU, _TISSUE_HU = -1000.0, 40.0


def model_grid(specification: Specification, volume: Volume) -> GridVolume:
    """The volume on the grid and in the window of the specification.

    Raises
    ------
    ModelRefused
        `too_large` when it has more voxels there than a worker holds.
    """
    window = specification["window"]
    limits = (float(window["low"]), float(window["high"])) if window else None
    asked = specification.get("grid_mm")
    if asked is None:
        return GridVolume(scaled(volume.hounsfield, limits), volume, (1.0, 1.0, 1.0))
    grid_mm = (float(asked[0]), float(asked[1]), float(asked[2]))
    if math.prod(grid_shape(volume, grid_mm)) > MAXIMUM_VOXELS:
        raise ModelRefused("too_large", "On the model's grid the case is larger than can be held in memory.")
    return to_grid(volume, grid_mm, limits)


def trial_volume(specification: Specification, *, seed: int, further_slices: int = 0) -> Volume:
    """A made-up case that lies within the specification: a ball of tissue with noise, in air.

    The same seed gives the same voxels.
    """
    (slices, rows, columns), spacing = trial_shape(specification)
    shape = (slices + further_slices, rows, columns)
    rng = np.random.default_rng(seed)
    z, y, x = np.ogrid[tuple(slice(-1, 1, complex(0, count)) for count in shape)]
    ball = z**2 + y**2 + x**2 < 0.6
    values = np.where(ball, np.float32(_TISSUE_HU), np.float32(_AIR_HU))
    values += 20 * rng.standard_normal(shape, np.float32)
    return Volume(values, np.diag([spacing[2], spacing[1], spacing[0], 1.0]))


def trial_shape(specification: Specification) -> tuple[tuple[int, int, int], Point]:
    """Slices, rows and columns of a made-up case, and the millimetres between them."""
    spacing = _trial_spacing(specification)
    coverage = specification["minimum_coverage_mm"] or 0.0
    slices = max(specification["minimum_slices"], math.ceil(coverage / spacing[0]) + 1, _FEWEST_SLICES)
    side = min(max(round(_FIELD_MM / spacing[1]), _FEWEST_SIDE), _MOST_SIDE)
    side = max(min(side, math.isqrt(_MOST_VOXELS // slices)), _LEAST_SIDE)
    return (slices, side, side), spacing


def _trial_spacing(specification: Specification) -> Point:
    within = specification["slice_spacing_mm"]
    grid = specification.get("grid_mm") or _DEFAULT_SPACING_MM
    along_slices = _nearest(grid[0], within)
    in_plane = _nearest(grid[1], specification["pixel_spacing_mm"])
    return along_slices, in_plane, in_plane


def _nearest(wanted: float, limits: Mapping[str, float] | None) -> float:
    return float(wanted if limits is None else min(max(wanted, limits["minimum"]), limits["maximum"]))
