"""Jobs: one worker at a time, and none is lost."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from portal import jobs
from portal.celery import app as celery
from portal.db import JobState
from portal.errors import Conflict
from portal.imaging.models import IngestJob, IngestSource
from portal.jobs import JobCancelled, JobFailed, Lease, LeaseLost

pytestmark = pytest.mark.django_db


@pytest.fixture
def job() -> IngestJob:
    return IngestJob.objects.create(source=IngestSource.COMMAND)


@pytest.fixture(autouse=True)
def quiet_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """The heartbeat's own connection could not see the rows of this test's transaction."""
    monkeypatch.setattr(jobs, "HEARTBEAT_S", 3600)


def stored(job: IngestJob) -> IngestJob:
    return IngestJob.objects.get(pk=job.pk)


def lease_of(job: IngestJob) -> Lease:
    claimed = jobs.claim(IngestJob, job.pk)
    assert claimed
    return claimed[1]


def let_the_lease_run_out(job: IngestJob) -> None:
    IngestJob.objects.filter(pk=job.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))


def test_a_job_is_claimed_by_one_worker_only(job: IngestJob) -> None:
    lease_of(job)
    assert jobs.claim(IngestJob, job.pk) is None
    assert (stored(job).state, stored(job).attempt) == (JobState.RUNNING, 1)


def test_a_job_whose_worker_died_is_taken_over_and_the_dead_cannot_write(job: IngestJob) -> None:
    dead = lease_of(job)
    let_the_lease_run_out(job)
    alive = lease_of(job)
    assert stored(job).attempt == 2
    for late in (lambda: dead.progress(1, 2), lambda: dead.finish(JobState.SUCCEEDED)):
        with pytest.raises(LeaseLost):
            late()
    alive.finish(JobState.SUCCEEDED)
    assert stored(job).state == JobState.SUCCEEDED
    assert jobs.claim(IngestJob, job.pk) is None


def test_progress_renews_the_lease(job: IngestJob) -> None:
    lease = lease_of(job)
    let_the_lease_run_out(job)
    lease.progress(3, 10, "third file")
    assert (stored(job).progress_done, stored(job).progress_total, stored(job).progress_message) == (
        3,
        10,
        "third file",
    )
    assert jobs.claim(IngestJob, job.pk) is None


def test_work_that_succeeds_ends_the_job_in_its_own_transaction(job: IngestJob) -> None:
    def work(job: IngestJob, lease: Lease) -> None:
        with transaction.atomic():
            lease.finish(JobState.SUCCEEDED)

    jobs.run(IngestJob, job.pk, work)
    assert stored(job).state == JobState.SUCCEEDED
    assert stored(job).finished_at is not None
    assert stored(job).lease_owner is None


def test_a_typed_failure_is_stored_with_its_reason(job: IngestJob) -> None:
    def work(job: IngestJob, lease: Lease) -> None:
        raise JobFailed("The archive is empty.", code="empty_archive")

    jobs.run(IngestJob, job.pk, work)
    assert (stored(job).state, stored(job).error_code, stored(job).error_detail) == (
        JobState.FAILED,
        "empty_archive",
        "The archive is empty.",
    )


def test_an_unexpected_error_is_raised_for_the_log_and_says_nothing_to_the_user(job: IngestJob) -> None:
    def work(job: IngestJob, lease: Lease) -> None:
        raise ZeroDivisionError("John Doe")

    with pytest.raises(ZeroDivisionError):
        jobs.run(IngestJob, job.pk, work)
    assert (stored(job).state, stored(job).error_code) == (JobState.FAILED, "internal")
    assert "John Doe" not in stored(job).error_detail


def test_a_job_that_kills_its_worker_again_and_again_is_given_up(job: IngestJob) -> None:
    for _ in range(jobs.MAX_ATTEMPTS):
        lease_of(job)
        let_the_lease_run_out(job)
    jobs.run(IngestJob, job.pk, lambda job, lease: pytest.fail("it must not start again"))
    assert (stored(job).state, stored(job).error_code) == (JobState.FAILED, "worker_died")


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_at_its_next_step(job: IngestJob) -> None:
    jobs.cancel(job)
    assert stored(job).state == JobState.CANCELLED
    with pytest.raises(Conflict):
        jobs.cancel(job)

    running = IngestJob.objects.create(source=IngestSource.COMMAND)

    def work(job: IngestJob, lease: Lease) -> None:
        lease.progress(1, 3)
        jobs.cancel(job)
        with pytest.raises(JobCancelled):
            lease.progress(2, 3)
        lease.progress(3, 3)

    jobs.run(IngestJob, running.pk, work)
    assert (stored(running).state, stored(running).error_code) == (JobState.CANCELLED, "cancelled")


def test_only_what_has_failed_or_was_cancelled_is_retried(job: IngestJob) -> None:
    with pytest.raises(Conflict):
        jobs.retry(job)
    lease_of(job).finish(JobState.FAILED, error_code="x", error_detail="y")
    jobs.retry(job)
    again = stored(job)
    assert (again.state, again.attempt, again.error_code, again.cancel_requested) == (JobState.PENDING, 0, "", False)


# What becomes of a job when it is asked to do something, by its state; where nothing is named it is refused.
ASKED = {
    (JobState.PENDING, "claim"): JobState.RUNNING,
    (JobState.PENDING, "cancel"): JobState.CANCELLED,
    # It stops at its next step.
    (JobState.RUNNING, "cancel"): JobState.RUNNING,
    (JobState.FAILED, "retry"): JobState.PENDING,
    (JobState.CANCELLED, "retry"): JobState.PENDING,
}


@pytest.mark.parametrize("event", ["claim", "cancel", "retry"])
@pytest.mark.parametrize("state", list(JobState))
def test_every_event_in_every_state_is_done_or_refused(job: IngestJob, state: JobState, event: str) -> None:
    lease = {"lease_owner": uuid.uuid4(), "lease_expires_at": timezone.now() + timedelta(minutes=1)}
    IngestJob.objects.filter(pk=job.pk).update(state=state, **(lease if state == JobState.RUNNING else {}))
    target = ASKED.get((state, event))
    if event == "claim":
        assert (jobs.claim(IngestJob, job.pk) is None) == (target is None)
    elif target is None:
        with pytest.raises(Conflict) as caught:
            getattr(jobs, event)(job)
        assert caught.value.code == "wrong_state"
    else:
        getattr(jobs, event)(job)
    assert stored(job).state == (target or state)
    assert stored(job).cancel_requested == (event == "cancel" and target is not None)


def test_resume_wakes_exactly_the_jobs_that_nobody_works_on(job: IngestJob) -> None:
    old = timezone.now() - timedelta(minutes=1)
    running, dead, done = (IngestJob.objects.create(source=IngestSource.COMMAND) for _ in range(3))
    lease_of(running)
    lease_of(dead)
    let_the_lease_run_out(dead)
    lease_of(done).finish(JobState.SUCCEEDED)
    assert jobs.resume() == 1  # `dead`; `job` is so young that its own message may still arrive
    IngestJob.objects.filter(pk=job.pk).update(created_at=old)
    IngestJob.objects.filter(pk=done.pk).update(created_at=old)
    assert jobs.resume() == 2


def test_a_broker_that_does_not_answer_loses_nothing(job: IngestJob, caplog: pytest.LogCaptureFixture) -> None:
    """The row is the job; the message is only a wake-up."""
    before = celery.conf.broker_url
    celery.conf.broker_url = "redis://127.0.0.1:1/0"
    # Celery keeps its connections; another test may have made one to the real broker.
    celery.amqp._producer_pool = None
    try:
        jobs._send(job.TASK_NAME, job.QUEUE, {"job_id": str(job.pk)})
    finally:
        celery.conf.broker_url = before
        celery.amqp._producer_pool = None
    assert "imaging.ingest waits in the database" in caplog.text
    assert stored(job).state == JobState.PENDING
