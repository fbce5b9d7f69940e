"""Sizes of reader studies and how far they have come."""

import uuid
from datetime import datetime
from typing import TypedDict

from django.db.models import Aggregate, Count, FloatField, Max, Q

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


def signed_by_case(*, reader_study: ReaderStudy) -> dict[uuid.UUID, int]:
    """Count, case by case, the reads that have been signed; those of withdrawn readers and cases are kept too."""
    signed = Assignment.objects.filter(reader_study=reader_study, read__signed_revision__isnull=False)
    counts = signed.order_by().values("case_id").annotate(count=Count("pk"))
    return {row["case_id"]: row["count"] for row in counts}


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


class Median(Aggregate):
    """The median, by PostgreSQL: with an even number of values the mean of the two in the middle."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def progress_of(*, reader_study: ReaderStudy) -> list[ReaderProgress]:
    """Return every reader's progress: counted in the database, for there may be a hundred thousand assignments."""
    signed = Q(state=AssignmentState.SIGNED)
    assignments = Assignment.objects.filter(reader_study=reader_study).exclude(state=AssignmentState.VOID)
    sums = (
        assignments.order_by()
        .values("reader_id", "reader__username")
        .annotate(
            total=Count("pk"),
            signed=Count("pk", filter=signed),
            draft=Count("pk", filter=Q(state__in=[AssignmentState.DRAFT, AssignmentState.REOPENED])),
            median_ms=Median("read__active_ms", filter=signed & Q(read__active_ms__gt=0)),
            last_signed_at=Max("read__signed_at", filter=signed),
        )
        .order_by("reader__username")
    )
    people = User.objects.in_bulk([row["reader_id"] for row in sums])
    return [
        ReaderProgress(
            user_id=row["reader_id"],
            username=row["reader__username"],
            name=people[row["reader_id"]].name,
            total=row["total"],
            signed=row["signed"],
            draft=row["draft"],
            median_active_s=None if row["median_ms"] is None else row["median_ms"] / 1000,
            last_signed_at=row["last_signed_at"],
        )
        for row in sums
    ]
