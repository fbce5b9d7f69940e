"""The one JSON text of a snapshot or a result, so that equal content has equal bytes."""

import json
from typing import Any

from portal.audit.services import canonical_json

SIGNIFICANT_DIGITS = 12


def canonical_result(document: Any) -> str:
    """Write a result as canonical JSON, floats rounded to `SIGNIFICANT_DIGITS`.

    The last digits of a float depend on the processor and the numerical libraries' threads; twelve do not.
    """
    return canonical_json(_rounded(document))


def parse(text: str) -> Any:
    """Read canonical JSON back."""
    return json.loads(text)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
