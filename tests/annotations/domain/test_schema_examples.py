"""Label schemas that Python and TypeScript both judge, and the templates that are shipped."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.sr._concepts_dict import concepts

from annotations.domain.payload import payload_problems
from annotations.domain.schema import question_with_role, schema_problems
from annotations.domain.schema_file import file_content, parse_schema_file, shipped_templates
from tests.annotations.building import CALL, content
from tests.annotations.domain.test_payload import json_values
from tests.json_changes import VERBS, changed, places

EXAMPLES = Path(__file__).parents[2] / "shared_examples" / "label_schema"
VALID: list[dict[str, Any]] = json.loads((EXAMPLES / "valid.json").read_text())
INVALID: list[dict[str, Any]] = json.loads((EXAMPLES / "invalid.json").read_text())


@pytest.mark.parametrize("example", VALID, ids=lambda example: example["name"])
def test_a_valid_schema(example: dict[str, Any]) -> None:
    assert schema_problems(example["questions"]) == []


@pytest.mark.parametrize("example", INVALID, ids=lambda example: example["why"])
def test_an_invalid_schema_has_every_fault_named_with_its_place(example: dict[str, Any]) -> None:
    found = [[problem.field, problem.code] for problem in schema_problems(example["questions"])]
    assert found == example["faults"]


SPOTS = [(index, path) for index, example in enumerate(VALID) for path in places(example["questions"]) if path]


@given(spot=st.sampled_from(SPOTS), value=json_values, verb=st.sampled_from(VERBS))
def test_any_change_of_a_schema_is_judged_without_an_exception(spot: Any, value: Any, verb: str) -> None:
    index, path = spot
    questions = changed(VALID[index]["questions"], path, verb, value)
    if schema_problems(questions) == []:
        assert isinstance(payload_problems(content(a=True, o=1), questions), list)


@pytest.mark.parametrize("template", shipped_templates(), ids=lambda template: template.name)
def test_a_template_asks_for_a_decision_and_most_for_a_rating(template: Any) -> None:
    assert question_with_role(template.questions, "CALL") is not None
    assert question_with_role(template.questions, "RATING") is not None
    assert template.description


def codes_in(value: Any) -> list[dict[str, str]]:
    if isinstance(value, list):
        return [code for one in value for code in codes_in(one)]
    if not isinstance(value, dict):
        return []
    if set(value) == {"scheme", "value", "meaning"}:
        return [value]
    return [code for one in value.values() for code in codes_in(one)]


# In SNOMED CT, but in no context group of DICOM PS3.16.
NOT_IN_DICOM = {"125605004"}


def test_the_codes_of_the_templates_are_those_of_dicom() -> None:
    rows: Any = concepts["SCT"]
    known = {value for values in rows.values() for value in values}
    codes = [code for template in shipped_templates() for code in codes_in(template.questions)]
    assert {code["scheme"] for code in codes} == {"SCT", "RADLEX"}
    snomed = [code for code in codes if code["scheme"] == "SCT" and code["value"] not in NOT_IN_DICOM]
    assert len(snomed) > 20
    assert [code for code in snomed if code["value"] not in known] == []


def test_what_is_exported_is_imported_as_it_was() -> None:
    for example in VALID:
        before = copy.deepcopy(example["questions"])
        text = json.dumps(file_content(name="A study", description="", questions=example["questions"]))
        read, problems = parse_schema_file(text)
        assert problems == []
        assert read is not None
        assert read.questions == before


FILE = file_content(name="A study", description="", questions=[CALL])


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [("line 1, column 1", "not_json")]),
        ('{"format": "overread.label-schema",\n "version": }', [("line 2, column 13", "not_json")]),
        ('{"questions": NaN}', [("file", "not_json")]),
        ("[" * 100_000, [("file", "not_json")]),
        ("[]", [("format", "bad_format")]),
        ("{}", [("format", "bad_format")]),
        (json.dumps({**FILE, "version": 2}), [("version", "bad_version")]),
        (json.dumps({**FILE, "version": True}), [("version", "bad_version")]),
        (json.dumps({"format": FILE["format"], "version": 1}), [("questions", "missing")]),
        (json.dumps({**FILE, "author": "x", "name": 3}), [("author", "unknown_field"), ("name", "bad_text")]),
        (json.dumps({**FILE, "questions": "all"}), [("questions", "empty")]),
        (
            json.dumps({**FILE, "questions": [{**CALL, "text": ""}, {**CALL, "key": "B"}]}),
            [("questions[0].text", "bad_text"), ("questions[1].key", "bad_key")],
        ),
    ],
)
def test_every_problem_of_a_bad_file_is_named_with_its_place(text: str, faults: list[tuple[str, str]]) -> None:
    read, problems = parse_schema_file(text)
    assert read is None
    assert [(problem.field, problem.code) for problem in problems] == faults


@given(st.text(max_size=30) | json_values.map(json.dumps))
def test_any_text_is_judged_without_an_exception(text: str) -> None:
    _, problems = parse_schema_file(text)
    assert problems
