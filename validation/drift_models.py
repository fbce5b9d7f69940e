"""The watch over a model version, what it has found, and what people said of it; all append-only but the job."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from annotations.models import Arm
from portal.db import AppendOnlyModel, JobModel, Seal
from portal.inference.models import ModelVersion
from validation.drift.rule import Chart, ReferenceKind, StepKind


class DriftWatch(AppendOnlyModel):
    """By which rule a model version is watched (`validation.drift.rule`); the newest row counts, older ones stay."""

    SEAL = Seal()

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="drift_watches")
    number = models.PositiveIntegerField()
    is_on = models.BooleanField(help_text="Whether the portal evaluates it by itself.")
    reference_kind = models.CharField(max_length=6, choices=[(one.value, one.value) for one in ReferenceKind])
    reference_cases = models.PositiveIntegerField()
    reference_from = models.DateField(null=True)
    reference_to = models.DateField(null=True)
    step_kind = models.CharField(max_length=5, choices=[(one.value, one.value) for one in StepKind])
    step_cases = models.PositiveIntegerField()
    least_cases = models.PositiveIntegerField()
    charts = models.JSONField(help_text="`validation.drift.rule.Chart`.")
    false_alarm = models.FloatField()
    ewma_weight = models.FloatField()
    ewma_limit = models.FloatField()
    reason = models.CharField(max_length=1000)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["model_version", "number"], name="drift_watch_number_once")]


class DriftSignal(AppendOnlyModel):
    """A point outside its limits, as it was when it was found; once for each watch, chart and step."""

    SEAL = Seal()

    watch = models.ForeignKey(DriftWatch, on_delete=models.PROTECT, related_name="signals")
    chart = models.CharField(max_length=15, choices=[(one.value, one.value) for one in Chart])
    arm = models.ForeignKey(
        Arm, null=True, on_delete=models.PROTECT, related_name="+", help_text="Whose reads: of AGREEMENT only."
    )
    place = models.CharField(max_length=100, help_text="Chart, arm and step in one text.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    side = models.CharField(max_length=5)
    n = models.PositiveIntegerField()
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    is_told = models.BooleanField(help_text="Whether webhooks were told: not of what came before the watch was set.")

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["watch", "place"], name="drift_signal_once")]


class DriftAcknowledgement(AppendOnlyModel):
    """Somebody has taken note of a signal, and says what came of it."""

    SEAL = Seal()

    signal = models.ForeignKey(DriftSignal, on_delete=models.PROTECT, related_name="acknowledgements")
    text = models.CharField(max_length=2000)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]


class DriftCheck(JobModel):
    """Evaluating the watch over a model version: one row each, which waits again when it is due."""

    TASK_NAME: ClassVar[str] = "validation.drift_check"
    QUEUE: ClassVar[str] = "analysis"

    model_version = models.OneToOneField(ModelVersion, on_delete=models.PROTECT, related_name="drift_check")
