"""A place in a JSON document that knows where it is, so that what is printed can be traced back to it."""

from collections.abc import Iterator
from typing import Any


class Node:
    """A value of a document with its JSON Pointer (RFC 6901)."""

    __slots__ = ("pointer", "value")

    def __init__(self, value: Any, pointer: str = "") -> None:
        """Wrap a whole document, or a part of it that stands at `pointer`."""
        self.value = value
        self.pointer = pointer

    def __getitem__(self, key: str | int) -> "Node":
        """Go one step down; KeyError or IndexError where there is nothing."""
        step = str(key).replace("~", "~0").replace("/", "~1")
        return Node(self.value[key], f"{self.pointer}/{step}")

    def __iter__(self) -> Iterator["Node"]:
        """Yield the items of a list; of anything else nothing."""
        if isinstance(self.value, list):
            yield from (self[index] for index in range(len(self.value)))

    def __str__(self) -> str:
        """Give the value as text."""
        return str(self.value)

    def get(self, *keys: str | int) -> "Node | None":
        """Go several steps down; None where a step is not there or what is there is null."""
        found = self
        for key in keys:
            is_there = isinstance(found.value, dict) and key in found.value
            if not is_there or found.value[key] is None:
                return None
            found = found[key]
        return found

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Yield the members of an object; of anything else nothing."""
        if isinstance(self.value, dict):
            yield from ((key, self[key]) for key in self.value)

    @property
    def is_undefined(self) -> bool:
        """Whether this is a named outcome without a value."""
        return isinstance(self.value, dict) and "undefined" in self.value
