"""Celery tasks of validation."""

from portal import jobs
from portal.celery import app
from validation.models import AnalysisRun
from validation.runner import execute
from validation.services import analysis_run_notice


@app.task(name=AnalysisRun.TASK_NAME)
def analysis_run_execute(job_id: str) -> None:
    """Execute one analysis run."""
    jobs.run(AnalysisRun, job_id, execute, ended=analysis_run_notice)
