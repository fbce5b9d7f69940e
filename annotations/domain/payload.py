"""The payload of a revision: is it well-formed, is it complete enough to sign? Pure rules over plain JSON values."""

import re
import uuid
from typing import Any

from annotations.domain.problems import Problem
from annotations.domain.schema import (
    BINARY,
    CONFIDENCE,
    CONFIDENCE_MAXIMUM,
    LOCATED_FINDING,
    ORDINAL,
    ORDINAL_LEVELS,
    POINTS_OF_TOOL,
)

PAYLOAD_VERSION = 1
EMPTY_PAYLOAD: dict[str, Any] = {"version": PAYLOAD_VERSION, "answers": {}, "findings": []}
MAXIMUM_FINDINGS = 500
# Patient coordinates and pixel positions beyond this are a fault, not a mark.
MAXIMUM_COORDINATE = 100_000.0
# PS3.5 section 9.1: digits and dots, at most 64 characters.
UID = re.compile(r"(?=.{1,64}$)[0-9]+(\.[0-9]+)*")
_FINDING_FIELDS = {"id", "question", "code", "confidence", "geometry", "measurements"}
_GEOMETRY_FIELDS = {
    "kind",
    "points_mm",
    "points_px",
    "frame_of_reference_uid",
    "sop_instance_uid",
    "series_instance_uid",
    "frame_number",
}
_MEASUREMENTS = {"length_mm", "width_mm", "height_mm", "area_mm2"}

Question = dict[str, Any]


def payload_problems(payload: Any, questions: list[Question]) -> list[Problem]:
    """Return what makes `payload` unfit to be stored, even as a draft."""
    if not isinstance(payload, dict) or set(payload) != set(EMPTY_PAYLOAD):
        return [Problem("payload", "bad_shape", "The payload has exactly the fields version, answers and findings.")]
    if type(payload["version"]) is not int or payload["version"] != PAYLOAD_VERSION:
        return [Problem("payload.version", "bad_version", f"The payload's version must be {PAYLOAD_VERSION}.")]
    if not isinstance(payload["answers"], dict) or not isinstance(payload["findings"], list):
        return [Problem("payload", "bad_shape", "answers is an object and findings is a list.")]
    by_key = {question["key"]: question for question in questions}
    problems = _answer_problems(payload["answers"], by_key)
    if len(payload["findings"]) > MAXIMUM_FINDINGS:
        return [*problems, Problem("findings", "too_many", f"A read has at most {MAXIMUM_FINDINGS} marks.")]
    seen: set[str] = set()
    for index, finding in enumerate(payload["findings"]):
        problems += _finding_problems(finding, f"findings[{index}]", by_key, seen)
    return problems


def incompleteness(payload: dict[str, Any], questions: list[Question]) -> list[Problem]:
    """Return what a well-formed payload still lacks before it can be signed."""
    problems = []
    for question in questions:
        if question["kind"] == LOCATED_FINDING:
            problems += _count_problems(payload, question)
        elif question.get("required") and payload["answers"].get(question["key"]) is None:
            problems.append(Problem(question["key"], "missing", f"Answer: {question['text']}"))
    for finding in payload["findings"]:
        if finding["question"] is None:
            continue
        if finding["code"] is None:
            problems.append(Problem(finding["id"], "code_missing", "Choose what this finding is."))
        if finding["confidence"] is None:
            problems.append(Problem(finding["id"], "confidence_missing", "Say how sure you are of this finding."))
    return problems


def _count_problems(payload: dict[str, Any], question: Question) -> list[Problem]:
    count = sum(finding["question"] == question["key"] for finding in payload["findings"])
    low, high = question.get("minimum_count", 0), question.get("maximum_count")
    if question.get("required"):
        low = max(low, 1)
    if count < low:
        return [Problem(question["key"], "too_few", f"Mark at least {low}: {question['text']}")]
    if high is not None and count > high:
        return [Problem(question["key"], "too_many", f"Mark at most {high}: {question['text']}")]
    return []


def _answer_problems(answers: dict[str, Any], by_key: dict[str, Question]) -> list[Problem]:
    problems = []
    for key, value in answers.items():
        question = by_key.get(key)
        if question is None or question["kind"] == LOCATED_FINDING:
            problems.append(Problem(f"answers.{key}"[:100], "unknown_question", "The form has no such question."))
        elif value is not None and not _fits(value, question["kind"]):
            problems.append(Problem(key, "bad_answer", f"This is no answer to a question of kind {question['kind']}."))
    return problems


def _fits(value: Any, kind: str) -> bool:
    if kind == BINARY:
        return isinstance(value, bool)
    if kind == ORDINAL:
        return _is_integer_within(value, 1, ORDINAL_LEVELS)
    return kind == CONFIDENCE and _is_integer_within(value, 0, CONFIDENCE_MAXIMUM)


def _is_integer_within(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _finding_problems(finding: Any, path: str, by_key: dict[str, Question], seen: set[str]) -> list[Problem]:
    if not isinstance(finding, dict) or set(finding) != _FINDING_FIELDS:
        return [Problem(path, "bad_shape", f"A finding has exactly the fields {', '.join(sorted(_FINDING_FIELDS))}.")]
    identifier = finding["id"]
    if not _is_uuid(identifier) or identifier in seen:
        return [Problem(f"{path}.id", "bad_id", "Each finding needs a UUID of its own.")]
    seen.add(identifier)
    key = finding["question"]
    question = by_key.get(key) if isinstance(key, str) else None
    if key is not None and (question is None or question["kind"] != LOCATED_FINDING):
        return [Problem(f"{path}.question", "unknown_question", "The form has no such located finding.")]
    problems = _geometry_problems(finding["geometry"], f"{path}.geometry", question)
    problems += _code_problems(finding["code"], f"{path}.code", question)
    if finding["confidence"] is not None and not _is_integer_within(finding["confidence"], 0, CONFIDENCE_MAXIMUM):
        problems.append(Problem(f"{path}.confidence", "bad_answer", "Confidence is a whole number from 0 to 100."))
    measurements = finding["measurements"]
    if not isinstance(measurements, dict) or set(measurements) - _MEASUREMENTS:
        problems.append(
            Problem(f"{path}.measurements", "bad_shape", f"Measurements are {', '.join(sorted(_MEASUREMENTS))}.")
        )
    elif any(value is not None and not (_is_number(value) and value >= 0) for value in measurements.values()):
        problems.append(Problem(f"{path}.measurements", "bad_number", "A measurement is a finite number, not below 0."))
    return problems


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False


def _is_number(value: Any) -> bool:
    # The comparison is exact for whole numbers of any length, and false for NaN and infinities.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAXIMUM_COORDINATE**2


def _code_problems(code: Any, path: str, question: Question | None) -> list[Problem]:
    if code is None:
        return []
    known = question["codes"] if question else []
    if code not in known:
        return [Problem(path, "unknown_code", "The code is not one of those the form offers.")]
    return []


def _geometry_problems(geometry: Any, path: str, question: Question | None) -> list[Problem]:
    if (
        not isinstance(geometry, dict)
        or set(geometry) - _GEOMETRY_FIELDS
        or geometry.get("kind") not in tuple(POINTS_OF_TOOL)
    ):
        return [Problem(path, "bad_shape", f"A geometry is one of {', '.join(POINTS_OF_TOOL)} with its points.")]
    kind = geometry["kind"]
    if question is not None and kind not in question["tools"]:
        return [Problem(f"{path}.kind", "tool_not_allowed", f"The form does not allow {kind} here.")]
    count = POINTS_OF_TOOL[kind]
    in_mm, in_px = geometry.get("points_mm"), geometry.get("points_px")
    if (in_mm is None) == (in_px is None):
        return [Problem(path, "bad_points", "Give points_mm, or points_px where the image has no spacing.")]
    if not _are_points(in_mm, count, 3) and not _are_points(in_px, count, 2):
        return [Problem(path, "bad_points", f"{kind} has {count} points of finite numbers.")]
    problems = [
        Problem(f"{path}.{name}", "bad_uid", "This is no DICOM UID.")
        for name in ("sop_instance_uid", "series_instance_uid")
        if not (isinstance(geometry.get(name), str) and UID.fullmatch(geometry[name]))
    ]
    frame_of_reference = geometry.get("frame_of_reference_uid")
    if frame_of_reference is not None and not (
        isinstance(frame_of_reference, str) and UID.fullmatch(frame_of_reference)
    ):
        problems.append(Problem(f"{path}.frame_of_reference_uid", "bad_uid", "This is no DICOM UID."))
    if not _is_integer_within(geometry.get("frame_number"), 1, 2**31):
        problems.append(Problem(f"{path}.frame_number", "bad_number", "Frames are counted from 1."))
    return problems


def _are_points(points: Any, count: int, dimensions: int) -> bool:
    return (
        isinstance(points, list)
        and len(points) == count
        and all(
            isinstance(point, list)
            and len(point) == dimensions
            and all(_is_number(value) and abs(value) <= MAXIMUM_COORDINATE for value in point)
            for point in points
        )
    )
