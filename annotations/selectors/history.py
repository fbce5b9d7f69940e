"""The history of a read: its revisions, signatures and reopenings, and from where each came."""

import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import QuerySet

from annotations.domain.payload_upgrade import upgraded
from annotations.domain.read_history import Change, changes_between
from annotations.models import AssignmentState, Read, ReaderStudy, Reopening, Revision, Signature
from portal.audit.models import Event
from portal.errors import NotFound


class Step(NamedTuple):
    """One revision, with what it changed."""

    revision: Revision
    origin: Mapping[str, Any]
    signature: Signature | None
    reopening: Reopening | None
    changes: list[Change]


def reads_of(
    *,
    reader_study: ReaderStudy,
    reader: uuid.UUID | None = None,
    session: int | None = None,
    arm: str | None = None,
    state: str | None = None,
) -> QuerySet[Read]:
    """Return the reads that have been opened: of one reader, session, arm or state where one is named."""
    wanted = {
        "assignment__reader": reader,
        "assignment__session__number": session,
        "assignment__arm__key": arm,
        "assignment__state": state,
    }
    reads = Read.objects.filter(assignment__reader_study=reader_study).exclude(assignment__state=AssignmentState.VOID)
    reads = reads.filter(**{lookup: value for lookup, value in wanted.items() if value is not None})
    return reads.select_related("assignment__reader", "assignment__case", "assignment__session", "assignment__arm")


def history_of(*, read: Read) -> list[Step]:
    """Return every revision, oldest first, with what it changed of the one before it."""
    questions = read.label_schema.questions
    events = Event.objects.filter(object_type=Read._meta.label, object_id=str(read.pk))
    origins = {event.detail["revision_id"]: event.origin for event in events if "revision_id" in event.detail}
    revisions = read.revisions.select_related("author", "signature__reopening__reopened_by").order_by("number")
    steps, before = [], None
    for revision in revisions:
        payload = upgraded(revision.payload)
        signature = getattr(revision, "signature", None)
        steps.append(
            Step(
                revision=revision,
                origin=origins.get(str(revision.pk)) or {},
                signature=signature,
                reopening=getattr(signature, "reopening", None),
                changes=changes_between(before, payload, questions),
            )
        )
        before = payload
    return steps


def difference_of(*, read: Read, older: int | None = None, newer: int | None = None) -> list[Change]:
    """Return in what two revisions differ, by default the newest and the one before it; 404 for none of its own."""
    last = newer or read.revision_number
    numbers = (older or last - 1, last)
    found = {one.number: upgraded(one.payload) for one in read.revisions.filter(number__in=numbers)}
    if any(asked is not None and asked not in found for asked in (older, newer)):
        raise NotFound("This read has no revision of that number.")
    if last not in found:
        return []
    return changes_between(found.get(numbers[0]), found[last], read.label_schema.questions)


def open_reopening_of(*, read: Read) -> Reopening | None:
    """Return why a read that is open again was reopened; None for any other."""
    return None if read.signed_at else read.reopenings.order_by("-created_at").first()
