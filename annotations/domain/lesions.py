"""A lesion of the reference standard: what it is called, where it lies, and where each of that comes from.

Pure rules over plain JSON values. A lesion has `id` and `code`, and at least one place: `center_mm` with `diameter_mm`
(as a CSV gives it), or `marks`, whose geometries are those of readers' marks, balls (SPHERE) and segments (SEGMENT, by
the digest of voxels that lie in `services.reference_segments`). A lesion without `provenance` has that of its case.
"""

from collections.abc import Iterator
from typing import Any

from annotations.domain.geometry import MAXIMUM_COORDINATE, UID, geometry_problems, is_integer_within, is_number
from annotations.domain.kinds import MAXIMUM_TEXT, is_code, is_text
from annotations.domain.problems import Problem
from annotations.domain.segment_marks import MAXIMUM_VOXELS, SEGMENT, is_segment

SPHERE = "SPHERE"
SOURCES = ("CSV", "JSON", "SEG", "SR", "DEMO", "CONSENSUS", "ADJUDICATION")
# What of a lesion a provenance can be of; `values` names them.
VALUES = ("code", "label", "attributes", "center_mm", "diameter_mm", "marks")
MAXIMUM_LESIONS = 500
MAXIMUM_MARKS = 1000
MAXIMUM_ATTRIBUTES = 100
MAXIMUM_PROVENANCES = 100
_FIELDS = {"id", "provenance", *VALUES}
_PLACE = ("sop_instance_uid", "series_instance_uid", "frame_of_reference_uid", "frame_number")
_SPHERE_FIELDS = {"kind", "center_mm", "diameter_mm", *_PLACE}
_SEGMENT_FIELDS = {"kind", "sha256", "voxel_count", "slice_count", "spacing_mm", *_PLACE}
# Of a file: its UID and SHA-256, the segment or group in it and who made that. Of readers: their reads and votes.
_PROVENANCE_FIELDS = {
    "source",
    "values",
    "name",
    "version",
    "sop_instance_uid",
    "sha256",
    "segment_number",
    "tracking_uid",
    "tracking_id",
    "creator",
    "algorithm",
    "threshold",
    "reads",
    "rule",
    "decision_id",
}


def lesion_problems(lesion: Any, path: str) -> list[Problem]:
    """Return what makes a lesion unfit to be stored, up to its place among the images of its case."""
    if not isinstance(lesion, dict) or "id" not in lesion:
        return [Problem(path, "bad_shape", "A lesion is an object with an id.")]
    unknown = sorted(set(lesion) - _FIELDS)
    if unknown:
        return [Problem(path, "unknown_field", f"A lesion has no field {unknown[0]}."[:200])]
    return [
        *_name_problems(lesion, path),
        *_place_problems(lesion, path),
        *_attribute_problems(lesion.get("attributes", {}), f"{path}.attributes"),
        *_provenance_problems(lesion.get("provenance", []), f"{path}.provenance"),
    ]


def geometries_of(lesion: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every place of a stored lesion; that of a CSV as a ball without an image."""
    marks = [mark["geometry"] for mark in lesion.get("marks", [])]
    if lesion.get("center_mm") is None:
        return marks
    return [{"kind": SPHERE, "center_mm": lesion["center_mm"], "diameter_mm": lesion["diameter_mm"]}, *marks]


def segment_digests(lesions: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the digest of each segment that stored lesions name."""
    for lesion in lesions:
        yield from (one["sha256"] for one in geometries_of(lesion) if is_segment(one))


def _name_problems(lesion: dict[str, Any], path: str) -> list[Problem]:
    problems = []
    if not is_text(lesion["id"], MAXIMUM_TEXT):
        problems.append(Problem(f"{path}.id", "bad_id", "A lesion has an id, a short text of its own within the case."))
    code = lesion.get("code")
    if not (code is None or is_code(code) or is_text(code, MAXIMUM_TEXT)):
        problems.append(Problem(f"{path}.code", "bad_code", "A code has scheme, value and meaning, or is a text."))
    if lesion.get("label") is not None and not is_text(lesion["label"], MAXIMUM_TEXT):
        problems.append(Problem(f"{path}.label", "bad_text", "A label is a short text."))
    return problems


def _place_problems(lesion: dict[str, Any], path: str) -> list[Problem]:
    marks = lesion.get("marks", [])
    if not isinstance(marks, list) or len(marks) > MAXIMUM_MARKS:
        return [Problem(f"{path}.marks", "too_many", f"marks is a list of at most {MAXIMUM_MARKS} marks.")]
    has_center = lesion.get("center_mm") is not None or lesion.get("diameter_mm") is not None
    if not marks and not has_center:
        detail = "A lesion has a place: marks, or center_mm with diameter_mm."
        return [Problem(path, "no_place", detail)]
    problems = _ball_problems(lesion, path) if has_center else []
    for index, mark in enumerate(marks):
        at = f"{path}.marks[{index}]"
        if not isinstance(mark, dict) or set(mark) != {"geometry"}:
            problems.append(Problem(at, "bad_shape", "A mark of a lesion has exactly the field geometry."))
        else:
            problems += lesion_geometry_problems(mark["geometry"], f"{at}.geometry")
    return problems


def lesion_geometry_problems(geometry: Any, path: str) -> list[Problem]:
    """Return what is wrong with one geometry as it is stored: a reader's kind, a ball, or the name of a segment."""
    if is_segment(geometry):
        return _segment_problems(geometry, path)
    if not isinstance(geometry, dict) or geometry.get("kind") != SPHERE:
        return geometry_problems(geometry, path)
    if set(geometry) - _SPHERE_FIELDS:
        return [Problem(path, "unknown_field", f"A {SPHERE} has no such field.")]
    return _ball_problems(geometry, path) + _image_problems(geometry, path)


def _ball_problems(ball: dict[str, Any], path: str) -> list[Problem]:
    problems = []
    center, diameter = ball.get("center_mm"), ball.get("diameter_mm")
    if not (isinstance(center, list) and len(center) == 3 and all(map(_is_coordinate, center))):
        problems.append(Problem(f"{path}.center_mm", "bad_point", "Give [x, y, z] in patient mm."))
    if diameter is None or not _is_coordinate(diameter) or diameter <= 0:
        problems.append(Problem(f"{path}.diameter_mm", "not_positive", "Give a diameter above 0 mm."))
    return problems


def _segment_problems(geometry: dict[str, Any], path: str) -> list[Problem]:
    if set(geometry) != _SEGMENT_FIELDS:
        detail = f"A stored {SEGMENT} has exactly the fields {', '.join(sorted(_SEGMENT_FIELDS))}."
        return [Problem(path, "bad_shape", detail)]
    problems = _image_problems(geometry, path)
    for name in ("voxel_count", "slice_count"):
        if not is_integer_within(geometry[name], 1, MAXIMUM_VOXELS):
            problems.append(Problem(f"{path}.{name}", "bad_number", "A segment has at least one voxel."))
    spacing = geometry["spacing_mm"]
    is_triple = isinstance(spacing, list) and len(spacing) == 3 and all(map(_is_coordinate, spacing))
    if spacing is not None and not (is_triple and min(spacing) > 0):
        problems.append(Problem(f"{path}.spacing_mm", "bad_spacing", "Between rows, columns and slices, above 0."))
    return problems


def _image_problems(geometry: dict[str, Any], path: str) -> list[Problem]:
    problems = [
        Problem(f"{path}.{name}", "bad_uid", "This is no DICOM UID.")
        for name in _PLACE[:3]
        if geometry.get(name) is not None and not _is_uid(geometry[name])
    ]
    frame = geometry.get("frame_number")
    if frame is not None and not is_integer_within(frame, 1, 2**31):
        problems.append(Problem(f"{path}.frame_number", "bad_number", "Frames are counted from 1."))
    return problems


def _attribute_problems(attributes: Any, path: str) -> list[Problem]:
    if not isinstance(attributes, dict) or len(attributes) > MAXIMUM_ATTRIBUTES:
        return [Problem(path, "bad_shape", f"attributes is an object of at most {MAXIMUM_ATTRIBUTES} values.")]
    return [
        Problem(
            f"{path}.{name}"[:100], "bad_attribute", "An attribute has a value, a number or text, and may have a unit."
        )
        for name, one in attributes.items()
        if not (is_text(name, MAXIMUM_TEXT) and _is_attribute(one))
    ]


def _is_attribute(one: Any) -> bool:
    if not isinstance(one, dict) or "value" not in one or set(one) - {"value", "unit"}:
        return False
    value, unit = one["value"], one.get("unit")
    return (is_number(value) or is_text(value, MAXIMUM_TEXT)) and (unit is None or is_text(unit, MAXIMUM_TEXT))


def _provenance_problems(provenance: Any, path: str) -> list[Problem]:
    if not isinstance(provenance, list) or len(provenance) > MAXIMUM_PROVENANCES:
        return [Problem(path, "bad_shape", f"provenance is a list of at most {MAXIMUM_PROVENANCES} entries.")]
    problems = []
    for index, one in enumerate(provenance):
        if not isinstance(one, dict) or set(one) - _PROVENANCE_FIELDS or one.get("source") not in SOURCES:
            detail = f"A provenance has a source ({', '.join(SOURCES)}) and what of the lesion it is of."
            problems.append(Problem(f"{path}[{index}]", "bad_provenance", detail))
        elif not isinstance(one.get("values", []), list) or not set(map(str, one.get("values", []))) <= set(VALUES):
            detail = f"values names what comes from there: {', '.join(VALUES)}."
            problems.append(Problem(f"{path}[{index}].values", "bad_provenance", detail))
    return problems


def _is_coordinate(value: Any) -> bool:
    return is_number(value) and abs(value) <= MAXIMUM_COORDINATE


def _is_uid(value: Any) -> bool:
    return isinstance(value, str) and UID.fullmatch(value) is not None
