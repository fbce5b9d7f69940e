"""The work that makes a version of the reference standard: a look that a worker works out, then the storing of it."""

from django.conf import settings
from django.db import models

from portal.db import JobModel


class ReferenceJobKind(models.TextChoices):
    """What a version is made from."""

    CONSENSUS = "CONSENSUS"
    FILES = "FILES"


class ReferenceJob(JobModel):
    """A consensus or files, as they were asked for: first looked at, then, once they were seen, stored as a version.

    What the look found, and the files, lie in `var/reference-jobs/<id>/` until the version is stored.
    """

    TASK_NAME = "annotations.reference_job"
    QUEUE = "analysis"

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.CASCADE, related_name="reference_jobs")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=ReferenceJobKind)
    asked = models.JSONField(help_text="The panel of a consensus; names and threshold of files.")
    base = models.ForeignKey("annotations.ReferenceStandard", null=True, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, blank=True, help_text="That of what the look found.")
    problems = models.JSONField(default=list, help_text="What is wrong where, when it has failed for that.")
    is_storing = models.BooleanField(default=False)
    stored = models.ForeignKey("annotations.ReferenceStandard", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-created_at"]
