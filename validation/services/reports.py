"""Making, cancelling and retrying reports of results."""

from django.db import transaction

from annotations.services.drafts import stream_of
from portal import jobs
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict
from validation.models import AnalysisReport, AnalysisResult


@transaction.atomic
def report_create(*, by: User, result: AnalysisResult) -> AnalysisReport:
    """Queue the making of a report; 409 while another one of the same result is being made."""
    run = result.run
    if AnalysisReport.objects.filter(run=run, state__in=["PENDING", "RUNNING"]).exists():
        raise Conflict("A report of this result is being made.", code="report_under_way")
    report = AnalysisReport.objects.create(run=run, requested_by=by)
    _record(by, report, "analysis_report.create")
    jobs.enqueue(report)
    return report


@transaction.atomic
def report_cancel(*, by: User, report: AnalysisReport) -> None:
    """Ask the making of a report to stop."""
    jobs.cancel(report)
    _record(by, report, "analysis_report.cancel")


@transaction.atomic
def report_retry(*, by: User, report: AnalysisReport) -> None:
    """Queue a failed or cancelled report again; it keeps its date."""
    jobs.retry(report)
    _record(by, report, "analysis_report.retry")


def _record(by: User, report: AnalysisReport, action: str) -> None:
    detail = {"analysis_run_id": str(report.run_id)}
    record(stream=stream_of(report.run.reader_study_id), actor=by, action=action, obj=report, detail=detail)
