"""The cases of an analysis read once more: as they came, and in the AI's order."""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np

from validation.stats.checks import BoolArray, FloatArray
from validation.stats.results import Reason, Undefined
from validation.stats.triage import replayed_waits, triage_effect, utilisation
from validation.triage.cases import (
    NO_TIME,
    NOT_LISTED,
    AiVersion,
    TriageCase,
    cases_of,
    exclusions_of,
)
from validation.triage.reads import Times, reads_of
from validation.triage.words import curves_of, sentences_of

MAXIMUM_WAITS = 50_000
MAXIMUM_DAYS = 2_000


class Arrivals(StrEnum):
    """When cases arrive: as readers opened them, as a file says, or at random."""

    READS = "READS"
    CSV = "CSV"
    POISSON = "POISSON"


class TooLarge(Exception):
    """More waits or days than are replayed while somebody waits for the answer."""


@dataclasses.dataclass(frozen=True, slots=True)
class Replay:
    """What somebody chose: `threshold` None is an order by the score; `reading_min` None is as the reads took."""

    version: AiVersion
    arm: str | None
    threshold: float | None
    readers: int
    reading_min: float | None
    arrivals: Arrivals
    arrived: Mapping[str, datetime]
    arrivals_per_hour: float | None
    hours_per_day: float
    seed: int
    level: float
    # Arms in which the worklist was in an AI's order already.
    ordered_arms: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True)
class Wait:
    """A case that somebody has to read; `day` names the queue it stands in."""

    case: TriageCase
    arrival_min: float
    reading_min: float
    day: str


def replayed(snapshot: Mapping[str, Any], times: Times, replay: Replay) -> dict[str, Any]:
    """Return the effect of the AI's order on the waits, with what was left out.

    Raises
    ------
    TooLarge
    """
    cases, left_out = cases_of(snapshot, replay.version)
    waits = _WAITS[replay.arrivals](snapshot, cases, times, replay, left_out)
    days = len({one.day for one in waits})
    if len(waits) > MAXIMUM_WAITS or days > MAXIMUM_DAYS:
        raise TooLarge(f"{len(waits)} waits on {days} days; at most {MAXIMUM_WAITS} on {MAXIMUM_DAYS} are replayed.")
    answer: dict[str, Any] = {
        "counts": {
            "waits": len(waits),
            "positives": sum(one.case.is_positive for one in waits),
            "negatives": sum(not one.case.is_positive for one in waits),
            "days": days,
        },
        "exclusions": exclusions_of(left_out),
        "notes": _notes(waits, replay),
    }
    return answer | (_effect(waits, replay) if waits else _nothing(left_out))


def _effect(waits: Sequence[Wait], replay: Replay) -> dict[str, Any]:
    truth: BoolArray = np.array([one.case.is_positive for one in waits], dtype=np.bool_)
    score: FloatArray = np.array([one.case.score for one in waits])
    arrival, reading = np.array([one.arrival_min for one in waits]), np.array([one.reading_min for one in waits])
    days = np.array([one.day for one in waits], dtype=object)
    chosen: dict[str, Any] = {"readers": replay.readers, "threshold": replay.threshold}
    effect = triage_effect(truth, score, arrival, reading, days, **chosen, level=replay.level, seed=replay.seed)
    first_come, triaged = replayed_waits(score, arrival, reading, days, **chosen)
    return {
        "effect": effect.to_json(),
        "curves": curves_of(truth, first_come, triaged),
        "sentences": sentences_of(effect),
    }


def _nothing(left_out: Counter[str]) -> dict[str, Any]:
    nobody = Undefined(Reason.NO_CASES, "No case has a truth, a score and a time of arrival.")
    if left_out[NO_TIME]:
        detail = "No browser counted how long the reads took: type how many minutes a read takes."
        nobody = Undefined(Reason.NOT_COLLECTED, detail)
    return {"effect": nobody.to_json(), "curves": None, "sentences": [nobody.detail]}


def _notes(waits: Sequence[Wait], replay: Replay) -> list[str]:
    notes = []
    if replay.arrivals == Arrivals.READS:
        notes.append(
            "Every day of every reader is a queue of its own: all its cases wait from its beginning, in the order in "
            "which that reader opened them. What else the reader did that day is not in it."
        )
        ordered = sorted(arm for arm in replay.ordered_arms if replay.arm in (None, arm))
        if ordered:
            notes.append(
                f"The AI ordered the worklists of arm(s) {', '.join(ordered)}: the order in which their cases were "
                "opened is no order of arrival."
            )
    if replay.arrivals_per_hour is not None and waits:
        mean = sum(one.reading_min for one in waits) / len(waits)
        load: dict[str, Any] = {"arrivals_per_hour": replay.arrivals_per_hour, "readers": replay.readers}
        busy = utilisation(**load, mean_reading_min=mean) if mean > 0 else 0.0
        if busy >= 1:
            notes.append(
                f"Readers are busy {busy:.0%} of the time: the queue is unstable, and waits are as long as the day "
                "lets them become."
            )
    return notes


def _as_read(
    snapshot: Mapping[str, Any], cases: Sequence[TriageCase], times: Times, replay: Replay, left_out: Counter[str]
) -> list[Wait]:
    """Every reader's day begins with all its cases; they come in the order in which they were opened."""
    by_id = {case.id: case for case in cases}
    found: list[tuple[str, datetime, Wait]] = []
    for read in reads_of(snapshot, replay.arm):
        case, time = by_id.get(read["case"]), times.get(read["revision"])
        if case is None:
            continue
        minutes = _minutes(replay, time.minutes if time else None)
        if time is None or minutes is None:
            left_out[NO_TIME] += 1
            continue
        day = f"{read['reader']} {time.opened_at.date().isoformat()}"
        found.append((read["reader"], time.opened_at, Wait(case, 0.0, minutes, day)))
    return [wait for _, _, wait in sorted(found, key=lambda one: (one[0], one[1], one[2].case.id))]


def _as_listed(
    snapshot: Mapping[str, Any], cases: Sequence[TriageCase], times: Times, replay: Replay, left_out: Counter[str]
) -> list[Wait]:
    waits = []
    for case, minutes in _with_minutes(snapshot, cases, times, replay, left_out):
        moment = replay.arrived.get(case.name)
        if moment is None:
            left_out[NOT_LISTED] += 1
            continue
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        waits.append(Wait(case, (moment - midnight).total_seconds() / 60, minutes, moment.date().isoformat()))
    return waits


def _at_random(
    snapshot: Mapping[str, Any], cases: Sequence[TriageCase], times: Times, replay: Replay, left_out: Counter[str]
) -> list[Wait]:
    """Every case comes once, in a drawn order, in a Poisson stream that is cut into days."""
    known = _with_minutes(snapshot, cases, times, replay, left_out)
    if replay.arrivals_per_hour is None:
        raise ValueError("a Poisson stream has a rate")
    rng = np.random.default_rng(replay.seed)
    order = rng.permutation(len(known))
    moments = np.cumsum(rng.exponential(60 / replay.arrivals_per_hour, len(known)))
    length = 60 * replay.hours_per_day
    return [
        Wait(known[index][0], float(moment % length), known[index][1], str(int(moment // length)))
        for index, moment in zip(order, moments, strict=True)
    ]


_WAITS = {Arrivals.READS: _as_read, Arrivals.CSV: _as_listed, Arrivals.POISSON: _at_random}


def _minutes(replay: Replay, counted: float | None) -> float | None:
    return counted if replay.reading_min is None else replay.reading_min


def _with_minutes(
    snapshot: Mapping[str, Any], cases: Sequence[TriageCase], times: Times, replay: Replay, left_out: Counter[str]
) -> list[tuple[TriageCase, float]]:
    """Give each case the minutes that were typed, or the mean of its reads."""
    counted: dict[str, list[float]] = defaultdict(list)
    for read in reads_of(snapshot, replay.arm):
        time = times.get(read["revision"])
        if time is not None and time.minutes is not None:
            counted[read["case"]].append(time.minutes)
    found = []
    for case in cases:
        own = counted[case.id]
        minutes = _minutes(replay, sum(own) / len(own) if own else None)
        if minutes is None:
            left_out[NO_TIME] += 1
        else:
            found.append((case, minutes))
    return found
