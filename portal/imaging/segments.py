"""A segment's voxels, slice by slice, as run lengths. Pure rules over plain JSON values; `rle.ts` says the same.

`counts` of a slice are the lengths of runs in reading order (row by row, as PixelData, PS3.3 C.7.6.3.1.4): voxels
outside, voxels inside, outside, inside … The first may be 0, every other is at least 1, the last run is inside, and
what is left of the slice is outside. So one set of voxels has one spelling, and one digest.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

FORMAT, VERSION = "overread.segment", 1
# The largest matrix of a DICOM image (Rows and Columns are US, PS3.3 C.7.6.3).
MAXIMUM_SIDE = 65_535
# A threshold of noise over a whole CT stays below; more is no segment that anybody has looked at.
MAXIMUM_COUNTS = 4_000_000
MAXIMUM_SLICES = 10_000
MAXIMUM_FRAME = 2**31
# PS3.5 section 9.1: digits and dots, at most 64 characters.
_UID = re.compile(r"(?=.{1,64}$)[0-9]+(\.[0-9]+)*")
_SLICE_FIELDS = {"sop_instance_uid", "frame_number", "counts"}

# A slice is a frame of an instance.
Slice = tuple[str, int]
Slices = dict[Slice, list[int]]


def counts_fault(counts: Any, voxels: int) -> str | None:
    """Say what is wrong with the run lengths of a slice of so many voxels, None when nothing is."""
    if not isinstance(counts, list) or len(counts) % 2:
        return "counts is a list of pairs: voxels outside, voxels inside."
    if not all(is_whole_number(count, 0, voxels) for count in counts) or 0 in counts[1:]:
        return "Run lengths are whole numbers of at least 1; only the first may be 0."
    if sum(counts) > voxels:
        return f"The runs go beyond the {voxels} voxels of the slice."
    return None


def slice_fault(entry: Any, voxels: int) -> tuple[str, str, str] | None:
    """Say what is wrong with one slice: the field (empty for the whole slice), a code and a sentence."""
    if not isinstance(entry, Mapping) or set(entry) != _SLICE_FIELDS:
        return "", "bad_shape", f"A slice has exactly the fields {', '.join(sorted(_SLICE_FIELDS))}."
    uid = entry["sop_instance_uid"]
    if not isinstance(uid, str) or not _UID.fullmatch(uid):
        return "sop_instance_uid", "bad_uid", "This is no DICOM UID."
    if not is_whole_number(entry["frame_number"], 1, MAXIMUM_FRAME):
        return "frame_number", "bad_number", "Frames are counted from 1."
    fault = counts_fault(entry["counts"], voxels)
    return ("counts", "bad_runs", fault) if fault else None


def is_whole_number(value: Any, low: int, high: int) -> bool:
    """Say whether `value` is a JSON integer within the limits; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def voxels_inside(counts: list[int]) -> int:
    """Return how many voxels of a slice are inside."""
    return sum(counts[1::2])


def decode(counts: list[int], voxels: int) -> bytearray:
    """Return one byte a voxel, 1 inside and 0 outside."""
    mask = bytearray(voxels)
    at = 0
    for outside, inside in zip(counts[::2], counts[1::2], strict=True):
        at += outside
        mask[at : at + inside] = b"\x01" * inside
        at += inside
    return mask


def encode(mask: bytes | bytearray) -> list[int]:
    """Return the run lengths of a slice given as one byte a voxel, without a step in Python for every voxel."""
    inside = np.frombuffer(b"\x00" + mask + b"\x00", dtype=np.uint8) > 0
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    lengths: list[int] = np.diff(edges, prepend=0).tolist()
    return lengths


def slices_of(entries: list[dict[str, Any]]) -> Slices:
    """Return checked slices by their place."""
    return {(entry["sop_instance_uid"], entry["frame_number"]): entry["counts"] for entry in entries}


def segment_text(*, series_instance_uid: str, rows: int, columns: int, slices: Slices) -> str:
    """Return the one JSON text of a segment: what is stored and downloaded, and what its SHA-256 is of."""
    content = {
        "columns": columns,
        "format": FORMAT,
        "rows": rows,
        "series_instance_uid": series_instance_uid,
        "slices": [
            {"counts": slices[place], "frame_number": place[1], "sop_instance_uid": place[0]}
            for place in sorted(slices)
        ],
        "version": VERSION,
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"))
