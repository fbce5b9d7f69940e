"""A reader study with as many assignments as wanted, half of them signed: its rows are made by SQL."""

import json
import uuid
from typing import Any

from django.db import connection
from django.utils import timezone

from annotations.models import Membership, ReaderStudy, ReaderStudyState
from annotations.services import reader_studies as building
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.imaging.models import ImagingStudy, Patient
from tests.annotations.building import COMPLETE, QUESTIONS, Built, content, person


def crowd(name: str, *, readers: int, cases: int) -> Built:
    """An open reader study in which every reader has signed every second case."""
    coordinator = person(f"{name}-coordinator", may_create_reader_studies=True)
    people = User.objects.bulk_create(User(username=f"{name}-{number}", password="!") for number in range(readers))
    reader_study = building.reader_study_create(by=coordinator, name=name)
    building.label_schema_put(by=coordinator, reader_study=reader_study, questions=QUESTIONS)
    studies = imaging_studies(name, cases)
    chosen = building.cases_put(by=coordinator, reader_study=reader_study, imaging_study_ids=studies)
    Membership.objects.bulk_create(Membership(reader_study=reader_study, user=one, role=Role.READER) for one in people)
    now = timezone.now()
    ReaderStudy.objects.filter(pk=reader_study.pk).update(state=ReaderStudyState.OPEN, launched_at=now)
    values: dict[str, Any] = {"study": reader_study.pk, "payload": json.dumps(content(**COMPLETE)), "now": now}
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, values)
    return Built(reader_study, coordinator, people, chosen)


def imaging_studies(name: str, count: int) -> list[uuid.UUID]:
    """Imaging studies without images, each of a patient of its own."""
    patients = Patient.objects.bulk_create(Patient(patient_key=f"{name}-{number}") for number in range(count))
    root = f"1.2.{uuid.uuid4().int % 10**12}"
    studies = ImagingStudy.objects.bulk_create(
        ImagingStudy(study_instance_uid=f"{root}.{number}", patient=patient, modalities=["CT"])
        for number, patient in enumerate(patients)
    )
    return [one.pk for one in studies]


# The keys of a read and its revision are made from their assignment's, so that each can name the other at once.
READ, REVISION = "md5('read ' || a.id)::uuid", "md5('revision ' || a.id)::uuid"
SIGNED = "FROM annotations_assignment a WHERE a.reader_study_id = %(study)s AND a.state = 'SIGNED'"
PLACES = """
    FROM annotations_membership m JOIN annotations_case c USING (reader_study_id)
    JOIN annotations_arm arm USING (reader_study_id) JOIN annotations_session s USING (reader_study_id)
    WHERE reader_study_id = %(study)s AND m.role = 'READER'
"""
STATEMENTS = (
    f"""
    INSERT INTO annotations_randomisationlist (id, created_at, reader_study_id, reader_id, seed, algorithm, "order",
        slots)
    SELECT gen_random_uuid(), %(now)s, reader_study_id, m.user_id, 'crowd', 'by position',
        jsonb_agg(c.id ORDER BY c.position),
        jsonb_agg(jsonb_build_array(s.number, arm.key, c.name, 0, false) ORDER BY c.position)
    {PLACES} GROUP BY reader_study_id, m.user_id
    """,
    f"""
    INSERT INTO annotations_assignment (id, created_at, reader_study_id, reader_id, case_id, arm_id, session_id,
        repeat_number, is_training, shown_name, void_reason, position, state)
    SELECT gen_random_uuid(), %(now)s, reader_study_id, m.user_id, c.id, arm.id, s.id, 0, false, '', '', c.position,
        CASE c.position %% 2 WHEN 1 THEN 'SIGNED' ELSE 'PENDING' END
    {PLACES}
    """,
    f"""
    INSERT INTO annotations_read (id, created_at, assignment_id, label_schema_id, revision_number, active_ms, editor,
        opened_at, phase, signed_at, signed_revision_id)
    SELECT {READ}, %(now)s, a.id, (SELECT id FROM annotations_labelschema WHERE reader_study_id = %(study)s), 1,
        1000 + a.position, '', %(now)s, 'FIRST', %(now)s, {REVISION}
    {SIGNED}
    """,
    f"""
    INSERT INTO annotations_revision (id, created_at, read_id, number, base_number, kind, phase, author_id, provenance,
        tool, payload, digest, idempotency_key)
    SELECT {REVISION}, %(now)s + a.position * interval '1 ms', {READ}, 1, 0, 'SIGNED', 'FIRST', a.reader_id, 'HUMAN',
        '', %(payload)s, '', 'crowd'
    {SIGNED}
    """,
    "ANALYZE annotations_case, annotations_assignment, annotations_read, annotations_revision",
)
