"""An answer in the history of a read, in the words of the form that the reader saw."""

from typing import Any

import pytest

from annotations.domain.read_history import changes_between, masked_changes, told_when_masked, value_text

BIRADS = {"kind": "ORDINAL", "options": ["Negative", {"text": "Low suspicion", "value": "4A"}]}
SIGNS = [{"value": "a", "text": "Spiculated"}, {"value": "b", "text": "Calcified"}]


@pytest.mark.parametrize(
    ("question", "value", "text"),
    [
        ({"kind": "BINARY"}, True, "Yes"),
        ({"kind": "BINARY"}, False, "No"),
        (BIRADS, 1, "Negative (1)"),
        (BIRADS, 2, "Low suspicion (4A)"),
        (BIRADS, {"cannot_assess": "Motion"}, "Cannot assess: Motion"),
        ({"kind": "LOCATED_FINDING"}, {"cannot_assess": "Motion"}, "Cannot assess: Motion"),
        ({"kind": "CONFIDENCE"}, 83, "83"),
        ({"kind": "CATEGORICAL", "options": SIGNS}, "b", "Calcified"),
        ({"kind": "MULTI_SELECT", "options": SIGNS}, ["a", "b"], "Spiculated, Calcified"),
        ({"kind": "NUMBER", "unit": "mm"}, 12.5, "12.5 mm"),
        ({"kind": "NUMBER", "unit": "1"}, 3, "3"),
        ({"kind": "DATE"}, "2026-02-03", "2026-02-03"),
        ({"kind": "TEXT"}, "a", "a"),
    ],
)
def test_an_answer_is_told_as_the_reader_saw_it(question: dict[str, Any], value: Any, text: str) -> None:
    assert value_text(value, question) == text


def test_a_change_from_an_answer_to_cannot_assess_says_both() -> None:
    question = {**BIRADS, "key": "birads", "text": "BI-RADS"}
    before: dict[str, Any] = {"answers": {"birads": 2}, "findings": [], "ai_decisions": []}
    after = {**before, "answers": {"birads": {"cannot_assess": "Motion"}}}
    assert changes_between(before, after, [question]) == [
        ("answer:birads", "BI-RADS", "Low suspicion (4A)", "Cannot assess: Motion")
    ]


def test_a_masked_history_tells_only_of_what_every_read_answers() -> None:
    """That there is a mark, a decision or an answer to a question that only a positive read is asked is the answer."""
    questions: list[dict[str, Any]] = [
        {"key": "call", "kind": "BINARY", "text": "Nodule?"},
        {"key": "size", "kind": "NUMBER", "text": "Size", "unit": "mm", "show_if": {"question": "call", "is": True}},
        {"key": "nodules", "kind": "LOCATED_FINDING", "text": "Mark them."},
        {"key": "more", "kind": "SECTION", "text": "More", "show_if": {"question": "call", "is": True}},
        {"key": "spiculated", "kind": "BINARY", "text": "Spiculated?"},
        {"key": "rest", "kind": "SECTION", "text": "Rest"},
        {"key": "sure", "kind": "CONFIDENCE", "text": "How sure?"},
    ]
    assert told_when_masked(questions) == {"call", "sure"}
    finding: dict[str, Any] = {
        "id": "f",
        "question": "nodules",
        "code": None,
        "confidence": None,
        "answers": {},
        "marks": [],
    }
    positive = {
        "answers": {"call": True, "size": 5, "spiculated": False, "sure": 90},
        "findings": [finding],
        "ai_decisions": [{"prediction_id": "p", "ai_finding_id": "1", "decision": "CONFIRMED"}],
    }
    unsure = {"call": False, "sure": 90, "nodules": {"cannot_assess": "Motion"}}
    negative: dict[str, Any] = {"answers": unsure, "findings": [], "ai_decisions": []}
    told = [("answer:call", "Nodule?", None, "masked"), ("answer:sure", "How sure?", None, "masked")]
    for payload in (positive, negative):
        assert masked_changes(changes_between(None, payload, questions), questions) == told
