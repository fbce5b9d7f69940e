"""DICOM files with predictions as they were sent: each read in the screening child, or refused by name.

The child is that of every other DICOM file, with its limits; reading stops when a request takes too long, since a
person waits for it. Nothing is kept of the files but what they say and their digests.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from portal.errors import FieldProblem
from portal.imaging.screening.reasons import REASONS, Refusal
from portal.imaging.screening.screener import Screener
from portal.imaging.segments import MAXIMUM_COUNTS
from portal.imaging.sent_files import Limits, Refused, screener_for_sender, walk_within
from portal.inference.finding_geometry import problem

LIMITS = Limits(files=200, file_bytes=128 * 1024**2, bytes=256 * 1024**2)
# A proxy gives up a request after two minutes, and the last file may take half of one.
MAXIMUM_SECONDS = 60.0

Refuse = Callable[[FieldProblem], None]


class Sent(NamedTuple):
    """A file and what it says (`portal.imaging.screening.located`)."""

    name: str
    found: dict[str, Any]


def files_read(uploads: Sequence[tuple[str, Path]], threshold: float, refuse: Refuse) -> list[Sent]:
    """Return what the files say, archives unpacked; `refuse` is told of each that cannot be taken."""
    with screener_for_sender() as screener:
        return list(_read(uploads, threshold, refuse, screener))


def _read(uploads: Sequence[tuple[str, Path]], threshold: float, refuse: Refuse, screener: Screener) -> Iterator[Sent]:
    until = time.monotonic() + MAXIMUM_SECONDS
    names: dict[str, str] = {}
    number_of_counts = 0
    for name, path in _files(uploads, refuse):
        if time.monotonic() > until:
            detail = f"Reading the files took more than {MAXIMUM_SECONDS:g} s; send fewer at a time."
            refuse(problem(name, "too_slow", detail))
            return
        try:
            found = screener.locate(path, threshold=threshold, is_predicted=True)
        except Refusal as refusal:
            refuse(problem(name, refusal.code, REASONS[refusal.code]))
            continue
        before = names.setdefault(found["sop_instance_uid"], name)
        if before != name or not found["sop_instance_uid"]:
            refuse(problem(name, "repeated", f"The same object (SOP Instance UID) is in {before} already."))
            continue
        number_of_counts += sum(len(frame["counts"]) for frame in found.get("frames", ()))
        if number_of_counts > MAXIMUM_COUNTS:
            detail = f"Together the segments have more than {MAXIMUM_COUNTS:,} run lengths; send fewer at a time."
            refuse(problem(name, "too_large", detail))
            return
        yield Sent(name, found)


def _files(uploads: Sequence[tuple[str, Path]], refuse: Refuse) -> Iterator[tuple[str, Path]]:
    """Yield each file while it is there."""
    names: set[str] = set()
    for number, found in enumerate(walk_within(uploads, LIMITS), start=1):
        if isinstance(found, Refused):
            refuse(problem(found.name, found.code, found.detail))
            continue
        # Two folders may have files of one name; each is told apart.
        name = found.name if found.name not in names else f"{found.name} (file {number})"
        names.add(name)
        yield name, found.path
