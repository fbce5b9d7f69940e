"""The audit trail: append-only events, hash-chained per stream."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Func, Value

from portal.db import AppendOnlyModel, JobModel


class Stream(models.Model):
    """The head of one chain. Locked while an event is appended; everything in it can be recomputed from the events."""

    name = models.CharField(max_length=120, primary_key=True)
    last_sequence = models.PositiveBigIntegerField(default=0)
    last_digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.name


class Anchored(models.Model):
    """How far the newest checkpoint has seen a stream; kept apart from the heads, which writers lock."""

    stream = models.CharField(max_length=120, primary_key=True)
    sequence = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.stream}#{self.sequence}"


class Event(AppendOnlyModel):
    """Who did what to what, when, from where, and the digest that binds it to the event before."""

    stream = models.CharField(max_length=120)
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)
    origin = models.JSONField(null=True, help_text="From where; null in events from before this was kept.")
    rows = models.JSONField(default=dict, help_text="Digests of the rows it tells of: table -> key -> digest.")
    checkpoint = models.CharField(max_length=64, blank=True, help_text="Digest of the newest checkpoint then.")
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    seal = models.CharField(max_length=64, blank=True, help_text="Of the digest, with the portal's own key.")
    # `portal.audit.offline_verifier.scope_of` in SQL: computed by PostgreSQL, so that nobody can set it.
    scope = models.GeneratedField(
        expression=Func("stream", Value(r"^([^:]*(?::[^:]*)?).*$"), Value(r"\1"), function="regexp_replace"),
        output_field=models.CharField(max_length=120),
        db_persist=True,
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "sequence"], name="audit_event_once_per_sequence")]
        indexes = [
            models.Index(fields=["object_type", "object_id"]),
            models.Index(fields=["scope", "-created_at", "id"], name="audit_event_by_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.stream}#{self.sequence} {self.action}"


class TrailCheck(JobModel):
    """One verification of the trail of a scope, and what it found."""

    TASK_NAME: ClassVar[str] = "audit.check"
    QUEUE: ClassVar[str] = "default"

    scope = models.CharField(max_length=120, db_index=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    number_of_events = models.PositiveBigIntegerField(default=0)
    number_of_rows = models.PositiveBigIntegerField(default=0)
    newest_event_at = models.DateTimeField(null=True)
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ["-created_at"]
