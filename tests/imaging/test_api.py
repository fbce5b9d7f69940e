"""The coordinator's side over HTTP: imaging studies and uploads."""

import errno
import io
import os
import resource
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal import jobs
from portal.accounts.models import User
from portal.imaging.models import ImagingStudy, IngestJob
from portal.imaging.services.ingest import ingest_job_run
from tests.imaging import dicom_files as files
from tests.reader_studies import tar_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_coordinator(client, coordinator):
    client.force_login(coordinator)
    return client


@pytest.fixture
def upload(as_coordinator, gateway):
    """Send files and run their job, as a worker would."""

    def send(**contents):
        uploads = [SimpleUploadedFile(name.replace("__", "."), content) for name, content in contents.items()]
        answer = as_coordinator.post("/api/v1/ingest-jobs", {"files": uploads})
        assert answer.status_code == 202, answer.content
        job_id = answer.json()["id"]
        jobs.run(IngestJob, job_id, ingest_job_run)
        return answer.json(), as_coordinator.get(f"/api/v1/ingest-jobs/{job_id}").json()

    return send


def test_an_upload_becomes_a_job_with_an_outcome_for_each_file(upload, seed):
    slices = [files.to_bytes(files.ct_slice(seed=seed, slice_number=n)) for n in (1, 2)]
    packed = tar_of([("second.dcm", slices[1])], "w:gz")
    before, after = upload(first__dcm=slices[0], more__tgz=packed, letter__txt=b"hello")
    assert (before["state"], before["source"]) == ("PENDING", "UPLOAD")
    assert before["counts"] == {"new": 0, "present": 0, "refused": 0}
    assert (after["state"], after["progress_done"], after["progress_total"]) == ("SUCCEEDED", 3, 3)
    assert after["counts"] == {"new": 2, "present": 0, "refused": 1}
    (refused,) = after["refused"]
    assert (refused["name"], refused["reason_code"]) == ("letter.txt", "not_dicom")
    assert refused["reason"].startswith("Not a DICOM file")


def test_a_hostile_name_is_only_shown_never_used(upload, seed):
    _, after = upload(**{"..__..__evil\u202egnp__exe": b"hello"})
    (refused,) = after["refused"]
    assert "/" not in refused["name"]
    assert "\u202e" not in refused["name"]


def test_more_files_than_a_process_may_open(upload):
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, before[1]))
    try:
        _, after = upload(**{f"f{n}__txt": b"hello" for n in range(400)})
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert after["counts"]["refused"] == 400


def test_what_no_job_has_taken_is_deleted(client, reader, settings):
    client.force_login(reader)
    answer = client.post("/api/v1/ingest-jobs", {"files": [SimpleUploadedFile("a.dcm", b"hello")]})
    assert answer.status_code == 403
    incoming = Path(settings.VAR_DIR) / "uploads" / "incoming"
    assert not incoming.exists() or list(incoming.iterdir()) == []


def test_a_full_disk_is_said(as_coordinator, monkeypatch):
    class FullDisk(io.BytesIO):
        def write(self, content):
            raise OSError(errno.ENOSPC, "No space left on device")

    def opened(descriptor, mode):
        os.close(descriptor)
        return FullDisk()

    monkeypatch.setattr("portal.imaging.uploads.os.fdopen", opened)
    answer = as_coordinator.post("/api/v1/ingest-jobs", {"files": [SimpleUploadedFile("a.dcm", b"hello")]})
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert IngestJob.objects.count() == 0


def test_an_upload_of_nothing_is_refused(as_coordinator):
    answer = as_coordinator.post("/api/v1/ingest-jobs", {})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["errors"][0]["field"] == "files"
    assert IngestJob.objects.count() == 0


def test_the_archive_is_listed_searched_and_shown(upload, as_coordinator, seed):
    upload(
        a__dcm=files.to_bytes(files.ct_slice(seed=seed, StudyDescription="Thorax native")),
        b__dcm=files.to_bytes(files.ct_slice(seed=seed + "b", StudyDescription="Head", Modality="MR")),
    )
    listed = as_coordinator.get("/api/v1/imaging-studies").json()
    assert {one["study_description"] for one in listed["results"]} == {"Thorax native", "Head"}
    for query, expected in {
        "search=thorax": ["Thorax native"],
        "search=nat tho": ["Thorax native"],
        "modality=MR": ["Head"],
        "search=nothing": [],
        "search=head&modality=CT": [],
    }.items():
        found = as_coordinator.get(f"/api/v1/imaging-studies?{query}").json()["results"]
        assert [one["study_description"] for one in found] == expected, query
    study = ImagingStudy.objects.get(study_description="Head")
    shown = as_coordinator.get(f"/api/v1/imaging-studies/{study.pk}").json()
    assert shown["modalities"] == ["MR"]
    assert [(one["modality"], one["number_of_instances"]) for one in shown["series"]] == [("MR", 1)]
    assert seed not in str(shown)


def test_jobs_are_their_owner_s(upload, as_coordinator, client, seed):
    upload(a__dcm=files.to_bytes(files.ct_slice(seed=seed)))
    job = IngestJob.objects.get()
    client.force_login(User.objects.create_user("another", may_create_reader_studies=True))
    assert client.get("/api/v1/ingest-jobs").json()["results"] == []
    assert client.get(f"/api/v1/ingest-jobs/{job.pk}").status_code == 404
    client.force_login(User.objects.create_superuser("site"))
    assert len(client.get("/api/v1/ingest-jobs").json()["results"]) == 1


@pytest.mark.parametrize("address", ["imaging-studies", "ingest-jobs"])
def test_a_reader_has_no_business_here(client, reader, address):
    client.force_login(reader)
    assert client.get(f"/api/v1/{address}").status_code == 403
    client.logout()
    assert client.get(f"/api/v1/{address}").status_code == 401


def test_what_is_not_there_is_a_404(as_coordinator):
    nowhere = "00000000-0000-4000-8000-000000000000"
    for address in (f"imaging-studies/{nowhere}", f"ingest-jobs/{nowhere}"):
        assert as_coordinator.get(f"/api/v1/{address}").json()["code"] == "not_found"
