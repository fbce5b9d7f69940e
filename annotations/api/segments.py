"""Routes of the voxels of segments."""

import uuid
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import own_read, segment_version_for
from annotations.models import SegmentVersion
from annotations.selectors.masking import require_unmasked
from annotations.services import segments as services
from annotations.services.segment_files import segment_read
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.imaging.segments import MAXIMUM_SIDE

SHA256 = r"^[0-9a-f]{64}$"


class SegmentInput(serializers.Serializer[Any]):
    """Changed slices; their rules are in `annotations.domain.segments`."""

    base_sha256 = serializers.RegexField(SHA256, allow_null=True)
    sha256 = serializers.RegexField(SHA256)
    idempotency_key = serializers.RegexField(r"^[\w-]{8,64}$")
    series_instance_uid = serializers.RegexField(r"^[0-9.]{1,64}$")
    rows = serializers.IntegerField(min_value=1, max_value=MAXIMUM_SIDE)
    columns = serializers.IntegerField(min_value=1, max_value=MAXIMUM_SIDE)
    changed = serializers.JSONField()


class SegmentVersionOutput(serializers.ModelSerializer[SegmentVersion]):
    """What was stored."""

    class Meta:
        model = SegmentVersion
        fields = ["segment_id", "sha256", "voxel_count", "slice_count", "byte_count", "created_at"]


class ReadSegmentApi(APIView):
    """Saving a segment's voxels."""

    @extend_schema(request=SegmentInput, responses=SegmentVersionOutput)
    @transaction.atomic
    def put(self, request: Request, read_id: uuid.UUID, segment_id: uuid.UUID) -> Response:
        """Store a new version from the slices that changed; 409 `unknown_base` when the base is not stored."""
        form = SegmentInput(data=request.data)
        form.is_valid(raise_exception=True)
        read = own_read(caller(request), read_id, lock=True)
        change = services.SegmentChange(segment_id=segment_id, **form.validated_data)
        version = services.segment_put(by=caller(request), read=read, change=change)
        return Response(SegmentVersionOutput(version).data)


class ReadSegmentVersionApi(APIView):
    """One version of a segment."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, read_id: uuid.UUID, segment_id: uuid.UUID, sha256: str) -> HttpResponse:
        """Return the voxels as run lengths per slice, byte for byte what the digest is of."""
        version = segment_version_for(caller(request), read_id, segment_id, sha256)
        assignment = version.read.assignment
        if assignment.reader_id != caller(request).pk:
            require_unmasked(user=caller(request), reader_study=assignment.reader_study)
            study_id = assignment.reader_study_id
            detail = {"segment_id": str(segment_id), "sha256": sha256}
            viewed(
                by=caller(request),
                reader_study_id=study_id,
                action="read.view_segment",
                obj=version.read,
                detail=detail,
            )
        text = segment_read(read_id=version.read_id, sha256=version.sha256)
        response = HttpResponse(text, content_type="application/json")
        response["ETag"] = f'"{version.sha256}"'
        response["Cache-Control"] = "private, no-cache"
        return response


def anonymous_segment_response(read_id: uuid.UUID, sha256: str) -> HttpResponse:
    """Answer with the voxels of another reader's segment: they name nobody, and no cache keeps them."""
    text = segment_read(read_id=read_id, sha256=sha256)
    return HttpResponse(text, content_type="application/json", headers={"Cache-Control": "no-store"})
