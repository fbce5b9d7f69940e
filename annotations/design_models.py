"""Arms, sessions and the versions of a design; `annotations.models` gives them out with the rest."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal, UuidModel


class AiDisplay(models.TextChoices):
    """When readers see what the AI says."""

    HIDDEN = "HIDDEN"
    AFTER_SIGNING = "AFTER_SIGNING"
    CONCURRENT = "CONCURRENT"
    SECOND_READ = "SECOND_READ"


# From the display that shows least to the one that shows most.
AI_DISPLAYS = [AiDisplay.HIDDEN, AiDisplay.AFTER_SIGNING, AiDisplay.SECOND_READ, AiDisplay.CONCURRENT]


class Arm(UuidModel):
    """A reading condition: what the readers of an assignment are shown of the AI, and what is hidden from them."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.CASCADE, related_name="arms")
    key = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=1)
    ai_display = models.CharField(max_length=13, choices=AiDisplay, default=AiDisplay.HIDDEN)
    blinding = models.JSONField(
        default=dict, help_text="The cells of the blinding matrix that differ from the defaults."
    )

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "key"], name="arm_key_once")]


class DesignVersion(AppendOnlyModel):
    """One version of who reads what, when and in which condition; the last one before the launch is in force."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(
        "annotations.ReaderStudy", on_delete=models.PROTECT, related_name="design_versions"
    )
    version = models.PositiveIntegerField()
    content = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "version"], name="design_version_once")]


class Session(UuidModel):
    """A period of reading, with the days of washout between the session before it and this one."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.CASCADE, related_name="sessions")
    number = models.PositiveIntegerField()
    opens_on = models.DateField(null=True)
    closes_on = models.DateField(null=True, help_text="The last day of reading.")
    washout_days = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "number"], name="session_number_once")]
