"""Values that JSON can carry and that must not be stored."""

import pytest

from annotations.domain.payload import payload_problems
from annotations.domain.schema import schema_problems
from annotations.domain.truth_csv import parse_truth_csv

CODE = {"scheme": "SCT", "value": "786838002", "meaning": "Nodule of lung"}
QUESTION = {"key": "nodules", "kind": "LOCATED_FINDING", "text": "Mark", "tools": ["LENGTH"], "codes": [CODE]}


def payload(x_mm: object, length_mm: object = None) -> dict[str, object]:
    geometry = {
        "kind": "LENGTH",
        "points_mm": [[x_mm, 0, 0], [4.5, 0, 0]],
        "sop_instance_uid": "1.2",
        "series_instance_uid": "1.2.3",
        "frame_number": 1,
    }
    mark = {
        "id": "00000000-0000-4000-8000-000000000001",
        "geometry": geometry,
        "measurements": {} if length_mm is None else {"length_mm": length_mm},
    }
    finding: dict[str, object] = {
        "id": "00000000-0000-4000-8000-000000000000",
        "question": "nodules",
        "code": None,
        "confidence": None,
        "answers": {},
        "marks": [mark],
    }
    return {"version": 3, "answers": {}, "findings": [finding], "ai_decisions": []}


def test_an_ordinary_payload_passes() -> None:
    assert payload_problems(payload(1.5, 3), [QUESTION]) == []


@pytest.mark.parametrize("number", [10**400, -(10**400), float("nan"), float("inf"), True, "1", None])
def test_a_coordinate_is_a_finite_number(number: object) -> None:
    assert [problem.code for problem in payload_problems(payload(number), [QUESTION])] == ["bad_points"]


@pytest.mark.parametrize("number", [10**400, float("nan"), -1])
def test_a_measurement_is_a_finite_number(number: object) -> None:
    assert [problem.code for problem in payload_problems(payload(0, number), [QUESTION])] == ["bad_number"]


@pytest.mark.parametrize("version", [True, 3.0, "3", 1, 2, 4])
def test_the_version_is_the_number_three(version: object) -> None:
    assert payload_problems(payload(0) | {"version": version}, [QUESTION])[0].code == "bad_version"


def test_nobody_has_to_mark_more_findings_than_a_read_can_hold() -> None:
    assert schema_problems([QUESTION | {"minimum_count": 10**400}])[0].code == "bad_count"


@pytest.mark.parametrize("separator", [";", "\t"])
def test_another_separator_is_called_by_its_name(separator: str) -> None:
    _, problems = parse_truth_csv(f"case{separator}truth\nCase 001{separator}1\n", {"Case 001": "1.2"})
    assert [problem.code for problem in problems] == ["wrong_separator"]


def test_empty_rows_at_the_end_are_left_out() -> None:
    truths, problems = parse_truth_csv("case,truth\nCase 001,1\n,\n,\n", {"Case 001": "1.2"})
    assert problems == []
    assert [truth.case for truth in truths] == ["Case 001"]
