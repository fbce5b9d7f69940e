"""The design of a reader study: stored version by version, and drawn once at its launch."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from annotations.domain.ai_order import ordered_arms
from annotations.domain.blinding import fitted_to_display
from annotations.domain.designs import DISPLAYS, KIND_OF_DISPLAY, Design, design_problems, shows_a_case_twice
from annotations.domain.randomisation import CannotDraw, Slot
from annotations.models import AiOrder, Arm, Assignment, Case, DesignVersion, RandomisationList, ReaderStudy, Session
from annotations.selectors.designs import Drawing, design_of, draw_lists
from annotations.services.bases import require_base
from annotations.services.content import json_digest
from annotations.services.drafts import field_problems, require_draft, stream_of
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict, Invalid

Drawn = RandomisationList | Assignment | AiOrder


@transaction.atomic
def design_put(*, by: User, reader_study: ReaderStudy, design: Any, base: Any = None) -> DesignVersion | None:
    """Store the design of a draft as a new version (its row is locked by the caller); None when nothing changed.

    `base`: the design from which it was made. Raises 409 `stale_design` when it is another one by now.
    """
    require_draft(reader_study)
    digest = json_digest(design, code="invalid_design")
    problems = design_problems(design)
    if problems:
        raise Invalid("The design is not valid.", code="invalid_design", errors=field_problems(problems))
    require_ai(reader_study, design)
    current = design_of(reader_study=reader_study)
    require_base("design", base=base, current=current, wanted=design)
    if design == current:
        return None
    newest = DesignVersion.objects.filter(reader_study=reader_study).order_by("-version").first()
    stored = DesignVersion.objects.create(
        reader_study=reader_study,
        version=newest.version + 1 if newest else 1,
        content=design,
        created_by=by,
    )
    made, gone = _make_arms_and_sessions(reader_study, design)
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="design.put",
        obj=stored,
        detail={"version": stored.version, "digest": digest},
        rows=[stored, *made],
        gone=gone,
    )
    return stored


def require_ai(reader_study: ReaderStudy, design: Design) -> None:
    """Raise 400 where an AI is shown, or orders the worklists, that is not chosen."""
    if reader_study.ai_model_version_id is not None:
        return
    shown = any(arm["ai_display"] != "HIDDEN" for arm in design["arms"])
    if shown:
        detail = "Choose a model version on the AI page, or HIDDEN."
        raise Invalid(
            "Readers cannot see an AI that is not chosen.",
            errors=[{"field": "ai_display", "code": "no_ai_model", "detail": detail}],
        )
    if ordered_arms(design):
        detail = "Choose a model version on the AI page, or the drawn order."
        raise Invalid(
            "Worklists cannot be ordered by an AI that is not chosen.",
            errors=[{"field": "worklist_order", "code": "no_ai_model", "detail": detail}],
        )


def ai_display_put(*, by: User, reader_study: ReaderStudy, ai_display: str) -> None:
    """Change what the one arm of a draft shows of the AI, and with it the kind of the design."""
    design = design_of(reader_study=reader_study)
    if len(design["arms"]) > 1:
        if ai_display == reader_study.ai_display:
            return
        detail = "This design has several arms: the design page says what each one shows."
        raise Conflict(
            "What readers see of the AI is a matter of the design.", code="set_by_design", extra={"hint": detail}
        )
    (first,) = design["arms"]
    arm = {**first, "ai_display": ai_display, "blinding": fitted_to_display(ai_display, first["blinding"])}
    kind = design["kind"] if ai_display in DISPLAYS[design["kind"]][0] else KIND_OF_DISPLAY[ai_display]
    design_put(by=by, reader_study=reader_study, design={**design, "kind": kind, "arms": [arm]})


def _make_arms_and_sessions(
    reader_study: ReaderStudy, design: Design
) -> tuple[list[Arm | Session], list[Arm | Session]]:
    """Return the rows made and those taken away."""
    gone: list[Arm | Session] = [*reader_study.arms.all(), *reader_study.sessions.all()]
    # A draft has no assignments yet, so its arms and sessions can be made anew.
    reader_study.arms.all().delete()
    reader_study.sessions.all().delete()
    arms = Arm.objects.bulk_create(
        Arm(
            reader_study=reader_study,
            position=position,
            # The order is a matter of the lists, which are drawn from the design.
            **{name: value for name, value in arm.items() if name != "worklist_order"},
        )
        for position, arm in enumerate(design["arms"], start=1)
    )
    sessions = Session.objects.bulk_create(
        Session(
            reader_study=reader_study,
            number=number,
            opens_on=_day(session["opens_on"]),
            closes_on=_day(session["closes_on"]),
            washout_days=session["washout_days"],
        )
        for number, session in enumerate(design["sessions"], start=1)
    )
    return [*arms, *sessions], gone


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def draw_and_assign(*, reader_study: ReaderStudy, seed: str) -> tuple[Drawing, list[Drawn]]:
    """Draw every reader's list, store it and make the assignments; the caller tells of the rows returned.

    What the AI said of the cases is stored with the lists that it orders.
    """
    try:
        drawing = draw_lists(reader_study=reader_study, seed=seed)
    except CannotDraw as error:
        detail = "The hidden repeats do not fit between the other cases with this seed; take another, or fewer repeats."
        raise Conflict(detail, code="cannot_draw") from error
    drawn = assign(
        reader_study=reader_study, readers=drawing.readers, drawing=drawing, seed=seed, algorithm=drawing.algorithm
    )
    if drawing.ai_order is None:
        return drawing, drawn
    drawing.ai_order.save(force_insert=True)
    return drawing, [*drawn, drawing.ai_order]


def assign(
    *, reader_study: ReaderStudy, readers: Sequence[User], drawing: Drawing, seed: str, algorithm: str
) -> list[Drawn]:
    """Store readers' lists and make the assignments; of a case that has been withdrawn meanwhile there is none.

    The caller tells of the rows returned, the first reader's list first.
    """
    is_masked = shows_a_case_twice(drawing.design)
    arms = {arm.key: arm for arm in reader_study.arms.all()}
    sessions = {session.number: session for session in reader_study.sessions.all()}
    stored: list[Drawn] = []
    for reader in readers:
        slots = drawing.lists[reader.username]
        stored.append(
            RandomisationList.objects.create(
                reader_study=reader_study,
                reader=reader,
                seed=seed,
                algorithm=algorithm,
                order=[str(drawing.cases[slot.case].pk) for slot in slots],
                slots=[list(slot) for slot in slots],
            )
        )
        stored += Assignment.objects.bulk_create(
            _assignment(reader_study, reader, slot, drawing.cases[slot.case], arms, sessions, position, is_masked)
            for position, slot in enumerate(slots, start=1)
            if drawing.cases[slot.case].withdrawn_at is None
        )
    return stored


def _assignment(
    reader_study: ReaderStudy,
    reader: User,
    slot: Slot,
    case: Case,
    arms: dict[str, Arm],
    sessions: dict[int, Session],
    position: int,
    is_masked: bool,
) -> Assignment:
    return Assignment(
        reader_study=reader_study,
        reader=reader,
        case=case,
        arm=arms[slot.arm],
        session=sessions[slot.session],
        repeat_number=slot.repeat_number,
        is_training=slot.is_training,
        position=position,
        # Who meets a case again must not know it by its name.
        shown_name=f"Case {position:03d}" if is_masked else "",
    )
