"""The audit trail: append-only events, hash-chained per stream."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel


class Stream(models.Model):
    """The head of one chain. Locked while an event is appended; everything in it can be recomputed from the events."""

    name = models.CharField(max_length=120, primary_key=True)
    last_sequence = models.PositiveBigIntegerField(default=0)
    last_digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.name


class Event(AppendOnlyModel):
    """Who did what to what, when, and the digest that binds it to the event before."""

    stream = models.CharField(max_length=120)
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "sequence"], name="audit_event_once_per_sequence")]
        indexes = [models.Index(fields=["object_type", "object_id"])]

    def __str__(self) -> str:
        return f"{self.stream}#{self.sequence} {self.action}"
