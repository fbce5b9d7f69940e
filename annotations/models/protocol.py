"""The protocol of a reader study: saved sample sizes, frozen versions, and who approved them."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal


class SampleSizePlan(AppendOnlyModel):
    """A sample size as `validation` computed it for a reader study, as canonical JSON."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(
        "annotations.ReaderStudy", on_delete=models.PROTECT, related_name="sample_size_plans"
    )
    number = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of `content`.")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "number"], name="sample_size_number_once")]


class ProtocolVersion(AppendOnlyModel):
    """The whole protocol as it stood at the launch or after an amendment, as canonical JSON."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(
        "annotations.ReaderStudy", on_delete=models.PROTECT, related_name="protocol_versions"
    )
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=1000, blank=True, help_text="Why it was amended; empty at the launch.")
    changed = models.JSONField(default=list, help_text="Titles of the sections that the version before has otherwise.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of `content`.")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "number"], name="protocol_number_once")]


class ProtocolApproval(AppendOnlyModel):
    """Who approved a version, when, and what it meant; `created_at` is when."""

    SEAL = Seal(scope="protocol__reader_study")

    protocol = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="approvals")
    digest = models.CharField(max_length=64, help_text="That of the version, worked out again from its content.")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    username = models.CharField(max_length=150, help_text="As it was then.")
    full_name = models.CharField(max_length=301, help_text="As it was then.")
    meaning = models.CharField(max_length=20)
    meaning_text = models.CharField(max_length=300, help_text="The sentence that the person saw.")

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["protocol", "approved_by", "meaning"], name="protocol_approved_once")
        ]
