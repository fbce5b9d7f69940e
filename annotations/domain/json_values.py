"""JSON from a file as it can be stored and read again word for word, and JSON that is only handed on."""

import json
from typing import Any

# A lesion's run lengths lie nine levels down.
MAXIMUM_DEPTH = 16
# What every reader of JSON takes for the same number.
_MAXIMUM_WHOLE = 2**53


class JsonText(str):
    """JSON as a text, to be put into a larger one, or into a cell, as it is."""

    __slots__ = ()


class NotStorable(ValueError):
    """The text is no JSON, or holds a value that PostgreSQL or another reader would change."""


def json_value(text: str) -> Any:
    """Read a JSON text; raises `NotStorable` with a sentence."""
    try:
        value = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise NotStorable(f"The file is no JSON: line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise NotStorable("The JSON is nested too deep.") from error
    except ValueError as error:
        raise NotStorable("A number of the JSON is none, or has too many digits.") from error
    return _storable(value, MAXIMUM_DEPTH)


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _storable(value: Any, depth: int) -> Any:
    if depth == 0:
        raise NotStorable(f"The JSON is nested more than {MAXIMUM_DEPTH} deep.")
    if isinstance(value, dict):
        return {_text(name): _storable(one, depth - 1) for name, one in value.items()}
    if isinstance(value, list):
        return [_storable(one, depth - 1) for one in value]
    if isinstance(value, float):
        # PostgreSQL writes larger ones out as whole numbers.
        if not abs(value) <= _MAXIMUM_WHOLE:
            raise NotStorable("A number of the JSON is too large.")
        # Minus zero is zero: what is stored has to be read again as it was.
        return value + 0.0
    if isinstance(value, int) and abs(value) > _MAXIMUM_WHOLE:
        raise NotStorable("A number of the JSON is too large.")
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    # JSON can spell half of a surrogate pair, which UTF-8 cannot, and NUL, which PostgreSQL cannot store.
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise NotStorable("A text of the JSON has a character that cannot be stored.")
    return text
