"""Opening, saving and signing a read. Nothing acknowledged is ever overwritten: every save is a new revision."""

from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from annotations.domain.ai_decisions import decision_problems, undecided
from annotations.domain.payload import EMPTY_PAYLOAD, incompleteness, payload_problems
from annotations.domain.payload_upgrade import accepted, upgraded
from annotations.domain.signatures import CORRECTION, FINDINGS, MEANINGS
from annotations.domain.states import ASSIGNMENT_TRANSITIONS, PHASE_TRANSITIONS
from annotations.models import (
    Assignment,
    AssignmentState,
    LabelSchema,
    Phase,
    Provenance,
    Read,
    Revision,
    RevisionKind,
    Signature,
)
from annotations.models.own_reads import KEYED_REVISION
from annotations.selectors.ai import shown_ai_of
from annotations.services.arbitration import arbitration_follow, require_arbitrable
from annotations.services.content import json_digest
from annotations.services.drafts import field_problems
from annotations.services.editing import EDITOR_FIELDS, hold, require_editor
from annotations.services.mark_places import require_placed
from annotations.services.measurement_jobs import measurements_follow
from annotations.services.notices import signed_notice
from annotations.services.reading_rules import require_opening, require_shown, require_writing
from annotations.services.segments import require_held_segments, require_whole_segments
from annotations.services.streams import stream_of_reader
from annotations.services.timing import SittingReport, sitting_report, times_keep
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict, Invalid
from portal.prepared import insert, update

# What each kind of revision does to the assignment and its phase, and the name of its audit event.
_VERBS = {RevisionKind.DRAFT: "save", RevisionKind.FIRST_READ: "freeze", RevisionKind.SIGNED: "sign"}
_EVENTS = {
    RevisionKind.DRAFT: "read.save",
    RevisionKind.FIRST_READ: "read.freeze_first",
    RevisionKind.SIGNED: "read.sign",
}


class Save(NamedTuple):
    """What the browser sends: the content, the revision it was based on, and a key that makes a repeat harmless."""

    payload: dict[str, Any]
    base_revision: int
    idempotency_key: str
    editor: str = ""
    sitting: SittingReport | None = None
    tool: str = ""


def current_payload(read: Read) -> dict[str, Any]:
    """Return the content of the newest revision in the newest version, or an empty payload."""
    return payload_of(read, read.revision_number)


def payload_of(read: Read, number: int) -> dict[str, Any]:
    """Return the content of one revision in the newest version; what has not been saved yet is empty."""
    revision = Revision.objects.filter(read=read, number=number).first()
    return upgraded(revision.payload) if revision else EMPTY_PAYLOAD


@transaction.atomic
def assignment_open(*, assignment: Assignment) -> Read:
    """Open an assignment (its row is locked by the caller); opening again returns the same read."""
    existing = Read.objects.filter(assignment=assignment).first()
    if existing:
        if existing.signed_at:
            require_shown(assignment)
        return existing
    require_opening(assignment)
    earlier = Assignment.objects.filter(
        reader_study=assignment.reader_study,
        reader=assignment.reader,
        session=assignment.session,
        position__lt=assignment.position,
        state=AssignmentState.PENDING,
    ).exists()
    if earlier:
        raise Conflict("Earlier cases of your reading order have not been opened yet.", code="out_of_order")
    schema = LabelSchema.objects.filter(reader_study=assignment.reader_study).order_by("-version").first()
    if schema is None:
        raise Conflict("The reader study has no label schema.")
    read = Read.objects.create(assignment=assignment, label_schema=schema, opened_at=timezone.now())
    _move(assignment, "open")
    record(
        stream=stream_of_reader(assignment),
        actor=assignment.reader,
        action="read.open",
        obj=read,
        rows=[read, assignment],
    )
    return read


def read_save_draft(*, by: User, read: Read, save: Save) -> Revision:
    """Append a draft revision (the read's row is locked by the caller). Raises 409 on a stale base."""
    return _append(by=by, read=read, save=save, kind=RevisionKind.DRAFT, provenance=Provenance.HUMAN)


def read_freeze_first(*, by: User, read: Read, save: Save, provenance: Provenance = Provenance.HUMAN) -> Revision:
    """Freeze the first read, complete as for signing, and begin the second phase, in which the AI is shown."""
    return _append(by=by, read=read, save=save, kind=RevisionKind.FIRST_READ, provenance=provenance)


def read_sign(
    *, by: User, read: Read, save: Save, provenance: Provenance = Provenance.HUMAN, meaning: str = FINDINGS
) -> Revision:
    """Append the signed revision with its signature and freeze the read. Raises 400 `incomplete`.

    Raises 400 `nothing_corrected` for a first signature that says it corrects one. Who calls it has seen
    the signer's password (`portal.accounts.passwords`).
    """
    if meaning == CORRECTION and not Signature.objects.filter(read=read).exists():
        detail = "This read has not been signed before, so there is nothing that the signature could correct."
        raise Invalid(
            detail,
            code="nothing_corrected",
            errors=[{"field": "meaning", "code": "nothing_corrected", "detail": detail}],
        )
    return _append(by=by, read=read, save=save, kind=RevisionKind.SIGNED, provenance=provenance, meaning=meaning)


@transaction.atomic
def _append(
    *, by: User, read: Read, save: Save, kind: RevisionKind, provenance: Provenance, meaning: str = FINDINGS
) -> Revision:
    digest = json_digest(save.payload, code="invalid_payload")
    repeated = KEYED_REVISION.first(read.pk, save.idempotency_key)
    if repeated:
        if (repeated.digest, repeated.kind) != (digest, kind):
            raise Conflict("This idempotency key was used for another save.", code="idempotency_mismatch")
        return repeated
    assignment = read.assignment
    require_writing(assignment)
    if read.signed_at:
        raise Conflict("The read is signed and frozen.")
    require_editor(read, save.editor)
    if kind == RevisionKind.SIGNED:
        require_arbitrable(read)
    following = _phase_after(read, kind)
    _check(read, save, kind)
    _move(assignment, _VERBS[kind])
    revision = _revision(by, read, save, kind, provenance, digest)
    _advance(read, revision, save, following)
    times = [] if kind == RevisionKind.DRAFT else times_keep(read=read, revision=revision)
    # What the demo simulates or a tool has sent nobody has signed.
    is_signed_by_hand = kind == RevisionKind.SIGNED and revision.provenance == Provenance.HUMAN
    signature = _signature(by, read, revision, meaning) if is_signed_by_hand else None
    record(
        stream=stream_of_reader(assignment),
        actor=by,
        action=_EVENTS[kind],
        obj=read,
        detail={"revision": revision.number, "revision_id": str(revision.pk), "digest": digest},
        rows=[revision, read, assignment, *times, *filter(None, [signature])],
    )
    if kind == RevisionKind.SIGNED:
        signed_notice(revision=revision)
        measurements_follow(revision)
        arbitration_follow(by=by, read=read)
    return revision


def _revision(by: User, read: Read, save: Save, kind: RevisionKind, provenance: Provenance, digest: str) -> Revision:
    revision = Revision(
        read=read,
        number=read.revision_number + 1,
        base_number=save.base_revision,
        kind=kind,
        phase=read.phase,
        author=by,
        provenance=Provenance.EXTERNAL_TOOL if by.is_program else provenance,
        tool=save.tool,
        payload=save.payload,
        digest=digest,
        idempotency_key=save.idempotency_key,
    )
    insert(revision)
    return revision


def _signature(by: User, read: Read, revision: Revision, meaning: str) -> Signature:
    return Signature.objects.create(
        created_at=read.signed_at or timezone.now(),
        read=read,
        revision=revision,
        revision_digest=revision.digest,
        signer=by,
        username=by.username,
        full_name=by.name,
        meaning=meaning,
        meaning_text=MEANINGS[meaning],
    )


def _phase_after(read: Read, kind: RevisionKind) -> Phase:
    phases = PHASE_TRANSITIONS[read.assignment.arm.ai_display]
    following = phases.get((read.phase, _VERBS[kind]))
    if following is not None:
        return Phase(following)
    if kind == RevisionKind.SIGNED:
        raise Conflict("Freeze the first read before you sign.", code="first_read_not_frozen")
    if read.phase == Phase.SECOND:
        raise Conflict("The first read is frozen and cannot be opened again.", code="first_read_frozen")
    raise Conflict("This reader study has no first read to freeze.")


def _check(read: Read, save: Save, kind: RevisionKind) -> None:
    if save.base_revision != read.revision_number:
        raise Conflict(
            "The read has been saved elsewhere since you loaded it.",
            code="stale_revision",
            extra={
                "current_revision": read.revision_number,
                "current_payload": current_payload(read),
                "base_payload": payload_of(read, save.base_revision),
            },
        )
    questions = read.label_schema.questions
    problems = payload_problems(accepted(save.payload), questions)
    if problems:
        raise Invalid("The payload is not valid.", code="invalid_payload", errors=field_problems(problems))
    require_placed(read, save.payload)
    require_held_segments(read, save.payload)
    shown = shown_ai_of(read=read)
    wrong = decision_problems(save.payload, shown)
    if wrong:
        raise Invalid("A decision about the AI is not valid.", code="invalid_payload", errors=field_problems(wrong))
    if kind != RevisionKind.DRAFT:
        require_whole_segments(read, save.payload)
        missing = incompleteness(save.payload, questions)
        if read.assignment.reader_study.ai_decisions_required:
            missing += undecided(save.payload, shown)
        if missing:
            raise Invalid("The read is not complete.", code="incomplete", errors=field_problems(missing))


def _advance(read: Read, revision: Revision, save: Save, phase: Phase) -> None:
    now = timezone.now()
    read.revision_number = revision.number
    read.phase = phase
    sitting_report(read=read, sitting=save.sitting)
    changed = ["revision_number", "active_ms", "phase"]
    if save.editor:
        hold(read, save.editor)
        changed += EDITOR_FIELDS
    if revision.kind == RevisionKind.FIRST_READ:
        read.first_read_at, read.first_read_revision = now, revision
        changed += ["first_read_at", "first_read_revision"]
    if revision.kind == RevisionKind.SIGNED:
        read.signed_at, read.signed_revision = now, revision
        changed += ["signed_at", "signed_revision"]
    update(read, *changed)


def _move(assignment: Assignment, verb: str) -> None:
    target = ASSIGNMENT_TRANSITIONS.get((assignment.state, verb))
    if target is None:
        raise Conflict(f"An assignment that is {assignment.state} cannot be moved by {verb}.")
    if target != assignment.state:
        assignment.state = target
        assignment.save(update_fields=["state"])
