"""The clinical text of a case, version by version, and which version a read was shown."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal


class ClinicalText(AppendOnlyModel):
    """One version of a case's clinical text; one without words takes it away."""

    SEAL = Seal(scope="case__reader_study")

    case = models.ForeignKey("annotations.Case", on_delete=models.PROTECT, related_name="clinical_texts")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["case", "version"], name="clinical_text_version_once")]


class ClinicalTextShown(AppendOnlyModel):
    """A version was shown with a read for the first time in a phase; `created_at` is when."""

    SEAL = Seal(scope="read__assignment__reader_study")

    read = models.ForeignKey("annotations.Read", on_delete=models.PROTECT, related_name="clinical_texts_shown")
    clinical_text = models.ForeignKey(ClinicalText, on_delete=models.PROTECT, related_name="shown")
    phase = models.CharField(max_length=6, help_text="Of the blinding matrix: FIRST, SECOND or SIGNED.")
    revision_number = models.PositiveIntegerField(help_text="The read's newest revision at that time.")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["read", "clinical_text", "phase"], name="clinical_text_shown_once")
        ]
