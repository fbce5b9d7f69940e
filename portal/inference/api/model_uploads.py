"""Uploads of models that the portal shall run."""

import uuid

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.authentication import caller
from portal.imaging.uploads import UploadsToDisk
from portal.inference import model_uploads, selectors
from portal.inference.access import ai_model_by_id, model_upload_by_id
from portal.inference.api import shapes
from portal.pagination import CreatedCursorPagination


class AiModelUploadsApi(UploadsToDisk):
    """Files for an algorithm and their trials."""

    pagination_class = CreatedCursorPagination
    parser_classes = [MultiPartParser]

    def maximum_upload_bytes(self) -> int | None:
        """The site's limit."""
        return settings.OVERREAD_MODEL_FILE_MIB * 2**20

    @extend_schema(responses=shapes.ModelUploadOutput(many=True))
    def get(self, request: Request, ai_model_id: uuid.UUID) -> Response:
        """List the uploads, those that were refused included, newest first."""
        uploads = selectors.model_uploads_of(ai_model=ai_model_by_id(ai_model_id))
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(uploads, request, view=self)
        return paginator.get_paginated_response(shapes.ModelUploadOutput(page, many=True).data)

    @extend_schema(request={"multipart/form-data": shapes.ModelUploadInput}, responses={202: shapes.ModelUploadOutput})
    def post(self, request: Request, ai_model_id: uuid.UUID) -> Response:
        """Upload a model. A worker tries it on made-up cases; only one that passes becomes a version."""
        ai_model = ai_model_by_id(ai_model_id)
        form = shapes.ModelUploadInput(data=request.data)
        form.is_valid(raise_exception=True)
        upload = model_uploads.model_upload_create(by=caller(request), ai_model=ai_model, **form.validated_data)
        upload.refresh_from_db()
        return Response(shapes.ModelUploadOutput(upload).data, status=status.HTTP_202_ACCEPTED)


class ModelUploadApi(APIView):
    """One upload."""

    @extend_schema(responses=shapes.ModelUploadOutput)
    def get(self, request: Request, model_upload_id: uuid.UUID) -> Response:
        """Return how the trial stands, or why the model was refused."""
        return Response(shapes.ModelUploadOutput(model_upload_by_id(model_upload_id)).data)


class ModelUploadCancelApi(APIView):
    """Stop."""

    @extend_schema(request=None, responses={202: shapes.ModelUploadOutput})
    def post(self, request: Request, model_upload_id: uuid.UUID) -> Response:
        """Stop a trial; the file is dropped."""
        upload = model_uploads.model_upload_cancel(by=caller(request), upload=model_upload_by_id(model_upload_id))
        return Response(shapes.ModelUploadOutput(upload).data, status=status.HTTP_202_ACCEPTED)
