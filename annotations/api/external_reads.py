"""Reads of external tools, pushed by their programs."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.services.external_reads import ExternalRead, external_reads_push, require_program
from portal.accounts.authentication import caller
from portal.accounts.policy import Action

READS_AT_ONCE = 200


class ExternalReadInput(serializers.Serializer[Any]):
    """One complete read; the rules of its payload are those of a person's."""

    assignment_id = serializers.UUIDField()
    payload = serializers.JSONField()


class ExternalReadsInput(serializers.Serializer[Any]):
    """Reads of one tool."""

    tool = serializers.CharField(max_length=100, help_text="Name and version.")
    reads = serializers.ListField(child=ExternalReadInput(), allow_empty=False, max_length=READS_AT_ONCE)


class ExternalReadOutput(serializers.Serializer[Any]):
    """A read as it was signed."""

    assignment_id = serializers.UUIDField(source="read.assignment_id")
    read_id = serializers.UUIDField()
    revision_id = serializers.UUIDField(source="pk")
    revision_number = serializers.IntegerField(source="number")
    digest = serializers.CharField()


class PushedOutput(serializers.Serializer[Any]):
    """What has become of the reads, in the order in which they were sent."""

    created = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    reads = ExternalReadOutput(many=True)


class ExternalReadsApi(APIView):
    """Reads of a program's own assignments."""

    @extend_schema(request=ExternalReadsInput, responses={201: PushedOutput, 200: PushedOutput})
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Sign at most 200 complete reads: all, or none and what is wrong in which row."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READ_OWN)
        require_program(caller(request))
        form = ExternalReadsInput(data=request.data)
        form.is_valid(raise_exception=True)
        reads = [ExternalRead(**row) for row in form.validated_data["reads"]]
        pushed = external_reads_push(
            by=caller(request), reader_study=reader_study, tool=form.validated_data["tool"], reads=reads
        )
        return Response(
            PushedOutput(pushed).data, status=status.HTTP_201_CREATED if pushed.created else status.HTTP_200_OK
        )
