"""Background work that survives a killed worker.

A job is a row (`portal.db.JobModel`); the Celery message is only a wake-up. A worker claims the row with a lease
that it renews while it works. When the worker dies, the lease runs out and the beat task `portal.jobs_resume` wakes
the job again; the work goes on from what it had stored, so every job's work must be idempotent.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from portal.celery import app as celery_app
from portal.db import JobModel, JobState
from portal.errors import Conflict, PortalError

logger = logging.getLogger(__name__)

LEASE_DURATION = timedelta(seconds=30)
HEARTBEAT_S = 10.0
PENDING_GRACE = timedelta(seconds=15)
MAX_ATTEMPTS = 5

J = TypeVar("J", bound=JobModel)
# Told which job has ended how, in the transaction that stores it.
Ended = Callable[[Any, JobState], None]


class JobCancelled(Exception):
    """Somebody asked for the job to stop."""


class LeaseLost(Exception):
    """The lease ran out and another worker has taken the job: stop without writing anything more."""


class JobFailed(PortalError):
    """The job cannot be done; the reason is shown to the person who asked for it."""

    code = "job_failed"


def enqueue(job: JobModel) -> None:
    """Wake a worker for `job` once the current transaction is committed."""
    wake(job.TASK_NAME, job.QUEUE, job_id=str(job.pk))


def wake(task_name: str, queue: str, **kwargs: Any) -> None:
    """Send a Celery task by name after commit; applied at once where `OVERREAD_JOBS_INLINE` is set (unit tests)."""
    transaction.on_commit(lambda: _send(task_name, queue, kwargs))


def _send(task_name: str, queue: str, kwargs: dict[str, Any]) -> None:
    # Celery's send_task ignores task_always_eager, so the inline mode takes the task from the registry.
    if settings.OVERREAD_JOBS_INLINE:
        celery_app.loader.import_default_modules()
        celery_app.tasks[task_name].apply(kwargs=kwargs, throw=True)
        return
    try:
        celery_app.send_task(task_name, kwargs=kwargs, queue=queue, ignore_result=True, retry=False)
    except OperationalError:
        # The row is committed: `resume` finds it when the broker is back.
        logger.warning("broker does not answer; %s waits in the database", task_name)


class Lease:
    """The right of one worker to work on one job."""

    def __init__(self, job: JobModel, owner: uuid.UUID, ended: Ended | None = None) -> None:
        self.job = job
        self.owner = owner
        self.ended = ended

    def _held(self) -> Any:
        return type(self.job)._default_manager.filter(pk=self.job.pk, lease_owner=self.owner, state=JobState.RUNNING)

    def renew(self) -> None:
        """Hold the lease for another `LEASE_DURATION`."""
        self._held().update(lease_expires_at=timezone.now() + LEASE_DURATION)

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Store progress and renew the lease; raise when the job was cancelled or taken over."""
        now = timezone.now()
        changed = self._held().update(
            progress_done=done,
            progress_total=total,
            progress_message=message[:200],
            lease_expires_at=now + LEASE_DURATION,
        )
        if not changed:
            raise LeaseLost(str(self.job.pk))
        if type(self.job)._default_manager.filter(pk=self.job.pk, cancel_requested=True).exists():
            raise JobCancelled(str(self.job.pk))

    def store(self, **columns: Any) -> None:
        """Store columns of the job while the lease is held; raise when the job was taken over.

        In a transaction nobody else can take the job before it ends.
        """
        if not self._held().update(**columns):
            raise LeaseLost(str(self.job.pk))

    @transaction.atomic
    def finish(self, state: JobState, *, error_code: str = "", error_detail: str = "") -> None:
        """End the job. Call it inside the transaction that stores the outcome: then both happen or neither."""
        changed = self._held().update(
            state=state,
            error_code=error_code[:60],
            error_detail=error_detail,
            finished_at=timezone.now(),
            lease_owner=None,
            lease_expires_at=None,
        )
        if not changed:
            raise LeaseLost(str(self.job.pk))
        if self.ended is not None:
            self.ended(self.job, state)


def claim(model: type[J], job_id: uuid.UUID | str, ended: Ended | None = None) -> tuple[J, Lease] | None:
    """Take the lease of a job that is pending or whose worker died; None when there is nothing to do."""
    now = timezone.now()
    owner = uuid.uuid4()
    free = Q(state=JobState.PENDING) | Q(state=JobState.RUNNING, lease_expires_at__lt=now)
    taken = model._default_manager.filter(free, pk=job_id).update(
        state=JobState.RUNNING,
        attempt=F("attempt") + 1,
        lease_owner=owner,
        lease_expires_at=now + LEASE_DURATION,
        started_at=now,
        finished_at=None,
        error_code="",
        error_detail="",
    )
    if not taken:
        return None
    job = model._default_manager.get(pk=job_id)
    return job, Lease(job, owner, ended)


def run(
    model: type[J], job_id: uuid.UUID | str, work: Callable[[J, Lease], None], *, ended: Ended | None = None
) -> None:
    """Claim the job, do `work`, and store how it ended.

    `work` ends the job itself with `lease.finish(SUCCEEDED)` inside the transaction that stores its outcome.
    `ended` is told of every end, in the transaction that stores it.
    """
    claimed = claim(model, job_id, ended)
    if claimed is None:
        return
    job, lease = claimed
    stop = threading.Event()
    heartbeat = threading.Thread(target=_keep_alive, args=(lease, stop), daemon=True)
    heartbeat.start()
    try:
        if job.attempt > MAX_ATTEMPTS:
            raise JobFailed(f"The worker died {MAX_ATTEMPTS} times on this job.", code="worker_died")
        if job.cancel_requested:
            raise JobCancelled(str(job.pk))
        work(job, lease)
    except JobCancelled:
        lease.finish(JobState.CANCELLED, error_code="cancelled", error_detail="Cancelled on request.")
    except LeaseLost:
        logger.warning("%s %s was taken over by another worker", model.__name__, job_id)
    except PortalError as error:
        lease.finish(JobState.FAILED, error_code=error.code, error_detail=error.detail)
    except Exception:
        lease.finish(
            JobState.FAILED,
            error_code="internal",
            error_detail="An unexpected error; the log of the worker has it.",
        )
        raise
    finally:
        stop.set()
        heartbeat.join()


def _keep_alive(lease: Lease, stop: threading.Event) -> None:
    """Renew the lease while a long step reports no progress; it dies with the process, and so does the lease."""
    while not stop.wait(HEARTBEAT_S):
        lease.renew()
        connection.close()


def cancel(job: JobModel, *, ended: Ended | None = None) -> None:
    """Ask a job to stop; a pending one stops at once, and `ended` is told, as `run` tells it of every other end."""
    manager = type(job)._default_manager
    now = timezone.now()
    if manager.filter(pk=job.pk, state=JobState.PENDING).update(
        state=JobState.CANCELLED, cancel_requested=True, finished_at=now, error_code="cancelled"
    ):
        if ended is not None:
            ended(job, JobState.CANCELLED)
        return
    if not manager.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_requested=True):
        raise Conflict("This job has already ended.")


def retry(job: JobModel) -> None:
    """Put a failed or cancelled job back in the queue."""
    changed = (
        type(job)
        ._default_manager.filter(pk=job.pk, state__in=[JobState.FAILED, JobState.CANCELLED])
        .update(
            state=JobState.PENDING,
            attempt=0,
            cancel_requested=False,
            finished_at=None,
            error_code="",
            error_detail="",
        )
    )
    if not changed:
        raise Conflict("Only a failed or cancelled job can be retried.")
    enqueue(job)


def resume() -> int:
    """Wake every job that nobody works on; return how many."""
    now = timezone.now()
    stale = Q(state=JobState.PENDING, created_at__lt=now - PENDING_GRACE) | Q(
        state=JobState.RUNNING, lease_expires_at__lt=now
    )
    count = 0
    for model in apps.get_models():
        if issubclass(model, JobModel):
            for job in model._default_manager.filter(stale).order_by("created_at")[:100]:
                enqueue(job)
                count += 1
    return count
