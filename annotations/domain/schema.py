"""The label schema: which questions a form may have, and what each may say. Pure rules over plain JSON values."""

import re
from typing import Any

from annotations.domain.geometry import SHAPES
from annotations.domain.problems import Problem
from annotations.domain.segment_marks import SEGMENT

BINARY, ORDINAL, CONFIDENCE, LOCATED_FINDING = "BINARY", "ORDINAL", "CONFIDENCE", "LOCATED_FINDING"
KINDS = (BINARY, ORDINAL, CONFIDENCE, LOCATED_FINDING)
ORDINAL_LEVELS = 5
CONFIDENCE_MAXIMUM = 100
# Which kinds may be the binary decision, and which the rating of an ROC analysis.
KINDS_OF_ROLE = {"CALL": (BINARY,), "RATING": (ORDINAL, CONFIDENCE)}

# What a located finding may be marked with.
TOOLS = (*SHAPES, SEGMENT)

_COMMON = {"key", "kind", "text", "help", "required", "role"}
_FIELDS = {
    BINARY: _COMMON,
    ORDINAL: _COMMON | {"options"},
    CONFIDENCE: _COMMON,
    LOCATED_FINDING: _COMMON | {"tools", "codes", "minimum_count", "maximum_count", "attributes"},
}
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
MAXIMUM_QUESTIONS = 100
MAXIMUM_TEXT = 500
MAXIMUM_COUNT = 500
MAXIMUM_ATTRIBUTES = 20


def schema_problems(questions: Any) -> list[Problem]:
    """Return everything that is wrong with a list of questions; empty when it is a valid label schema."""
    if not isinstance(questions, list) or not questions:
        return [Problem("questions", "empty", "A label schema needs at least one question.")]
    if len(questions) > MAXIMUM_QUESTIONS:
        return [Problem("questions", "too_many", f"A label schema has at most {MAXIMUM_QUESTIONS} questions.")]
    problems: list[Problem] = []
    seen: set[str] = set()
    for index, question in enumerate(questions):
        path = f"questions[{index}]"
        found = _question_problems(question, path)
        if not found and question["key"] in seen:
            found = [Problem(f"{path}.key", "repeated", f"The key {question['key']} is used twice.")]
        problems += found
        if not found:
            seen.add(question["key"])
    return problems or _role_problems(questions)


def _question_problems(question: Any, path: str) -> list[Problem]:
    if not isinstance(question, dict) or question.get("kind") not in KINDS:
        return [Problem(f"{path}.kind", "unknown_kind", f"The kind must be one of {', '.join(KINDS)}.")]
    kind = question["kind"]
    problems = [
        Problem(f"{path}.{name}", "unknown_field", f"A question of kind {kind} has no field {name}.")
        for name in sorted(set(question) - _FIELDS[kind])
    ]
    key = question.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        problems.append(
            Problem(f"{path}.key", "bad_key", "Use lower-case letters, digits and _, starting with a letter.")
        )
    problems += _text_problems(question, path)
    if not isinstance(question.get("required", False), bool):
        problems.append(Problem(f"{path}.required", "not_boolean", "required is true or false."))
    if kind == ORDINAL:
        problems += _option_problems(question.get("options"), path)
    if kind == LOCATED_FINDING:
        problems += _located_problems(question, path)
    return problems


def _text_problems(question: dict[str, Any], path: str) -> list[Problem]:
    problems = []
    text = question.get("text")
    if not isinstance(text, str) or not text.strip() or len(text) > MAXIMUM_TEXT:
        problems.append(
            Problem(f"{path}.text", "bad_text", f"Give the question's text, 1 to {MAXIMUM_TEXT} characters.")
        )
    hint = question.get("help", "")
    if not isinstance(hint, str) or len(hint) > MAXIMUM_TEXT:
        problems.append(Problem(f"{path}.help", "bad_text", f"Help is a text of at most {MAXIMUM_TEXT} characters."))
    return problems


def _option_problems(options: Any, path: str) -> list[Problem]:
    if (
        not isinstance(options, list)
        or len(options) != ORDINAL_LEVELS
        or not all(isinstance(option, str) and option.strip() and len(option) <= MAXIMUM_TEXT for option in options)
        or len(set(options)) != ORDINAL_LEVELS
    ):
        return [
            Problem(
                f"{path}.options",
                "bad_options",
                f"Give {ORDINAL_LEVELS} different labels, lowest to highest.",
            )
        ]
    return []


def _located_problems(question: dict[str, Any], path: str) -> list[Problem]:
    problems = []
    tools = question.get("tools")
    if not isinstance(tools, list) or not tools or any(tool not in TOOLS for tool in tools):
        problems.append(Problem(f"{path}.tools", "bad_tools", f"Choose at least one of {', '.join(TOOLS)}."))
    codes = question.get("codes")
    if not isinstance(codes, list) or not codes or not all(_is_code(code) for code in codes):
        problems.append(Problem(f"{path}.codes", "bad_codes", "Give at least one code with scheme, value and meaning."))
    low, high = question.get("minimum_count", 0), question.get("maximum_count")
    if not _is_count(low) or not (high is None or (_is_count(high) and high >= max(low, 1))):
        problems.append(
            Problem(
                f"{path}.minimum_count",
                "bad_count",
                f"Counts are whole numbers up to {MAXIMUM_COUNT}, minimum <= maximum.",
            )
        )
    return problems + _attribute_problems(question.get("attributes", []), f"{path}.attributes")


def _attribute_problems(attributes: Any, path: str) -> list[Problem]:
    """The questions put to each finding: answered like others, but without a role in the analysis of cases."""
    if not isinstance(attributes, list) or len(attributes) > MAXIMUM_ATTRIBUTES:
        return [Problem(path, "bad_attributes", f"attributes is a list of at most {MAXIMUM_ATTRIBUTES} questions.")]
    problems: list[Problem] = []
    keys: set[str] = set()
    for index, attribute in enumerate(attributes):
        place = f"{path}[{index}]"
        found = _question_problems(attribute, place)
        if not found and (attribute["kind"] == LOCATED_FINDING or attribute.get("role") is not None):
            found = [
                Problem(f"{place}.kind", "bad_attributes", "A question about a finding is answered, without a role.")
            ]
        if not found and attribute["key"] in keys:
            found = [Problem(f"{place}.key", "repeated", f"The key {attribute['key']} is used twice.")]
        if not found:
            keys.add(attribute["key"])
        problems += found
    return problems


def _is_code(code: Any) -> bool:
    return (
        isinstance(code, dict)
        and set(code) == {"scheme", "value", "meaning"}
        and all(isinstance(text, str) and text.strip() and len(text) <= MAXIMUM_TEXT for text in code.values())
    )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAXIMUM_COUNT


def _role_problems(questions: list[dict[str, Any]]) -> list[Problem]:
    problems = []
    for index, question in enumerate(questions):
        role = question.get("role")
        fitting = KINDS_OF_ROLE.get(role, ()) if isinstance(role, str) else ()
        if role is not None and question["kind"] not in fitting:
            problems.append(
                Problem(
                    f"questions[{index}].role",
                    "bad_role",
                    "CALL belongs to a binary question, RATING to an ordinal or confidence question.",
                )
            )
    problems.extend(
        Problem("questions", "role_repeated", f"Only one question can have the role {role}.")
        for role in KINDS_OF_ROLE
        if sum(question.get("role") == role for question in questions) > 1
    )
    return problems


def question_with_role(questions: list[dict[str, Any]], role: str) -> dict[str, Any] | None:
    """Return the question that is the binary call or the ROC rating, if the schema has one."""
    return next((question for question in questions if question.get("role") == role), None)
