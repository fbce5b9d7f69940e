"""Arbitration of a double reading: given out as soon as both reads are signed, shown, signed, confirmed.

Who signs a read of such a reader study holds its row before any other (`signing_lock`): two who sign the two reads of a
case at once would not see each other's, and no arbitration would come of it.
"""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone

from annotations.domain.adjudication import HIDDEN
from annotations.domain.arbitration import STALE, Rule, chosen_arbitrator, is_due, shown_reader
from annotations.models import (
    ArbitrationStep,
    Assignment,
    AssignmentRole,
    AssignmentState,
    Case,
    Membership,
    Read,
    ReaderStudy,
    Revision,
    StepKind,
)
from annotations.selectors.arbitration import (
    NUMBER_OF_READS,
    DoubleRead,
    arbitration_rule_of,
    differences_of,
    double_read_of,
    seed_of,
)
from annotations.services.reading_rules import require_writing
from annotations.services.streams import stream_of_reader
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.services import record
from portal.errors import Conflict, FieldProblem, Invalid, NotFound


def signing_lock(*, reader_study: ReaderStudy) -> None:
    """Hold the reader study's row to the end of the transaction, where signing a read may give out an arbitration."""
    if arbitration_rule_of(reader_study=reader_study) is not None:
        ReaderStudy.objects.select_for_update(no_key=True).get(pk=reader_study.pk)


def arbitration_follow(*, by: User, read: Read) -> None:
    """Do what follows from a read just signed: give the case to an arbitrator, or note the arbitration."""
    assignment = read.assignment
    reader_study = assignment.reader_study
    if assignment.is_training or assignment.repeat_number:
        return
    rule = arbitration_rule_of(reader_study=reader_study)
    if rule is None:
        return
    double = double_read_of(reader_study=reader_study, case=assignment.case)
    if assignment.role == AssignmentRole.ARBITRATION:
        step = _step(by, assignment, StepKind.SIGNED, double, rule)
        _recorded(by, assignment, step, read)
    else:
        _give(by, double, rule)


def arbitration_pass_on(*, by: User, voided: list[Assignment]) -> None:
    """Give the cases of an arbitrator who was withdrawn to another: what was due stays due."""
    for assignment in voided:
        if assignment.role == AssignmentRole.ARBITRATION:
            rule = arbitration_rule_of(reader_study=assignment.reader_study)
            double = double_read_of(reader_study=assignment.reader_study, case=assignment.case)
            if rule is not None and double.arbitration is None:
                _give_out(by, double, rule, assignment)


def require_another_arbitrator(*, reader_study: ReaderStudy, reader: User) -> None:
    """Raise 409 when the reader is the last arbitrator: the cases that still need one would have nobody."""
    rule = arbitration_rule_of(reader_study=reader_study)
    if rule is None or str(reader.pk) not in rule["arbitrators"]:
        return
    if set(_load(reader_study, rule)) <= {reader.username}:
        detail = "This is the last arbitrator: cases on which the readers differ would have nobody to decide them."
        raise Conflict(detail, code="last_arbitrator")


def require_arbitrable(read: Read) -> None:
    """Raise 409 when an arbitration cannot be signed now: the reads have to stand, and to have been seen so."""
    assignment = read.assignment
    if assignment.role != AssignmentRole.ARBITRATION:
        return
    double = double_read_of(reader_study=assignment.reader_study, case=assignment.case)
    _require_settled(double)
    rule = arbitration_rule_of(reader_study=assignment.reader_study)
    if rule is None or rule["shows"] == HIDDEN:
        return
    seen = _newest(assignment, StepKind.SHOWN)
    if seen is None or seen.revisions != double.revision_ids:
        detail = "A reader has signed anew since you looked at the two reads. Look at them again, then sign."
        raise Conflict(detail, code="reads_changed")


@transaction.atomic
def arbitration_show(*, by: User, read: Read) -> dict[str, Any]:
    """Return what the arbitrator sees of the two reads (the read's row is locked by the caller), and note it."""
    assignment = read.assignment
    double, rule = _double(read)
    step = None
    is_shown = rule["shows"] != HIDDEN
    seen = _newest(assignment, StepKind.SHOWN)
    if is_shown and (seen is None or seen.revisions != double.revision_ids):
        step = _step(by, assignment, StepKind.SHOWN, double, rule)
    _recorded(by, assignment, step, read, action="arbitration.view")
    questions = {str(question["key"]): question["text"] for question in read.label_schema.questions}
    newest = assignment.arbitration_steps.order_by("-number").first()
    is_stale = double.standing == STALE
    return {
        "shows": rule["shows"],
        "readers": [
            shown_reader(position, one.payload, read.label_schema.questions)
            for position, one in enumerate(double.signed)
        ]
        if is_shown
        else [],
        "differences": [questions.get(key, key) for key in newest.differences] if is_shown and newest else [],
        "is_stale": is_stale,
        "may_confirm": is_stale and double.is_settled,
    }


@transaction.atomic
def arbitration_segment(*, by: User, read: Read, sha256: str) -> uuid.UUID:
    """Return the read under which a segment lies that the arbitrator was shown last, and note that it is seen.

    404 for any other digest: nothing is handed out that `arbitration_show` has not named.
    """
    assignment = read.assignment
    rule = _rule(assignment)
    seen = _newest(assignment, StepKind.SHOWN)
    if rule["shows"] == HIDDEN or seen is None:
        raise NotFound
    questions = read.label_schema.questions
    for revision in Revision.objects.filter(pk__in=seen.revisions):
        named = shown_reader(0, revision.payload, questions)["segments"]
        if any(one["geometry"]["sha256"] == sha256 for one in named):
            _recorded(by, assignment, None, read, action="arbitration.view_segment", sha256=sha256)
            return uuid.UUID(str(revision.read_id))
    raise NotFound


@transaction.atomic
def arbitration_confirm(*, by: User, read: Read, reason: str) -> ArbitrationStep:
    """Let a signed arbitration stand over reads that have changed since (the read's row is locked by the caller).

    Who calls it has seen the arbitrator's password.
    """
    reason = reason.strip()
    if not reason:
        detail = "Say why it stands; the reason is kept with it."
        raise Invalid(detail, errors=[FieldProblem(field="reason", code="required", detail=detail)])
    assignment = read.assignment
    double, rule = _double(read)
    require_writing(assignment)
    if double.standing != STALE:
        raise Conflict("Only an arbitration whose reads have changed since can be confirmed.")
    require_arbitrable(read)
    step = _step(by, assignment, StepKind.CONFIRMED, double, rule, reason)
    _recorded(by, assignment, step, read)
    return step


def _double(read: Read) -> tuple[DoubleRead, Rule]:
    assignment = read.assignment
    rule = _rule(assignment)
    return double_read_of(reader_study=assignment.reader_study, case=assignment.case), rule


def _rule(assignment: Assignment) -> Rule:
    rule = arbitration_rule_of(reader_study=assignment.reader_study)
    if assignment.role != AssignmentRole.ARBITRATION or rule is None:
        raise NotFound
    return rule


def _require_settled(double: DoubleRead) -> None:
    if not double.is_settled:
        detail = "One of the two reads has been reopened. What you have saved is kept; sign once it is signed again."
        raise Conflict(detail, code="reads_open")


def _give(by: User, double: DoubleRead, rule: Rule) -> None:
    if double.arbitration is not None or not double.is_settled or len(double.readers) != NUMBER_OF_READS:
        return
    if is_due(rule, differences_of(double=double, rule=rule)):
        _give_out(by, double, rule, double.readers[0])


def arbitration_of_one(*, by: User, reader_study: ReaderStudy, case: Case) -> bool:
    """Give a case that has lost one of its two readers to an arbitrator; False where no signed read is left."""
    rule = arbitration_rule_of(reader_study=reader_study)
    double = double_read_of(reader_study=reader_study, case=case)
    if rule is None or double.arbitration is not None or not double.signed or not double.is_settled:
        return False
    _give_out(by, double, rule, double.readers[0])
    return True


def _give_out(by: User, double: DoubleRead, rule: Rule, like: Assignment) -> None:
    """Give a case to the arbitrator whose turn it is, in the arm and the session of another assignment of it."""
    reader_study = like.reader_study
    load = _load(reader_study, rule)
    username = chosen_arbitrator(seed=seed_of(reader_study=reader_study), case=double.case.name, load=load)
    arbitrator = User.objects.get(username=username)
    own = Assignment.objects.filter(reader_study=reader_study, reader=arbitrator)
    assignment = Assignment.objects.create(
        reader_study=reader_study,
        reader=arbitrator,
        case=double.case,
        arm=like.arm,
        session=like.session,
        role=AssignmentRole.ARBITRATION,
        position=(own.aggregate(last=Max("position"))["last"] or 0) + 1,
        shown_name=like.shown_name and f"Arbitration {own.count() + 1:03d}",
    )
    _recorded(by, assignment, _step(by, assignment, StepKind.DUE, double, rule), assignment, made=[assignment])


def _load(reader_study: ReaderStudy, rule: Rule) -> dict[str, int]:
    """Return how many arbitrations each arbitrator has who was not withdrawn; who reads now goes before others."""
    today = timezone.now().astimezone(datetime.UTC).date()
    in_force = Q(user__assignments__reader_study=reader_study) & ~Q(user__assignments__state=AssignmentState.VOID)
    arbitrators = Membership.objects.filter(
        reader_study=reader_study, role=Role.READER, user__in=rule["arbitrators"], withdrawn_at=None
    )
    left = list(arbitrators.annotate(given=Count("user__assignments", filter=in_force)).select_related("user"))
    now = [row for row in left if row.ends_on is None or row.ends_on >= today]
    return {row.user.username: vars(row)["given"] for row in now or left}


def _newest(assignment: Assignment, kind: StepKind) -> ArbitrationStep | None:
    return ArbitrationStep.objects.filter(assignment=assignment, kind=kind).order_by("-number").first()


def _step(
    by: User, assignment: Assignment, kind: StepKind, double: DoubleRead, rule: Rule, reason: str = ""
) -> ArbitrationStep:
    last = ArbitrationStep.objects.filter(assignment=assignment).aggregate(last=Max("number"))["last"] or 0
    return ArbitrationStep.objects.create(
        assignment=assignment,
        number=last + 1,
        kind=kind,
        revisions=double.revision_ids,
        differences=differences_of(double=double, rule=rule),
        reason=reason,
        author=by,
    )


def _recorded(
    by: User,
    assignment: Assignment,
    step: ArbitrationStep | None,
    obj: Read | Assignment,
    action: str = "",
    made: Sequence[Assignment] = (),
    **detail: str,
) -> None:
    record(
        stream=stream_of_reader(assignment),
        actor=by,
        action=action or f"arbitration.{step.kind.lower() if step else ''}",
        obj=obj,
        detail={"step": step.number, "revisions": step.revisions} if step else detail,
        rows=[*made, *([step] if step else [])],
    )
