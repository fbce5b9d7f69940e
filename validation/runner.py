"""The work of an analysis run, and of a report of its result."""

from hashlib import sha256 as sha256_of_bytes

from django.db import transaction
from django.utils import timezone

from annotations.services.drafts import stream_of
from portal.audit.services import record, sha256
from portal.db import JobState
from portal.inference.access import model_version_by_id
from portal.inference.models import ModelVersion
from portal.jobs import JobFailed, Lease
from validation.canonical import canonical_result, parse
from validation.computing import compute
from validation.models import AnalysisReport, AnalysisReportFiles, AnalysisResult, AnalysisRun, DriftCheck, DriftWatch
from validation.reports.document import STEPS, report_html, report_pdf
from validation.selectors.drift import Shown, arms_to_evaluate, charts_of, rule_of, watch_in_force
from validation.selectors.reports import circumstances_of
from validation.services import software
from validation.services.drift import drift_signals_store


def execute(run: AnalysisRun, lease: Lease) -> None:
    """Compute the run's result from its snapshot and store both or neither.

    Everything is computed from the frozen snapshot, so a run that starts again after its worker died gives the
    same bytes; the result is stored once, in the transaction that ends the job.
    """
    snapshot = run.snapshot
    if sha256(snapshot.content) != snapshot.digest:
        raise JobFailed("The stored snapshot does not match its digest.", code="snapshot_damaged")
    document = compute(
        parse(snapshot.content), snapshot_digest=snapshot.digest, software=software(), progress=lease.progress
    )
    content = canonical_result(document)
    with transaction.atomic():
        result = AnalysisResult.objects.create(run=run, content=content, digest=sha256(content))
        record(
            stream=stream_of(run.reader_study_id),
            actor=None,
            action="analysis_run.succeed",
            obj=run,
            detail={"result_digest": sha256(content)},
            rows=[result],
        )
        lease.finish(JobState.SUCCEEDED)


def make_report(report: AnalysisReport, lease: Lease) -> None:
    """Make a report of the stored result and store its files, or nothing.

    Everything is read from what is stored, and the date is when it was asked for: a job that starts again after its
    worker died makes the same bytes.
    """
    result = AnalysisResult.objects.select_related("run__snapshot", "run__reader_study").get(run=report.run_id)
    snapshot = result.run.snapshot
    if sha256(snapshot.content) != snapshot.digest or sha256(result.content) != result.digest:
        raise JobFailed("The stored snapshot or result does not match its digest.", code="result_damaged")
    circumstances = circumstances_of(result=result, made_at=report.created_at)
    html = report_html(
        snapshot.content,
        result.content,
        circumstances,
        progress=lambda done, title: lease.progress(done, STEPS, title),
    )
    lease.progress(STEPS - 1, STEPS, "Setting the pages")
    pdf = report_pdf(html, result_digest=result.digest)
    lease.progress(STEPS, STEPS, "Storing the report")
    with transaction.atomic():
        files = AnalysisReportFiles.objects.create(
            report=report,
            html=html,
            html_digest=sha256(html),
            pdf=pdf,
            pdf_digest=sha256_of_bytes(pdf).hexdigest(),
        )
        record(
            stream=stream_of(result.run.reader_study_id),
            actor=None,
            action="analysis_report.succeed",
            obj=report,
            detail={"html_digest": files.html_digest, "pdf_digest": files.pdf_digest},
            rows=[files],
        )
        lease.finish(JobState.SUCCEEDED)


def check_drift(check: DriftCheck, lease: Lease) -> None:
    """Evaluate the watch over a model version: what is outside its limits is stored once and told.

    The charts are drawn anew from the rows each time, and what is stored already is left out: a check that starts
    again after its worker died finds the same. A rule that is set meanwhile is evaluated, too, before the check ends.
    """
    while not _checked_by(watch_in_force(model_version=check.model_version), check.model_version, lease):
        pass


def _checked_by(watch: DriftWatch | None, version: ModelVersion, lease: Lease) -> bool:
    """Evaluate one rule and end the check; False, and nothing is stored, where it is not in force any more."""
    charts: list[Shown] = []
    if watch is not None and watch.is_on:
        arms = arms_to_evaluate(model_version=version)
        charts = charts_of(model_version=version, rule=rule_of(watch), now=timezone.now(), arms=arms)
        lease.progress(1, 1, f"{len(charts)} charts")
    with transaction.atomic():
        # Setting a rule takes the same lock: it comes before this and is seen, or after it and finds the check over.
        model_version_by_id(version.pk, lock=True)
        if watch_in_force(model_version=version) != watch:
            return False
        if watch is None or not watch.is_on:
            lease.finish(JobState.CANCELLED, error_code="no_watch", error_detail="The watch was switched off.")
        else:
            drift_signals_store(watch=watch, charts=charts)
            lease.finish(JobState.SUCCEEDED)
    return True
