"""Which sessions a reader may read in now, and what keeps the others shut."""

import datetime
from typing import NamedTuple

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.utils import timezone

from annotations.models import Assignment, AssignmentState, Membership, ReaderStudy, Session
from annotations.models.own_reads import MEMBERSHIP
from portal.accounts.models import User
from portal.accounts.policy import Role


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
    ends_at: datetime.datetime | None


class Dates(NamedTuple):
    """A reader's first and last day; None is no limit."""

    starts_on: datetime.date | None = None
    ends_on: datetime.date | None = None


def first_moment(day: datetime.date) -> datetime.datetime:
    """Return when a day of UTC begins."""
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)


def end_of(day: datetime.date | None) -> datetime.datetime | None:
    """Return the first moment after a day; None for no day."""
    return first_moment(day + datetime.timedelta(days=1)) if day else None


def dates_of(*, assignment: Assignment) -> Dates:
    """Return between which days the reader of an assignment may read."""
    found = assignment.own_membership or MEMBERSHIP.first(assignment.reader_id, assignment.reader_study_id)
    return Dates(found.starts_on, found.ends_on) if found else Dates()


def outside_dates(dates: Dates, now: datetime.datetime) -> Shut | None:
    """Say why a reader may not read on this day."""
    today = now.astimezone(datetime.UTC).date()
    if dates.starts_on and today < dates.starts_on:
        return Shut("not_started", f"Your reading begins on {dates.starts_on}.", first_moment(dates.starts_on))
    if dates.ends_on and today > dates.ends_on:
        return Shut("ended", f"Your reading ended on {dates.ends_on}.")
    return None


def own_sessions(*, reader_study: ReaderStudy, reader: User, now: datetime.datetime | None = None) -> list[OwnSession]:
    """Return the reader's sessions in order. Days are days of UTC."""
    moment = now or timezone.now()
    counts = _counts(reader_study, reader)
    sessions, dates = _sessions(reader_study, reader)
    outside = outside_dates(dates, moment)
    own: list[OwnSession] = []
    last: datetime.datetime | None = None
    for session in sessions:
        count = counts.get(session.number, _Count(0, 0, None))
        shut = _shut(session, own[-1] if own else None, last, moment)
        ends = min(filter(None, (end_of(session.closes_on), end_of(dates.ends_on))), default=None)
        own.append(OwnSession(session, count.total, count.signed, shut or outside, ends))
        last = count.last
    return own


def _sessions(reader_study: ReaderStudy, reader: User) -> tuple[list[Session], Dates]:
    """Return the sessions and the reader's own days, in one query."""
    own = Membership.objects.filter(reader_study=OuterRef("reader_study"), user=reader, role=Role.READER)
    sessions = list(
        reader_study.sessions.annotate(
            reading_from=Subquery(own.values("starts_on")[:1]), reading_to=Subquery(own.values("ends_on")[:1])
        )
    )
    dates = Dates(sessions[0].reading_from, sessions[0].reading_to) if sessions else Dates()
    return [*sessions], dates


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
        opens = first_moment(session.opens_on)
        return Shut("session_not_open", f"Session {session.number} opens on {session.opens_on}.", opens)
    if before is None:
        return None
    is_over = before.shut is not None and before.shut.code == "session_closed"
    if before.signed < before.total and not is_over:
        return Shut("session_unfinished", f"Sign the cases of session {before.session.number} first.")
    until = last + datetime.timedelta(days=session.washout_days) if last else None
    if until and now < until:
        return Shut("washout", f"The washout of {session.washout_days} days is not over yet.", until)
    return None


def shut_session_of(*, assignment: Assignment) -> Shut | None:
    """Say what keeps an assignment's session shut for its reader."""
    own = own_sessions(reader_study=assignment.reader_study, reader=assignment.reader)
    return next(one.shut for one in own if one.session.pk == assignment.session_id)
