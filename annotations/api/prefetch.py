"""HTTP edge of fetching ahead."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import own_read
from annotations.api.reading import ReadSeriesOutput
from annotations.selectors.case_images import imaging_studies_of, is_current_in
from annotations.services.prefetch import next_images
from portal.accounts.authentication import caller
from portal.accounts.epochs import epoch_of
from portal.imaging.frame_grants import FrameGrantOutput, frame_grants
from portal.imaging.models import ImagingStudy
from portal.imaging.selectors import series_of

_NOTHING: dict[str, Any] = {"study_instance_uid": None, "series": []}


class NextStudyOutput(serializers.Serializer[Any]):
    """An imaging study that is read together with the first."""

    study_instance_uid = serializers.CharField()
    series = ReadSeriesOutput(many=True)


class NextImagesOutput(serializers.Serializer[Any]):
    """What to fetch ahead: identifiers of images and how they are hung, nothing else about the case."""

    study_instance_uid = serializers.CharField(allow_null=True)
    series = ReadSeriesOutput(many=True)
    further_imaging_studies = NextStudyOutput(many=True)
    frame_grants = FrameGrantOutput(many=True)


class ReadPrefetchApi(APIView):
    """Fetching the next case's images ahead."""

    @extend_schema(request=None, responses=NextImagesOutput)
    def post(self, request: Request, read_id: uuid.UUID) -> Response:
        """Say which images the reader needs next; the assignment is not opened by it."""
        user = caller(request)
        epoch = epoch_of(user.pk)
        case = next_images(by=user, read=own_read(user, read_id))
        first, *further = [_next(one) for one in imaging_studies_of(case)] if case else [_NOTHING]
        grants = frame_grants(request, is_current_in(case, "pk"), epoch=epoch) if case else []
        answer = {**first, "further_imaging_studies": further, "frame_grants": grants}
        return Response(NextImagesOutput(answer).data, headers={"Cache-Control": "no-store"})


def _next(study: ImagingStudy) -> dict[str, Any]:
    return {"study_instance_uid": study.study_instance_uid, "series": series_of(study)}
