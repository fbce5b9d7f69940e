"""The audit trail as lines: what is exported, and what the verification reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.audit.models import Event, Stream
from portal.audit.offline_verifier import CHECKPOINTS, FORMAT, VERSION, Copying, canonical_json, scope_of
from portal.audit.rows import rows_in_scope, seal_of, sealed_models
from portal.audit.services import event_line


@contextmanager
def one_moment() -> Iterator[None]:
    """Read events and rows as they were at one moment, while others write on."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        if not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def header(scope: str | None) -> dict[str, Any]:
    """Return the first line."""
    return {
        "kind": "header",
        "format": FORMAT,
        "version": VERSION,
        "scope": scope,
        "exported_at": timezone.now().isoformat(),
        "sealed_when_used": [one._meta.label for one in sealed_models() if seal_of(one._meta.label).from_first_use],
    }


def events_of(scope: str | None) -> QuerySet[Event]:
    """Return the events of a scope with the checkpoints, which come first."""
    events = Event.objects.order_by("stream", "sequence")
    return events if scope is None else events.filter(Q(scope=scope) | Q(stream=CHECKPOINTS))


def events_in_order(scope: str | None) -> Iterator[Event]:
    """Yield the checkpoints, then every other stream."""
    yield from events_of(scope).filter(stream=CHECKPOINTS).iterator(chunk_size=1000)
    yield from events_of(scope).exclude(stream=CHECKPOINTS).iterator(chunk_size=1000)


def tail_lines(scope: str | None) -> Iterator[dict[str, Any]]:
    """Yield the heads and the rows that follow the events."""
    for head in Stream.objects.order_by("name"):
        if scope is None or head.name == CHECKPOINTS or scope_of(head.name) == scope:
            yield {"kind": "head", "stream": head.name, "sequence": head.last_sequence, "digest": head.last_digest}
    for table, key, values in rows_in_scope(scope):
        yield {"kind": "row", "table": table, "id": key, "values": values}


def export_lines(scope: str | None) -> Iterator[bytes]:
    """Yield the trail as JSON lines, the manifest last."""
    copying = Copying()
    with one_moment():
        for line in _lines(scope):
            raw = canonical_json(line).encode() + b"\n"
            copying.take(raw, line)
            yield raw
    yield canonical_json(copying.manifest()).encode() + b"\n"


def _lines(scope: str | None) -> Iterator[dict[str, Any]]:
    yield header(scope)
    for event in events_in_order(scope):
        yield event_line(event)
    yield from tail_lines(scope)
