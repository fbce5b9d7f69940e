"""A finding of an AI that is a segment: voxels in the same form as a reader's own, posted whole with the finding.

Pure rules over plain JSON values. What is stored with the prediction names the voxels by the digest of their text.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from portal.errors import FieldProblem
from portal.imaging.segments import (
    FORMAT,
    MAXIMUM_COUNTS,
    MAXIMUM_SIDE,
    MAXIMUM_SLICES,
    VERSION,
    Slice,
    Slices,
    is_whole_number,
    segment_text,
    slice_fault,
    slices_of,
    voxels_inside,
)
from portal.inference.dicom_uid import UID
from portal.inference.finding_geometry import MAXIMUM_COORDINATE, is_number, problem

SEGMENT = "SEGMENT"
# Of one prediction: each is a file of its own, which every reader's browser fetches and draws.
MAXIMUM_SEGMENTS = 100
_FIELDS = {"kind", "segment", "spacing_mm", "frame_of_reference_uid"}
_DOCUMENT = {"format", "version", "series_instance_uid", "rows", "columns", "slices"}
# More are as many more of the same mistake.
_MAXIMUM_PROBLEMS = 20


@dataclass(frozen=True)
class SegmentInput:
    """The voxels of a posted segment, and the spacing that its sender believes the images to have."""

    series_instance_uid: str
    rows: int
    columns: int
    slices: Slices
    spacing_mm: list[float] | None
    frame_of_reference_uid: str | None

    @cached_property
    def text(self) -> str:
        """The one JSON text of these voxels."""
        return segment_text(
            series_instance_uid=self.series_instance_uid, rows=self.rows, columns=self.columns, slices=self.slices
        )

    @cached_property
    def sha256(self) -> str:
        """The digest of the text, which names the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def geometry(self) -> dict[str, Any]:
        """What the prediction keeps: the names of the voxels, and the frame that shows most of them."""
        inside = {place: voxels_inside(counts) for place, counts in self.slices.items()}
        sop_instance_uid, frame_number = max(sorted(inside), key=lambda place: inside[place])
        return {
            "kind": SEGMENT,
            "sha256": self.sha256,
            "series_instance_uid": self.series_instance_uid,
            "frame_of_reference_uid": self.frame_of_reference_uid,
            "sop_instance_uid": sop_instance_uid,
            "frame_number": frame_number,
            "voxel_count": sum(inside.values()),
            "slice_count": len(inside),
            "spacing_mm": self.spacing_mm,
        }


def is_segment(geometry: Any) -> bool:
    """Whether a geometry, posted or stored, is a segment's."""
    return isinstance(geometry, Mapping) and geometry.get("kind") == SEGMENT


def run_lengths(geometry: Any) -> int:
    """How many run lengths a posted geometry has, whatever else is wrong with it."""
    document = geometry.get("segment") if is_segment(geometry) else None
    slices = document.get("slices") if isinstance(document, Mapping) else None
    lists = [entry.get("counts") for entry in slices if isinstance(entry, Mapping)] if isinstance(slices, list) else []
    return sum(len(counts) for counts in lists if isinstance(counts, list))


def segment_problems(geometry: Mapping[str, Any], path: str) -> list[FieldProblem]:
    """Everything that is wrong with a posted segment, up to its place among images."""
    if set(geometry) - _FIELDS:
        return [problem(path, "unknown_field", f"A {SEGMENT} has no such field.")]
    problems = []
    frame = geometry.get("frame_of_reference_uid")
    if frame is not None and not (isinstance(frame, str) and UID.fullmatch(frame)):
        problems.append(problem(f"{path}.frame_of_reference_uid", "bad_uid", "This is no DICOM UID."))
    if not _is_spacing(geometry.get("spacing_mm")):
        detail = "spacing_mm is the distance between rows, columns and slices in mm, or left out."
        problems.append(problem(f"{path}.spacing_mm", "bad_spacing", detail))
    return problems + _document_problems(geometry.get("segment"), f"{path}.segment")


def to_segment_input(geometry: Mapping[str, Any]) -> SegmentInput:
    """The typed value of a segment without problems."""
    document = geometry["segment"]
    spacing = geometry.get("spacing_mm")
    return SegmentInput(
        series_instance_uid=document["series_instance_uid"],
        rows=document["rows"],
        columns=document["columns"],
        slices=slices_of(document["slices"]),
        spacing_mm=None if spacing is None else [float(value) for value in spacing],
        frame_of_reference_uid=geometry.get("frame_of_reference_uid"),
    )


def _is_spacing(value: Any) -> bool:
    if value is None:
        return True
    return (
        isinstance(value, list)
        and len(value) == 3
        and all(is_number(one, 0, MAXIMUM_COORDINATE) and one for one in value)
    )


def _document_problems(document: Any, path: str) -> list[FieldProblem]:
    if not isinstance(document, Mapping) or set(document) != _DOCUMENT:
        return [problem(path, "bad_shape", f"A segment has exactly the fields {', '.join(sorted(_DOCUMENT))}.")]
    version = document["version"]
    if document["format"] != FORMAT or not is_whole_number(version, VERSION, VERSION):
        return [problem(f"{path}.format", "bad_format", f"The format is {FORMAT}, its version {VERSION}.")]
    uid = document["series_instance_uid"]
    if not (isinstance(uid, str) and UID.fullmatch(uid)):
        return [problem(f"{path}.series_instance_uid", "bad_uid", "This is no DICOM UID.")]
    for side in ("rows", "columns"):
        if not is_whole_number(document[side], 1, MAXIMUM_SIDE):
            return [problem(f"{path}.{side}", "bad_size", f"{side} is a whole number from 1 to {MAXIMUM_SIDE}.")]
    slices = document["slices"]
    if not isinstance(slices, list) or not 1 <= len(slices) <= MAXIMUM_SLICES:
        detail = f"slices is a list of 1 to {MAXIMUM_SLICES} slices; leave out those without a voxel inside."
        return [problem(f"{path}.slices", "bad_slices", detail)]
    if run_lengths({"kind": SEGMENT, "segment": document}) > MAXIMUM_COUNTS:
        return [problem(f"{path}.slices", "too_large", f"A segment has at most {MAXIMUM_COUNTS:,} run lengths.")]
    return _slice_problems(slices, document["rows"] * document["columns"], f"{path}.slices")


def _slice_problems(slices: list[Any], voxels: int, path: str) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    seen: set[Slice] = set()
    for index, entry in enumerate(slices):
        fault = slice_fault(entry, voxels)
        if fault is None and not entry["counts"]:
            fault = "counts", "empty", "Leave out a slice without a voxel inside."
        if fault is None:
            place = (entry["sop_instance_uid"], entry["frame_number"])
            if place in seen:
                fault = "", "repeated", "Send each slice once."
            seen.add(place)
        if fault is not None:
            field, code, detail = fault
            problems.append(problem(f"{path}[{index}].{field}".rstrip("."), code, detail))
        if len(problems) >= _MAXIMUM_PROBLEMS:
            break
    return problems
