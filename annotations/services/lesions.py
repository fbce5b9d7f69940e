"""Correcting which findings are the same lesion: kept with who, when and why; nothing that was signed changes."""

from typing import NamedTuple

from django.db import transaction

from annotations.domain.lesion_matching import partition_fault
from annotations.domain.problems import Problem
from annotations.models import Case, LesionCorrection, ReaderStudy
from annotations.selectors.lesions import corrections_in, is_located, marked_in, signed_findings
from annotations.selectors.reader_studies import label_schema_of
from annotations.services.drafts import field_problems, stream_of
from annotations.services.segment_files import segment_read
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict, Invalid


class CorrectionAsked(NamedTuple):
    """How the findings of a case are grouped: lists of their keys, None for the rule's own groups."""

    arm: str
    question: str
    base_number: int
    groups: list[list[str]] | None
    reason: str


@transaction.atomic
def lesion_correct(*, by: User, reader_study: ReaderStudy, case: Case, asked: CorrectionAsked) -> LesionCorrection:
    """Store a correction (the reader study's row is locked by the caller); earlier ones stay."""
    reason = asked.reason.strip()
    if not reason:
        _refuse(Problem("reason", "required", "Say why: the reason is kept with the truth."))
    if not is_located(label_schema_of(reader_study=reader_study), asked.question):
        _refuse(Problem("question", "unknown_question", "The form asks for no marks under this key."))
    _require_groups(reader_study, case, asked)
    newest = corrections_in(reader_study=reader_study, arm=asked.arm, question=asked.question).get(case.pk)
    if (newest.number if newest else 0) != asked.base_number:
        raise Conflict("The lesions of this case have been grouped otherwise meanwhile.", code="stale_revision")
    stored = LesionCorrection.objects.create(
        reader_study=reader_study,
        case=case,
        arm=asked.arm,
        question=asked.question,
        number=asked.base_number + 1,
        groups=None if asked.groups is None else sorted(sorted(group) for group in asked.groups),
        reason=reason,
        created_by=by,
    )
    detail = {"case": case.name, "arm": asked.arm, "question": asked.question, "number": stored.number}
    stream = stream_of(reader_study.pk)
    record(stream=stream, actor=by, action="lesions.correct", obj=case, detail=detail, rows=[stored])
    return stored


def _require_groups(reader_study: ReaderStudy, case: Case, asked: CorrectionAsked) -> None:
    """Every finding of every reader of whom one is named, once, and two of one reader never together."""
    if asked.groups is None:
        return
    found = signed_findings(reader_study=reader_study, arm=asked.arm, question=asked.question, case_id=case.pk)
    findings, named = marked_in(found[case.pk], segment_read), {key for group in asked.groups for key in group}
    readers = {one.reader for one in findings if one.key in named}
    fault = partition_fault(asked.groups, [one for one in findings if one.reader in readers])
    if fault is None and not named:
        fault = "other_findings", "Nobody has marked anything on this case in this arm."
    if fault is not None:
        code, detail = fault
        _refuse(Problem("groups", code, detail), code=code)


def _refuse(problem: Problem, code: str = "invalid") -> None:
    raise Invalid(problem.detail, code=code, errors=field_problems([problem]))
