"""Predictions of a model version: listed, posted, uploaded."""

import uuid

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.authentication import caller
from portal.csv_upload import CsvParser, csv_text
from portal.inference import selectors, services
from portal.inference.access import (
    ai_segment_of,
    heat_map_of,
    model_version_by_id,
    model_version_for_posting,
    operating_layer_of,
)
from portal.inference.api import shapes
from portal.inference.api.prediction_list import PredictionListedOutput, PredictionsQuery
from portal.inference.heat_map_files import heat_map_read
from portal.inference.listed_predictions import PredictionFilter, predictions_listed
from portal.inference.predictions_csv import example_csv
from portal.inference.segment_files import ai_segment_read
from portal.pagination import CreatedCursorPagination


def voxels_response(digest: str) -> HttpResponse:
    """Answer with the voxels of a map; they lie compressed, and what the AI says stays in no cache."""
    headers = {"Content-Encoding": "gzip", "Cache-Control": "no-store"}
    return HttpResponse(heat_map_read(digest), content_type="application/octet-stream", headers=headers)


def ai_segment_response(sha256: str) -> HttpResponse:
    """Answer with the text of an AI's segment, which stays in no cache either."""
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(ai_segment_read(sha256), content_type="application/json", headers=headers)


def posted_response(posted: services.Posted) -> Response:
    """Answer with what became of posted predictions: 201, or 200 where nothing is new."""
    http_status = status.HTTP_201_CREATED if posted.created else status.HTTP_200_OK
    return Response(shapes.PostedOutput(posted).data, status=http_status)


class PredictionsApi(APIView):
    """Predictions of a model version."""

    pagination_class = CreatedCursorPagination

    @extend_schema(parameters=[PredictionsQuery], responses=PredictionListedOutput(many=True))
    def get(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """List predictions, superseded ones included unless `in_force` is asked for, newest first."""
        version = model_version_by_id(model_version_id)
        form = PredictionsQuery(data=request.query_params)
        form.is_valid(raise_exception=True)
        number = form.validated_data.pop("layer")
        layer = None if number is None else operating_layer_of(version.pk, number)
        found = predictions_listed(model_version=version, asked=PredictionFilter(**form.validated_data))
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(found, request, view=self) or []
        if page:
            services.ai_viewed(by=caller(request), action="predictions.view", obj=version)
        shown = PredictionListedOutput(page, many=True, context={"layer": layer, "version": version})
        return paginator.get_paginated_response(shown.data)

    @extend_schema(
        request=shapes.PredictionInputShape(many=True),
        responses={201: shapes.PostedOutput, 200: shapes.PostedOutput},
    )
    def post(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """Post one prediction or a list of at most 1000. Posting what is already in force stores nothing."""
        version = model_version_for_posting(caller(request), model_version_id)
        return posted_response(services.predictions_post(by=caller(request), model_version=version, body=request.data))


class HeatMapApi(APIView):
    """The heat map of a prediction."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, model_version_id: uuid.UUID, prediction_id: uuid.UUID) -> HttpResponse:
        """Return the voxels, one byte each, the column fastest; the grid stands in the prediction."""
        heat_map = heat_map_of(model_version_id, prediction_id)
        services.ai_viewed(by=caller(request), action="heat_map.view", obj=heat_map)
        return voxels_response(heat_map.digest)


class AiSegmentApi(APIView):
    """The voxels of a segment of a prediction."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, model_version_id: uuid.UUID, prediction_id: uuid.UUID, sha256: str) -> HttpResponse:
        """Return the voxels as run lengths per slice, byte for byte what the digest is of."""
        return ai_segment_response(ai_segment_of(model_version_id, prediction_id, sha256))


class PredictionsCsvApi(APIView):
    """Predictions as a file."""

    parser_classes = [CsvParser, *CsvParser.multipart()]

    @extend_schema(
        request={"text/csv": OpenApiTypes.STR},
        responses={201: shapes.PostedOutput, 200: shapes.PostedOutput},
    )
    def post(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """Upload predictions as CSV: all rows, or none and what is wrong in which row."""
        version = model_version_for_posting(caller(request), model_version_id)
        text, _ = csv_text(request)
        return posted_response(services.predictions_post_csv(by=caller(request), model_version=version, text=text))


class PredictionsExampleApi(APIView):
    """An example file."""

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, model_version_id: uuid.UUID) -> HttpResponse:
        """Download a CSV of the right form, for imaging studies that are there."""
        model_version_by_id(model_version_id)
        response = HttpResponse(example_csv(selectors.example_study_uids()), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="predictions-example.csv"'
        return response
