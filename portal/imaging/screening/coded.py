"""Texts and codes of a data set as they may be stored and shown."""

import re
from typing import Any

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_LONGEST = 200


def text(value: Any) -> str:
    """A text without control characters, not endless; empty for none."""
    return "" if value is None else _CONTROL.sub(" ", str(value)).strip()[:_LONGEST]


def code(value: Any) -> dict[str, str] | None:
    """A coded concept as the portal writes codes; None where a part is missing."""
    if value is None:
        return None
    found = {
        "scheme": text(value.scheme_designator),
        "value": text(value.value),
        "meaning": text(value.meaning),
    }
    return found if all(found.values()) else None
