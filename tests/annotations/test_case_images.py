"""How a case is hung does not depend on how soon after its images it is opened: with real images in Orthanc."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from annotations.models import Case
from portal import jobs
from portal.imaging.connection import orthanc
from portal.imaging.models import ImagingStudy, IngestJob, IngestSource, Series
from portal.imaging.services.describe import series_describe
from portal.imaging.services.ingest import ingest_job_create_from_paths, ingest_job_run
from tests.annotations.building import Built, launched
from tests.imaging import dicom_files as files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("orthanc_server")]
CHEST = {"BodyPartExamined": "CHEST", "SliceThickness": 1.25}


def bring_in(folder: Path, seed: str, *numbers: int) -> None:
    """Take slices of one series in; no worker describes them."""
    folder.mkdir()
    for number in numbers:
        data_set = files.ct_slice(seed=seed, slice_number=number, **CHEST)
        (folder / f"{number}.dcm").write_bytes(files.to_bytes(data_set))
    job = ingest_job_create_from_paths(paths=[folder], source=IngestSource.COMMAND, requested_by=None)
    jobs.run(IngestJob, job.pk, ingest_job_run)


@pytest.fixture
def seed() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def built(tmp_path: Path, seed: str) -> Built:
    """A reader study whose only case has just arrived."""
    bring_in(tmp_path / "first", seed, 2, 3)
    made = launched(cases=1, readers=1)
    study_uid = str(files.ct_slice(seed=seed).StudyInstanceUID)
    arrived = ImagingStudy.objects.get(study_instance_uid=study_uid)
    Case.objects.filter(pk=made.cases[0].pk).update(imaging_study=arrived)
    return made


def facts_at_opening(built: Built) -> Any:
    client = Client()
    client.force_login(built.readers[0], backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/api/v1/assignments/{built.assignment(built.readers[0], 1).pk}/open", {}, "application/json")
    assert answer.status_code == 200, answer.content
    again = client.get(f"/api/v1/reads/{answer.json()['id']}")
    (series,) = answer.json()["case"]["imaging_study"]["series"]
    assert again.json()["case"]["imaging_study"]["series"] == [series]
    return series["facts"]


def test_a_case_opened_before_the_worker_has_come_is_described_all_the_same(built: Built) -> None:
    assert Series.objects.get(imaging_study=built.assignment(built.readers[0], 1).case.imaging_study).facts is None
    before = facts_at_opening(built)
    assert (before["body_part"], before["orientation"], before["number_of_images"]) == ("CHEST", "AXIAL", 2)
    series_describe(gateway=orthanc())
    assert facts_at_opening(built) == before
    # As an upgrade forgets what it wants described anew.
    Series.objects.update(facts=None)
    assert facts_at_opening(built) == before


def test_a_series_that_has_grown_is_described_as_it_is_now(built: Built, tmp_path: Path, seed: str) -> None:
    assert facts_at_opening(built)["number_of_images"] == 2
    bring_in(tmp_path / "rest", seed, 1, 4)
    assert facts_at_opening(built)["number_of_images"] == 4


def test_the_coordinators_preview_hangs_it_as_the_reader_will_see_it(built: Built) -> None:
    client = Client()
    client.force_login(built.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/cases/{built.cases[0].pk}/images"
    (study,) = client.get(path).json()["studies"]
    assert study["series"][0]["facts"] == facts_at_opening(built)
