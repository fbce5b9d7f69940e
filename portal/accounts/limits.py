"""How often somebody may try what nobody should have to try often; counted in Redis, forgotten after a while."""

from django.core.cache import cache

from portal.errors import TooMany

WINDOW_S = 15 * 60


def require_tries_left(what: str, limit: int) -> None:
    """Raise 429 when `what` has been tried `limit` times within the window."""
    if cache.get(_key(what), 0) >= limit:
        raise TooMany(f"Too many tries. Wait {WINDOW_S // 60} minutes and try again.")


def count_try(what: str) -> None:
    """Count one more."""
    cache.add(_key(what), 0, WINDOW_S)
    cache.incr(_key(what))


def _key(what: str) -> str:
    return f"tries:{what}"
