"""Lists of codes as CSV: what is taken, and which rows are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.code_list_csv import parse_code_list

HEAD = "scheme,value,meaning\n"


def faults(text: str) -> list[tuple[str, str, int | None]]:
    _, problems = parse_code_list(text)
    return [(problem.field, problem.code, problem.row) for problem in problems]


def test_codes_are_taken_in_their_order_whatever_the_order_of_the_columns() -> None:
    codes, problems = parse_code_list(
        '\ufeffmeaning,Scheme,value\n Lesion ,SCT,52988006\n\n"Mass, solid",SCT,4147007\n,,\n'
    )
    assert problems == []
    assert codes == [("SCT", "52988006", "Lesion"), ("SCT", "4147007", "Mass, solid")]


def test_the_same_code_twice_is_one_and_with_another_meaning_a_fault() -> None:
    assert len(parse_code_list(HEAD + "SCT,1,One\nSCT,1,One\nRADLEX,1,One\n")[0]) == 2
    assert faults(HEAD + "SCT,1,One\nSCT,1,Two\n") == [("value", "repeated", 3)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", ("file", "wrong_columns", 1)),
        ("scheme,value\nSCT,1\n", ("file", "wrong_columns", 1)),
        ("scheme;value;meaning\nSCT;1;One\n", ("file", "wrong_separator", 1)),
        (HEAD, ("file", "empty", 2)),
        (HEAD + "SCT,1\n", ("file", "wrong_length", 2)),
        (HEAD + "SCT,,One\n", ("value", "bad_text", 2)),
        (HEAD + "A_SCHEME_TOO_LONG,1,One\n", ("scheme", "bad_text", 2)),
        (HEAD + f"SCT,1,{'x' * 201}\n", ("meaning", "bad_text", 2)),
        (HEAD + 'SCT,1,"One', ("file", "not_csv", 1)),
    ],
)
def test_a_faulty_row_is_named(text: str, fault: tuple[str, str, int]) -> None:
    assert faults(text) == [fault]


def test_every_faulty_row_is_named() -> None:
    assert [row for _, _, row in faults(HEAD + "SCT,,One\nSCT,2,Two\nSCT,3\n")] == [2, 4]


@given(st.text(max_size=60))
def test_any_text_is_judged_without_an_exception(text: str) -> None:
    codes, problems = parse_code_list(HEAD + text)
    assert codes or problems
