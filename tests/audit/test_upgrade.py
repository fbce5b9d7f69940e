"""An installation from before a table was bound: what is there is bound once, and what follows follows on."""

import datetime
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from annotations.models import (
    Arm,
    Assignment,
    AssignmentRole,
    Case,
    CaseImages,
    CasePrior,
    LabelSchema,
    Membership,
    Read,
    ReaderStudy,
    ReaderStudyState,
    Revision,
    RevisionKind,
    RevisionTimes,
    Session,
    Sitting,
)
from annotations.services.drafts import stream_of
from annotations.services.reader_studies import reader_dates_put, reader_study_move
from annotations.services.reads import read_sign
from annotations.services.reopening import read_reopen
from portal.accounts.policy import Role
from portal.audit.models import Event
from portal.audit.services import record
from portal.audit.verify import trail_verify
from portal.inference.models import AiModel, ModelVersion
from tests.annotations.building import COMPLETE, QUESTIONS, content, mirrored_study, person, save
from tests.audit.superuser import as_superuser, superuser_rights

pytestmark = pytest.mark.django_db
PHASES = {"FIRST": {"first_image_ms": 1, "first_mark_ms": None, "active_ms": 5000, "total_ms": 6000}}


def upgrade() -> None:
    """Do what the two migrations do, with the models that migrations have."""
    apps = MigrationLoader(connection).project_state().apps
    import_module("annotations.migrations.0036_times_of_revisions").times_of_revisions(apps, None)
    import_module("validation.migrations.0008_seal_what_steers").seal_what_steers(apps, None)


def old_installation() -> Read:
    """Rows as they were stored before, with the events of that time: of a signed read, of nothing that steers it."""
    by, reader = person("old-coordinator", may_create_reader_studies=True), person("old-reader")
    study = ReaderStudy.objects.create(
        name="Old", created_by=by, state=ReaderStudyState.OPEN, launched_at=timezone.now(), shows_priors=True
    )
    place: dict[str, Any] = {"reader_study": study}
    Membership.objects.create(**place, user=by, role=Role.COORDINATOR)
    Membership.objects.create(**place, user=reader, role=Role.READER, ends_on=datetime.date(2999, 1, 1))
    arm, session = Arm.objects.create(**place, key="A", name="Reading"), Session.objects.create(**place, number=1)
    cases = [
        Case.objects.create(**place, imaging_study=mirrored_study(f"old-{at}"), name=f"Case {at}", position=at)
        for at in (1, 2)
    ]
    CaseImages.objects.create(**place, case=cases[0], imaging_study=mirrored_study("old-further"), position=2)
    CasePrior.objects.create(case=cases[0], imaging_study=mirrored_study("old-prior"), position=1)
    ModelVersion.objects.create(ai_model=AiModel.objects.create(name="Old"), version="1", kind="EXTERNAL")
    schema = LabelSchema.objects.create(**place, version=1, questions=QUESTIONS, created_by=by)
    own: dict[str, Any] = {**place, "reader": reader, "arm": arm, "session": session}
    signed, _pending = (Assignment.objects.create(**own, case=case, position=case.position) for case in cases)
    now = timezone.now()
    read = Read.objects.create(assignment=signed, label_schema=schema, opened_at=now, revision_number=1, signed_at=now)
    revision = Revision.objects.create(
        read=read,
        number=1,
        base_number=0,
        kind=RevisionKind.SIGNED,
        author=reader,
        payload=content(**COMPLETE),
        digest="d",
        idempotency_key="old",
    )
    signed.state, read.signed_revision = "SIGNED", revision
    for one in (signed, read):
        one.save()
    record(stream=stream_of(study.pk), actor=by, action="old", obj=study, rows=[schema, revision, read, signed])
    # What no event told of then: how long it took, and what an assignment is for.
    Sitting.objects.create(read=read, key="sitting", phases=PHASES)
    Read.objects.filter(pk=read.pk).update(active_ms=5000)
    Assignment.objects.filter(pk=signed.pk).update(role=AssignmentRole.ARBITRATION)
    return read


def test_what_is_there_is_bound_once_and_what_follows_follows_on() -> None:
    read = old_installation()
    study, reader = read.assignment.reader_study, read.assignment.reader
    assert trail_verify(scope=None).problems
    upgrade()
    for scope in (None, f"reader-study:{study.pk}"):
        assert trail_verify(scope=scope).problems == []
    assert RevisionTimes.objects.get(revision=read.signed_revision).phases == PHASES
    told = Event.objects.filter(action="audit.seal_existing").values_list("detail", flat=True)
    counts = {one["table"]: one["rows"] for one in told}
    assert counts.pop("accounts.User") >= 2
    assert counts == {
        "annotations.Arm": 1,
        "annotations.Assignment": 2,
        "annotations.Case": 2,
        "annotations.CaseImages": 1,
        "annotations.CasePrior": 1,
        "annotations.Membership": 2,
        "annotations.Read": 1,
        "annotations.ReaderStudy": 1,
        "annotations.RevisionTimes": 1,
        "annotations.Session": 1,
        "inference.AiModel": 1,
        "inference.ModelVersion": 1,
    }
    by = study.created_by
    last = datetime.date(2999, 1, 1)
    reader_dates_put(by=by, reader_study=study, reader=reader, starts_on=None, ends_on=last, reason="Agreed.")
    Assignment.objects.filter(pk=read.assignment_id).update(role=AssignmentRole.READER)
    assert len(trail_verify(scope=None).problems) == 1
    Assignment.objects.filter(pk=read.assignment_id).update(role=AssignmentRole.ARBITRATION)
    assert trail_verify(scope=None).problems == []


def test_a_read_from_before_is_reopened_and_signed_again() -> None:
    read = old_installation()
    Assignment.objects.filter(pk=read.assignment_id).update(role=AssignmentRole.READER)
    upgrade()
    by = read.assignment.reader_study.created_by
    reads = Read.objects.select_related("assignment__reader_study", "assignment__arm", "signed_revision")
    read_reopen(by=by, read=reads.get(pk=read.pk), reason="A slip.")
    read_sign(by=read.assignment.reader, read=reads.get(pk=read.pk), save=save(content(**COMPLETE), 1))
    reader_study_move(by=by, reader_study=ReaderStudy.objects.get(), event="close")
    assert trail_verify(scope=None).problems == []
    assert RevisionTimes.objects.count() == 2
    with superuser_rights():
        as_superuser("UPDATE annotations_read SET active_ms = 1 WHERE id = %(key)s", key=read.pk)
    assert len(trail_verify(scope=None).problems) == 1
