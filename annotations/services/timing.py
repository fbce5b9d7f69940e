"""Keeping how long a read took, sitting by sitting; the reader is never shown it."""

from typing import NamedTuple

from django.utils import timezone

from annotations.domain.times import PhaseTimes, active_of, clipped, sitting_updated, times_of_read, total_of
from annotations.models import Read, Revision, RevisionTimes, Sitting
from annotations.models.own_reads import SITTINGS
from portal.prepared import insert, update


class SittingReport(NamedTuple):
    """What a sitting has counted so far."""

    key: str
    phases: dict[str, PhaseTimes]


def sitting_report(*, read: Read, sitting: SittingReport | None) -> None:
    """Store what a sitting reports and set `read.active_ms`; the caller holds and saves the read's row.

    Late and repeated reports do no harm. All sittings together never exceed the time since the read was opened.
    """
    if sitting is None:
        return
    open_ms = int((timezone.now() - read.opened_at).total_seconds() * 1000)
    rows = {row.key: row for row in SITTINGS.all(read.pk)}
    row = rows.pop(sitting.key, None) or Sitting(read=read, key=sitting.key)
    is_new = row._state.adding
    others = rows.values()
    room_ms = open_ms - sum(total_of(other.phases) for other in others)
    row.phases = clipped(sitting_updated(row.phases, sitting.phases), room_ms)
    if is_new:
        insert(row)
    else:
        update(row, "phases")
    read.active_ms = active_of(row.phases) + sum(active_of(other.phases) for other in others)


def times_keep(*, read: Read, revision: Revision) -> list[RevisionTimes]:
    """Store how long the read has taken until this revision of it; the caller tells of the row returned.

    There is none of a read that no browser has opened: its time was never counted.
    """
    phases = times_of_read(sitting.phases for sitting in SITTINGS.all(read.pk))
    if not phases:
        return []
    times = RevisionTimes(revision=revision, phases=phases, active_ms=active_of(phases))
    insert(times)
    return [times]
