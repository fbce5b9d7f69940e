"""A segment's voxels, slice by slice, as run lengths. Pure rules over plain JSON values; `rle.ts` says the same.

`counts` of a slice are the lengths of runs in reading order (row by row, as PixelData, PS3.3 C.7.6.3.1.4): voxels
outside, voxels inside, outside, inside … The first may be 0, every other is at least 1, the last run is inside, and
what is left of the slice is outside. So one set of voxels has one spelling, and one digest.
"""

import json
from itertools import pairwise
from typing import Any

from annotations.domain.geometry import MAXIMUM_FRAME, UID, is_integer_within
from annotations.domain.problems import Problem

FORMAT, VERSION = "overread.segment", 1
# The largest matrix of a DICOM image (Rows and Columns are US, PS3.3 C.7.6.3).
MAXIMUM_SIDE = 65_535
# A threshold of noise over a whole CT stays below; more is no segment that anybody has looked at.
MAXIMUM_COUNTS = 4_000_000
MAXIMUM_SLICES = 10_000
_CHANGE_FIELDS = {"sop_instance_uid", "frame_number", "counts"}

# A slice is a frame of an instance.
Slice = tuple[str, int]
Slices = dict[Slice, list[int]]


def counts_fault(counts: Any, voxels: int) -> str | None:
    """Say what is wrong with the run lengths of a slice of so many voxels, None when nothing is."""
    if not isinstance(counts, list) or len(counts) % 2:
        return "counts is a list of pairs: voxels outside, voxels inside."
    if not all(is_integer_within(count, 0, voxels) for count in counts) or 0 in counts[1:]:
        return "Run lengths are whole numbers of at least 1; only the first may be 0."
    if sum(counts) > voxels:
        return f"The runs go beyond the {voxels} voxels of the slice."
    return None


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
    """Return the run lengths of a slice given as one byte a voxel."""
    edges = [
        index for index, (before, after) in enumerate(pairwise(b"\x00" + mask + b"\x00")) if (before > 0) != (after > 0)
    ]
    return [edge - before for before, edge in pairwise([0, *edges])]


def with_changes(base: Slices, changes: Slices) -> Slices:
    """Return the base with changed slices in place; a slice without runs is no longer there."""
    return {place: counts for place, counts in {**base, **changes}.items() if counts}


def changes_between(base: Slices, content: Slices) -> Slices:
    """Return the slices that differ, those that are gone with no runs."""
    return {
        place: content.get(place, []) for place in base.keys() | content.keys() if base.get(place) != content.get(place)
    }


def changed_slices_problems(changed: Any, rows: int, columns: int) -> list[Problem]:
    """Return what is wrong with the changed slices that a browser sends."""
    if not isinstance(changed, list) or not 1 <= len(changed) <= MAXIMUM_SLICES:
        return [Problem("changed", "bad_shape", f"changed is a list of 1 to {MAXIMUM_SLICES} slices.")]
    problems: list[Problem] = []
    seen: set[Slice] = set()
    for index, entry in enumerate(changed):
        found = _entry_problems(entry, f"changed[{index}]", rows * columns)
        if not found:
            place = (entry["sop_instance_uid"], entry["frame_number"])
            if place in seen:
                found = [Problem(f"changed[{index}]", "repeated", "Send each slice once.")]
            seen.add(place)
        problems += found
        if len(problems) > 20:
            return problems
    if not problems and sum(len(entry["counts"]) for entry in changed) > MAXIMUM_COUNTS:
        return [Problem("changed", "too_large", f"A segment has at most {MAXIMUM_COUNTS} run lengths.")]
    return problems


def _entry_problems(entry: Any, path: str, voxels: int) -> list[Problem]:
    if not isinstance(entry, dict) or set(entry) != _CHANGE_FIELDS:
        return [Problem(path, "bad_shape", f"A slice has exactly the fields {', '.join(sorted(_CHANGE_FIELDS))}.")]
    uid = entry["sop_instance_uid"]
    if not isinstance(uid, str) or not UID.fullmatch(uid):
        return [Problem(f"{path}.sop_instance_uid", "bad_uid", "This is no DICOM UID.")]
    if not is_integer_within(entry["frame_number"], 1, MAXIMUM_FRAME):
        return [Problem(f"{path}.frame_number", "bad_number", "Frames are counted from 1.")]
    fault = counts_fault(entry["counts"], voxels)
    return [Problem(f"{path}.counts", "bad_runs", fault)] if fault else []


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
