"""Routes of the AI beside the reader: freezing the first read, and what the AI says once the protocol shows it."""

import uuid
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import own_read
from annotations.api.particulars import NOT_STORED, ParticularsOutput
from annotations.api.reading import SaveInput, save_of
from annotations.models import AiContent
from annotations.selectors.ai import (
    comparison_available,
    explanations_of,
    predictions_of,
    predictions_with_marks_shown,
)
from annotations.selectors.blinding import shows
from annotations.services import reads as services
from annotations.services.ai import ai_delivered
from annotations.services.particulars import particulars_show
from portal.accounts.authentication import caller
from portal.errors import NotFound
from portal.inference.access import has_segment
from portal.inference.api.explanations import ExplanationGridOutput
from portal.inference.api.predictions import ai_segment_response, voxels_response
from portal.inference.api.shapes import HeatMapOutput
from portal.inference.api.uncertainty import UncertaintyShape
from portal.inference.calibration import CalibrationHint, hint_for


class FrozenOutput(serializers.Serializer[Any]):
    """The frozen first read, and the phase that follows."""

    revision_number = serializers.IntegerField(source="number")
    first_read_at = serializers.DateTimeField(source="created_at")
    digest = serializers.CharField()
    phase = serializers.CharField(source="read.phase")
    comparison_available = serializers.SerializerMethodField()
    particulars = serializers.SerializerMethodField()

    @extend_schema_field(ParticularsOutput)
    def get_particulars(self, revision: Any) -> Any:
        """Return what is shown of the case in the phase that begins."""
        read = revision.read
        return ParticularsOutput(particulars_show(by=read.assignment.reader, read=read)).data

    def get_comparison_available(self, revision: Any) -> bool:
        """Say whether the AI is shown now."""
        return comparison_available(read=revision.read)


class ReadFreezeApi(APIView):
    """Freezing the first read."""

    @extend_schema(request=SaveInput, responses=FrozenOutput)
    @transaction.atomic
    def post(self, request: Request, read_id: uuid.UUID) -> Response:
        """Freeze the first read and show the AI; 400 `incomplete` names what is missing, 409 once it is frozen."""
        save = save_of(request)
        read = own_read(caller(request), read_id, lock=True)
        revision = services.read_freeze_first(by=caller(request), read=read, save=save)
        return Response(FrozenOutput(revision).data, headers=NOT_STORED)


class CalibrationHintOutput(serializers.Serializer[Any]):
    """How often cases of this score band were positive in data registered with the model version."""

    data_source = serializers.CharField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    cases = serializers.IntegerField()
    positives = serializers.IntegerField()


class ExplanationShownOutput(ExplanationGridOutput):
    """A map of where the score comes from: without the score itself, which the arm may hide."""

    class Meta(ExplanationGridOutput.Meta):
        fields = [one for one in ExplanationGridOutput.Meta.fields if one not in ("facts", "parameters")]


class PredictionShownOutput(serializers.Serializer[Any]):
    """What the AI says of the case."""

    prediction_id = serializers.UUIDField(source="pk")
    model = serializers.CharField(source="model_version.ai_model.name")
    version = serializers.CharField(source="model_version.version")
    score = serializers.SerializerMethodField(
        help_text="Null, with uncertainty, call and calibration, where the arm hides scores."
    )
    uncertainty = serializers.SerializerMethodField()
    threshold = serializers.FloatField(source="model_version.operating_threshold")
    call = serializers.SerializerMethodField()
    findings = serializers.SerializerMethodField()
    heat_map = serializers.SerializerMethodField()
    explanations = serializers.SerializerMethodField()
    calibration = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(CalibrationHintOutput(allow_null=True))
    def get_calibration(self, prediction: Any) -> CalibrationHint | None:
        """Return what is registered about scores like this one, or null."""
        if not self._shows("ai_scores"):
            return None
        return hint_for(prediction.score, prediction.model_version.calibration)

    def _shows(self, cell: str) -> bool:
        return shows(cell, read=self.context["read"])

    def get_score(self, prediction: Any) -> float | None:
        """Return the score where the arm shows scores."""
        return float(prediction.score) if self._shows("ai_scores") else None

    @extend_schema_field(UncertaintyShape(allow_null=True))
    def get_uncertainty(self, prediction: Any) -> Any:
        """Return how uncertain the score is, where the arm shows scores and the prediction says so."""
        return prediction.uncertainty if self._shows("ai_scores") else None

    @extend_schema_field(serializers.ListField(child=serializers.DictField()))
    def get_findings(self, prediction: Any) -> list[dict[str, Any]]:
        """Return the findings where the arm shows marks; without their scores where it hides scores."""
        if not self._shows("ai_marks"):
            return []
        findings: list[dict[str, Any]] = prediction.findings
        return findings if self._shows("ai_scores") else [{**one, "score": None} for one in findings]

    @extend_schema_field(HeatMapOutput(allow_null=True))
    def get_heat_map(self, prediction: Any) -> Any:
        """Return the grid of the heat map where the arm shows marks."""
        heat_map = getattr(prediction, "heat_map", None)
        return HeatMapOutput(heat_map).data if heat_map is not None and self._shows("ai_marks") else None

    @extend_schema_field(ExplanationShownOutput(many=True))
    def get_explanations(self, prediction: Any) -> Any:
        """Return what was explained of the prediction when the reader study began, where the arm shows marks."""
        if not self._shows("ai_marks"):
            return []
        found = explanations_of(read=self.context["read"], prediction=prediction)
        return ExplanationShownOutput(found, many=True).data

    def get_call(self, prediction: Any) -> bool | None:
        """Return the AI's binary call at its operating threshold, where the arm shows scores."""
        if not self._shows("ai_scores"):
            return None
        return bool(prediction.score >= prediction.model_version.operating_threshold)


class FurtherPredictionShownOutput(PredictionShownOutput):
    """What the AI marks on a further imaging study of the case. The score of the case is that of its first."""

    study_instance_uid = serializers.CharField(source="imaging_study.study_instance_uid")

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_score(self, prediction: Any) -> None:
        """Return nothing: the AI is judged by the first imaging study of a case."""
        return

    @extend_schema_field(UncertaintyShape(allow_null=True))
    def get_uncertainty(self, prediction: Any) -> None:
        """Return nothing, as for the score."""
        return

    @extend_schema_field(CalibrationHintOutput(allow_null=True))
    def get_calibration(self, prediction: Any) -> None:
        """Return nothing, as for the score."""
        return

    @extend_schema_field(serializers.BooleanField(allow_null=True))
    def get_call(self, prediction: Any) -> None:
        """Return nothing, as for the score."""
        return


class ComparisonOutput(serializers.Serializer[Any]):
    """The AI beside the reader's own answers."""

    ai = PredictionShownOutput(allow_null=True, help_text="On the first imaging study of the case.")
    further_ai = FurtherPredictionShownOutput(many=True, help_text="On the further ones that it was run on.")
    own = serializers.DictField()


class ReadComparisonApi(APIView):
    """The AI beside the reader's own answers."""

    @extend_schema(responses=ComparisonOutput)
    def get(self, request: Request, read_id: uuid.UUID) -> Response:
        """Return what the AI says, once the protocol allows it; before that this address does not exist."""
        read = own_read(caller(request), read_id)
        if not comparison_available(read=read):
            raise NotFound
        further = predictions_of(read=read)
        first = further.pop(read.assignment.case.imaging_study_id, None)
        for prediction in (first, *further.values()):
            ai_delivered(read=read, prediction=prediction, content=AiContent.COMPARISON)
        compared = {"ai": first, "further_ai": further.values(), "own": services.current_payload(read)}
        shown = ComparisonOutput(compared, context={"read": read}).data
        return Response(shown, headers=NOT_STORED)


class HeatMapQuery(serializers.Serializer[Any]):
    """Parameters of a read's heat map."""

    prediction_id = serializers.UUIDField(required=False, default=None)


class ReadHeatMapApi(APIView):
    """The AI's heat map on the images of a read."""

    @extend_schema(
        parameters=[
            OpenApiParameter("prediction_id", OpenApiTypes.UUID, description="Without it, that of the first study.")
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    @transaction.atomic
    def get(self, request: Request, read_id: uuid.UUID) -> HttpResponse:
        """Return the heat map's voxels, once the protocol shows the AI; the grid stands in the comparison."""
        read = own_read(caller(request), read_id)
        query = HeatMapQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data["prediction_id"]
        shown = predictions_with_marks_shown(read=read)
        first = read.assignment.case.imaging_study_id
        asked = [one for one in shown if one.pk == wanted or (wanted is None and one.imaging_study_id == first)]
        prediction = next(iter(asked), None)
        heat_map = getattr(prediction, "heat_map", None)
        if prediction is None or heat_map is None:
            raise NotFound
        ai_delivered(read=read, prediction=prediction, content=AiContent.HEAT_MAP)
        return voxels_response(heat_map.digest)


class ReadExplanationApi(APIView):
    """A map of where a score of the AI comes from, on the images of a read."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @transaction.atomic
    def get(self, request: Request, read_id: uuid.UUID, explanation_id: uuid.UUID) -> HttpResponse:
        """Return the voxels, once the protocol shows heat maps; the grid stands in the comparison."""
        read = own_read(caller(request), read_id)
        shown = predictions_with_marks_shown(read=read)
        explained = ((one, explanation) for one in shown for explanation in explanations_of(read=read, prediction=one))
        asked = next((pair for pair in explained if pair[1].pk == explanation_id), None)
        if asked is None:
            raise NotFound
        prediction, explanation = asked
        ai_delivered(read=read, prediction=prediction, content=AiContent.HEAT_MAP, sha256=explanation.digest)
        return voxels_response(explanation.digest)


class ReadAiSegmentApi(APIView):
    """The voxels of a segment of the AI on the images of a read."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    @transaction.atomic
    def get(self, request: Request, read_id: uuid.UUID, sha256: str) -> HttpResponse:
        """Return the voxels as run lengths per slice, once the protocol shows the AI; the comparison names them."""
        read = own_read(caller(request), read_id)
        shown = predictions_with_marks_shown(read=read)
        prediction = next((one for one in shown if has_segment(one, sha256)), None)
        if prediction is None:
            raise NotFound
        response = ai_segment_response(sha256)
        ai_delivered(read=read, prediction=prediction, content=AiContent.SEGMENT, sha256=sha256)
        return response
