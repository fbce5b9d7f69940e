"""Heat maps: one byte a voxel on a grid of its own, placed in the patient. Pure rules over plain JSON values."""

import base64
import binascii
import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.errors import FieldProblem
from portal.inference.dicom_uid import UID
from portal.inference.finding_geometry import is_number
from portal.inference.finding_geometry import problem as _problem

# 8 MiB of voxels: 256 x 256 x 128. A heat map is coarse; the image beneath it is not.
MAXIMUM_VOXELS = 2**23
MAXIMUM_SIDE = 4096
MAXIMUM_NUMBER = 100_000.0
# A grid whose three directions span less than this share of a cuboid's volume has no inverse worth the name.
LEAST_RELATIVE_VOLUME = 1e-3
_FIELDS = {"columns", "rows", "slices", "affine", "frame_of_reference_uid", "voxels"}
_OPTIONAL = {"frame_of_reference_uid"}


@dataclass(frozen=True, slots=True)
class HeatMapInput:
    """A heat map. `affine` is the 3 x 4 matrix from (column, row, slice, 1) to patient millimetres (DICOM LPS+),

    voxel centres at whole numbers; `voxels` holds one byte each (0 to 255 stands for 0 to 1), the column fastest, then
    the row, then the slice.
    """

    columns: int
    rows: int
    slices: int
    affine: list[list[float]]
    frame_of_reference_uid: str
    voxels: bytes

    @property
    def digest(self) -> str:
        """SHA-256 over the grid's canonical JSON, a line feed, and the voxels."""
        grid = [self.columns, self.rows, self.slices, self.affine, self.frame_of_reference_uid]
        return hashlib.sha256(json.dumps(grid, separators=(",", ":")).encode() + b"\n" + self.voxels).hexdigest()

    @property
    def compressed(self) -> bytes:
        """The voxels as gzip, the same bytes for the same voxels."""
        return gzip.compress(self.voxels, 6, mtime=0)


def heat_map_problems(raw: Any, path: str) -> list[FieldProblem]:
    """Everything that is wrong with a posted heat map, up to and including its voxels."""
    if not isinstance(raw, Mapping) or set(raw) - _FIELDS or (_FIELDS - _OPTIONAL) - set(raw):
        return [_problem(path, "bad_shape", f"A heat map has the fields {', '.join(sorted(_FIELDS))}.")]
    sides = [raw["columns"], raw["rows"], raw["slices"]]
    if not all(type(side) is int and 1 <= side <= MAXIMUM_SIDE for side in sides):
        return [_problem(path, "bad_size", f"columns, rows and slices are whole numbers from 1 to {MAXIMUM_SIDE}.")]
    count = sides[0] * sides[1] * sides[2]
    if count > MAXIMUM_VOXELS:
        return [_problem(path, "too_large", f"A heat map has at most {MAXIMUM_VOXELS} voxels; send a coarser one.")]
    problems = _affine_problems(raw["affine"], f"{path}.affine")
    frame = raw.get("frame_of_reference_uid")
    if frame is not None and not (isinstance(frame, str) and UID.fullmatch(frame)):
        problems.append(_problem(f"{path}.frame_of_reference_uid", "bad_uid", "This is no DICOM UID."))
    if _decoded(raw["voxels"], count) is None:
        detail = f"voxels is the base64 text of a gzip file of exactly {count} bytes, one for each voxel."
        problems.append(_problem(f"{path}.voxels", "bad_voxels", detail))
    return problems


def to_heat_map_input(raw: Mapping[str, Any]) -> HeatMapInput:
    """The typed value of a heat map without problems."""
    voxels = _decoded(raw["voxels"], raw["columns"] * raw["rows"] * raw["slices"])
    if voxels is None:
        raise ValueError("The heat map has not been checked.")
    affine = [[float(value) for value in line] for line in raw["affine"]]
    frame = raw.get("frame_of_reference_uid") or ""
    return HeatMapInput(raw["columns"], raw["rows"], raw["slices"], affine, frame, voxels)


def _is_number(value: Any) -> bool:
    return is_number(value, -MAXIMUM_NUMBER, MAXIMUM_NUMBER)


def _affine_problems(affine: Any, path: str) -> list[FieldProblem]:
    is_matrix = isinstance(affine, list) and len(affine) == 3
    if not is_matrix or not all(
        isinstance(line, list) and len(line) == 4 and all(_is_number(value) for value in line) for line in affine
    ):
        detail = "affine is 3 rows of 4 numbers: from (column, row, slice, 1) to patient millimetres (DICOM LPS+)."
        return [_problem(path, "bad_matrix", detail)]
    steps = np.array(affine, dtype=np.float64)[:, :3]
    cuboid = float(np.prod(np.linalg.norm(steps, axis=0)))
    if not cuboid or abs(float(np.linalg.det(steps))) < LEAST_RELATIVE_VOLUME * cuboid:
        return [_problem(path, "flat", "The three directions of the grid must not lie in one plane.")]
    return []


def _decoded(text: Any, count: int) -> bytes | None:
    """The voxels, or None when the text does not hold exactly `count`; never inflates more than one byte beyond."""
    if not isinstance(text, str):
        return None
    try:
        packed = base64.b64decode(text, validate=True)
        # 16 + 15: a gzip header and trailer around the widest window.
        inflater = zlib.decompressobj(wbits=31)
        voxels = inflater.decompress(packed, count + 1)
    except (binascii.Error, ValueError, zlib.error):
        return None
    return voxels if len(voxels) == count and inflater.eof and not inflater.unused_data else None
