"""Which label schemas are valid."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.schema import question_with_role, schema_problems
from tests.annotations.building import CALL, NODULES, QUESTIONS, RATING

FIVE = ["no", "rather no", "unsure", "rather yes", "yes"]
ORDINAL = {"key": "suspicion", "kind": "ORDINAL", "text": "How suspicious?", "options": FIVE, "role": "RATING"}


def faults(*questions: Any) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in schema_problems(list(questions))]


def test_the_first_four_kinds_are_valid_as_they_were_stored_from_the_start() -> None:
    assert faults(CALL, {**RATING, "role": None}, ORDINAL, NODULES) == []


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        ({**CALL, "kind": "DRAWING"}, ("questions[0].kind", "unknown_kind")),
        (None, ("questions[0].kind", "unknown_kind")),
        ({**CALL, "key": "Nodule"}, ("questions[0].key", "bad_key")),
        ({**CALL, "key": ""}, ("questions[0].key", "bad_key")),
        ({**CALL, "text": " "}, ("questions[0].text", "bad_text")),
        ({**CALL, "text": "x" * 501}, ("questions[0].text", "bad_text")),
        ({**CALL, "help": 3}, ("questions[0].help", "bad_text")),
        ({**CALL, "required": "yes"}, ("questions[0].required", "not_boolean")),
        ({**CALL, "options": FIVE}, ("questions[0].options", "unknown_field")),
        ({**ORDINAL, "options": FIVE[:1]}, ("questions[0].options", "bad_options")),
        ({**ORDINAL, "options": [str(n) for n in range(12)]}, ("questions[0].options", "bad_options")),
        ({**ORDINAL, "options": [*FIVE[:4], "no"]}, ("questions[0].options[4].text", "bad_options")),
        ({**NODULES, "tools": []}, ("questions[0].tools", "bad_tools")),
        ({**NODULES, "tools": ["BRUSH"]}, ("questions[0].tools", "bad_tools")),
        ({**NODULES, "codes": []}, ("questions[0].codes", "bad_codes")),
        ({**NODULES, "codes": [{"scheme": "RADLEX", "value": "RID1"}]}, ("questions[0].codes", "bad_codes")),
        ({**NODULES, "minimum_count": 3, "maximum_count": 2}, ("questions[0].minimum_count", "bad_count")),
        ({**CALL, "role": "RATING"}, ("questions[0].role", "bad_role")),
        ({**RATING, "role": "CALL"}, ("questions[0].role", "bad_role")),
    ],
)
def test_faults_are_named_with_their_place(question: Any, fault: tuple[str, str]) -> None:
    assert faults(question) == [fault]


def test_no_questions_two_equal_keys_and_two_ratings_are_faults() -> None:
    assert faults() == [("questions", "empty")]
    assert faults(CALL, {**RATING, "key": CALL["key"]}) == [("questions[1].key", "repeated")]
    assert faults(RATING, ORDINAL) == [("questions", "role_repeated")]


def test_the_question_of_a_role_is_found() -> None:
    assert question_with_role(QUESTIONS, "RATING") == RATING
    assert question_with_role([NODULES], "CALL") is None


ASKED = {"key": "calcified", "kind": "BINARY", "text": "Calcified?", "required": True}


def test_a_located_finding_may_ask_about_each() -> None:
    scale = {**ORDINAL, "role": None}
    assert faults({**NODULES, "attributes": [ASKED, scale]}) == []
    # A key of its own within the finding may be that of a question of the form.
    assert faults(CALL, {**NODULES, "attributes": [{**ASKED, "key": CALL["key"]}]}) == []


@pytest.mark.parametrize(
    ("attributes", "fault"),
    [
        (None, ("questions[0].attributes", "bad_attributes")),
        ([ASKED] * 21, ("questions[0].attributes", "bad_attributes")),
        ([ASKED, ASKED], ("questions[0].attributes[1].key", "repeated")),
        ([NODULES], ("questions[0].attributes[0].kind", "bad_attributes")),
        ([{**ASKED, "role": "CALL"}], ("questions[0].attributes[0].kind", "bad_attributes")),
        ([{**ASKED, "text": ""}], ("questions[0].attributes[0].text", "bad_text")),
        (["calcified"], ("questions[0].attributes[0].kind", "unknown_kind")),
    ],
)
def test_what_is_asked_about_each_is_checked_like_other_questions(attributes: Any, fault: tuple[str, str]) -> None:
    assert faults({**NODULES, "attributes": attributes}) == [fault]


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3), max_size=5)


@given(
    st.dictionaries(st.sampled_from([*NODULES, "role", "options"]), scalars), st.sampled_from([CALL, ORDINAL, NODULES])
)
def test_any_fields_are_judged_without_an_exception(changes: dict[str, Any], question: dict[str, Any]) -> None:
    assert isinstance(schema_problems([{**question, **changes}]), list)
