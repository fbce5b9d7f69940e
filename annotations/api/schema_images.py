"""Routes of example images of questions."""

import uuid
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for, schema_image_of
from annotations.models import SchemaImage
from annotations.services.schema_images import MAXIMUM_BYTES, schema_image_store
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.errors import Invalid


class SchemaImageOutput(serializers.ModelSerializer[SchemaImage]):
    """An example image: its digest is what a question names."""

    class Meta:
        model = SchemaImage
        fields = ["sha256", "columns", "rows"]


class SchemaImageInput(serializers.Serializer[Any]):
    """A PNG or JPEG file."""

    file = serializers.FileField()


class SchemaImagesApi(APIView):
    """Storing an example image."""

    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": SchemaImageInput}, responses={201: SchemaImageOutput})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Store a PNG or JPEG of at most 5 MiB for the form of a draft; its pixels are written anew as PNG."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE, lock=True)
        upload = request.FILES.get("file")
        if upload is None:
            fault = "Send a form with the field file."
            raise Invalid("No file was sent.", errors=[{"field": "file", "code": "missing", "detail": fault}])
        made = schema_image_store(by=caller(request), reader_study=reader_study, content=upload.read(MAXIMUM_BYTES + 1))
        return Response(SchemaImageOutput(made).data, status=status.HTTP_201_CREATED)


class SchemaImageApi(APIView):
    """One example image."""

    @extend_schema(responses={(200, "image/png"): OpenApiTypes.BINARY})
    def get(self, request: Request, reader_study_id: uuid.UUID, image_sha256: str) -> HttpResponse:
        """Return the image to everybody who may see the reader study."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_VIEW)
        image = schema_image_of(reader_study, image_sha256)
        return HttpResponse(
            bytes(image.content),
            content_type="image/png",
            headers={"ETag": f'"{image.sha256}"', "Cache-Control": "private, no-cache"},
        )
