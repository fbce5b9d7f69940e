"""Sending the mails of a reader study: a job each, tried again while the mail server does not take it."""

import secrets
import smtplib
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from annotations.domain.mails import MailText, invitation_text, reminder_text
from annotations.models import Invitation, InvitationLink, ReaderStudy, StudyMail
from annotations.models.invitations import OPEN
from annotations.selectors.reminders import reader_to_remind
from portal import jobs
from portal.accounts.authentication import token_digest
from portal.db import JobState
from portal.errors import Conflict, TooMany

MAILS_AN_HOUR = 200
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
PERMANENT = 500
LONGEST_REASON = 200


def require_mail() -> None:
    """Raise 409 where no mail server is configured."""
    if not settings.OVERREAD_MAILS:
        raise Conflict("Mail is not configured on this portal, so nothing is sent.", code="mail_not_configured")


def require_within_limit(reader_study: ReaderStudy, wanted: int) -> None:
    """Raise 429 when a reader study would send more in an hour than people read."""
    since = timezone.now() - timedelta(hours=1)
    if StudyMail.objects.filter(reader_study=reader_study, created_at__gt=since).count() + wanted > MAILS_AN_HOUR:
        raise TooMany(f"A reader study sends at most {MAILS_AN_HOUR} mails an hour. Try again later.")


def link_of(invitation: Invitation) -> str:
    """Make a link to an invitation. Its token stands behind `#`, which browsers send to no server."""
    token = secrets.token_urlsafe(32)
    InvitationLink.objects.create(invitation=invitation, digest=token_digest(token))
    return f"{settings.PUBLIC_URL}/invitation#{token}"


def mail_send(mail: StudyMail, lease: jobs.Lease) -> None:
    """Write a mail and hand it to the mail server; what is no longer wanted is not sent."""
    written = _written(mail)
    if written is None:
        lease.finish(JobState.CANCELLED, error_code="not_wanted", error_detail="It was no longer wanted.")
        return
    to, text = written
    try:
        EmailMessage(text.subject, text.body, to=[to]).send()
    except (OSError, smtplib.SMTPException) as error:
        _failed(mail, lease, _reason(error))
    else:
        lease.finish(JobState.SUCCEEDED)


@transaction.atomic
def mails_retry() -> int:
    """Put mails back into the queue whose pause is over; return how many."""
    due = StudyMail.objects.select_for_update(skip_locked=True).filter(
        state=JobState.FAILED, next_try_at__lte=timezone.now()
    )
    mails = list(due[:100])
    for mail in mails:
        StudyMail.objects.filter(pk=mail.pk).update(next_try_at=None)
        jobs.retry(mail)
    return len(mails)


def _written(mail: StudyMail) -> tuple[str, MailText] | None:
    """Return to whom and what; the token of a link is made here, so that it is stored nowhere."""
    if mail.invitation_id is None:
        reader = reader_to_remind(mail)
        if reader is None:
            return None
        name, url = mail.reader_study.name, f"{settings.PUBLIC_URL}/?reader-study={mail.reader_study_id}"
        text = reminder_text(reader_study=name, left=reader.left, ends_on=reader.ends_on, url=url)
        return reader.email, text
    invitation = (
        Invitation.objects.filter(OPEN, pk=mail.invitation_id, expires_at__gt=timezone.now())
        .select_related("reader_study", "invited_by")
        .first()
    )
    if invitation is None:
        return None
    return invitation.email, invitation_text(
        reader_study=invitation.reader_study.name,
        coordinator=invitation.invited_by.name,
        role=invitation.role,
        link=link_of(invitation),
        expires_at=invitation.expires_at,
    )


class Reason(NamedTuple):
    """Why a mail was not taken, and whether it is worth another try."""

    code: str
    detail: str
    is_final: bool = False


@transaction.atomic
def _failed(mail: StudyMail, lease: jobs.Lease, reason: Reason) -> None:
    gives_up = reason.is_final or mail.tries >= len(PAUSES)
    next_try_at = None if gives_up else timezone.now() + PAUSES[mail.tries]
    lease.finish(JobState.FAILED, error_code=reason.code, error_detail=reason.detail)
    StudyMail.objects.filter(pk=mail.pk).update(tries=F("tries") + 1, next_try_at=next_try_at)


def _reason(error: Exception) -> Reason:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        detail = f"The mail server refuses the address: {_said(code, answer)}"
        return Reason("address_refused", detail, code >= PERMANENT)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Reason("sign_in_refused", "The mail server refuses the portal's own sign-in. Tell the administrator.")
    if isinstance(error, smtplib.SMTPResponseException):
        said = _said(error.smtp_code, error.smtp_error)
        return Reason("mail_refused", f"The mail server refuses the mail: {said}", error.smtp_code >= PERMANENT)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Reason("mail_server_unfit", f"The mail server cannot do what is configured: {error}"[:LONGEST_REASON])
    return Reason("mail_server_unreachable", "The mail server does not answer.")


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {words}"[:LONGEST_REASON]
