"""Building, launching and closing a reader study."""

import datetime
import secrets
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from annotations.domain.arbitration import arbitrators_of
from annotations.domain.schema import schema_problems
from annotations.domain.states import AI_DECIDED, ARBITRATED_STILL, READER_STUDY_TRANSITIONS, RUNNING
from annotations.models import (
    Arm,
    Case,
    LabelSchema,
    Membership,
    ReaderStudy,
    ReaderStudyState,
    Session,
)
from annotations.selectors.designs import design_of
from annotations.selectors.launch import launch_check
from annotations.selectors.left import left_undone
from annotations.selectors.schema_images import image_problems
from annotations.services.bases import require_base
from annotations.services.cases import access_of_members_changed, cases_with_images_put
from annotations.services.content import json_digest
from annotations.services.designs import ai_display_put, draw_and_assign, require_ai
from annotations.services.drafts import field_problems, require_draft, require_form_open, stream_of
from annotations.services.members import member_problems
from annotations.services.notices import reader_study_notice
from annotations.services.protocol import protocol_follow, protocol_freeze
from portal.accounts.epochs import access_changed
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.services import record
from portal.errors import Conflict, Invalid
from portal.inference.models import ModelVersion
from portal.webhooks.events import EventKind


@transaction.atomic
def reader_study_create(*, by: User, name: str, description: str = "", is_demo: bool = False) -> ReaderStudy:
    """Make a reader study in draft; who makes it becomes its coordinator."""
    reader_study = ReaderStudy.objects.create(name=name, description=description, created_by=by, is_demo=is_demo)
    rows = [
        reader_study,
        Arm.objects.create(reader_study=reader_study, key="A", name="Reading"),
        Session.objects.create(reader_study=reader_study, number=1),
        Membership.objects.create(reader_study=reader_study, user=by, role=Role.COORDINATOR),
    ]
    record(stream=stream_of(reader_study.pk), actor=by, action="reader_study.create", obj=reader_study, rows=rows)
    return reader_study


@transaction.atomic
def reader_study_update(*, by: User, reader_study: ReaderStudy, changes: dict[str, Any]) -> ReaderStudy:
    """Change name, description, AI model version or AI display of a draft (its row is locked by the caller)."""
    require_draft(reader_study)
    if "ai_model_version_id" in changes:
        version_id = changes["ai_model_version_id"]
        if version_id is not None and not ModelVersion.objects.filter(pk=version_id).exists():
            raise Invalid(
                "There is no such model version.",
                errors=[{"field": "ai_model_version_id", "code": "unknown", "detail": "Choose one from the list."}],
            )
    columns = {name: value for name, value in changes.items() if name != "ai_display"}
    for name, value in columns.items():
        setattr(reader_study, name, value)
    if "ai_display" in changes:
        ai_display_put(by=by, reader_study=reader_study, ai_display=changes["ai_display"])
    require_ai(reader_study, design_of(reader_study=reader_study))
    if reader_study.ai_decisions_required and reader_study.ai_display not in AI_DECIDED:
        detail = f"Readers decide only where the AI is shown before signing: {', '.join(sorted(AI_DECIDED))}."
        raise Invalid(
            "Readers cannot decide about an AI that they do not see.",
            errors=[{"field": "ai_decisions_required", "code": "not_shown", "detail": detail}],
        )
    reader_study.save(update_fields=list(columns))
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="reader_study.update",
        obj=reader_study,
        detail={"fields": sorted(changes)},
        rows=[reader_study],
    )
    return reader_study


@transaction.atomic
def label_schema_put(
    *,
    by: User,
    reader_study: ReaderStudy,
    questions: list[dict[str, Any]],
    base_version: int | None = None,
    reason: str = "",
) -> LabelSchema:
    """Store a new version of the label schema; `base_version` is the one it was made from (0 for none).

    Reads keep the version they were opened with; after a pilot all reads that count have the newest one. In a pilot the
    protocol is frozen already, so that a change is an amendment and says why.
    """
    require_form_open(reader_study)
    json_digest(questions, code="invalid_schema")
    problems = schema_problems(questions) or image_problems(reader_study=reader_study, questions=questions)
    if problems:
        raise Invalid("The label schema is not valid.", code="invalid_schema", errors=field_problems(problems))
    newest = LabelSchema.objects.filter(reader_study=reader_study).order_by("-version").first()
    if newest and newest.questions == questions:
        return newest
    current = newest.version if newest else 0
    if base_version is not None and base_version != current:
        raise Conflict(
            "The form has been saved elsewhere since you loaded it.",
            code="stale_version",
            extra={"current_version": current},
        )
    schema = LabelSchema.objects.create(
        reader_study=reader_study,
        version=current + 1,
        questions=questions,
        created_by=by,
    )
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="label_schema.create",
        obj=schema,
        detail={"version": schema.version, **({"reason": reason.strip()} if reason.strip() else {})},
        rows=[schema],
    )
    # In a pilot the form may still change, which is what a pilot is for.
    protocol_follow(by=by, reader_study=reader_study, reason=reason)
    return schema


def cases_put(
    *,
    by: User,
    reader_study: ReaderStudy,
    imaging_study_ids: Sequence[uuid.UUID],
    base: Sequence[uuid.UUID] | None = None,
) -> list[Case]:
    """Make these imaging studies the cases of a draft, each a case of its own (`cases_with_images_put`)."""
    cases = [[pk] for pk in dict.fromkeys(imaging_study_ids)]
    known = None if base is None else [[pk] for pk in base]
    return cases_with_images_put(by=by, reader_study=reader_study, cases=cases, base=known)


@transaction.atomic
def members_put(
    *,
    by: User,
    reader_study: ReaderStudy,
    members: Sequence[tuple[uuid.UUID, Role]],
    base: Sequence[tuple[uuid.UUID, Role]] | None = None,
) -> None:
    """Make these the members. Readers are fixed at launch; a coordinator stays; nobody both leads and reads.

    `base`: the members from which the list was made. Raises 409 `stale_members` when somebody has joined or gone since.
    """
    wanted = set(members)
    people = User.objects.filter(is_active=True).in_bulk([user_id for user_id, _ in wanted])
    problems = member_problems(wanted, people)
    if problems:
        raise Invalid("The members are not valid.", code="invalid_members", errors=problems)
    current = {(m.user_id, Role(m.role)): m for m in reader_study.memberships.all()}
    require_base("members", base=None if base is None else set(base), current=set(current), wanted=wanted)
    readers_change = {m for m in wanted ^ set(current) if m[1] == Role.READER}
    if reader_study.state != ReaderStudyState.DRAFT and readers_change:
        raise Conflict("The readers are fixed: their reading orders were drawn at launch.")
    gone = [current[key] for key in sorted(set(current) - wanted)]
    Membership.objects.filter(pk__in=[one.pk for one in gone]).delete()
    joined = Membership.objects.bulk_create(
        Membership(reader_study=reader_study, user_id=user_id, role=role)
        for user_id, role in sorted(wanted - set(current))
    )
    access_changed(one.user_id for one in gone)
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="members.put",
        obj=reader_study,
        detail={"members": sorted([str(user_id), role.value] for user_id, role in wanted)},
        rows=joined,
        gone=gone,
    )


@transaction.atomic
def member_join(*, reader_study: ReaderStudy, person: User, role: Role) -> list[Membership]:
    """Add who has accepted an invitation (the study's row is locked by the caller, who tells of the rows returned).

    Once more is harmless: then there are none.
    """
    own = Membership.objects.filter(reader_study=reader_study, user=person)
    held = {(person.pk, Role(one)) for one in own.values_list("role", flat=True)}
    if (person.pk, role) in held:
        return []
    problems = member_problems(held | {(person.pk, role)}, {person.pk: person})
    problems = [problem for problem in problems if problem["code"] != "no_coordinator"]
    if problems:
        raise Invalid(problems[0]["detail"], code=problems[0]["code"], errors=problems)
    if role == Role.READER:
        require_readers_open(reader_study)
    joined = Membership.objects.create(reader_study=reader_study, user=person, role=role)
    access_changed([person.pk])
    return [joined]


def require_readers_open(reader_study: ReaderStudy) -> None:
    """Raise 409 once the readers are fixed."""
    if reader_study.state != ReaderStudyState.DRAFT:
        raise Conflict("The readers are fixed: their reading orders were drawn at launch.", code="readers_fixed")


@transaction.atomic
def reader_dates_put(
    *,
    by: User,
    reader_study: ReaderStudy,
    reader: User,
    starts_on: datetime.date | None,
    ends_on: datetime.date | None,
    reason: str = "",
) -> None:
    """Set a reader's first and last day of reading; after the launch that amends the protocol, with a reason.

    Days that are those already leave nothing behind.
    """
    _require_days_matter(reader_study, reader)
    if starts_on and ends_on and starts_on > ends_on:
        detail = "The last day is on or after the first."
        raise Invalid(detail, errors=[{"field": "ends_on", "code": "ends_before_it_begins", "detail": detail}])
    own = list(Membership.objects.filter(reader_study=reader_study, user=reader, role=Role.READER).select_for_update())
    if all((member.starts_on, member.ends_on) == (starts_on, ends_on) for member in own):
        return
    for member in own:
        member.starts_on, member.ends_on = starts_on, ends_on
        member.save(update_fields=["starts_on", "ends_on"])
    dates = {"starts_on": starts_on and str(starts_on), "ends_on": ends_on and str(ends_on)}
    record(stream=stream_of(reader_study.pk), actor=by, action="reader.dates", obj=reader, detail=dates, rows=own)
    protocol_follow(by=by, reader_study=reader_study, reason=reason)


def _require_days_matter(reader_study: ReaderStudy, reader: User) -> None:
    """Raise 409 once the days could only rewrite the protocol: after the close arbitrators alone still read."""
    if reader_study.state in {ReaderStudyState.DRAFT, *RUNNING}:
        return
    is_settling = reader_study.state in ARBITRATED_STILL
    if not is_settling or str(reader.pk) not in arbitrators_of(design_of(reader_study=reader_study)):
        state = reader_study.state.lower()
        raise Conflict(f"The reader study is {state}: nobody's days of reading change any more.")


@transaction.atomic
def reader_study_launch(
    *, by: User, reader_study: ReaderStudy, seed: str | None = None, as_pilot: bool = False
) -> ReaderStudy:
    """Draw and store every reader's order, make the assignments and open the reader study, or only its pilot."""
    _move(reader_study, "pilot" if as_pilot else "launch")
    check = launch_check(reader_study=reader_study)
    if not check["ready"]:
        raise Conflict(
            "The reader study is not complete.",
            code="not_ready",
            errors=[
                {"field": item["code"], "code": item["code"], "detail": item["text"]}
                for item in check["items"]
                if item["blocking"] and not item["ok"]
            ],
        )
    if as_pilot and not design_of(reader_study=reader_study)["training"]:
        raise Conflict("A pilot reads the training cases, and the design has none.", code="no_training_cases")
    seed = seed or secrets.token_hex(16)
    drawing, drawn = draw_and_assign(reader_study=reader_study, seed=seed)
    reader_study.launched_at = timezone.now()
    reader_study.save(update_fields=["state", "launched_at"])
    sizes = {"cases": len(drawing.cases), "readers": len(drawing.readers)}
    record(
        stream=stream_of(reader_study.pk),
        rows=[reader_study, *drawn],
        actor=by,
        action="reader_study.pilot" if as_pilot else "reader_study.launch",
        obj=reader_study,
        detail={"seed": seed, "algorithm": drawing.algorithm, **sizes},
    )
    protocol_freeze(by=by, reader_study=reader_study)
    reader_study_notice(reader_study=reader_study, kind=EventKind.READER_STUDY_LAUNCHED)
    return reader_study


# What webhooks are told of.
_TOLD = {
    "pause": EventKind.READER_STUDY_PAUSED,
    "resume": EventKind.READER_STUDY_RESUMED,
    "close": EventKind.READER_STUDY_CLOSED,
    "lock": EventKind.READER_STUDY_LOCKED,
}


@transaction.atomic
def reader_study_move(*, by: User, reader_study: ReaderStudy, event: str, reason: str = "") -> ReaderStudy:
    """Begin after a pilot, pause, resume, close or lock (its row is locked by the caller).

    At the close drafts stay as they are and are counted as unsigned; arbitrations go on until the lock.
    """
    _move(reader_study, event)
    if event == "close":
        reader_study.closed_at = timezone.now()
    if event == "lock":
        reader_study.locked_at = timezone.now()
    reader_study.save(update_fields=["state", "closed_at", "locked_at"])
    detail: dict[str, Any] = {"reason": reason} if reason else {}
    if event in ("close", "lock"):
        left = left_undone(reader_study=reader_study)
        arbitrations = left.pop("arbitrations") or {}
        detail |= {f"left_{name}": number for name, number in left.items()}
        detail |= {f"left_arbitrations_{name}": number for name, number in arbitrations.items()}
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action=f"reader_study.{event}",
        obj=reader_study,
        detail=detail,
        rows=[reader_study],
    )
    access_of_members_changed(reader_study)
    if event in _TOLD:
        reader_study_notice(reader_study=reader_study, kind=_TOLD[event])
    return reader_study


def reader_study_close(*, by: User, reader_study: ReaderStudy) -> ReaderStudy:
    """End reading."""
    return reader_study_move(by=by, reader_study=reader_study, event="close")


# What is refused, after "it cannot".
_DONE = {
    "launch": "be launched",
    "pilot": "begin a pilot",
    "begin": "begin its reading",
    "pause": "be paused",
    "resume": "be resumed",
    "close": "be closed",
    "lock": "be locked",
}


def _move(reader_study: ReaderStudy, verb: str) -> None:
    target = READER_STUDY_TRANSITIONS.get((reader_study.state, verb))
    if target is None:
        is_draft = reader_study.state == ReaderStudyState.DRAFT
        state = "a draft" if is_draft else reader_study.state.lower()
        raise Conflict(f"The reader study is {state}, so it cannot {_DONE[verb]}. Load the page again.")
    reader_study.state = target
