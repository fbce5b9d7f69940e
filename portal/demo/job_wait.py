"""Does a job in this process, or waits for the worker that was quicker."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from portal import jobs
from portal.db import JobModel, JobState

_POLL_S = 0.5
_PATIENCE_S = 300.0

J = TypeVar("J", bound=JobModel)


class JobUnfinished(Exception):
    """The job failed, or nobody finished it in time."""


def job_do(job: J, work: Callable[[J, jobs.Lease], None]) -> J:
    """Run `job` to its end; the lease decides whether this process or a worker does it."""
    jobs.run(type(job), job.pk, work)
    deadline = time.monotonic() + _PATIENCE_S
    job.refresh_from_db()
    while job.state in (JobState.PENDING, JobState.RUNNING) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
        job.refresh_from_db()
    if job.state != JobState.SUCCEEDED:
        what: Any = job._meta.verbose_name
        raise JobUnfinished(f"The {what} is {job.state}: {job.error_detail or 'no reason was stored'}")
    return job
