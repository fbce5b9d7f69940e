"""The kinds of question, and what each one's own fields may say. Pure rules over plain JSON values."""

import math
import re
from typing import Any

from annotations.domain.geometry import SHAPES, is_number
from annotations.domain.problems import Problem
from annotations.domain.segment_marks import SEGMENT

BINARY, ORDINAL, CONFIDENCE, LOCATED_FINDING = "BINARY", "ORDINAL", "CONFIDENCE", "LOCATED_FINDING"
CATEGORICAL, MULTI_SELECT, NUMBER, DATE, TEXT = "CATEGORICAL", "MULTI_SELECT", "NUMBER", "DATE", "TEXT"
# A heading: the questions below it, up to the next one, belong to it.
SECTION = "SECTION"
# Answered with one value; they may also be asked about each finding.
ANSWER_KINDS = (BINARY, ORDINAL, CONFIDENCE, CATEGORICAL, MULTI_SELECT, NUMBER, DATE, TEXT)
KINDS = (*ANSWER_KINDS, LOCATED_FINDING, SECTION)

FEWEST_LEVELS, MOST_LEVELS = 2, 11
MOST_CHOICES = 50
CONFIDENCE_MAXIMUM = 100
MAXIMUM_TEXT = 500
LONGEST_VALUE = 40
# Of an answer in free text, and what a question allows that names no limit.
LONGEST_TEXT, DEFAULT_LONGEST_TEXT = 5000, 1000
LARGEST_NUMBER = 1e9
MAXIMUM_COUNT = 500

# What a located finding may be marked with.
TOOLS = (*SHAPES, SEGMENT)

_HEADING = {"key", "kind", "text", "help", "show_if"}
_COMMON = _HEADING | {"required", "role", "cannot_assess", "cannot_assess_reasons", "image"}
FIELDS = {
    BINARY: _COMMON,
    ORDINAL: _COMMON | {"options"},
    CONFIDENCE: _COMMON,
    CATEGORICAL: _COMMON | {"options"},
    MULTI_SELECT: _COMMON | {"options"},
    NUMBER: _COMMON | {"unit", "minimum", "maximum", "step"},
    DATE: _COMMON,
    TEXT: _COMMON | {"maximum_length"},
    LOCATED_FINDING: _COMMON | {"tools", "codes", "minimum_count", "maximum_count", "attributes"},
    SECTION: _HEADING,
}
# UCUM clause 2: printable ASCII without blanks.
_UNIT = re.compile(r"[!-~]{1,40}")
# What a program gets as the answer.
_VALUE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}")

Question = dict[str, Any]


def kind_problems(question: Question, path: str) -> list[Problem]:
    """Return what is wrong with the fields that only this kind has."""
    kind = question["kind"]
    if kind == ORDINAL:
        return _level_problems(question.get("options"), f"{path}.options")
    if kind in (CATEGORICAL, MULTI_SELECT):
        return _choice_problems(question.get("options"), f"{path}.options", fewest=2 if kind == CATEGORICAL else 1)
    if kind == NUMBER:
        return _number_problems(question, path)
    if kind == TEXT:
        length = question.get("maximum_length", DEFAULT_LONGEST_TEXT)
        if type(length) is not int or not 1 <= length <= LONGEST_TEXT:
            detail = f"The longest answer is a whole number from 1 to {LONGEST_TEXT}."
            return [Problem(f"{path}.maximum_length", "bad_number", detail)]
    if kind == LOCATED_FINDING:
        return _located_problems(question, path)
    return []


def level_parts(option: Any) -> dict[str, Any]:
    """Return a level of a scale as its parts; one that is only a text has no value and no code of its own."""
    return {"text": option} if isinstance(option, str) else option


def _level_problems(options: Any, path: str) -> list[Problem]:
    if not isinstance(options, list) or not FEWEST_LEVELS <= len(options) <= MOST_LEVELS:
        detail = f"Give {FEWEST_LEVELS} to {MOST_LEVELS} levels, lowest to highest."
        return [Problem(path, "bad_options", detail)]
    levels = [level_parts(option) for option in options]
    problems = []
    for index, level in enumerate(levels):
        problems += _option_problems(level, f"{path}[{index}]", {"text"})
    return problems or _repeated(levels, path)


def _choice_problems(options: Any, path: str, *, fewest: int) -> list[Problem]:
    if not isinstance(options, list) or not fewest <= len(options) <= MOST_CHOICES:
        return [Problem(path, "bad_options", f"Give {fewest} to {MOST_CHOICES} options.")]
    problems = []
    for index, option in enumerate(options):
        problems += _option_problems(option, f"{path}[{index}]", {"text", "value"})
    return problems or _repeated(options, path)


def _option_problems(option: Any, path: str, needed: set[str]) -> list[Problem]:
    if not isinstance(option, dict) or not needed <= set(option) <= {"text", "value", "code"}:
        detail = f"An option has {' and '.join(sorted(needed))}, and perhaps a value and a code."
        return [Problem(path, "bad_options", detail)]
    problems = []
    if not is_text(option["text"], MAXIMUM_TEXT):
        problems.append(Problem(f"{path}.text", "bad_text", f"Name it, 1 to {MAXIMUM_TEXT} characters."))
    if "value" in option and not _is_value(option["value"]):
        detail = f"Use letters, digits and . _ + -, at most {LONGEST_VALUE}, starting with a letter or a digit."
        problems.append(Problem(f"{path}.value", "bad_value", detail))
    if option.get("code") is not None and not is_code(option["code"]):
        problems.append(Problem(f"{path}.code", "bad_codes", "A code has scheme, value and meaning."))
    return problems


def _repeated(options: list[dict[str, Any]], path: str) -> list[Problem]:
    problems = []
    for name, code in (("text", "bad_options"), ("value", "bad_options")):
        seen: set[str] = set()
        for index, option in enumerate(options):
            if name in option and option[name] in seen:
                problems.append(Problem(f"{path}[{index}].{name}", code, f"“{option[name]}” is there twice."))
            seen.add(option.get(name, ""))
    return problems


def _number_problems(question: Question, path: str) -> list[Problem]:
    problems = []
    unit = question.get("unit", "1")
    if not isinstance(unit, str) or not _UNIT.fullmatch(unit):
        detail = "The unit is UCUM text such as mm, mL, HU or 1 (no unit), without blanks."
        problems.append(Problem(f"{path}.unit", "bad_unit", detail))
    ends = {name: question.get(name) for name in ("minimum", "maximum", "step")}
    for name, value in ends.items():
        if value is not None and not _is_plain_number(value):
            problems.append(Problem(f"{path}.{name}", "bad_number", "This is a number, or null for no limit."))
    if problems:
        return problems
    low, high, step = ends["minimum"], ends["maximum"], ends["step"]
    if low is not None and high is not None and high <= low:
        problems.append(Problem(f"{path}.maximum", "bad_number", "The maximum is above the minimum."))
    if step is not None and step <= 0:
        problems.append(Problem(f"{path}.step", "bad_number", "The step is above 0."))
    return problems


def _located_problems(question: Question, path: str) -> list[Problem]:
    problems = []
    tools = question.get("tools")
    if not isinstance(tools, list) or not tools or any(tool not in TOOLS for tool in tools):
        problems.append(Problem(f"{path}.tools", "bad_tools", f"Choose at least one of {', '.join(TOOLS)}."))
    codes = question.get("codes")
    if not isinstance(codes, list) or not codes or not all(is_code(code) for code in codes):
        problems.append(Problem(f"{path}.codes", "bad_codes", "Give at least one code with scheme, value and meaning."))
    low, high = question.get("minimum_count", 0), question.get("maximum_count")
    if not _is_count(low) or not (high is None or (_is_count(high) and high >= max(low, 1))):
        detail = f"Counts are whole numbers up to {MAXIMUM_COUNT}, minimum <= maximum."
        problems.append(Problem(f"{path}.minimum_count", "bad_count", detail))
    return problems


def is_code(code: Any) -> bool:
    """Whether a JSON value is a code with scheme, value and meaning."""
    return (
        isinstance(code, dict)
        and set(code) == {"scheme", "value", "meaning"}
        and all(is_text(text, MAXIMUM_TEXT) for text in code.values())
    )


def is_text(value: Any, longest: int) -> bool:
    """Whether a JSON value is a text that says something."""
    return isinstance(value, str) and bool(value.strip()) and len(value) <= longest


def _is_value(value: Any) -> bool:
    return isinstance(value, str) and _VALUE.fullmatch(value) is not None


def _is_plain_number(value: Any) -> bool:
    return is_number(value) and math.isfinite(value) and abs(value) <= LARGEST_NUMBER


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAXIMUM_COUNT
