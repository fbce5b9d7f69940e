"""Fixtures for imaging: the real Orthanc, and identifiers that no other test of the session has used."""

import os
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from portal import jobs
from portal.accounts.models import User
from portal.imaging.connection import orthanc
from portal.imaging.models import IngestJob, IngestSource
from portal.imaging.orthanc import Orthanc
from portal.imaging.services.ingest import ingest_job_create_from_paths, ingest_job_run
from tests.imaging import dicom_files as files


@pytest.fixture
def seed() -> str:
    """Orthanc outlives a test, so every test has identifiers of its own."""
    return uuid.uuid4().hex


@pytest.fixture
def gateway(orthanc_server: str) -> Orthanc:
    """The portal's own gateway to the Orthanc of this session."""
    return orthanc()


@pytest.fixture
def folder_of_slices(tmp_path: Path, seed: str) -> Callable[..., Path]:
    """Write slices of one series into a folder."""

    def write(count: int, **changes: Any) -> Path:
        folder = tmp_path / "scan"
        folder.mkdir(exist_ok=True)
        for number in range(1, count + 1):
            data_set = files.ct_slice(seed=seed, slice_number=number, **changes)
            (folder / f"{number:04d}.dcm").write_bytes(files.to_bytes(data_set))
        return folder

    return write


@pytest.fixture
def ingest(gateway: Orthanc) -> Callable[..., IngestJob]:
    """Run an ingest job over paths in this process."""

    def run(*paths: Path) -> IngestJob:
        job = ingest_job_create_from_paths(paths=paths, source=IngestSource.COMMAND, requested_by=None)
        jobs.run(IngestJob, job.pk, ingest_job_run)
        job.refresh_from_db()
        return job

    return run


@pytest.fixture
def ingest_data_sets(ingest: Callable[..., IngestJob], tmp_path: Path) -> Callable[..., IngestJob]:
    """Run an ingest job over data sets."""

    def run(data_sets: Sequence[Dataset]) -> IngestJob:
        folder = tmp_path / uuid.uuid4().hex
        folder.mkdir()
        for number, data_set in enumerate(data_sets):
            (folder / f"{number:04d}.dcm").write_bytes(files.to_bytes(data_set))
        return ingest(folder)

    return run


@pytest.fixture
def reader(db: None) -> User:
    """Somebody who may see the imaging studies of `tests.imaging.access_rules`."""
    return User.objects.create_user("reader")


@pytest.fixture
def coordinator(db: None) -> User:
    """Somebody who may ingest."""
    return User.objects.create_user("coordinator", may_create_reader_studies=True)


@pytest.fixture
def shared_file() -> Callable[[str], Path]:
    """A file of the data that lies beside the repository on some machines; skips where it does not."""
    default = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("OVERREAD_SHARED", default))

    def find(name: str) -> Path:
        path = folder / name
        if not path.exists():
            pytest.skip(f"{name} is not beside the repository (set OVERREAD_SHARED)")
        return path

    return find
