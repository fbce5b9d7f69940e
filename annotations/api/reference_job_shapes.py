"""The shape of a reference job."""

from typing import Any

from rest_framework import serializers, status
from rest_framework.response import Response

from annotations.models import ReferenceJob


class JobProblemOutput(serializers.Serializer[Any]):
    """What is wrong in which place."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()
    row = serializers.IntegerField(required=False)


class ReferenceJobOutput(serializers.ModelSerializer[ReferenceJob]):
    """A look at a version of the reference standard, or its storing, and how far it is."""

    requested_by = serializers.CharField(source="requested_by.username")
    base_version = serializers.IntegerField(source="base.version", default=None, allow_null=True)
    stored_version = serializers.IntegerField(source="stored.version", default=None, allow_null=True)
    problems = JobProblemOutput(many=True)

    class Meta:
        model = ReferenceJob
        fields = [
            "id",
            "kind",
            "state",
            "progress_done",
            "progress_total",
            "progress_message",
            "error_code",
            "error_detail",
            "problems",
            "requested_by",
            "created_at",
            "started_at",
            "finished_at",
            "cancel_requested",
            "is_storing",
            "base_version",
            "stored_version",
        ]


def accepted(job: ReferenceJob) -> Response:
    """Answer that a worker will see to it."""
    return Response(ReferenceJobOutput(job).data, status=status.HTTP_202_ACCEPTED)
