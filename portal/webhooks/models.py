"""Webhooks and what is to be delivered to them: an outbox, written in the transaction of the event."""

from django.conf import settings
from django.db import models

from portal.db import UuidModel

# Characters, in the ASCII form of the address.
URL_LENGTH = 500


class DisabledReason(models.TextChoices):
    """Why nothing is sent."""

    BY_HAND = "BY_HAND"
    FAILING = "FAILING"


class Webhook(UuidModel):
    """An address that is told of events, by the site or by one reader study (`scope`).

    Its secret is not stored: it is derived from the portal's own secret, this row's id and `secret_version`.
    """

    scope = models.CharField(max_length=60, db_index=True)
    url = models.CharField(max_length=URL_LENGTH)
    description = models.CharField(max_length=120, blank=True)
    events = models.JSONField()
    secret_version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=7, choices=DisabledReason, blank=True)
    disabled_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True, help_text="First of the failures since it last answered well.")
    rests_until = models.DateTimeField(null=True, help_text="After a failure nothing is tried for a while.")
    lease_owner = models.UUIDField(null=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"webhook {self.pk} of {self.scope}"


class DeliveryState(models.TextChoices):
    """Life of a delivery."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"


class Delivery(UuidModel):
    """One event for one webhook. `body` is what is sent, byte for byte, however often it is tried."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    body = models.TextField()
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    tried_until = models.DateTimeField(help_text="A failure after this is the last one.")
    last_attempt_at = models.DateTimeField(null=True)
    response_status = models.PositiveSmallIntegerField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    duration_ms = models.PositiveIntegerField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(state="PENDING"), name="webhook_delivery_due")
        ]

    def __str__(self) -> str:
        return f"{self.event} for {self.webhook_id}"
