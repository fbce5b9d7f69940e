"""The label schema: which questions a form may have, and what each may say. Pure rules over plain JSON values."""

import re
from typing import Any

from annotations.domain.answers import LONGEST_REASON
from annotations.domain.conditions import Above, condition_problems
from annotations.domain.kinds import (
    ANSWER_KINDS,
    BINARY,
    CONFIDENCE,
    FIELDS,
    KINDS,
    LOCATED_FINDING,
    MAXIMUM_TEXT,
    NUMBER,
    ORDINAL,
    SECTION,
    Question,
    is_text,
    kind_problems,
)
from annotations.domain.problems import Problem

# Which kinds may be the binary decision, and which the rating of an ROC analysis.
KINDS_OF_ROLE = {"CALL": (BINARY,), "RATING": (ORDINAL, CONFIDENCE, NUMBER)}

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
MAXIMUM_QUESTIONS = 200
MAXIMUM_ATTRIBUTES = 20
MOST_REASONS = 10


def schema_problems(questions: Any) -> list[Problem]:
    """Return everything that is wrong with a list of questions; empty when it is a valid label schema."""
    if not isinstance(questions, list) or not questions:
        return [Problem("questions", "empty", "A label schema needs at least one question.")]
    if len(questions) > MAXIMUM_QUESTIONS:
        return [Problem("questions", "too_many", f"A label schema has at most {MAXIMUM_QUESTIONS} questions.")]
    problems = _list_problems(questions, "questions")
    if not problems and all(question["kind"] == SECTION for question in questions):
        problems = [Problem("questions", "empty", "A label schema needs at least one question below its sections.")]
    return problems or _role_problems(questions)


def _list_problems(questions: list[Any], path: str) -> list[Problem]:
    problems: list[Problem] = []
    seen: set[str] = set()
    for index, question in enumerate(questions):
        place = f"{path}[{index}]"
        found = _question_problems(question, place)
        if not found and question["key"] in seen:
            found = [Problem(f"{place}.key", "repeated", f"The key {question['key']} is used twice.")]
        if not found:
            seen.add(question["key"])
        if isinstance(question, dict) and question.get("show_if") is not None:
            found += condition_problems(question["show_if"], f"{place}.show_if", Above(questions, index))
        problems += found
    return problems


def _question_problems(question: Any, path: str) -> list[Problem]:
    if not isinstance(question, dict) or question.get("kind") not in KINDS:
        return [Problem(f"{path}.kind", "unknown_kind", f"The kind must be one of {', '.join(KINDS)}.")]
    kind = question["kind"]
    problems = [
        Problem(f"{path}.{name}"[:200], "unknown_field", f"A question of kind {kind} has no field {name[:80]}.")
        for name in sorted(set(question) - FIELDS[kind])
    ]
    key = question.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        problems.append(
            Problem(f"{path}.key", "bad_key", "Use lower-case letters, digits and _, starting with a letter.")
        )
    problems += _text_problems(question, path)
    problems += _answering_problems(question, path)
    problems += kind_problems(question, path)
    if kind == LOCATED_FINDING:
        problems += _attribute_problems(question.get("attributes", []), f"{path}.attributes")
    return problems


def _text_problems(question: Question, path: str) -> list[Problem]:
    problems = []
    if not is_text(question.get("text"), MAXIMUM_TEXT):
        detail = f"Give the question's text, 1 to {MAXIMUM_TEXT} characters."
        problems.append(Problem(f"{path}.text", "bad_text", detail))
    hint = question.get("help", "")
    if not isinstance(hint, str) or len(hint) > MAXIMUM_TEXT:
        problems.append(Problem(f"{path}.help", "bad_text", f"Help is a text of at most {MAXIMUM_TEXT} characters."))
    return problems


def _answering_problems(question: Question, path: str) -> list[Problem]:
    """Whether it must be answered, whether it may be left as "cannot assess", and its example image."""
    problems = [
        Problem(f"{path}.{name}", "not_boolean", f"{name} is true or false.")
        for name in ("required", "cannot_assess")
        if not isinstance(question.get(name, False), bool)
    ]
    reasons = question.get("cannot_assess_reasons", [])
    if not isinstance(reasons, list) or len(reasons) > MOST_REASONS:
        detail = f"Offer at most {MOST_REASONS} reasons."
        return [*problems, Problem(f"{path}.cannot_assess_reasons", "bad_reasons", detail)]
    if not all(is_text(reason, LONGEST_REASON) for reason in reasons) or len(set(reasons)) < len(reasons):
        detail = f"Each reason is another text of 1 to {LONGEST_REASON} characters."
        problems.append(Problem(f"{path}.cannot_assess_reasons", "bad_reasons", detail))
    image = question.get("image")
    if image is not None and not (isinstance(image, str) and _SHA256.fullmatch(image)):
        problems.append(Problem(f"{path}.image", "bad_image", "An image is named by its SHA-256 digest."))
    return problems


def _attribute_problems(attributes: Any, path: str) -> list[Problem]:
    """The questions put to each finding: answered like others, but without a role in the analysis of cases."""
    if not isinstance(attributes, list) or len(attributes) > MAXIMUM_ATTRIBUTES:
        return [Problem(path, "bad_attributes", f"attributes is a list of at most {MAXIMUM_ATTRIBUTES} questions.")]
    misplaced = [
        Problem(f"{path}[{index}].kind", "bad_attributes", "A question about a finding is answered, without a role.")
        for index, attribute in enumerate(attributes)
        if isinstance(attribute, dict)
        and attribute.get("kind") in KINDS
        and (attribute["kind"] not in ANSWER_KINDS or attribute.get("role") is not None)
    ]
    return misplaced or _list_problems(attributes, path)


def _role_problems(questions: list[Question]) -> list[Problem]:
    problems = []
    for index, question in enumerate(questions):
        role = question.get("role")
        if role == "RATING" and question["kind"] == NUMBER and None in number_range(question):
            detail = "A number that is the rating has a minimum and a maximum."
            problems.append(Problem(f"questions[{index}].minimum", "bad_number", detail))
        fitting = KINDS_OF_ROLE.get(role, ()) if isinstance(role, str) else ()
        if role is not None and question["kind"] not in fitting:
            problems.append(
                Problem(
                    f"questions[{index}].role",
                    "bad_role",
                    "CALL belongs to a binary question, RATING to an ordinal, confidence or number question.",
                )
            )
    problems.extend(
        Problem("questions", "role_repeated", f"Only one question can have the role {role}.")
        for role in KINDS_OF_ROLE
        if sum(question.get("role") == role for question in questions) > 1
    )
    return problems


def number_range(question: Question) -> tuple[float | None, float | None]:
    """Return the least and the greatest answer to a question for a number; None for no limit."""
    return question.get("minimum"), question.get("maximum")


def question_with_role(questions: list[Question], role: str) -> Question | None:
    """Return the question that is the binary call or the ROC rating, if the schema has one."""
    return next((question for question in questions if question.get("role") == role), None)
