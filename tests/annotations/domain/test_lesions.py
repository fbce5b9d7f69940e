"""Lesions of the reference standard: their form, files of them, and several files as one. Codes: docs/contract.md."""

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from annotations.domain.json_values import NotStorable, json_value
from annotations.domain.lesions import MAXIMUM_LESIONS, geometries_of, lesion_problems
from annotations.domain.truth_csv import Truth
from annotations.domain.truth_json import FORMAT, VERSION, example_json, parse_truth_json
from annotations.domain.truth_merge import Merged
from annotations.services.truth_json_lesions import json_lesions_take
from portal.audit.services import canonical_json
from tests.annotations.building import NODULE

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "tests" / "shared_examples" / "reference_standard"
SCHEMA = ROOT / "annotations" / "domain" / "schemas" / "reference-standard-1.schema.json"
CASES = {"Case 001": "1.2.1", "Case 002": "1.2.2"}
POINT = {
    "kind": "POINT",
    "points_mm": [[1.0, 2.0, 3.0]],
    "frame_of_reference_uid": None,
    "sop_instance_uid": "1.2.1.1.1",
    "series_instance_uid": "1.2.1.1",
    "frame_number": 1,
}


def examples(name: str) -> list[Any]:
    listed: list[Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return listed


def codes(lesion: dict[str, Any]) -> list[str]:
    return [one.code for one in lesion_problems({"id": "L1", **lesion}, "lesion")]


@pytest.mark.parametrize("example", examples("valid"), ids=lambda one: one["why"])
def test_the_schema_and_the_rules_take_what_is_right(example: Any) -> None:
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(example["file"])
    truths, problems = parse_truth_json(json.dumps(example["file"]), CASES)
    assert (len(truths), problems) == (len(example["file"]["cases"]), [])


@pytest.mark.parametrize("example", examples("invalid"), ids=lambda one: one["why"])
def test_what_is_wrong_is_refused_with_its_place(example: Any) -> None:
    is_shape = not Draft202012Validator(json.loads(SCHEMA.read_text())).is_valid(example["file"])
    assert is_shape == (example["code"] == "bad_shape")
    _, problems = parse_truth_json(json.dumps(example["file"]), CASES)
    assert (problems[0].field, problems[0].code) == (example["field"], example["code"])


def test_the_example_names_the_cases_of_the_reader_study() -> None:
    truths, problems = parse_truth_json(example_json(list(CASES.items())), CASES)
    assert ([(one.case, one.truth, len(one.lesions)) for one in truths], problems) == (
        [("Case 001", 1, 1), ("Case 002", 0, 0)],
        [],
    )


@pytest.mark.parametrize(
    ("lesion", "code"),
    [
        ({}, "no_place"),
        ({"center_mm": [0, 0, 0]}, "not_positive"),
        ({"marks": [{"geometry": {**POINT, "points_mm": [[1, 2]]}}]}, "bad_points"),
        (
            {"marks": [{"geometry": {"kind": "SPHERE", "center_mm": [0, 0, 0], "diameter_mm": 1, "x": 1}}]},
            "unknown_field",
        ),
        ({"marks": [{"geometry": {"kind": "SEGMENT"}}]}, "bad_shape"),
        ({"marks": [{"geometry": POINT}], "attributes": {"Diameter": 3}}, "bad_attribute"),
        ({"marks": [{"geometry": POINT}], "provenance": [{"source": "RUMOUR"}]}, "bad_provenance"),
        ({"marks": [{"geometry": POINT}], "code": {"scheme": "SCT"}}, "bad_code"),
    ],
)
def test_a_lesion_that_lacks_something_is_refused(lesion: dict[str, Any], code: str) -> None:
    assert codes(lesion) == [code]


def test_the_ball_of_a_csv_is_a_place_too() -> None:
    lesion = {"id": "L1", "center_mm": [1.0, 2.0, 3.0], "diameter_mm": 4.0, "marks": [{"geometry": POINT}]}
    assert codes(lesion) == []
    assert [one["kind"] for one in geometries_of(lesion)] == ["SPHERE", "POINT"]


@pytest.mark.parametrize("text", ["{", "[NaN]", "[1e999]", '["\\u0000"]', '["\\ud800"]', "[" * 40 + "]" * 40])
def test_what_could_not_be_stored_and_read_again_is_refused(text: str) -> None:
    with pytest.raises(NotStorable):
        json_value(text)


def test_minus_zero_is_zero() -> None:
    assert canonical_json(json_value("[-0.0]")) == canonical_json([0.0])


def test_files_join_one_lesion_and_keep_both_provenances() -> None:
    merged = Merged()
    csv = {"id": "L1", "code": "RID3875", "center_mm": [1.0, 2.0, 3.0], "diameter_mm": 4.0}
    assert merged.add_truth(Truth("Case 001", 1, [csv]), {"source": "CSV"}) == []
    seg = {
        "id": "L1",
        "code": NODULE,
        "marks": [{"geometry": POINT}],
        "provenance": [{"source": "SEG", "values": ["code", "marks"], "sop_instance_uid": "1.9", "segment_number": 2}],
    }
    assert merged.add_lesion("Case 001", seg, {"source": "SEG"}) == []
    measured = {
        "id": "other",
        "attributes": {"Diameter": {"value": 4.1, "unit": "mm"}},
        "provenance": [{"source": "SR"}],
    }
    assert merged.add_measurements(("1.9", 2), measured) == []
    (truth,) = merged.truths()
    (lesion,) = truth.lesions
    assert (lesion["code"], lesion["diameter_mm"], len(lesion["marks"])) == (NODULE, 4.0, 1)
    assert lesion["attributes"]["Diameter"]["value"] == 4.1
    assert [(one["source"], one.get("values")) for one in lesion["provenance"]] == [
        ("CSV", ["code", "center_mm", "diameter_mm"]),
        ("SEG", ["code", "marks"]),
        ("SR", None),
    ]
    assert (csv.get("provenance"), truth.provenance) == (None, {"source": "CSV"})


def test_a_case_whose_lesions_are_in_two_files_is_as_in_one() -> None:
    lesions = [{"id": name, "marks": [{"geometry": POINT}]} for name in ("L1", "L2")]
    of_pathology = {"source": "CSV", "name": "pathology.csv", "version": 1}
    one, two = Merged(), Merged()
    one.add_truth(Truth("Case 001", 1, lesions, of_pathology), {"source": "JSON", "name": "all.json"})
    for lesion in lesions:
        part = {"source": "JSON", "name": f"{lesion['id']}.json"}
        assert two.add_truth(Truth("Case 001", 1, [lesion], of_pathology), part) == []
    assert one.truths() == two.truths() == [Truth("Case 001", 1, lesions, of_pathology)]


def test_a_file_with_a_fault_everywhere_costs_no_more_than_its_first_faults() -> None:
    """20 000 empty cases have 40 000 faults, of which each took some 3 kB."""
    text = '{"format":"overread.reference-standard","version":1,"cases":[' + ",".join(["{}"] * 20_000) + "]}"
    tracemalloc.start()
    truths, problems = parse_truth_json(text, CASES)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (truths, {one.code for one in problems}) == ([], {"bad_shape"})
    assert peak < 30_000_000


def test_too_many_lesions_are_not_compared_with_each_other() -> None:
    lesion = {"id": "L1", "marks": [{"geometry": POINT}]}
    case = {"case": "Case 001", "truth": 1, "lesions": [lesion] * (MAXIMUM_LESIONS + 1)}
    _, problems = parse_truth_json(json.dumps({"format": FORMAT, "version": VERSION, "cases": [case]}), CASES)
    assert [one.code for one in problems] == ["too_many"]


def test_files_that_contradict_each_other_are_refused() -> None:
    merged = Merged()
    merged.add_truth(Truth("Case 001", 1, [{"id": "L1", "label": "upper", "marks": [{"geometry": POINT}]}]), {})
    merged.add_truth(Truth("Case 002", 0, []), {})

    def refused(problems: Any) -> list[str]:
        return [one.code for one in problems]

    assert refused(merged.add_truth(Truth("Case 001", 0, []), {})) == ["truth_differs"]
    lower = {"id": "L1", "label": "lower", "marks": [{"geometry": POINT}]}
    assert refused(merged.add_lesion("Case 001", lower, {})) == ["lesion_differs"]
    assert refused(merged.add_lesion("Case 002", lower, {})) == ["lesion_in_negative"]
    assert refused(merged.add_measurements(("1.9", 1), lower)) == ["segment_missing"]


def test_a_file_without_lesions_asks_nothing_of_the_images() -> None:
    assert json_lesions_take([], {}).problems == []
