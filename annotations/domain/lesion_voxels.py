"""Segments of several readers on one series: how far they overlap, and the voxels that they have in common.

Pure rules over run lengths (`portal.imaging.segments`). The consensus is that of `validation.stats.segmentation`: the
voxels that more than half of the segments hold, or those that STAPLE (Warfield et al 2004, IEEE Trans Med Imaging
23:903) finds at least as likely inside as outside. STAPLE's prior is the mean share of the segments in the smallest box
around all of them: voxels far away, which nobody painted, would only say how large the image is.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from portal.imaging.segments import Slice, Slices, decode, encode, segment_text, voxels_inside
from validation.stats.results import Undefined
from validation.stats.segmentation import majority_mask, staple

MAJORITY_VOXELS, STAPLE_VOXELS = "MAJORITY", "STAPLE"
VOXEL_RULES = {
    MAJORITY_VOXELS: "Voxels in more than half of the segments",
    STAPLE_VOXELS: "Voxels that STAPLE finds at least as likely inside as outside",
}

# Segments times the voxels of the box around them: STAPLE takes some seconds for as many.
MAXIMUM_CELLS = 20_000_000

Mask = npt.NDArray[np.bool_]


class SegmentsTooLarge(ValueError):
    """The segments on a lesion are too large for a consensus of their voxels."""


class Voxels(NamedTuple):
    """The voxels of a finding on one series, and what of its geometry names the series."""

    rows: int
    columns: int
    slices: Slices
    series_instance_uid: str
    frame_of_reference_uid: str | None
    spacing_mm: list[float] | None


def grid_of(one: Voxels) -> str:
    """Name what voxels can be compared on: a series, and in it the images of one size (mammograms may have several)."""
    return f"{one.series_instance_uid} {one.rows}x{one.columns}"


def voxels_iou(one: Voxels, other: Voxels) -> float:
    """Return the voxels that both hold over those that any holds."""
    shared = sum(_shared(one.slices[place], other.slices[place]) for place in one.slices.keys() & other.slices.keys())
    together = _count(one.slices) + _count(other.slices) - shared
    return shared / together if together else 0.0


def joined(one: Voxels, other: Voxels) -> Voxels:
    """Return the voxels that any of two segments of one finding holds."""
    slices = dict(one.slices)
    for place, counts in other.slices.items():
        known = slices.get(place)
        slices[place] = counts if known is None else encode(_or(known, counts, one.rows * one.columns))
    return one._replace(slices=slices)


def consensus_voxels(segments: Sequence[Voxels], rule: str) -> Slices:
    """Return the voxels that segments of one series come to, slice by slice; empty where they come to none.

    Raises `SegmentsTooLarge` where working it out would take the server away from everybody else.
    """
    if len(segments) == 1:
        return dict(segments[0].slices)
    places = sorted(set().union(*(one.slices for one in segments)))
    held = np.zeros((segments[0].rows, segments[0].columns), dtype=bool)
    for one in segments:
        for place in one.slices:
            held |= _mask(one, place)
    rows, columns = _box_around(held)
    cells = len(segments) * len(places) * (rows.stop - rows.start) * (columns.stop - columns.start)
    if cells > MAXIMUM_CELLS:
        raise SegmentsTooLarge
    # One image in full at a time: all of them may be a hundred times the box.
    stack = np.zeros((len(segments), len(places), rows.stop - rows.start, columns.stop - columns.start), dtype=bool)
    for number, one in enumerate(segments):
        for index, place in enumerate(places):
            stack[number, index] = _mask(one, place)[rows, columns]
    found = {}
    for place, inside in zip(places, _consensus(stack, rule), strict=True):
        if inside.any():
            image = np.zeros(held.shape, dtype=np.uint8)
            image[rows, columns] = inside
            found[place] = encode(image.tobytes())
    return found


def segment_of(like: Voxels, slices: Slices) -> tuple[str, dict[str, Any]]:
    """Return the text of a segment, and the geometry by which a lesion names it but for its digest."""
    text = segment_text(
        series_instance_uid=like.series_instance_uid, rows=like.rows, columns=like.columns, slices=slices
    )
    largest: Slice = min(slices, key=lambda place: (-voxels_inside(slices[place]), place))
    return text, {
        "kind": "SEGMENT",
        "voxel_count": _count(slices),
        "slice_count": len(slices),
        "spacing_mm": like.spacing_mm,
        "sop_instance_uid": largest[0],
        "frame_number": largest[1],
        "series_instance_uid": like.series_instance_uid,
        "frame_of_reference_uid": like.frame_of_reference_uid,
    }


def _consensus(stack: npt.NDArray[Any], rule: str) -> Mask:
    if rule == MAJORITY_VOXELS:
        return majority_mask(stack.astype(np.uint8))
    found = staple(stack.astype(np.uint8))
    if isinstance(found, Undefined):
        # Equal segments leave STAPLE nothing to weigh, and are what they are; others come to nothing.
        return np.asarray(stack[0] if (stack == stack[0]).all() else np.zeros(stack.shape[1:], dtype=bool))
    return np.asarray(found.probability >= 0.5)


def _count(slices: Slices) -> int:
    return sum(voxels_inside(counts) for counts in slices.values())


def _runs(counts: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the first voxel of each run inside, and the first one after it."""
    at = 0
    for outside, inside in zip(counts[::2], counts[1::2], strict=True):
        yield at + outside, at + outside + inside
        at += outside + inside


def _shared(one: list[int], other: list[int]) -> int:
    """Count the voxels of two slices that both hold, run by run."""
    first, second = list(_runs(one)), list(_runs(other))
    shared = i = j = 0
    while i < len(first) and j < len(second):
        shared += max(0, min(first[i][1], second[j][1]) - max(first[i][0], second[j][0]))
        if first[i][1] <= second[j][1]:
            i += 1
        else:
            j += 1
    return shared


def _or(one: list[int], other: list[int], voxels: int) -> bytes:
    first, second = (np.frombuffer(decode(counts, voxels), dtype=np.uint8) for counts in (one, other))
    return (first | second).tobytes()


def _mask(one: Voxels, place: Slice) -> Mask:
    flat = np.frombuffer(decode(one.slices.get(place, []), one.rows * one.columns), dtype=np.uint8)
    return np.asarray(flat.reshape(one.rows, one.columns).astype(bool))


def _box_around(held: Mask) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(held.any(axis=1)), np.flatnonzero(held.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
