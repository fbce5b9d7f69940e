"""Reminders: whom they reach, once a day, and the rule by which they are sent."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotations.models import Membership, ReaderStudy, StudyMail
from annotations.services.mails import mail_send
from annotations.services.reads import read_sign
from annotations.services.reminders import reminders_sweep
from portal import jobs
from portal.accounts.models import User
from portal.audit.models import Event
from portal.db import JobState
from tests.annotations.building import COMPLETE, Built, content, launched, save
from tests.annotations.test_designs_api import asking, study
from tests.mail_server import Mailbox, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    with mail_server(settings) as box:
        yield box


def reading(days_ago: int = 10) -> Built:
    """A reader study that has been open for some days; the first of its readers has an address."""
    built = launched()
    ReaderStudy.objects.update(launched_at=timezone.now() - timedelta(days=days_ago))
    User.objects.filter(pk=built.readers[0].pk).update(email="first@example.org")
    return built


def remind(built: Built, *readers: User, status: int = 200) -> Any:
    body = {"reader_ids": [str(reader.pk) for reader in readers]}
    return asking(built.coordinator)("POST", f"{study(built)}/reminders", body, status=status)


def rule(built: Built, days: int | None) -> None:
    asking(built.coordinator)("PUT", f"{study(built)}/reminders", {"after_days": days})


def yesterday() -> None:
    """Everything that was sent was sent a day earlier."""
    for mail in StudyMail.objects.all():
        day = mail.on_day - timedelta(days=1) if mail.on_day else None
        StudyMail.objects.filter(pk=mail.pk).update(on_day=day, created_at=mail.created_at - timedelta(days=1))


def test_a_coordinator_reminds_a_reader_once_a_day(mailbox: Mailbox) -> None:
    built = reading()
    refused = remind(built, *built.readers, status=400)
    assert [error["code"] for error in refused["errors"]] == ["no_address"]
    assert not StudyMail.objects.exists()
    shown = remind(built, built.readers[0])
    assert [row["obstacle"] for row in shown["readers"]] == ["reminded_today", "no_address"]
    jobs.run(StudyMail, StudyMail.objects.get().pk, mail_send)
    text = mailbox.mails[0].get_content()
    assert mailbox.mails[0]["To"] == "first@example.org"
    assert "3 cases wait for you" in text
    assert "Case 0" not in text
    assert remind(built, built.readers[0], status=400)["errors"][0]["code"] == "reminded_today"
    assert Event.objects.filter(action="reminder.send", actor=built.coordinator).count() == 1


def test_the_rule_reminds_whoever_has_been_quiet_and_nobody_twice_a_day(mailbox: Mailbox) -> None:
    built = reading(days_ago=3)
    assert reminders_sweep() == 0
    rule(built, 4)
    assert reminders_sweep() == 0
    rule(built, 3)
    assert reminders_sweep() == 1
    assert reminders_sweep() == 0
    mail = StudyMail.objects.get()
    assert mail.is_automatic
    assert Event.objects.get(action="reminder.send").actor is None
    # After a reminder the days are counted anew.
    for sent in (0, 0, 1):
        yesterday()
        assert reminders_sweep() == sent


def test_a_signed_read_begins_the_days_anew(mailbox: Mailbox) -> None:
    built = reading()
    rule(built, 1)
    first = built.readers[0]
    read_sign(by=first, read=built.open(first), save=save(content(**COMPLETE)))
    assert reminders_sweep() == 0


@pytest.mark.parametrize("obstacle", ["ended", "not_started", "paused", "closed"])
def test_nobody_is_reminded_outside_their_days(mailbox: Mailbox, obstacle: str) -> None:
    built = reading()
    rule(built, 1)
    today = datetime.now(UTC).date()
    own = Membership.objects.filter(user=built.readers[0])
    if obstacle == "ended":
        own.update(ends_on=today - timedelta(days=1))
    elif obstacle == "not_started":
        own.update(starts_on=today + timedelta(days=1))
    else:
        ReaderStudy.objects.update(state=obstacle.upper())
    assert reminders_sweep() == 0
    code = remind(built, built.readers[0], status=400)["errors"][0]["code"]
    assert code == (obstacle if obstacle in ("ended", "not_started") else "not_open")


def test_a_reminder_that_has_become_wrong_is_not_sent(mailbox: Mailbox) -> None:
    built = reading()
    remind(built, built.readers[0])
    ReaderStudy.objects.update(state="CLOSED")
    mail = StudyMail.objects.get()
    jobs.run(StudyMail, mail.pk, mail_send)
    mail.refresh_from_db()
    assert (mail.state, mailbox.mails) == (JobState.CANCELLED, [])


def test_without_a_mail_server_nothing_is_promised() -> None:
    built = reading()
    rule(built, 1)
    assert reminders_sweep() == 0
    assert remind(built, built.readers[0], status=409)["code"] == "mail_not_configured"
    shown = asking(built.coordinator)("GET", f"{study(built)}/reminders")
    assert (shown["is_mail_configured"], shown["after_days"]) == (False, 1)
