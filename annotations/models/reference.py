"""The truth of a reader study's cases, version by version."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal


class ReferenceSource(models.TextChoices):
    """Where a reference standard came from."""

    CSV = "CSV"
    DEMO = "DEMO"


class ReferenceStandard(AppendOnlyModel):
    """One version of the truth of a reader study's cases, with its provenance."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(
        "annotations.ReaderStudy", on_delete=models.PROTECT, related_name="reference_standards"
    )
    version = models.PositiveIntegerField()
    source = models.CharField(max_length=4, choices=ReferenceSource)
    provenance = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the canonical truths.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "version"], name="reference_version_once")]


class ReferenceTruth(AppendOnlyModel):
    """Truth of one case in one version of the reference standard."""

    SEAL = Seal(scope="reference_standard__reader_study")

    reference_standard = models.ForeignKey(ReferenceStandard, on_delete=models.PROTECT, related_name="truths")
    case = models.ForeignKey("annotations.Case", on_delete=models.PROTECT, related_name="truths")
    truth = models.PositiveSmallIntegerField(help_text="1 = diseased, 0 = not diseased.")
    lesions = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference_standard", "case"], name="truth_once_per_case"),
            models.CheckConstraint(condition=models.Q(truth__in=[0, 1]), name="truth_is_binary"),
        ]
