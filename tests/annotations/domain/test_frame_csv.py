"""Frames as CSV: what is taken, and which rows are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.frame_csv import parse_frame_csv

HEAD = "study_instance_uid,truth\n"


def test_columns_of_any_name_are_taken_with_their_values_as_text() -> None:
    text = '\ufeffsite, study_instance_uid ,size\n"A, north",1.2.3,10\n\n B ,1.2.4,010\n,,\n'
    columns, rows, problems = parse_frame_csv(text)
    assert (columns, problems) == (["site", "size"], [])
    assert rows == [(2, "1.2.3", ("A, north", "10")), (4, "1.2.4", ("B", "010"))]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", ("study_instance_uid", "column_missing", 1)),
        ("case,truth\nA,1\n", ("study_instance_uid", "column_missing", 1)),
        ("study_instance_uid;truth\n1.2;1\n", ("file", "wrong_separator", 1)),
        ("study_instance_uid\n1.2\n", ("file", "column_count", 1)),
        ("study_instance_uid,,truth\n", ("(blank)", "column_name", 1)),
        ("study_instance_uid,truth,truth\n", ("file", "column_repeated", 1)),
        ("study_instance_uid,patient_number\n", ("patient_number", "column_reserved", 1)),
        (HEAD, ("file", "empty", 2)),
        (HEAD + "1.2\n", ("file", "wrong_length", 2)),
        (HEAD + "1.2,1\n1.3,\n", ("truth", "empty_stratum", 3)),
        (HEAD + ",1\n", ("study_instance_uid", "missing", 2)),
        (HEAD + "1.2,1\n1.2,0\n", ("study_instance_uid", "repeated", 3)),
        (HEAD + f"1.2,{'x' * 101}\n", ("truth", "too_long", 2)),
        (HEAD + '1.2,"1\n', ("file", "not_csv", 1)),
    ],
)
def test_faults_are_named_with_their_row(text: str, fault: tuple[str, str, int]) -> None:
    _, _, problems = parse_frame_csv(text)
    assert [(one.field, one.code, one.row) for one in problems] == [fault]


@given(st.text())
def test_whatever_is_sent_is_taken_or_refused(text: str) -> None:
    columns, rows, problems = parse_frame_csv(HEAD + text)
    assert problems or (columns == ["truth"] and len({row.study_instance_uid for row in rows}) == len(rows))
