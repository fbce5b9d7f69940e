"""Predictions of a model version as DICOM files: looked at, and stored."""

import uuid
from pathlib import Path
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.authentication import caller
from portal.errors import FieldProblem, Invalid
from portal.imaging.uploads import StoredUpload, UploadsToDisk
from portal.inference.access import imaging_study_by_uid, model_version_for_posting
from portal.inference.api import shapes
from portal.inference.api.predictions import posted_response
from portal.inference.dicom_files import LIMITS
from portal.inference.dicom_posting import (
    NEW,
    SUPERSEDES,
    UNCHANGED,
    Preview,
    dicom_predictions_preview,
    predictions_post_dicom,
)
from portal.inference.dicom_predictions import THRESHOLD, Asked


class DicomPredictionsInput(serializers.Serializer[Any]):
    """Reports and segmentations with predictions, or archives of them, and what whoever sends them says."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), allow_empty=False)
    threshold = serializers.FloatField(
        required=False,
        default=THRESHOLD,
        min_value=0.001,
        max_value=1,
        help_text="From which share on a voxel of a fractional segmentation is inside.",
    )
    default_score = serializers.FloatField(
        required=False, allow_null=True, min_value=0, max_value=1, help_text="Of findings that state no score."
    )
    imaging_study_uid = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=64, help_text="What all files have to be of."
    )
    accepts_algorithm = serializers.BooleanField(
        required=False, default=False, help_text="They are of this version, whatever algorithm they name, or if none."
    )


class DicomPostInput(DicomPredictionsInput):
    """The same, to be stored."""

    digest = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=64, help_text="Of the preview that was seen."
    )


class AlgorithmOutput(serializers.Serializer[Any]):
    """What a file says of the algorithm that made it."""

    name = serializers.CharField()
    version = serializers.CharField(allow_null=True)


class DicomFileOutput(serializers.Serializer[Any]):
    """A file that was read."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=["SEG", "SR"])
    sha256 = serializers.CharField()
    sop_instance_uid = serializers.CharField()
    imaging_study_uid = serializers.CharField()
    number_of_findings = serializers.IntegerField()
    algorithm = AlgorithmOutput(allow_null=True)


class DicomPredictionSeenOutput(serializers.Serializer[Any]):
    """A prediction that the files would be."""

    imaging_study_uid = serializers.CharField(source="prediction.study_instance_uid")
    score = serializers.FloatField(source="prediction.score")
    findings = serializers.ListField(child=serializers.DictField(), source="prediction.findings")
    origin = serializers.DictField(source="prediction.origin")
    change = serializers.ChoiceField(choices=[NEW, SUPERSEDES, UNCHANGED], help_text="Against what is in force.")


class PlaceWarningOutput(serializers.Serializer[Any]):
    """What should be known of a file, or a part of one."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class DicomPreviewOutput(serializers.Serializer[Preview]):
    """What files would be."""

    digest = serializers.CharField()
    files = DicomFileOutput(many=True)
    predictions = DicomPredictionSeenOutput(many=True)
    warnings = PlaceWarningOutput(many=True)


class _DicomUpload(UploadsToDisk):
    parser_classes = [MultiPartParser]

    def maximum_upload_bytes(self) -> int | None:
        """One archive may hold all that is taken at a time."""
        return LIMITS.bytes


class PredictionsDicomPreviewApi(_DicomUpload):
    """Looking at files before they are stored."""

    @extend_schema(request={"multipart/form-data": DicomPredictionsInput}, responses={200: DicomPreviewOutput})
    def post(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """Say which predictions the files would be, or what is wrong where; nothing is stored."""
        version = model_version_for_posting(caller(request), model_version_id)
        uploads = _uploads(request)
        asked, _ = _asked(DicomPredictionsInput(data=request.data))
        preview = dicom_predictions_preview(model_version=version, uploads=uploads, asked=asked)
        return Response(DicomPreviewOutput(preview).data, headers={"Cache-Control": "no-store"})


class PredictionsDicomApi(_DicomUpload):
    """Predictions as DICOM files."""

    @extend_schema(
        request={"multipart/form-data": DicomPostInput},
        responses={201: shapes.PostedOutput, 200: shapes.PostedOutput},
    )
    def post(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """Store what measurement reports and segmentations say: all files, or none and what is wrong where."""
        version = model_version_for_posting(caller(request), model_version_id)
        uploads = _uploads(request)
        asked, digest = _asked(DicomPostInput(data=request.data))
        posted = predictions_post_dicom(
            by=caller(request), model_version=version, uploads=uploads, asked=asked, digest=digest
        )
        return posted_response(posted)


def _uploads(request: Request) -> list[tuple[str, Path]]:
    uploads: list[StoredUpload] = request.FILES.getlist("files")
    if not uploads:
        field = FieldProblem(field="files", code="required", detail="Send at least one file.")
        raise Invalid("No file was sent.", errors=[field])
    return [(str(one.name), one.path) for one in uploads]


def _asked(form: DicomPredictionsInput) -> tuple[Asked, str]:
    form.is_valid(raise_exception=True)
    values = form.validated_data
    uid = values["imaging_study_uid"]
    asked = Asked(
        threshold=values["threshold"],
        default_score=values.get("default_score"),
        study=imaging_study_by_uid(uid) if uid else None,
        accepts_algorithm=values["accepts_algorithm"],
    )
    return asked, values.get("digest", "")
