"""What stands around a result when a report is made of it, and the reports there are."""

from datetime import UTC, datetime

from django.db.models import QuerySet

from annotations.models import ProtocolVersion, ReaderStudy
from annotations.selectors.protocol import protocol_versions_of
from validation.canonical import parse
from validation.models import AnalysisReport, AnalysisReportFiles, AnalysisResult, AnalysisRun
from validation.reports.material import Circumstances, Protocol


def reports_of(*, run: AnalysisRun) -> QuerySet[AnalysisReport]:
    """Return the reports of a run, newest first, without their files."""
    digests = ("files__html_digest", "files__pdf_digest")
    columns = [field.attname for field in AnalysisReport._meta.concrete_fields]
    return (
        AnalysisReport.objects.filter(run=run)
        .select_related("requested_by", "files")
        .only(*columns, "requested_by__username", *digests)
    )


def newest_files_of(*, run: AnalysisRun) -> AnalysisReportFiles | None:
    """Return the report that was asked for last, of those that are made."""
    return AnalysisReportFiles.objects.filter(report__run=run).order_by("-report__created_at").first()


def circumstances_of(*, result: AnalysisResult, made_at: datetime) -> Circumstances:
    """Say what stood around a stored result; nothing of it changes later."""
    run = result.run
    earlier = AnalysisResult.objects.filter(
        run__reader_study=run.reader_study_id, created_at__lt=result.created_at
    ).count()
    protocol = protocol_versions_of(reader_study=run.reader_study).filter(created_at__lte=run.created_at).first()
    return Circumstances(
        made_at=made_at.astimezone(UTC).isoformat(timespec="seconds"),
        snapshot_digest=run.snapshot.digest,
        result_digest=result.digest,
        protocol=_protocol(protocol),
        earlier_results=earlier,
    )


def circumstances_without_run(
    *, reader_study: ReaderStudy, snapshot_digest: str, result_digest: str, made_at: datetime
) -> Circumstances:
    """Say what stands around a result that is computed now and not stored."""
    return Circumstances(
        made_at=made_at.astimezone(UTC).isoformat(timespec="seconds"),
        snapshot_digest=snapshot_digest,
        result_digest=result_digest,
        protocol=_protocol(protocol_versions_of(reader_study=reader_study).first()),
        earlier_results=AnalysisResult.objects.filter(run__reader_study=reader_study).count(),
    )


def _protocol(version: ProtocolVersion | None) -> Protocol | None:
    if version is None:
        return None
    sections = {one["key"]: (one["title"], tuple(one["sentences"])) for one in parse(version.content)["sections"]}
    return Protocol(version.number, version.digest, sections)
