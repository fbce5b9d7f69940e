"""Reference jobs over HTTP, with the worker's work done in between."""

import json
from typing import Any

from annotations.models import ReferenceJob
from annotations.runner import execute
from portal import jobs
from portal.db import JobState


def worked(answer: Any) -> ReferenceJob:
    """Do the work of the job that a request has asked for."""
    assert answer.status_code == 202, answer.content
    jobs.run(ReferenceJob, answer.json()["id"], execute)
    return ReferenceJob.objects.get(pk=answer.json()["id"])


def path_of(job: ReferenceJob, rest: str = "") -> str:
    """The address of a job, or of a part of it."""
    return f"/api/v1/reader-studies/{job.reader_study_id}/reference-jobs/{job.pk}{rest}"


def found_by(client: Any, job: ReferenceJob) -> Any:
    """Return the answer to whoever asks what a look has found."""
    return client.get(path_of(job, f"/{job.kind.lower()}"))


def seen(client: Any, answer: Any) -> dict[str, Any]:
    """Return what a look that was asked for finds, with the `job` that found it."""
    job = worked(answer)
    assert job.state == JobState.SUCCEEDED, (job.error_code, job.error_detail, job.problems)
    shown = found_by(client, job)
    assert shown.status_code == 200, shown.content
    return {**shown.json(), "job": job}


def storing(client: Any, look: dict[str, Any], digest: str | None = None) -> ReferenceJob:
    """Have stored what a look has found, and return the job when the worker is done."""
    body = json.dumps({"digest": digest or look["digest"]})
    return worked(client.post(path_of(look["job"], "/store"), body, content_type="application/json"))
