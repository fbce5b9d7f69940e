"""The whole portal as people meet it: uploads over HTTP, C-STORE, a real DICOMweb client, and a killed worker."""

import os
import secrets
import signal
import subprocess
import sys
import time

import httpx
import numpy as np
import psycopg
import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from pynetdicom import AE

from portal.ops.environment import REPOSITORY, port_of
from tests.imaging import dicom_files as files
from tests.reader_studies import tar_of

pytestmark = [pytest.mark.slow, pytest.mark.fault, pytest.mark.timeout(600)]

MAKE_TOKEN = """
from datetime import timedelta
from django.utils import timezone
from portal.accounts.models import User
from portal.accounts.services import token_create
user, _ = User.objects.get_or_create(username="{name}", defaults={{"may_create_reader_studies": {creator}}})
_, token = token_create(user=user, name="test", scope="WRITE", expires_at=timezone.now() + timedelta(hours=1))
print("TOKEN " + token)
"""


@pytest.fixture(scope="module")
def token_of(live_portal):
    """Make an account and a token of it."""

    def make(name: str, *, creator: bool) -> str:
        printed = live_portal.manage("shell", "-c", MAKE_TOKEN.format(name=name, creator=creator))
        return printed.split("TOKEN ")[1].split()[0]

    return make


@pytest.fixture(scope="module")
def coordinator(live_portal, token_of):
    """An API client of somebody who may ingest."""
    headers = {"Authorization": f"Bearer {token_of('imaging-coordinator', creator=True)}"}
    with httpx.Client(base_url=live_portal.url, headers=headers, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
def seed():
    return secrets.token_hex(8)


def packed(seed: str, count: int) -> bytes:
    """A tar of `count` slices of one series, each with enough pixels to take a moment."""
    pixels = np.random.default_rng(7).integers(0, 4096, (256, 256), dtype=np.uint16)
    slices = [
        files.ct_slice(seed=seed, slice_number=number, Rows=256, Columns=256, PixelData=(pixels + number).tobytes())
        for number in range(1, count + 1)
    ]
    return tar_of((f"{number:04d}.dcm", files.to_bytes(one)) for number, one in enumerate(slices, start=1))


def job_when(client: httpx.Client, job_id: str, is_so, seconds: float = 120.0):
    """Poll a job until `is_so(job)`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = client.get(f"/api/v1/ingest-jobs/{job_id}").raise_for_status().json()
        if is_so(job):
            return job
        assert job["state"] != "FAILED", job
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {job}")


def upload(client: httpx.Client, content: bytes) -> str:
    answer = client.post("/api/v1/ingest-jobs", files=[("files", ("scan.tar", content))])
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def study_of(client: httpx.Client, seed: str):
    """The imaging study of a seed, or None."""
    uid = files.ct_slice(seed=seed).StudyInstanceUID
    found = client.get("/api/v1/imaging-studies", params={"search": uid}).raise_for_status().json()["results"]
    return found[0] if found else None


def test_an_upload_is_read_back_by_a_real_dicomweb_client(live_portal, coordinator, seed):
    job_id = upload(coordinator, packed(seed, 5))
    job = job_when(coordinator, job_id, lambda one: one["state"] == "SUCCEEDED")
    assert job["counts"] == {"new": 5, "present": 0, "refused": 0}
    session = requests.Session()
    session.trust_env = False
    session.headers["Authorization"] = coordinator.headers["Authorization"]
    client = DICOMwebClient(f"{live_portal.url}/dicomweb", session=session)
    first = files.ct_slice(seed=seed)
    study, series = first.StudyInstanceUID, first.SeriesInstanceUID
    assert len(client.search_for_studies(search_filters={"StudyInstanceUID": study})) == 1
    assert client.search_for_series(study)[0]["0020000E"]["Value"] == [series]
    assert len(client.search_for_instances(study, series)) == 5
    metadata = client.retrieve_series_metadata(study, series)
    assert [row["00200013"]["Value"][0] for row in metadata] == [1, 2, 3, 4, 5]
    pixels = np.random.default_rng(7).integers(0, 4096, (256, 256), dtype=np.uint16)
    (frame,) = client.retrieve_instance_frames(
        study,
        series,
        files.ct_slice(seed=seed, slice_number=4).SOPInstanceUID,
        frame_numbers=[1],
        media_types=(("application/octet-stream", "*"),),
    )
    np.testing.assert_array_equal(np.frombuffer(frame, "<u2").reshape(256, 256), pixels + 4)


def test_a_reader_without_a_case_sees_nothing_of_it(live_portal, coordinator, token_of, seed):
    job_id = upload(coordinator, packed(seed, 1))
    job_when(coordinator, job_id, lambda one: one["state"] == "SUCCEEDED")
    first = files.ct_slice(seed=seed)
    address = f"/dicomweb/studies/{first.StudyInstanceUID}/series"
    headers = {"Authorization": f"Bearer {token_of('imaging-reader', creator=False)}"}
    with httpx.Client(base_url=live_portal.url, headers=headers, timeout=60, trust_env=False) as reader:
        assert reader.get("/dicomweb/studies").json() == []
        assert reader.get(address).status_code == 404
        assert reader.get("/api/v1/ingest-jobs").status_code == 403
    assert coordinator.get(address).status_code == 200


def test_c_store_reaches_the_portal_by_itself(live_portal, coordinator, seed):
    sender = AE(ae_title="MODALITY")
    sender.add_requested_context(files.ct_slice().SOPClassUID)
    association = sender.associate("127.0.0.1", port_of("dicom", live_portal.environment), ae_title="OVERREAD")
    assert association.is_established
    for number in range(1, 31):
        assert association.send_c_store(files.ct_slice(seed=seed, slice_number=number)).Status == 0
    association.release()
    deadline = time.monotonic() + 60
    while (study := study_of(coordinator, seed)) is None or study["number_of_instances"] < 30:
        assert time.monotonic() < deadline, study
        time.sleep(0.5)
    assert study["number_of_instances"] == 30


def test_an_upload_whose_worker_is_killed_is_finished_and_nothing_is_doubled(live_portal, coordinator, seed):
    count = 400
    job_id = upload(coordinator, packed(seed, count))
    job_when(coordinator, job_id, lambda one: 0 < one["progress_done"] < count)
    worker = live_portal.supervisor.children["worker"]
    killed = worker.process
    assert killed is not None
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait(10)
    left_over = coordinator.get(f"/api/v1/ingest-jobs/{job_id}").json()
    assert left_over["state"] == "RUNNING"
    assert 0 < left_over["progress_done"] < count
    while not worker.running:
        live_portal.supervisor.restart_crashed()
        time.sleep(0.2)
    job = job_when(coordinator, job_id, lambda one: one["state"] == "SUCCEEDED", seconds=180)
    assert job["counts"] == {"new": count, "present": 0, "refused": 0}
    study = study_of(coordinator, seed)
    assert (study["number_of_series"], study["number_of_instances"]) == (1, count)


def test_a_killed_command_is_finished_by_the_worker(live_portal, coordinator, seed, tmp_path):
    count = 400
    path = tmp_path / "scan.tar"
    path.write_bytes(packed(seed, count))
    command = [sys.executable, "manage.py", "ingest", str(path)]
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=live_portal.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while (study := study_of(coordinator, seed)) is None:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert study["number_of_instances"] < count
    deadline = time.monotonic() + 180
    while study_of(coordinator, seed)["number_of_instances"] < count:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    repeated = live_portal.manage("ingest", str(path))
    assert f"0 new, {count} already there, 0 refused" in repeated
    with psycopg.connect(live_portal.environment["DATABASE_URL"]) as connection:
        uid = files.ct_slice(seed=seed).StudyInstanceUID
        (number,) = connection.execute(
            "SELECT count(*) FROM imaging_ingestitem i JOIN imaging_instance n USING (sop_instance_uid) "
            "JOIN imaging_series s ON s.id = n.series_id JOIN imaging_imagingstudy t ON t.id = s.imaging_study_id "
            "WHERE t.study_instance_uid = %s AND i.outcome = 'NEW'",
            [uid],
        ).fetchone() or (0,)
    assert number == count
