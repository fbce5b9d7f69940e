"""Tasks of the portal itself."""

from portal import jobs
from portal.celery import app


@app.task(name="portal.jobs_resume")
def jobs_resume() -> int:
    """Wake jobs whose worker died or whose message was lost."""
    return jobs.resume()
