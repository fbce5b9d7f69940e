"""JSON shapes of what is uncertain about scores, and ensembles."""

from typing import Any

from rest_framework import serializers

from portal.inference.models import EnsembleMember
from portal.inference.sampling import (
    DEFAULT_SAMPLES,
    DEFAULT_SEED,
    FEWEST_SAMPLES,
    MAXIMUM_SEED,
    MOST_SAMPLES,
    RUN_METHODS,
)
from portal.inference.uncertainty import MAXIMUM_DEFINITION, METHODS


class UncertaintyShape(serializers.Serializer[Any]):
    """How uncertain a score is; `portal.inference.uncertainty` holds the rules."""

    value = serializers.FloatField(min_value=0, help_text="Higher is less certain.")
    method = serializers.ChoiceField(choices=METHODS)
    samples = serializers.IntegerField(min_value=2, allow_null=True, required=False)
    definition = serializers.CharField(max_length=MAXIMUM_DEFINITION)


class AskedUncertainty(serializers.Serializer[Any]):
    """How a run finds how uncertain its scores are."""

    method = serializers.ChoiceField(choices=RUN_METHODS)
    samples = serializers.IntegerField(
        min_value=FEWEST_SAMPLES,
        max_value=MOST_SAMPLES,
        default=DEFAULT_SAMPLES,
        help_text="Of each case, the case as it is included.",
    )
    seed = serializers.IntegerField(min_value=0, max_value=MAXIMUM_SEED, default=DEFAULT_SEED)


class EnsembleMemberOutput(serializers.ModelSerializer[EnsembleMember]):
    """A version that an ensemble asks."""

    id = serializers.UUIDField(source="member.pk")
    version = serializers.CharField(source="member.version")
    weights_digest = serializers.CharField(source="member.weights_digest")

    class Meta:
        model = EnsembleMember
        fields = ["id", "version", "weights_digest"]
