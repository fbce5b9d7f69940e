"""Which questions a read's answers leave on the form: against a second reading of the rules, written from the ADR."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.conditions import asked_keys
from annotations.domain.payload import incompleteness, payload_problems
from annotations.domain.schema import schema_problems
from tests.annotations.building import content, finding
from tests.annotations.domain import condition_examples

EXAMPLES: list[dict[str, Any]] = json.loads(condition_examples.FILE.read_text())


def asked_by_the_book(form: dict[str, Any], key: str) -> bool:
    """Whether a question is asked, looked up from the question upwards instead of down the form."""
    questions = form["questions"]
    index = next(i for i, one in enumerate(questions) if one["key"] == key)
    question = questions[index]
    sections = [one for one in questions[:index] if one["kind"] == "SECTION"]
    if question["kind"] != "SECTION" and sections and not _true(form, sections[-1].get("show_if")):
        return False
    return _true(form, question.get("show_if"))


def _true(form: dict[str, Any], condition: dict[str, Any] | None) -> bool:
    if condition is None:
        return True
    if "all" in condition or "any" in condition:
        results = [_true(form, part) for part in next(iter(condition.values()))]
        return False not in results if "all" in condition else True in results
    key = condition["question"]
    question = next(one for one in form["questions"] if one["key"] == key)
    if not asked_by_the_book(form, key):
        return False
    if question["kind"] == "LOCATED_FINDING":
        return form["counts"].get(key, 0) >= condition["at_least"]
    answer = form["answers"].get(key)
    if answer is None or isinstance(answer, dict):
        return False
    given_values = answer if isinstance(answer, list) else [answer]
    if "at_least" in condition:
        return answer >= condition["at_least"]
    return any(one in given_values for one in condition.get("in", [condition.get("is")]))


def test_the_shared_examples_are_those_that_the_seed_draws() -> None:
    assert condition_examples.examples() == EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES[:: len(EXAMPLES) // 60])
def test_an_example_is_a_valid_form_and_is_asked_by_the_book(example: dict[str, Any]) -> None:
    assert schema_problems(example["questions"]) == []
    by_the_book = [one["key"] for one in example["questions"] if asked_by_the_book(example, one["key"])]
    assert example["asked"] == sorted(by_the_book)


def test_the_examples_hide_and_show() -> None:
    hidden = sum(len(one["questions"]) - len(one["asked"]) for one in EXAMPLES)
    assert hidden > 100


@given(st.integers(min_value=10_000))
def test_any_form_is_asked_by_the_book(seed: int) -> None:
    form = condition_examples.drawn(seed)
    assert schema_problems(form["questions"]) == []
    asked = asked_keys(form["questions"], form["answers"], form["counts"])
    assert asked == {one["key"] for one in form["questions"] if asked_by_the_book(form, one["key"])}


@given(st.integers(min_value=10_000))
def test_answers_to_what_is_not_asked_change_nothing(seed: int) -> None:
    form = condition_examples.drawn(seed)
    asked = asked_keys(form["questions"], form["answers"], form["counts"])
    left = {key: value for key, value in form["answers"].items() if key in asked}
    assert asked_keys(form["questions"], left, form["counts"]) == asked


PRESENT = {"key": "present", "kind": "BINARY", "text": "Present?", "required": True}
SIZE = {
    "key": "size",
    "kind": "NUMBER",
    "text": "Size",
    "required": True,
    "show_if": {"question": "present", "is": True},
}
MARKS = {
    "key": "nodules",
    "kind": "LOCATED_FINDING",
    "text": "Mark",
    "required": True,
    "tools": ["POINT"],
    "codes": [{"scheme": "RADLEX", "value": "RID3875", "meaning": "nodule"}],
    "show_if": {"question": "present", "is": True},
    "cannot_assess": True,
    "attributes": [
        {"key": "solid", "kind": "BINARY", "text": "Solid?", "required": True},
        {
            "key": "part",
            "kind": "NUMBER",
            "text": "Part",
            "required": True,
            "show_if": {"question": "solid", "is": False},
        },
    ],
}
FORM: list[dict[str, Any]] = [PRESENT, SIZE, MARKS]


def gaps(*findings: dict[str, Any], **answers: Any) -> list[tuple[str, str]]:
    payload = content(*findings, **answers)
    assert payload_problems(payload, FORM) == []
    return [(problem.field, problem.code) for problem in incompleteness(payload, FORM)]


def test_what_is_not_asked_need_not_be_answered() -> None:
    assert gaps(present=False) == []
    assert gaps(present=True) == [("size", "missing"), ("nodules", "too_few")]


def test_what_is_not_asked_may_not_stand_in_a_signed_read() -> None:
    left_over = finding(answers={"solid": True})
    assert gaps(left_over, present=False, size=3) == [("size", "not_asked"), ("nodules", "marks_not_asked")]


def test_cannot_assess_answers_a_question_and_stands_for_marks() -> None:
    assert gaps(present=True, size=3, nodules={"cannot_assess": "Motion"}) == []
    marked = finding(answers={"solid": True})
    assert gaps(marked, present=True, size=3, nodules={"cannot_assess": "Motion"}) == [("nodules", "contradiction")]


def test_a_question_about_a_finding_is_asked_after_its_other_answers() -> None:
    one, two = finding(answers={"solid": False}), finding(answers={"solid": True, "part": 3})
    assert gaps(one, two, present=True, size=1) == [(one["id"], "missing"), (two["id"], "not_asked")]
