"""Routes of a reader study's audit trail: who did and saw what, when and from where."""

import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.models import ReaderStudy
from annotations.selectors.masking import is_masked, require_unmasked
from annotations.services.drafts import stream_of
from annotations.services.streams import stream_of_person
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.audit import offline_verifier
from portal.audit.checks import check_request
from portal.audit.export import export_lines
from portal.audit.models import Event, TrailCheck
from portal.audit.selectors import checks_of, events_in
from portal.pagination import CreatedCursorPagination

CHECKS_SHOWN = 20


class AuditEventOutput(serializers.ModelSerializer[Event]):
    """One event. The names are those that the account had then."""

    sequence = serializers.SerializerMethodField(help_text="Place in its chain; null while answers are masked.")
    actor_id = serializers.UUIDField(allow_null=True)
    username = serializers.CharField(source="origin.username", default=None, allow_null=True)
    name = serializers.CharField(source="origin.name", default=None, allow_null=True)
    address = serializers.CharField(source="origin.address", default=None, allow_null=True)
    user_agent = serializers.CharField(source="origin.user_agent", default=None, allow_null=True)

    class Meta:
        model = Event
        fields = [
            "id",
            "stream",
            "sequence",
            "at",
            "actor_id",
            "username",
            "name",
            "action",
            "object_type",
            "object_id",
            "detail",
            "address",
            "user_agent",
            "digest",
        ]

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_sequence(self, event: Event) -> int | None:
        """Return it."""
        return event.sequence


# Events that there are only where a reader has drawn, or as often as readers disagree; and what events say of answers.
_OF_READERS = (
    "read.segment",
    "read.view_segment",
    "arbitration.view_segment",
    "adjudication.view_segment",
    "adjudication.view_case",
    "adjudication.decide",
    "lesions.correct",
)
_OF_ANSWERS = frozenset({"digest", "snapshot_digest", "result_digest", "preview", "outcome"})
# How many cases are judged again; of other actions `cases` is what their person has chosen.
_COUNTED_IN = {"adjudication.create": frozenset({"cases"})}


class MaskedEventOutput(AuditEventOutput):
    """The same while answers are masked: without digests, for of a read with few answers one could try them all.

    Without the places in their chains too, for a gap would say that there is an event which is not listed.
    """

    digest = serializers.SerializerMethodField()
    detail = serializers.SerializerMethodField()

    def get_digest(self, event: Event) -> str:
        """Leave it out."""
        return ""

    def get_sequence(self, event: Event) -> None:
        """Leave it out."""

    @extend_schema_field(serializers.DictField())
    def get_detail(self, event: Event) -> dict[str, Any]:
        """Leave out digests of answers and of what was made of them, and how many cases are judged again."""
        hidden = _OF_ANSWERS | _COUNTED_IN.get(event.action, frozenset())
        return {name: value for name, value in event.detail.items() if name not in hidden}


class AuditQuery(serializers.Serializer[Any]):
    """What is asked for."""

    person = serializers.UUIDField(required=False)
    action = serializers.CharField(required=False, max_length=60)
    object_type = serializers.CharField(required=False, max_length=60)
    object_id = serializers.CharField(required=False, max_length=64)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class AuditApi(APIView):
    """The audit trail of a reader study."""

    pagination_class = CreatedCursorPagination

    @extend_schema(parameters=[AuditQuery], responses=AuditEventOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the events, newest first."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.AUDIT_VIEW)
        query = AuditQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        events = events_in(scope=stream_of(reader_study.pk), wanted=query.validated_data)
        is_hidden = is_masked(user=caller(request), reader_study=reader_study)
        if is_hidden:
            events = events.exclude(action__in=_OF_READERS)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(events, request, view=self)
        output = MaskedEventOutput if is_hidden else AuditEventOutput
        return paginator.get_paginated_response(output(page or [], many=True).data)


class AuditCheckOutput(serializers.ModelSerializer[TrailCheck]):
    """A verification, and what it found; while answers are masked without counts.

    They count the events that are not listed then too: two verifications would say that a reader drew in between.
    """

    requested_by = serializers.CharField(source="requested_by.username", default=None, allow_null=True)
    number_of_events = serializers.SerializerMethodField(help_text="Null while answers are masked, as the next two.")
    number_of_rows = serializers.SerializerMethodField()
    newest_event_at = serializers.SerializerMethodField()
    problems = serializers.ListField(child=serializers.CharField())

    def get_number_of_events(self, check: TrailCheck) -> int | None:
        """Return it."""
        return self._told(check.number_of_events)

    def get_number_of_rows(self, check: TrailCheck) -> int | None:
        """Return it."""
        return self._told(check.number_of_rows)

    def get_newest_event_at(self, check: TrailCheck) -> datetime | None:
        """Return it."""
        return self._told(check.newest_event_at)

    def _told(self, value: Any) -> Any:
        return None if self.context["is_masked"] else value

    class Meta:
        model = TrailCheck
        fields = [
            "id",
            "state",
            "error_detail",
            "requested_by",
            "created_at",
            "finished_at",
            "number_of_events",
            "number_of_rows",
            "newest_event_at",
            "problems",
        ]


class AuditChecksApi(APIView):
    """Verifications of the audit trail of a reader study."""

    @extend_schema(responses=AuditCheckOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the last verifications, newest first."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.AUDIT_VIEW)
        checks = checks_of(scope=stream_of(reader_study.pk))[:CHECKS_SHOWN]
        return Response(AuditCheckOutput(checks, many=True, context=_context(request, reader_study)).data)

    @extend_schema(request=None, responses={202: AuditCheckOutput})
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Have a worker verify the trail and the rows that it tells of."""
        user = caller(request)
        reader_study = reader_study_for(user, reader_study_id, Action.AUDIT_VIEW)
        stream = stream_of_person(reader_study.pk, user.pk)
        check = check_request(by=user, scope=stream_of(reader_study.pk), stream=stream)
        shown = AuditCheckOutput(check, context=_context(request, reader_study)).data
        return Response(shown, status=status.HTTP_202_ACCEPTED)


def _context(request: Request, reader_study: ReaderStudy) -> dict[str, Any]:
    return {"is_masked": is_masked(user=caller(request), reader_study=reader_study)}


class _FileRenderer(BaseRenderer):
    """Lets DRF negotiate a download; the view writes it, DRF the problem documents."""

    media_type = "application/x-ndjson"
    format = "jsonl"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Render an error as JSON."""
        return JSONRenderer().render(data)


class AuditExportApi(APIView):
    """The audit trail of a reader study as a file."""

    renderer_classes = [JSONRenderer, _FileRenderer]

    @extend_schema(responses={(200, "application/x-ndjson"): OpenApiTypes.STR})
    def get(self, request: Request, reader_study_id: uuid.UUID) -> StreamingHttpResponse:
        """Download events, heads, the rows they tell of and a manifest as JSON lines."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.AUDIT_VIEW)
        # It carries the rows, and with them every answer.
        require_unmasked(user=caller(request), reader_study=reader_study)
        viewed(by=caller(request), reader_study_id=reader_study.pk, action="audit.export", obj=reader_study)
        name = f"audit-{reader_study.pk}.jsonl"
        return StreamingHttpResponse(
            export_lines(stream_of(reader_study.pk)),
            content_type="application/x-ndjson",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )


class AuditVerifierApi(APIView):
    """The script that verifies an exported trail without the portal."""

    @extend_schema(responses={(200, "text/x-python"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """Download it: one file, Python's standard library only."""
        return HttpResponse(
            Path(offline_verifier.__file__).read_bytes(),
            content_type="text/x-python; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="verify_audit.py"'},
        )
