"""Storing operating layers: append-only, numbered for each model version."""

import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import transaction

from portal.accounts.models import User
from portal.audit.services import record
from portal.inference.access import model_version_by_id
from portal.inference.layer_rule import LayerRule
from portal.inference.models import ModelVersion, OperatingLayer
from portal.inference.streams import STREAM


class LayerWords(NamedTuple):
    """What a layer is called, and why it is made."""

    name: str
    reason: str


class LayerMade(NamedTuple):
    """A fitted layer: its rule, from which probability on a call is positive, and what it was made from and with."""

    rule: LayerRule
    operating_threshold: float
    set_digest: str
    software: Mapping[str, Any]


@transaction.atomic
def operating_layer_create(
    *, by: User, model_version_id: uuid.UUID, words: LayerWords, made: LayerMade
) -> tuple[OperatingLayer, bool]:
    """Keep a layer that was fitted; `validation.services.operating_layers` fits it and keeps the evidence.

    Returns the layer and whether it is new: the same rule and threshold of the same set are the layer that there is,
    whatever it is called.
    """
    # One writer at a time per model version, so that two at once get two numbers.
    version = model_version_by_id(model_version_id, lock=True)
    known = _repeated(version, made)
    if known is not None:
        return known, False
    newest = OperatingLayer.objects.filter(model_version=version).order_by("-number").first()
    trained_at, applied_at = made.rule.shift or (None, None)
    layer = OperatingLayer.objects.create(
        model_version=version,
        number=newest.number + 1 if newest else 1,
        name=words.name,
        reason=words.reason,
        method=made.rule.method,
        parameters=made.rule.parameters,
        trained_at=trained_at,
        applied_at=applied_at,
        operating_threshold=made.operating_threshold,
        set_digest=made.set_digest,
        software=made.software,
        created_by=by,
    )
    record(
        stream=STREAM,
        actor=by,
        action="operating_layer.create",
        obj=layer,
        detail={"model_version": str(version.pk), "number": layer.number, "set_digest": layer.set_digest},
        rows=[layer],
    )
    return layer, True


def _repeated(version: ModelVersion, made: LayerMade) -> OperatingLayer | None:
    """Find the layer that does to every score what this one would, fitted on the same cases."""
    same_set = OperatingLayer.objects.filter(model_version=version, set_digest=made.set_digest).order_by("number")
    does = (made.rule, made.operating_threshold)
    return next((one for one in same_set if (one.rule, one.operating_threshold) == does), None)
