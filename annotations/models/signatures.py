"""Signatures of reads, and what undoes none of them: reopening."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal


class Signature(AppendOnlyModel):
    """Who signed a revision, when, and what it meant: 21 CFR 11.50 and 11.70. `created_at` is when."""

    SEAL = Seal(scope="read__assignment__reader_study")

    read = models.ForeignKey("annotations.Read", on_delete=models.PROTECT, related_name="signatures")
    revision = models.OneToOneField("annotations.Revision", on_delete=models.PROTECT, related_name="signature")
    revision_digest = models.CharField(max_length=64)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    username = models.CharField(max_length=150, help_text="As it was then.")
    full_name = models.CharField(max_length=301, help_text="As it was then.")
    meaning = models.CharField(max_length=20)
    meaning_text = models.CharField(max_length=300, help_text="The sentence that the signer saw.")

    class Meta:
        ordering = ["created_at"]


class Reopening(AppendOnlyModel):
    """A coordinator gave a signed read back to its reader; the signature stays."""

    SEAL = Seal(scope="read__assignment__reader_study")

    read = models.ForeignKey("annotations.Read", on_delete=models.PROTECT, related_name="reopenings")
    signature = models.OneToOneField(Signature, null=True, on_delete=models.PROTECT, related_name="reopening")
    reopened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000)

    class Meta:
        ordering = ["created_at"]
