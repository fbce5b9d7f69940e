"""Celery tasks of the audit trail."""

from portal import jobs
from portal.audit.models import TrailCheck
from portal.audit.services import CHECKPOINT_TASK, checkpoint_write
from portal.audit.verify import check_execute
from portal.celery import app


@app.task(name=CHECKPOINT_TASK)
def checkpoint() -> None:
    """Write down the heads of all streams."""
    checkpoint_write()


@app.task(name=TrailCheck.TASK_NAME)
def trail_check(job_id: str) -> None:
    """Verify the trail of one scope."""
    jobs.run(TrailCheck, job_id, check_execute)
