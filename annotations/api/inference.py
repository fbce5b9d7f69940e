"""Inference over the cases of a reader study."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations import selectors
from annotations.access import reader_study_for
from annotations.services.inference import reader_study_inference_start
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.inference.api.shapes import InferenceRunOutput
from portal.pagination import CreatedCursorPagination


class ReaderStudyInferenceInput(serializers.Serializer[Any]):
    """What to run: the chosen model version unless another is named, where predictions are missing unless all."""

    model_version_id = serializers.UUIDField(required=False)
    only_missing = serializers.BooleanField(required=False, default=True)


class ReaderStudyInferenceRunsApi(APIView):
    """Inference runs over the cases of a reader study."""

    @extend_schema(responses=InferenceRunOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the runs over any case of the reader study."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        paginator = CreatedCursorPagination()
        runs = selectors.inference_runs_over(reader_study=reader_study)
        page = paginator.paginate_queryset(runs, request, view=self)
        return paginator.get_paginated_response(InferenceRunOutput(page, many=True).data)

    @extend_schema(request=ReaderStudyInferenceInput, responses={202: InferenceRunOutput})
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Start a run over the cases of the reader study."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        form = ReaderStudyInferenceInput(data=request.data)
        form.is_valid(raise_exception=True)
        run = reader_study_inference_start(by=caller(request), reader_study=reader_study, **form.validated_data)
        return Response(InferenceRunOutput(run).data, status=status.HTTP_202_ACCEPTED)
