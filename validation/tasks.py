"""Celery tasks of validation."""

from django.utils import timezone

from portal import jobs
from portal.celery import app
from validation.models import AnalysisReport, AnalysisRun, DriftCheck
from validation.runner import check_drift, execute, make_report
from validation.services import analysis_run_notice
from validation.services.drift import drift_sweep


@app.task(name=AnalysisRun.TASK_NAME)
def analysis_run_execute(job_id: str) -> None:
    """Execute one analysis run."""
    jobs.run(AnalysisRun, job_id, execute, ended=analysis_run_notice)


@app.task(name=AnalysisReport.TASK_NAME)
def analysis_report_make(job_id: str) -> None:
    """Make one report."""
    jobs.run(AnalysisReport, job_id, make_report)


@app.task(name=DriftCheck.TASK_NAME)
def drift_check_execute(job_id: str) -> None:
    """Evaluate one drift watch."""
    jobs.run(DriftCheck, job_id, check_drift)


@app.task(name="validation.drift_sweep")
def drift_watches_sweep() -> int:
    """Have the drift watches that are due evaluated."""
    return drift_sweep(now=timezone.now())
