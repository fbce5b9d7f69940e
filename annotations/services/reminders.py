"""Reminding readers of what is left, by hand and by rule."""

import datetime
import uuid
from collections.abc import Collection

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from annotations.models import ReaderStudy, ReaderStudyState, StudyMail
from annotations.models.invitations import ReminderRule
from annotations.selectors.reminders import RemindedReader, readers_quiet, readers_to_remind
from annotations.services.drafts import stream_of
from annotations.services.mails import require_mail, require_within_limit
from portal import jobs
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import FieldProblem, Invalid

OBSTACLES = {
    "not_open": "the reader study is not open for reading",
    "no_address": "the account has no address",
    "ended": "the last day of reading is over",
    "not_started": "the first day of reading has not come",
    "reminded_today": "reminded today already",
}


@transaction.atomic
def reminders_send(*, by: User, reader_study: ReaderStudy, reader_ids: Collection[uuid.UUID]) -> None:
    """Remind these readers (the study's row is locked by the caller): all of them or none."""
    require_mail()
    known = {one.reader_id: one for one in readers_to_remind(reader_study=reader_study)}
    problems: list[FieldProblem] = []
    for reader_id in reader_ids:
        reader = known.get(reader_id)
        if reader is None:
            detail = "One of them is no reader here, or has nothing left to sign."
            problems.append({"field": "reader_ids", "code": "nothing_left", "detail": detail})
        elif reader.obstacle:
            detail = f"{reader.name}: {OBSTACLES[reader.obstacle]}."
            problems.append({"field": "reader_ids", "code": reader.obstacle, "detail": detail})
    if problems:
        raise Invalid("Not all of them can be reminded; nothing was sent.", code="not_reminded", errors=problems)
    require_within_limit(reader_study, len(reader_ids))
    for reader_id in reader_ids:
        _remind(reader_study, known[reader_id], by=by)


@transaction.atomic
def reminder_rule_put(*, by: User, reader_study: ReaderStudy, after_days: int | None) -> None:
    """Remind readers after so many days without a signed read; None: never."""
    if after_days is None:
        ReminderRule.objects.filter(reader_study=reader_study).delete()
    else:
        ReminderRule.objects.update_or_create(reader_study=reader_study, defaults={"after_days": after_days})
    detail = {"after_days": after_days}
    record(stream=stream_of(reader_study.pk), actor=by, action="reminder_rule.put", obj=reader_study, detail=detail)


def reminders_sweep() -> int:
    """Remind whoever has been quiet for as long as the rules say; return how many."""
    if not settings.OVERREAD_MAILS:
        return 0
    count = 0
    rules = ReminderRule.objects.filter(reader_study__state=ReaderStudyState.OPEN).select_related("reader_study")
    for rule in rules:
        for reader in readers_quiet(rule=rule):
            count += _remind(rule.reader_study, reader, by=None)
    return count


@transaction.atomic
def _remind(reader_study: ReaderStudy, reader: RemindedReader, *, by: User | None) -> bool:
    """Ask for the one mail of today; false when another clock was faster."""
    mail, is_new = StudyMail.objects.get_or_create(
        reader_study=reader_study,
        reader_id=reader.reader_id,
        on_day=timezone.now().astimezone(datetime.UTC).date(),
        defaults={"is_automatic": by is None},
    )
    if is_new:
        jobs.enqueue(mail)
        detail = {"reader_id": str(reader.reader_id), "left": reader.left}
        record(stream=stream_of(reader_study.pk), actor=by, action="reminder.send", obj=mail, detail=detail)
    return is_new
