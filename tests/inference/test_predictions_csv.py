"""Predictions as CSV."""

import pytest

from portal.inference.predictions_csv import COLUMNS, example_csv, parse_predictions_csv

HEADER = ",".join(COLUMNS)
NODULE = "RADLEX,RID50149,pulmonary nodule"


def parse(*rows):
    return parse_predictions_csv("\n".join([HEADER, *rows]) + "\n")


def test_the_example_can_be_read_as_it_is():
    parsed = parse_predictions_csv(example_csv(["1.2.3", "1.2.4", "1.2.5"]))
    assert parsed.problems == []
    assert {uid: len(one.findings) for uid, one in parsed.predictions.items()} == {
        "1.2.3": 2,
        "1.2.4": 0,
        "1.2.5": 0,
    }
    assert parsed.predictions["1.2.3"].findings[0]["geometry"] == {
        "kind": "SPHERE",
        "center_mm": [-52.5, 13.0, -120.0],
        "diameter_mm": 8.5,
    }


def test_scores_alone_are_enough():
    parsed = parse_predictions_csv("study_instance_uid,score\n1.2.3,0.25\n")
    assert parsed.problems == []
    assert parsed.predictions["1.2.3"].score == 0.25


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["1.2.3,nan,,,,,,,,,"], (2, "score", "not_a_probability")),
        (["1.2.3,1.2,,,,,,,,,"], (2, "score", "not_a_probability")),
        (["1.2.3,,,,,,,,,,"], (2, "score", "not_a_probability")),
        (["x,0.5,,,,,,,,,"], (2, "study_instance_uid", "bad_uid")),
        (["1.2.3,0.5"], (2, "file", "wrong_length")),
        (["1.2.3,0.5,,,,,,,,,", "1.2.3,0.5,,,,,,,,,"], (3, "study_instance_uid", "repeated")),
        (
            [f"1.2.3,0.5,F1,0.5,1,2,3,4,{NODULE}", f"1.2.3,0.6,F2,0.5,1,2,3,4,{NODULE}"],
            (3, "score", "score_differs"),
        ),
        (
            [f"1.2.3,0.5,F1,0.5,1,2,3,4,{NODULE}", f"1.2.3,0.5,F1,0.5,1,2,3,4,{NODULE}"],
            (3, "finding_id", "repeated"),
        ),
        ([f"1.2.3,0.5,F1,0.5,1,2,,4,{NODULE}"], (2, "x_mm", "bad_point")),
        ([f"1.2.3,0.5,F1,0.5,1,2,3,0,{NODULE}"], (2, "diameter_mm", "not_positive")),
    ],
)
def test_each_fault_is_named_with_its_row(rows, problem):
    problems = parse(*rows).problems
    assert [(one["row"], one["field"], one["code"]) for one in problems] == [problem]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "column_missing"),
        ("study_instance_uid,score\n", "empty"),
        ("study_instance_uid,score,colour\n1.2,0.5,red\n", "column_unknown"),
        ("study_instance_uid,score,score\n1.2,0.5,0.5\n", "column_repeated"),
        ('study_instance_uid,score\n1.2,"0.5\n', "not_csv"),
    ],
)
def test_a_file_of_the_wrong_form_is_refused(text, code):
    assert code in {problem["code"] for problem in parse_predictions_csv(text).problems}
