"""A reader's assignments in reading order."""

from django.db.models import Q, QuerySet

from annotations.domain.states import ARBITRATED_STILL, READING
from annotations.models import Assignment, AssignmentRole, AssignmentState, ReaderStudy
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
    is_open = Q(is_training__in=kinds)
    if reader_study.state in ARBITRATED_STILL:
        is_open |= Q(role=AssignmentRole.ARBITRATION)
    return unsigned.filter(is_open, session__in=sessions)


def next_assignment(*, reader_study: ReaderStudy, reader: User) -> Assignment | None:
    """Return the first assignment of the reader's order that can be read now."""
    return readable_assignments_of(reader_study=reader_study, reader=reader).first()


def voting_assignments(*, reader_study: ReaderStudy, arm: str) -> QuerySet[Assignment]:
    """Return the signed reads of an arm that count in a consensus, each reader's in the order of the sessions.

    Hidden repeats, training, arbitrations and void assignments do not; a reopened read counts as last signed.
    """
    found: QuerySet[Assignment] = Assignment.objects.filter(
        reader_study=reader_study,
        arm__key=arm,
        repeat_number=0,
        is_training=False,
        role=AssignmentRole.READER,
        read__signed_revision__isnull=False,
    )
    signed = found.exclude(state=AssignmentState.VOID).select_related("reader", "read__signed_revision")
    return signed.order_by("reader__username", "session__number")
