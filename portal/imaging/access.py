"""Where an id becomes an object of imaging. Not there and not yours are the same 404."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from portal.accounts.models import User
from portal.errors import NotFound
from portal.imaging.models import ImagingStudy, IngestJob, Instance, Series


def viewable_imaging_studies(user: User) -> QuerySet[ImagingStudy]:
    """The imaging studies whose pixels the caller may see; the reader-study app above decides."""
    rule: Callable[[User], QuerySet[ImagingStudy]] = import_string(settings.OVERREAD_IMAGING_ACCESS)
    return rule(user)


def imaging_study_for_viewer(user: User, study_instance_uid: str) -> ImagingStudy:
    """An imaging study whose pixels the caller may see."""
    found = viewable_imaging_studies(user).filter(study_instance_uid=study_instance_uid).first()
    if found is None:
        raise NotFound
    return found


def series_for_viewer(user: User, study_instance_uid: str, series_instance_uid: str) -> Series:
    """A series of such an imaging study."""
    found = (
        Series.objects.filter(
            series_instance_uid=series_instance_uid,
            imaging_study__study_instance_uid=study_instance_uid,
            imaging_study__in=viewable_imaging_studies(user),
        )
        .select_related("imaging_study__patient")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def instance_for_viewer(
    user: User, study_instance_uid: str, series_instance_uid: str, sop_instance_uid: str
) -> Instance:
    """An instance of such a series."""
    found = (
        Instance.objects.filter(
            sop_instance_uid=sop_instance_uid,
            series__series_instance_uid=series_instance_uid,
            series__imaging_study__study_instance_uid=study_instance_uid,
            series__imaging_study__in=viewable_imaging_studies(user),
        )
        .select_related("series__imaging_study__patient")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def imaging_study_for_coordinator(study_id: uuid.UUID) -> ImagingStudy:
    """Any imaging study of the archive: the policy table lets only people who build reader studies ask."""
    found = ImagingStudy.objects.select_related("patient").filter(pk=study_id).first()
    if found is None:
        raise NotFound
    return found


def ingest_job_for(user: User, job_id: uuid.UUID) -> IngestJob:
    """An ingest job that the caller may see."""
    found = viewable_ingest_jobs(user).filter(pk=job_id).first()
    if found is None:
        raise NotFound
    return found


def viewable_ingest_jobs(user: User) -> QuerySet[IngestJob]:
    """The caller's own uploads; a site administrator sees all ingests, also of the command and of C-STORE.

    File names can name patients, so another coordinator's list is not shown.
    """
    return IngestJob.objects.all() if user.is_superuser else IngestJob.objects.filter(requested_by=user)
