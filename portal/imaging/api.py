"""HTTP edge of imaging for coordinators: imaging studies and ingest jobs."""

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.authentication import caller
from portal.imaging.access import (
    imaging_study_for_coordinator,
    ingest_job_for,
    viewable_ingest_jobs,
)
from portal.imaging.models import ImagingStudy, IngestItem, IngestJob, Series
from portal.imaging.selectors import imaging_studies_search, refused_items, series_of, with_counts
from portal.imaging.services.ingest import ingest_job_create_from_uploads
from portal.imaging.services.without_images import without_images_create
from portal.imaging.uploads import StoredUpload, UploadsToDisk

REFUSED_SHOWN = 1000
WITHOUT_IMAGES_AT_ONCE = 10_000


class ImagingStudyOutput(serializers.ModelSerializer[ImagingStudy]):
    """An imaging study in a list."""

    patient_key = serializers.CharField(source="patient.patient_key")

    class Meta:
        model = ImagingStudy
        fields = [
            "id",
            "study_instance_uid",
            "patient_key",
            "study_date",
            "study_description",
            "modalities",
            "body_part",
            "number_of_series",
            "number_of_instances",
            "is_synthetic",
            "created_at",
        ]


class SeriesOutput(serializers.ModelSerializer[Series]):
    """A series of an imaging study."""

    class Meta:
        model = Series
        fields = [
            "id",
            "series_instance_uid",
            "modality",
            "series_number",
            "series_description",
            "number_of_instances",
        ]


class ImagingStudyDetailOutput(ImagingStudyOutput):
    """An imaging study with its series."""

    series = serializers.SerializerMethodField()

    class Meta(ImagingStudyOutput.Meta):
        fields = [*ImagingStudyOutput.Meta.fields, "series"]

    @extend_schema_field(SeriesOutput(many=True))
    def get_series(self, imaging_study: ImagingStudy) -> Any:
        """Return the series that have instances."""
        return SeriesOutput(series_of(imaging_study), many=True).data


class ImagingStudiesApi(generics.ListAPIView[ImagingStudy]):
    """The archive."""

    serializer_class = ImagingStudyOutput
    queryset = ImagingStudy.objects.none()

    def get_queryset(self) -> Any:
        """Apply the search words and the modality of the query."""
        query = self.request.query_params
        return imaging_studies_search(search=query.get("search", ""), modality=query.get("modality", ""))

    @extend_schema(parameters=[OpenApiParameter("search", str), OpenApiParameter("modality", str)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List imaging studies, newest first."""
        return super().get(request, *args, **kwargs)


class ImagingStudyApi(APIView):
    """One imaging study."""

    @extend_schema(responses=ImagingStudyDetailOutput)
    def get(self, request: Request, study_id: uuid.UUID) -> Response:
        """Return an imaging study with its series."""
        return Response(ImagingStudyDetailOutput(imaging_study_for_coordinator(study_id)).data)


class WithoutImagesInput(serializers.Serializer[Any]):
    """Imaging studies whose images the portal does not get."""

    patients = serializers.ListField(
        child=serializers.CharField(max_length=64),
        allow_empty=False,
        max_length=WITHOUT_IMAGES_AT_ONCE,
        help_text="One for each imaging study: equal words are the same patient. The words are not stored.",
    )


class WithoutImagesApi(APIView):
    """Imaging studies that were read elsewhere."""

    @extend_schema(request=WithoutImagesInput, responses={201: ImagingStudyOutput(many=True)})
    def post(self, request: Request) -> Response:
        """Register imaging studies without images, in this order, for reads and predictions from elsewhere."""
        form = WithoutImagesInput(data=request.data)
        form.is_valid(raise_exception=True)
        made = without_images_create(by=caller(request), patients=form.validated_data["patients"])
        return Response(ImagingStudyOutput(made, many=True).data, status=status.HTTP_201_CREATED)


class IngestCounts(serializers.Serializer[Any]):
    """What became of the files."""

    new = serializers.IntegerField(source="number_new")
    present = serializers.IntegerField(source="number_present")
    refused = serializers.IntegerField(source="number_refused")


class IngestJobOutput(serializers.ModelSerializer[IngestJob]):
    """An ingest job and how far it has come."""

    counts = IngestCounts(source="*")

    class Meta:
        model = IngestJob
        fields = [
            "id",
            "state",
            "source",
            "progress_done",
            "progress_total",
            "progress_message",
            "counts",
            "created_at",
            "finished_at",
            "error_detail",
        ]


class RefusedOutput(serializers.ModelSerializer[IngestItem]):
    """A file that was not taken, and why."""

    class Meta:
        model = IngestItem
        fields = ["name", "reason_code", "reason"]


class IngestJobDetailOutput(IngestJobOutput):
    """An ingest job with the files that were refused, at most the first thousand."""

    refused = serializers.SerializerMethodField()

    class Meta(IngestJobOutput.Meta):
        fields = [*IngestJobOutput.Meta.fields, "refused"]

    @extend_schema_field(RefusedOutput(many=True))
    def get_refused(self, job: IngestJob) -> Any:
        """Return the refused files."""
        return RefusedOutput(refused_items(job)[:REFUSED_SHOWN], many=True).data


class IngestInput(serializers.Serializer[Any]):
    """Files and archives to take in."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), allow_empty=False)


class IngestJobsApi(UploadsToDisk, generics.ListAPIView[IngestJob]):
    """Ingest jobs."""

    serializer_class = IngestJobOutput
    queryset = IngestJob.objects.none()
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> Any:
        """The jobs that the caller may see."""
        return with_counts(viewable_ingest_jobs(caller(self.request)))

    @extend_schema(request={"multipart/form-data": IngestInput}, responses={202: IngestJobOutput})
    def post(self, request: Request) -> Response:
        """Take in DICOM files, zip and tar archives, in the background."""
        uploads: list[StoredUpload] = request.FILES.getlist("files")
        job = ingest_job_create_from_uploads(uploads=uploads, requested_by=caller(request))
        return Response(_shown(request, job.pk, IngestJobOutput), status=status.HTTP_202_ACCEPTED)


class IngestJobApi(APIView):
    """One ingest job."""

    @extend_schema(responses=IngestJobDetailOutput)
    def get(self, request: Request, job_id: uuid.UUID) -> Response:
        """Return progress and the refused files with their reasons."""
        ingest_job_for(caller(request), job_id)
        return Response(_shown(request, job_id, IngestJobDetailOutput))


def _shown(request: Request, job_id: uuid.UUID, output: type[IngestJobOutput]) -> Any:
    return output(with_counts(viewable_ingest_jobs(caller(request))).get(pk=job_id)).data
