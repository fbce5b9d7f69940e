"""A reader's assignments in reading order."""

from django.db.models import QuerySet

from annotations.models import Assignment, AssignmentState, ReaderStudy
from portal.accounts.models import User


def assignments_of(*, reader_study: ReaderStudy, reader: User) -> QuerySet[Assignment]:
    """Return a reader's assignments in reading order."""
    return (
        Assignment.objects.filter(reader_study=reader_study, reader=reader)
        .exclude(state=AssignmentState.VOID)
        .select_related("case", "read")
        .order_by("position")
    )


def unsigned_assignments_of(*, reader_study: ReaderStudy, reader: User) -> QuerySet[Assignment]:
    """Return what a reader has still to sign, in reading order."""
    return assignments_of(reader_study=reader_study, reader=reader).exclude(state=AssignmentState.SIGNED)


def next_assignment(*, reader_study: ReaderStudy, reader: User) -> Assignment | None:
    """Return the first assignment of the reader's order that is not signed."""
    return unsigned_assignments_of(reader_study=reader_study, reader=reader).first()
