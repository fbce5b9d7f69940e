"""Storing frames of candidate cases, and drawing cases from them."""

import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from annotations.domain.frame_csv import KEY_COLUMN, MAXIMUM_PROBLEMS, parse_frame_csv
from annotations.domain.problems import Problem
from annotations.domain.sampling import StratumNumbers, TooFew
from annotations.models import ReaderStudy, SampleDraw, SamplingFrame
from annotations.selectors.case_images import current_ids_of
from annotations.selectors.reader_studies import cases_of
from annotations.selectors.sampling import (
    FORMAT_VERSION,
    FRAME_FORMAT,
    SampleWish,
    frames_of,
    sample_document,
    sample_numbers,
)
from annotations.services.cases import cases_with_images_put
from annotations.services.drafts import field_problems, require_draft, stream_of
from annotations.services.viewing import viewed
from portal.accounts.models import User
from portal.audit.services import canonical_json, record, sha256
from portal.errors import Conflict, FieldProblem, Invalid
from portal.grammar import counted
from portal.imaging.models import ImagingStudy


@transaction.atomic
def frame_import(*, by: User, reader_study: ReaderStudy, text: str, name: str) -> SamplingFrame:
    """Store a CSV as the newest frame of a draft, or say what is wrong in which row (its row is locked by the caller).

    The same content once more is the frame that there is.
    """
    require_draft(reader_study)
    document = _frame(text)
    content = canonical_json(document)
    newest = frames_of(reader_study=reader_study).first()
    if newest is not None and newest.content == content:
        return newest
    frame = SamplingFrame.objects.create(
        reader_study=reader_study,
        number=newest.number + 1 if newest else 1,
        name=name[:300],
        number_of_candidates=len(document["candidates"]),
        created_by=by,
        content=content,
        digest=sha256(content),
    )
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="sampling_frame.create",
        obj=frame,
        detail={"number": frame.number, "digest": frame.digest, "candidates": frame.number_of_candidates},
        rows=[frame],
    )
    return frame


def _frame(text: str) -> dict[str, Any]:
    columns, rows, problems = parse_frame_csv(text)
    patients = dict(
        ImagingStudy.objects.filter(study_instance_uid__in=[row.study_instance_uid for row in rows])
        .order_by()
        .values_list("study_instance_uid", "patient_id")
    )
    problems += [
        Problem(KEY_COLUMN, "unknown_study", "The archive has no imaging study with this UID.", row.row)
        for row in rows
        if row.study_instance_uid not in patients
    ]
    if problems:
        raise Invalid(
            f"The file has {counted(len(problems), 'problem')}; nothing was stored.",
            code="invalid_csv",
            errors=field_problems(problems[:MAXIMUM_PROBLEMS]),
        )
    # Patients are numbered as they come: only who is the same matters.
    numbers: dict[uuid.UUID, str] = {}
    candidates = [
        {
            "study_instance_uid": row.study_instance_uid,
            "patient": numbers.setdefault(patients[row.study_instance_uid], f"P{len(numbers) + 1}"),
            "values": list(row.values),
        }
        for row in rows
    ]
    return {"format": FRAME_FORMAT, "version": FORMAT_VERSION, "columns": columns, "candidates": candidates}


def sample_preview(*, by: User, reader_study: ReaderStudy, wish: SampleWish, seed: str) -> dict[str, Any]:
    """Return the sample that this seed draws, one of our own where there is none; who looked is recorded.

    A coordinator could try seeds until a sample pleases; the trail then shows how many were looked at.
    """
    require_draft(reader_study)
    document = _document(reader_study, wish, seed or secrets.token_hex(16))
    detail = {"seed": document["seed"], "frame": wish.frame.number, "digest": sha256(canonical_json(document))}
    viewed(by=by, reader_study_id=reader_study.pk, action="sample.preview", obj=wish.frame, detail=detail)
    return document


@transaction.atomic
def sample_draw(*, by: User, reader_study: ReaderStudy, wish: SampleWish, seed: str, preview_digest: str) -> SampleDraw:
    """Store the sample that was previewed and make it cases of a draft (its row is locked by the caller).

    Raises 409 `preview_outdated` when it is no longer the sample with this digest.
    """
    require_draft(reader_study)
    document = _document(reader_study, wish, seed)
    content = canonical_json(document)
    if sha256(content) != preview_digest:
        detail = "The cases or the draws have changed since you looked. Look again before you draw."
        raise Conflict(detail, code="preview_outdated")
    draw = SampleDraw.objects.create(
        reader_study=reader_study,
        number=document["number"],
        frame=wish.frame,
        seed=seed,
        algorithm=document["algorithm"],
        created_by=by,
        content=content,
        digest=preview_digest,
    )
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="sample.draw",
        obj=draw,
        detail={"number": draw.number, "seed": seed, "digest": draw.digest, "drawn": len(document["drawn"])},
        rows=[draw],
    )
    kept = [] if wish.replaces else current_ids_of(list(cases_of(reader_study=reader_study)))
    # Readers see the names: among old ones the new ones would be those of the stratum that more is wanted of.
    cases_with_images_put(
        by=by,
        reader_study=reader_study,
        cases=[*kept, *([pk] for pk in _studies(document))],
        named_anew=wish.replaces,
    )
    return draw


def _document(reader_study: ReaderStudy, wish: SampleWish, seed: str) -> dict[str, Any]:
    if not sum(wish.wanted.values()):
        detail = "Say how many cases are wanted of which stratum."
        raise Invalid(
            detail, code="nothing_wanted", errors=[FieldProblem(field="counts", code="required", detail=detail)]
        )
    try:
        return sample_document(reader_study=reader_study, wish=wish, seed=seed)
    except TooFew as error:
        numbers = sample_numbers(reader_study=reader_study, wish=wish)
        problems = field_problems([too_few_problem(one) for one in numbers if one.missing])
        raise Invalid("A stratum has fewer than are wanted.", code="too_few", errors=problems) from error


def too_few_problem(numbers: StratumNumbers) -> Problem:
    """Say of which stratum too much is wanted, with the numbers."""
    there = f"{numbers.wanted} wanted, {numbers.eligible} can be drawn (of {numbers.candidates} candidates)"
    return Problem("counts", "too_few", f"{' · '.join(numbers.stratum)}: {there}.")


def _studies(document: Mapping[str, Any]) -> list[uuid.UUID]:
    uids = [row["study_instance_uid"] for row in document["drawn"]]
    found = dict(ImagingStudy.objects.filter(study_instance_uid__in=uids).values_list("study_instance_uid", "pk"))
    gone = [uid for uid in uids if uid not in found]
    if gone:
        raise Conflict(f"{len(gone)} of the drawn imaging studies left the archive; upload a frame without them.")
    return [found[uid] for uid in uids]
