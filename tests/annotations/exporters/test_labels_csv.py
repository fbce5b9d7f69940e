"""Labels as CSV: one row per read, safe to open in a spreadsheet."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.exporters.labels_csv import ANSWER_PREFIX, COLUMNS, DESIGN_COLUMNS, TIME_COLUMNS, labels_csv
from tests.annotations.building import finding

COMPUTED = ("number_of_findings", "findings", "ai_shown_at", "ai_prediction_id", "ai_decisions")


def row(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {name: name for name in COLUMNS if name not in COMPUTED}
    return {
        **whole,
        "answers": {"present": True, "sure": 80},
        "findings": [],
        "ai_shown": [],
        "ai_decisions": [],
        **changes,
    }


def parsed(rows: list[dict[str, Any]], keys: list[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(labels_csv(rows, keys), newline="")))


def test_no_rows_still_have_a_header() -> None:
    assert labels_csv([], ["present"]) == ",".join([*COLUMNS, "answer.present"]) + "\r\n"


def test_times_have_columns_for_those_who_may_see_them_and_sum_over_the_phases() -> None:
    phase = {"first_image_ms": 800, "first_mark_ms": None, "active_ms": 1000, "total_ms": 1500}
    place = {"arm": "B", "session": 2, "repeat_number": 1, "is_training": False}
    rows = [row(times={"FIRST": phase, "SECOND": phase}, **place), row(times={}, **place)]
    timed, untimed = csv.DictReader(io.StringIO(labels_csv(rows, [], with_times=True), newline=""))
    assert (timed["active_ms"], timed["total_ms"]) == ("2000", "3000")
    assert json.loads(timed["times"]) == rows[0]["times"]
    assert [untimed[name] for name in TIME_COLUMNS] == ["", "", ""]
    assert [untimed[name] for name in DESIGN_COLUMNS] == ["B", "2", "1", "0"]


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
    text = labels_csv([row(case=name)], ["present"])
    (line,) = list(csv.DictReader(io.StringIO(text, newline="")))
    assert not line["case"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert line["case"].removeprefix("'") == name.removeprefix("'")


def test_the_first_delivery_of_the_ai_is_named_and_its_absence_is_empty() -> None:
    shown = [{"shown_at": "2026-01-01T00:00:00Z", "prediction_id": "p1"}, {"shown_at": "later", "prediction_id": "p1"}]
    aided, unaided = parsed([row(ai_shown=shown), row()], [])
    assert (aided["ai_shown_at"], aided["ai_prediction_id"]) == ("2026-01-01T00:00:00Z", "p1")
    assert (unaided["ai_shown_at"], unaided["ai_prediction_id"]) == ("", "")
