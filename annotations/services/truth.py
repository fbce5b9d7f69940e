"""The reference standard of a reader study."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from annotations.domain.lesions import segment_digests
from annotations.domain.signatures import AMENDMENT, LOCK_MEANINGS
from annotations.domain.truth_csv import Truth, parse_truth_csv
from annotations.models import (
    Case,
    ReaderStudy,
    ReferenceDecision,
    ReferenceLock,
    ReferenceSource,
    ReferenceStandard,
    ReferenceTruth,
)
from annotations.selectors.case_images import further_uids_of
from annotations.selectors.consensus import CaseDecision
from annotations.selectors.reader_studies import cases_of
from annotations.selectors.truth import lock_meaning, reference_standard_of
from annotations.services.drafts import field_problems, stream_of
from annotations.services.reference_segments import reference_segment_read
from portal.accounts.models import User
from portal.audit.services import canonical_json, record, sha256
from portal.errors import Conflict, Invalid
from portal.grammar import counted


def reference_standard_import(*, by: User, reader_study: ReaderStudy, text: str, name: str) -> ReferenceStandard:
    """Store a CSV as the next version of the reference standard, or say what is wrong in which row.

    The truths of the newest version once more are the version that there is, unless it was not made from a CSV.
    """
    cases = list(cases_of(reader_study=reader_study))
    uids = {case.name: case.imaging_study.study_instance_uid for case in cases}
    if not uids:
        raise Invalid("Choose the cases first: the reference standard names them.", code="no_cases")
    truths, problems = parse_truth_csv(text, uids, further_uids_of(cases))
    if problems:
        raise Invalid(
            f"The file has {counted(len(problems), 'problem')}; nothing was stored.",
            code="invalid_csv",
            errors=field_problems(problems),
        )
    with transaction.atomic():
        # The row that versions are stored under: the newest one stays the newest.
        ReaderStudy.objects.select_for_update().get(pk=reader_study.pk)
        known = repeated_version(reader_study=reader_study, truths=truths, source=ReferenceSource.CSV)
        return known or reference_standard_create(
            by=by, reader_study=reader_study, truths=truths, source=ReferenceSource.CSV, provenance=name
        )


def repeated_version(
    *,
    reader_study: ReaderStudy,
    truths: Sequence[Truth],
    source: ReferenceSource,
    base: ReferenceStandard | None = None,
) -> ReferenceStandard | None:
    """Return the newest version where an import would only say it again, None where it says anything else.

    The same truths from another kind of source are another version: readers who decided the one have not decided the
    other. Files that add nothing to the newest version are a repeat whatever they are.
    """
    newest = reference_standard_of(reader_study=reader_study)
    if newest is None or newest.digest != truths_digest(truths):
        return None
    if newest != base and (newest.source, newest.base) != (source, base):
        return None
    # A draw of cases may have given the names, by which the digest is, to other cases since.
    now = {case.pk: case.name for case in cases_of(reader_study=reader_study)}
    stored = ReferenceTruth.objects.filter(reference_standard=newest).values_list("case_id", "case_name")
    return newest if all(pk in now and name in ("", now[pk]) for pk, name in stored) else None


@transaction.atomic
def reference_standard_create(
    *,
    by: User,
    reader_study: ReaderStudy,
    truths: Sequence[Truth],
    source: ReferenceSource,
    provenance: str,
    rule: Mapping[str, Any] | None = None,
    decisions: Sequence[CaseDecision] = (),
    base: ReferenceStandard | None = None,
) -> ReferenceStandard:
    """Store truths as the next version, with what they were decided by and from; earlier versions stay."""
    # One writer at a time per reader study, so that version numbers neither clash nor skip.
    ReaderStudy.objects.select_for_update().get(pk=reader_study.pk)
    cases = {case.name: case for case in cases_of(reader_study=reader_study)}
    ordered = sorted(truths, key=lambda truth: truth.case)
    digest = _digest(ordered)
    newest = ReferenceStandard.objects.filter(reader_study=reader_study).order_by("-version").first()
    standard = ReferenceStandard.objects.create(
        reader_study=reader_study,
        version=newest.version + 1 if newest else 1,
        source=source,
        provenance=provenance[:300],
        digest=digest,
        rule=dict(rule or {}),
        base=base,
        created_by=by,
    )
    stored = ReferenceTruth.objects.bulk_create(_row(truth, cases[truth.case], standard) for truth in ordered)
    decided = ReferenceDecision.objects.bulk_create(_stored(one, standard) for one in decisions)
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="reference_standard.create",
        obj=standard,
        detail={"version": standard.version, "digest": digest, "source": source},
        rows=[standard, *stored, *decided],
    )
    return standard


def _row(truth: Truth, case: Case, standard: ReferenceStandard) -> ReferenceTruth:
    return ReferenceTruth(
        reference_standard=standard,
        case=case,
        case_name=case.name,
        truth=truth.truth,
        lesions=truth.lesions,
        provenance=truth.provenance or {},
    )


def _stored(decision: CaseDecision, standard: ReferenceStandard) -> ReferenceDecision:
    return ReferenceDecision(
        reference_standard=standard,
        case=decision.case,
        outcome=decision.outcome,
        reason=decision.reason,
        votes=decision.votes,
        matching=decision.matching or {},
        adjudicated=decision.adjudicated,
    )


@transaction.atomic
def reference_standard_lock(*, by: User, standard: ReferenceStandard, reason: str = "") -> ReferenceLock:
    """Make a version the one by which results may be opened. Nothing undoes it; a later version can be locked too.

    The same lock by the same person again is the lock that there is.
    Who calls it has seen the password of `by` (`portal.accounts.passwords`), except for the demo.
    """
    # The row that versions are stored under as well: no version comes, and no other lock, meanwhile.
    reader_study = ReaderStudy.objects.select_for_update().get(pk=standard.reader_study_id)
    reason, meaning = reason.strip(), lock_meaning(reader_study=reader_study)
    known = ReferenceLock.objects.filter(reference_standard=standard).first()
    if known is not None:
        if (known.locked_by_id, known.reason) == (by.pk, reason):
            return known
        raise Conflict(f"Version {standard.version} is locked already, by {known.username}.", code="already_locked")
    if meaning == AMENDMENT and not reason:
        detail = "Another version was locked before: say why this one replaces it. The reason is kept with it."
        raise Invalid(detail, errors=[{"field": "reason", "code": "required", "detail": detail}])
    digest = _checked_digest(standard)
    lock = ReferenceLock.objects.create(
        reference_standard=standard,
        digest=digest,
        locked_by=by,
        username=by.username,
        full_name=by.name,
        meaning=meaning,
        meaning_text=LOCK_MEANINGS[meaning],
        reason=reason,
    )
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="reference_standard.lock",
        obj=standard,
        detail={"version": standard.version, "digest": digest, "meaning": meaning, "reason": reason},
        rows=[lock],
    )
    return lock


def _checked_digest(standard: ReferenceStandard) -> str:
    """Work the digest out again from the rows; every voxel that they name has to be there, too."""
    stored = list(ReferenceTruth.objects.filter(reference_standard=standard).select_related("case"))
    if not stored:
        raise Conflict(
            f"Version {standard.version} holds the truth of no case, so no analysis could use it. Have the open cases "
            "adjudicated or upload a file, and lock the version that comes of it.",
            code="no_truths",
        )
    # A draw of cases may have named them anew since.
    digest = truths_digest([Truth(one.case_name or one.case.name, one.truth, one.lesions) for one in stored])
    if digest != standard.digest:
        raise Conflict("The stored truths are not those that were imported.", code="reference_standard_damaged")
    for digest_of_voxels in sorted({one for truth in stored for one in segment_digests(truth.lesions)}):
        reference_segment_read(digest_of_voxels)
    return digest


def truths_digest(truths: Sequence[Truth]) -> str:
    """The digest of a version with these truths, whatever their order; who said them is not part of it."""
    return _digest(sorted(truths, key=lambda truth: truth.case))


def _digest(truths: Sequence[Truth]) -> str:
    return sha256(canonical_json([[truth.case, truth.truth, truth.lesions] for truth in truths]))
