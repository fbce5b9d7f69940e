"""Arbitration of a double reading: what an arbitrator was given, was shown, signed and confirmed."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal


class StepKind(models.TextChoices):
    """What happened to an arbitration."""

    DUE = "DUE"
    SHOWN = "SHOWN"
    SIGNED = "SIGNED"
    CONFIRMED = "CONFIRMED"


class ArbitrationStep(AppendOnlyModel):
    """One thing that happened to an arbitration, and over which two signed revisions; a read that has steps is one."""

    SEAL = Seal(scope="assignment__reader_study")

    assignment = models.ForeignKey("annotations.Assignment", on_delete=models.PROTECT, related_name="arbitration_steps")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=9, choices=StepKind)
    revisions = models.JSONField(help_text="Ids of the two readers' signed revisions, Reader A first.")
    differences = models.JSONField(default=list, help_text="Keys of the questions on which they differ.")
    reason = models.CharField(max_length=1000, blank=True, help_text="Why it was confirmed.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["assignment", "number"], name="arbitration_step_once")]
