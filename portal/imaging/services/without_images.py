"""Imaging studies without images: what was read elsewhere, and is only analysed here."""

import secrets
import uuid
from collections.abc import Sequence

from django.db import transaction

from portal.accounts.models import User
from portal.audit.services import record
from portal.imaging.models import ImagingStudy, Patient
from portal.imaging.services.ingest import STREAM


@transaction.atomic
def without_images_create(*, by: User, patients: Sequence[str]) -> list[ImagingStudy]:
    """Register an imaging study for each of these words, in their order; equal words are the same, new patient.

    Nothing of the words is kept, for somebody may send identifiers: pseudonyms and UIDs are made by chance. Such an
    imaging study never gets images, because no image bears its UID, and lists of the archive leave it out.
    """
    people = {word: Patient(patient_key=f"P-{secrets.token_hex(8).upper()}") for word in patients}
    Patient.objects.bulk_create(people.values())
    made = ImagingStudy.objects.bulk_create(
        ImagingStudy(study_instance_uid=_new_uid(), patient=people[word]) for word in patients
    )
    record(
        stream=STREAM,
        actor=by,
        action="imaging_studies.without_images",
        obj=made[0],
        detail={"imaging_study_ids": [str(one.pk) for one in made], "patients": len(people)},
    )
    return made


def _new_uid() -> str:
    """Return a UID made from a random UUID (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid4().int}"
