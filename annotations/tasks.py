"""Celery tasks of reader studies."""

from django.utils.module_loading import import_string

from annotations.models import ReadMeasurementJob, ReferenceJob, StudyMail
from annotations.runner import execute
from annotations.services import case_images, mails, reference_jobs, reminders
from portal import jobs
from portal.celery import app

# Named, not imported: every worker and the web process load task modules, and images are measured in few.
MEASURER = "annotations.measurer.read_measure_work"


@app.task(name=StudyMail.TASK_NAME)
def mail_send(job_id: str) -> None:
    """Send one mail."""
    jobs.run(StudyMail, job_id, mails.mail_send)


@app.task(name="annotations.mails_retry")
def mails_retry() -> int:
    """Try mails again that the mail server has not taken."""
    return mails.mails_retry()


@app.task(name="annotations.reminders_sweep")
def reminders_sweep() -> int:
    """Remind readers by the rules of their reader studies."""
    return reminders.reminders_sweep()


@app.task(name="annotations.headers_sweep")
def headers_sweep() -> int:
    """Read the headers of cases, which analyses group them by."""
    return case_images.launched_headers_read(budget_s=10.0)


@app.task(name=ReferenceJob.TASK_NAME)
def reference_job_execute(job_id: str) -> None:
    """Look what a version of the reference standard would be, or store it."""
    jobs.run(ReferenceJob, job_id, execute)


@app.task(name="annotations.reference_jobs_sweep")
def reference_jobs_sweep() -> int:
    """Drop the files of looks that are stored or old."""
    return reference_jobs.reference_jobs_sweep()


@app.task(name=ReadMeasurementJob.TASK_NAME)
def read_measure(job_id: str) -> None:
    """Measure the segments of a signed read."""
    jobs.run(ReadMeasurementJob, job_id, import_string(MEASURER))
