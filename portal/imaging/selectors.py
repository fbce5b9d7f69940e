"""Reads of imaging."""

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from portal.imaging.models import ImagingStudy, IngestItem, IngestJob, IngestOutcome, Instance, Series


def imaging_studies_search(*, search: str = "", modality: str = "") -> QuerySet[ImagingStudy]:
    """Imaging studies with at least one instance whose texts or identifiers contain `search`."""
    found = ImagingStudy.objects.select_related("patient").filter(number_of_instances__gt=0)
    for word in search.split():
        found = found.filter(
            Q(study_description__icontains=word)
            | Q(body_part__icontains=word)
            | Q(patient__patient_key__icontains=word)
            | Q(study_instance_uid__startswith=word)
            | Q(modalities__contains=word.upper())
        )
    return found.filter(modalities__contains=modality.upper()) if modality else found


def series_of(imaging_study: ImagingStudy) -> QuerySet[Series]:
    """The series of an imaging study that have instances, in the order of their numbers."""
    return series_of_studies([imaging_study])


def series_of_studies(imaging_studies: Iterable[ImagingStudy]) -> QuerySet[Series]:
    """The series of several imaging studies that have instances, in the order of their numbers."""
    return Series.objects.filter(imaging_study__in=imaging_studies, number_of_instances__gt=0)


def instances_of(series: Series) -> QuerySet[Instance]:
    """The instances of a series, in the order of their numbers."""
    return series.instances.all()


def with_counts(found: QuerySet[IngestJob]) -> QuerySet[IngestJob]:
    """Add how many files were new, present and refused."""
    return found.annotate(
        **{
            f"number_{outcome.value.lower()}": Count("items", filter=Q(items__outcome=outcome))
            for outcome in IngestOutcome
        }
    )


def refused_items(job: IngestJob) -> QuerySet[IngestItem]:
    """The files of a job that were not taken, with their reasons."""
    return IngestItem.objects.filter(job=job, outcome=IngestOutcome.REFUSED).order_by("name")
