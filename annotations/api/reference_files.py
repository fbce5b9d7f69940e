"""Routes of files for the reference standard: looked at, stored as a version, and handed out again."""

import uuid
from typing import Any

from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for, reference_standard_for
from annotations.api.reader_studies import MANAGE
from annotations.api.reference_job_shapes import ReferenceJobOutput, accepted
from annotations.domain.lesions import segment_digests
from annotations.domain.truth_json import example_json
from annotations.models import ReferenceJobKind
from annotations.selectors.masking import require_truth_unmasked
from annotations.selectors.reader_studies import cases_of
from annotations.services.reference_jobs import reference_job_create
from annotations.services.reference_segments import reference_segment_read
from annotations.services.truth_export import standard_export
from annotations.services.truth_files import THRESHOLD
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.errors import FieldProblem, Invalid, NotFound
from portal.imaging.uploads import StoredUpload, UploadsToDisk


class FilesInput(serializers.Serializer[Any]):
    """Files of one version: CSV, JSON, DICOM segmentations and reports, or archives of them."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), allow_empty=False)
    base_version = serializers.IntegerField(required=False, allow_null=True, help_text="The version they add to.")
    threshold = serializers.FloatField(
        required=False,
        default=THRESHOLD,
        min_value=0.001,
        max_value=1,
        help_text="From which share on a voxel of a fractional segmentation is inside.",
    )


class FileReadOutput(serializers.Serializer[Any]):
    """A file that was read."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=["CSV", "JSON", "SEG", "SR"])
    sha256 = serializers.CharField()
    number_of_cases = serializers.IntegerField()
    number_of_lesions = serializers.IntegerField()


class CaseReadOutput(serializers.Serializer[Any]):
    """What the version would say of a case."""

    case = serializers.CharField()
    truth = serializers.IntegerField()
    lesions = serializers.ListField(child=serializers.DictField())
    provenance = serializers.DictField(allow_null=True)
    change = serializers.ChoiceField(choices=["NEW", "CHANGED", "KEPT"], help_text="Against the version before.")


class FilesPreviewOutput(serializers.Serializer[Any]):
    """The version that files would be."""

    digest = serializers.CharField()
    base_version = serializers.IntegerField(allow_null=True)
    repeats_version = serializers.IntegerField(
        allow_null=True, default=None, help_text="The newest version, where it says all of this already: none is made."
    )
    files = FileReadOutput(many=True)
    cases = CaseReadOutput(many=True)
    missing = serializers.ListField(child=serializers.CharField())


class ReferenceFilesPreviewApi(UploadsToDisk):
    """Looking at files before they are stored."""

    parser_classes = [MultiPartParser]

    @extend_schema(request={"multipart/form-data": FilesInput}, responses={202: ReferenceJobOutput})
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Have a worker look what version the files would be; it fails with `invalid_files` and says what is wrong."""
        by = caller(request)
        reader_study = reader_study_for(by, reader_study_id, MANAGE)
        uploads: list[StoredUpload] = request.FILES.getlist("files")
        if not uploads:
            field = FieldProblem(field="files", code="required", detail="Send at least one file.")
            raise Invalid("No file was sent.", errors=[field])
        form = FilesInput(data=request.data)
        form.is_valid(raise_exception=True)
        base = None
        if form.validated_data.get("base_version") is not None:
            base = reference_standard_for(reader_study, form.validated_data["base_version"])
            require_truth_unmasked(user=by, standard=base)
        return accepted(
            reference_job_create(
                by=by,
                reader_study=reader_study,
                kind=ReferenceJobKind.FILES,
                asked={
                    "files": [str(one.name) for one in uploads],
                    "threshold": form.validated_data["threshold"],
                },
                base=base,
                uploads=uploads,
            )
        )


class ReferenceStandardJsonApi(APIView):
    """A version as a file."""

    @extend_schema(
        responses={
            (200, "application/json"): OpenApiTypes.OBJECT,
            (200, "application/zip"): OpenApiTypes.BINARY,
        }
    )
    def get(self, request: Request, reader_study_id: uuid.UUID, standard_version: int) -> FileResponse:
        """Return a version as JSON, voxels and all, in an archive of several files where it is large.

        Importing it gives the same digest.
        """
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        standard = reference_standard_for(reader_study, standard_version)
        require_truth_unmasked(user=caller(request), standard=standard)
        viewed(by=caller(request), reader_study_id=reader_study_id, action="reference_standard.view", obj=standard)
        content, is_archive = standard_export(standard)
        kind = "zip" if is_archive else "json"
        return FileResponse(
            content,
            as_attachment=True,
            filename=f"reference-standard-{standard_version}.{kind}",
            content_type=f"application/{kind}",
            headers={"Cache-Control": "no-store"},
        )


class ReferenceJsonExampleApi(APIView):
    """An example to fill in."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, reader_study_id: uuid.UUID) -> HttpResponse:
        """Return a JSON file with the cases of this reader study."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        cases = cases_of(reader_study=reader_study).select_related("imaging_study")
        rows = [(case.name, case.imaging_study.study_instance_uid) for case in cases]
        return _download(example_json(rows), "reference-standard-example.json")


class ReferenceSegmentApi(APIView):
    """The voxels of a lesion."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, reader_study_id: uuid.UUID, standard_version: int, sha256: str) -> HttpResponse:
        """Return the voxels of a segment that a lesion of this version names, byte for byte."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        standard = reference_standard_for(reader_study, standard_version)
        require_truth_unmasked(user=caller(request), standard=standard)
        lesions = standard.truths.values_list("lesions", flat=True)
        if not any(sha256 in segment_digests(one) for one in lesions):
            raise NotFound
        viewed(by=caller(request), reader_study_id=reader_study_id, action="reference_standard.view", obj=standard)
        response = HttpResponse(reference_segment_read(sha256), content_type="application/json")
        response["Cache-Control"] = "no-store"
        return response


def _download(text: str, name: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
