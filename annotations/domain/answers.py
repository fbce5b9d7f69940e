"""What an answer may be: a value of the question's kind, or that the reader cannot assess it, with the reason."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from annotations.domain.geometry import is_integer_within, is_number
from annotations.domain.kinds import (
    BINARY,
    CATEGORICAL,
    CONFIDENCE,
    CONFIDENCE_MAXIMUM,
    DATE,
    DEFAULT_LONGEST_TEXT,
    LARGEST_NUMBER,
    LOCATED_FINDING,
    MULTI_SELECT,
    NUMBER,
    ORDINAL,
    TEXT,
    Question,
    is_text,
)

CANNOT_ASSESS = "cannot_assess"
LONGEST_REASON = 200
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Binary fractions: 0.1 + 0.2 is on a grid of 0.1 as far as anybody can type it.
_STEP_TOLERANCE = 1e-6


def reason_not_assessed(answer: Any) -> str | None:
    """Return why the reader could not assess it; None for every other answer."""
    if isinstance(answer, dict) and set(answer) == {CANNOT_ASSESS}:
        reason = answer[CANNOT_ASSESS]
        return reason if is_text(reason, LONGEST_REASON) else None
    return None


def fits(answer: Any, question: Question) -> bool:
    """Whether a JSON value answers the question: what it asks for, or "cannot assess" where the form allows that."""
    if isinstance(answer, dict):
        return bool(question.get(CANNOT_ASSESS)) and reason_not_assessed(answer) is not None
    return _FITS[question["kind"]](answer, question)


def choice_values(question: Question) -> list[str]:
    """Return the values that may be chosen, in the form's order."""
    return [option["value"] for option in question["options"]]


def _is_some_of(answer: Any, question: Question) -> bool:
    """Chosen values come in the form's order, so that the same choice is always the same text."""
    if not isinstance(answer, list) or not answer or not all(isinstance(value, str) for value in answer):
        return False
    return answer == [value for value in choice_values(question) if value in answer]


def _is_within(answer: Any, question: Question) -> bool:
    if not is_number(answer) or abs(answer) > LARGEST_NUMBER:
        return False
    low, high, step = question.get("minimum"), question.get("maximum"), question.get("step")
    if (low is not None and answer < low) or (high is not None and answer > high):
        return False
    if step is None:
        return True
    steps = (answer - (low or 0)) / step
    return abs(steps - round(steps)) <= _STEP_TOLERANCE


def _is_date(answer: Any) -> bool:
    if not isinstance(answer, str) or not _DATE.fullmatch(answer):
        return False
    try:
        date.fromisoformat(answer)
    except ValueError:
        return False
    return True


_FITS: dict[str, Callable[[Any, Question], bool]] = {
    BINARY: lambda answer, question: isinstance(answer, bool),
    ORDINAL: lambda answer, question: is_integer_within(answer, 1, len(question["options"])),
    CONFIDENCE: lambda answer, question: is_integer_within(answer, 0, CONFIDENCE_MAXIMUM),
    CATEGORICAL: lambda answer, question: isinstance(answer, str) and answer in choice_values(question),
    MULTI_SELECT: _is_some_of,
    NUMBER: _is_within,
    DATE: lambda answer, question: _is_date(answer),
    TEXT: lambda answer, question: is_text(answer, question.get("maximum_length", DEFAULT_LONGEST_TEXT)),
    # Findings are no answers; only that there is nothing to be assessed is one.
    LOCATED_FINDING: lambda answer, question: False,
}
