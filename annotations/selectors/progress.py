"""Sizes of reader studies and how far they have come."""

import statistics
import uuid
from collections import defaultdict
from datetime import datetime
from typing import TypedDict

from django.db.models import Count, Q

from annotations.models import Assignment, AssignmentState, Case, Membership, ReaderStudy
from portal.accounts.models import User
from portal.accounts.policy import Role


class Counts(TypedDict):
    """Sizes of a reader study and how far it has come."""

    number_of_cases: int
    number_of_readers: int
    number_of_assignments: int
    number_signed: int
    my_assignments: int
    my_signed: int


def counts_of(*, reader_study_ids: list[uuid.UUID], user: User) -> dict[uuid.UUID, Counts]:
    """Count cases, readers and assignments of several reader studies in three queries."""
    counts: dict[uuid.UUID, Counts] = {
        pk: Counts(
            number_of_cases=0,
            number_of_readers=0,
            number_of_assignments=0,
            number_signed=0,
            my_assignments=0,
            my_signed=0,
        )
        for pk in reader_study_ids
    }
    cases = Case.objects.filter(reader_study__in=reader_study_ids, removed_at=None).order_by()
    for row in cases.values("reader_study").annotate(count=Count("pk")):
        counts[row["reader_study"]]["number_of_cases"] = row["count"]
    readers = Membership.objects.filter(reader_study__in=reader_study_ids, role=Role.READER).order_by()
    for row in readers.values("reader_study").annotate(count=Count("pk")):
        counts[row["reader_study"]]["number_of_readers"] = row["count"]
    signed = Q(state=AssignmentState.SIGNED)
    assignments = Assignment.objects.filter(reader_study__in=reader_study_ids).exclude(state=AssignmentState.VOID)
    for sums in (
        assignments.order_by()
        .values("reader_study")
        .annotate(
            number_of_assignments=Count("pk"),
            number_signed=Count("pk", filter=signed),
            my_assignments=Count("pk", filter=Q(reader=user)),
            my_signed=Count("pk", filter=signed & Q(reader=user)),
        )
    ):
        own = counts[sums["reader_study"]]
        own["number_of_assignments"] = sums["number_of_assignments"]
        own["number_signed"] = sums["number_signed"]
        own["my_assignments"] = sums["my_assignments"]
        own["my_signed"] = sums["my_signed"]
    return counts


class ReaderProgress(TypedDict):
    """How far one reader has come."""

    user_id: uuid.UUID
    username: str
    name: str
    total: int
    signed: int
    draft: int
    median_active_s: float | None
    last_signed_at: datetime | None


def progress_of(*, reader_study: ReaderStudy) -> list[ReaderProgress]:
    """Return every reader's progress."""
    by_reader: dict[uuid.UUID, list[Assignment]] = defaultdict(list)
    assignments = Assignment.objects.filter(reader_study=reader_study).exclude(state=AssignmentState.VOID)
    for assignment in assignments.select_related("read", "reader"):
        by_reader[assignment.reader_id].append(assignment)
    rows = []
    for own in by_reader.values():
        reads = [a.read for a in own if a.state == AssignmentState.SIGNED]
        times = [read.active_ms / 1000 for read in reads if read.active_ms]
        rows.append(
            ReaderProgress(
                user_id=own[0].reader_id,
                username=own[0].reader.username,
                name=own[0].reader.name,
                total=len(own),
                signed=len(reads),
                draft=sum(a.state == AssignmentState.DRAFT for a in own),
                median_active_s=statistics.median(times) if times else None,
                last_signed_at=max((read.signed_at for read in reads if read.signed_at), default=None),
            )
        )
    return sorted(rows, key=lambda row: row["username"])
