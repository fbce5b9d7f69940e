"""Giving a signed read back to its reader: needs a coordinator and a reason, and takes nothing away."""

from django.db import transaction

from annotations.domain.states import ARBITRATED_STILL, ASSIGNMENT_TRANSITIONS
from annotations.models import AssignmentRole, Read, ReaderStudyState, Reopening, Signature
from annotations.services.streams import stream_of_reader
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict, Invalid


@transaction.atomic
def read_reopen(*, by: User, read: Read, reason: str) -> Reopening:
    """Reopen a signed read (its row is locked by the caller): the signed revision becomes the base of new drafts.

    The signature stays, and its revision stays in force until the reader signs again.
    """
    reason = reason.strip()
    if not reason:
        detail = "Say why the read is reopened; the reason is kept with it."
        raise Invalid(detail, errors=[{"field": "reason", "code": "required", "detail": detail}])
    assignment = read.assignment
    target = ASSIGNMENT_TRANSITIONS.get((assignment.state, "reopen"))
    state = assignment.reader_study.state
    is_settled_still = assignment.role == AssignmentRole.ARBITRATION and state in ARBITRATED_STILL
    if state != ReaderStudyState.OPEN and not is_settled_still:
        detail = "Reads can be reopened only while the reader study is open; arbitrations also after the close."
        raise Conflict(detail)
    if target is None or read.signed_at is None:
        raise Conflict("Only a signed read can be reopened.")
    signature = Signature.objects.filter(revision=read.signed_revision).first()
    reopening = Reopening.objects.create(read=read, signature=signature, reopened_by=by, reason=reason)
    read.signed_at = None
    read.save(update_fields=["signed_at"])
    assignment.state = target
    assignment.save(update_fields=["state"])
    record(
        stream=stream_of_reader(assignment),
        actor=by,
        action="read.reopen",
        obj=read,
        detail={"revision": read.revision_number, "reason": reason},
        rows=[reopening, read, assignment],
    )
    return reopening
