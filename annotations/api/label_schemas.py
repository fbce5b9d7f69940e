"""Routes of label schemas beside the one in force: versions, files and templates."""

import json
import uuid
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import label_schema_version_of, reader_study_for
from annotations.api.shapes import LabelSchemaOutput
from annotations.domain.schema_file import LONGEST_FILE, file_content, shipped_templates
from annotations.services.label_schemas import schema_file_check, version_history
from portal.accounts.authentication import caller
from portal.accounts.policy import Action


class SchemaFileOutput(serializers.Serializer[Any]):
    """A label schema from a file."""

    name = serializers.CharField()
    description = serializers.CharField()
    reference = serializers.CharField()
    questions = serializers.ListField(child=serializers.DictField())


class QuestionFieldChangeOutput(serializers.Serializer[Any]):
    """A field of a question that says something else; its values are those of the label schema."""

    field = serializers.CharField()
    was = serializers.JSONField()
    now = serializers.JSONField()


class QuestionChangeOutput(serializers.Serializer[Any]):
    """A question that is different."""

    kind = serializers.ChoiceField(choices=["ADDED", "REMOVED", "CHANGED", "MOVED"])
    key = serializers.CharField()
    text = serializers.CharField()
    changed_fields = QuestionFieldChangeOutput(many=True, source="fields")


class EarlierReadsOutput(serializers.Serializer[Any]):
    """Reads of an earlier version; `misfits` say why they do not fit the later one, and are none where they do."""

    version = serializers.IntegerField()
    number_of_reads = serializers.IntegerField()
    misfits = serializers.ListField(child=serializers.CharField())


class VersionOutput(serializers.Serializer[Any]):
    """A version of the label schema; `misfits` say why reads of the version before would not fit it."""

    version = serializers.IntegerField(source="schema.version")
    created_at = serializers.DateTimeField(source="schema.created_at")
    created_by = serializers.CharField(source="schema.created_by.username")
    reason = serializers.CharField(help_text="Why it was changed in the pilot; empty where nobody had to say.")
    number_of_questions = serializers.SerializerMethodField()
    number_of_reads = serializers.IntegerField()
    is_in_force = serializers.BooleanField()
    changes = QuestionChangeOutput(many=True)
    misfits = serializers.ListField(child=serializers.CharField())
    earlier_reads = EarlierReadsOutput(many=True)

    def get_number_of_questions(self, entry: dict[str, Any]) -> int:
        """Count what is asked."""
        return sum(question["kind"] != "SECTION" for question in entry["schema"].questions)


class SchemaFileInput(serializers.Serializer[Any]):
    """The text of a file."""

    text = serializers.CharField(max_length=LONGEST_FILE, trim_whitespace=False)


class LabelSchemaTemplatesApi(APIView):
    """Label schemas to start from."""

    @extend_schema(responses=SchemaFileOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the templates that come with the portal."""
        return Response([dict(SchemaFileOutput(template).data) for template in shipped_templates()])


class LabelSchemaCheckApi(APIView):
    """A file, looked at before it is taken."""

    @extend_schema(request=SchemaFileInput, responses=SchemaFileOutput)
    def post(self, request: Request) -> Response:
        """Return what a label schema file holds, or everything that is wrong with it; nothing is stored."""
        form = SchemaFileInput(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(SchemaFileOutput(schema_file_check(**form.validated_data)).data)


class LabelSchemaVersionsApi(APIView):
    """Every version of the label schema."""

    @extend_schema(responses=VersionOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the versions, the newest first, with what each changed."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        return Response(VersionOutput(version_history(reader_study=reader_study), many=True).data)


class LabelSchemaVersionApi(APIView):
    """One version of the label schema."""

    @extend_schema(responses=LabelSchemaOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID, schema_version: int) -> Response:
        """Return a version as it was stored."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        return Response(LabelSchemaOutput(label_schema_version_of(reader_study, schema_version)).data)


class LabelSchemaFileApi(APIView):
    """The label schema as a file."""

    @extend_schema(
        parameters=[OpenApiParameter("version", OpenApiTypes.INT, description="The newest where it is left out.")],
        responses={(200, "application/json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, reader_study_id: uuid.UUID) -> HttpResponse:
        """Return a version as a file that can be imported into another reader study."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        query = _VersionQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        schema = label_schema_version_of(reader_study, query.validated_data["version"])
        content = file_content(name=reader_study.name, description="", questions=schema.questions)
        return HttpResponse(
            json.dumps(content, indent=2, ensure_ascii=False) + "\n",
            content_type="application/json; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="label-schema-{schema.version}.json"'},
        )


class _VersionQuery(serializers.Serializer[Any]):
    version = serializers.IntegerField(required=False, default=None, min_value=1)
