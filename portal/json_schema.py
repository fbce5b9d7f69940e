"""What a JSON Schema finds wrong with a value; a pure leaf."""

from itertools import islice
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

MAXIMUM_FAULTS = 20
# A value with a fault in each of a million places is as wrong after the first thousand; each costs kilobytes.
_MOST_LOOKED_FOR = 1000
_MAXIMUM_DETAIL = 200


class SchemaFault(NamedTuple):
    """One fault: `path` begins at the value (`[0].panes`, `.hotkeys`, or nothing), `code` is the schema's keyword."""

    path: str
    code: str
    detail: str


def schema_faults(validator: Draft202012Validator, value: Any) -> list[SchemaFault]:
    """Return the first faults in the order of their paths; empty when the value has the schema's form."""
    errors = sorted(islice(validator.iter_errors(value), _MOST_LOOKED_FOR), key=lambda error: error.json_path)
    return [
        SchemaFault(error.json_path.removeprefix("$"), str(error.validator), _detail(error)[:_MAXIMUM_DETAIL])
        for error in errors[:MAXIMUM_FAULTS]
    ]


def _detail(error: ValidationError) -> str:
    """What people can act on: of a text that is missing they need not read which pattern it breaks."""
    is_blank = isinstance(error.instance, str) and not error.instance.strip()
    return "must not be empty" if error.validator == "pattern" and is_blank else error.message
