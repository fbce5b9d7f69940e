"""Which sessions a reader may read in now, and what keeps the others shut."""

import datetime
from typing import NamedTuple

from django.db.models import Count, Max, Q
from django.utils import timezone

from annotations.models import Assignment, AssignmentState, ReaderStudy, Session
from portal.accounts.models import User


class Shut(NamedTuple):
    """Why no case of a session can be opened, and from when it can, where that is known."""

    code: str
    detail: str
    opens_at: datetime.datetime | None = None


class OwnSession(NamedTuple):
    """A session as one of its readers has it."""

    session: Session
    total: int
    signed: int
    shut: Shut | None


def own_sessions(*, reader_study: ReaderStudy, reader: User, now: datetime.datetime | None = None) -> list[OwnSession]:
    """Return the reader's sessions in order. Days are days of UTC."""
    moment = now or timezone.now()
    counts = _counts(reader_study, reader)
    own: list[OwnSession] = []
    last: datetime.datetime | None = None
    for session in reader_study.sessions.all():
        count = counts.get(session.number, _Count(0, 0, None))
        shut = _shut(session, own[-1] if own else None, last, moment)
        own.append(OwnSession(session, count.total, count.signed, shut))
        last = count.last
    return own


class _Count(NamedTuple):
    total: int
    signed: int
    last: datetime.datetime | None


def _counts(reader_study: ReaderStudy, reader: User) -> dict[int, _Count]:
    rows = Assignment.objects.filter(reader_study=reader_study, reader=reader).order_by().values("session__number")
    counted = rows.annotate(
        total=Count("pk", filter=~Q(state=AssignmentState.VOID)),
        signed=Count("pk", filter=Q(state=AssignmentState.SIGNED)),
        # What was withdrawn or left unsigned has been seen all the same.
        last_signed=Max("read__signed_at"),
        last_opened=Max("read__opened_at"),
    )
    return {
        row["session__number"]: _Count(
            row["total"],
            row["signed"],
            max((one for one in (row["last_signed"], row["last_opened"]) if one), default=None),
        )
        for row in counted
    }


def _shut(
    session: Session, before: OwnSession | None, last: datetime.datetime | None, now: datetime.datetime
) -> Shut | None:
    today = now.astimezone(datetime.UTC).date()
    if session.closes_on and today > session.closes_on:
        return Shut("session_closed", f"Session {session.number} closed on {session.closes_on}.")
    if session.opens_on and today < session.opens_on:
        start = datetime.datetime.combine(session.opens_on, datetime.time(), datetime.UTC)
        return Shut("session_not_open", f"Session {session.number} opens on {session.opens_on}.", start)
    if before is None:
        return None
    is_over = before.shut is not None and before.shut.code == "session_closed"
    if before.signed < before.total and not is_over:
        return Shut("session_unfinished", f"Sign the cases of session {before.session.number} first.")
    until = last + datetime.timedelta(days=session.washout_days) if last else None
    if until and now < until:
        detail = f"The washout of {session.washout_days} days ends at {until:%Y-%m-%d %H:%M} UTC."
        return Shut("washout", detail, until)
    return None


def shut_session_of(*, assignment: Assignment) -> Shut | None:
    """Say what keeps an assignment's session shut for its reader."""
    own = own_sessions(reader_study=assignment.reader_study, reader=assignment.reader)
    return next(one.shut for one in own if one.session.pk == assignment.session_id)
