"""How long a reader took, per phase of a read, from what each sitting's own clock counted. Pure functions.

A sitting is one stay at a case, from opening it to leaving it. Its browser counts in milliseconds on a monotonic
clock (`performance.now`, https://www.w3.org/TR/hr-time-3/): `total_ms` while the case was open, `active_ms` without
idle time (no input for 60 s, or the page hidden), and from the start of the phase to the first image and first mark.
"""

from collections.abc import Iterable, Mapping
from typing import TypedDict

PHASE_PATTERN = r"^[A-Z][A-Z_]{0,31}$"
MAXIMUM_PHASES = 16


class PhaseTimes(TypedDict):
    """What was counted in one phase; null where it has not happened."""

    first_image_ms: int | None
    first_mark_ms: int | None
    active_ms: int
    total_ms: int


Phases = Mapping[str, PhaseTimes]


def _nothing() -> PhaseTimes:
    return {"first_image_ms": None, "first_mark_ms": None, "active_ms": 0, "total_ms": 0}


def _first(known: int | None, reported: int | None) -> int | None:
    return reported if known is None else known


def sitting_updated(known: Phases, reported: Phases) -> dict[str, PhaseTimes]:
    """Take a newer report of the same sitting: no time runs backwards, and what came first stays first."""
    merged = dict(known)
    for phase, new in reported.items():
        old = merged.get(phase) or _nothing()
        merged[phase] = {
            "first_image_ms": _first(old["first_image_ms"], new["first_image_ms"]),
            "first_mark_ms": _first(old["first_mark_ms"], new["first_mark_ms"]),
            "active_ms": max(old["active_ms"], new["active_ms"]),
            "total_ms": max(old["total_ms"], new["total_ms"]),
        }
    return merged


def total_of(phases: Phases) -> int:
    """Return the time the case was open in all phases."""
    return sum(times["total_ms"] for times in phases.values())


def active_of(phases: Phases) -> int:
    """Return the time in use in all phases."""
    return sum(times["active_ms"] for times in phases.values())


def clipped(phases: Phases, room_ms: int) -> dict[str, PhaseTimes]:
    """Shrink a sitting that claims more than the server's clock leaves room for; nothing in it outruns its total."""
    claimed = total_of(phases)
    share = min(1.0, max(room_ms, 0) / claimed) if claimed else 1.0
    result: dict[str, PhaseTimes] = {}
    for phase, times in phases.items():
        limit = int(times["total_ms"] * share)
        image, mark = times["first_image_ms"], times["first_mark_ms"]
        result[phase] = {
            "first_image_ms": None if image is None else min(image, limit),
            "first_mark_ms": None if mark is None else min(mark, limit),
            "active_ms": min(times["active_ms"], limit),
            "total_ms": limit,
        }
    return result


def times_of_read(sittings: Iterable[Phases]) -> dict[str, PhaseTimes]:
    """Add up the sittings of a read, oldest first; the first image and mark count from the phase's first sitting."""
    read: dict[str, PhaseTimes] = {}
    for sitting in sittings:
        for phase, times in sorted(sitting.items()):
            so_far = read.setdefault(phase, _nothing())
            before_ms = so_far["total_ms"]
            image, mark = times["first_image_ms"], times["first_mark_ms"]
            read[phase] = {
                "first_image_ms": _first(so_far["first_image_ms"], None if image is None else before_ms + image),
                "first_mark_ms": _first(so_far["first_mark_ms"], None if mark is None else before_ms + mark),
                "active_ms": so_far["active_ms"] + times["active_ms"],
                "total_ms": before_ms + times["total_ms"],
            }
    return read
