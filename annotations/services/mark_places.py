"""Marks lie on images of their case, and where the portal knows the plane of an image, on that plane."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection

from annotations.domain.geometry import ONLY_IN_PATIENT
from annotations.domain.payload import marks_of
from annotations.domain.payload_upgrade import upgraded
from annotations.models import Read, Revision
from annotations.models.own_reads import images_named
from portal.errors import FieldProblem, Invalid
from portal.imaging.frame_places import TOLERANCE_MM, Place, Places, farthest_mm, reach_mm
from portal.imaging.models import Series
from portal.imaging.services.metadata import kept_places

Marks = list[tuple[str, dict[str, Any]]]
_NOT_IN_CASE = "A mark lies on an image that is not part of this case."
_NAMES_OF_FRAME = ("sop_instance_uid", "frame_number")
# Points are rounded to it.
_ROUNDING_MM = 0.001
_NOT_ON_IMAGE = "A mark does not lie on the image that it names."


class _Off(NamedTuple):
    """A mark that reaches farther from the plane of its frame than it may."""

    path: str
    mark: dict[str, Any]
    place: Place
    farthest_mm: float


def require_placed(read: Read, payload: dict[str, Any]) -> None:
    """Refuse a well-formed payload whose marks lie elsewhere; one that this read has held before may stay."""
    marked = marks_of(payload)
    if not marked:
        return
    series_of = _require_own_images(read, marked)
    off = _off_their_images(marked, series_of)
    for path, *_ in _never_saved(read, off):
        detail = "Move the points onto the plane of the named image and frame, or name the image on which they lie."
        raise _refusal(_NOT_ON_IMAGE, FieldProblem(field=f"{path}.geometry", code="not_on_image", detail=detail))


def _require_own_images(read: Read, marked: Marks) -> dict[str, Series]:
    """Return the series of each marked image, by SOP Instance UID."""
    uids = sorted({mark["geometry"]["sop_instance_uid"] for _, mark in marked})
    found = images_named(len(uids)).all(read.assignment.case_id, read.assignment.case.imaging_study_id, *uids)
    instances = {(one.sop_instance_uid, one.series.series_instance_uid): one for one in found}
    for path, mark in marked:
        geometry = mark["geometry"]
        instance = instances.get((geometry["sop_instance_uid"], geometry["series_instance_uid"]))
        if instance is None or geometry["frame_number"] > instance.number_of_frames:
            detail = "Mark the images and frames of this case only."
            raise _refusal(_NOT_IN_CASE, FieldProblem(field=f"{path}.geometry", code="not_in_case", detail=detail))
    return {sop: one.series for (sop, _), one in instances.items()}


def _off_their_images(marked: Marks, series_of: dict[str, Series]) -> list[_Off]:
    """The flat marks with a point off the plane of their frame. Beside the picture may be marked."""
    flat = [
        (path, mark)
        for path, mark in marked
        if mark["geometry"].get("points_mm") and mark["geometry"]["kind"] not in ONLY_IN_PATIENT
    ]
    series = {series_of[mark["geometry"]["sop_instance_uid"]] for _, mark in flat}
    places = {one.series_instance_uid: kept_places(one) for one in series}
    found = (_off(path, mark, places[mark["geometry"]["series_instance_uid"]]) for path, mark in flat)
    return [one for one in found if one is not None]


def _off(path: str, mark: dict[str, Any], places: Places) -> _Off | None:
    geometry = mark["geometry"]
    frames = places.get(geometry["sop_instance_uid"], [])
    number = geometry["frame_number"]
    place = frames[number - 1] if number <= len(frames) else None
    if place is None:
        return None
    away_mm = farthest_mm(_points_of(geometry), place)
    # Nearly every mark lies in its plane: the neighbours are only looked at where one does not.
    is_on = away_mm <= TOLERANCE_MM or away_mm <= reach_mm(place, places)
    return None if is_on else _Off(path, mark, place, away_mm)


def _points_of(geometry: dict[str, Any]) -> list[list[float]]:
    return [*(geometry.get("points_mm") or []), *(geometry.get("controls_mm") or [])]


def _never_saved(read: Read, off: list[_Off]) -> list[_Off]:
    """Without those that some revision held on the same frame, as far off or farther.

    They were saved before planes were asked for, or known: they must not keep the reader from saving anything else,
    also not when undo brings them back or one end of them is moved.
    """
    newest = Revision.objects.filter(read=read, number=read.revision_number).first() if off else None
    if newest is not None:
        # Nearly always it is there, just saved.
        saved = {mark["id"]: mark["geometry"] for _, mark in marks_of(upgraded(newest.payload))}
        off = [one for one in off if not _was_so(one, saved.get(one.mark["id"]))]
    return [one for one in off if not any(_was_so(one, saved) for saved in _places_saved(read, one.mark["id"]))]


# PostgreSQL picks out where one mark has lain, each place once, from however many revisions: none of them is read here.
# In version 1 a finding was its own mark, which `upgraded` gives the finding's id.
_PLACES_SAVED = """
    SELECT DISTINCT place FROM annotations_revision, jsonb_path_query(
        payload,
        '$.findings[*].**{0 to 2} ? (exists(@.geometry) && @.id == $id).geometry',
        jsonb_build_object('id', %s::text)
    ) AS place WHERE read_id = %s
"""
_PLACES_AT_ONCE = 100


def _places_saved(read: Read, mark_id: str) -> Iterator[dict[str, Any]]:
    """Yield the places that revisions of a read have held of one mark, a few at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_PLACES_SAVED, [mark_id, read.pk])
        while rows := cursor.fetchmany(_PLACES_AT_ONCE):
            yield from (json.loads(place) for (place,) in rows)


def _was_so(one: _Off, saved: dict[str, Any] | None) -> bool:
    if saved is None or any(saved.get(name) != one.mark["geometry"][name] for name in _NAMES_OF_FRAME):
        return False
    return farthest_mm(_points_of(saved), one.place) + _ROUNDING_MM >= one.farthest_mm


def _refusal(text: str, problem: FieldProblem) -> Invalid:
    return Invalid(text, code="invalid_payload", errors=[problem])
