"""Sending what is due: one worker at a time for each webhook, so that events arrive in their order.

A delivery is at least once: a worker that is killed between sending and storing leaves the delivery pending, its lease
runs out, and it is sent again with the same id and body.
"""

import time
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal import jobs
from portal.webhooks.models import Delivery, DeliveryState, Webhook
from portal.webhooks.selectors import due, webhooks_due
from portal.webhooks.sending import Outcome, post
from portal.webhooks.services import QUEUE, SEND_TASK, pause_after, webhook_disable
from portal.webhooks.signature import HEADER, secret_of, signature

# Longer than the longest exchange (`sending.DEADLINE_S`).
LEASE = timedelta(seconds=30)
# So long one webhook may keep a worker busy; the clock wakes the next round.
ROUND_S = 60.0
# After a failure the receiver is left alone, the longer the longer it has failed, and the worker is free for others.
SHORTEST_REST = timedelta(seconds=10)
LONGEST_REST = timedelta(minutes=10)
DISABLED_AFTER = timedelta(days=5)


def deliveries_send(webhook_id: uuid.UUID | str) -> int:
    """Send what is due for one webhook, oldest first, until a failure; return how many were tried."""
    owner = uuid.uuid4()
    if (
        not webhooks_due(now=timezone.now())
        .filter(pk=webhook_id)
        .update(lease_owner=owner, lease_expires_at=timezone.now() + LEASE)
    ):
        return 0
    begun, tried = time.monotonic(), 0
    try:
        while time.monotonic() - begun < ROUND_S and _holds(webhook_id, owner):
            delivery = _next(webhook_id)
            if delivery is None:
                break
            outcome = _attempt(delivery)
            tried += 1
            if not _stored(delivery, outcome):
                break
    finally:
        Webhook.objects.filter(pk=webhook_id, lease_owner=owner).update(lease_owner=None, lease_expires_at=None)
    return tried


def deliveries_sweep() -> int:
    """Wake a worker for every webhook with something due: after a pause, a lost message or a killed worker."""
    webhooks = list(webhooks_due(now=timezone.now()).values_list("pk", flat=True))
    for pk in webhooks:
        jobs.wake(SEND_TASK, QUEUE, webhook_id=str(pk))
    return len(webhooks)


def _holds(webhook_id: uuid.UUID | str, owner: uuid.UUID) -> bool:
    """Renew the lease; false when it was lost or the webhook has been switched off."""
    held = Webhook.objects.filter(pk=webhook_id, lease_owner=owner, is_active=True)
    return bool(held.update(lease_expires_at=timezone.now() + LEASE))


def _next(webhook_id: uuid.UUID | str) -> Delivery | None:
    waiting = Delivery.objects.filter(due(now=timezone.now()), webhook__pk=webhook_id)
    return waiting.select_related("webhook").order_by("created_at", "pk").first()


def _attempt(delivery: Delivery) -> Outcome:
    """Send once. The attempt is counted before, so that it is seen even if the worker does not live to tell."""
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(attempts=F("attempts") + 1, last_attempt_at=now)
    delivery.attempts += 1
    body, webhook = delivery.body.encode(), delivery.webhook
    secret = secret_of(webhook.pk, webhook.secret_version)
    return post(webhook.url, body, _headers(delivery, signature(secret, int(now.timestamp()), body)))


def _headers(delivery: Delivery, signed: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "Overread-Webhooks/1",
        "Accept-Encoding": "identity",
        "Overread-Delivery": str(delivery.pk),
        "Overread-Event": delivery.event,
        HEADER: signed,
    }


@transaction.atomic
def _stored(delivery: Delivery, outcome: Outcome) -> bool:
    """Store what came of an attempt; return whether to go on with the next delivery."""
    webhook = Webhook.objects.select_for_update().filter(pk=delivery.webhook_id).first()
    if webhook is None:
        return False
    now = timezone.now()
    own = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.PENDING)
    seen = {
        "response_status": outcome.status,
        "error_code": outcome.error_code,
        "duration_ms": outcome.duration_ms,
    }
    if not outcome.error_code:
        own.update(**seen, state=DeliveryState.DELIVERED, delivered_at=now, next_attempt_at=None)
        Webhook.objects.filter(pk=webhook.pk).update(failing_since=None, rests_until=None)
        return True
    if now >= delivery.tried_until:
        own.update(**seen, state=DeliveryState.FAILED, next_attempt_at=None)
    else:
        own.update(**seen, next_attempt_at=now + pause_after(delivery.attempts))
    _failed(webhook, now)
    return False


def _failed(webhook: Webhook, now: datetime) -> None:
    webhook.failing_since = webhook.failing_since or now
    webhook.rests_until = now + min(max(SHORTEST_REST, (now - webhook.failing_since) / 4), LONGEST_REST)
    if now - webhook.failing_since >= DISABLED_AFTER:
        webhook_disable(webhook=webhook)
    else:
        webhook.save(update_fields=["failing_since", "rests_until"])
