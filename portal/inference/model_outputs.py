"""What an uploaded model returned, checked and brought into the patient. Pure rules over arrays (docs/models.md).

The process that computed the arrays is not trusted: everything is checked here, outside of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from portal.inference.engine.preprocess import GridVolume
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.volume import Point
from portal.inference.heat_map import MAXIMUM_VOXELS
from portal.inference.prediction_input import MAXIMUM_FINDINGS

Array = npt.NDArray[np.float32]

CASE_PROBABILITY, FINDINGS, HEAT_MAP = "CASE_PROBABILITY", "FINDINGS", "HEAT_MAP"
POINT, SPHERE, BOX = "POINT", "SPHERE", "BOX"
# Columns of a row of findings, the score last, and what it is of.
COLUMNS = {4: POINT, 5: SPHERE, 7: BOX}
MAXIMUM_DIAMETER_MM = 500.0
# A cell of a heat map stands for at most so many voxels of the input along an axis.
MAXIMUM_STRIDE = 32


@dataclass(frozen=True, slots=True)
class Located:
    """One finding in the patient: its points, for a SPHERE the centre alone; `slice_index` is of the source images."""

    kind: str
    points_mm: tuple[Point, ...]
    diameter_mm: float | None
    score: float
    slice_index: int


@dataclass(frozen=True, slots=True)
class Heated:
    """Values of 0 to 1 [slice, row, column]; `affine` maps (column, row, slice, 1) to patient millimetres."""

    values: Array
    affine: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a model says about a case."""

    score: float
    findings: tuple[Located, ...]
    heat: Heated | None


def checked_outputs(card: Mapping[str, Any], grid: GridVolume, outputs: Sequence[tuple[str, Array]]) -> Checked:
    """Check what was returned for `grid` against the card's outputs.

    Raises
    ------
    ModelRefused
        `not_finite`, `not_a_probability`, `wrong_shape`, `too_many_findings`, `outside_the_volume`, `bad_diameter`,
        `empty_box`, `grid_needed` or `output_too_large`.
    """
    kinds = {one["key"]: one["kind"] for one in card["outputs"]}
    score: float | None = None
    findings: tuple[Located, ...] = ()
    heat: Heated | None = None
    for key, values in outputs:
        _check_finite(key, values)
        if kinds[key] == CASE_PROBABILITY:
            score = _score(key, values)
        elif kinds[key] == FINDINGS:
            findings = _findings(key, values, grid, has_grid=card["input"].get("grid_mm") is not None)
        else:
            heat = _heat(key, values, grid)
    if score is None:
        # A model that only locates says of the case what it says of its best finding.
        score = max((one.score for one in findings), default=0.0)
    return Checked(score, findings, heat)


def _check_finite(key: str, values: Array) -> None:
    strange = int(values.size - np.count_nonzero(np.isfinite(values)))
    if strange:
        raise ModelRefused("not_finite", f"{strange:,} of {values.size:,} values of {key} are NaN or infinite.")


def _check_probabilities(key: str, values: Array) -> None:
    outside = values[(values < 0) | (values > 1)]
    if outside.size:
        raise ModelRefused("not_a_probability", f"{key} has a score of {float(outside[0]):g}; scores are from 0 to 1.")


def _shape(key: str, values: Array, wanted: str) -> ModelRefused:
    found = " x ".join(map(str, values.shape)) or "one number"
    return ModelRefused("wrong_shape", f"{key} has the shape {found}; wanted is {wanted}.")


def _score(key: str, values: Array) -> float:
    if values.size != 1:
        raise _shape(key, values, "one number")
    _check_probabilities(key, values)
    return float(values.reshape(-1)[0])


def _without_leading(values: Array, dimensions: int) -> Array:
    """Without the axes of batch and channel, which have length 1."""
    while values.ndim > dimensions and values.shape[0] == 1:
        values = values[0]
    return values


def _findings(key: str, values: Array, grid: GridVolume, *, has_grid: bool) -> tuple[Located, ...]:
    rows = _without_leading(values, 2)
    if rows.ndim != 2 or rows.shape[1] not in COLUMNS:
        raise _shape(key, values, "n x 4 (points), n x 5 (spheres) or n x 7 (boxes)")
    if len(rows) > MAXIMUM_FINDINGS:
        raise ModelRefused("too_many_findings", f"{key} has {len(rows):,} findings; at most {MAXIMUM_FINDINGS}.")
    kind = COLUMNS[rows.shape[1]]
    if kind == SPHERE and not has_grid:
        detail = f"{key} has diameters in millimetres, so the card says on which grid the model works (input.grid_mm)."
        raise ModelRefused("grid_needed", detail)
    _check_probabilities(key, rows[:, -1])
    low, high = -0.5, np.array(grid.values.shape) - 0.5
    places = rows[:, :6].reshape(-1, 3) if kind == BOX else rows[:, :3]
    if np.any(places < low) or np.any(places > high):
        raise ModelRefused("outside_the_volume", f"{key} has a finding that does not lie in the volume.")
    build = {POINT: _point, SPHERE: _sphere, BOX: _box}[kind]
    ordered = rows[np.argsort(-rows[:, -1], kind="stable")]
    return tuple(build(key, [float(value) for value in row], grid) for row in ordered)


def _slice_index(grid: GridVolume, index: float) -> int:
    nearest = round(grid.to_source_index(index, 0, 0)[0])
    return min(max(nearest, 0), grid.source.hounsfield.shape[0] - 1)


def _point(key: str, row: Sequence[float], grid: GridVolume) -> Located:
    z, y, x, score = row
    return Located(POINT, (grid.to_patient_mm(z, y, x),), None, score, _slice_index(grid, z))


def _sphere(key: str, row: Sequence[float], grid: GridVolume) -> Located:
    z, y, x, diameter, score = row
    if not 0 < diameter <= MAXIMUM_DIAMETER_MM:
        detail = f"{key} has a diameter of {diameter:g} mm; it is above 0 and at most {MAXIMUM_DIAMETER_MM:g} mm."
        raise ModelRefused("bad_diameter", detail)
    return Located(SPHERE, (grid.to_patient_mm(z, y, x),), diameter, score, _slice_index(grid, z))


def _box(key: str, row: Sequence[float], grid: GridVolume) -> Located:
    z0, y0, x0, z1, y1, x1, score = row
    if not (z0 < z1 and y0 < y1 and x0 < x1):
        raise ModelRefused("empty_box", f"{key} has a box whose first corner is not below its last on every axis.")
    corners = tuple(grid.to_patient_mm(*at) for at in ((z0, y0, x0), (z0, y0, x1), (z0, y1, x0), (z1, y0, x0)))
    return Located(BOX, corners, None, score, _slice_index(grid, (z0 + z1) / 2))


def _heat(key: str, values: Array, grid: GridVolume) -> Heated:
    cells = _without_leading(values, 3)
    wanted = grid.values.shape
    text = f"{' x '.join(map(str, wanted))} or that divided by whole numbers, rounded up"
    if cells.ndim != 3 or cells.size == 0:
        raise _shape(key, values, text)
    steps = [-(-whole // part) for whole, part in zip(wanted, cells.shape, strict=True)]
    fits = (-(-whole // step) == part for whole, step, part in zip(wanted, steps, cells.shape, strict=True))
    if not all(fits) or max(steps) > MAXIMUM_STRIDE:
        raise _shape(key, values, text)
    if cells.size > MAXIMUM_VOXELS:
        detail = f"{key} has {cells.size:,} voxels; a heat map has at most {MAXIMUM_VOXELS:,}: return a coarser one."
        raise ModelRefused("output_too_large", detail)
    _check_probabilities(key, cells)
    along_slices, along_rows, along_columns = grid.zoom
    to_source = np.diag([steps[2] / along_columns, steps[1] / along_rows, steps[0] / along_slices, 1.0])
    return Heated(cells, grid.source.affine @ to_source)
