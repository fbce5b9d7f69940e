"""What a person may set for themselves: one JSON document, checked against `preferences.schema.json`.

The front end tests the same schema with the same examples (tests/shared_examples/preferences.json).
"""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from portal.errors import FieldProblem

EMPTY: dict[str, Any] = {"version": 1}
MAXIMUM_PROBLEMS = 20
_MAXIMUM_DETAIL = 200
_SCHEMA = json.loads(Path(__file__).with_name("preferences.schema.json").read_text())
_VALIDATOR = Draft202012Validator(_SCHEMA)


def preference_problems(content: Any) -> list[FieldProblem]:
    """Return what is wrong with a document of preferences; empty when it may be stored."""
    errors = sorted(_VALIDATOR.iter_errors(content), key=lambda error: error.json_path)
    problems = [_problem(error) for error in errors[:MAXIMUM_PROBLEMS]]
    return problems or _repeated_keys(content)


def _problem(error: ValidationError) -> FieldProblem:
    field = error.json_path.removeprefix("$").removeprefix(".") or "content"
    return {"field": field, "code": str(error.validator), "detail": error.message[:_MAXIMUM_DETAIL]}


def _repeated_keys(content: dict[str, Any]) -> list[FieldProblem]:
    seen: dict[str, str] = {}
    problems: list[FieldProblem] = []
    for action, keys in sorted(content.get("hotkeys", {}).items()):
        for key in keys:
            if key in seen:
                detail = f"{key} is already the key of {seen[key]}: a key does one thing."
                problems.append({"field": f"hotkeys.{action}", "code": "key_repeated", "detail": detail})
            seen[key] = action
    return problems
