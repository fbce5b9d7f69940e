"""Marks lie on images of their case, and where the portal knows the plane of an image, on that plane."""

from collections.abc import Callable
from typing import Any

from annotations.domain.geometry import ONLY_IN_PATIENT
from annotations.domain.payload import marks_of
from annotations.models import Read
from portal.errors import FieldProblem, Invalid
from portal.imaging.frame_places import Places, are_on
from portal.imaging.models import Instance, Series
from portal.imaging.services.metadata import kept_places

Marks = list[tuple[str, dict[str, Any]]]
_NOT_IN_CASE = "A mark lies on an image that is not part of this case."
_NOT_ON_IMAGE = "A mark does not lie on the image that it names."


def require_placed(read: Read, payload: dict[str, Any], base: Callable[[], dict[str, Any]]) -> None:
    """Refuse a well-formed payload whose marks lie elsewhere; `base` gives what was saved before, which may stay."""
    marked = marks_of(payload)
    if not marked:
        return
    series_of = _require_own_images(read, marked)
    off = _off_their_images(marked, series_of)
    if not off:
        return
    saved = {mark["id"]: mark["geometry"] for _, mark in marks_of(base())}
    for path, mark in off:
        if saved.get(mark["id"]) != mark["geometry"]:
            detail = "Move the points onto the plane of the named image and frame, or name the image on which they lie."
            raise _refusal(_NOT_ON_IMAGE, FieldProblem(field=f"{path}.geometry", code="not_on_image", detail=detail))


def _require_own_images(read: Read, marked: Marks) -> dict[str, Series]:
    """Return the series of each marked image, by SOP Instance UID."""
    found = Instance.objects.filter(
        sop_instance_uid__in={mark["geometry"]["sop_instance_uid"] for _, mark in marked},
        series__imaging_study=read.assignment.case.imaging_study_id,
    ).select_related("series")
    instances = {(one.sop_instance_uid, one.series.series_instance_uid): one for one in found}
    for path, mark in marked:
        geometry = mark["geometry"]
        instance = instances.get((geometry["sop_instance_uid"], geometry["series_instance_uid"]))
        if instance is None or geometry["frame_number"] > instance.number_of_frames:
            detail = "Mark the images and frames of this case only."
            raise _refusal(_NOT_IN_CASE, FieldProblem(field=f"{path}.geometry", code="not_in_case", detail=detail))
    return {sop: one.series for (sop, _), one in instances.items()}


def _off_their_images(marked: Marks, series_of: dict[str, Series]) -> Marks:
    """The flat marks with a point off the plane of their frame. Beside the picture may be marked."""
    flat = [
        (path, mark)
        for path, mark in marked
        if mark["geometry"].get("points_mm") and mark["geometry"]["kind"] not in ONLY_IN_PATIENT
    ]
    series = {series_of[mark["geometry"]["sop_instance_uid"]] for _, mark in flat}
    places = {one.series_instance_uid: kept_places(one) for one in series}
    return [
        (path, mark)
        for path, mark in flat
        if not _is_on(mark["geometry"], places[mark["geometry"]["series_instance_uid"]])
    ]


def _is_on(geometry: dict[str, Any], places: Places) -> bool:
    frames = places.get(geometry["sop_instance_uid"], [])
    number = geometry["frame_number"]
    place = frames[number - 1] if number <= len(frames) else None
    return place is None or are_on([*geometry["points_mm"], *(geometry.get("controls_mm") or [])], place, places)


def _refusal(text: str, problem: FieldProblem) -> Invalid:
    return Invalid(text, code="invalid_payload", errors=[problem])
