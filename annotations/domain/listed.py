"""Who reads what where that is given, and not drawn: the pairing `LISTED`."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from annotations.domain.problems import Problem

LISTED = "LISTED"
_NAMED = 3


def is_listed(pairing: Mapping[str, Any]) -> bool:
    """Say whether a pairing gives the lists itself."""
    return bool(pairing["kind"] == LISTED)


def listed_cases(pairing: Mapping[str, Any], reader: str) -> dict[str, frozenset[str]]:
    """Return the names of a reader's cases by arm; nothing for who is in no list."""
    return {one["arm"]: frozenset(one["cases"]) for one in pairing["lists"] if one["reader"] == reader}


def smallest_list(pairing: Mapping[str, Any]) -> int:
    """Return how many cases the shortest list has."""
    return min(len(one["cases"]) for one in pairing["lists"])


def list_problems(design: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with the lists of a design by itself."""
    pairing = design["pairing"]
    if not is_listed(pairing):
        return []
    arms = {arm["key"] for arm in design["arms"]}
    problems = [
        Problem(f"design.pairing.lists[{index}].arm", "unknown_arm", f"The design has no arm {one['arm']}.")
        for index, one in enumerate(pairing["lists"])
        if one["arm"] not in arms
    ]
    twice = [
        place for place, times in Counter((one["reader"], one["arm"]) for one in pairing["lists"]).items() if times > 1
    ]
    problems += [
        Problem("design.pairing.lists", "repeated", f"{reader} has several lists in arm {arm}; give one.")
        for reader, arm in twice
    ]
    if design["balance"] == "CASES" and design["kind"] == "CROSSOVER":
        detail = "Lists say who reads what in which arm; which arm comes first is balanced over the readers."
        problems.append(Problem("design.balance", "listed", detail))
    return problems


def list_misfits(
    design: Mapping[str, Any], *, readers: Collection[str], cases: Collection[str], training: Collection[str] = ()
) -> list[Problem]:
    """Return what of the lists fits neither the readers, by username, nor the cases, by name."""
    pairing = design["pairing"]
    if not is_listed(pairing):
        return []
    listed = {one["reader"] for one in pairing["lists"]}
    named = {name for one in pairing["lists"] for name in one["cases"]}
    wrong = (
        (listed - set(readers), "unknown_reader", "in a list, and no reader of the reader study"),
        (set(readers) - listed, "without_list", "a reader, and in no list"),
        (named - set(cases), "unknown_case", "in a list, and no case of the reader study"),
        (named & set(training), "training_case", "in a list, and a training case, which all readers read anyway"),
        (set(cases) - named - set(training), "unread_case", "a case, and in no list"),
    )
    return [Problem("pairing.lists", code, f"{_some(names)}: {what}.") for names, code, what in wrong if names]


def _some(names: Collection[str]) -> str:
    first = ", ".join(sorted(names)[:_NAMED])
    return first if len(names) <= _NAMED else f"{first} and {len(names) - _NAMED} more"
