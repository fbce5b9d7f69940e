"""The hanging protocol, and the priors that it shows beside a case."""

import uuid
from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q, QuerySet

from annotations.access.images import owned
from annotations.domain.payload_upgrade import upgraded
from annotations.domain.priors import Described, OwnMark, Relevance, own_marks, relevance
from annotations.models import (
    Assignment,
    AssignmentState,
    Case,
    CaseImages,
    CasePrior,
    HangingProtocol,
    Read,
    ReaderStudy,
)
from annotations.priors_shown import priors_shown
from annotations.selectors.blinding import shows
from annotations.selectors.case_images import is_current_in
from portal.imaging.models import ImagingStudy


def hanging_protocol_of(*, reader_study: ReaderStudy) -> HangingProtocol | None:
    """Return the newest hanging protocol; without one the built-in rules hang the cases."""
    return HangingProtocol.objects.filter(reader_study=reader_study).order_by("-version").first()


def _described(study: ImagingStudy) -> Described:
    return Described(study.modalities, study.body_part, study.study_date)


def prior_candidates(*, case: Case) -> list[ImagingStudy]:
    """Return the other imaging studies of the case's patient that are not later, the most relevant first."""
    current = case.imaging_study
    others = ImagingStudy.objects.filter(patient=current.patient_id).exclude(is_current_in(case, "pk"))
    if current.study_date is not None:
        others = others.filter(Q(study_date=None) | Q(study_date__lte=current.study_date))

    def order(study: ImagingStudy) -> tuple[Relevance, str]:
        return relevance(_described(current), _described(study)), study.study_instance_uid

    return sorted(others.select_related("patient"), key=order)


def priors_of_read(*, read: Read) -> QuerySet[CasePrior]:
    """Return the priors of a case with their series, as far as the protocol and the arm show them in this phase.

    Those are left out whose images its reader cannot fetch now.
    """
    if not shows("priors", read=read):
        return CasePrior.objects.none()
    reached = Assignment.objects.filter(pk=read.assignment_id)
    shown = priors_shown(own=Assignment.objects.filter(owned(read.assignment.reader_id)), reached=reached)
    shown = shown.filter(case=read.assignment.case_id, case__reader_study__shows_priors=True)
    return shown.select_related("imaging_study", "case__imaging_study").prefetch_related("imaging_study__series")


def priors_shown_now(*, read: Read) -> list[str]:
    """Return the Study Instance UIDs of the priors whose images the reader can fetch now, the most relevant first."""
    return [prior.imaging_study.study_instance_uid for prior in priors_of_read(read=read)]


def own_marks_on_priors(*, read: Read) -> dict[uuid.UUID, list[OwnMark]]:
    """Return by imaging study what the reader has signed on the case's priors, where the protocol shows it."""
    own = read.assignment
    if not shows("own_past_reads", read=read):
        return {}
    priors = [one.imaging_study for one in priors_of_read(read=read)]
    marks_on = _marks_by_series(own, [study.pk for study in priors])
    found: dict[uuid.UUID, list[OwnMark]] = {}
    for study in priors:
        marks = [mark for series in study.series.all() for mark in marks_on[series.series_instance_uid]]
        if marks:
            found[study.pk] = sorted(marks, key=lambda mark: mark["finding"])
    return found


def _marks_by_series(own: Assignment, imaging_study_ids: Sequence[uuid.UUID]) -> dict[str, list[OwnMark]]:
    """Return by series what the reader of an assignment has signed about cases with these imaging studies."""
    further = CaseImages.objects.filter(imaging_study__in=imaging_study_ids).values("case")
    earlier = Read.objects.filter(
        Q(assignment__case__imaging_study__in=imaging_study_ids) | Q(assignment__case__in=further),
        signed_revision__isnull=False,
        assignment__reader=own.reader_id,
        assignment__reader_study=own.reader_study_id,
        assignment__reader_study__shows_prior_marks=True,
        assignment__state=AssignmentState.SIGNED,
    ).select_related("assignment", "signed_revision")
    # Of a case that was read several times the last read counts.
    newest = {read.assignment.case_id: read for read in earlier.order_by("signed_at")}
    found: dict[str, list[OwnMark]] = defaultdict(list)
    for read in newest.values():
        for mark in own_marks(upgraded(read.signed_revision.payload)) if read.signed_revision else []:
            found[mark["geometry"]["series_instance_uid"]].append(mark)
    return found
