"""AI models and their versions."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.authentication import caller
from portal.accounts.models import User
from portal.inference import selectors, services
from portal.inference.access import ai_model_by_id, model_version_by_id
from portal.inference.api import shapes
from portal.inference.ensembles import FEWEST_MEMBERS, MOST_MEMBERS, ensemble_register
from portal.pagination import CreatedCursorPagination
from portal.visible_text import require_one_visible_line


class AiModelsApi(APIView):
    """Registered algorithms."""

    pagination_class = CreatedCursorPagination

    @extend_schema(responses=shapes.AiModelOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the AI models."""
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(selectors.ai_models_all(), request, view=self)
        return paginator.get_paginated_response(shapes.AiModelOutput(page, many=True).data)

    @extend_schema(request=shapes.AiModelInput, responses={201: shapes.AiModelOutput})
    def post(self, request: Request) -> Response:
        """Register an AI model."""
        form = shapes.AiModelInput(data=request.data)
        form.is_valid(raise_exception=True)
        model = services.ai_model_create(by=caller(request), **form.validated_data)
        return Response(shapes.AiModelOutput(model).data, status=status.HTTP_201_CREATED)


class AiModelApi(APIView):
    """One algorithm."""

    @extend_schema(responses=shapes.AiModelOutput)
    def get(self, request: Request, ai_model_id: uuid.UUID) -> Response:
        """Return an AI model."""
        return Response(shapes.AiModelOutput(ai_model_by_id(ai_model_id)).data)


class PosterOutput(serializers.ModelSerializer[User]):
    """An account that may post predictions of an AI model."""

    name = serializers.CharField()

    class Meta:
        model = User
        fields = ["id", "username", "name"]


class PostersInput(serializers.Serializer[Any]):
    """The accounts that may."""

    user_ids = serializers.ListField(child=serializers.UUIDField(), max_length=100)


class AiModelPostersApi(APIView):
    """Who may post predictions of an algorithm without building reader studies."""

    @extend_schema(responses=PosterOutput(many=True))
    def get(self, request: Request, ai_model_id: uuid.UUID) -> Response:
        """List them."""
        posters = ai_model_by_id(ai_model_id).posters.order_by("username")
        return Response(PosterOutput(posters, many=True).data)

    @extend_schema(request=PostersInput, responses=PosterOutput(many=True))
    def put(self, request: Request, ai_model_id: uuid.UUID) -> Response:
        """Replace them."""
        form = PostersInput(data=request.data)
        form.is_valid(raise_exception=True)
        model = ai_model_by_id(ai_model_id)
        services.posters_put(by=caller(request), ai_model=model, **form.validated_data)
        return self.get(request, ai_model_id)


class AiModelVersionsApi(APIView):
    """The versions of one algorithm."""

    pagination_class = CreatedCursorPagination

    @extend_schema(responses=shapes.ModelVersionOutput(many=True))
    def get(self, request: Request, ai_model_id: uuid.UUID) -> Response:
        """List the versions of an AI model."""
        versions = selectors.model_versions_all().filter(ai_model=ai_model_by_id(ai_model_id))
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(versions, request, view=self)
        return paginator.get_paginated_response(shapes.ModelVersionOutput(page, many=True).data)

    @extend_schema(request=shapes.ModelVersionInput, responses={201: shapes.ModelVersionOutput})
    def post(self, request: Request, ai_model_id: uuid.UUID) -> Response:
        """Register a build whose predictions will be posted."""
        form = shapes.ModelVersionInput(data=request.data)
        form.is_valid(raise_exception=True)
        version = services.model_version_register(
            by=caller(request), ai_model=ai_model_by_id(ai_model_id), **form.validated_data
        )
        return Response(shapes.ModelVersionOutput(version).data, status=status.HTTP_201_CREATED)


class EnsembleInput(serializers.Serializer[Any]):
    """Versions of one algorithm that shall be asked together."""

    version = serializers.CharField(max_length=40, validators=[require_one_visible_line])
    member_ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=FEWEST_MEMBERS, max_length=MOST_MEMBERS, help_text="In their order."
    )
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")
    card = serializers.JSONField(
        required=False, allow_null=True, default=None, help_text="That of the first member unless given."
    )


class AiModelEnsemblesApi(APIView):
    """Versions of an algorithm that are asked together."""

    @extend_schema(request=EnsembleInput, responses={201: shapes.ModelVersionOutput})
    def post(self, request: Request, ai_model_id: uuid.UUID) -> Response:
        """Register an ensemble: a version whose score is the mean of its members', and uncertain by their spread."""
        form = EnsembleInput(data=request.data)
        form.is_valid(raise_exception=True)
        version = ensemble_register(by=caller(request), ai_model=ai_model_by_id(ai_model_id), **form.validated_data)
        return Response(shapes.ModelVersionOutput(version).data, status=status.HTTP_201_CREATED)


class ModelVersionsApi(APIView):
    """Versions of all algorithms."""

    pagination_class = CreatedCursorPagination

    @extend_schema(responses=shapes.ModelVersionOutput(many=True))
    def get(self, request: Request) -> Response:
        """List all model versions."""
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(selectors.model_versions_all(), request, view=self)
        return paginator.get_paginated_response(shapes.ModelVersionOutput(page, many=True).data)


class ModelVersionApi(APIView):
    """One build."""

    @extend_schema(responses=shapes.ModelVersionOutput)
    def get(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """Return a model version."""
        version = selectors.model_versions_all().get(pk=model_version_by_id(model_version_id).pk)
        return Response(shapes.ModelVersionOutput(version).data)
