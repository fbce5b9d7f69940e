"""One running portal per state folder."""

import fcntl
import os
from pathlib import Path
from typing import IO

from portal.ops.environment import EnvironmentProblem


def take_lock(folder: Path) -> IO[str]:
    """Hold var/up.lock for as long as the portal runs, or say which process does."""
    lock = (folder / "up.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise EnvironmentProblem(
            f"The portal is already running with its state in {folder} (process {lock.read().strip()}): "
            "stop it with Ctrl-C there, or set OVERREAD_VAR and the ports for a second one."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
