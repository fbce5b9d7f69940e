"""JSON bodies, no deeper than anything the API takes."""

from collections.abc import Iterable
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

# The deepest body that the API takes, a prediction's point, has seven levels.
MAXIMUM_DEPTH = 32


class BoundedJsonParser(JSONParser):
    """Refuses a body whose nesting would exhaust the stack of whatever walks through it."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Read the body."""
        try:
            body = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise _too_deep() from error
        if _is_deeper(body, MAXIMUM_DEPTH):
            raise _too_deep()
        return body


def _too_deep() -> ParseError:
    detail = f"The JSON body is nested more than {MAXIMUM_DEPTH} levels deep; send a flatter one."
    # Not portal.errors.Invalid: that module needs DRF, and DRF loads this one first.
    return ParseError(detail, code="invalid")


def _is_deeper(body: Any, limit: int) -> bool:
    level = [body]
    for _ in range(limit):
        level = [child for value in level for child in _children(value)]
    return any(isinstance(value, dict | list) for value in level)


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
