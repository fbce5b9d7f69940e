"""What a person may set for themselves: one JSON document, checked against `preferences.schema.json`.

The front end tests the same schema with the same examples (tests/shared_examples/preferences.json).
"""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from portal.errors import FieldProblem
from portal.json_schema import schema_faults

EMPTY: dict[str, Any] = {"version": 1}
_SCHEMA = json.loads(Path(__file__).with_name("preferences.schema.json").read_text())
_VALIDATOR = Draft202012Validator(_SCHEMA)


def preference_problems(content: Any) -> list[FieldProblem]:
    """Return what is wrong with a document of preferences; empty when it may be stored."""
    problems: list[FieldProblem] = [
        {"field": path.removeprefix(".") or "content", "code": code, "detail": detail}
        for path, code, detail in schema_faults(_VALIDATOR, content)
    ]
    return problems or _repeated_keys(content)


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
