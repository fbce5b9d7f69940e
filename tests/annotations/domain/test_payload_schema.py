"""The JSON Schemas of the payload and the hand-written rules, over examples that the front end tests too."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from annotations.domain.payload import payload_problems
from annotations.domain.payload_upgrade import accepted, upgraded
from annotations.domain.schema import schema_problems
from tests.annotations.domain.test_payload import json_values
from tests.json_changes import VERBS, changed, places

EXAMPLES = Path(__file__).parents[2] / "shared_examples" / "payload"
SCHEMAS = Path(__file__).parents[3] / "annotations" / "domain" / "schemas"


def load(path: Path) -> Any:
    return json.loads(path.read_text())


QUESTIONS: list[dict[str, Any]] = load(EXAMPLES / "questions.json")
VALID = {file.stem: load(file) for file in sorted((EXAMPLES / "valid").glob("*.json"))}
INVALID = {file.stem: load(file) for file in sorted((EXAMPLES / "invalid").glob("*.json"))}


def schema(version: int) -> Draft202012Validator:
    content = load(SCHEMAS / f"payload-{version}.schema.json")
    Draft202012Validator.check_schema(content)
    return Draft202012Validator(content)


NEWEST = schema(3)


def test_the_form_of_the_examples_is_valid() -> None:
    assert schema_problems(QUESTIONS) == []


@pytest.mark.parametrize("name", VALID)
def test_a_valid_example_passes_both(name: str) -> None:
    assert NEWEST.is_valid(VALID[name]), next(NEWEST.iter_errors(VALID[name])).message
    assert payload_problems(VALID[name], QUESTIONS) == []


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_example_is_refused_with_its_code(name: str) -> None:
    example = INVALID[name]
    assert NEWEST.is_valid(example["payload"]) == (example["refused_by"] == "rules")
    assert [problem.code for problem in payload_problems(example["payload"], QUESTIONS)] == [example["code"]]


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_version_becomes_the_newest_as_the_example_says(version: int) -> None:
    example = load(EXAMPLES / "upgrade.json")[str(version)]
    assert schema(version).is_valid(example["stored"])
    assert not schema(version).is_valid(example["upgraded"])
    before = copy.deepcopy(example["stored"])
    assert upgraded(example["stored"]) == example["upgraded"]
    assert example["stored"] == before
    assert NEWEST.is_valid(example["upgraded"])
    assert payload_problems(example["upgraded"], QUESTIONS) == []
    assert upgraded(example["upgraded"]) is example["upgraded"]


@pytest.mark.parametrize("payload", [None, [], {}, {"version": 1}, {"version": True}, {"version": 2.0}, {"version": 3}])
def test_what_is_not_the_last_version_is_judged_as_it_came(payload: Any) -> None:
    assert accepted(payload) is payload


def test_a_page_of_the_last_version_can_still_save() -> None:
    sent = {"version": 2, "answers": {"present": True}, "findings": [], "ai_decisions": []}
    assert payload_problems(sent, QUESTIONS) != []
    assert payload_problems(accepted(sent), QUESTIONS) == []
    assert sent["version"] == 2


SPOTS = [(name, path) for name, payload in VALID.items() for path in places(payload) if path]
ODD = json_values | st.sampled_from(
    [
        -1,
        0,
        101,
        1e11,
        "",
        "x",
        "1.2\n",
        [],
        {},
        [[0, 0, 0]],
        [[0, 0]] * 4,
        0.5,
        1e300,
        ["a", "a"],
        {"cannot_assess": ""},
        {"cannot_assess": "x", "y": 1},
    ]
)


@given(spot=st.sampled_from(SPOTS), value=ODD, verb=st.sampled_from(VERBS))
def test_what_the_schema_refuses_the_rules_refuse(spot: tuple[str, tuple[Any, ...]], value: Any, verb: str) -> None:
    name, path = spot
    payload = changed(VALID[name], path, verb, value)
    if not NEWEST.is_valid(payload):
        assert payload_problems(payload, QUESTIONS) != []
