"""When a question is asked: `show_if`, and which questions a read's answers leave on the form.

A condition names questions that stand above it, so there are no cycles and one pass from top to bottom decides
(docs/adr/0021-conditions-and-cannot-assess.md). What is not asked, not answered or not assessed fulfils no condition.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from annotations.domain.answers import fits, reason_not_assessed
from annotations.domain.geometry import is_integer_within, is_number
from annotations.domain.kinds import (
    BINARY,
    CATEGORICAL,
    CONFIDENCE,
    LOCATED_FINDING,
    MAXIMUM_COUNT,
    MULTI_SELECT,
    NUMBER,
    ORDINAL,
    SECTION,
    Question,
)
from annotations.domain.problems import Problem

# Which comparison fits which kind of question.
COMPARISONS = {
    BINARY: ("is",),
    ORDINAL: ("is", "in", "at_least"),
    CONFIDENCE: ("is", "in", "at_least"),
    NUMBER: ("is", "in", "at_least"),
    CATEGORICAL: ("is", "in"),
    MULTI_SELECT: ("is", "in"),
    LOCATED_FINDING: ("at_least",),
}
GROUPS = ("all", "any")
# A group, and groups of comparisons in it: as much as a coordinator can read as one sentence.
DEEPEST = 2
MOST_PARTS = 20


class Above:
    """The questions that a condition may name, and where the others stand."""

    def __init__(self, questions: Sequence[Any], index: int) -> None:
        self.earlier = {q["key"]: q for q in questions[:index] if _is_named(q)}
        self.later = {q["key"] for q in questions[index:] if _is_named(q)}


def _is_named(question: Any) -> bool:
    return isinstance(question, dict) and all(isinstance(question.get(name), str) for name in ("key", "kind"))


def condition_problems(condition: Any, path: str, above: Above, depth: int = 0) -> list[Problem]:
    """Return everything that is wrong with a condition, each with its place."""
    if not isinstance(condition, dict):
        return [Problem(path, "bad_condition", "A condition compares a question, or joins conditions by all or any.")]
    group = next((name for name in GROUPS if set(condition) == {name}), None)
    if group is None:
        return _comparison_problems(condition, path, above)
    parts = condition[group]
    if depth >= DEEPEST:
        return [Problem(path, "too_deep", f"Conditions are joined at most {DEEPEST} deep.")]
    if not isinstance(parts, list) or not 1 <= len(parts) <= MOST_PARTS:
        return [Problem(f"{path}.{group}", "bad_condition", f"Join 1 to {MOST_PARTS} conditions.")]
    problems = []
    for index, part in enumerate(parts):
        problems += condition_problems(part, f"{path}.{group}[{index}]", above, depth + 1)
    return problems


def _comparison_problems(condition: dict[str, Any], path: str, above: Above) -> list[Problem]:
    comparison = next((name for name in ("is", "in", "at_least") if set(condition) == {"question", name}), None)
    key = condition.get("question")
    if comparison is None or not isinstance(key, str):
        return [Problem(path, "bad_condition", "A comparison has a question and one of: is, in, at_least.")]
    question = above.earlier.get(key)
    if question is None and key in above.later:
        detail = f"{key} does not stand above this question: a condition looks only at what was asked before."
        return [Problem(f"{path}.question", "forward_reference", detail)]
    if question is None:
        return [Problem(f"{path}.question", "unknown_question", f"The form has no question {key} here.")]
    allowed = COMPARISONS.get(question.get("kind"), ())
    if comparison not in allowed:
        detail = f"A question of this kind is compared by: {', '.join(allowed) or 'nothing'}."
        return [Problem(f"{path}.{comparison}", "bad_comparison", detail)]
    if not _is_comparable(condition[comparison], comparison, question):
        return [Problem(f"{path}.{comparison}", "bad_value", f"{key} cannot have that as its answer.")]
    return []


def _is_comparable(value: Any, comparison: str, question: Question) -> bool:
    if comparison == "in":
        return isinstance(value, list) and bool(value) and all(_may_be(one, question) for one in value)
    if comparison == "at_least" and question["kind"] == LOCATED_FINDING:
        return is_integer_within(value, 1, MAXIMUM_COUNT)
    if comparison == "at_least" and question["kind"] == NUMBER:
        return is_number(value)
    return _may_be(value, question)


def _may_be(value: Any, question: Question) -> bool:
    try:
        return fits([value] if question["kind"] == MULTI_SELECT else value, {**question, "cannot_assess": False})
    except (KeyError, TypeError, ValueError, ArithmeticError):
        # The question itself is faulty, which is said in its own place.
        return True


def holds(condition: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether a valid condition is fulfilled; `values` are the answers that count, of findings their number."""
    if "all" in condition:
        return all(holds(part, values) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, values) for part in condition["any"])
    value = values.get(condition["question"])
    if value is None:
        return False
    if "at_least" in condition:
        return bool(value >= condition["at_least"])
    wanted = condition["in"] if "in" in condition else [condition["is"]]
    return any(one in wanted for one in value) if isinstance(value, list) else value in wanted


def asked_keys(
    questions: Sequence[Question], answers: Mapping[str, Any], counts: Mapping[str, int] | None = None
) -> set[str]:
    """Return the keys of the questions and sections on the form, given the answers and the numbers of findings."""
    asked: set[str] = set()
    values: dict[str, Any] = {}
    section_is_asked = True
    for question in questions:
        condition = question.get("show_if")
        is_met = condition is None or holds(condition, values)
        if question["kind"] == SECTION:
            section_is_asked = is_met
        if not (is_met and section_is_asked):
            continue
        asked.add(question["key"])
        answer = answers.get(question["key"])
        if question["kind"] == LOCATED_FINDING:
            values[question["key"]] = (counts or {}).get(question["key"], 0)
        elif answer is not None and reason_not_assessed(answer) is None:
            values[question["key"]] = answer
    return asked


def always_asked(questions: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the keys of the questions and sections that stand on the form whatever is answered."""
    asked: set[str] = set()
    section_is_asked = True
    for question in questions:
        is_always = question.get("show_if") is None
        if question["kind"] == SECTION:
            section_is_asked = is_always
        if is_always and section_is_asked:
            asked.add(question["key"])
    return asked


def counts_of_findings(findings: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Count the findings of each located-finding question."""
    return dict(Counter(finding["question"] for finding in findings if finding["question"] is not None))
