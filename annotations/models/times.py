"""How long reads took: as browsers count it, sitting by sitting, and as it counts, with what was frozen or signed."""

from django.db import models

from portal.db import AppendOnlyModel, Seal, UuidModel


class Sitting(UuidModel):
    """One stay at a read, with the times its browser counted per phase (`annotations.domain.times`)."""

    read = models.ForeignKey("annotations.Read", on_delete=models.PROTECT, related_name="sittings")
    key = models.CharField(max_length=64)
    phases = models.JSONField(default=dict)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["read", "key"], name="sitting_once")]


class RevisionTimes(AppendOnlyModel):
    """How long a read had taken when this revision of it was frozen or signed, over all its sittings."""

    SEAL = Seal(scope="revision__read__assignment__reader_study")

    revision = models.OneToOneField("annotations.Revision", on_delete=models.PROTECT, related_name="times")
    phases = models.JSONField(help_text="`annotations.domain.times`, added up by phase.")
    active_ms = models.PositiveBigIntegerField(help_text="Time in use, over all phases.")
