"""Explanations of predictions: asked for, followed, listed, and their maps."""

import uuid
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.authentication import caller
from portal.inference import explanation_jobs as services
from portal.inference import selectors
from portal.inference.access import explanation_by_id, explanation_job_by_id, model_version_by_id
from portal.inference.api.prediction_list import ListedImagingStudyOutput
from portal.inference.api.predictions import voxels_response
from portal.inference.api.shapes import JOB_FIELDS
from portal.inference.explanation_jobs import ExplanationAsked
from portal.inference.models import Explanation, ExplanationItem, ExplanationJob, ExplanationMethod, WeightsCheck
from portal.inference.services import ai_viewed
from portal.pagination import CreatedCursorPagination

_MOST_SEED = 2**31 - 1


class ExplanationJobInput(serializers.Serializer[Any]):
    """What to explain, and how."""

    method = serializers.ChoiceField(choices=ExplanationMethod.choices)
    prediction_ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=services.MAXIMUM_PREDICTIONS
    )
    output = serializers.CharField(
        max_length=100, required=False, allow_blank=True, default="", help_text="Key of a score; empty: the first one."
    )
    layer = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", help_text="Of Grad-CAM; empty: the last one."
    )
    steps = serializers.IntegerField(
        min_value=services.FEWEST_STEPS,
        max_value=services.MOST_STEPS,
        default=services.USUAL_STEPS,
        help_text="Of integrated gradients.",
    )
    baseline_hu = serializers.FloatField(
        min_value=services.LOWEST_HU,
        max_value=services.HIGHEST_HU,
        required=False,
        allow_null=True,
        default=None,
        help_text="Of integrated gradients: the value of every voxel; null: the low end of the window, else air.",
    )
    checks_weights = serializers.BooleanField(default=False, help_text="Explain again with redrawn weights.")
    seed = serializers.IntegerField(min_value=0, max_value=_MOST_SEED, default=0)


class ExplanationJobOutput(serializers.ModelSerializer[ExplanationJob]):
    """A job and how far it has come."""

    requested_by = serializers.CharField(source="requested_by.username", default=None)

    class Meta:
        model = ExplanationJob
        fields = [
            "id",
            "model_version_id",
            "requested_by",
            "method",
            "output",
            "output_name",
            "parameters",
            "checks_weights",
            "seed",
            *JOB_FIELDS,
        ]


class ExplanationItemOutput(serializers.ModelSerializer[ExplanationItem]):
    """One prediction of a job."""

    prediction_id = serializers.UUIDField()
    imaging_study_uid = serializers.CharField(source="prediction.imaging_study.study_instance_uid")
    imaging_study = ListedImagingStudyOutput(source="prediction.imaging_study")

    class Meta:
        model = ExplanationItem
        fields = ["prediction_id", "imaging_study_uid", "imaging_study", "state", "reason_code", "reason"]


class ExplanationJobDetailOutput(ExplanationJobOutput):
    """A job with its predictions."""

    items = ExplanationItemOutput(many=True, source="ordered_items")

    class Meta(ExplanationJobOutput.Meta):
        fields = [*ExplanationJobOutput.Meta.fields, "items"]


class StageOutput(serializers.Serializer[Any]):
    """How alike the map is to that of redrawn weights."""

    redrawn = serializers.IntegerField(help_text="How many of the last layers.")
    layer = serializers.CharField(help_text="The first of them.")
    spearman = serializers.FloatField(allow_null=True, help_text="Rank correlation of absolute values.")
    ssim = serializers.FloatField(allow_null=True, help_text="Structural similarity.")
    reason = serializers.CharField(help_text="Why there is no value.")


class WeightsCheckOutput(serializers.ModelSerializer[WeightsCheck]):
    """Whether an explanation depends on the weights."""

    stages = StageOutput(many=True)
    depends_on_weights = serializers.SerializerMethodField()

    class Meta:
        model = WeightsCheck
        fields = ["seed", "number_of_layers", "stages", "depends_on_weights", "software"]

    @extend_schema_field(serializers.BooleanField(allow_null=True))
    def get_depends_on_weights(self, check: WeightsCheck) -> bool | None:
        """Say whether the map of weights all redrawn is another one; null where that is not known."""
        return services.depends_on_weights(check.stages)


class ExplanationGridOutput(serializers.ModelSerializer[Explanation]):
    """What a map is of, and where it lies; its voxels have a route of their own."""

    class Meta:
        model = Explanation
        fields = [
            "id",
            "method",
            "output_name",
            "parameters",
            "facts",
            "digest",
            "columns",
            "rows",
            "slices",
            "affine",
            "frame_of_reference_uid",
        ]


class ExplanationOutput(ExplanationGridOutput):
    """An explanation of a prediction."""

    prediction_id = serializers.UUIDField()
    job_id = serializers.UUIDField()
    imaging_study_uid = serializers.CharField(source="prediction.imaging_study.study_instance_uid")
    imaging_study = ListedImagingStudyOutput(source="prediction.imaging_study")
    weights_check = WeightsCheckOutput(allow_null=True, default=None)

    class Meta(ExplanationGridOutput.Meta):
        fields = [
            *ExplanationGridOutput.Meta.fields,
            "output",
            "prediction_id",
            "job_id",
            "imaging_study_uid",
            "imaging_study",
            "greatest",
            "input_digest",
            "software",
            "weights_check",
            "created_at",
        ]


def job_detail(job: ExplanationJob, http_status: int = status.HTTP_200_OK) -> Response:
    """Answer with a job and its predictions."""
    items = ExplanationItemOutput(selectors.explanation_items_of(job=job), many=True)
    return Response({**ExplanationJobOutput(job).data, "items": items.data}, status=http_status)


class ExplanationJobsApi(APIView):
    """Jobs that explain predictions of a version."""

    pagination_class = CreatedCursorPagination

    @extend_schema(responses=ExplanationJobOutput(many=True))
    def get(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """List the jobs, newest first."""
        paginator = self.pagination_class()
        found = selectors.explanation_jobs_of(model_version=model_version_by_id(model_version_id))
        page = paginator.paginate_queryset(found, request, view=self)
        return paginator.get_paginated_response(ExplanationJobOutput(page, many=True).data)

    @extend_schema(request=ExplanationJobInput, responses={202: ExplanationJobDetailOutput})
    def post(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """Explain predictions that the portal has computed, by Grad-CAM or integrated gradients."""
        form = ExplanationJobInput(data=request.data)
        form.is_valid(raise_exception=True)
        job = services.explanation_job_create(
            by=caller(request),
            model_version=model_version_by_id(model_version_id),
            asked=ExplanationAsked(**form.validated_data),
        )
        return job_detail(job, status.HTTP_202_ACCEPTED)


class ExplanationJobApi(APIView):
    """One job."""

    @extend_schema(responses=ExplanationJobDetailOutput)
    def get(self, request: Request, explanation_job_id: uuid.UUID) -> Response:
        """Return a job with its predictions."""
        return job_detail(explanation_job_by_id(explanation_job_id))


class ExplanationJobRetryApi(APIView):
    """Try again."""

    @extend_schema(request=None, responses={202: ExplanationJobDetailOutput})
    def post(self, request: Request, explanation_job_id: uuid.UUID) -> Response:
        """Retry what failed in a job."""
        job = services.explanation_job_retry(by=caller(request), job=explanation_job_by_id(explanation_job_id))
        return job_detail(job, status.HTTP_202_ACCEPTED)


class ExplanationJobCancelApi(APIView):
    """Stop."""

    @extend_schema(request=None, responses={202: ExplanationJobDetailOutput})
    def post(self, request: Request, explanation_job_id: uuid.UUID) -> Response:
        """Stop a job; explanations it has stored stay."""
        job = services.explanation_job_cancel(by=caller(request), job=explanation_job_by_id(explanation_job_id))
        return job_detail(job, status.HTTP_202_ACCEPTED)


class ExplanationsApi(APIView):
    """Explanations of a version's predictions."""

    pagination_class = CreatedCursorPagination

    @extend_schema(responses=ExplanationOutput(many=True))
    def get(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """List the explanations with their checks, newest first."""
        version = model_version_by_id(model_version_id)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(selectors.explanations_of(model_version=version), request, view=self) or []
        if page:
            ai_viewed(by=caller(request), action="explanations.view", obj=version)
        return paginator.get_paginated_response(ExplanationOutput(page, many=True).data)


class ExplanationMapApi(APIView):
    """The map of an explanation."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, explanation_id: uuid.UUID) -> HttpResponse:
        """Return the voxels, one byte each, the column fastest; the grid stands in the explanation."""
        explanation = explanation_by_id(explanation_id)
        ai_viewed(by=caller(request), action="explanation.view", obj=explanation)
        return voxels_response(explanation.digest)
