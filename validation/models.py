"""Analysis runs and their results."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from annotations.models import Arm, ReaderStudy, ReferenceStandard
from portal.db import AppendOnlyModel, JobModel, Seal


class AnalysisSnapshot(AppendOnlyModel):
    """Everything an analysis run reads, frozen as canonical JSON."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(ReaderStudy, on_delete=models.PROTECT, related_name="+")
    content = models.TextField()
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of `content`.")


class AnalysisRun(JobModel):
    """One execution of the analysis over a frozen snapshot."""

    TASK_NAME: ClassVar[str] = "validation.run"
    QUEUE: ClassVar[str] = "analysis"

    reader_study = models.ForeignKey(ReaderStudy, on_delete=models.PROTECT, related_name="analysis_runs")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
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
        help_text="The arm that the snapshot froze; null where the snapshot is from before there were arms.",
    )

    class Meta:
        ordering = ["-created_at"]


class AnalysisResult(AppendOnlyModel):
    """What a run computed, as canonical JSON: the same snapshot gives the same bytes."""

    SEAL = Seal(scope="run__reader_study")

    run = models.OneToOneField(AnalysisRun, on_delete=models.PROTECT, related_name="result")
    content = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of `content`.")
