"""Operating layers of a model version: looked at, fitted, checked on other cases, listed with their evidence."""

import uuid
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.models import ReaderStudy
from annotations.selectors.masking import require_unmasked
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.models import User
from portal.accounts.policy import Action
from portal.inference.access import model_version_by_id, operating_layer_of
from portal.inference.models import OperatingLayer
from portal.inference.operating_layers import LayerWords
from portal.inference.selectors import operating_layers_of
from portal.inference.services import ai_viewed
from portal.pagination import CreatedCursorPagination
from validation.access import layer_evidence_for, may_open
from validation.api import layer_shapes as shapes
from validation.models import LayerEvidence
from validation.operating_layers import Asked
from validation.selectors.layer_sets import evidence_of, sets_offered
from validation.services.operating_layers import layer_create, layer_preview, layer_validate


class CalibrationSetsApi(APIView):
    """On whose cases a layer can be fitted or checked."""

    @extend_schema(responses=shapes.OfferedSetOutput(many=True))
    def get(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """List your reader studies with a locked truth and predictions of the version; no value of the truth."""
        version = model_version_by_id(model_version_id)
        offered = list(sets_offered(user=caller(request), model_version=version))
        return Response(shapes.OfferedSetOutput(offered, many=True).data)


class OperatingLayersApi(APIView):
    """The operating layers of a model version."""

    pagination_class = CreatedCursorPagination

    @extend_schema(responses=shapes.LayerOutput(many=True))
    def get(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """List them, newest first."""
        layers = operating_layers_of(model_version=model_version_by_id(model_version_id))
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(layers, request, view=self)
        return paginator.get_paginated_response(shapes.LayerOutput(page or [], many=True).data)

    @extend_schema(request=shapes.LayerInput, responses={200: shapes.LayerStoredOutput, 201: shapes.LayerStoredOutput})
    def post(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """Store the layer that a preview of the same input showed; the version itself stays as it is.

        A layer that there is already (rule, threshold, cases) is answered with 200: none is stored.
        """
        version = model_version_by_id(model_version_id)
        form, reader_study = _form(shapes.LayerInput, request)
        layer, is_new = layer_create(
            by=caller(request),
            model_version=version,
            reader_study=reader_study,
            version=form["reference_standard_version"],
            asked=_asked(form),
            words=LayerWords(form["name"], form["reason"]),
            digest=form["digest"],
        )
        if not is_new:
            ai_viewed(by=caller(request), action="operating_layer.view", obj=layer)
        vars(layer)["is_repeat"] = not is_new
        http_status = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(shapes.LayerStoredOutput(layer).data, status=http_status)


class LayerPreviewApi(APIView):
    """A layer that is not stored."""

    @extend_schema(request=shapes.LayerPreviewInput, responses=shapes.LayerPreviewOutput)
    def post(self, request: Request, model_version_id: uuid.UUID) -> Response:
        """Fit a layer and show its figures before and after; kept is only that somebody looked."""
        version = model_version_by_id(model_version_id)
        form, reader_study = _form(shapes.LayerPreviewInput, request)
        preview = layer_preview(
            by=caller(request),
            model_version=version,
            reader_study=reader_study,
            version=form["reference_standard_version"],
            asked=_asked(form),
        )
        return Response(shapes.LayerPreviewOutput(preview).data)


class OperatingLayerApi(APIView):
    """One operating layer with its evidence."""

    @extend_schema(responses=shapes.LayerDetailOutput)
    def get(self, request: Request, model_version_id: uuid.UUID, layer_number: int) -> Response:
        """Return a layer, and the sets and figures of those reader studies whose results you may see."""
        user, layer = caller(request), operating_layer_of(model_version_id, layer_number)
        evidence = list(evidence_of(layer=layer))
        shown = [one for one in evidence if may_open(user, one.reader_study)]
        _viewed(user, layer, shown)
        answer = {"layer": layer, "evidence": shown, "hidden": len(evidence) - len(shown)}
        return Response(shapes.LayerDetailOutput(answer).data)


class LayerValidationsApi(APIView):
    """Checking a layer."""

    @extend_schema(
        request=shapes.LayerValidationInput, responses={201: shapes.EvidenceOutput, 200: shapes.EvidenceOutput}
    )
    def post(self, request: Request, model_version_id: uuid.UUID, layer_number: int) -> Response:
        """Check a layer on cases of patients it was not fitted on; what comes out is kept. The same set again: 200."""
        layer = operating_layer_of(model_version_id, layer_number)
        form, reader_study = _form(shapes.LayerValidationInput, request)
        evidence, is_new = layer_validate(
            by=caller(request),
            layer=layer,
            reader_study=reader_study,
            version=form["reference_standard_version"],
            reason=form["reason"],
        )
        if not is_new:
            _viewed(caller(request), layer, [evidence])
        http_status = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(shapes.EvidenceOutput(evidence).data, status=http_status)


class LayerSetApi(APIView):
    """The cases of a fit or a check."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, model_version_id: uuid.UUID, layer_number: int, set_number: int) -> HttpResponse:
        """Return the stored bytes of a set: predictions, scores and truths by their ids; 0 is that of the fit."""
        layer = operating_layer_of(model_version_id, layer_number)
        evidence = layer_evidence_for(caller(request), layer, set_number)
        _viewed(caller(request), layer, [evidence])
        return HttpResponse(evidence.content.encode(), content_type="application/json")


def _form(shape: Any, request: Request) -> tuple[dict[str, Any], ReaderStudy]:
    """Read what was sent, and find its reader study for somebody who may analyse it."""
    form = shape(data=request.data)
    form.is_valid(raise_exception=True)
    sent: dict[str, Any] = form.validated_data
    reader_study = reader_study_for(caller(request), sent["reader_study_id"], Action.ANALYSIS_RUN)
    require_unmasked(user=caller(request), reader_study=reader_study)
    return sent, reader_study


def _asked(form: dict[str, Any]) -> Asked:
    return Asked(form["method"], form["trained_at"], form["applied_at"], form["operating_threshold"])


def _viewed(user: User, layer: OperatingLayer, shown: list[LayerEvidence]) -> None:
    """Keep that somebody saw what an AI is made to say, and in each reader study that its results were seen."""
    ai_viewed(by=user, action="operating_layer.view", obj=layer)
    for one in shown:
        study = one.reader_study_id
        viewed(by=user, reader_study_id=study, action="operating_layer.view", obj=one, detail={"set": one.number})
