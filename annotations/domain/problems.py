"""How the pure rules say what is wrong."""

from typing import NamedTuple


class Problem(NamedTuple):
    """What is wrong with one field: `field` is a question key, a finding id or a path."""

    field: str
    code: str
    detail: str
    row: int | None = None
