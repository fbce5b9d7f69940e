"""The truth of a reader study's cases, version by version."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal


class ReferenceSource(models.TextChoices):
    """Where a reference standard came from."""

    CSV = "CSV"
    JSON = "JSON"
    SEG = "SEG"
    SR = "SR"
    # Files of several of these kinds.
    FILES = "FILES"
    DEMO = "DEMO"
    CONSENSUS = "CONSENSUS"
    ADJUDICATION = "ADJUDICATION"


class ReferenceStandard(AppendOnlyModel):
    """One version of the truth of a reader study's cases, with its provenance."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(
        "annotations.ReaderStudy", on_delete=models.PROTECT, related_name="reference_standards"
    )
    version = models.PositiveIntegerField()
    source = models.CharField(max_length=12, choices=ReferenceSource)
    provenance = models.CharField(max_length=300, blank=True)
    rule = models.JSONField(default=dict, help_text="What a consensus was made by; empty for what was imported.")
    base = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", help_text="The version that files were added to."
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 of the canonical truths.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "version"], name="reference_version_once")]


class ReferenceLock(AppendOnlyModel):
    """Who made a version the one by which results may be opened, when, and what it meant; `created_at` is when.

    From then on PostgreSQL takes no further row into the version (migration `reference_lock`).
    """

    SEAL = Seal(scope="reference_standard__reader_study")

    reference_standard = models.OneToOneField(ReferenceStandard, on_delete=models.PROTECT, related_name="lock")
    digest = models.CharField(max_length=64, help_text="That of the version, worked out again from its rows.")
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    username = models.CharField(max_length=150, help_text="As it was then.")
    full_name = models.CharField(max_length=301, help_text="As it was then.")
    meaning = models.CharField(max_length=20)
    meaning_text = models.CharField(max_length=300, help_text="The sentence that the signer saw.")
    reason = models.CharField(
        max_length=1000, blank=True, help_text="Why it replaces a version that was locked before."
    )


class ReferenceTruth(AppendOnlyModel):
    """Truth of one case in one version of the reference standard."""

    SEAL = Seal(scope="reference_standard__reader_study")

    reference_standard = models.ForeignKey(ReferenceStandard, on_delete=models.PROTECT, related_name="truths")
    case = models.ForeignKey("annotations.Case", on_delete=models.PROTECT, related_name="truths")
    case_name = models.CharField(
        max_length=40, default="", help_text="As it was when this was stored, for the digest; empty: as it is now."
    )
    truth = models.PositiveSmallIntegerField(help_text="1 = diseased, 0 = not diseased.")
    lesions = models.JSONField(default=list, help_text="`annotations.domain.lesions`")
    provenance = models.JSONField(
        default=dict, help_text="Where it comes from when not, as a whole, from where the version does."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference_standard", "case"], name="truth_once_per_case"),
            models.CheckConstraint(condition=models.Q(truth__in=[0, 1]), name="truth_is_binary"),
        ]


class ReferenceDecision(AppendOnlyModel):
    """How a consensus came out for one case, and from which signed revisions; also where it holds no truth."""

    SEAL = Seal(scope="reference_standard__reader_study")

    reference_standard = models.ForeignKey(ReferenceStandard, on_delete=models.PROTECT, related_name="decisions")
    case = models.ForeignKey("annotations.Case", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, help_text="`annotations.domain.consensus`: POSITIVE, NEGATIVE …")
    reason = models.CharField(
        max_length=12, help_text="Why: AGREED, BY_RULE, TIED, TOO_FEW, CARRIED, ADJUDICATED, CONTRADICTED."
    )
    votes = models.JSONField(default=list, help_text="Reader, read, revision with its digest, answer, weight.")
    matching = models.JSONField(default=dict, help_text="Its lesions: `annotations.selectors.lesions.Matching`, or {}.")
    adjudicated = models.ForeignKey(
        "annotations.AdjudicationDecision", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reference_standard", "case"], name="decision_once_per_case")]
