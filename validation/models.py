"""Analysis runs and their results; on which cases operating layers were fitted and checked."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from annotations.models import Arm, ReaderStudy, ReferenceStandard
from portal.db import AppendOnlyModel, JobModel, Seal
from portal.inference.models import OperatingLayer
from validation.drift_models import DriftAcknowledgement as DriftAcknowledgement
from validation.drift_models import DriftCheck as DriftCheck
from validation.drift_models import DriftSignal as DriftSignal
from validation.drift_models import DriftWatch as DriftWatch


class AnalysisPlan(AppendOnlyModel):
    """One version of what is to be compared, and how (`validation.plans`), as canonical JSON; the newest counts."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(ReaderStudy, on_delete=models.PROTECT, related_name="analysis_plans")
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=1000, blank=True, help_text="Why a plan that was locked before is amended.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of `content`.")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "number"], name="analysis_plan_number_once")]


class AnalysisPlanLock(AppendOnlyModel):
    """Who fixed a version, when, and what was known by then; `created_at` is when."""

    SEAL = Seal(scope="plan__reader_study")

    plan = models.OneToOneField(AnalysisPlan, on_delete=models.PROTECT, related_name="lock")
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    username = models.CharField(max_length=150, help_text="As it was then.")
    truth_was_locked = models.BooleanField(help_text="Whether a version of the truth was locked by then.")
    results_before = models.PositiveIntegerField(help_text="How many results of the reader study there were by then.")


class AnalysisSnapshot(AppendOnlyModel):
    """Everything an analysis run reads, frozen as canonical JSON."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(ReaderStudy, on_delete=models.PROTECT, related_name="+")
    content = models.TextField()
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of `content`.")


class AnalysisRun(JobModel):
    """One execution of the analysis over a frozen snapshot."""

    # How far the job has come moves without events; what it computes, and from what, does not move.
    SEAL = Seal(
        scope="reader_study",
        fields=(
            "created_at",
            "reader_study_id",
            "requested_by_id",
            "plan_id",
            "snapshot_id",
            "reference_standard_id",
            "arm_id",
        ),
    )

    TASK_NAME: ClassVar[str] = "validation.run"
    QUEUE: ClassVar[str] = "analysis"

    reader_study = models.ForeignKey(ReaderStudy, on_delete=models.PROTECT, related_name="analysis_runs")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(
        AnalysisPlan,
        null=True,
        on_delete=models.PROTECT,
        related_name="runs",
        help_text="The locked version that is carried out; none where figures are only explored.",
    )
    snapshot = models.ForeignKey(AnalysisSnapshot, on_delete=models.PROTECT, related_name="runs")
    reference_standard = models.ForeignKey(
        ReferenceStandard,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The version that the snapshot froze: its result can be opened once this is locked.",
    )

    arm = models.ForeignKey(
        Arm,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The arm that the snapshot froze; null for a plan, and from before there were arms.",
    )

    class Meta:
        ordering = ["-created_at"]

    @property
    def is_exploratory(self) -> bool:
        """Whether no plan fixed beforehand what it compares."""
        return self.plan_id is None


class AnalysisResult(AppendOnlyModel):
    """What a run computed, as canonical JSON: the same snapshot gives the same bytes."""

    SEAL = Seal(scope="run__reader_study")

    run = models.OneToOneField(AnalysisRun, on_delete=models.PROTECT, related_name="result")
    content = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of `content`.")


class AnalysisReport(JobModel):
    """The making of one report of a result, asked for by somebody; `created_at` is the date that it shows."""

    TASK_NAME: ClassVar[str] = "validation.report"
    QUEUE: ClassVar[str] = "analysis"

    run = models.ForeignKey(AnalysisRun, on_delete=models.PROTECT, related_name="reports")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]


class AnalysisReportFiles(AppendOnlyModel):
    """A report as it was made: the same result, circumstances and date give the same bytes."""

    SEAL = Seal(scope="report__run__reader_study")

    report = models.OneToOneField(AnalysisReport, on_delete=models.PROTECT, related_name="files")
    html = models.TextField()
    html_digest = models.CharField(max_length=64, help_text="SHA-256 of `html`.")
    pdf = models.BinaryField()
    pdf_digest = models.CharField(max_length=64, help_text="SHA-256 of `pdf`.")


class EvidenceKind(models.TextChoices):
    """What the cases of a reader study were used for."""

    FIT = "FIT"
    VALIDATION = "VALIDATION"


class LayerEvidence(AppendOnlyModel):
    """The cases on which an operating layer was fitted or checked, frozen, and the figures that came of it."""

    SEAL = Seal(scope="reader_study")

    layer = models.ForeignKey(OperatingLayer, on_delete=models.PROTECT, related_name="evidence")
    number = models.PositiveIntegerField(help_text="0: the set of the fit.")
    kind = models.CharField(max_length=10, choices=EvidenceKind)
    reason = models.CharField(max_length=1000, blank=True, help_text="Why it was checked there.")
    reader_study = models.ForeignKey(ReaderStudy, on_delete=models.PROTECT, related_name="+")
    reference_standard = models.ForeignKey(ReferenceStandard, on_delete=models.PROTECT, related_name="+")
    content = models.TextField(help_text="The set: predictions and truths by their ids, as canonical JSON.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of `content`.")
    figures = models.TextField(help_text="Before and after (`validation.operating_layers`), as canonical JSON.")
    figures_digest = models.CharField(max_length=64, help_text="SHA-256 of `figures`.")
    software = models.JSONField(help_text="Versions of what it was computed with.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["layer", "number"], name="layer_evidence_number_once"),
            models.CheckConstraint(
                condition=models.Q(kind=EvidenceKind.FIT, number=0)
                | models.Q(kind=EvidenceKind.VALIDATION, number__gt=0),
                name="layer_is_fitted_first",
            ),
        ]
