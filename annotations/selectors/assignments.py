"""A reader's assignments in reading order."""

from django.db.models import QuerySet

from annotations.domain.states import READING
from annotations.models import Assignment, AssignmentState, ReaderStudy
from annotations.selectors.sessions import own_sessions
from portal.accounts.models import User


def assignments_of(*, reader_study: ReaderStudy, reader: User) -> QuerySet[Assignment]:
    """Return a reader's assignments in reading order."""
    return (
        Assignment.objects.filter(reader_study=reader_study, reader=reader)
        .exclude(state=AssignmentState.VOID)
        .select_related("case", "read", "session", "arm")
        .order_by("position")
    )


def unsigned_assignments_of(*, reader_study: ReaderStudy, reader: User) -> QuerySet[Assignment]:
    """Return what a reader has still to sign, in reading order."""
    return assignments_of(reader_study=reader_study, reader=reader).exclude(state=AssignmentState.SIGNED)


def readable_assignments_of(*, reader_study: ReaderStudy, reader: User) -> QuerySet[Assignment]:
    """Return what of it can be read now: in the sessions that are open, and in a pilot only the training cases."""
    unsigned = unsigned_assignments_of(reader_study=reader_study, reader=reader)
    kinds = [is_training for (state, is_training), code in READING.items() if state == reader_study.state and not code]
    sessions = [one.session for one in own_sessions(reader_study=reader_study, reader=reader) if one.shut is None]
    return unsigned.filter(is_training__in=kinds, session__in=sessions)


def next_assignment(*, reader_study: ReaderStudy, reader: User) -> Assignment | None:
    """Return the first assignment of the reader's order that can be read now."""
    return readable_assignments_of(reader_study=reader_study, reader=reader).first()
