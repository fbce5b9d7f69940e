"""The reference standard's CSV: what is read, and which row is at fault."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.truth_csv import Truth, example_csv, parse_truth_csv

CASES = {"Case 001": "1.2.1", "Case 002": "1.2.2", "Case 003": "1.2.3"}
HEAD = "case,study_instance_uid,truth,lesion_id,x_mm,y_mm,z_mm,diameter_mm,code\n"


def faults(text: str) -> list[tuple[int | None, str, str]]:
    return [(problem.row, problem.field, problem.code) for problem in parse_truth_csv(text, CASES)[1]]


def test_cases_with_two_lesions_one_lesion_and_none() -> None:
    text = HEAD + "Case 001,1.2.1,1,L1,1,2,3,4.5,RID1\nCase 002,,0,,,,,,\nCase 001,1.2.1,1,L2,-1,0,9e1,6,\n"
    truths, problems = parse_truth_csv(text, CASES)
    assert problems == []
    assert truths == [
        Truth(
            "Case 001",
            1,
            [
                {"id": "L1", "code": "RID1", "center_mm": [1.0, 2.0, 3.0], "diameter_mm": 4.5},
                {"id": "L2", "code": None, "center_mm": [-1.0, 0.0, 90.0], "diameter_mm": 6.0},
            ],
        ),
        Truth("Case 002", 0, []),
    ]


def test_two_columns_are_enough_and_a_byte_order_mark_does_no_harm() -> None:
    truths, problems = parse_truth_csv("\ufeffcase,truth\nCase 003,1\n", CASES)
    assert (truths, problems) == ([Truth("Case 003", 1, [])], [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", (1, "case", "column_missing")),
        ("case\nCase 001\n", (1, "truth", "column_missing")),
        ("case,truth,age\n", (1, "age", "column_unknown")),
        ("case,truth,truth\n", (1, "file", "column_repeated")),
        (HEAD, (2, "file", "empty")),
        ("case,truth\nCase 001,1\nCase 009,1\n", (3, "case", "unknown_case")),
        ("case,truth\nCase 001,2\n", (2, "truth", "not_binary")),
        ("case,truth\nCase 001,\n", (2, "truth", "not_binary")),
        ("case,truth\nCase 001\n", (2, "file", "wrong_length")),
        ("case,truth\nCase 001,1,1\n", (2, "file", "wrong_length")),
        ("case,truth\nCase 001,1\nCase 001,1\n", (3, "case", "repeated")),
        ("case,truth\nCase 001,1\nCase 001,0\n", (3, "case", "repeated")),
        (HEAD + "Case 001,9.9,1,,,,,,\n", (2, "study_instance_uid", "wrong_uid")),
        (HEAD + "Case 001,,1,L1,1,2,x,4,\n", (2, "z_mm", "not_a_number")),
        (HEAD + "Case 001,,1,L1,1,2,nan,4,\n", (2, "z_mm", "not_a_number")),
        (HEAD + "Case 001,,1,,1,2,3,4,\n", (2, "lesion_id", "missing")),
        (HEAD + "Case 001,,1,L1,1,2,3,0,\n", (2, "diameter_mm", "not_positive")),
        (HEAD + "Case 001,,0,L1,1,2,3,4,\n", (2, "lesion_id", "lesion_in_negative")),
        (HEAD + "Case 001,,1,L1,1,2,3,4,\nCase 001,,1,L1,1,2,3,4,\n", (3, "lesion_id", "repeated")),
        ('case,truth\n"Case 001,1\n', (2, "file", "not_csv")),
    ],
)
def test_every_fault_names_its_row_and_column(text: str, fault: tuple[int, str, str]) -> None:
    assert fault in faults(text)


def test_all_faulty_rows_are_named_at_once() -> None:
    assert [row for row, _, _ in faults("case,truth\nX,1\nCase 001,1\nY,1\nCase 002,5\n")] == [2, 4, 5]


def test_the_example_can_be_uploaded_as_it_is() -> None:
    truths, problems = parse_truth_csv(example_csv(list(CASES.items())), CASES)
    assert problems == []
    assert [(truth.case, truth.truth, len(truth.lesions)) for truth in truths] == [
        ("Case 001", 1, 2),
        ("Case 002", 0, 0),
        ("Case 003", 0, 0),
    ]


@given(st.text(max_size=200))
def test_any_text_is_judged_without_an_exception(text: str) -> None:
    truths, problems = parse_truth_csv(text, CASES)
    assert truths or problems


@given(st.text(max_size=60))
def test_any_row_is_judged_without_an_exception(row: str) -> None:
    truths, problems = parse_truth_csv(HEAD + row, CASES)
    assert truths or problems
