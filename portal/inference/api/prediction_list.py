"""JSON shapes of the list of a version's predictions."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.imaging.models import ImagingStudy
from portal.inference.api.shapes import PredictionOutput
from portal.inference.layer_rule import calibrated_score
from portal.inference.listed_predictions import NEGATIVE, POSITIVE, MeasuringState
from portal.inference.models import Explanation, ModelVersion, OperatingLayer, Prediction, PredictionMeasurement


class PredictionsQuery(serializers.Serializer[Any]):
    """Which predictions are asked for, and through which operating layer their scores."""

    layer = serializers.IntegerField(
        min_value=1,
        required=False,
        allow_null=True,
        default=None,
        help_text="Number of an operating layer: gives `calibrated_score` too.",
    )
    measuring = serializers.ChoiceField(
        choices=MeasuringState.values, required=False, allow_null=True, default=None, help_text="How far measuring is."
    )
    outcome = serializers.ChoiceField(
        choices=[POSITIVE, NEGATIVE],
        required=False,
        allow_null=True,
        default=None,
        help_text="Call at the version's operating threshold.",
    )
    in_force = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="true: without those that a newer one supersedes."
    )


class ListedImagingStudyOutput(serializers.ModelSerializer[ImagingStudy]):
    """What a prediction is of, in words: no more than the list of imaging studies shows to the same people."""

    patient_key = serializers.CharField(source="patient.patient_key")

    class Meta:
        model = ImagingStudy
        fields = ["study_description", "modalities", "body_part", "patient_key", "study_date", "is_synthetic"]


class NotMeasuredOutput(serializers.ModelSerializer[PredictionMeasurement]):
    """A segment that has a reason instead of numbers."""

    class Meta:
        model = PredictionMeasurement
        fields = ["finding_id", "reason_code", "reason"]


class ListedMeasuringOutput(serializers.Serializer[Prediction]):
    """How far the measuring of a prediction is; the numbers have a route of their own."""

    state = serializers.ChoiceField(source="measuring_state", choices=MeasuringState.values)
    progress_done = serializers.IntegerField(source="measurement_job.progress_done", default=0)
    progress_total = serializers.IntegerField(source="measurement_job.progress_total", default=0)
    error_code = serializers.CharField(source="measurement_job.error_code", default="")
    error_detail = serializers.CharField(source="measurement_job.error_detail", default="")
    not_measured = NotMeasuredOutput(many=True)


class ListedExplanationOutput(serializers.ModelSerializer[Explanation]):
    """An explanation of a prediction, named."""

    class Meta:
        model = Explanation
        fields = ["id", "method", "output_name"]


class PredictionJudgedOutput(PredictionOutput):
    """A prediction, whether it is the one in force, and its score through an operating layer where one is asked for."""

    in_force = serializers.BooleanField()
    outcome = serializers.SerializerMethodField()
    calibrated_score = serializers.SerializerMethodField()
    measuring = ListedMeasuringOutput(source="*")

    class Meta(PredictionOutput.Meta):
        fields = [
            *PredictionOutput.Meta.fields,
            "in_force",
            "outcome",
            "calibrated_score",
            "measuring",
        ]

    @extend_schema_field(serializers.ChoiceField(choices=[POSITIVE, NEGATIVE]))
    def get_outcome(self, prediction: Prediction) -> str:
        """Say which call the score is at the version's operating threshold."""
        version: ModelVersion = self.context["version"]
        return POSITIVE if prediction.score >= version.operating_threshold else NEGATIVE

    def get_calibrated_score(self, prediction: Prediction) -> float | None:
        """Return the probability that the layer makes of the score; None where no layer was asked for."""
        layer: OperatingLayer | None = self.context.get("layer")
        return None if layer is None else calibrated_score(prediction.score, layer.rule)


class PredictionListedOutput(PredictionJudgedOutput):
    """A prediction in the list, with what it is of and what explains it by name."""

    imaging_study = ListedImagingStudyOutput()
    explanations = ListedExplanationOutput(source="explained", many=True)

    class Meta(PredictionJudgedOutput.Meta):
        fields = [*PredictionJudgedOutput.Meta.fields, "imaging_study", "explanations"]
