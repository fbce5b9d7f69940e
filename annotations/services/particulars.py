"""What a reader is told of a case beside its images; what belongs to the truth or to others leaves an event."""

from typing import Any

from annotations.domain.blinding import OF_AI
from annotations.models import Read
from annotations.selectors.afterwards import PREVALENCE, other_answers_of, prevalence_of, shows_other_readers
from annotations.selectors.ai import comparison_available
from annotations.selectors.blinding import particulars_of, shows
from annotations.selectors.clinical_texts import clinical_text_of_read, tells_of_no_text
from annotations.selectors.hanging import priors_shown_now
from annotations.services.clinical_texts import clinical_text_shown
from annotations.services.viewing import viewed
from portal.accounts.models import User
from portal.errors import NotFound


def particulars_show(*, by: User, read: Read) -> dict[str, Any]:
    """Return what the read's arm shows of the case in the phase that the read is in."""
    prevalence = prevalence_of(read=read)
    if prevalence is not None:
        viewed(
            by=by,
            reader_study_id=read.assignment.reader_study_id,
            action="reference_standard.view",
            obj=prevalence.standard,
            detail={"content": PREVALENCE},
        )
    return particulars_of(read=read) | {
        "case_text": _case_text(read),
        "prevalence": prevalence and {"positives": prevalence.positives, "cases": prevalence.cases},
        "ai_cells": [cell for cell in OF_AI if shows(cell, read=read)] if comparison_available(read=read) else [],
        "priors_shown": priors_shown_now(read=read),
        "other_readers_shown": shows_other_readers(read=read),
    }


def _case_text(read: Read) -> dict[str, Any] | None:
    """Return the case's clinical text, recorded as shown; without a version where only other cases have one."""
    text = clinical_text_of_read(read=read)
    if text is None:
        return {"version": None, "text": ""} if tells_of_no_text(read=read) else None
    clinical_text_shown(read=read, clinical_text=text)
    return {"version": text.version, "text": text.text}


def other_readers_show(*, by: User, read: Read) -> list[dict[str, Any]]:
    """Return what others answered on the case; 404 where the arm does not show it now."""
    if not shows_other_readers(read=read):
        raise NotFound
    answers = other_answers_of(read=read)
    viewed(
        by=by,
        reader_study_id=read.assignment.reader_study_id,
        action="read.others_shown",
        obj=read,
        detail={"readers": len(answers)},
    )
    return answers
