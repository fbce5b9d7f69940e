"""Freezing the protocol at the launch and at each amendment, and approving its versions."""

import json

from django.db import transaction

from annotations.domain.protocol import changed_sections
from annotations.domain.signatures import PROTOCOL_MEANINGS
from annotations.models import ProtocolApproval, ProtocolVersion, ReaderStudy, ReaderStudyState
from annotations.selectors.protocol import newest_protocol_of, protocol_text
from annotations.services.drafts import stream_of
from portal.accounts.models import User
from portal.audit.services import record, sha256
from portal.errors import Conflict, Invalid

LONGEST_REASON = 1000


def protocol_freeze(*, by: User, reader_study: ReaderStudy) -> ProtocolVersion:
    """Freeze the first version; part of the transaction of the launch."""
    return _store(by, reader_study, "")


def protocol_follow(*, by: User, reader_study: ReaderStudy, reason: str) -> ProtocolVersion | None:
    """Make what has just changed a new version with its reason; a draft has no versions yet.

    Part of the transaction of the change, so that a change without a reason is not made. The study's row is locked.
    """
    if reader_study.state == ReaderStudyState.DRAFT:
        return None
    newest = newest_protocol_of(reader_study=reader_study)
    if newest is not None and newest.content == protocol_text(reader_study=reader_study):
        return None
    if reason.strip() == "":
        detail = "Say why: after the launch a change of the protocol is an amendment."
        raise Invalid(detail, errors=[{"field": "reason", "code": "required", "detail": detail}])
    return _store(by, reader_study, reason.strip()[:LONGEST_REASON])


@transaction.atomic
def protocol_amend(*, by: User, reader_study: ReaderStudy, reason: str) -> ProtocolVersion:
    """Freeze what has changed since the newest version by itself, such as a new version of the truth."""
    if reader_study.state == ReaderStudyState.DRAFT:
        raise Conflict("The first version is frozen at the launch.")
    version = protocol_follow(by=by, reader_study=reader_study, reason=reason)
    if version is None:
        raise Conflict("The protocol is what its newest version says.", code="nothing_changed")
    return version


def _store(by: User, reader_study: ReaderStudy, reason: str) -> ProtocolVersion:
    newest = newest_protocol_of(reader_study=reader_study)
    content = protocol_text(reader_study=reader_study)
    before = json.loads(newest.content) if newest else None
    version = ProtocolVersion.objects.create(
        reader_study=reader_study,
        number=newest.number + 1 if newest else 1,
        reason=reason,
        changed=changed_sections(before, json.loads(content)) if newest else [],
        created_by=by,
        content=content,
        digest=sha256(content),
    )
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="protocol.amend" if newest or reason else "protocol.freeze",
        obj=version,
        detail={"number": version.number, "digest": version.digest, "reason": reason, "changed": version.changed},
        rows=[version],
    )
    return version


@transaction.atomic
def protocol_approve(*, by: User, version: ProtocolVersion, meaning: str) -> ProtocolApproval:
    """Approve a version by name (the password was asked for before); its content has to be what was digested."""
    if sha256(version.content) != version.digest:
        raise Conflict("The stored protocol does not match its digest; nothing was approved.", code="damaged")
    if version.approvals.filter(approved_by=by, meaning=meaning).exists():
        raise Conflict("You have approved this version already.", code="already_approved")
    approval = ProtocolApproval.objects.create(
        protocol=version,
        digest=version.digest,
        approved_by=by,
        username=by.username,
        full_name=by.name,
        meaning=meaning,
        meaning_text=PROTOCOL_MEANINGS[meaning],
    )
    record(
        stream=stream_of(version.reader_study_id),
        actor=by,
        action="protocol.approve",
        obj=version,
        detail={"number": version.number, "digest": version.digest, "meaning": meaning},
        rows=[approval],
    )
    return approval
