"""Where an id becomes a webhook. Whoever calls has already been let into the scope."""

import uuid

from portal.errors import NotFound
from portal.webhooks.models import Delivery, Webhook


def webhook_in(scope: str, webhook_id: uuid.UUID, *, lock: bool = False) -> Webhook:
    """Return a webhook of a scope; `lock` holds its row to the transaction's end."""
    query = Webhook.objects.select_for_update(of=("self",)) if lock else Webhook.objects
    found = query.select_related("created_by").filter(scope=scope, pk=webhook_id).first()
    if found is None:
        raise NotFound
    return found


def delivery_of(webhook: Webhook, delivery_id: uuid.UUID, *, lock: bool = False) -> Delivery:
    """Return a delivery of a webhook."""
    query = Delivery.objects.select_for_update() if lock else Delivery.objects
    found = query.filter(webhook=webhook, pk=delivery_id).first()
    if found is None:
        raise NotFound
    return found
