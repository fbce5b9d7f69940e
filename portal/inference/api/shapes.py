"""JSON shapes of AI models, runs and predictions."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.inference.api.uncertainty import AskedUncertainty, EnsembleMemberOutput, UncertaintyShape
from portal.inference.finding_geometry import KINDS
from portal.inference.input_check import NOT_CHECKED, PASSED, REFUSED, WARNED
from portal.inference.models import (
    UPLOADED_KINDS,
    AiModel,
    HeatMap,
    InferenceItem,
    InferenceRun,
    ModelUpload,
    ModelVersion,
    Prediction,
    RunPriority,
)
from portal.inference.prediction_input import MAXIMUM_TEXT
from portal.inference.selectors import is_runnable
from portal.inference.services import Posted
from portal.visible_text import require_one_visible_line

# How far a job has come, and what became of it.
JOB_FIELDS = (
    "state",
    "progress_done",
    "progress_total",
    "progress_message",
    "error_code",
    "error_detail",
    "attempt",
    "cancel_requested",
    "created_at",
    "started_at",
    "finished_at",
)


class AiModelOutput(serializers.ModelSerializer[AiModel]):
    """A registered algorithm."""

    class Meta:
        model = AiModel
        fields = ["id", "name", "description", "intended_use", "created_at"]


class AiModelInput(serializers.Serializer[Any]):
    """A new AI model."""

    name = serializers.CharField(max_length=100, validators=[require_one_visible_line])
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")
    intended_use = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")


class AiModelName(serializers.ModelSerializer[AiModel]):
    """An AI model, named."""

    class Meta:
        model = AiModel
        fields = ["id", "name"]


class ModelVersionOutput(serializers.ModelSerializer[ModelVersion]):
    """One build of an AI model."""

    ai_model = AiModelName()
    card = serializers.JSONField(source="card.document", default=None, allow_null=True, read_only=True)
    members = EnsembleMemberOutput(many=True, read_only=True)
    runnable = serializers.SerializerMethodField()
    number_of_predictions = serializers.SerializerMethodField()

    class Meta:
        model = ModelVersion
        fields = [
            "id",
            "ai_model",
            "version",
            "kind",
            "weights_digest",
            "operating_threshold",
            "input_specification",
            "calibration",
            "description",
            "card",
            "members",
            "runnable",
            "number_of_predictions",
            "created_at",
        ]

    def get_runnable(self, model_version: ModelVersion) -> bool:
        """Say whether the portal can compute its predictions."""
        return is_runnable(model_version)

    def get_number_of_predictions(self, model_version: ModelVersion) -> int:
        """Count imaging studies with a prediction; a version registered just now has none."""
        return int(getattr(model_version, "number_of_predictions", 0))


class ModelVersionInput(serializers.Serializer[Any]):
    """A new external build. The portal's own builds are registered by `manage.py train_demo_model`."""

    version = serializers.CharField(max_length=40, validators=[require_one_visible_line])
    weights_digest = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    operating_threshold = serializers.FloatField(
        required=False, help_text="0.5 unless given; with a card that of its first operating point."
    )
    input_specification = serializers.DictField(required=False, default=dict)
    calibration = serializers.JSONField(required=False, allow_null=True, default=None)
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")
    card = serializers.JSONField(
        required=False, allow_null=True, default=None, help_text="A model card, `model-card-1.schema.json`."
    )


class ModelVersionName(serializers.ModelSerializer[ModelVersion]):
    """A model version, named."""

    name = serializers.CharField(source="ai_model.name")

    class Meta:
        model = ModelVersion
        fields = ["id", "name", "version"]


class CardField(serializers.JSONField):
    """A model card, as JSON or as the text of it that a form sends."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the text of a form."""
        if not isinstance(data, str):
            return super().to_internal_value(data)
        try:
            return json.loads(data)
        except (ValueError, RecursionError) as error:
            raise serializers.ValidationError("The card is not JSON.", code="not_json") from error


class ModelUploadInput(serializers.Serializer[Any]):
    """A model that the portal shall run: its file, and what its version says of itself."""

    file = serializers.FileField()
    version = serializers.CharField(max_length=40, validators=[require_one_visible_line])
    kind = serializers.ChoiceField(choices=[one.value for one in UPLOADED_KINDS])
    card = CardField(help_text="A model card, `model-card-1.schema.json`, as the text of its JSON.")
    description = serializers.CharField(max_length=10_000, required=False, allow_blank=True, default="")
    sha256 = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="", help_text="If given, the file has to have it."
    )


class ModelUploadOutput(serializers.ModelSerializer[ModelUpload]):
    """An upload and how its trial stands."""

    requested_by = serializers.CharField(source="requested_by.username", default=None)
    ai_model_id = serializers.UUIDField()
    model_version_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = ModelUpload
        fields = [
            "id",
            "ai_model_id",
            "version",
            "kind",
            "file_name",
            "size_bytes",
            "sha256",
            "requested_by",
            "model_version_id",
            *JOB_FIELDS,
        ]


class InferenceRunOutput(serializers.ModelSerializer[InferenceRun]):
    """A run and how far it has come."""

    model_version = ModelVersionName()
    requested_by = serializers.CharField(source="requested_by.username", default=None)
    priority = serializers.SerializerMethodField()
    uncertainty = AskedUncertainty(allow_null=True)

    class Meta:
        model = InferenceRun
        fields = [
            "id",
            "model_version",
            "requested_by",
            "priority",
            "uncertainty",
            *JOB_FIELDS,
        ]

    @extend_schema_field(serializers.ChoiceField(choices=RunPriority.names))
    def get_priority(self, run: InferenceRun) -> str:
        """Name the priority."""
        return RunPriority(run.priority).name


class InputCheckShape(serializers.Serializer[Any]):
    """What one check of the input came to."""

    check = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[PASSED, WARNED, REFUSED, NOT_CHECKED])
    code = serializers.CharField(allow_blank=True)
    detail = serializers.CharField(allow_blank=True)


class InferenceItemOutput(serializers.ModelSerializer[InferenceItem]):
    """One imaging study of a run."""

    imaging_study_id = serializers.UUIDField()
    study_instance_uid = serializers.CharField(source="imaging_study.study_instance_uid")
    score = serializers.FloatField(source="prediction.score", default=None, allow_null=True)
    uncertainty = UncertaintyShape(source="prediction.uncertainty", default=None, allow_null=True)
    checks = InputCheckShape(many=True)

    class Meta:
        model = InferenceItem
        fields = [
            "imaging_study_id",
            "study_instance_uid",
            "state",
            "reason_code",
            "reason",
            "is_refused",
            "checks",
            "score",
            "uncertainty",
        ]


class InferenceRunDetailOutput(InferenceRunOutput):
    """A run with its imaging studies."""

    items = InferenceItemOutput(many=True, source="ordered_items")

    class Meta(InferenceRunOutput.Meta):
        fields = [*InferenceRunOutput.Meta.fields, "items"]


class InferenceRunInput(serializers.Serializer[Any]):
    """What to run on what."""

    model_version_id = serializers.UUIDField()
    imaging_study_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=10_000)
    priority = serializers.ChoiceField(
        choices=RunPriority.names, default=RunPriority.NORMAL.name, help_text="Which of the waiting runs comes next."
    )
    uncertainty = AskedUncertainty(required=False, allow_null=True, default=None)


class HeatMapOutput(serializers.ModelSerializer[HeatMap]):
    """Grid and digest of a heat map; its voxels have a route of their own."""

    class Meta:
        model = HeatMap
        fields = ["digest", "columns", "rows", "slices", "affine", "frame_of_reference_uid"]


class PredictionOutput(serializers.ModelSerializer[Prediction]):
    """What a model version said about an imaging study."""

    imaging_study_id = serializers.UUIDField()
    imaging_study_uid = serializers.CharField(source="imaging_study.study_instance_uid")
    uncertainty = UncertaintyShape(allow_null=True)
    run_id = serializers.UUIDField(allow_null=True)
    heat_map = HeatMapOutput(allow_null=True, default=None)

    class Meta:
        model = Prediction
        fields = [
            "id",
            "imaging_study_id",
            "imaging_study_uid",
            "score",
            "uncertainty",
            "findings",
            "heat_map",
            "source",
            "weights_digest",
            "input_digest",
            "origin",
            "run_id",
            "created_at",
        ]


class HeatMapInputShape(serializers.Serializer[Any]):
    """A posted heat map, for the API's documentation; `heat_map` holds the rules."""

    columns = serializers.IntegerField(min_value=1)
    rows = serializers.IntegerField(min_value=1)
    slices = serializers.IntegerField(min_value=1)
    affine = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))
    frame_of_reference_uid = serializers.CharField(max_length=64, required=False, allow_null=True)
    voxels = serializers.CharField(help_text="Base64 of gzip of one byte a voxel, the column fastest.")


class FindingGeometryShape(serializers.Serializer[Any]):
    """Where a posted finding lies, for the API's documentation; `finding_geometry` holds the rules."""

    kind = serializers.ChoiceField(choices=KINDS)
    points_mm = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=3, max_length=3),
        required=False,
        allow_null=True,
        help_text="Patient millimetres (LPS+): a contour's closed line, a box's corner and its three neighbours.",
    )
    points_px = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        required=False,
        allow_null=True,
        help_text="Instead of points_mm: column and row, 0 at the centre of the first pixel, of the named image.",
    )
    center_mm = serializers.ListField(child=serializers.FloatField(), required=False, help_text="Of a SPHERE.")
    diameter_mm = serializers.FloatField(required=False, help_text="Of a SPHERE.")
    segment = serializers.DictField(required=False, help_text="Of a SEGMENT: its voxels, `segment-1.schema.json`.")
    spacing_mm = serializers.ListField(
        child=serializers.FloatField(),
        min_length=3,
        max_length=3,
        required=False,
        allow_null=True,
        help_text="Of a SEGMENT: between rows, columns and slices; compared with the images.",
    )
    frame_of_reference_uid = serializers.CharField(max_length=64, required=False, allow_null=True)
    series_instance_uid = serializers.CharField(max_length=64, required=False, allow_null=True)
    sop_instance_uid = serializers.CharField(max_length=64, required=False, allow_null=True)
    frame_number = serializers.IntegerField(min_value=1, required=False, allow_null=True)


class FindingShape(serializers.Serializer[Any]):
    """A posted finding, for the API's documentation."""

    id = serializers.CharField(max_length=MAXIMUM_TEXT)
    code = serializers.DictField(child=serializers.CharField(), help_text="scheme, value and meaning")
    score = serializers.FloatField(min_value=0, max_value=1)
    geometry = FindingGeometryShape()


class PredictionInputShape(serializers.Serializer[Any]):
    """A posted prediction, for the API's documentation; `prediction_input` holds the rules."""

    imaging_study_uid = serializers.CharField(max_length=64)
    score = serializers.FloatField(min_value=0, max_value=1)
    uncertainty = UncertaintyShape(required=False, allow_null=True)
    findings = FindingShape(many=True, required=False)
    heat_map = HeatMapInputShape(required=False, allow_null=True)


class PostedOutput(serializers.Serializer[Posted]):
    """What became of posted predictions."""

    created = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    results = PredictionOutput(many=True, source="predictions")
