"""One editor of a read at a time: a lease on the read's row, renewed by every save and every heartbeat.

The lease keeps two windows from working past each other; what keeps them from overwriting each other is the base
revision of every save. docs/adr/0007-one-editor.md says how a browser's own windows take turns.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from annotations.models import Read
from annotations.services.streams import stream_of_reader
from annotations.services.timing import SittingReport, sitting_report
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict

# A hidden tab's timers run once a minute (https://developer.chrome.com/blog/timer-throttling-in-chrome-88).
LEASE = timedelta(seconds=90)


def holder_of(read: Read, now: datetime) -> str:
    """Return the editor whose lease on the read is running, or an empty string."""
    if read.editor_seen_at is None or read.editor_seen_at + LEASE <= now:
        return ""
    return read.editor


def require_editor(read: Read, editor: str) -> None:
    """Raise 409 `held_elsewhere` while another editor's lease runs."""
    holder = holder_of(read, timezone.now())
    if holder and holder != editor:
        raise Conflict(
            "This read is being edited in another window or on another device. You can take it over.",
            code="held_elsewhere",
            extra={"held_since": read.editor_since, "revision_number": read.revision_number},
        )


def hold(read: Read, editor: str) -> None:
    """Give the lease to `editor`, or renew it, on the object in hand; the caller saves the row."""
    now = timezone.now()
    if read.editor != editor:
        read.editor, read.editor_since = editor, now
    read.editor_seen_at = now


EDITOR_FIELDS = ("editor", "editor_since", "editor_seen_at")


@transaction.atomic
def read_hold(*, by: User, read: Read, editor: str, take_over: bool, sitting: SittingReport | None = None) -> None:
    """Take or renew the lease of a read (its row is locked by the caller); `take_over` ends another's."""
    if read.signed_at:
        raise Conflict("The read is signed and frozen.")
    if not take_over:
        require_editor(read, editor)
    holder = holder_of(read, timezone.now())
    hold(read, editor)
    sitting_report(read=read, sitting=sitting)
    read.save(update_fields=[*EDITOR_FIELDS, "active_ms"])
    if holder and holder != editor:
        record(
            stream=stream_of_reader(read.assignment),
            actor=by,
            action="read.take_over",
            obj=read,
            detail={"revision": read.revision_number},
        )


def read_turn(*, by: User, read: Read, editor: str) -> bool:
    """Take or renew the lease when the read is opened (its row is locked by the caller); False while another's runs."""
    holder = holder_of(read, timezone.now())
    if holder and holder != editor:
        return False
    read_hold(by=by, read=read, editor=editor, take_over=False)
    return True


@transaction.atomic
def read_release(*, read: Read, editor: str, sitting: SittingReport | None = None) -> None:
    """End the editor's own lease at once; somebody else's is left alone."""
    if read.editor != editor or read.signed_at:
        return
    read.editor_seen_at = None
    sitting_report(read=read, sitting=sitting)
    read.save(update_fields=["editor_seen_at", "active_ms"])
