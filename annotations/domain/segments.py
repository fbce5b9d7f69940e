"""What changes of a segment between versions. Pure rules over plain JSON values; `segments.ts` says the same.

The voxels themselves are written as `portal.imaging.segments` says.
"""

from typing import Any

from annotations.domain.problems import Problem
from portal.imaging.segments import MAXIMUM_COUNTS, MAXIMUM_SLICES, Slice, Slices, slice_fault


def with_changes(base: Slices, changes: Slices) -> Slices:
    """Return the base with changed slices in place; a slice without runs is no longer there."""
    return {place: counts for place, counts in {**base, **changes}.items() if counts}


def changes_between(base: Slices, content: Slices) -> Slices:
    """Return the slices that differ, those that are gone with no runs."""
    return {
        place: content.get(place, []) for place in base.keys() | content.keys() if base.get(place) != content.get(place)
    }


def changed_slices_problems(changed: Any, rows: int, columns: int) -> list[Problem]:
    """Return what is wrong with the changed slices that a browser sends."""
    if not isinstance(changed, list) or not 1 <= len(changed) <= MAXIMUM_SLICES:
        return [Problem("changed", "bad_shape", f"changed is a list of 1 to {MAXIMUM_SLICES} slices.")]
    problems: list[Problem] = []
    seen: set[Slice] = set()
    for index, entry in enumerate(changed):
        path = f"changed[{index}]"
        fault = slice_fault(entry, rows * columns)
        if fault:
            field, code, detail = fault
            problems.append(Problem(f"{path}.{field}".rstrip("."), code, detail))
        else:
            place = (entry["sop_instance_uid"], entry["frame_number"])
            if place in seen:
                problems.append(Problem(path, "repeated", "Send each slice once."))
            seen.add(place)
        if len(problems) > 20:
            return problems
    if not problems and sum(len(entry["counts"]) for entry in changed) > MAXIMUM_COUNTS:
        return [Problem("changed", "too_large", f"A segment has at most {MAXIMUM_COUNTS} run lengths.")]
    return problems
