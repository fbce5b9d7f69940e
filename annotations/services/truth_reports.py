"""Lesions from a DICOM measurement report: groups as marks on the images of a case, or as measures of a segment."""

from typing import Any

from annotations.domain.problems import Problem
from annotations.models import Case
from annotations.services.truth_places import CaseImages, Frame, nearest_frame
from annotations.services.truth_segmentations import Read

# Points of marks have this many decimals.
_DIGITS = 3


class _Refused(Exception):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


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
            marks = [{"geometry": _geometry(region, case, images)} for region in group["regions"]]
        except _Refused as refused:
            problems.append(Problem(f"measurement group {index}", refused.code, refused.detail))
            continue
        lesions.append(_lesion(found, group, index, marks, lesions))
    return Read(case.name if case else "", lesions, {}, problems)


def _case_of(found: dict[str, Any], images: CaseImages) -> tuple[Case | None, list[Problem]]:
    regions = [region for group in found["groups"] for region in group["regions"]]
    instances = images.instances(region["image"][0] for region in regions if "image" in region)
    cases = {images.case_of(one.series.imaging_study) for one in instances.values()}
    if len(cases) > 1:
        names = ", ".join(sorted(one.name for one in cases))
        return None, [Problem("file", "several_cases", f"It is of images of several cases: {names}.")]
    case = cases.pop() if cases else images.case_of_study(found["study_instance_uid"])
    if case is None and regions:
        detail = "It is of images of no case of this reader study."
        return None, [Problem("file", "images_unknown", detail)]
    return case, []


def _geometry(region: dict[str, Any], case: Case | None, images: CaseImages) -> dict[str, Any]:
    if case is None:
        raise _Refused("images_unknown", "It is of images of no case of this reader study.")
    if "image" in region:
        return _on_image(region, images)
    frames = images.frames_in(case, region["frame_of_reference_uid"])
    if not frames:
        raise _Refused("wrong_frame_of_reference", "Its frame of reference is that of no image of the case.")
    frame = nearest_frame(region["points"], frames, images)
    if frame is None:
        raise _Refused("not_on_image", "It lies on no image of the case, or is tilted against the images.")
    points = [_rounded(point) for point in region["points"]]
    if region["kind"] == "SPHERE":
        ball = {"center_mm": points[0], "diameter_mm": round(region["diameter_mm"], _DIGITS)}
        return {"kind": "SPHERE", **ball, **frame.geometry()}
    return {"kind": region["kind"], "points_mm": points, **frame.geometry()}


def _on_image(region: dict[str, Any], images: CaseImages) -> dict[str, Any]:
    uid, number = region["image"]
    instance = images.instances([uid]).get(uid)
    frame: Frame | None = None
    if instance is not None:
        frames = images.frames_of(instance.series)
        frame = next((one for one in frames if (one.sop_instance_uid, one.frame_number) == (uid, number)), None)
    if frame is None:
        raise _Refused("images_unknown", "It is on an image, or a frame, that no case of this reader study has.")
    # In a report the corner of the first pixel is 0 (PS3.3 C.18.6.1.2), in the portal its centre.
    pixels = [(column - 0.5, row - 0.5) for column, row in region["points"]]
    edge = 0.5 + 1e-3
    if any(not (-edge <= x <= frame.columns - 1 + edge and -edge <= y <= frame.rows - 1 + edge) for x, y in pixels):
        detail = f"It reaches beyond its image, which has {frame.columns} columns and {frame.rows} rows."
        raise _Refused("outside_image", detail)
    if frame.plane is None:
        return {"kind": region["kind"], "points_mm": None, "points_px": [_rounded(one) for one in pixels]} | (
            frame.geometry()
        )
    points = [_rounded(frame.plane.pixel_to_patient_mm(column, row)) for column, row in pixels]
    return {"kind": region["kind"], "points_mm": points, **frame.geometry()}


def _rounded(point: Any) -> list[float]:
    return [round(float(value), _DIGITS) + 0.0 for value in point]


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
