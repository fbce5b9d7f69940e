"""When a reader will be done at the present rate, and what is said where that cannot be told. Pure functions.

The rate is reads signed per day: those signed within the last `WINDOW_DAYS` days, over the days since the reader's
first opening, at most the window and at least one. The forecast goes through what is left session by session: reading
begins now, on the session's first day or at the end of the washout, whichever comes last, and takes `left / rate` days.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

WINDOW_DAYS = 14
# Of fewer reads a rate says nothing.
FEWEST_READS = 3
FARTHEST = timedelta(days=3650)

# Why there is no forecast.
UNDEFINED = {
    "withdrawn": "Withdrawn.",
    "done": "All reads are signed.",
    "not_running": "Nobody reads while the reader study is paused or closed.",
    "too_few": f"Fewer than {FEWEST_READS} reads were signed in the last {WINDOW_DAYS} days.",
    "too_far": "More than ten years away at the present rate.",
}


class Left(NamedTuple):
    """What is left of a session: not before `opens_at`, nor before the washout after the session before it is over."""

    reads: int
    opens_at: datetime | None = None
    washout: timedelta = timedelta()
    # When the reader was last active in the session before it; None while it has not begun or there is none.
    before: datetime | None = None
    ends_at: datetime | None = None


class Forecast(NamedTuple):
    """When everything is signed, or the reason why that cannot be told; whether a session ends before it is done.

    `sessions`: when each of them is done, None for one without a read left; empty where nothing can be told.
    """

    at: datetime | None
    undefined: str
    is_behind: bool
    sessions: tuple[datetime | None, ...] = ()


def rate_per_day(*, signed: int, first_opened_at: datetime | None, now: datetime) -> float | None:
    """Return the reads signed per day; None where too few were signed to tell."""
    if signed < FEWEST_READS or first_opened_at is None:
        return None
    days = (now - first_opened_at) / timedelta(days=1)
    return signed / min(max(days, 1.0), float(WINDOW_DAYS))


def forecast(*, sessions: Sequence[Left], rate: float | None, now: datetime) -> Forecast:
    """Return when the last of the sessions is done; those without a read left take no time."""
    if not any(one.reads for one in sessions):
        return Forecast(None, "done", False)
    if rate is None:
        return Forecast(None, "too_few", False)
    moment, is_behind = now, False
    has_left = False
    done: list[datetime | None] = []
    for one in sessions:
        # A session that is still being read ends, by the forecast, when its last read is signed.
        before = moment if has_left else one.before
        starts = [moment, *filter(None, [one.opens_at, before + one.washout if before else None])]
        if not one.reads:
            done.append(None)
            continue
        moment = min(max(starts), now + FARTHEST) + timedelta(days=min(one.reads / rate, FARTHEST.days + 1))
        has_left = True
        done.append(moment)
        is_behind = is_behind or (one.ends_at is not None and moment > one.ends_at)
    if moment - now > FARTHEST:
        return Forecast(None, "too_far", is_behind)
    return Forecast(moment, "", is_behind, tuple(done))
