"""Labels out: JSON and CSV, page by page, incrementally."""

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import MANAGING_ROLES, reader_study_for, roles_in
from annotations.api.label_rows import label_rows
from annotations.domain.payload_upgrade import upgraded
from annotations.domain.times import PhaseTimes
from annotations.exporters.labels_csv import labels_csv
from annotations.models import LabelSchema, ReaderStudy, Revision
from annotations.selectors.labels import labels_of
from annotations.selectors.masking import require_unmasked
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.policy import Action, Role
from portal.errors import Invalid
from portal.pagination import OldestFirstPagination


class AiShownOutput(serializers.Serializer[Any]):
    """One delivery of AI content to the reader."""

    prediction_id = serializers.UUIDField(allow_null=True)
    content = serializers.CharField()
    sha256 = serializers.CharField(help_text="Which segment; empty for all other content.")
    phase = serializers.CharField()
    revision_number = serializers.IntegerField()
    shown_at = serializers.DateTimeField(source="created_at")


class LabelSignatureOutput(serializers.Serializer[Any]):
    """Who signed the label, and what it meant."""

    username = serializers.CharField()
    full_name = serializers.CharField()
    meaning = serializers.CharField()
    meaning_text = serializers.CharField()


class LabelOutput(serializers.Serializer[Any]):
    """One read's label in force."""

    reader_study_id = serializers.UUIDField(source="read.assignment.reader_study_id")
    read_id = serializers.UUIDField()
    revision_id = serializers.UUIDField(source="pk")
    revision_number = serializers.IntegerField(source="number")
    state = serializers.CharField(source="kind")
    phase = serializers.CharField()
    reader = serializers.CharField(source="read.assignment.reader.username")
    case = serializers.CharField(source="read.assignment.case.name")
    case_id = serializers.UUIDField(source="read.assignment.case_id")
    study_instance_uid = serializers.CharField(source="read.assignment.case.imaging_study.study_instance_uid")
    further_study_instance_uids = serializers.SerializerMethodField()
    signed_at = serializers.SerializerMethodField()
    signature = LabelSignatureOutput(default=None, allow_null=True)
    updated_at = serializers.DateTimeField(source="created_at")
    provenance = serializers.CharField()
    tool = serializers.CharField()
    schema_version = serializers.IntegerField(source="read.label_schema.version")
    answers = serializers.DictField(source="payload.answers")
    findings = serializers.SerializerMethodField()
    digest = serializers.CharField()
    ai_shown = serializers.SerializerMethodField()
    ai_decisions = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_further_study_instance_uids(self, revision: Revision) -> list[str]:
        """Return those of the imaging studies that were read together with the first, in order."""
        return [one.study_instance_uid for one in revision.read.assignment.case.further_imaging_studies]

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_signed_at(self, revision: Revision) -> str | None:
        """Return when the read was signed: of a reopened one, when it was last signed."""
        signature = getattr(revision, "signature", None)
        at = signature.created_at if signature else revision.read.signed_at
        return serializers.DateTimeField().to_representation(at) if at else None

    @extend_schema_field(AiShownOutput(many=True))
    def get_ai_shown(self, revision: Revision) -> list[dict[str, Any]]:
        """List what the reader had been shown of the AI when this revision was made."""
        before = [one for one in revision.read.ai_deliveries.all() if one.created_at <= revision.created_at]
        return [dict(AiShownOutput(one).data) for one in before]

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_ai_decisions(self, revision: Revision) -> list[dict[str, Any]]:
        """Return what the reader did with the AI's findings."""
        decisions: list[dict[str, Any]] = upgraded(revision.payload)["ai_decisions"]
        return decisions

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_findings(self, revision: Revision) -> list[dict[str, Any]]:
        """Return the findings in the newest version of the payload."""
        findings: list[dict[str, Any]] = upgraded(revision.payload)["findings"]
        return findings


class PhaseTimesOutput(serializers.Serializer[Any]):
    """How long a phase of a read took, in milliseconds."""

    first_image_ms = serializers.IntegerField(allow_null=True)
    first_mark_ms = serializers.IntegerField(allow_null=True)
    active_ms = serializers.IntegerField()
    total_ms = serializers.IntegerField()


class LabelTextShownOutput(serializers.Serializer[Any]):
    """Which version of the case's clinical text was shown, from when on in a phase of the blinding matrix."""

    version = serializers.IntegerField(source="clinical_text.version")
    phase = serializers.CharField()
    revision_number = serializers.IntegerField()
    shown_at = serializers.DateTimeField(source="created_at")


class TimedLabelOutput(LabelOutput):
    """A label with what is kept from readers: its place in the design, and the reading times."""

    arm = serializers.CharField(source="read.assignment.arm.key")
    session = serializers.IntegerField(source="read.assignment.session.number")
    repeat_number = serializers.IntegerField(source="read.assignment.repeat_number")
    is_training = serializers.BooleanField(source="read.assignment.is_training")
    role = serializers.CharField(source="read.assignment.role")
    clinical_texts_shown = serializers.SerializerMethodField()
    times = serializers.SerializerMethodField()

    @extend_schema_field(LabelTextShownOutput(many=True))
    def get_clinical_texts_shown(self, label: Revision) -> list[dict[str, Any]]:
        """List the versions of the clinical text that the reader had been shown when this revision was made."""
        before = [one for one in label.read.clinical_texts_shown.all() if one.created_at <= label.created_at]
        return [dict(LabelTextShownOutput(one).data) for one in before]

    @extend_schema_field(serializers.DictField(child=PhaseTimesOutput()))
    def get_times(self, label: Revision) -> dict[str, PhaseTimes]:
        """Return the times of the read by phase, as they were when this revision was stored."""
        times = getattr(label, "times", None)
        return times.phases if times is not None else {}


class CsvRenderer(BaseRenderer):
    """Lets DRF negotiate CSV; the view writes the file, DRF the problem documents."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Render an error as JSON: no error fits a table."""
        return JSONRenderer().render(data)


class LabelsQuery(serializers.Serializer[Any]):
    """Parameters of the labels route."""

    updated_since = serializers.DateTimeField(required=False)
    include_drafts = serializers.BooleanField(default=False)
    include_first_reads = serializers.BooleanField(default=False)


class LabelsApi(APIView):
    """The labels of a reader study."""

    pagination_class = OldestFirstPagination

    @extend_schema(
        parameters=[
            OpenApiParameter("updated_since", OpenApiTypes.DATETIME, description="Only labels stored at or after it."),
            OpenApiParameter("include_drafts", OpenApiTypes.BOOL, description="A reader's own drafts too."),
            OpenApiParameter(
                "include_first_reads",
                OpenApiTypes.BOOL,
                description="Frozen first reads too: rows of their own, state FIRST_READ, phase FIRST.",
            ),
            OpenApiParameter("format", OpenApiTypes.STR, enum=["json", "csv"]),
        ],
        responses={(200, "application/json"): TimedLabelOutput(many=True), (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response | HttpResponse:
        """List the labels: all of them for coordinators and API clients, a reader's own for the reader."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.LABELS_VIEW)
        require_unmasked(user=caller(request), reader_study=reader_study)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(self.labels(request, reader_study), request, view=self) or []
        sees_all = self.sees_all(request, reader_study)
        detail = {"format": request.accepted_renderer.format, "rows": len(page), "own_only": not sees_all}
        # A program that asks every minute for what is new would fill the trail with looks at nothing.
        if page:
            viewed(
                by=caller(request),
                reader_study_id=reader_study_id,
                action="labels.view",
                obj=reader_study,
                detail=detail,
            )
        output = TimedLabelOutput if sees_all else LabelOutput
        if request.accepted_renderer.format != "csv":
            return paginator.get_paginated_response(output(page, many=True).data)
        of_page = self.labels(request, reader_study).filter(pk__in=[one.pk for one in page])
        rows = label_rows(of_page, output, for_table=True)
        versions = forms_of(reader_study)
        following = paginator.get_next_link()
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        return HttpResponse(
            labels_csv(rows, versions, with_times=sees_all), content_type="text/csv; charset=utf-8", headers=headers
        )

    def get_renderers(self) -> list[Any]:
        """JSON, and CSV on `format=csv` or `Accept: text/csv`."""
        return [*super().get_renderers(), CsvRenderer()]

    @staticmethod
    def sees_all(request: Request, reader_study: ReaderStudy) -> bool:
        """Say whether the caller sees every reader's labels, and the times."""
        return bool(roles_in(caller(request), reader_study.pk) & (MANAGING_ROLES | {Role.API_CLIENT}))

    def labels(self, request: Request, reader_study: ReaderStudy) -> QuerySet[Revision]:
        """Return the labels that the caller asks for and may see."""
        query = LabelsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        sees_all = self.sees_all(request, reader_study)
        if query.validated_data["include_drafts"] and sees_all:
            raise Invalid(
                "Drafts belong to their readers.",
                errors=[{"field": "include_drafts", "code": "not_own", "detail": "Only a reader sees own drafts."}],
            )
        return labels_of(
            reader_study=reader_study,
            reader=None if sees_all else caller(request),
            include_drafts=query.validated_data["include_drafts"],
            include_first_reads=query.validated_data["include_first_reads"],
            updated_since=query.validated_data.get("updated_since"),
        )


def forms_of(reader_study: ReaderStudy) -> dict[int, list[dict[str, Any]]]:
    """Return every version of the form: the columns of one reader study never change from page to page."""
    versions = LabelSchema.objects.filter(reader_study=reader_study)
    return {schema.version: schema.questions for schema in versions}
