"""Which numbers of the reference set the tests of this session read: the raw material of test_reference_ids."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Numbers read so far, as "file/id/key/key": rows of a list share one path.
READ: set[str] = set()
# A run of its own (see test_reference_ids) writes what it read here.
DUMP = "OVERREAD_REFERENCE_READS"


class WatchedDict(dict[str, Any]):
    """A dictionary of the reference set that notes which of its numbers are taken out."""

    def __init__(self, content: dict[str, Any], path: str) -> None:
        super().__init__(content)
        self._path = path

    def __getitem__(self, key: str) -> Any:
        return watched(super().__getitem__(key), f"{self._path}/{key}")

    def get(self, key: str, default: Any = None) -> Any:
        found = super().get(key, default)
        return watched(found, f"{self._path}/{key}") if key in self else found

    # `**values` and dict(values) go by the keys only where __iter__ is our own.
    def __iter__(self) -> Iterator[str]:
        return super().__iter__()

    def values(self) -> Any:
        return {key: self[key] for key in self}.values()

    def items(self) -> Any:
        return {key: self[key] for key in self}.items()


class WatchedRows(list[Any]):
    """A list of rows of the reference set."""

    def __init__(self, content: list[Any], path: str) -> None:
        super().__init__(content)
        self._path = path

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return WatchedRows(found, self._path) if isinstance(index, slice) else watched(found, self._path)

    def __iter__(self) -> Iterator[Any]:
        return (watched(item, self._path) for item in super().__iter__())


def watched(value: Any, path: str) -> Any:
    """Give a value that reports its use under `path`; numbers and lists of numbers count as used now."""
    if isinstance(value, dict):
        return WatchedDict(value, path)
    if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        return WatchedRows(value, path)
    READ.add(path)
    return value


def number_paths(value: Any, path: str) -> Iterator[str]:
    """List the paths of all numbers in a result, by the rule of `watched`."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from number_paths(item, f"{path}/{key}")
    elif isinstance(value, list):
        for item in value:
            yield from number_paths(item, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


def dump_reads() -> None:
    """Write what was read, where the environment asks for it."""
    if DUMP in os.environ:
        Path(os.environ[DUMP]).write_text(json.dumps(sorted(READ)), encoding="utf-8")
