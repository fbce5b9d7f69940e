"""What triage reads beside a snapshot: when the reads that it names were opened, and how long they took."""

import uuid
from collections.abc import Mapping
from typing import Any

from annotations.models import AiOrder, Revision
from validation.models import AnalysisRun
from validation.triage.reads import ReadTimes, reads_of

MS_PER_MINUTE = 60_000
AT_ONCE = 10_000


def read_times(snapshot: Mapping[str, Any]) -> dict[str, ReadTimes]:
    """Return the times of the signed reads of a snapshot by their revision.

    A read that no browser timed has no minutes. Of a patient who was erased since there is nothing.
    """
    named = [uuid.UUID(read["revision"]) for read in reads_of(snapshot, None)]
    found: dict[str, ReadTimes] = {}
    for start in range(0, len(named), AT_ONCE):
        rows = Revision.objects.filter(pk__in=named[start : start + AT_ONCE]).order_by()
        for pk, opened_at, active_ms in rows.values_list("pk", "read__opened_at", "times__active_ms"):
            found[str(pk)] = ReadTimes(opened_at, active_ms / MS_PER_MINUTE if active_ms else None)
    return found


def arms_ordered_by_ai(*, run: AnalysisRun) -> frozenset[str]:
    """Return the arms in which the AI ordered the worklists."""
    arms = AiOrder.objects.filter(reader_study=run.reader_study_id).values_list("arms", flat=True).first()
    return frozenset(arms or ())
