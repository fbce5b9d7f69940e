"""Labels as CSV: one row per read, safe to open in a spreadsheet."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.exporters.answer_columns import ANSWER_PREFIX
from annotations.exporters.labels_csv import COLUMNS, DESIGN_COLUMNS, TIME_COLUMNS, labels_csv
from tests.annotations.building import finding

COMPUTED = ("number_of_findings", "findings", "ai_shown_at", "ai_prediction_id", "ai_decisions")


def row(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {name: name for name in COLUMNS if name not in COMPUTED}
    return {
        **whole,
        "schema_version": 1,
        "answers": {"present": True, "sure": 80},
        "findings": [],
        "ai_shown": [],
        "ai_decisions": [],
        **changes,
    }


def form(*keys: str) -> dict[int, list[dict[str, Any]]]:
    """One version of a form that asks these."""
    return {1: [{"key": key, "kind": "BINARY", "text": key} for key in keys]}


def parsed(rows: list[dict[str, Any]], keys: list[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(labels_csv(rows, form(*keys)), newline="")))


def test_no_rows_still_have_a_header() -> None:
    assert labels_csv([], form("present")) == ",".join([*COLUMNS, "answer.present"]) + "\r\n"


def test_times_have_columns_for_those_who_may_see_them_and_sum_over_the_phases() -> None:
    phase = {"first_image_ms": 800, "first_mark_ms": None, "active_ms": 1000, "total_ms": 1500}
    place = {"arm": "B", "session": 2, "repeat_number": 1, "is_training": False, "role": "READER"}
    rows = [row(times={"FIRST": phase, "SECOND": phase}, **place), row(times={}, **place)]
    timed, untimed = csv.DictReader(io.StringIO(labels_csv(rows, form(), with_times=True), newline=""))
    assert (timed["active_ms"], timed["total_ms"]) == ("2000", "3000")
    assert json.loads(timed["times"]) == rows[0]["times"]
    assert [untimed[name] for name in TIME_COLUMNS] == ["", "", ""]
    assert [untimed[name] for name in DESIGN_COLUMNS] == ["B", "2", "1", "0", "READER"]


def test_answers_get_a_column_each_answered_or_not() -> None:
    (line,) = parsed([row()], ["present", "sure", "later"])
    assert [line[ANSWER_PREFIX + key] for key in ("present", "sure", "later")] == ["1", "80", ""]


def test_findings_are_counted_without_plain_measurements_and_kept_whole() -> None:
    marks = [finding(), finding(question=None)]
    (line,) = parsed([row(findings=marks)], [])
    assert line["number_of_findings"] == "1"
    assert json.loads(line["findings"]) == marks


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_does_not_run_a_name_as_a_formula(name: str) -> None:
    (line,) = parsed([row(case=name, reader=name)], [])
    assert line["case"] == line["reader"] == f"'{name}"


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_any_name_keeps_its_row_and_never_starts_a_formula(name: str) -> None:
    text = labels_csv([row(case=name)], form("present"))
    (line,) = list(csv.DictReader(io.StringIO(text, newline="")))
    assert not line["case"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert line["case"].removeprefix("'") == name.removeprefix("'")


def test_the_first_delivery_of_the_ai_is_named_and_its_absence_is_empty() -> None:
    shown = [{"shown_at": "2026-01-01T00:00:00Z", "prediction_id": "p1"}, {"shown_at": "later", "prediction_id": "p1"}]
    aided, unaided = parsed([row(ai_shown=shown), row()], [])
    assert (aided["ai_shown_at"], aided["ai_prediction_id"]) == ("2026-01-01T00:00:00Z", "p1")
    assert (unaided["ai_shown_at"], unaided["ai_prediction_id"]) == ("", "")


LEVELS = [{"text": "Benign", "value": "2"}, {"text": "Low suspicion", "value": "4A"}, "High suspicion"]
BIRADS = {"key": "birads", "kind": "ORDINAL", "text": "BI-RADS", "options": LEVELS, "cannot_assess": True}
SIGNS = {"key": "signs", "kind": "MULTI_SELECT", "text": "Signs"}
MARKS = {"key": "marks", "kind": "LOCATED_FINDING", "text": "Marks"}
HEADING = {"key": "heading", "kind": "SECTION", "text": "Heading"}


def answered(*answers: dict[str, Any], versions: dict[int, Any] | None = None) -> list[dict[str, str]]:
    """The answer columns of these reads."""
    rows = [row(answers=one) for one in answers]
    text = labels_csv(rows, versions or {1: [HEADING, BIRADS, SIGNS, MARKS]})
    return [
        {name.removeprefix("answer."): cell for name, cell in line.items() if name.startswith("answer.")}
        for line in csv.DictReader(io.StringIO(text, newline=""))
    ]


def test_cannot_assess_is_an_outcome_of_its_own_with_its_reason_and_never_a_number() -> None:
    (line,) = answered({"birads": {"cannot_assess": "Motion"}})
    assert line == {"birads": "CANNOT_ASSESS", "birads.value": "", "birads.reason": "Motion", "signs": ""}


def test_a_level_has_its_number_and_its_own_value() -> None:
    second, third = answered({"birads": 2}, {"birads": 3})
    assert (second["birads"], second["birads.value"], second["birads.reason"]) == ("2", "4A", "")
    assert (third["birads"], third["birads.value"]) == ("3", "")


def test_what_was_chosen_of_several_stands_in_one_cell() -> None:
    (line,) = answered({"signs": ["a", "c"]})
    assert line["signs"] == "a|c"


def test_every_version_of_the_form_has_its_columns_and_marks_only_where_they_may_be_left() -> None:
    left = {**MARKS, "cannot_assess": True}
    (line,) = answered({"birads": 1}, versions={1: [BIRADS], 2: [SIGNS, left]})
    assert list(line) == ["birads", "birads.value", "birads.reason", "signs", "marks", "marks.reason"]
