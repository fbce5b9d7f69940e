"""HTTP edge of fetching ahead."""

import uuid
from typing import Any

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import own_read
from annotations.api.reading import ReadSeriesOutput
from annotations.services.prefetch import next_images
from portal.accounts.authentication import caller
from portal.accounts.epochs import epoch_of
from portal.imaging.frame_grants import FrameGrantOutput, frame_grants
from portal.imaging.selectors import series_of


class NextImagesOutput(serializers.Serializer[Any]):
    """What to fetch ahead: identifiers of images and how they are hung, nothing else about the case."""

    study_instance_uid = serializers.CharField(allow_null=True)
    series = ReadSeriesOutput(many=True)
    frame_grants = FrameGrantOutput(many=True)


class ReadPrefetchApi(APIView):
    """Fetching the next case's images ahead."""

    @extend_schema(request=None, responses=NextImagesOutput)
    def post(self, request: Request, read_id: uuid.UUID) -> Response:
        """Say which images the reader needs next; the assignment is not opened by it."""
        user = caller(request)
        epoch = epoch_of(user.pk)
        study = next_images(by=user, read=own_read(user, read_id))
        answer = {
            "study_instance_uid": study.study_instance_uid if study else None,
            "series": series_of(study) if study else [],
            "frame_grants": frame_grants(request, Q(pk=study.pk), epoch=epoch) if study else [],
        }
        return Response(NextImagesOutput(answer).data, headers={"Cache-Control": "no-store"})
