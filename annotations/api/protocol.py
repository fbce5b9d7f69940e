"""Routes of the protocol: as it stands, its frozen versions, amendments and approvals."""

import json
import uuid
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import protocol_version_for, reader_study_for
from annotations.domain.protocol import changed_sections
from annotations.domain.signatures import PROTOCOL_MEANINGS
from annotations.models import ProtocolApproval, ProtocolVersion, ReaderStudy, ReaderStudyState
from annotations.selectors.protocol import protocol_document, protocol_versions_of
from annotations.services.protocol import LONGEST_REASON, protocol_amend, protocol_approve
from portal.accounts.authentication import caller
from portal.accounts.passwords import require_own_password
from portal.accounts.policy import Action

MANAGE = Action.READER_STUDY_MANAGE


class ProtocolApprovalOutput(serializers.ModelSerializer[ProtocolApproval]):
    """Who approved a version, when, and what it meant."""

    approved_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = ProtocolApproval
        fields = ["username", "full_name", "approved_at", "meaning", "meaning_text", "digest"]


class ProtocolVersionOutput(serializers.ModelSerializer[ProtocolVersion]):
    """A frozen version of the protocol."""

    created_by = serializers.CharField(source="created_by.username")
    changed = serializers.ListField(child=serializers.CharField())
    approvals = ProtocolApprovalOutput(many=True)

    class Meta:
        model = ProtocolVersion
        fields = ["number", "created_at", "created_by", "reason", "changed", "digest", "approvals"]


class ProtocolMeaningOutput(serializers.Serializer[Any]):
    """What an approval can mean."""

    code = serializers.CharField()
    text = serializers.CharField()


class ProtocolTableOutput(serializers.Serializer[Any]):
    """A table of a section."""

    title = serializers.CharField()
    header = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class ProtocolSectionOutput(serializers.Serializer[Any]):
    """One section: sentences, then tables."""

    key = serializers.CharField()
    title = serializers.CharField()
    sentences = serializers.ListField(child=serializers.CharField())
    tables = ProtocolTableOutput(many=True)


class ProtocolDocumentOutput(serializers.Serializer[Any]):
    """The protocol in words."""

    format = serializers.CharField()
    version = serializers.IntegerField()
    reader_study_id = serializers.UUIDField()
    title = serializers.CharField()
    sections = ProtocolSectionOutput(many=True)


class ProtocolOutput(serializers.Serializer[Any]):
    """The protocol as it stands, what of it no version holds yet, and the versions, newest first."""

    document = ProtocolDocumentOutput()
    unrecorded = serializers.ListField(child=serializers.CharField())
    versions = ProtocolVersionOutput(many=True)
    meanings = ProtocolMeaningOutput(many=True)


class AmendmentInput(serializers.Serializer[Any]):
    """Why the protocol is amended."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class ProtocolApprovalInput(serializers.Serializer[Any]):
    """Who approves gives their password again and says what it means."""

    password = serializers.CharField(max_length=200, trim_whitespace=False)
    meaning = serializers.ChoiceField(choices=list(PROTOCOL_MEANINGS))


def _unrecorded(reader_study: ReaderStudy, document: dict[str, Any], versions: list[ProtocolVersion]) -> list[str]:
    if reader_study.state == ReaderStudyState.DRAFT:
        return []
    return changed_sections(json.loads(versions[0].content) if versions else None, document)


def _answer(reader_study: ReaderStudy, code: int = status.HTTP_200_OK) -> Response:
    document = protocol_document(reader_study=reader_study)
    versions = list(protocol_versions_of(reader_study=reader_study))
    shown = {
        "document": document,
        "unrecorded": _unrecorded(reader_study, document, versions),
        "versions": versions,
        "meanings": [{"code": key, "text": text} for key, text in PROTOCOL_MEANINGS.items()],
    }
    return Response(ProtocolOutput(shown).data, status=code)


class ProtocolApi(APIView):
    """The protocol of a reader study."""

    @extend_schema(responses=ProtocolOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return the protocol as it stands, and its versions with their approvals."""
        return _answer(reader_study_for(caller(request), reader_study_id, MANAGE))

    @extend_schema(request=AmendmentInput, responses={201: ProtocolOutput})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Freeze what no version holds yet as a new one, with the reason; 409 `nothing_changed`."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = AmendmentInput(data=request.data)
        form.is_valid(raise_exception=True)
        protocol_amend(by=caller(request), reader_study=reader_study, **form.validated_data)
        return _answer(reader_study, status.HTTP_201_CREATED)


class ProtocolVersionApi(APIView):
    """One frozen version."""

    @extend_schema(responses=ProtocolDocumentOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID, protocol_version: int) -> HttpResponse:
        """Return the stored bytes, whose SHA-256 is the version's digest."""
        version = protocol_version_for(caller(request), reader_study_id, protocol_version)
        return HttpResponse(version.content.encode(), content_type="application/json")


class ProtocolApprovalsApi(APIView):
    """Approving a version."""

    @extend_schema(request=ProtocolApprovalInput, responses={201: ProtocolOutput})
    def post(self, request: Request, reader_study_id: uuid.UUID, protocol_version: int) -> Response:
        """Approve a version with the password; 400 `wrong_password`, 409 `already_approved`."""
        by = caller(request)
        version = protocol_version_for(by, reader_study_id, protocol_version)
        form = ProtocolApprovalInput(data=request.data)
        form.is_valid(raise_exception=True)
        # Before the transaction: refusals are counted even though nothing else is stored.
        require_own_password(request._request, user=by, password=form.validated_data["password"])
        with transaction.atomic():
            reader_study = reader_study_for(by, reader_study_id, MANAGE, lock=True)
            protocol_approve(by=by, version=version, meaning=form.validated_data["meaning"])
        return _answer(reader_study, status.HTTP_201_CREATED)
