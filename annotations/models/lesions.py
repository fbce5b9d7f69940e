"""Corrections of which findings of several readers are the same lesion."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal


class LesionCorrection(AppendOnlyModel):
    """How a coordinator grouped the findings of a case, and why; the newest counts, earlier ones stay."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("annotations.Case", on_delete=models.PROTECT, related_name="lesion_corrections")
    arm = models.CharField(max_length=20, help_text="Key.")
    question = models.CharField(max_length=40, help_text="Key of the located finding.")
    number = models.PositiveIntegerField()
    groups = models.JSONField(
        null=True, help_text="Lists of `<revision>/<finding>`, one for each lesion; null: as the rule matches them."
    )
    reason = models.CharField(max_length=1000)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "arm", "question", "number"], name="lesion_correction_once")
        ]
