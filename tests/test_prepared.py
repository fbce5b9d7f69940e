"""Queries that are put together once find what they find when they are put together each time."""

import uuid
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotations.models import Read, Revision, Sitting
from annotations.models.own_reads import images_named
from annotations.selectors.case_images import imaging_studies_of
from annotations.services.reads import read_save_draft
from portal.imaging.models import Instance
from portal.prepared import Prepared, insert, update
from tests.annotations.building import content, launched, save
from tests.annotations.together import launched_together

pytestmark = pytest.mark.django_db


def test_the_same_is_found_with_all_that_belongs_to_it_whatever_is_looked_for() -> None:
    built = launched()
    reads = [built.open(reader) for reader in built.readers]
    own = Prepared(
        lambda pk, reader: Read.objects.select_related("assignment__arm", "label_schema").filter(
            pk=pk, assignment__reader=reader
        ),
        UUID,
        UUID,
    )
    for read, reader in zip(reads, built.readers, strict=True):
        with CaptureQueriesContext(connection) as queries:
            found = own.first(read.pk, reader.pk)
            assert found is not None
            shown = [found.label_schema.questions, found.assignment.arm.blinding, found.opened_at, found.phase]
        assert len(queries) == 1
        whole = Read.objects.get(pk=read.pk)
        assert found == whole
        assert shown == [whole.label_schema.questions, whole.assignment.arm.blinding, whole.opened_at, whole.phase]
    assert own.first(reads[0].pk, built.readers[1].pk) is None
    assert own.all(uuid.uuid4(), built.readers[0].pk) == []


def test_several_are_looked_for_by_as_many_names() -> None:
    built = launched_together()
    for case in built.cases:
        studies = imaging_studies_of(case)
        images = list(Instance.objects.filter(series__imaging_study__in=studies).order_by("sop_instance_uid"))
        uids = [image.sop_instance_uid for image in Instance.objects.all()]
        found = images_named(len(uids)).all(case.pk, case.imaging_study_id, *uids)
        assert sorted(found, key=lambda one: one.sop_instance_uid) == images
        assert [one.series.imaging_study in studies for one in found] == [True] * len(studies)
    assert images_named(1).all(built.cases[0].pk, built.cases[0].imaging_study_id, "1.2.3") == []


def test_a_row_is_inserted_and_changed_as_by_its_model() -> None:
    built = launched()
    read = built.open(built.readers[0])
    sitting = Sitting(read=read, key="sitting-1", phases={"FIRST": {"active_ms": 1.5}})
    insert(sitting)
    stored = Sitting.objects.get()
    assert (stored.pk, stored.read_id, stored.phases, stored.created_at) == (
        sitting.pk,
        read.pk,
        sitting.phases,
        sitting.created_at,
    )
    sitting.key, sitting.phases = "not asked for", {}
    update(sitting, "phases")
    stored.refresh_from_db()
    assert (stored.key, stored.phases) == ("sitting-1", {})
    read_save_draft(by=built.readers[0], read=read, save=save(content(confidence=10)))
    assert Revision.objects.get().payload["answers"]["confidence"] == 10
