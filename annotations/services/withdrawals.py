"""Withdrawing a reader or a case after the launch: what was read is kept, and used nowhere."""

import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from annotations.domain.states import ASSIGNMENT_TRANSITIONS, WITHDRAWING
from annotations.models import Assignment, Case, Membership, ReaderStudy
from annotations.services.arbitration import arbitration_pass_on, require_another_arbitrator
from annotations.services.drafts import stream_of
from annotations.services.protocol import protocol_follow
from portal.accounts.epochs import access_changed
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.services import record
from portal.errors import Conflict, NotFound


@transaction.atomic
def reader_withdraw(*, by: User, reader_study: ReaderStudy, reader: User, reason: str) -> int:
    """Void every assignment of a reader, who sees nothing of them from now on (the study's row is locked)."""
    _require_running(reader_study)
    member = Membership.objects.filter(reader_study=reader_study, user=reader, role=Role.READER).first()
    if member is None:
        raise NotFound
    if member.withdrawn_at is not None:
        raise Conflict("The reader has been withdrawn already.")
    require_another_arbitrator(reader_study=reader_study, reader=reader)
    member.withdrawn_at, member.withdrawn_reason = timezone.now(), reason
    member.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    voided = _void(Assignment.objects.filter(reader_study=reader_study, reader=reader), reason, member.withdrawn_at)
    detail = {"reason": reason, "assignments": len(voided)}
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="reader.withdraw",
        obj=reader,
        detail=detail,
        rows=[member, *voided],
    )
    arbitration_pass_on(by=by, voided=voided)
    protocol_follow(by=by, reader_study=reader_study, reason=reason)
    return len(voided)


@transaction.atomic
def case_withdraw(*, by: User, reader_study: ReaderStudy, case: Case, reason: str) -> int:
    """Void every assignment of a case, which counts for nobody from now on, not for the AI either."""
    _require_running(reader_study)
    if case.withdrawn_at is not None:
        raise Conflict("The case has been withdrawn already.")
    case.withdrawn_at = timezone.now()
    case.save(update_fields=["withdrawn_at"])
    voided = _void(Assignment.objects.filter(reader_study=reader_study, case=case), reason, case.withdrawn_at)
    detail = {"reason": reason, "assignments": len(voided)}
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="case.withdraw",
        obj=case,
        detail=detail,
        rows=[case, *voided],
    )
    protocol_follow(by=by, reader_study=reader_study, reason=reason)
    return len(voided)


def _require_running(reader_study: ReaderStudy) -> None:
    if reader_study.state not in WITHDRAWING:
        raise Conflict(f"Nothing can be withdrawn while the reader study is {reader_study.state}.")


def _void(assignments: QuerySet[Assignment], reason: str, now: datetime.datetime) -> list[Assignment]:
    may_be_voided = [state for state, event in ASSIGNMENT_TRANSITIONS if event == "void"]
    found = list(assignments.filter(state__in=may_be_voided).order_by("reader", "position").select_for_update())
    for assignment in found:
        assignment.state = ASSIGNMENT_TRANSITIONS[assignment.state, "void"]
        assignment.void_reason, assignment.voided_at = reason, now
    Assignment.objects.bulk_update(found, ["state", "void_reason", "voided_at"])
    access_changed({assignment.reader_id for assignment in found})
    return found
