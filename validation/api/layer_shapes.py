"""JSON shapes of operating layers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.models import ReaderStudy
from portal.inference.models import CalibrationMethod, OperatingLayer
from portal.visible_text import require_one_visible_line, require_visible_text
from validation.canonical import parse
from validation.models import LayerEvidence
from validation.selectors.layer_sets import left_out_of
from validation.services.operating_layers import Preview

# One in a million: nobody knows a rarer one well enough to carry probabilities to it.
LEAST_PREVALENCE = 1e-6


class StudyNameOutput(serializers.ModelSerializer[ReaderStudy]):
    """A reader study, named."""

    class Meta:
        model = ReaderStudy
        fields = ["id", "name"]


class OfferedSetOutput(serializers.Serializer[Any]):
    """A reader study whose cases can be used."""

    reader_study = StudyNameOutput()
    versions = serializers.ListField(
        child=serializers.IntegerField(), help_text="Of its truth, those that are locked; the newest is the last."
    )
    cases = serializers.IntegerField(help_text="With a prediction of the version.")


class SetInput(serializers.Serializer[Any]):
    """Whose cases."""

    reader_study_id = serializers.UUIDField()
    reference_standard_version = serializers.IntegerField(
        min_value=1, required=False, allow_null=True, default=None, help_text="Null: the newest; it has to be locked."
    )


class LayerPreviewInput(SetInput):
    """What to fit, and for which prevalence."""

    method = serializers.ChoiceField(choices=CalibrationMethod.values)
    applied_at = serializers.FloatField(
        required=False, allow_null=True, default=None, help_text="Prevalence where it is used; null: no shift."
    )
    trained_at = serializers.FloatField(
        required=False, allow_null=True, default=None, help_text="Prevalence shifted from; null: that of the set."
    )
    operating_threshold = serializers.FloatField(
        min_value=0,
        max_value=1,
        required=False,
        allow_null=True,
        default=None,
        help_text="On the new scale; null: what the version's own threshold becomes.",
    )

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Refuse prevalences that are none, and one to shift from without one to shift to."""
        for name in ("applied_at", "trained_at"):
            if sent[name] is not None and not LEAST_PREVALENCE <= sent[name] <= 1 - LEAST_PREVALENCE:
                detail = "A prevalence lies strictly between 0 and 1. Write 0.000001 at least, 0.999999 at most."
                raise serializers.ValidationError({name: detail})
        if sent["trained_at"] is not None and sent["applied_at"] is None:
            raise serializers.ValidationError({"applied_at": "Say to which prevalence, or leave out both."})
        return sent


class LayerInput(LayerPreviewInput):
    """A layer to be stored, as its preview showed it."""

    name = serializers.CharField(max_length=100, validators=[require_one_visible_line])
    reason = serializers.CharField(max_length=1000, validators=[require_visible_text], help_text="Why it is made.")
    digest = serializers.CharField(max_length=64, help_text="That of the preview.")


class LayerValidationInput(SetInput):
    """Where to check a layer."""

    reason = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, default="", validators=[require_visible_text]
    )


class LayerOutput(serializers.ModelSerializer[OperatingLayer]):
    """A layer: all that is needed to apply it."""

    model_version_id = serializers.UUIDField()
    created_by = serializers.CharField(source="created_by.username")

    class Meta:
        model = OperatingLayer
        fields = [
            "id",
            "model_version_id",
            "number",
            "name",
            "reason",
            "method",
            "parameters",
            "trained_at",
            "applied_at",
            "operating_threshold",
            "set_digest",
            "software",
            "created_by",
            "created_at",
        ]


class LayerStoredOutput(LayerOutput):
    """The layer that was stored, or that does the same already."""

    is_repeat = serializers.BooleanField(help_text="It was there before: the same rule, threshold and cases.")

    class Meta(LayerOutput.Meta):
        fields = [*LayerOutput.Meta.fields, "is_repeat"]


class LeftOutOutput(serializers.Serializer[Any]):
    """Cases of the reader study that do not count, and why."""

    reason = serializers.CharField()
    detail = serializers.CharField()
    n = serializers.IntegerField()


class EvidenceOutput(serializers.ModelSerializer[LayerEvidence]):
    """The cases of a fit or a check, and what came of them."""

    reader_study = StudyNameOutput()
    reference_standard_version = serializers.IntegerField(source="reference_standard.version")
    left_out = serializers.SerializerMethodField()
    figures = serializers.SerializerMethodField()
    created_by = serializers.CharField(source="created_by.username")

    class Meta:
        model = LayerEvidence
        fields = [
            "id",
            "number",
            "kind",
            "reason",
            "reader_study",
            "reference_standard_version",
            "digest",
            "left_out",
            "figures",
            "figures_digest",
            "software",
            "created_by",
            "created_at",
        ]

    @extend_schema_field(LeftOutOutput(many=True))
    def get_left_out(self, evidence: LayerEvidence) -> Any:
        """Count what does not count."""
        return left_out_of(parse(evidence.content))

    @extend_schema_field(serializers.DictField(help_text="docs/contract.md, operating layers"))
    def get_figures(self, evidence: LayerEvidence) -> Any:
        """Return the stored figures."""
        return parse(evidence.figures)


class LayerDetailOutput(serializers.Serializer[Any]):
    """A layer with its evidence."""

    layer = LayerOutput()
    evidence = EvidenceOutput(many=True)
    hidden = serializers.IntegerField(help_text="Sets of reader studies whose results you may not see.")


class LayerPreviewOutput(serializers.Serializer[Preview]):
    """What a layer would be, and the digest by which it can be stored."""

    digest = serializers.CharField()
    set_digest = serializers.CharField(source="found.digest")
    reader_study = StudyNameOutput(source="found.reader_study")
    reference_standard_version = serializers.IntegerField(source="found.standard.version")
    left_out = serializers.SerializerMethodField()
    method = serializers.CharField(source="fitted.rule.method")
    parameters = serializers.DictField(source="fitted.rule.parameters")
    trained_at = serializers.SerializerMethodField()
    applied_at = serializers.SerializerMethodField()
    operating_threshold = serializers.FloatField(source="fitted.operating_threshold")
    figures = serializers.SerializerMethodField()

    @extend_schema_field(LeftOutOutput(many=True))
    def get_left_out(self, preview: Preview) -> Any:
        """Count what does not count."""
        return left_out_of(preview.found.content)

    def get_trained_at(self, preview: Preview) -> float | None:
        """Return the prevalence shifted from."""
        return preview.fitted.rule.shift[0] if preview.fitted.rule.shift else None

    def get_applied_at(self, preview: Preview) -> float | None:
        """Return the prevalence shifted to."""
        return preview.fitted.rule.shift[1] if preview.fitted.rule.shift else None

    @extend_schema_field(serializers.DictField(help_text="docs/contract.md, operating layers"))
    def get_figures(self, preview: Preview) -> Any:
        """Return the figures as they would be stored."""
        return parse(preview.figures)
