"""JSON shapes of drift watches."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from portal.visible_text import require_visible_text
from validation.drift.rule import Chart, ReferenceKind, Rule, StepKind
from validation.models import DriftAcknowledgement, DriftCheck, DriftSignal, DriftWatch

CHARTS = [one.value for one in Chart]
DEFAULT = Rule()


class DriftRuleOutput(serializers.Serializer[Any]):
    """By which rule a model version is watched."""

    reference_kind = serializers.ChoiceField(choices=[one.value for one in ReferenceKind])
    reference_cases = serializers.IntegerField()
    reference_from = serializers.DateField(allow_null=True)
    reference_to = serializers.DateField(allow_null=True)
    step_kind = serializers.ChoiceField(choices=[one.value for one in StepKind])
    step_cases = serializers.IntegerField()
    least_cases = serializers.IntegerField()
    charts = serializers.ListField(child=serializers.ChoiceField(choices=CHARTS))
    false_alarm = serializers.FloatField()
    ewma_weight = serializers.FloatField()
    ewma_limit = serializers.FloatField()


class DriftWatchInput(serializers.Serializer[Any]):
    """A rule to set; what is left out is what the portal proposes."""

    base = serializers.IntegerField(min_value=0, help_text="The version it was made from; 0 where there is none.")
    reason = serializers.CharField(max_length=1000, allow_blank=True, validators=[require_visible_text])
    is_on = serializers.BooleanField(default=True)
    reference_kind = serializers.ChoiceField(
        choices=[one.value for one in ReferenceKind], default=DEFAULT.reference_kind.value
    )
    reference_cases = serializers.IntegerField(default=DEFAULT.reference_cases)
    reference_from = serializers.DateField(default=None, allow_null=True)
    reference_to = serializers.DateField(default=None, allow_null=True)
    step_kind = serializers.ChoiceField(choices=[one.value for one in StepKind], default=DEFAULT.step_kind.value)
    step_cases = serializers.IntegerField(default=DEFAULT.step_cases)
    least_cases = serializers.IntegerField(default=DEFAULT.least_cases)
    charts = serializers.ListField(child=serializers.ChoiceField(choices=CHARTS), default=CHARTS, max_length=len(Chart))
    false_alarm = serializers.FloatField(default=DEFAULT.false_alarm)
    ewma_weight = serializers.FloatField(default=DEFAULT.ewma_weight)
    ewma_limit = serializers.FloatField(default=DEFAULT.ewma_limit)


class DriftWatchOutput(serializers.ModelSerializer[DriftWatch]):
    """A version of the rule: who has set it, when and why."""

    charts = serializers.ListField(child=serializers.ChoiceField(choices=CHARTS))
    created_by = serializers.CharField(source="created_by.username")

    class Meta:
        model = DriftWatch
        fields = ["id", "number", "is_on", "reason", "created_by", "created_at", *DriftRuleOutput().fields]


class DriftCheckOutput(serializers.ModelSerializer[DriftCheck]):
    """How the last evaluation stands."""

    class Meta:
        model = DriftCheck
        fields = [
            "id",
            "state",
            "progress_done",
            "progress_total",
            "progress_message",
            "error_code",
            "error_detail",
            "attempt",
            "created_at",
            "started_at",
            "finished_at",
            "cancel_requested",
        ]


class DriftPartOutput(serializers.Serializer[Any]):
    """What some rows of a step count as, such as a scanner or the reason of a refusal."""

    name = serializers.CharField()
    n = serializers.IntegerField()


class DriftReferenceOutput(serializers.Serializer[Any]):
    """What later steps are compared with; `figure` is its mean, share or median."""

    n = serializers.IntegerField()
    units = serializers.IntegerField()
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    figure = serializers.FloatField(allow_null=True)
    is_complete = serializers.BooleanField()
    parts = DriftPartOutput(many=True)


class DriftPointOutput(serializers.Serializer[Any]):
    """A step: `reason` TOO_FEW where it is not charted; `side` above or below where it is outside."""

    key = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    n = serializers.IntegerField()
    units = serializers.IntegerField()
    figure = serializers.FloatField(allow_null=True)
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    side = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    parts = DriftPartOutput(many=True)


class DriftLeftOutOutput(serializers.Serializer[Any]):
    """Rows that are not charted: NOT_DESCRIBED NO_HEADER CANNOT_ASSESS NO_CALL NO_PREDICTION BEFORE_REFERENCE."""

    reason = serializers.CharField()
    n = serializers.IntegerField()


class DriftUndefinedOutput(serializers.Serializer[Any]):
    """Why there is no chart (yet)."""

    undefined = serializers.CharField()
    detail = serializers.CharField()
    n = serializers.IntegerField()


class DriftNamedOutput(serializers.Serializer[Any]):
    """A reader study."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class DriftArmOutput(serializers.Serializer[Any]):
    """An arm of a reader study."""

    key = serializers.CharField()
    name = serializers.CharField()


class DriftChartOutput(serializers.Serializer[Any]):
    """A chart; `average_run_length` in steps, null where it never signals or there is no chart."""

    chart = serializers.ChoiceField(choices=CHARTS)
    reader_study = DriftNamedOutput(allow_null=True)
    arm = DriftArmOutput(allow_null=True)
    reference = DriftReferenceOutput()
    undefined = DriftUndefinedOutput(allow_null=True)
    centre = serializers.FloatField(allow_null=True)
    average_run_length = serializers.FloatField(allow_null=True)
    points = DriftPointOutput(many=True)
    left_out = DriftLeftOutOutput(many=True)


class DriftWithheldOutput(serializers.Serializer[Any]):
    """Agreement with readers that is not shown: NOT_YOURS, or MASKED until the lock."""

    reason = serializers.CharField()
    reader_study = DriftNamedOutput(allow_null=True)


class DriftAcknowledgementInput(serializers.Serializer[Any]):
    """What was found of a signal, or is done about it."""

    text = serializers.CharField(max_length=2000, allow_blank=True, validators=[require_visible_text])


class DriftAcknowledgementOutput(serializers.ModelSerializer[DriftAcknowledgement]):
    """Who has taken note of a signal, when, in which words."""

    created_by = serializers.CharField(source="created_by.username")

    class Meta:
        model = DriftAcknowledgement
        fields = ["id", "text", "created_by", "created_at"]


class DriftSignalOutput(serializers.ModelSerializer[DriftSignal]):
    """A point outside its limits, as it was when it was found."""

    watch_number = serializers.IntegerField(source="watch.number")
    reader_study = serializers.SerializerMethodField()
    arm = serializers.CharField(source="arm.key", default=None, allow_null=True)
    acknowledgements = DriftAcknowledgementOutput(many=True)

    class Meta:
        model = DriftSignal
        fields = [
            "id",
            "watch_number",
            "chart",
            "reader_study",
            "arm",
            "starts_at",
            "ends_at",
            "side",
            "n",
            "value",
            "low",
            "high",
            "is_told",
            "created_at",
            "acknowledgements",
        ]

    @extend_schema_field(DriftNamedOutput(allow_null=True))
    def get_reader_study(self, signal: DriftSignal) -> dict[str, Any] | None:
        """Return whose reads it is about."""
        study = signal.arm.reader_study if signal.arm else None
        return {"id": study.pk, "name": study.name} if study else None


class DriftVersionOutput(serializers.Serializer[Any]):
    """Which model version is watched."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.CharField()


class DriftOutput(serializers.Serializer[Any]):
    """The watch over a model version; without one `rule` is what the portal proposes, and nothing is told."""

    model_version = DriftVersionOutput()
    watch = DriftWatchOutput(allow_null=True)
    rule = DriftRuleOutput()
    check = DriftCheckOutput(allow_null=True)
    charts = DriftChartOutput(many=True)
    withheld = DriftWithheldOutput(many=True)
    signals = DriftSignalOutput(many=True)
    number_of_signals = serializers.IntegerField()
