"""What a new version changes, and whether the old one's reads fit it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.schema_changes import misfits, schema_changes

FILE = Path(__file__).parents[2] / "shared_examples" / "label_schema" / "valid.json"
(EVERY_KIND,) = [one["questions"] for one in json.loads(FILE.read_text()) if one["name"].startswith("every kind")]
BY_KEY: dict[str, dict[str, Any]] = {one["key"]: one for one in EVERY_KIND}


def with_change(key: str, **change: Any) -> list[dict[str, Any]]:
    return [{**one, **change} if one["key"] == key else one for one in EVERY_KIND]


def told(new: list[dict[str, Any]]) -> list[tuple[str, str, list[str]]]:
    changes = schema_changes(EVERY_KIND, new)
    return [(one.kind, one.key, [field.field for field in one.fields]) for one in changes]


def test_the_same_form_changes_nothing_and_fits() -> None:
    written_out = [{**one, "help": ""} if one["kind"] != "SECTION" else one for one in EVERY_KIND]
    assert told(EVERY_KIND) == told(written_out) == []
    assert misfits(EVERY_KIND, written_out) == []


def test_what_was_added_removed_moved_and_changed_is_named() -> None:
    new = {"key": "new", "kind": "BINARY", "text": "New?"}
    without = [one for one in EVERY_KIND if one["key"] != "d"]
    assert told([*without, new]) == [("ADDED", "new", []), ("REMOVED", "d", [])]
    first, second, *rest = EVERY_KIND
    assert [kind for kind, _, _ in told([second, first, *rest])] == ["MOVED"]
    assert told(with_change("n", unit="cm", text="In cm")) == [("CHANGED", "n", ["text", "unit"])]


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("a", {"text": "Another wording?"}),
        ("a", {"help": "A hint"}),
        ("a", {"required": False}),
        ("a", {"cannot_assess": True}),
        ("n", {"maximum": 20}),
        ("n", {"minimum": None}),
        ("n", {"step": None}),
        ("t", {"maximum_length": 50}),
        ("c", {"options": [*BY_KEY["c"]["options"], {"value": "z", "text": "Zed"}]}),
        ("o", {"options": ["low", {"text": "middle", "value": "2"}, "high"]}),
        ("l", {"tools": ["POINT", "LENGTH"]}),
    ],
)
def test_reads_fit_a_form_that_only_allows_more(key: str, change: dict[str, Any]) -> None:
    assert misfits(EVERY_KIND, with_change(key, **change)) == []


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("o", {"required": True}),
        ("o", {"options": ["high", "middle", "low"]}),
        ("o", {"options": ["low", "high"]}),
        ("c", {"options": BY_KEY["c"]["options"][::-1]}),
        ("n", {"unit": "cm"}),
        ("n", {"maximum": 9}),
        ("n", {"step": 1}),
        ("t", {"maximum_length": 5}),
        ("s2", {"show_if": {"question": "a", "is": False}}),
        ("d", {"show_if": {"question": "a", "is": True}}),
        ("l", {"tools": ["LENGTH"]}),
        ("l", {"maximum_count": 3}),
        ("l", {"minimum_count": 1}),
        ("l", {"attributes": []}),
        ("f", {"kind": "DATE"}),
    ],
)
def test_reads_do_not_fit_a_form_that_could_refuse_them_and_the_reason_is_one_sentence(
    key: str, change: dict[str, Any]
) -> None:
    (reason,) = misfits(EVERY_KIND, with_change(key, **change))[:1]
    assert reason.endswith(".")


def test_a_question_that_is_gone_or_new_and_required_does_not_fit() -> None:
    new = {"key": "new", "kind": "BINARY", "text": "New?", "required": True}
    assert misfits(EVERY_KIND, [*EVERY_KIND, new]) == ["“New?” is new and has to be answered."]
    assert misfits([*EVERY_KIND, new], EVERY_KIND) == ["“New?” is gone, with its answers."]


@given(st.permutations(EVERY_KIND))
def test_order_alone_is_told_as_moves(questions: list[dict[str, Any]]) -> None:
    assert {one.kind for one in schema_changes(EVERY_KIND, questions)} <= {"MOVED"}
