"""What the segments of a prediction measure, and the shapes that reads' own measurements share."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.authentication import caller
from portal.db import JobState
from portal.inference.access import prediction_of
from portal.inference.measurement_jobs import prediction_measure_again
from portal.inference.models import MeasurementFamily
from portal.inference.selectors import Measuring, measuring_of_prediction
from portal.inference.services import ai_viewed

NOT_STORED = {"Cache-Control": "no-store"}
NOT_BEGUN = "NOT_BEGUN"


class QuantityOutput(serializers.Serializer[Any]):
    """One quantity, or the reason why it has no value."""

    family = serializers.ChoiceField(choices=MeasurementFamily.choices)
    name = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    unit = serializers.CharField(help_text="In UCUM.")
    ibsi = serializers.CharField(allow_null=True, help_text="Its code in the IBSI's reference manual.")
    reason = serializers.CharField(allow_null=True, help_text="Why there is no value.")


class SegmentMeasurementOutput(serializers.Serializer[Any]):
    """What one segment measures."""

    finding_id = serializers.CharField()
    segment_sha256 = serializers.CharField()
    series_instance_uid = serializers.CharField()
    pixels_sha256 = serializers.CharField(help_text="Over the decoded frames that hold a voxel of the segment.")
    software = serializers.DictField(child=serializers.CharField())
    discretisation = serializers.DictField(child=serializers.FloatField(), allow_null=True)
    reason_code = serializers.CharField(help_text="Set where nothing at all is measured.")
    reason = serializers.CharField()
    measured_at = serializers.DateTimeField(source="created_at")
    quantities = QuantityOutput(many=True)


class MeasuringOutput(serializers.Serializer[Any]):
    """How far measuring is, and what is measured so far."""

    state = serializers.SerializerMethodField()
    progress_done = serializers.IntegerField(source="job.progress_done", default=0)
    progress_total = serializers.IntegerField(source="job.progress_total", default=0)
    error_code = serializers.CharField(source="job.error_code", default="")
    error_detail = serializers.CharField(source="job.error_detail", default="")
    measurements = SegmentMeasurementOutput(many=True)

    @extend_schema_field(serializers.ChoiceField(choices=[NOT_BEGUN, *JobState.values]))
    def get_state(self, measuring: Measuring) -> str:
        """Say how far it is; NOT_BEGUN where there is no segment, or it was stored before segments were measured."""
        return str(measuring.job.state) if measuring.job else NOT_BEGUN


class PredictionMeasurementsApi(APIView):
    """What the segments of a prediction measure."""

    @extend_schema(responses=MeasuringOutput)
    def get(self, request: Request, model_version_id: uuid.UUID, prediction_id: uuid.UUID) -> Response:
        """Return every quantity with its unit, or the reason why it has no value."""
        prediction = prediction_of(model_version_id, prediction_id)
        measuring = measuring_of_prediction(prediction=prediction)
        if measuring.measurements:
            ai_viewed(by=caller(request), action="measurements.view", obj=prediction)
        return Response(MeasuringOutput(measuring).data, headers=NOT_STORED)

    @extend_schema(request=None, responses={202: MeasuringOutput})
    def post(self, request: Request, model_version_id: uuid.UUID, prediction_id: uuid.UUID) -> Response:
        """Measure what was not measured, or failed; 409 where there is no segment, or it runs or is done."""
        prediction = prediction_of(model_version_id, prediction_id)
        prediction_measure_again(by=caller(request), prediction=prediction)
        shown = MeasuringOutput(measuring_of_prediction(prediction=prediction)).data
        return Response(shown, status=status.HTTP_202_ACCEPTED, headers=NOT_STORED)
