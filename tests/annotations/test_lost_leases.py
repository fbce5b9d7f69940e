"""A worker that has lost its lease on a reference job writes nothing: neither its answer nor what is wrong."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from annotations.models import ReferenceJob
from annotations.runner import execute
from annotations.services.reference_jobs import result_read
from portal import jobs
from portal.db import JobState
from portal.errors import Conflict, Invalid
from tests.annotations.building import Built, launched
from tests.annotations.test_adjudication import client_of
from tests.annotations.test_consensus_api import read_all

pytestmark = pytest.mark.django_db


def taken_over(job_id: str) -> tuple[tuple[ReferenceJob, jobs.Lease], tuple[ReferenceJob, jobs.Lease]]:
    """Two workers: the first has slept longer than its lease, and the second has the job now."""
    first = jobs.claim(ReferenceJob, job_id)
    ReferenceJob.objects.filter(pk=job_id).update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    second = jobs.claim(ReferenceJob, job_id)
    assert first is not None
    assert second is not None
    return first, second


def path(built: Built, rest: str) -> str:
    return f"/api/v1/reader-studies/{built.reader_study.pk}/{rest}"


def test_the_answer_of_a_look() -> None:
    built = launched(cases=5, readers=3)
    read_all(built)
    rule = {"kind": "MAJORITY", "question": "nodule_present"}
    asked = client_of(built.coordinator).post(path(built, "consensus/preview"), rule, format="json")
    assert asked.status_code == 202, asked.content
    (late, lost), (job, lease) = taken_over(asked.json()["id"])
    with pytest.raises(jobs.LeaseLost):
        execute(late, lost)
    job.refresh_from_db()
    assert (job.digest, job.state) == ("", JobState.RUNNING)
    with pytest.raises(Conflict):
        result_read(job)
    execute(job, lease)
    job.refresh_from_db()
    assert (job.state, result_read(job)["digest"]) == (JobState.SUCCEEDED, job.digest)
    with pytest.raises(jobs.LeaseLost):
        execute(late, lost)
    assert result_read(job)["digest"] == job.digest


def test_what_is_wrong_with_files() -> None:
    built = launched(cases=2)
    file = SimpleUploadedFile("truth.csv", b"case,truth\nCase 999,1\n")
    asked = client_of(built.coordinator).post(
        path(built, "reference-standards/preview"), {"files": [file]}, format="multipart"
    )
    assert asked.status_code == 202, asked.content
    (late, lost), (job, lease) = taken_over(asked.json()["id"])
    with pytest.raises(jobs.LeaseLost):
        execute(late, lost)
    job.refresh_from_db()
    assert job.problems == []
    with pytest.raises(Invalid):
        execute(job, lease)
    job.refresh_from_db()
    assert job.problems
