"""Rows by the thousand, made by Django's models in this process: what is measured goes over HTTP.

To be imported within `running_portal`, which makes Django ready.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from annotations.models import (
    Assignment,
    AssignmentState,
    Read,
    ReaderStudy,
    Revision,
    RevisionKind,
    RevisionTimes,
)
from annotations.services import reader_studies as building
from bench.loads.portal import QUESTIONS, payload
from portal.accounts.models import TokenScope, User
from portal.accounts.policy import Role
from portal.accounts.services import token_create
from portal.imaging.models import ImagingStudy, Instance, Patient, Series

AT_ONCE = 2000


@dataclass
class Trial:
    """A launched reader study, and the tokens of its people."""

    reader_study: ReaderStudy
    coordinator: str
    readers: dict[str, str]


def token_of(user: User) -> str:
    """A token that may write."""
    ends = timezone.now() + timedelta(hours=6)
    return token_create(user=user, name="bench", scope=TokenScope.WRITE, expires_at=ends)[1]


def person(**more: Any) -> User:
    """An account without a password: it has its token."""
    return User.objects.create(username=f"bench-{uuid.uuid4().hex[:12]}", **more)


def imaging_studies(count: int) -> list[ImagingStudy]:
    """Studies of one slice each, as the database knows them."""
    name = uuid.uuid4().int % 10**12
    patients = [Patient(patient_key=f"B-{name}-{number}") for number in range(count)]
    studies = [
        ImagingStudy(study_instance_uid=f"1.2.{name}.{number}", patient=patient, modalities=["CT"])
        for number, patient in enumerate(patients)
    ]
    series = [
        Series(series_instance_uid=f"{study.study_instance_uid}.1", imaging_study=study, modality="CT")
        for study in studies
    ]
    instances = [
        Instance(
            sop_instance_uid=f"{one.series_instance_uid}.1",
            series=one,
            orthanc_id=f"bench-{one.series_instance_uid}",
            sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            rows=512,
            columns=512,
            file_sha256="0" * 64,
        )
        for one in series
    ]
    for model, rows in ((Patient, patients), (ImagingStudy, studies), (Series, series), (Instance, instances)):
        model._default_manager.bulk_create(rows, batch_size=AT_ONCE)
    return studies


def launched(*, readers: int, cases: int) -> Trial:
    """Build and launch a reader study as its coordinator does."""
    coordinator = person(may_create_reader_studies=True)
    people = [person() for _ in range(readers)]
    reader_study = building.reader_study_create(by=coordinator, name=f"Load {uuid.uuid4().hex[:6]}")
    building.label_schema_put(by=coordinator, reader_study=reader_study, questions=QUESTIONS)
    chosen = [study.pk for study in imaging_studies(cases)]
    building.cases_put(by=coordinator, reader_study=reader_study, imaging_study_ids=chosen)
    members = [(coordinator.pk, Role.COORDINATOR), *((one.pk, Role.READER) for one in people)]
    building.members_put(by=coordinator, reader_study=reader_study, members=members)
    building.reader_study_launch(by=coordinator, reader_study=reader_study, seed="load")
    return Trial(reader_study, token_of(coordinator), {one.username: token_of(one) for one in people})


def signed(trial: Trial) -> int:
    """Have every assignment signed, without the hours it would take over HTTP; return how many."""
    schema = trial.reader_study.label_schemas.get()
    now = timezone.now()
    assignments = list(
        Assignment.objects.filter(reader_study=trial.reader_study).select_related("case__imaging_study", "reader")
    )
    reads = [
        Read(assignment=one, label_schema=schema, revision_number=1, opened_at=now, signed_at=now, active_ms=60_000)
        for one in assignments
    ]
    revisions = [_revision(read, number) for number, read in enumerate(reads)]
    phases = {"FIRST": {"first_image_ms": 800, "first_mark_ms": 9000, "active_ms": 60_000, "total_ms": 70_000}}
    Read.objects.bulk_create(reads, batch_size=AT_ONCE)
    Revision.objects.bulk_create(revisions, batch_size=AT_ONCE)
    RevisionTimes.objects.bulk_create(
        [RevisionTimes(revision=one, phases=phases, active_ms=60_000) for one in revisions], batch_size=AT_ONCE
    )
    for read, revision in zip(reads, revisions, strict=True):
        read.signed_revision = revision
    Read.objects.bulk_update(reads, ["signed_revision"], batch_size=AT_ONCE)
    Assignment.objects.filter(reader_study=trial.reader_study).update(state=AssignmentState.SIGNED)
    return len(reads)


def _revision(read: Read, number: int) -> Revision:
    uid = read.assignment.case.imaging_study.study_instance_uid
    content = payload(number % 101, f"{uid}.1.1", f"{uid}.1")
    return Revision(
        read=read,
        number=1,
        base_number=0,
        kind=RevisionKind.SIGNED,
        author=read.assignment.reader,
        payload=content,
        digest=hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest(),
        idempotency_key=str(uuid.uuid4()),
        # One after another, as reads are signed.
        created_at=timezone.now() + timedelta(microseconds=number),
    )
