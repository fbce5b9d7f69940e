"""Routes of reports of results."""

import uuid
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from validation.access import (
    analysis_report_files_for,
    analysis_report_for,
    analysis_result_for,
    analysis_run_for,
)
from validation.models import AnalysisReport, AnalysisReportFiles
from validation.selectors.reports import reports_of
from validation.services.reports import report_cancel, report_create, report_retry


class AnalysisReportOutput(serializers.ModelSerializer[AnalysisReport]):
    """A report, and how far its making has come."""

    run_id = serializers.UUIDField(read_only=True)
    requested_by = serializers.CharField(source="requested_by.username", default=None)
    html_digest = serializers.SerializerMethodField()
    pdf_digest = serializers.SerializerMethodField()

    class Meta:
        model = AnalysisReport
        fields = [
            "id",
            "run_id",
            "state",
            "progress_done",
            "progress_total",
            "progress_message",
            "error_code",
            "error_detail",
            "attempt",
            "requested_by",
            "created_at",
            "started_at",
            "finished_at",
            "cancel_requested",
            "html_digest",
            "pdf_digest",
        ]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_html_digest(self, report: AnalysisReport) -> str | None:
        """Return the SHA-256 of the HTML, None while there is none."""
        files = getattr(report, "files", None)
        return files.html_digest if files else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_pdf_digest(self, report: AnalysisReport) -> str | None:
        """Return the SHA-256 of the PDF, None while there is none."""
        files = getattr(report, "files", None)
        return files.pdf_digest if files else None


def _said(report: AnalysisReport) -> dict[str, Any]:
    return dict(AnalysisReportOutput(reports_of(run=report.run).get(pk=report.pk)).data)


class ReportsApi(APIView):
    """The reports of one analysis run."""

    @extend_schema(operation_id="analysis_run_reports_list", responses=AnalysisReportOutput(many=True))
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """List the reports, newest first, each with how far it is."""
        run = analysis_run_for(caller(request), run_id, Action.ANALYSIS_VIEW)
        return Response(AnalysisReportOutput(reports_of(run=run), many=True).data)

    @extend_schema(request=None, responses={202: AnalysisReportOutput})
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        """Queue the making of a report; 404 without a result, 409 `report_under_way`."""
        analysis_run_for(caller(request), run_id, Action.ANALYSIS_RUN)
        report = report_create(by=caller(request), result=analysis_result_for(caller(request), run_id))
        return Response(_said(report), status=status.HTTP_202_ACCEPTED)


class ReportApi(APIView):
    """One report."""

    @extend_schema(responses=AnalysisReportOutput)
    def get(self, request: Request, report_id: uuid.UUID) -> Response:
        """Return a report and its progress."""
        return Response(_said(analysis_report_for(caller(request), report_id, Action.ANALYSIS_VIEW)))


class ReportHtmlApi(APIView):
    """A report as HTML."""

    @extend_schema(responses={(200, "text/html"): OpenApiTypes.STR})
    def get(self, request: Request, report_id: uuid.UUID) -> HttpResponse:
        """Download the stored bytes: one file that needs nothing else."""
        files = _opened(request, report_id, "html")
        return _download(files.html.encode(), "text/html; charset=utf-8", f"analysis-report-{report_id}.html")


class ReportPdfApi(APIView):
    """A report as PDF."""

    @extend_schema(responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, report_id: uuid.UUID) -> HttpResponse:
        """Download the stored bytes."""
        files = _opened(request, report_id, "pdf")
        return _download(bytes(files.pdf), "application/pdf", f"analysis-report-{report_id}.pdf")


class ReportCancelApi(APIView):
    """Cancelling the making of a report."""

    @extend_schema(request=None, responses=AnalysisReportOutput)
    def post(self, request: Request, report_id: uuid.UUID) -> Response:
        """Ask the making of a report to stop."""
        report = analysis_report_for(caller(request), report_id, Action.ANALYSIS_RUN)
        report_cancel(by=caller(request), report=report)
        return Response(_said(report))


class ReportRetryApi(APIView):
    """Retrying the making of a report."""

    @extend_schema(request=None, responses={202: AnalysisReportOutput})
    def post(self, request: Request, report_id: uuid.UUID) -> Response:
        """Queue a failed or cancelled report again."""
        report = analysis_report_for(caller(request), report_id, Action.ANALYSIS_RUN)
        report_retry(by=caller(request), report=report)
        return Response(_said(report), status=status.HTTP_202_ACCEPTED)


def _opened(request: Request, report_id: uuid.UUID, part: str) -> AnalysisReportFiles:
    files = analysis_report_files_for(caller(request), report_id)
    study = files.report.run.reader_study_id
    detail = {"part": part}
    viewed(by=caller(request), reader_study_id=study, action="analysis_report.view", obj=files.report, detail=detail)
    return files


def _download(content: bytes, media_type: str, name: str) -> HttpResponse:
    """Answer with the stored bytes as a file: never as a page of the portal, whose policy is not for it."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=media_type, headers=headers)
