"""Appending to the audit trail."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils import timezone

from portal.audit.models import Event, Stream


def canonical_json(value: Any) -> str:
    """Return the one JSON text that stands for `value`: sorted keys, no blanks, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def event_digest(event: Event) -> str:
    """Return the digest that binds an event's content to the event before it."""
    return sha256(
        canonical_json(
            {
                "stream": event.stream,
                "sequence": event.sequence,
                "at": event.at.isoformat(),
                "actor": str(event.actor_id) if event.actor_id else None,
                "action": event.action,
                "object_type": event.object_type,
                "object_id": event.object_id,
                "detail": event.detail,
                "previous_digest": event.previous_digest,
            }
        )
    )


def record(
    *, stream: str, actor: Any | None, action: str, obj: models.Model, detail: Mapping[str, Any] | None = None
) -> Event:
    """Append one event. Call it inside the transaction of the write it tells of; `detail` names no patient."""
    Stream.objects.bulk_create([Stream(name=stream)], ignore_conflicts=True)
    head = Stream.objects.select_for_update().get(name=stream)
    event = Event(
        stream=stream,
        sequence=head.last_sequence + 1,
        at=timezone.now(),
        actor=actor,
        action=action,
        object_type=obj._meta.label,
        object_id=str(obj.pk),
        detail=dict(detail or {}),
        previous_digest=head.last_digest,
    )
    event.digest = event_digest(event)
    event.save()
    head.last_sequence, head.last_digest = event.sequence, event.digest
    head.save(update_fields=["last_sequence", "last_digest"])
    return event
