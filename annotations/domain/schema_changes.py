"""What a new version of a label schema changes, in words, and whether reads of the old one still fit it."""

import json
from collections.abc import Container, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from annotations.domain.kinds import (
    CATEGORICAL,
    DEFAULT_LONGEST_TEXT,
    LOCATED_FINDING,
    MULTI_SELECT,
    ORDINAL,
    SECTION,
    Question,
    level_parts,
)

# How a coordinator calls each field of a question.
FIELD_NAMES = {
    "kind": "kind",
    "text": "text",
    "help": "hint",
    "required": "required",
    "role": "part in the analysis",
    "show_if": "condition",
    "cannot_assess": "“cannot assess”",
    "cannot_assess_reasons": "reasons why it cannot be assessed",
    "image": "example image",
    "options": "options",
    "unit": "unit",
    "minimum": "minimum",
    "maximum": "maximum",
    "step": "step",
    "maximum_length": "longest answer",
    "tools": "tools",
    "codes": "codes",
    "minimum_count": "fewest marks",
    "maximum_count": "most marks",
    "attributes": "questions about each finding",
}
# What a field means that is not there, so that leaving it out and writing its default is the same.
_DEFAULTS: dict[str, Any] = {
    "help": "",
    "required": False,
    "cannot_assess": False,
    "cannot_assess_reasons": [],
    "minimum_count": 0,
    "attributes": [],
    "maximum_length": DEFAULT_LONGEST_TEXT,
}


class FieldChange(NamedTuple):
    """One field of a question that says something else."""

    field: str
    was: Any
    now: Any


class Change(NamedTuple):
    """A question that was added, removed, moved or changed."""

    kind: str
    key: str
    text: str
    fields: list[FieldChange]


def schema_changes(old: Sequence[Question], new: Sequence[Question]) -> list[Change]:
    """Return what is different, in the order of the new version, with what was removed at the end."""
    before = {question["key"]: question for question in old}
    after = {question["key"]: question for question in new}
    moved = _moved([key for key in before if key in after], [key for key in after if key in before])
    changes = []
    for key, question in after.items():
        if key not in before:
            changes.append(Change("ADDED", key, question["text"], []))
            continue
        fields = _field_changes(before[key], question)
        if fields:
            changes.append(Change("CHANGED", key, question["text"], fields))
        elif key in moved:
            changes.append(Change("MOVED", key, question["text"], []))
    return changes + [Change("REMOVED", key, one["text"], []) for key, one in before.items() if key not in after]


def _moved(before: list[str], after: list[str]) -> set[str]:
    """What stands elsewhere, once the longest run that kept its order is set aside."""
    matches = SequenceMatcher(a=before, b=after, autojunk=False).get_matching_blocks()
    return set(after) - {key for match in matches for key in after[match.b : match.b + match.size]}


def _field_changes(old: Question, new: Question) -> list[FieldChange]:
    return [
        FieldChange(field, _value(old, field), _value(new, field))
        for field in FIELD_NAMES
        if _canonical(_value(old, field)) != _canonical(_value(new, field))
    ]


def _value(question: Question, field: str) -> Any:
    value = question.get(field, _DEFAULTS.get(field))
    is_scale = field == "options" and question["kind"] == ORDINAL
    return [level_parts(one) for one in question["options"]] if is_scale else value


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def misfits(old: Sequence[Question], new: Sequence[Question]) -> list[str]:
    """Return why reads made with the old version do not fit the new one; empty when every signed one does."""
    before = {question["key"]: question for question in old if question["kind"] != SECTION}
    after = {question["key"]: question for question in new if question["kind"] != SECTION}
    reasons = [f"“{one['text']}” is gone, with its answers." for key, one in before.items() if key not in after]
    for key, question in after.items():
        if key in before:
            reasons += [f"“{question['text']}”: {reason}" for reason in _misfits_of_question(before[key], question)]
        elif question.get("required"):
            reasons.append(f"“{question['text']}” is new and has to be answered.")
    if _conditions(old, after) != _conditions(new, before):
        reasons.append("Other questions are asked after the same answers: a condition or a section has changed.")
    return reasons


def _conditions(questions: Sequence[Question], common: Container[str]) -> str:
    """Under which conditions each question that both versions have is asked."""
    section: Any = None
    by_key = {}
    for question in questions:
        if question["kind"] == SECTION:
            section = question.get("show_if")
        elif question["key"] in common:
            by_key[question["key"]] = [section, question.get("show_if")]
    return _canonical(by_key)


def _misfits_of_question(old: Question, new: Question) -> list[str]:
    if old["kind"] != new["kind"]:
        return ["it is another kind of question."]
    reasons = []
    if new.get("required") and not old.get("required"):
        reasons.append("it has to be answered now.")
    if old.get("cannot_assess") and not new.get("cannot_assess"):
        reasons.append("“cannot assess” is no longer allowed.")
    if old["kind"] == ORDINAL and _texts(old) != _texts(new):
        reasons.append("its levels are others, so that a number means something else.")
    if old["kind"] in (CATEGORICAL, MULTI_SELECT) and _values(old) != _values(new)[: len(_values(old))]:
        reasons.append("options are gone or stand in another order.")
    if old.get("unit", "1") != new.get("unit", "1"):
        reasons.append("it has another unit.")
    if any(_is_narrower(old, new, field) for field in ("minimum", "maximum", "step", "maximum_length")):
        reasons.append("its limits have changed.")
    return reasons + (_misfits_of_findings(old, new) if old["kind"] == LOCATED_FINDING else [])


def _misfits_of_findings(old: Question, new: Question) -> list[str]:
    reasons = []
    if not set(old["tools"]) <= set(new["tools"]):
        reasons.append("a tool is no longer allowed.")
    if any(code not in new["codes"] for code in old["codes"]):
        reasons.append("a code is no longer offered.")
    if (new.get("minimum_count") or 0) > (old.get("minimum_count") or 0):
        reasons.append("more marks are needed.")
    if _is_narrower(old, new, "maximum_count"):
        reasons.append("fewer marks are allowed.")
    inner = misfits(old.get("attributes", []), new.get("attributes", []))
    return reasons + [f"about each finding: {reason}" for reason in inner]


def _is_narrower(old: Question, new: Question, field: str) -> bool:
    """Whether the new limit could refuse what the old one allowed."""
    was, now = _value(old, field), _value(new, field)
    if now is None or now == was:
        return False
    if was is None or field == "step":
        return True
    return bool(now > was) if field == "minimum" else bool(now < was)


def _texts(question: Question) -> list[str]:
    return [level_parts(option)["text"] for option in question["options"]]


def _values(question: Question) -> list[str]:
    return [option["value"] for option in question["options"]]
