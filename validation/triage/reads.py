"""The reads of a snapshot that triage takes time from, and how long they took."""

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class ReadTimes:
    """When a read was opened, and how many minutes it was in use until it was signed; None where nobody counted."""

    opened_at: datetime
    minutes: float | None


# By the revision that was signed.
Times = Mapping[str, ReadTimes]


def reads_of(snapshot: Mapping[str, Any], arm: str | None) -> Iterator[Mapping[str, Any]]:
    """Yield the signed reads of an arm (None: of all) that readers made once and in earnest."""
    for read in snapshot["reads"]:
        counts = read["state"] == "SIGNED" and not read.get("is_training") and not read.get("repeat_number")
        if counts and read.get("role", "READER") == "READER" and arm in (None, read.get("arm")):
            yield read
