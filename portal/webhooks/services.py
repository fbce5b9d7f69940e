"""Writes of webhooks: who is told, and what there is to tell."""

import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal import jobs
from portal.accounts.models import User
from portal.audit.services import canonical_json, record
from portal.errors import Conflict, FieldProblem, Invalid
from portal.moments import utc_text
from portal.webhooks.addresses import AddressRefused, ascii_url, target_of
from portal.webhooks.events import FIELDS, SITE, EventKind, events_of
from portal.webhooks.models import URL_LENGTH, Delivery, DeliveryState, DisabledReason, Webhook
from portal.webhooks.signature import secret_of

STREAM = "webhooks"
SEND_TASK = "webhooks.send"
QUEUE = "default"
WEBHOOKS_PER_SCOPE = 20
TRIED_FOR = timedelta(days=3)
FIRST_PAUSE_S = 10.0
LONGEST_PAUSE_S = 6 * 3600.0


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: doubled each time, up to six hours, half of it by chance."""
    whole_s = min(FIRST_PAUSE_S * 2 ** min(attempts - 1, 20), LONGEST_PAUSE_S)
    return timedelta(seconds=whole_s * (0.5 + secrets.randbelow(1000) / 2000))


@transaction.atomic
def webhook_create(
    *, by: User, scope: str, url: str, events: Sequence[str], description: str = ""
) -> tuple[Webhook, str]:
    """Register an address; the second value is its secret, to be shown this once."""
    if Webhook.objects.filter(scope=scope).count() >= WEBHOOKS_PER_SCOPE:
        raise Conflict(f"There are {WEBHOOKS_PER_SCOPE} webhooks already; delete one first.", code="too_many")
    webhook = Webhook.objects.create(
        scope=scope, url=_checked_url(url), events=_events(scope, events), description=description, created_by=by
    )
    _record(by, "webhook.create", webhook)
    return webhook, secret_of(webhook.pk, webhook.secret_version)


@transaction.atomic
def webhook_update(*, by: User, webhook: Webhook, changes: Mapping[str, Any]) -> Webhook:
    """Change a webhook (its row is locked by the caller), or switch it on or off."""
    if "url" in changes:
        webhook.url = _checked_url(changes["url"])
    if "events" in changes:
        webhook.events = _events(webhook.scope, changes["events"])
    webhook.description = changes.get("description", webhook.description)
    if changes.get("is_active", webhook.is_active) != webhook.is_active:
        _switch(webhook, DisabledReason.BY_HAND if webhook.is_active else "")
    webhook.save()
    _record(by, "webhook.update", webhook)
    return webhook


@transaction.atomic
def webhook_delete(*, by: User, webhook: Webhook) -> None:
    """Remove a webhook and the log of its deliveries."""
    _record(by, "webhook.delete", webhook)
    webhook.delete()


@transaction.atomic
def webhook_secret_renew(*, by: User, webhook: Webhook) -> str:
    """Make a new secret (the row is locked by the caller); from now on everything is signed with it."""
    webhook.secret_version += 1
    webhook.save(update_fields=["secret_version"])
    _record(by, "webhook.secret_renew", webhook)
    return secret_of(webhook.pk, webhook.secret_version)


def webhook_disable(*, webhook: Webhook) -> None:
    """Switch off a webhook that has failed for too long; part of the transaction that stores the failure."""
    _switch(webhook, DisabledReason.FAILING)
    webhook.save()
    _record(None, "webhook.disable", webhook)


def _switch(webhook: Webhook, reason: str) -> None:
    """Set a webhook off for `reason`, or on for none. What waits for it is not sent by surprise weeks later."""
    webhook.is_active = not reason
    webhook.disabled_reason = reason
    webhook.disabled_at = timezone.now() if reason else None
    webhook.failing_since = webhook.rests_until = None
    if reason:
        webhook.deliveries.filter(state=DeliveryState.PENDING).update(
            state=DeliveryState.FAILED, next_attempt_at=None, error_code="webhook_disabled"
        )


def emit(*, kind: EventKind, data: Mapping[str, Any], scopes: Iterable[str] = ()) -> None:
    """Put an event into the outbox of every webhook that wants it, the site's included.

    Call it inside the transaction of the event: then both happen or neither.
    """
    wanted = Webhook.objects.filter(scope__in={SITE, *scopes}, is_active=True, events__contains=[str(kind)])
    _put([(webhook.pk, kind) for webhook in wanted], data)


@transaction.atomic
def webhook_ping(*, by: User, webhook: Webhook) -> Delivery:
    """Send a test event now."""
    if not webhook.is_active:
        raise Conflict("The webhook is switched off: switch it on first.", code="webhook_disabled")
    _record(by, "webhook.ping", webhook)
    # Somebody waits for the answer.
    Webhook.objects.filter(pk=webhook.pk).update(rests_until=None)
    return _put([(webhook.pk, EventKind.PING)], {"webhook_id": webhook.pk})[0]


@transaction.atomic
def delivery_resend(*, by: User, webhook: Webhook, delivery: Delivery) -> Delivery:
    """Try a delivery again (its row is locked by the caller): the same id, the same body."""
    if not webhook.is_active:
        raise Conflict("The webhook is switched off: switch it on first.", code="webhook_disabled")
    if delivery.state == DeliveryState.PENDING:
        raise Conflict("This delivery is still being tried.")
    now = timezone.now()
    delivery.state, delivery.next_attempt_at, delivery.tried_until = DeliveryState.PENDING, now, now + TRIED_FOR
    delivery.save(update_fields=["state", "next_attempt_at", "tried_until"])
    Webhook.objects.filter(pk=webhook.pk).update(rests_until=None)
    record(stream=STREAM, actor=by, action="webhook.resend", obj=delivery, detail={"webhook_id": str(webhook.pk)})
    jobs.wake(SEND_TASK, QUEUE, webhook_id=str(webhook.pk))
    return delivery


def _put(wanted: Sequence[tuple[uuid.UUID, EventKind]], data: Mapping[str, Any]) -> list[Delivery]:
    now = timezone.now()
    deliveries = [_delivery(webhook_id, kind, data, now) for webhook_id, kind in wanted]
    Delivery.objects.bulk_create(deliveries)
    for webhook_id, _ in wanted:
        jobs.wake(SEND_TASK, QUEUE, webhook_id=str(webhook_id))
    return deliveries


def _delivery(webhook_id: uuid.UUID, kind: EventKind, data: Mapping[str, Any], now: datetime) -> Delivery:
    delivery = Delivery(webhook_id=webhook_id, event=kind, next_attempt_at=now, tried_until=now + TRIED_FOR)
    body = {
        "id": str(delivery.pk),
        "event": str(kind),
        "occurred_at": utc_text(now),
        # Only what the table of events names leaves the portal.
        "data": {name: data[name] if isinstance(data[name], int) else str(data[name]) for name in FIELDS[kind]},
    }
    delivery.body = canonical_json(body)
    return delivery


def _events(scope: str, events: Sequence[str]) -> list[str]:
    known = events_of(scope)
    strange = sorted(set(events) - set(known))
    if strange or not events:
        raise Invalid(
            "Choose the events to be told of.",
            errors=[{"field": "events", "code": "unknown_event", "detail": f"Known are {', '.join(known)}."}],
        )
    return [str(kind) for kind in known if kind in events]


def _checked_url(url: str) -> str:
    """Return the address as it is stored and sent to: in ASCII, so that it is read as it is resolved."""
    try:
        in_ascii = ascii_url(url)
        if len(in_ascii) > URL_LENGTH:
            detail = f"In ASCII form the address has more than {URL_LENGTH} characters."
            raise AddressRefused("url_invalid", detail)
        target_of(in_ascii)
    except AddressRefused as refusal:
        problem: FieldProblem = {"field": "url", "code": refusal.code, "detail": refusal.detail}
        raise Invalid("Nothing can be sent to this address.", code=refusal.code, errors=[problem]) from refusal
    return in_ascii


def _record(by: User | None, action: str, webhook: Webhook) -> None:
    # Not the whole address: some services put a secret into its path.
    detail = {"scope": webhook.scope, "events": webhook.events, "is_active": webhook.is_active}
    record(stream=STREAM, actor=by, action=action, obj=webhook, detail=detail)
