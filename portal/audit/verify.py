"""Checking the trail in the database: the offline verifier's rules, and the seals that the portal alone can set."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from portal.audit.export import events_in_order, header, one_moment, tail_lines
from portal.audit.models import TrailCheck
from portal.audit.offline_verifier import Verifier
from portal.audit.services import event_line, seal_holds
from portal.db import JobState
from portal.jobs import Lease

MOST_PROBLEMS = 200


class Verified(NamedTuple):
    """What a verification found."""

    problems: list[str]
    number_of_events: int
    number_of_rows: int
    newest_event_at: datetime | None


def broken_links(anchor: dict[str, Any] | None = None) -> Iterator[str]:
    """Yield one sentence for the first broken link of every stream that has one, and for every row that is wrong."""
    yield from trail_verify(scope=None, anchor=anchor).problems


def trail_verify(*, scope: str | None, anchor: dict[str, Any] | None = None) -> Verified:
    """Check the streams of a scope and the rows they tell of; everything for None."""
    verifier = Verifier()
    forged: dict[str, int] = {}
    if anchor is not None:
        verifier.anchor(anchor)
    newest = None
    with one_moment():
        verifier.take(header(scope))
        for event in events_in_order(scope):
            verifier.take(event_line(event))
            newest = max(newest, event.at) if newest else event.at
            if not seal_holds(event):
                forged.setdefault(event.stream, event.sequence)
        for line in tail_lines(scope):
            verifier.take(line)
    unsealed = [f"{stream}: event {number} was not written by the portal" for stream, number in forged.items()]
    return Verified([*verifier.finish(), *unsealed], verifier.events, verifier.rows, newest)


def check_execute(check: TrailCheck, lease: Lease) -> None:
    """Verify, and store what was found."""
    found = trail_verify(scope=check.scope)
    TrailCheck.objects.filter(pk=check.pk).update(
        number_of_events=found.number_of_events,
        number_of_rows=found.number_of_rows,
        newest_event_at=found.newest_event_at,
        problems=found.problems[:MOST_PROBLEMS],
    )
    lease.finish(JobState.SUCCEEDED)
