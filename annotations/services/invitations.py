"""Inviting people into a reader study, and what becomes of an invitation."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from annotations.access import invitation_with_token
from annotations.models import Invitation, ReaderStudy, ReaderStudyState, StudyMail
from annotations.models.invitations import OPEN
from annotations.services.drafts import stream_of
from annotations.services.mails import link_of, require_within_limit
from annotations.services.reader_studies import member_join, require_readers_open
from portal import jobs
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.accounts.services import person_address_put, person_create
from portal.audit.services import record
from portal.db import JobState
from portal.errors import Conflict, FieldProblem, Invalid

VALID_FOR = timedelta(days=14)


class HandedOut(NamedTuple):
    """An invitation, and its link where no mail carries it: the only time it can be read."""

    invitation: Invitation
    link: str | None


@transaction.atomic
def invitations_create(*, by: User, reader_study: ReaderStudy, emails: Sequence[str], role: Role) -> list[HandedOut]:
    """Invite these addresses (the study's row is locked by the caller): all of them or none."""
    _require_joinable(reader_study, role)
    require_within_limit(reader_study, len(emails))
    wanted = list(dict.fromkeys(email.strip().lower() for email in emails))
    open_ones = set(Invitation.objects.filter(OPEN, reader_study=reader_study).values_list("email", flat=True))
    problems: list[FieldProblem] = [
        {"field": "emails", "code": "already_invited", "detail": f"{email} is invited: send it again or revoke it."}
        for email in wanted
        if email in open_ones
    ]
    if problems:
        raise Invalid("Some addresses are invited already.", code="already_invited", errors=problems)
    return [
        _handed_out(
            by,
            "invitation.create",
            Invitation.objects.create(
                reader_study=reader_study,
                email=email,
                role=role,
                invited_by=by,
                expires_at=timezone.now() + VALID_FOR,
            ),
        )
        for email in wanted
    ]


@transaction.atomic
def invitation_resend(*, by: User, invitation: Invitation) -> HandedOut:
    """Send an invitation anew (its row is locked by the caller), for another 14 days; earlier links end."""
    _require_open(invitation)
    _require_joinable(invitation.reader_study, Role(invitation.role))
    require_within_limit(invitation.reader_study, 1)
    waiting = invitation.mails.filter(state__in=[JobState.PENDING, JobState.RUNNING])
    if waiting.exists():
        raise Conflict("The mail is still being sent.", code="still_sending")
    invitation.mails.update(next_try_at=None)
    invitation.links.all().delete()
    invitation.expires_at = timezone.now() + VALID_FOR
    invitation.save(update_fields=["expires_at"])
    return _handed_out(by, "invitation.resend", invitation)


@transaction.atomic
def invitation_revoke(*, by: User, invitation: Invitation) -> None:
    """Withdraw an invitation (its row is locked by the caller): its links end at once."""
    _require_open(invitation)
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])
    invitation.links.all().delete()
    invitation.mails.update(next_try_at=None)
    record(stream=stream_of(invitation.reader_study_id), actor=by, action="invitation.revoke", obj=invitation)


class NewAccount(NamedTuple):
    """The account that an invited person makes."""

    username: str
    password: str
    name: str


@transaction.atomic
def invitation_accept(*, token: str, account: User | NewAccount) -> tuple[Invitation, User]:
    """Take part, with an account that is there or a new one. The link works once."""
    reader_study_id = invitation_with_token(token).reader_study_id
    # Everything about members waits for the study's row; what was true before the wait is asked again.
    reader_study = ReaderStudy.objects.select_for_update(of=("self",)).get(pk=reader_study_id)
    invitation = invitation_with_token(token)
    _require_joinable(reader_study, Role(invitation.role))
    person = _person_of(invitation, account)
    joined = member_join(reader_study=reader_study, person=person, role=Role(invitation.role))
    invitation.accepted_at, invitation.accepted_by = timezone.now(), person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    invitation.links.all().delete()
    invitation.mails.update(next_try_at=None)
    detail = {"user_id": str(person.pk), "role": invitation.role}
    record(
        stream=stream_of(reader_study_id),
        actor=person,
        action="invitation.accept",
        obj=invitation,
        detail=detail,
        rows=joined,
    )
    return invitation, person


def require_joinable(invitation: Invitation) -> None:
    """Raise 409 where an invitation has come too late."""
    _require_joinable(invitation.reader_study, Role(invitation.role))


def _person_of(invitation: Invitation, account: User | NewAccount) -> User:
    if isinstance(account, NewAccount):
        return person_create(by=None, email=invitation.email, **account._asdict())
    if account.email == "":
        person_address_put(person=account, email=invitation.email)
    elif account.email.lower() != invitation.email:
        raise Conflict(
            "This account belongs to another address than the one that was invited. Sign in with the account of that "
            "address, or ask the coordinator to invite yours.",
            code="other_address",
        )
    return account


def _handed_out(by: User, action: str, invitation: Invitation) -> HandedOut:
    link = None
    if settings.OVERREAD_MAILS:
        jobs.enqueue(StudyMail.objects.create(reader_study=invitation.reader_study, invitation=invitation))
    else:
        link = link_of(invitation)
    detail = {"role": invitation.role, "by": "LINK" if link else "MAIL"}
    record(stream=stream_of(invitation.reader_study_id), actor=by, action=action, obj=invitation, detail=detail)
    return HandedOut(invitation, link)


def _require_open(invitation: Invitation) -> None:
    if invitation.accepted_at or invitation.revoked_at:
        raise Conflict("This invitation has been accepted or revoked already.")


def _require_joinable(reader_study: ReaderStudy, role: Role) -> None:
    if reader_study.state in (ReaderStudyState.CLOSED, ReaderStudyState.LOCKED):
        raise Conflict("The reader study is closed: nobody joins it any more.")
    if role == Role.READER:
        require_readers_open(reader_study)
