"""Reads of webhooks."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from portal.webhooks.models import Delivery, DeliveryState, Webhook


def webhooks_of(*, scope: str) -> QuerySet[Webhook, Any]:
    """Return the webhooks of a scope with how their deliveries stand."""
    return (
        Webhook.objects.filter(scope=scope)
        .select_related("created_by")
        .annotate(
            number_pending=Count("deliveries", filter=Q(deliveries__state=DeliveryState.PENDING)),
            number_failed=Count("deliveries", filter=Q(deliveries__state=DeliveryState.FAILED)),
            last_delivered_at=Max("deliveries__delivered_at"),
        )
    )


def deliveries_of(*, webhook: Webhook) -> QuerySet[Delivery]:
    """Return what has been and is to be delivered."""
    return Delivery.objects.filter(webhook=webhook)


def due(*, now: datetime) -> Q:
    """Say which deliveries are to be tried now."""
    return Q(state=DeliveryState.PENDING, next_attempt_at__lte=now)


def webhooks_due(*, now: datetime) -> QuerySet[Webhook]:
    """Return the webhooks that have something to be tried, that do not rest, and that nobody works on."""
    waiting = Delivery.objects.filter(due(now=now)).values("webhook")
    free = Q(lease_expires_at=None) | Q(lease_expires_at__lt=now)
    awake = Q(rests_until=None) | Q(rests_until__lte=now)
    return Webhook.objects.filter(free, awake, is_active=True, pk__in=waiting)
