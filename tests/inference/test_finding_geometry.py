"""Where a finding of an AI may lie: the rules and the JSON Schema, over examples that the front end tests too."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from portal.inference.prediction_input import MAXIMUM_POINTS, prediction_problems
from tests.annotations.domain.test_payload import json_values
from tests.json_changes import VERBS, changed, places

EXAMPLES = Path(__file__).parents[1] / "shared_examples" / "ai_findings"
PORTAL = Path(__file__).parents[2] / "portal"
SCHEMA = json.loads((PORTAL / "inference/schemas/ai-finding.schema.json").read_text())
VOXELS = json.loads((PORTAL / "imaging/schemas/segment-1.schema.json").read_text())
for schema in (SCHEMA, VOXELS):
    Draft202012Validator.check_schema(schema)
SHAPE = Draft202012Validator(SCHEMA, registry=Registry().with_resource(VOXELS["$id"], Resource.from_contents(VOXELS)))
VALID: dict[str, Any] = json.loads((EXAMPLES / "valid.json").read_text())
INVALID: dict[str, Any] = json.loads((EXAMPLES / "invalid.json").read_text())


def faults(*findings: Any) -> list[tuple[str, str]]:
    raw = {"imaging_study_uid": "1.2.3", "score": 0.5, "findings": list(findings)}
    return [(one["field"], one["code"]) for one in prediction_problems(raw)]


@pytest.mark.parametrize("name", VALID)
def test_a_valid_example_passes_both(name: str) -> None:
    assert SHAPE.is_valid(VALID[name]), next(SHAPE.iter_errors(VALID[name])).message
    assert faults(VALID[name]) == []


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_example_is_refused_and_its_place_is_named(name: str) -> None:
    example = INVALID[name]
    assert SHAPE.is_valid(example["finding"]) == (example["refused_by"] == "rules")
    assert faults(example["finding"]) == [(f"findings[0].{example['field']}", example["code"])]


def contour(points: int, identifier: str) -> dict[str, Any]:
    turn = math.tau / points
    ring = [[40 * math.cos(index * turn), 40 * math.sin(index * turn), 0.0] for index in range(points)]
    return {**VALID["contour"], "id": identifier, "geometry": {"kind": "FREEHAND", "points_mm": ring}}


def test_a_contour_and_a_prediction_have_only_so_many_points() -> None:
    assert faults(contour(5000, "A")) == []
    assert faults(contour(5001, "A")) == [("findings[0].geometry.points_mm", "bad_points")]
    full = [contour(5000, str(number)) for number in range(MAXIMUM_POINTS // 5000)]
    assert faults(*full) == []
    assert faults(*full, VALID["point"]) == [("findings", "too_many_points")]


SPOTS = [(name, path) for name, finding in VALID.items() for path in places(finding) if path]
ODD = json_values | st.sampled_from([-1, 0, 101, 1e11, 10**400, "", "x", "1.2\n", [], {}, [[0, 0, 0]], [[0, 0]] * 4])


@given(spot=st.sampled_from(SPOTS), value=ODD, verb=st.sampled_from(VERBS))
def test_what_the_schema_refuses_the_rules_refuse(spot: tuple[str, tuple[Any, ...]], value: Any, verb: str) -> None:
    name, path = spot
    finding = changed(VALID[name], path, verb, value)
    if not SHAPE.is_valid(finding):
        assert faults(finding) != []
