"""Lesions from a DICOM segmentation: each segment as voxels of the images of a case, or why it cannot be that."""

from typing import Any, NamedTuple

from annotations.domain.problems import Problem
from annotations.services.truth_places import CaseImages
from portal.imaging.services.placed_segments import MAXIMUM_FAULTS, OnSeries, segmentation_place
from portal.imaging.services.placing import NotPlaced, PlaceFault
from portal.inference.finding_segments import SegmentInput


class Read(NamedTuple):
    """What a file says: lesions of one case, and the text of each segment by its digest."""

    case: str
    lesions: list[dict[str, Any]]
    segments: dict[str, str]
    problems: list[Problem]


def segmentation_read(found: dict[str, Any], images: CaseImages) -> Read:
    """Make lesions of the segments of a segmentation (`portal.imaging.screening.segmentation`)."""
    try:
        case, placed = segmentation_place(found, images)
        lesions, segments = _lesions(found, placed)
    except NotPlaced as not_placed:
        return Read("", [], {}, [Problem(*fault) for fault in not_placed.faults])
    return Read(case.name, lesions, segments, [])


def _lesions(found: dict[str, Any], placed: dict[int, list[OnSeries]]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    faults: list[PlaceFault] = []
    lesions: list[dict[str, Any]] = []
    texts: dict[str, str] = {}
    for segment in found["segments"]:
        parts = placed.get(segment["number"])
        if not parts:
            detail = "It has no voxel inside; leave it out."
            faults.append(PlaceFault(f"segment {segment['number']}", "empty_segment", detail))
            continue
        inputs = [SegmentInput(**part._asdict()) for part in parts]
        texts |= {one.sha256: one.text for one in inputs}
        lesions.append(_lesion(found, segment, [one.geometry for one in inputs], lesions))
    if faults:
        raise NotPlaced(*faults[:MAXIMUM_FAULTS])
    return lesions, texts


def _lesion(
    found: dict[str, Any], segment: dict[str, Any], geometries: list[dict[str, Any]], before: list[dict[str, Any]]
) -> dict[str, Any]:
    name = segment["tracking_id"] or segment["label"] or f"Segment {segment['number']}"
    if any(one["id"] == name for one in before):
        name = f"{name} #{segment['number']}"
    lesion = {
        "id": name,
        "code": segment["code"],
        "label": segment["label"],
        "marks": [{"geometry": one} for one in geometries],
    }
    provenance = {
        "source": "SEG",
        "values": [value for value in ("code", "label", "marks") if lesion[value]],
        "sop_instance_uid": found["sop_instance_uid"],
        "sha256": found["sha256"],
        "segment_number": segment["number"],
        "tracking_uid": segment["tracking_uid"],
        "tracking_id": segment["tracking_id"],
        "creator": found["creator"],
        "algorithm": segment["algorithm"],
        "threshold": found["threshold"],
    }
    stated = {name: value for name, value in provenance.items() if value not in (None, "")}
    return {**{name: value for name, value in lesion.items() if value}, "provenance": [stated]}
