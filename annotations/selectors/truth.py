"""The reference standard: its versions, the one in force, and the one that an analysis may use."""

import uuid
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from annotations.domain.consensus import ADJUDICATION, EXCLUDED, NEGATIVE, POSITIVE
from annotations.domain.signatures import AMENDMENT, REFERENCE_STANDARD
from annotations.models import (
    AdjudicationDecision,
    ReaderStudy,
    ReferenceDecision,
    ReferenceLock,
    ReferenceStandard,
    ReferenceTruth,
)
from portal.errors import Conflict, FieldProblem, Invalid

NOT_LOCKED = "reference_standard_not_locked"
# Why a case has its truth where no consensus gave it.
IMPORTED = "IMPORTED"


def reference_standard_of(*, reader_study: ReaderStudy) -> ReferenceStandard | None:
    """Return the newest reference standard."""
    return ReferenceStandard.objects.filter(reader_study=reader_study).order_by("-version").first()


def reference_standards_of(*, reader_study: ReaderStudy) -> QuerySet[ReferenceStandard]:
    """Return all versions, newest first, with their locks and how many cases have which outcome."""
    truths, decisions = ReferenceTruth.objects, ReferenceDecision.objects
    counted = ReferenceStandard.objects.filter(reader_study=reader_study).annotate(
        number_positive=_number_of(truths.filter(truth=1)),
        number_negative=_number_of(truths.filter(truth=0)),
        number_excluded=_number_of(decisions.filter(outcome=EXCLUDED)),
        number_for_adjudication=_number_of(decisions.filter(outcome=ADJUDICATION)),
    )
    found: QuerySet[ReferenceStandard] = counted.select_related("lock", "created_by", "base").order_by("-version")
    return found


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    """Count the rows of each version by itself: one join over all of them would multiply them with each other."""
    own = rows.filter(reference_standard=OuterRef("pk")).order_by()
    return Coalesce(Subquery(own.values("reference_standard").annotate(n=Count("pk")).values("n")), 0)


class CaseTruth(NamedTuple):
    """What a version says about one case, and where it has it from."""

    case: str
    case_id: uuid.UUID
    outcome: str
    reason: str
    truth: int | None
    provenance: dict[str, Any]
    lesions: list[dict[str, Any]]
    votes: list[dict[str, Any]]
    adjudicated: AdjudicationDecision | None
    matching: dict[str, Any] | None


def truths_in(*, standard: ReferenceStandard) -> list[CaseTruth]:
    """Return what a version says, in the order of the cases; a consensus also names those without a truth."""
    truths = {one.case_id: one for one in standard.truths.select_related("case")}
    decisions = {one.case_id: one for one in standard.decisions.select_related("case", "adjudicated__adjudicator")}
    cases = {pk: one.case for pk, one in truths.items()} | {pk: one.case for pk, one in decisions.items()}
    rows = []
    for pk, case in sorted(cases.items(), key=lambda item: (item[1].position, item[1].name)):
        truth, decision = truths.get(pk), decisions.get(pk)
        known = truth.truth if truth else None
        rows.append(
            CaseTruth(
                case.name,
                pk,
                decision.outcome if decision else (POSITIVE if known else NEGATIVE),
                decision.reason if decision else IMPORTED,
                known,
                truth.provenance if truth else {},
                truth.lesions if truth else [],
                decision.votes if decision else [],
                decision.adjudicated if decision else None,
                (decision.matching or None) if decision else None,
            )
        )
    return rows


def truths_of(*, reader_study: ReaderStudy) -> dict[uuid.UUID, ReferenceTruth]:
    """Return the truth in force of each case that has one."""
    standard = reference_standard_of(reader_study=reader_study)
    rows = ReferenceTruth.objects.filter(reference_standard=standard).select_related("reference_standard")
    return {truth.case_id: truth for truth in rows}


def provenance_of(truth: ReferenceTruth) -> dict[str, Any]:
    """Return where the truth of a case comes from: its own provenance, or that of its version."""
    standard = truth.reference_standard
    whole = {"source": standard.source, "name": standard.provenance, "version": standard.version}
    return dict(truth.provenance or whole)


def is_locked(standard: ReferenceStandard) -> bool:
    """Say whether results may be opened by this version."""
    return ReferenceLock.objects.filter(reference_standard=standard).exists()


def lock_meaning(*, reader_study: ReaderStudy) -> str:
    """Return what locking a version means now: a second lock amends the first."""
    locked = ReferenceLock.objects.filter(reference_standard__reader_study=reader_study)
    return AMENDMENT if locked.exists() else REFERENCE_STANDARD


def newest_standard(*, reader_study: ReaderStudy) -> ReferenceStandard:
    """Return the newest version; 409 where there is none."""
    newest = reference_standard_of(reader_study=reader_study)
    if newest is None:
        raise Conflict("The reader study has no reference standard yet.", code="no_reference_standard")
    return newest


def standard_to_analyse(*, reader_study: ReaderStudy, version: int | None = None) -> ReferenceStandard:
    """Return the version an analysis uses: the newest, or the one that is named; it has to be locked."""
    standard = newest_standard(reader_study=reader_study)
    if version is not None and version != standard.version:
        named = ReferenceStandard.objects.filter(reader_study=reader_study, version=version).first()
        if named is None:
            detail = f"There is no version {version} of the reference standard; the newest is {standard.version}."
            field = FieldProblem(field="reference_standard_version", code="unknown_version", detail=detail)
            raise Invalid(detail, code="unknown_version", errors=[field])
        standard = named
    require_locked(standard)
    return standard


def require_locked(standard: ReferenceStandard) -> None:
    """Raise 409 unless the version is locked: nobody opens results while the truth can still be chosen."""
    if not is_locked(standard):
        raise Conflict(
            f"Version {standard.version} of the reference standard is not locked. Lock it; then results can be opened.",
            code=NOT_LOCKED,
            extra={"reference_standard_version": standard.version},
        )
