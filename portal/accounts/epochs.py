"""When the access of an account last changed: one file each, whose time is compared instead of asking the database.

Whoever takes something away from an account (a session, a role, the account itself) calls `access_changed` in the
transaction that does it. Whoever has once asked the database what an account may do can then go on without asking,
for as long as `epoch_of` gives the same number.
"""

import os
import time
import uuid
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db import transaction

NEVER = 0


def access_changed(user_ids: Iterable[uuid.UUID]) -> None:
    """Have every grant of these accounts checked again.

    Marked now, so that a process that dies after the commit has told; and after the commit, because a check in
    between still sees the old state.
    """
    ids = sorted(set(user_ids))
    _mark(ids)
    transaction.on_commit(lambda: _mark(ids))


def epoch_of(user_id: uuid.UUID) -> int:
    """A number that differs from every earlier one once the access of the account has changed."""
    try:
        return (_folder() / str(user_id)).stat().st_mtime_ns
    except FileNotFoundError:
        return NEVER


def _mark(user_ids: Iterable[uuid.UUID]) -> None:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    for user_id in user_ids:
        path = folder / str(user_id)
        path.touch()
        # The kernel's own time of a write is coarse: two changes within a millisecond could look like one.
        now = time.time_ns()
        os.utime(path, ns=(now, now))


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "access"
