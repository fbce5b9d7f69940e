"""What a posted prediction may say. Pure rules over plain JSON values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.errors import FieldProblem
from portal.inference.dicom_uid import UID
from portal.inference.heat_map import HeatMapInput, heat_map_problems, to_heat_map_input

MAXIMUM_FINDINGS = 500
MAXIMUM_COORDINATE_MM = 100_000.0
MAXIMUM_TEXT = 200
# Points of each kind of geometry; a sphere has a centre and a diameter instead.
POINTS_OF_KIND = {"POINT": 1, "LENGTH": 2, "RECTANGLE": 4, "ELLIPSE": 4}
SPHERE = "SPHERE"
# RadLex: the finding that the demo model looks for and that example files use.
PULMONARY_NODULE = {"scheme": "RADLEX", "value": "RID50149", "meaning": "pulmonary nodule"}

_PREDICTION_FIELDS = {"imaging_study_uid", "score", "findings", "heat_map"}
_FINDING_FIELDS = {"id", "code", "score", "geometry"}
_PLACE_FIELDS = ("frame_of_reference_uid", "sop_instance_uid", "series_instance_uid")


@dataclass(frozen=True, slots=True)
class PredictionInput:
    """A well-formed prediction, not yet bound to an imaging study of the portal."""

    study_instance_uid: str
    score: float
    findings: list[dict[str, Any]]
    heat_map: HeatMapInput | None = None


def is_number(value: Any, low: float, high: float) -> bool:
    """Say whether `value` is a JSON number within the limits; NaN is within none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def prediction_problems(raw: Any, path: str = "") -> list[FieldProblem]:
    """Everything that is wrong with one posted prediction; `path` tells its place in a list."""
    if not isinstance(raw, Mapping):
        return [_problem(path or "body", "not_an_object", "A prediction is a JSON object.")]
    prefix = f"{path}." if path else ""
    problems = [
        _problem(f"{prefix}{_printable(name)}"[:100], "unknown_field", "A prediction has no such field.")
        for name in map(str, raw)
        if name not in _PREDICTION_FIELDS
    ]
    uid = raw.get("imaging_study_uid")
    if not (isinstance(uid, str) and UID.fullmatch(uid)):
        problems.append(_problem(f"{prefix}imaging_study_uid", "bad_uid", "Give the StudyInstanceUID."))
    if not is_number(raw.get("score"), 0, 1):
        problems.append(_problem(f"{prefix}score", "not_a_probability", "The score is a number from 0 to 1."))
    if raw.get("heat_map") is not None:
        problems += heat_map_problems(raw["heat_map"], f"{prefix}heat_map")
    findings = raw.get("findings", [])
    if not isinstance(findings, list) or len(findings) > MAXIMUM_FINDINGS:
        detail = f"findings is a list of at most {MAXIMUM_FINDINGS} findings."
        return [*problems, _problem(f"{prefix}findings", "not_a_list", detail)]
    seen: set[str] = set()
    for index, finding in enumerate(findings):
        problems += _finding_problems(finding, f"{prefix}findings[{index}]", seen)
    return problems


def to_prediction_input(raw: Mapping[str, Any]) -> PredictionInput:
    """The typed value of a prediction without problems."""
    heat_map = to_heat_map_input(raw["heat_map"]) if raw.get("heat_map") is not None else None
    return PredictionInput(raw["imaging_study_uid"], float(raw["score"]), list(raw.get("findings", [])), heat_map)


def _problem(field: str, code: str, detail: str) -> FieldProblem:
    return {"field": field, "code": code, "detail": detail}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= MAXIMUM_TEXT and _printable(value) == value


def _printable(text: str) -> str:
    # JSON can spell half of a surrogate pair, which UTF-8 cannot, and NUL, which PostgreSQL cannot store.
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")


def _finding_problems(finding: Any, path: str, seen: set[str]) -> list[FieldProblem]:
    if not isinstance(finding, Mapping) or set(finding) != _FINDING_FIELDS:
        return [_problem(path, "bad_shape", "A finding has exactly the fields id, code, score and geometry.")]
    problems = []
    identifier = finding["id"]
    if not _is_text(identifier) or identifier in seen:
        problems.append(_problem(f"{path}.id", "bad_id", "Each finding needs a name of its own."))
    else:
        seen.add(identifier)
    code = finding["code"]
    if not (isinstance(code, Mapping) and set(code) == {"scheme", "value", "meaning"}):
        problems.append(_problem(f"{path}.code", "bad_code", "A code has scheme, value and meaning."))
    elif not all(_is_text(text) for text in code.values()):
        problems.append(_problem(f"{path}.code", "bad_code", "scheme, value and meaning are texts."))
    if not is_number(finding["score"], 0, 1):
        problems.append(_problem(f"{path}.score", "not_a_probability", "The score is a number from 0 to 1."))
    return problems + _geometry_problems(finding["geometry"], f"{path}.geometry")


def _geometry_problems(geometry: Any, path: str) -> list[FieldProblem]:
    if not isinstance(geometry, Mapping):
        return [_problem(path, "bad_shape", "A geometry is a JSON object.")]
    kind = geometry.get("kind")
    own_fields = {"center_mm", "diameter_mm"} if kind == SPHERE else {"points_mm"}
    if not isinstance(kind, str) or (kind != SPHERE and kind not in POINTS_OF_KIND):
        detail = f"kind is one of {', '.join([SPHERE, *POINTS_OF_KIND])}."
        return [_problem(f"{path}.kind", "unknown_kind", detail)]
    if set(geometry) - own_fields - {"kind", "frame_number", *_PLACE_FIELDS}:
        return [_problem(path, "unknown_field", f"A {kind} has no such field.")]
    problems = _shape_problems(geometry, path)
    for name in _PLACE_FIELDS:
        uid = geometry.get(name)
        if uid is not None and not (isinstance(uid, str) and UID.fullmatch(uid)):
            problems.append(_problem(f"{path}.{name}", "bad_uid", "This is no DICOM UID."))
    frame = geometry.get("frame_number")
    if frame is not None and not (isinstance(frame, int) and is_number(frame, 1, 2**31)):
        problems.append(_problem(f"{path}.frame_number", "bad_number", "Frames are counted from 1."))
    return problems


def _shape_problems(geometry: Mapping[str, Any], path: str) -> list[FieldProblem]:
    if geometry["kind"] == SPHERE:
        problems = []
        if not _is_point(geometry.get("center_mm")):
            problems.append(_problem(f"{path}.center_mm", "bad_point", "Give [x, y, z] in patient mm."))
        diameter = geometry.get("diameter_mm")
        if not (is_number(diameter, 0, MAXIMUM_COORDINATE_MM) and diameter):
            problems.append(_problem(f"{path}.diameter_mm", "not_positive", "Give a diameter above 0 mm."))
        return problems
    count = POINTS_OF_KIND[geometry["kind"]]
    points = geometry.get("points_mm")
    if not (isinstance(points, list) and len(points) == count and all(_is_point(point) for point in points)):
        detail = f"{geometry['kind']} has {count} point(s) [x, y, z] in patient mm."
        return [_problem(f"{path}.points_mm", "bad_points", detail)]
    return []


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) == 3
        and all(is_number(value, -MAXIMUM_COORDINATE_MM, MAXIMUM_COORDINATE_MM) for value in point)
    )
