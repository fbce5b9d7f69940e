"""Subgroups do not depend on what readers are shown: the facts of cases are read for the analysis, and told nobody."""

import uuid

import pytest
from rest_framework.test import APIClient

from annotations.models import Case, Read
from annotations.selectors.blinding import particulars_of
from annotations.services.case_images import case_headers_read, launched_headers_read
from annotations.services.reader_studies import reader_study_close
from portal import jobs
from portal.imaging.models import ImagingStudy, IngestJob, IngestSource
from portal.imaging.services.ingest import ingest_job_create_from_paths, ingest_job_run
from tests.imaging import dicom_files as files
from tests.validation.factory import make_reader_study
from tests.validation.test_plans import address, carried_out, locked
from validation.canonical import parse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("orthanc_server")]
FACTS = {"age": "61 years", "institution": "General", "manufacturer": "Scanners Inc", "sex": "F"}


@pytest.fixture
def made(tmp_path):
    """The small reader study, with real images of its first case, of which readers are shown nothing beside them."""
    header = {"PatientSex": "F", "PatientAge": "061Y", "InstitutionName": "General", "Manufacturer": "Scanners Inc"}
    image = files.ct_slice(seed=uuid.uuid4().hex, **header)
    (tmp_path / "image.dcm").write_bytes(files.to_bytes(image))
    job = ingest_job_create_from_paths(paths=[tmp_path / "image.dcm"], source=IngestSource.COMMAND, requested_by=None)
    jobs.run(IngestJob, job.pk, ingest_job_run)
    made = make_reader_study()
    study = ImagingStudy.objects.get(study_instance_uid=image.StudyInstanceUID)
    Case.objects.filter(reader_study=made.reader_study, position=1).update(imaging_study=study)
    assert study.header_facts is None
    made.reader_study.refresh_from_db()
    return made


@pytest.fixture
def client(made):
    client = APIClient()
    client.force_authenticate(made.coordinator)
    return client


def told(made):
    """What the readers of the first case are told of it."""
    reads = Read.objects.filter(assignment__reader_study=made.reader_study, assignment__case__position=1)
    return [particulars_of(read=read) for read in reads.select_related("assignment__arm", "assignment__case")]


def test_a_plan_has_the_facts_of_its_cases_and_readers_have_not(made, client):
    before = told(made)
    reader_study_close(by=made.coordinator, reader_study=made.reader_study)
    run = carried_out(client, made, locked(client, made))
    cases = parse(run.snapshot.content)["cases"]
    assert [one["facts"] for one in cases] == [FACTS, *[None] * 10]
    result = parse(run.result.content)
    assert result["description"]["groups"]["facts"] == {"site": 1, "vendor": 1, "sex": 1, "age": 1}
    assert "Of 10 of 11 cases no image header is known" in " ".join(result["notes"])
    assert ImagingStudy.objects.get(cases__reader_study=made.reader_study, cases__position=1).header_facts["sex"] == "F"
    assert told(made) == before
    assert {(one["patient"], one["site"]) for one in before} == {(None, None)}
    for reader in made.readers.values():
        own = APIClient()
        own.force_authenticate(reader)
        assert own.get(f"/api/v1/analysis-runs/{run.pk}/snapshot").status_code == 403
        assert own.get(address(made)).status_code == 403


def test_headers_are_read_ahead_of_the_analysis_and_only_of_what_is_launched(made):
    assert launched_headers_read(budget_s=10) == 10
    assert ImagingStudy.objects.filter(header_facts__isnull=False).count() == 1
    # Nothing is left that has images.
    assert launched_headers_read(budget_s=10) == 0


def test_when_the_time_is_over_the_rest_is_counted(made):
    assert case_headers_read(reader_study=made.reader_study, budget_s=0) == 11
    assert case_headers_read(reader_study=made.reader_study, budget_s=10) == 10
