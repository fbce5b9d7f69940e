"""What could not be assessed is left out of the analysis by name, and never counted as 0."""

from typing import Any

import pytest

from validation.dataset import dataset_from_snapshot


def snapshot(reads: list[dict[str, Any]], threshold: float | None = None) -> dict[str, Any]:
    cases = [{"id": f"c{n}", "name": f"Case {n}", "patient": f"P{n}", "truth": n % 2} for n in range(len(reads))]
    filled = [
        {"case": f"c{n}", "reader": "r", "state": "SIGNED", "provenance": "HUMAN", **read}
        for n, read in enumerate(reads)
    ]
    return {
        "configuration": {"confidence_level": 0.95, "call_threshold": threshold},
        "label_schema": {"call": "present", "rating": "birads", "rating_scale": "ORDINAL"},
        "model_version": None,
        "readers": [{"id": "r", "name": "ada"}],
        "cases": cases,
        "reads": filled,
        "predictions": [],
    }


READS: list[dict[str, Any]] = [
    {"call": False, "rating": 7, "cannot_assess": []},
    {"call": None, "rating": None, "cannot_assess": ["call", "rating"]},
    {"call": True, "rating": None, "cannot_assess": ["rating"]},
    # As snapshots were made before readers could say so.
    {"call": None, "rating": 2},
]


def reasons(threshold: float | None) -> dict[str, tuple[str, ...]]:
    dataset = dataset_from_snapshot(snapshot(READS, threshold))
    return {one.reason: one.cases for one in dataset.exclusions}


def test_each_is_excluded_by_its_reason() -> None:
    assert reasons(None) == {
        "call-cannot-assess": ("Case 1",),
        "rating-cannot-assess": ("Case 1", "Case 2"),
        "no-call": ("Case 3",),
    }


def test_a_call_made_from_the_rating_cannot_be_assessed_where_the_rating_cannot() -> None:
    assert reasons(4.0) == {
        "call-cannot-assess": ("Case 1", "Case 2"),
        "rating-cannot-assess": ("Case 1", "Case 2"),
    }


@pytest.mark.parametrize(("threshold", "calls"), [(2.0, [True, True]), (3.0, [True, False]), (8.0, [False, False])])
def test_a_scale_of_any_number_of_levels_is_cut_by_its_numbers(threshold: float, calls: list[bool]) -> None:
    (reader,) = dataset_from_snapshot(snapshot(READS, threshold)).readers
    assert reader.call[reader.has_call].tolist() == calls
    assert reader.rating[reader.has_rating].tolist() == [7.0, 2.0]
