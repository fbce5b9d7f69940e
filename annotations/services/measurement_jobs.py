"""Which reads are measured: those signed with a segment, as soon as they are."""

from typing import Any, NamedTuple

from django.db import transaction

from annotations.domain.segment_marks import is_segment
from annotations.models import Read, ReadMeasurementJob, Revision
from annotations.services.streams import stream_of_reader
from portal import jobs
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict


class SegmentMark(NamedTuple):
    """A segment that a payload names."""

    finding_id: str
    mark_id: str
    geometry: dict[str, Any]


def segments_of(revision: Revision) -> list[SegmentMark]:
    """Return the segments that a revision names, in the order of its findings; version 1 of payloads knew none."""
    return [
        SegmentMark(finding["id"], mark["id"], mark["geometry"])
        for finding in revision.payload.get("findings", [])
        for mark in finding.get("marks", [])
        if is_segment(mark["geometry"])
    ]


def measurements_follow(revision: Revision) -> None:
    """Have a signed revision measured, in the transaction that stores it; nothing is done without segments."""
    if segments_of(revision):
        jobs.enqueue(ReadMeasurementJob.objects.create(revision=revision))


@transaction.atomic
def read_measure_again(*, by: User, read: Read) -> None:
    """Have a signed read measured that was not, or whose measuring failed; what is stored stays."""
    revision = read.signed_revision
    if revision is None:
        raise Conflict("The read is not signed, so it is not measured yet.", code="not_signed")
    if not segments_of(revision):
        raise Conflict("This read has no segment, so there is nothing to measure.", code="no_segments")
    job = ReadMeasurementJob.objects.select_for_update().filter(revision=revision).first()
    if job is None:
        measurements_follow(revision)
    else:
        jobs.retry(job)
    record(stream=stream_of_reader(read.assignment), actor=by, action="read.measure_again", obj=read)
