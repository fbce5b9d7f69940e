"""Clinical texts as text: cleaned once, refused with a line, and the same after a spreadsheet has held them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.clinical_text import (
    CHANGED,
    CLEARED,
    LONGEST_TEXT,
    MAXIMUM_PROBLEMS,
    MAXIMUM_ROWS,
    NEW,
    SAME,
    change_of,
    cleaned,
    clinical_csv,
    from_cell,
    parse_clinical_csv,
    text_fault,
    to_cell,
    warning_words,
)

# What a CSV file can hold: no lone surrogates, which UTF-8 has none of.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
NO_PROVENANCE = {"version": None, "stored_at": None, "stored_by": None}


@given(TEXTS)
def test_cleaning_once_is_cleaning_for_good(text: str) -> None:
    once = cleaned(text)
    assert cleaned(once) == once
    assert "\r" not in once
    assert not any(line != line.rstrip() for line in once.split("\n"))


def test_a_text_keeps_its_lines_and_loses_the_blanks_around_them() -> None:
    assert cleaned("  Cough.  \r\n\r\n- 3 weeks\t\rNodule?\u2028 \n") == "Cough.\n\n- 3 weeks\nNodule?"
    assert cleaned(" \n\t\r\n") == ""


def test_what_cannot_be_stored_is_named_with_its_line() -> None:
    assert text_fault("x" * LONGEST_TEXT) is None
    code, detail = text_fault("x" * (LONGEST_TEXT + 1)) or ("", "")
    assert (code, "4001" in detail) == ("too_long", True)
    code, detail = text_fault("Cough.\nF\x00ever") or ("", "")
    assert (code, detail) == ("control_character", "Line 2 holds a control character (U+0000). Take it out.")
    assert text_fault("a\tb\nc") is None


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [("", "a", NEW), ("a", "b", CHANGED), ("a", "a", SAME), ("", "", SAME), ("a", "", CLEARED)],
)
def test_a_change_is_named(before: str, after: str, change: str) -> None:
    assert change_of(before, after) == change


@given(TEXTS)
def test_a_cell_gives_back_its_text_and_never_runs_as_a_formula(text: str) -> None:
    cell = to_cell(cleaned(text))
    assert from_cell(cell) == cleaned(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.dictionaries(st.sampled_from([f"Case {number:03d}" for number in range(1, 9)]), TEXTS, min_size=1))
def test_what_is_exported_is_read_as_it_was(texts: dict[str, str]) -> None:
    rows = [{"case": case, "text": cleaned(text), **NO_PROVENANCE} for case, text in texts.items()]
    read = parse_clinical_csv(clinical_csv(rows))
    assert read.problems == []
    assert read.ignored_columns == ["version", "stored_at", "stored_by"]
    assert [(one.case, cleaned(one.text)) for one in read.rows] == [(row["case"], row["text"]) for row in rows]


def test_rows_are_counted_as_a_spreadsheet_counts_them() -> None:
    read = parse_clinical_csv('case,text\nCase 001,"Cough.\n\nNodule?"\n,\nCase 002,Fever\nCase 001,Again\n')
    assert [(one.case, one.row) for one in read.rows] == [("Case 001", 2), ("Case 002", 4)]
    assert [(one.field, one.code, one.row) for one in read.problems] == [("case", "repeated", 5)]
    assert read.problems[0].detail == "Case 001 stands in row 2 already."


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [
        ("", "column_missing", 1),
        ("case,words\nCase 001,a\n", "column_missing", 1),
        ("case;text\nCase 001;a\n", "wrong_separator", 1),
        ("case,text,text\nCase 001,a,b\n", "column_repeated", 1),
        ("case,text\n", "empty", 2),
        ("case,text\nCase 001,a,b\n", "wrong_length", 2),
        ("case,text\n,a\n", "missing", 2),
        ('case,text\nCase 001,"a\n', "not_csv", 1),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_row(text: str, code: str, row: int) -> None:
    read = parse_clinical_csv(text)
    assert read.rows == []
    assert (read.problems[0].code, read.problems[0].row) == (code, row)


def test_problems_and_rows_have_a_limit() -> None:
    many = "case,text\n" + ",a\n" * (MAXIMUM_PROBLEMS + 50)
    assert len(parse_clinical_csv(many).problems) == MAXIMUM_PROBLEMS
    out = io.StringIO()
    csv.writer(out).writerows([("case", "text"), *((f"Case {number}", "a") for number in range(MAXIMUM_ROWS + 1))])
    assert [one.code for one in parse_clinical_csv(out.getvalue()).problems] == ["too_long"]


def test_a_warning_names_lines_and_repeats_nothing() -> None:
    assert warning_words("PATIENT_NAME", (2,)) == "Line 2: the text holds a word of the patient's name."
    assert warning_words("BIRTH_DATE", (1, 3)) == "Lines 1, 3: the text holds the patient's date of birth."
    assert warning_words("NOT_SCREENED", ()).startswith("The text could not be compared")
