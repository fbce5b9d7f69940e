"""Every place of a JSON value, and what it becomes when one of them is changed: for rules that face hostile input."""

import copy
from typing import Any

Path = tuple[Any, ...]
VERBS = ("replace", "remove", "add")


def places(value: Any, path: Path = ()) -> list[Path]:
    """The path of every value inside a JSON value."""
    children: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    return [path, *(deeper for key, child in children for deeper in places(child, (*path, key)))]


def changed(original: Any, path: Path, verb: str, value: Any) -> Any:
    """A copy in which the value at the path is replaced or removed, or another one is added beside it."""
    result = copy.deepcopy(original)
    holder = result
    for key in path[:-1]:
        holder = holder[key]
    if verb == "replace":
        holder[path[-1]] = value
    elif verb == "remove":
        del holder[path[-1]]
    elif isinstance(holder, dict):
        holder["another"] = value
    else:
        holder.append(value)
    return result
