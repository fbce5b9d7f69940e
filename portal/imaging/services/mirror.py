"""Write the mirror: what the database keeps of the instances that Orthanc holds."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count
from django.utils.crypto import salted_hmac

from portal.imaging.models import ImagingStudy, Instance, Patient, Series
from portal.imaging.screening.inspection import Identifiers

CONFLICT = "conflict"
HIERARCHY_CONFLICT = "hierarchy_conflict"
REASONS: dict[str, str] = {
    CONFLICT: (
        "Other content is already stored under the same SOP Instance UID, and what is stored is never overwritten."
    ),
    HIERARCHY_CONFLICT: (
        "Its series or imaging study is already stored under another imaging study or another patient."
    ),
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """An instance that passed screening and lies in Orthanc."""

    identifiers: Identifiers
    orthanc_id: str


def patient_key_of(identifiers: Identifiers) -> str:
    """The pseudonym of (issuer, PatientID): one for each patient, and nobody can compute it back.

    It depends on the site's secret key, so pseudonyms of two sites cannot be joined.
    """
    subject = f"{identifiers.issuer_of_patient_id}\n{identifiers.patient_id}"
    digest = salted_hmac("portal.imaging.patient_key", subject, algorithm="sha256").hexdigest()
    return f"P-{digest[:16].upper()}"


def mirror_conflict(identifiers: Identifiers) -> str | None:
    """The code of what speaks against mirroring these identifiers, judged by the rows that are there."""
    series = (
        Series.objects.filter(series_instance_uid=identifiers.series_instance_uid)
        .select_related("imaging_study")
        .first()
    )
    if series is not None and series.imaging_study.study_instance_uid != identifiers.study_instance_uid:
        return HIERARCHY_CONFLICT
    study = (
        ImagingStudy.objects.filter(study_instance_uid=identifiers.study_instance_uid).select_related("patient").first()
    )
    if study is not None and study.patient.patient_key != patient_key_of(identifiers):
        return HIERARCHY_CONFLICT
    return None


@transaction.atomic
def instances_mirror(arrivals: Sequence[Arrival]) -> dict[str, str | None]:
    """Mirror a batch in one transaction; the answer gives each SOP Instance UID None or a conflict's code.

    Doing it again changes nothing: rows that are there stay as they are.
    """
    studies = _studies_of(arrivals)
    series = _series_of(arrivals, studies)
    outcome: dict[str, str | None] = {}
    rows: list[Instance] = []
    for arrival in arrivals:
        one = arrival.identifiers
        study, its_series = studies[one.study_instance_uid], series[one.series_instance_uid]
        fits = study.patient.patient_key == patient_key_of(one) and its_series.imaging_study_id == study.id
        outcome[one.sop_instance_uid] = None if fits else HIERARCHY_CONFLICT
        if fits:
            rows.append(_instance_row(arrival, its_series))
    Instance.objects.bulk_create(rows, ignore_conflicts=True)
    outcome.update(_conflicts(rows))
    _recount({one.series_id for one in rows}, {one.series.imaging_study_id for one in rows})
    if any(outcome.values()):
        _drop_empty(arrivals)
    return outcome


def _studies_of(arrivals: Sequence[Arrival]) -> dict[str, ImagingStudy]:
    by_key = {patient_key_of(one.identifiers): one.identifiers for one in arrivals}
    Patient.objects.bulk_create(
        (Patient(patient_key=key, is_synthetic=one.is_synthetic) for key, one in by_key.items()),
        ignore_conflicts=True,
    )
    patients = {one.patient_key: one for one in Patient.objects.filter(patient_key__in=by_key)}
    by_uid = {one.identifiers.study_instance_uid: one.identifiers for one in reversed(arrivals)}
    ImagingStudy.objects.bulk_create(
        (
            ImagingStudy(
                study_instance_uid=uid,
                patient=patients[patient_key_of(one)],
                study_date=one.study_date,
                study_description=one.study_description,
                body_part=one.body_part,
                is_synthetic=one.is_synthetic,
            )
            for uid, one in by_uid.items()
        ),
        ignore_conflicts=True,
    )
    # Locked in one order: two jobs that bring parts of the same imaging studies wait and do not deadlock.
    found = (
        ImagingStudy.objects.select_for_update(of=("self",))
        .select_related("patient")
        .filter(study_instance_uid__in=by_uid)
        .order_by("study_instance_uid")
    )
    return {one.study_instance_uid: one for one in found}


def _series_of(arrivals: Sequence[Arrival], studies: dict[str, ImagingStudy]) -> dict[str, Series]:
    by_uid = {one.identifiers.series_instance_uid: one.identifiers for one in reversed(arrivals)}
    Series.objects.bulk_create(
        (
            Series(
                series_instance_uid=uid,
                imaging_study=studies[one.study_instance_uid],
                modality=one.modality,
                series_number=one.series_number,
                series_description=one.series_description,
            )
            for uid, one in by_uid.items()
        ),
        ignore_conflicts=True,
    )
    found = Series.objects.select_related("imaging_study").filter(series_instance_uid__in=by_uid)
    return {one.series_instance_uid: one for one in found}


def _instance_row(arrival: Arrival, series: Series) -> Instance:
    one = arrival.identifiers
    return Instance(
        sop_instance_uid=one.sop_instance_uid,
        series=series,
        orthanc_id=arrival.orthanc_id,
        sop_class_uid=one.sop_class_uid,
        transfer_syntax_uid=one.transfer_syntax_uid,
        instance_number=one.instance_number,
        number_of_frames=one.number_of_frames,
        rows=one.rows,
        columns=one.columns,
        file_sha256=one.file_sha256,
    )


def _conflicts(rows: Sequence[Instance]) -> dict[str, str | None]:
    """Rows that lost against one of the same UID that lies elsewhere in Orthanc."""
    wanted = {one.sop_instance_uid: one.orthanc_id for one in rows}
    kept = Instance.objects.filter(sop_instance_uid__in=wanted).values_list("sop_instance_uid", "orthanc_id")
    return {uid: CONFLICT for uid, orthanc_id in kept if wanted[uid] != orthanc_id}


def _recount(series_ids: Iterable[uuid.UUID], study_ids: Iterable[uuid.UUID]) -> None:
    """Set the counts from the rows themselves, so that no order of events can make them drift."""
    for series in Series.objects.filter(pk__in=series_ids).annotate(found=Count("instances")):
        Series.objects.filter(pk=series.pk).update(number_of_instances=series.found)
    for study in ImagingStudy.objects.filter(pk__in=study_ids):
        series_rows = list(Series.objects.filter(imaging_study=study, number_of_instances__gt=0))
        ImagingStudy.objects.filter(pk=study.pk).update(
            number_of_series=len(series_rows),
            number_of_instances=sum(one.number_of_instances for one in series_rows),
            modalities=sorted({one.modality for one in series_rows if one.modality}),
        )


def _drop_empty(arrivals: Sequence[Arrival]) -> None:
    """Remove rows that this batch made for instances which then turned out to conflict."""
    found = [one.identifiers for one in arrivals]
    series_uids = {one.series_instance_uid for one in found}
    Series.objects.filter(series_instance_uid__in=series_uids, instances=None).delete()
    study_uids = {one.study_instance_uid for one in found}
    ImagingStudy.objects.filter(study_instance_uid__in=study_uids, series=None).delete()
    keys = {patient_key_of(one) for one in found}
    Patient.objects.filter(patient_key__in=keys, imaging_studies=None).delete()
