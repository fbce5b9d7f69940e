"""Two who change the same thing: the second is told, and nothing of the first is lost."""

from typing import Any

from portal.errors import Conflict


def require_base(what: str, *, base: Any, current: Any, wanted: Any) -> None:
    """Raise 409 `stale_<what>` when what is there is not what the change was made from; None asks nothing.

    What is wanted already is no conflict: it is sent once more because the answer was lost, and takes nothing back.
    """
    if base is not None and current not in (base, wanted):
        detail = f"What is stored has been changed since you loaded it ({what.replace('_', ' ')}). Look again."
        raise Conflict(detail, code=f"stale_{what}")
