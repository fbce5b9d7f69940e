"""Whom a reminder would reach, and who has been quiet for long."""

import datetime
import uuid
from typing import NamedTuple

from django.db.models import Max
from django.utils import timezone

from annotations.models import Assignment, Membership, ReaderStudy, ReaderStudyState, StudyMail
from annotations.models.invitations import ReminderRule
from annotations.selectors.readers import readers_running
from annotations.selectors.sessions import first_moment, own_sessions
from portal.accounts.models import User
from portal.accounts.policy import Role


class RemindedReader(NamedTuple):
    """A reader with what is left to sign. `obstacle` says why no reminder can be sent now; empty where one can."""

    reader_id: uuid.UUID
    username: str
    name: str
    email: str
    left: int
    starts_on: datetime.date | None
    ends_on: datetime.date | None
    last_signed_at: datetime.datetime | None
    newest: StudyMail | None
    obstacle: str

    @property
    def last_reminded_at(self) -> datetime.datetime | None:
        """When the newest reminder was asked for."""
        return self.newest.created_at if self.newest else None


def readers_to_remind(*, reader_study: ReaderStudy) -> list[RemindedReader]:
    """Return every reader who has something left, in seven queries."""
    signed = dict(
        Assignment.objects.filter(reader_study=reader_study)
        .order_by()
        .values_list("reader_id")
        .annotate(last=Max("read__signed_at"))
    )
    mails = StudyMail.objects.filter(reader_study=reader_study).exclude(reader=None).order_by("created_at")
    newest = {mail.reader_id: mail for mail in mails}
    readers = Membership.objects.filter(reader_study=reader_study, role=Role.READER)
    emails = dict(readers.values_list("user_id", "user__email"))
    found = []
    for row in readers_running(reader_study=reader_study):
        one = RemindedReader(
            reader_id=row.reader_id,
            username=row.username,
            name=row.name,
            email=emails.get(row.reader_id, ""),
            left=row.total - row.signed,
            starts_on=row.starts_on,
            ends_on=row.due_on or row.ends_on,
            last_signed_at=signed.get(row.reader_id),
            newest=newest.get(row.reader_id),
            obstacle="",
        )
        if one.left > 0:
            found.append(one._replace(obstacle=_obstacle(reader_study, one)))
    return found


def reader_to_remind(mail: StudyMail) -> RemindedReader | None:
    """Return the reader of a reminder, as long as it says something true."""
    for one in readers_to_remind(reader_study=mail.reader_study):
        # That there is a reminder of today is this one.
        if one.reader_id == mail.reader_id and one.obstacle in ("", "reminded_today"):
            return one
    return None


def _obstacle(reader_study: ReaderStudy, reader: RemindedReader) -> str:
    today = timezone.now().astimezone(datetime.UTC).date()
    tests = (
        ("not_open", reader_study.state != ReaderStudyState.OPEN),
        ("no_address", not reader.email),
        ("ended", reader.ends_on is not None and today > reader.ends_on),
        ("not_started", reader.starts_on is not None and today < reader.starts_on),
        ("reminded_today", reader.newest is not None and reader.newest.on_day == today),
    )
    return next((code for code, holds in tests if holds), "")


def readers_quiet(*, rule: ReminderRule) -> list[RemindedReader]:
    """Return who can read now and has signed nothing, nor been reminded, for as many days as the rule says."""
    latest = timezone.now() - datetime.timedelta(days=rule.after_days)
    found = []
    for one in readers_to_remind(reader_study=rule.reader_study):
        if one.obstacle == "":
            since = _could_read_since(rule.reader_study, one)
            if since is not None and since <= latest:
                found.append(one)
    return found


def _could_read_since(reader_study: ReaderStudy, reader: RemindedReader) -> datetime.datetime | None:
    """Return from when on a reader could have signed the next read without doing so; None: nothing is open."""
    person = User.objects.get(pk=reader.reader_id)
    sessions = own_sessions(reader_study=reader_study, reader=person)
    session = next((one for one in sessions if one.shut is None and one.signed < one.total), None)
    if session is None:
        return None
    washout = datetime.timedelta(days=session.session.washout_days if session.signed == 0 else 0)
    moments = (
        reader_study.launched_at,
        first_moment(reader.starts_on) if reader.starts_on else None,
        first_moment(session.session.opens_on) if session.session.opens_on else None,
        reader.last_signed_at + washout if reader.last_signed_at else None,
        reader.last_reminded_at,
    )
    return max((one for one in moments if one), default=None)


def reminder_after_days(*, reader_study: ReaderStudy) -> int | None:
    """Return the rule in force; None: nobody is reminded by rule."""
    return ReminderRule.objects.filter(reader_study=reader_study).values_list("after_days", flat=True).first()
