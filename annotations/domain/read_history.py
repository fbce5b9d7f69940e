"""What changed from one revision of a read to another, in the words of the label schema."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from annotations.domain.answers import reason_not_assessed
from annotations.domain.conditions import always_asked
from annotations.domain.kinds import ANSWER_KINDS, CATEGORICAL, MULTI_SELECT, NUMBER, ORDINAL, level_parts

Question = Mapping[str, Any]
_MARK_WORDS = {"length_mm": "mm", "long_axis_mm": "mm", "area_mm2": "mm²", "volume_ml": "ml", "angle_deg": "°"}


class Change(NamedTuple):
    """One field that differs. `before` or `after` is None where the field is not there."""

    field: str
    label: str
    before: str | None
    after: str | None


class _Field(NamedTuple):
    label: str
    text: str


def changes_between(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], questions: Sequence[Question]
) -> list[Change]:
    """Return every field in which two payloads of the newest version differ, in the order of the form."""
    old = dict(_fields(before, questions)) if before is not None else {}
    new = dict(_fields(after, questions))
    found = []
    for field in dict.fromkeys([*new, *old]):
        was, now = old.get(field), new.get(field)
        if (was and was.text) != (now and now.text):
            label = (now or was or _Field(field, "")).label
            found.append(Change(field, label, was.text if was else None, now.text if now else None))
    return found


MASKED = "masked"


def told_when_masked(questions: Sequence[Question]) -> set[str]:
    """Return the keys of the questions of which it is told that they were answered, though not what.

    Only of those that every read answers: that a question was asked because of another answer, that there is a mark or
    a decision about the AI, or that findings could not be assessed, would be the answer.
    """
    always = always_asked(questions)
    return {question["key"] for question in questions if question["key"] in always and question["kind"] in ANSWER_KINDS}


def masked_changes(changes: Sequence[Change], questions: Sequence[Question]) -> list[Change]:
    """Return which questions changed that every read answers, without any value."""
    told = {f"answer:{key}" for key in told_when_masked(questions)}
    return [
        Change(one.field, one.label, one.before and MASKED, one.after and MASKED)
        for one in changes
        if one.field in told
    ]


def _fields(payload: Mapping[str, Any], questions: Sequence[Question]) -> Iterator[tuple[str, _Field]]:
    asked = {question["key"]: question for question in questions}
    for key, value in payload["answers"].items():
        question = asked.get(key, {"key": key})
        yield f"answer:{key}", _Field(question.get("text", key), value_text(value, question))
    for number, finding in enumerate(payload["findings"], start=1):
        yield from _finding_fields(number, finding, asked)
    for decision in payload["ai_decisions"]:
        name = decision["ai_finding_id"]
        yield f"ai:{decision['prediction_id']}:{name}", _Field(f"AI finding {name}", decision["decision"].capitalize())


def _finding_fields(
    number: int, finding: Mapping[str, Any], asked: Mapping[str, Question]
) -> Iterator[tuple[str, _Field]]:
    question = asked.get(finding["question"] or "", {})
    name, place = f"Mark {number}", f"finding:{finding['id']}"
    yield place, _Field(name, question.get("text", "Measurement only"))
    if finding["code"]:
        yield f"{place}:code", _Field(f"{name}: code", finding["code"]["meaning"])
    if finding["confidence"] is not None:
        yield f"{place}:confidence", _Field(f"{name}: confidence", f"{finding['confidence']} %")
    attributes = {one["key"]: one for one in question.get("attributes", ())}
    for key, value in finding["answers"].items():
        attribute = attributes.get(key, {"key": key})
        yield f"{place}:{key}", _Field(f"{name}: {attribute.get('text', key)}", value_text(value, attribute))
    for index, mark in enumerate(finding["marks"], start=1):
        part = f"{name}: outline" if len(finding["marks"]) == 1 else f"{name}: outline {index}"
        yield f"{place}:mark:{mark['id']}", _Field(part, _mark_text(mark))


def value_text(value: Any, question: Question) -> str:
    """Return an answer as the reader saw it."""
    options = question.get("options") or []
    if value is None:
        return "no answer"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(value_text(one, question) for one in value)
    reason = reason_not_assessed(value)
    if reason is not None:
        return f"Cannot assess: {reason}"
    kind = question.get("kind")
    if kind == ORDINAL and isinstance(value, int) and 1 <= value <= len(options):
        level = level_parts(options[value - 1])
        return f"{level['text']} ({level.get('value', value)})"
    if kind == NUMBER and question.get("unit", "1") != "1":
        return f"{value} {question['unit']}"
    named = {one["value"]: one["text"] for one in options} if kind in (CATEGORICAL, MULTI_SELECT) else {}
    return str(named.get(value, value))


def _mark_text(mark: Mapping[str, Any]) -> str:
    geometry = mark["geometry"]
    sizes = [f"{mark['measurements'][key]} {unit}" for key, unit in _MARK_WORDS.items() if key in mark["measurements"]]
    points = geometry.get("points_mm") or geometry.get("points_px") or []
    place = ["at (" + ", ".join(f"{value:g}" for value in points[0]) + ")"] if points else []
    more = [f"{len(points)} points"] if len(points) > 1 else []
    voxels = [f"{geometry['voxel_count']} voxels"] if "voxel_count" in geometry else []
    return " ".join(
        [str(geometry["kind"]).capitalize(), *sizes, *voxels, *more, *place, mark.get("text") or ""]
    ).strip()
