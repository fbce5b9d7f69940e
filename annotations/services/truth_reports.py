"""Lesions from a DICOM measurement report: groups as marks on the images of a case, or as measures of a segment."""

from typing import Any

from annotations.domain.problems import Problem
from annotations.models import Case
from annotations.services.truth_places import CaseImages
from annotations.services.truth_segmentations import Read
from portal.imaging.services.placed_regions import region_place, regions_owner
from portal.imaging.services.placing import NotPlaced


def report_read(found: dict[str, Any], images: CaseImages) -> Read:
    """Lay the regions of a report (`portal.imaging.screening.report`) on the images that they are of.

    A group of a segment has no place of its own: its lesion has `segment`, the UID and the number, instead of marks.
    """
    case, problems = _case_of(found, images)
    lesions: list[dict[str, Any]] = []
    for index, group in enumerate(found["groups"], start=1):
        if not group["regions"] and not group["segment"]:
            continue
        try:
            marks = [{"geometry": region_place(region, case, images)} for region in group["regions"]]
        except NotPlaced as not_placed:
            problems += [Problem(f"measurement group {index}", fault.code, fault.detail) for fault in not_placed.faults]
            continue
        lesions.append(_lesion(found, group, index, marks, lesions))
    return Read(case.name if case else "", lesions, {}, problems)


def _case_of(found: dict[str, Any], images: CaseImages) -> tuple[Case | None, list[Problem]]:
    regions = [region for group in found["groups"] for region in group["regions"]]
    try:
        case = regions_owner(regions, found["study_instance_uid"], images)
    except NotPlaced as not_placed:
        return None, [Problem(*fault) for fault in not_placed.faults]
    if case is None and regions:
        return None, [Problem("file", "images_unknown", f"It is of {images.WORDS.unknown_images}.")]
    return case, []


def _lesion(
    found: dict[str, Any],
    group: dict[str, Any],
    index: int,
    marks: list[dict[str, Any]],
    before: list[dict[str, Any]],
) -> dict[str, Any]:
    name = group["tracking_id"] or f"Group {index}"
    if any(one["id"] == name for one in before):
        name = f"{name} #{index}"
    lesion = {"id": name, "code": group["code"], "attributes": group["attributes"], "marks": marks}
    provenance = {
        "source": "SR",
        "values": [value for value in ("code", "attributes", "marks") if lesion[value]],
        "sop_instance_uid": found["sop_instance_uid"],
        "sha256": found["sha256"],
        "tracking_uid": group["tracking_uid"],
        "tracking_id": group["tracking_id"],
        "creator": found["creator"],
    }
    stated = {name: value for name, value in provenance.items() if value not in (None, "")}
    of_segment = {"segment": group["segment"]} if group["segment"] and not marks else {}
    return {**{name: value for name, value in lesion.items() if value}, "provenance": [stated], **of_segment}
