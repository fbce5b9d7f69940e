"""What a posted prediction may say. Pure rules over plain JSON values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.errors import FieldProblem
from portal.imaging.segments import MAXIMUM_COUNTS
from portal.inference.dicom_uid import UID
from portal.inference.finding_geometry import geometry_problems, is_number, number_of_points
from portal.inference.finding_geometry import problem as _problem
from portal.inference.finding_segments import (
    MAXIMUM_SEGMENTS,
    SegmentInput,
    is_segment,
    run_lengths,
    segment_problems,
    to_segment_input,
)
from portal.inference.heat_map import HeatMapInput, heat_map_problems, to_heat_map_input
from portal.inference.uncertainty import to_uncertainty, uncertainty_problems

MAXIMUM_FINDINGS = 500
# Of all findings together: every reader's browser is sent and draws them at once.
MAXIMUM_POINTS = 50_000
MAXIMUM_TEXT = 200
# RadLex: the finding that the demo model looks for and that example files use.
PULMONARY_NODULE = {"scheme": "RADLEX", "value": "RID50149", "meaning": "pulmonary nodule"}

_PREDICTION_FIELDS = {"imaging_study_uid", "score", "uncertainty", "findings", "heat_map"}
_FINDING_FIELDS = {"id", "code", "score", "geometry"}


@dataclass(frozen=True, slots=True)
class PredictionInput:
    """A well-formed prediction, not yet bound to an imaging study of the portal."""

    study_instance_uid: str
    score: float
    findings: list[dict[str, Any]]
    heat_map: HeatMapInput | None = None
    # By the place of the finding in the list; `findings` already names them by their digest.
    segments: dict[int, SegmentInput] = field(default_factory=dict)
    # Which files it was read from and by which rules; None where the prediction itself was sent.
    origin: dict[str, Any] | None = None
    uncertainty: dict[str, Any] | None = None


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
    if raw.get("uncertainty") is not None:
        problems += uncertainty_problems(raw["uncertainty"], f"{prefix}uncertainty")
    if raw.get("heat_map") is not None:
        problems += heat_map_problems(raw["heat_map"], f"{prefix}heat_map")
    findings = raw.get("findings", [])
    if not isinstance(findings, list) or len(findings) > MAXIMUM_FINDINGS:
        detail = f"findings is a list of at most {MAXIMUM_FINDINGS} findings."
        return [*problems, _problem(f"{prefix}findings", "not_a_list", detail)]
    seen: set[str] = set()
    for index, finding in enumerate(findings):
        problems += _finding_problems(finding, f"{prefix}findings[{index}]", seen)
    return problems + _amount_problems(findings, f"{prefix}findings")


def to_prediction_input(raw: Mapping[str, Any]) -> PredictionInput:
    """The typed value of a prediction without problems."""
    heat_map = to_heat_map_input(raw["heat_map"]) if raw.get("heat_map") is not None else None
    findings = list(raw.get("findings", []))
    segments = {
        index: to_segment_input(finding["geometry"])
        for index, finding in enumerate(findings)
        if is_segment(finding["geometry"])
    }
    for index, segment in segments.items():
        findings[index] = {**findings[index], "geometry": segment.geometry}
    uncertainty = to_uncertainty(raw["uncertainty"]) if raw.get("uncertainty") is not None else None
    return PredictionInput(
        raw["imaging_study_uid"], float(raw["score"]), findings, heat_map, segments, uncertainty=uncertainty
    )


def _amount_problems(findings: list[Any], path: str) -> list[FieldProblem]:
    geometries = [one.get("geometry") for one in findings if isinstance(one, Mapping)]
    problems = []
    if sum(map(number_of_points, geometries)) > MAXIMUM_POINTS:
        detail = f"The findings of a prediction have at most {MAXIMUM_POINTS:,} points together; thin out the contours."
        problems.append(_problem(path, "too_many_points", detail))
    if sum(map(is_segment, geometries)) > MAXIMUM_SEGMENTS:
        detail = f"A prediction has at most {MAXIMUM_SEGMENTS} segments."
        problems.append(_problem(path, "too_many_segments", detail))
    if sum(map(run_lengths, geometries)) > MAXIMUM_COUNTS:
        detail = f"The segments of a prediction have at most {MAXIMUM_COUNTS:,} run lengths together."
        problems.append(_problem(path, "too_large", detail))
    return problems


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
    geometry = finding["geometry"]
    if is_segment(geometry):
        return problems + segment_problems(geometry, f"{path}.geometry")
    return problems + geometry_problems(geometry, f"{path}.geometry")
