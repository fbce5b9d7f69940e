"""Appending to the audit trail."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from portal import jobs
from portal.audit import offline_verifier
from portal.audit.models import Anchored, Event, Stream
from portal.audit.offline_verifier import CHECKPOINTS, canonical_json, sha256, stream_key
from portal.audit.origin import present_origin
from portal.audit.rows import tell
from portal.prepared import insert

__all__ = ["canonical_json", "checkpoint_write", "event_line", "record", "seal_holds", "sha256"]

CHECKPOINT_TASK = "audit.checkpoint"
# A stream that grows fast does not wait for the clock.
CHECKPOINT_EVERY = 500


def event_line(event: Event) -> dict[str, Any]:
    """Return an event as the trail's export holds it."""
    return {
        "kind": "event",
        "stream": event.stream,
        "sequence": event.sequence,
        "at": event.at.isoformat(),
        "actor": str(event.actor_id) if event.actor_id else None,
        "action": event.action,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "detail": event.detail,
        "origin": event.origin,
        "rows": event.rows,
        "checkpoint": event.checkpoint,
        "previous_digest": event.previous_digest,
        "digest": event.digest,
        "seal": event.seal,
    }


def _seal(digest: str, secret: str) -> str:
    key = hashlib.sha256(f"portal.audit.seal:{secret}".encode()).digest()
    return hmac.new(key, digest.encode(), hashlib.sha256).hexdigest()


def seal_holds(event: Event) -> bool:
    """Say whether the portal wrote an event: nobody else has the key. Events from before seals have none."""
    if event.origin is None:
        return event.seal == ""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(hmac.compare_digest(event.seal, _seal(event.digest, secret)) for secret in keys)


# Written out, because every write runs it: to have Django put it together takes longer than to answer it.
_HEAD = """
    SELECT name, last_sequence, last_digest, (SELECT last_digest FROM audit_stream WHERE name = %s) AS checkpoint
    FROM audit_stream head WHERE name = %s FOR UPDATE OF head
"""


_MOVE_HEAD = "UPDATE audit_stream SET last_sequence = %s, last_digest = %s WHERE name = %s"


def _head(stream: str) -> Any:
    named = Stream.objects.raw(_HEAD, [CHECKPOINTS, stream])
    for head in named:
        return head
    Stream.objects.bulk_create([Stream(name=stream)], ignore_conflicts=True)
    return Stream.objects.raw(_HEAD, [CHECKPOINTS, stream])[0]


@transaction.atomic(savepoint=False)
def record(
    *,
    stream: str,
    actor: Any | None,
    action: str,
    obj: models.Model,
    detail: Mapping[str, Any] | None = None,
    rows: Iterable[models.Model] = (),
    gone: Iterable[models.Model] = (),
) -> Event:
    """Append one event, in the transaction of the write it tells of; `detail` names no patient.

    `rows` are what the write stored, `gone` what it took away: the event binds them (`portal.audit.rows`).
    """
    head = _head(stream)
    named = {"username": actor.get_username(), "name": actor.name} if actor else {}
    event = Event(
        stream=stream,
        sequence=head.last_sequence + 1,
        at=timezone.now(),
        actor=actor,
        action=action,
        object_type=obj._meta.label,
        object_id=str(obj.pk),
        detail=dict(detail or {}),
        origin=present_origin() | named,
        rows=tell(rows, gone),
        checkpoint=head.checkpoint or "",
        previous_digest=head.last_digest,
    )
    event.digest = offline_verifier.event_digest(event_line(event))
    event.seal = _seal(event.digest, settings.SECRET_KEY)
    insert(event)
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_HEAD, [event.sequence, event.digest, stream])
    if event.sequence % CHECKPOINT_EVERY == 0 and stream != CHECKPOINTS:
        jobs.wake(CHECKPOINT_TASK, "default")
    return event


@transaction.atomic
def checkpoint_write() -> Event | None:
    """Write down the heads that have moved since the last checkpoint; None when none has.

    So the end of a stream, or a whole one, cannot be taken away together with its head.
    """
    # Two clocks take turns at the head of the checkpoints.
    _head(CHECKPOINTS)
    seen = Anchored.objects.filter(stream=OuterRef("name")).values("sequence")
    heads = Stream.objects.exclude(name=CHECKPOINTS).annotate(seen=Subquery(seen))
    moved = [head for head in heads.order_by("name") if head.last_sequence > (head.seen or 0)]
    if not moved:
        return None
    Anchored.objects.bulk_create(
        [Anchored(stream=head.name, sequence=head.last_sequence) for head in moved],
        update_conflicts=True,
        unique_fields=["stream"],
        update_fields=["sequence"],
    )
    return record(
        stream=CHECKPOINTS,
        actor=None,
        action="audit.checkpoint",
        obj=Stream(name=CHECKPOINTS),
        detail={"heads": {stream_key(head.name): [head.last_sequence, head.last_digest] for head in moved}},
    )
