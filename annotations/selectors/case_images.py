"""The current imaging studies of a case: its first, and those that are read together with it."""

import uuid
from collections.abc import Iterable, Sequence

from django.db.models import Prefetch, Q

from annotations.models import Case, CaseImages
from portal.imaging.models import ImagingStudy


def further_images() -> Prefetch:
    """Return what a list of cases fetches ahead, in one query more for all of them."""
    return Prefetch("further_images", queryset=CaseImages.objects.select_related("imaging_study__patient"))


def is_current_in(case: Case, path: str) -> Q:
    """Return the condition that what `path` leads to is one of the current imaging studies of a case."""
    further = CaseImages.objects.filter(case=case.pk).values("imaging_study")
    return Q(**{path: case.imaging_study_id}) | Q(**{f"{path}__in": further})


def imaging_studies_of(case: Case) -> list[ImagingStudy]:
    """Return the current imaging studies of a case in order."""
    return [case.imaging_study, *case.further_imaging_studies]


def further_uids_of(cases: Iterable[Case]) -> dict[str, list[str]]:
    """Return by name of case the StudyInstanceUIDs of its further current imaging studies."""
    return {case.name: [one.study_instance_uid for one in case.further_imaging_studies] for case in cases}


def further_with_series(case: Case) -> list[ImagingStudy]:
    """Return the further current imaging studies of a case in order, each with its series."""
    rows = CaseImages.objects.filter(case=case.pk).select_related("imaging_study")
    return [one.imaging_study for one in rows.prefetch_related("imaging_study__series")]


def current_ids_of(cases: Sequence[Case]) -> list[list[uuid.UUID]]:
    """Return the ids of the current imaging studies of each of these cases, the first one first."""
    return [[one.imaging_study_id, *(row.imaging_study_id for row in one.further_images.all())] for one in cases]
