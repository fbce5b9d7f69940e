"""An answer in the history of a read, in the words of the form that the reader saw."""

from typing import Any

import pytest

from annotations.domain.read_history import changes_between, value_text

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
