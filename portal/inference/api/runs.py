"""Inference runs."""

import uuid

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.authentication import caller
from portal.errors import Invalid, NotFound
from portal.inference import selectors, services
from portal.inference.access import imaging_studies_by_id, inference_run_by_id, model_version_by_id
from portal.inference.api import shapes
from portal.inference.models import InferenceRun, ModelVersion, RunPriority
from portal.pagination import CreatedCursorPagination


def run_detail(run: InferenceRun, http_status: int = status.HTTP_200_OK) -> Response:
    """Answer with a run and its imaging studies."""
    items = shapes.InferenceItemOutput(selectors.items_of(run=run).select_related("prediction"), many=True)
    return Response({**shapes.InferenceRunOutput(run).data, "items": items.data}, status=http_status)


def chosen_version(model_version_id: uuid.UUID) -> ModelVersion:
    """Return the model version that a body names; what is not there is the body's fault, not the address's."""
    try:
        return model_version_by_id(model_version_id)
    except NotFound as error:
        raise Invalid(
            "There is no such model version.",
            errors=[{"field": "model_version_id", "code": "unknown", "detail": "Choose one from the list."}],
        ) from error


class InferenceRunsApi(APIView):
    """All runs."""

    pagination_class = CreatedCursorPagination

    @extend_schema(responses=shapes.InferenceRunOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the inference runs."""
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(selectors.inference_runs_all(), request, view=self)
        return paginator.get_paginated_response(shapes.InferenceRunOutput(page, many=True).data)

    @extend_schema(request=shapes.InferenceRunInput, responses={202: shapes.InferenceRunDetailOutput})
    def post(self, request: Request) -> Response:
        """Start a run over imaging studies."""
        form = shapes.InferenceRunInput(data=request.data)
        form.is_valid(raise_exception=True)
        run = services.inference_run_create(
            by=caller(request),
            model_version=chosen_version(form.validated_data["model_version_id"]),
            imaging_studies=imaging_studies_by_id(form.validated_data["imaging_study_ids"]),
            priority=RunPriority[form.validated_data["priority"]],
            uncertainty=form.validated_data["uncertainty"],
        )
        return run_detail(inference_run_by_id(run.pk), status.HTTP_202_ACCEPTED)


class InferenceRunApi(APIView):
    """One run."""

    @extend_schema(responses=shapes.InferenceRunDetailOutput)
    def get(self, request: Request, inference_run_id: uuid.UUID) -> Response:
        """Return a run with its imaging studies."""
        run = inference_run_by_id(inference_run_id)
        if run.finished_at is not None:
            services.ai_viewed(by=caller(request), action="inference_run.view", obj=run)
        return run_detail(run)


class InferenceRunRetryApi(APIView):
    """Try again."""

    @extend_schema(request=None, responses={202: shapes.InferenceRunDetailOutput})
    def post(self, request: Request, inference_run_id: uuid.UUID) -> Response:
        """Retry what failed in a run."""
        run = services.inference_run_retry(by=caller(request), run=inference_run_by_id(inference_run_id))
        return run_detail(run, status.HTTP_202_ACCEPTED)


class InferenceRunCancelApi(APIView):
    """Stop."""

    @extend_schema(request=None, responses={202: shapes.InferenceRunDetailOutput})
    def post(self, request: Request, inference_run_id: uuid.UUID) -> Response:
        """Stop a run; predictions it has stored stay."""
        run = services.inference_run_cancel(by=caller(request), run=inference_run_by_id(inference_run_id))
        return run_detail(run, status.HTTP_202_ACCEPTED)
