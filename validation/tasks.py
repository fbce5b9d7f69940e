"""Celery tasks of validation."""

from portal import jobs
from portal.celery import app
from validation.models import AnalysisReport, AnalysisRun
from validation.runner import execute, make_report
from validation.services import analysis_run_notice


@app.task(name=AnalysisRun.TASK_NAME)
def analysis_run_execute(job_id: str) -> None:
    """Execute one analysis run."""
    jobs.run(AnalysisRun, job_id, execute, ended=analysis_run_notice)


@app.task(name=AnalysisReport.TASK_NAME)
def analysis_report_make(job_id: str) -> None:
    """Make one report."""
    jobs.run(AnalysisReport, job_id, make_report)
