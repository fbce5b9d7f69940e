"""Every unit that the viewer writes beside pixel values is taken; the front end has the same examples."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from annotations.domain.payload import payload_problems

REPOSITORY = Path(__file__).parents[3]
EXAMPLES: dict[str, dict[str, Any]] = json.loads((REPOSITORY / "tests/shared_examples/units.json").read_text())
SCHEMA = Draft202012Validator(json.loads((REPOSITORY / "annotations/domain/schemas/payload-3.schema.json").read_text()))
UNITS = sorted({example["unit"] for example in EXAMPLES.values()})


def payload(kind: str, points: list[list[float]], measurements: dict[str, Any]) -> dict[str, Any]:
    """A draft with one plain measurement."""
    geometry = {"kind": kind, "points_mm": points, "frame_of_reference_uid": None, "frame_number": 1}
    geometry |= {"sop_instance_uid": "1.2.3.4", "series_instance_uid": "1.2.3.5"}
    mark = {"id": "00000000-0000-4000-8000-000000000001", "geometry": geometry, "measurements": measurements}
    finding: dict[str, Any] = {
        "id": "00000000-0000-4000-8000-000000000002",
        "question": None,
        "code": None,
        "confidence": None,
    }
    finding |= {"answers": {}, "marks": [mark]}
    return {"version": 3, "answers": {}, "findings": [finding], "ai_decisions": []}


@pytest.mark.parametrize("unit", UNITS)
def test_a_probe_and_an_area_in_this_unit_are_taken(unit: str) -> None:
    probe = payload("PROBE", [[1, 2, 3]], {"value": -12.345, "unit": unit})
    area = {"area_mm2": 12.566, "mean": 1.5, "sd": 0.25, "min": -1e10, "max": 1e10, "unit": unit}
    circle = payload("CIRCLE", [[0, 0, 0], [2, 0, 0]], area)
    for one in (probe, circle):
        assert payload_problems(one, []) == []
        assert SCHEMA.is_valid(one)


def test_the_units_of_the_modalities_are_among_them() -> None:
    assert set(UNITS) >= {"HU", "SUV", "Bq/ml", "g/ml", "counts", "OD", "raw"}


def test_a_number_beyond_the_largest_is_no_measurement() -> None:
    """The viewer leaves such values out, as frontend/src/domain/pixelStatistics.test.ts has it."""
    one = payload("PROBE", [[1, 2, 3]], {"value": 1.1e10, "unit": "raw"})
    assert [problem.code for problem in payload_problems(one, [])] == ["bad_number"]
