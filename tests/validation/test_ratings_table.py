"""The ratings table that `docs/examples/import_ratings.py` takes: every faulty row is named, and nothing is guessed."""

from pathlib import Path
from typing import Any

import pytest

from docs.examples.import_ratings import Rating, Refused, Scale, Study, main, read_table, require_whole

FIVE = Scale(1, 5)
WHOLE = "reader,case,truth,rating,modality\nR1,a,1,5,M1\nR1,b,0,2,M1\nR1,a,1,4,M2\nR1,b,0,1,M2\n"


def study(text: str, scale: Scale = FIVE, **more: Any) -> Study:
    return Study("Two techniques, 1993", scale, read_table(text, scale), **more)


def test_a_table_is_read_as_it_is() -> None:
    ratings = read_table("\ufeff" + WHOLE, FIVE)
    assert ratings[1] == Rating(3, "R1", "b", "0", 2.0, "M1", "", "")
    assert read_table(WHOLE.replace("rating", "score"), FIVE, {"rating": "score"}) == ratings


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("R1,c,2,3,M1", "line 6, column truth: Truth is 1 (diseased) or 0 (not), and not '2'."),
        ("R1,c,1,6,M1", "line 6, column rating: 6 is off the scale of 1 to 5."),
        ("R1,c,1,2.5,M1", "line 6, column rating: 2.5 is no level of a scale of 1, 2, 3 …"),
        ("R1,c,1,high,M1", "line 6, column rating: A rating is a number, and not 'high'."),
        ("R1,c,1,nan,M1", "line 6, column rating: A rating is a number, and not 'nan'."),
        ("R1,c,1,,M1", "line 6, column rating: The cell is empty."),
        ("R1,c,1", "line 6, column rating: The cell is empty."),
        ("R1,c,1,0_3,M1", "line 6, column rating: A rating is a number, and not '0_3'."),
        ("R1\0,c,1,3,M1", "line 6, column reader: The cell has a line break, a tab or another control character."),
        ("R1,b,0,3,M1", "line 6, column case: Line 3 rates it already, for the same reader."),
        ("R2,a,0,3,M1", "line 6, column truth: Line 2 says otherwise of the same case."),
        ("R2,a,1,3,M3", "line 6, column modality: A reader study has at most two arms"),
    ],
)
def test_a_faulty_row_is_named(row: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        read_table(f"{WHOLE}{row}\n", FIVE)
    assert "The table has 1 problem; nothing was sent." in str(refused.value)
    assert said in str(refused.value)


def test_all_faulty_rows_are_counted_and_the_first_are_named() -> None:
    with pytest.raises(Refused) as refused:
        read_table(WHOLE + "R1,c,1,9,M1\n" * 30, FIVE)
    lines = str(refused.value).splitlines()
    assert lines[0] == "The table has 30 problems; nothing was sent."
    assert (len(lines), lines[-1]) == (22, "… and 10 more")


def test_two_columns_of_one_name_are_not_chosen_from() -> None:
    with pytest.raises(Refused, match="line 1, column rating: There are 2 columns with this name"):
        read_table("reader,case,truth,rating,rating\nR1,a,1,5,2\nR1,b,0,2,4\n", FIVE)


@pytest.mark.parametrize(("low", "high"), [(5, 1), (3, 3), (float("nan"), 5), (1, float("inf"))])
def test_what_is_no_scale(low: float, high: float) -> None:
    with pytest.raises(Refused, match="--scale: two numbers, the lower one first"):
        Scale(low, high)


def test_without_a_token_or_in_another_encoding_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "table.csv"
    monkeypatch.setattr("sys.argv", ["", "http://127.0.0.1:1", str(table), "--name", "A", "--scale", "1", "5"])
    monkeypatch.delenv("OVERREAD_TOKEN", raising=False)
    table.write_bytes(WHOLE.replace("R1", "Müller").encode("latin-1"))
    with pytest.raises(SystemExit, match=r"table\.csv, line 2: the table is not in UTF-8"):
        main()
    table.write_text(WHOLE)
    with pytest.raises(SystemExit, match="Set OVERREAD_TOKEN to a WRITE token"):
        main()


@pytest.mark.parametrize("text", ["", "reader,case,truth\n", "reader,case,truth,rating\n"])
def test_what_is_no_table(text: str) -> None:
    with pytest.raises(Refused):
        read_table(text, FIVE)


def test_a_call_is_in_every_row_or_in_none() -> None:
    with pytest.raises(Refused, match="line 3, column recall: The cell is empty"):
        read_table("reader,case,truth,rating,recall\nR,a,1,5,1\nR,b,0,1,\n", FIVE, {"call": "recall"})


def test_a_whole_table_is_fully_crossed_and_another_is_listed() -> None:
    cases, accounts = {"a": "Case 001", "b": "Case 002"}, {"R1": "x-R1"}
    design = study(WHOLE).design(cases, accounts)
    assert (design["kind"], design["pairing"]) == ("CROSSOVER", {"kind": "FULLY_CROSSED"})
    listed = study(WHOLE.replace("R1,b,0,1,M2\n", "")).design(cases, accounts)["pairing"]
    assert listed["lists"] == [
        {"reader": "x-R1", "arm": "A", "cases": ["Case 001", "Case 002"]},
        {"reader": "x-R1", "arm": "B", "cases": ["Case 001"]},
    ]


def test_the_form_is_a_scale_of_levels_or_a_number() -> None:
    assert study(WHOLE).questions()[0]["options"] == ["1", "2", "3", "4", "5"]
    number = study(WHOLE, Scale(0, 201)).questions()[0]
    assert (number["kind"], number["minimum"], number["maximum"]) == ("NUMBER", 0, 201)
    answers = study("reader,case,truth,rating,call\nR,a,1,2.5,1\n", Scale(0, 9)).payload
    assert answers(Rating(2, "R", "a", "1", 2.5, "", "1", ""))["answers"] == {"rating": 2.5, "call": True}


@pytest.mark.parametrize(
    ("text", "ai", "said"),
    [
        (WHOLE, "CAD", "No row is by the reader CAD"),
        (WHOLE, "R1", "No row is by a reader who is not the AI"),
        (WHOLE + "R2,a,1,3,M1\n", "R1", "says one thing of a case"),
        ("reader,case,truth,rating\nR1,a,1,3\nR1,b,0,1\nR2,a,1,3\n", "R1", "1 case(s) are rated by the AI only, b"),
    ],
)
def test_rows_that_make_no_reader_study(text: str, ai: str, said: str) -> None:
    with pytest.raises(Refused, match=said.replace("(", r"\(").replace(")", r"\)")):
        require_whole(study(text, ai=ai))


def test_each_reader_gets_a_username_of_their_own() -> None:
    two = "reader,case,truth,rating\nDr. A,a,1,3\nDr- A,a,1,3\n"
    assert study(two.replace("Dr- A", "B")).usernames() == {
        "Dr. A": "two-techniques-1993-Dr.-A",
        "B": "two-techniques-1993-B",
    }
    with pytest.raises(Refused, match="same username"):
        study("reader,case,truth,rating\nA 1,a,1,3\nA_1,a,1,3\nA  1,a,1,3\n").usernames()
