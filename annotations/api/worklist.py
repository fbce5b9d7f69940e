"""Routes of a reader's worklist in one reader study."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.domain.blinding import shows_past_reads
from annotations.models import Assignment, AssignmentState
from annotations.selectors.arbitration import stale_arbitrations
from annotations.selectors.assignments import assignments_of, next_assignment
from annotations.services.reading_rules import may_begin
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.moments import utc_text


class AssignmentOutput(serializers.ModelSerializer[Assignment]):
    """An assignment on the worklist."""

    case_name = serializers.CharField(source="name_shown")
    session = serializers.IntegerField(source="session.number")
    is_openable = serializers.SerializerMethodField()
    signed_at = serializers.SerializerMethodField()
    stale_read_id = serializers.SerializerMethodField()

    class Meta:
        model = Assignment
        fields = [
            "id",
            "position",
            "case_name",
            "session",
            "is_training",
            "role",
            "state",
            "is_openable",
            "signed_at",
            "stale_read_id",
        ]

    def get_is_openable(self, assignment: Assignment) -> bool:
        """Say whether the state of the reader study lets a case be begun, or a signed read be looked at again."""
        if assignment.state == AssignmentState.PENDING:
            return may_begin(assignment, self.context["state"])
        is_signed = assignment.state == AssignmentState.SIGNED
        return not is_signed or shows_past_reads(assignment.arm.blinding, is_training=assignment.is_training)

    def get_stale_read_id(self, assignment: Assignment) -> str | None:
        """Return the read of an arbitration that was signed over reads which have changed since; null for others."""
        return str(assignment.read.pk) if assignment.pk in self.context["stale"] else None

    def get_signed_at(self, assignment: Assignment) -> str | None:
        """Return when the read was signed."""
        read = getattr(assignment, "read", None)
        return utc_text(read.signed_at) if read and read.signed_at else None


class AssignmentsApi(APIView):
    """The caller's worklist in a reader study."""

    @extend_schema(responses=AssignmentOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the caller's assignments in reading order."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READ_OWN)
        own = list(assignments_of(reader_study=reader_study, reader=caller(request)))
        stale = stale_arbitrations(reader_study=reader_study, assignments=own)
        return Response(AssignmentOutput(own, many=True, context={"stale": stale, "state": reader_study.state}).data)


class NextOutput(serializers.Serializer[Any]):
    """The next assignment."""

    assignment_id = serializers.UUIDField(allow_null=True)


class NextApi(APIView):
    """The next case."""

    @extend_schema(responses=NextOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return the first assignment that is not signed, or null when all are."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READ_OWN)
        following = next_assignment(reader_study=reader_study, reader=caller(request))
        return Response({"assignment_id": following.pk if following else None})
