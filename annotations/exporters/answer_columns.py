"""The columns of a label table that hold the answers: one or more for each question of every version of the form."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from annotations.domain.answers import reason_not_assessed
from annotations.domain.kinds import LOCATED_FINDING, ORDINAL, SECTION, Question, level_parts

ANSWER_PREFIX = "answer."
# What a cell says where the reader could not assess it: a named outcome, no number that could be counted.
CANNOT_ASSESS_CELL = "CANNOT_ASSESS"
# Between the values chosen in one answer; no value has it inside.
SEPARATOR = "|"


class AnswerColumn(NamedTuple):
    """A column: which question's answer it shows, and what of it."""

    key: str
    part: str

    @property
    def name(self) -> str:
        """The column's heading."""
        return ANSWER_PREFIX + self.key + (f".{self.part}" if self.part else "")


def answer_columns(versions: Mapping[int, Sequence[Question]]) -> list[AnswerColumn]:
    """Return the columns, the same for every row whatever its version, so that they never change from page to page.

    `.reason` says why something could not be assessed, `.value` is a level's own value (4A) beside its number.
    """
    columns: dict[AnswerColumn, None] = {}
    for _, questions in sorted(versions.items()):
        for question in questions:
            parts = _parts(question)
            columns.update(dict.fromkeys(AnswerColumn(question["key"], part) for part in parts))
    return list(columns)


def _parts(question: Question) -> list[str]:
    can_be_left = bool(question.get("cannot_assess"))
    if question["kind"] == SECTION or (question["kind"] == LOCATED_FINDING and not can_be_left):
        return []
    has_values = question["kind"] == ORDINAL and any("value" in level_parts(one) for one in question["options"])
    return ["", *["value"] * has_values, *["reason"] * can_be_left]


def answer_cell(column: AnswerColumn, answers: Mapping[str, Any], questions: Sequence[Question]) -> Any:
    """Return what a row shows in the column; `questions` are those of the row's own version of the form."""
    answer = answers.get(column.key)
    reason = reason_not_assessed(answer)
    if column.part == "reason":
        return reason
    if reason is not None:
        return CANNOT_ASSESS_CELL if column.part == "" else None
    if column.part == "value":
        return _value_of_level(answer, next((one for one in questions if one["key"] == column.key), None))
    return SEPARATOR.join(answer) if isinstance(answer, list) else answer


def _value_of_level(answer: Any, question: Question | None) -> str | None:
    if answer is None or question is None or question["kind"] != ORDINAL:
        return None
    return level_parts(question["options"][answer - 1]).get("value")
