"""The payload of a revision: is it well-formed, is it complete enough to sign? Pure rules over plain JSON values.

The shape alone is also written as a JSON Schema, `schemas/payload-3.schema.json`; these rules refuse all that it
refuses, and more: what depends on the label schema, and measurements that their own points contradict.
"""

import re
import uuid
from typing import Any

from annotations.domain.answers import fits, reason_not_assessed
from annotations.domain.conditions import asked_keys, counts_of_findings
from annotations.domain.geometry import geometry_problems, is_integer_within
from annotations.domain.kinds import CONFIDENCE_MAXIMUM, LOCATED_FINDING, SECTION, Question
from annotations.domain.measurements import form_problems, measurement_problems
from annotations.domain.problems import Problem
from annotations.domain.segment_marks import is_segment, segment_problems

PAYLOAD_VERSION = 3
EMPTY_PAYLOAD: dict[str, Any] = {"version": PAYLOAD_VERSION, "answers": {}, "findings": [], "ai_decisions": []}
MAXIMUM_FINDINGS = 500
# Of one finding; a contour on every slice of a large series.
MAXIMUM_MARKS = 1000
MAXIMUM_AI_DECISIONS = 2000
MAXIMUM_MARK_TEXT = 200
_FINDING_FIELDS = {"id", "question", "code", "confidence", "answers", "marks"}
_MARK_FIELDS = {"id", "geometry", "measurements"}
_DECISION_FIELDS = {"prediction_id", "ai_finding_id", "decision", "finding_id", "decided_at"}
AI_DECISIONS = ("ACCEPTED", "ADJUSTED", "REJECTED")
# As long as the predictions API lets it be.
_LONGEST_AI_FINDING_ID = 200
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")


def payload_problems(payload: Any, questions: list[Question]) -> list[Problem]:
    """Return what makes `payload` unfit to be stored, even as a draft."""
    if not isinstance(payload, dict) or set(payload) != set(EMPTY_PAYLOAD):
        detail = f"The payload has exactly the fields {', '.join(EMPTY_PAYLOAD)}."
        return [Problem("payload", "bad_shape", detail)]
    if type(payload["version"]) is not int or payload["version"] != PAYLOAD_VERSION:
        return [
            Problem(
                "payload.version", "bad_version", f"The payload's version must be {PAYLOAD_VERSION}; reload the page."
            )
        ]
    lists = isinstance(payload["findings"], list) and isinstance(payload["ai_decisions"], list)
    if not isinstance(payload["answers"], dict) or not lists:
        return [Problem("payload", "bad_shape", "answers is an object; findings and ai_decisions are lists.")]
    by_key = {question["key"]: question for question in questions}
    problems = _answer_problems(payload["answers"], by_key, "")
    if len(payload["findings"]) > MAXIMUM_FINDINGS:
        return [*problems, Problem("findings", "too_many", f"A read has at most {MAXIMUM_FINDINGS} findings.")]
    seen: set[str] = set()
    for index, finding in enumerate(payload["findings"]):
        problems += _finding_problems(finding, f"findings[{index}]", by_key, seen)
    return problems + _decisions_problems(payload["ai_decisions"])


def marks_of(payload: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return every mark of a well-formed payload with its path."""
    return [
        (f"findings[{index}].marks[{number}]", mark)
        for index, finding in enumerate(payload["findings"])
        for number, mark in enumerate(finding["marks"])
    ]


def incompleteness(payload: dict[str, Any], questions: list[Question]) -> list[Problem]:
    """Return what keeps a well-formed payload from being signed: what it lacks, and what the form no longer asks."""
    counts = counts_of_findings(payload["findings"])
    asked = asked_keys(questions, payload["answers"], counts)
    problems = []
    for question in questions:
        if question["kind"] == SECTION:
            continue
        if question["key"] not in asked:
            problems += _not_asked_problems(payload["answers"], counts, question)
        elif question["kind"] == LOCATED_FINDING:
            problems += _count_problems(payload["answers"], counts, question)
        elif question.get("required") and payload["answers"].get(question["key"]) is None:
            problems.append(Problem(question["key"], "missing", f"Answer: {question['text']}"))
    by_key = {question["key"]: question for question in questions}
    for finding in payload["findings"]:
        if finding["question"] is not None:
            problems += _gaps_of_finding(finding, by_key[finding["question"]])
    return problems


def _not_asked_problems(answers: dict[str, Any], counts: dict[str, int], question: Question) -> list[Problem]:
    """A signed read holds nothing that its own other answers have taken off the form."""
    problems = []
    if answers.get(question["key"]) is not None:
        detail = f"Your other answers take this question off the form; leave its answer out: {question['text']}"
        problems.append(Problem(question["key"], "not_asked", detail))
    if counts.get(question["key"]):
        detail = f"Your other answers take this question off the form; remove its marks: {question['text']}"
        problems.append(Problem(question["key"], "marks_not_asked", detail))
    return problems


def _gaps_of_finding(finding: dict[str, Any], question: Question) -> list[Problem]:
    problems = []
    if finding["code"] is None:
        problems.append(Problem(finding["id"], "code_missing", "Choose what this finding is."))
    if finding["confidence"] is None:
        problems.append(Problem(finding["id"], "confidence_missing", "Say how sure you are of this finding."))
    attributes = question.get("attributes", [])
    asked = asked_keys(attributes, finding["answers"])
    for attribute in attributes:
        answer = finding["answers"].get(attribute["key"])
        if attribute["key"] in asked and attribute.get("required") and answer is None:
            problems.append(Problem(finding["id"], "missing", f"Answer: {attribute['text']}"))
        if attribute["key"] not in asked and answer is not None:
            detail = f"The finding's other answers take this question off; leave its answer out: {attribute['text']}"
            problems.append(Problem(finding["id"], "not_asked", detail))
    return problems


def _count_problems(answers: dict[str, Any], counts: dict[str, int], question: Question) -> list[Problem]:
    count = counts.get(question["key"], 0)
    if reason_not_assessed(answers.get(question["key"])) is not None:
        detail = f"You cannot both mark it and say that it cannot be assessed: {question['text']}"
        return [Problem(question["key"], "contradiction", detail)] if count else []
    low, high = question.get("minimum_count", 0), question.get("maximum_count")
    if question.get("required"):
        low = max(low, 1)
    if count < low:
        return [Problem(question["key"], "too_few", f"Mark at least {low}: {question['text']}")]
    if high is not None and count > high:
        return [Problem(question["key"], "too_many", f"Mark at most {high}: {question['text']}")]
    return []


def _answer_problems(answers: dict[str, Any], by_key: dict[str, Question], prefix: str) -> list[Problem]:
    problems = []
    for key, value in answers.items():
        question = by_key.get(key)
        if question is None or question["kind"] == SECTION or _is_mark_question(question):
            detail = "The form has no such question."
            problems.append(Problem(f"{prefix}answers.{key}"[:100], "unknown_question", detail))
        elif value is not None and not fits(value, question):
            detail = f"This is no answer to a question of kind {question['kind']} as the form asks it."
            problems.append(Problem(f"{prefix}answers.{key}" if prefix else key, "bad_answer", detail))
    return problems


def _is_mark_question(question: Question) -> bool:
    """Marks answer it; an answer stands for them only where the form allows "cannot assess"."""
    return question["kind"] == LOCATED_FINDING and not question.get("cannot_assess")


def _finding_problems(finding: Any, path: str, by_key: dict[str, Question], seen: set[str]) -> list[Problem]:
    if not isinstance(finding, dict) or set(finding) != _FINDING_FIELDS:
        return [Problem(path, "bad_shape", f"A finding has exactly the fields {', '.join(sorted(_FINDING_FIELDS))}.")]
    if not isinstance(finding["answers"], dict) or not isinstance(finding["marks"], list):
        return [Problem(path, "bad_shape", "answers is an object and marks is a list.")]
    key = finding["question"]
    question = by_key.get(key) if isinstance(key, str) else None
    if key is not None and (question is None or question["kind"] != LOCATED_FINDING):
        return [Problem(f"{path}.question", "unknown_question", "The form has no such located finding.")]
    problems = _id_problems(finding["id"], f"{path}.id", seen)
    problems += _code_problems(finding["code"], f"{path}.code", question)
    if finding["confidence"] is not None and not is_integer_within(finding["confidence"], 0, CONFIDENCE_MAXIMUM):
        problems.append(Problem(f"{path}.confidence", "bad_answer", "Confidence is a whole number from 0 to 100."))
    attributes = {one["key"]: one for one in question.get("attributes", [])} if question else {}
    problems += _answer_problems(finding["answers"], attributes, f"{path}.")
    return problems + _marks_problems(finding["marks"], path, question, seen)


def _id_problems(identifier: Any, path: str, seen: set[str]) -> list[Problem]:
    # One namespace for each kind of thing: a finding that was version 1 has the same id as its only mark.
    name = f"{path.rsplit('.', 2)[-2].split('[')[0]} {identifier}"
    if not _is_uuid(identifier) or name in seen:
        return [Problem(path, "bad_id", "Each finding and each mark needs a UUID of its own.")]
    seen.add(name)
    return []


def _marks_problems(marks: list[Any], path: str, question: Question | None, seen: set[str]) -> list[Problem]:
    if not 1 <= len(marks) <= MAXIMUM_MARKS:
        return [Problem(f"{path}.marks", "bad_count", f"A finding has 1 to {MAXIMUM_MARKS} marks.")]
    problems = []
    for index, mark in enumerate(marks):
        problems += _mark_problems(mark, f"{path}.marks[{index}]", question, seen)
    return problems


def _mark_problems(mark: Any, path: str, question: Question | None, seen: set[str]) -> list[Problem]:
    if not isinstance(mark, dict) or set(mark) - {"text"} != _MARK_FIELDS:
        return [Problem(path, "bad_shape", "A mark has the fields id, geometry, measurements and perhaps text.")]
    problems = _id_problems(mark["id"], f"{path}.id", seen)
    text = mark.get("text", "")
    if not isinstance(text, str) or len(text) > MAXIMUM_MARK_TEXT:
        detail = f"The text of a mark has at most {MAXIMUM_MARK_TEXT} characters."
        problems.append(Problem(f"{path}.text", "bad_text", detail))
    geometry = mark["geometry"]
    is_of_voxels = is_segment(geometry)
    found = [] if is_of_voxels else geometry_problems(geometry, f"{path}.geometry")
    if found:
        return problems + found
    if question is not None and geometry["kind"] not in question["tools"]:
        detail = f"The form does not allow {geometry['kind']} here."
        problems.append(Problem(f"{path}.geometry.kind", "tool_not_allowed", detail))
    if is_of_voxels:
        return problems + segment_problems(geometry, mark["measurements"], path)
    problems += form_problems(geometry, f"{path}.geometry")
    return problems + measurement_problems(mark["measurements"], geometry, f"{path}.measurements")


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False


def _code_problems(code: Any, path: str, question: Question | None) -> list[Problem]:
    if code is None:
        return []
    known = question["codes"] if question else []
    if code not in known:
        return [Problem(path, "unknown_code", "The code is not one of those the form offers.")]
    return []


def _decisions_problems(decisions: list[Any]) -> list[Problem]:
    if len(decisions) > MAXIMUM_AI_DECISIONS:
        return [
            Problem("ai_decisions", "too_many", f"A read has at most {MAXIMUM_AI_DECISIONS} decisions on AI marks.")
        ]
    return [
        Problem(f"ai_decisions[{index}]", "bad_decision", f"A decision has the fields {', '.join(_DECISION_FIELDS)}.")
        for index, decision in enumerate(decisions)
        if not _is_decision(decision)
    ]


def _is_decision(decision: Any) -> bool:
    return (
        isinstance(decision, dict)
        and set(decision) == _DECISION_FIELDS
        and _is_uuid(decision["prediction_id"])
        and isinstance(decision["ai_finding_id"], str)
        and 1 <= len(decision["ai_finding_id"]) <= _LONGEST_AI_FINDING_ID
        and decision["decision"] in AI_DECISIONS
        and (decision["finding_id"] is None or _is_uuid(decision["finding_id"]))
        and isinstance(decision["decided_at"], str)
        and _TIME.fullmatch(decision["decided_at"]) is not None
    )
