"""Checking the audit trail."""

from collections.abc import Iterator

from portal.audit.models import Event, Stream
from portal.audit.services import event_digest


def broken_links() -> Iterator[str]:
    """Yield one sentence for the first broken link of every stream that has one."""
    streams = set(Stream.objects.values_list("name", flat=True))
    streams |= set(Event.objects.order_by().values_list("stream", flat=True).distinct())
    for name in sorted(streams):
        problem = _first_problem(name)
        if problem:
            yield problem


def _first_problem(name: str) -> str | None:
    previous_digest, sequence = "", 0
    for event in Event.objects.filter(stream=name).order_by("sequence").iterator():
        sequence += 1
        if event.sequence != sequence:
            return f"{name}: event {sequence} is missing (found {event.sequence})"
        if event.previous_digest != previous_digest:
            return f"{name}: event {sequence} does not follow the event before it"
        if event.digest != event_digest(event):
            return f"{name}: event {sequence} has been altered"
        previous_digest = event.digest
    head = Stream.objects.filter(name=name).first()
    if head is None or (head.last_sequence, head.last_digest) != (sequence, previous_digest):
        return f"{name}: the chain ends at event {sequence}, its head says {head.last_sequence if head else 'nothing'}"
    return None
