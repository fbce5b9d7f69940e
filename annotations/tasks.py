"""Celery tasks of reader studies."""

from annotations.models import StudyMail
from annotations.services import mails, reminders
from portal import jobs
from portal.celery import app


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
