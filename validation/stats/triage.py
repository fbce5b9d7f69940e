"""Triage: what reading the cases that an AI flags first does to the time until a case is read.

Cases arrive, wait, and are read by whichever of equal readers is free; nobody interrupts a read for a more urgent case
(non-preemptive priority). First come first served is compared with the same cases in the AI's order.
"""

import dataclasses
import heapq
import math

import numpy as np
import numpy.typing as npt

from validation.stats.checks import (
    BoolArray,
    FloatArray,
    InputError,
    binary_array,
    confidence_level,
    label_codes,
    rating_array,
    same_length,
)
from validation.stats.results import Estimate, JSONValue, Outcome, Reason, Undefined, jsonable

METHOD = "percentile bootstrap over days"
NO_CASES = {
    True: Undefined(Reason.NO_POSITIVE_CASES, "No positive case waited to be read."),
    False: Undefined(Reason.NO_NEGATIVE_CASES, "No negative case waited to be read."),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Waits:
    """Mean minutes from arrival to the start of reading: as cases come, in the AI's order, and the change."""

    first_come_min: Outcome
    triaged_min: Outcome
    change_min: Outcome

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {field.name: jsonable(getattr(self, field.name)) for field in dataclasses.fields(self)}


@dataclasses.dataclass(frozen=True, slots=True)
class TriageEffect:
    """The waits of positive and of negative cases; what the former gain the latter lose, in part."""

    positives: Waits
    negatives: Waits

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {"positives": self.positives.to_json(), "negatives": self.negatives.to_json()}


@dataclasses.dataclass(frozen=True, slots=True)
class ExpectedWaits:
    """Mean minutes until reading in the steady state of a queue, in closed form."""

    first_come_min: float
    flagged_min: float
    unflagged_min: float
    positives_min: float
    negatives_min: float

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return dict(dataclasses.asdict(self))


def waits_min(
    arrival_min: npt.ArrayLike, reading_min: npt.ArrayLike, priority: npt.ArrayLike | None = None, *, readers: int = 1
) -> FloatArray:
    """Return how long each case waits until somebody begins to read it.

    Parameters
    ----------
    arrival_min : array_like of float, shape (cases,)
        When each case arrived, in minutes from any moment.
    reading_min : array_like of float, shape (cases,)
        How long it takes to read, 0 or more.
    priority : array_like of float, shape (cases,), optional
        The waiting case with the highest is read next; of equal ones, and without it, that which came first.
    readers : int
        How many read at the same time.

    Returns
    -------
    ndarray of float, shape (cases,)
    """
    arrival, reading = rating_array(arrival_min, "arrival_min"), rating_array(reading_min, "reading_min")
    urgency = np.zeros(len(arrival)) if priority is None else rating_array(priority, "priority")
    same_length(arrival_min=arrival, reading_min=reading, priority=urgency)
    if (reading < 0).any():
        raise InputError("the reading time is below 0", row=int(np.argmax(reading < 0)) + 1, column="reading_min")
    if readers < 1:
        raise InputError(f"{readers} readers read nothing; take 1 or more")
    order = np.argsort(arrival, kind="stable")
    return _served(arrival, reading, urgency, order, readers)


def _served(
    arrival: FloatArray, reading: FloatArray, urgency: FloatArray, order: npt.NDArray[np.intp], readers: int
) -> FloatArray:
    # Lists: Python takes single numbers from them several times as fast as from arrays.
    moments, lengths, urgencies = arrival[order].tolist(), reading[order].tolist(), urgency[order]
    begun = np.zeros(len(arrival))
    if (urgencies == urgencies[:1]).all():
        begun[order] = _begun_in_turn(moments, lengths, readers)
    else:
        begun[order] = _begun_by_urgency(moments, lengths, np.argsort(-urgencies, kind="stable"), readers)
    return begun - arrival


def _begun_in_turn(moments: list[float], lengths: list[float], readers: int) -> list[float]:
    begun = []
    free = [-math.inf] * readers
    for moment, length in zip(moments, lengths, strict=True):
        now = max(moment, free[0])
        begun.append(now)
        heapq.heapreplace(free, now + length)
    return begun


def _begun_by_urgency(
    moments: list[float], lengths: list[float], most_urgent_first: npt.NDArray[np.intp], readers: int
) -> list[float]:
    cases, places = most_urgent_first.tolist(), np.argsort(most_urgent_first).tolist()
    begun = [0.0] * len(moments)
    free = [-math.inf] * readers
    waiting: list[int] = []
    come, now = 0, -math.inf
    for _ in range(len(moments)):
        now = max(now, free[0])
        if not waiting:
            now = max(now, moments[come])
        while come < len(moments) and moments[come] <= now:
            heapq.heappush(waiting, places[come])
            come += 1
        case = cases[heapq.heappop(waiting)]
        begun[case] = now
        heapq.heapreplace(free, now + lengths[case])
    return begun


def triage_effect(
    truth: npt.ArrayLike,
    score: npt.ArrayLike,
    arrival_min: npt.ArrayLike,
    reading_min: npt.ArrayLike,
    day: npt.ArrayLike,
    *,
    readers: int = 1,
    threshold: float | None = None,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = 1,
) -> TriageEffect:
    """Replay recorded cases in the order of an AI's score and compare the time until they are read.

    Parameters
    ----------
    truth : array_like of 0 and 1, shape (cases,)
        The reference standard.
    score : array_like of float, shape (cases,)
        Higher is more urgent; with `threshold` all cases at or above it are equally urgent, and all others not.
    arrival_min, reading_min : array_like of float, shape (cases,)
        As recorded, see `waits_min`.
    day : array_like, shape (cases,)
        A name for the stretch of work of each case. Every day is a queue of its own that begins empty, and days are
        what is drawn again: within one day all waits depend on each other.
    readers : int
        How many read at the same time.
    level : float
        Confidence level.

    Returns
    -------
    TriageEffect
        Percentile intervals over resampled days that have such cases. With k of them the interval lies between the
        least and the greatest day, which hold a middle day with a probability of 1 - 2^(1 - k) (David & Nagaraja 2003,
        Order Statistics, 7.1): where that is below `level` (k < 6 for 0.95) an estimate has none, and says so.
    """
    truths, scores = binary_array(truth, "truth"), rating_array(score, "score")
    codes = label_codes(day)
    same_length(truth=truths, score=scores, day=codes)
    confidence_level(level)
    plain, triaged = replayed_waits(scores, arrival_min, reading_min, codes, readers=readers, threshold=threshold)
    draws = _day_draws(int(codes.max(initial=-1)) + 1, resamples, seed)
    of_class = {
        positive: _waits(plain, triaged, codes, truths == positive, draws, positive=positive, level=level)
        for positive in (True, False)
    }
    return TriageEffect(positives=of_class[True], negatives=of_class[False])


def replayed_waits(
    score: npt.ArrayLike,
    arrival_min: npt.ArrayLike,
    reading_min: npt.ArrayLike,
    day: npt.ArrayLike,
    *,
    readers: int = 1,
    threshold: float | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return how long each case waits as the cases come, and in the AI's order; arguments as in `triage_effect`.

    Returns
    -------
    tuple of ndarray of float, shape (cases,)
        Minutes, both in the order of the arguments.
    """
    scores, codes = rating_array(score, "score"), label_codes(day)
    urgency = scores if threshold is None else (scores >= threshold).astype(np.float64)
    arrival, reading = rating_array(arrival_min, "arrival_min"), rating_array(reading_min, "reading_min")
    same_length(score=scores, arrival_min=arrival, reading_min=reading, day=codes)
    plain, triaged = np.zeros(len(scores)), np.zeros(len(scores))
    by_day = np.argsort(codes, kind="stable")
    for of in np.split(by_day, np.flatnonzero(np.diff(codes[by_day])) + 1) if len(codes) else []:
        plain[of] = waits_min(arrival[of], reading[of], readers=readers)
        triaged[of] = waits_min(arrival[of], reading[of], urgency[of], readers=readers)
    return plain, triaged


def still_waiting(waits: npt.ArrayLike, after_min: npt.ArrayLike) -> FloatArray:
    """Return the share of cases that still wait after so many minutes: the waiting time's survival function.

    Parameters
    ----------
    waits : array_like of float, shape (cases,)
        Minutes, see `waits_min`; one case or more.
    after_min : array_like of float, shape (moments,)
        Minutes since the arrival.
    """
    values = np.sort(rating_array(waits, "waits"))
    if not len(values):
        raise InputError("nobody waits: there is no share of no cases", column="waits")
    return 1 - np.searchsorted(values, rating_array(after_min, "after_min"), side="right") / len(values)


def _day_draws(days: int, resamples: int, seed: int) -> npt.NDArray[np.int64] | None:
    """How often each day is drawn, in each resample; None where one day can only be drawn again as it is."""
    if days < 2:
        return None
    return np.random.default_rng(seed).multinomial(days, np.full(days, 1 / days), size=resamples)


def _waits(
    plain: FloatArray,
    triaged: FloatArray,
    codes: npt.NDArray[np.intp],
    of: BoolArray,
    draws: npt.NDArray[np.int64] | None,
    *,
    positive: bool,
    level: float,
) -> Waits:
    if not of.any():
        nobody = NO_CASES[positive]
        return Waits(nobody, nobody, nobody)
    columns = (plain, triaged, triaged - plain)
    if 2.0 ** (1 - len(np.unique(codes[of]))) > 1 - level + 1e-12:
        draws = None
    return Waits(*(_mean(column[of], codes[of], draws, level=level) for column in columns))


def _mean(
    values: FloatArray, codes: npt.NDArray[np.intp], draws: npt.NDArray[np.int64] | None, *, level: float
) -> Estimate:
    mean, n = float(values.mean()), len(values)
    if draws is None:
        days = len(np.unique(codes))
        these = "All such cases are of one day" if days == 1 else f"Such cases are of {days} days"
        note = f"{these}, too few to resample for a {100 * level:.4g} % interval."
        return Estimate(mean, None, None, level, METHOD, n, note=note)
    days = draws.shape[1]
    counts = draws @ np.bincount(codes, minlength=days)
    sums = draws @ np.bincount(codes, weights=values, minlength=days)
    some = counts > 0
    low, high = np.quantile(sums[some] / counts[some], [(1 - level) / 2, (1 + level) / 2])
    return Estimate(mean, float(low), float(high), level, METHOD, n)


def expected_waits(
    *,
    arrivals_per_hour: float,
    mean_reading_min: float,
    readers: int,
    prevalence: float,
    sensitivity: float,
    specificity: float,
) -> ExpectedWaits | Undefined:
    """Compute the mean waits of an M/M/c queue with two classes, the cases that the AI flags first.

    Arrivals of a Poisson process, exponential reading times of one mean for all cases, equal readers, no interruption:
    Erlang's formula C for the probability of waiting, Cobham (Operations Research 1954;2:70) for the classes.

    Returns
    -------
    ExpectedWaits or Undefined
        Undefined where readers are busy all the time: the queue has no steady state.
    """
    busy = utilisation(arrivals_per_hour=arrivals_per_hour, mean_reading_min=mean_reading_min, readers=readers)
    _shares(prevalence=prevalence, sensitivity=sensitivity, specificity=specificity)
    if busy >= 1:
        return _unstable(readers, busy)
    offered = busy * readers
    common = _erlang_c(offered, readers) * mean_reading_min / readers
    flagged = prevalence * sensitivity + (1 - prevalence) * (1 - specificity)
    first = common / (1 - busy * flagged)
    second = first / (1 - busy)
    return ExpectedWaits(
        first_come_min=common / (1 - busy),
        flagged_min=first,
        unflagged_min=second,
        positives_min=sensitivity * first + (1 - sensitivity) * second,
        negatives_min=(1 - specificity) * first + specificity * second,
    )


def utilisation(*, arrivals_per_hour: float, mean_reading_min: float, readers: int) -> float:
    """Return which share of their time readers are busy in the long run; from 1 on the queue grows for ever."""
    if not (arrivals_per_hour > 0 and mean_reading_min > 0 and readers >= 1):
        raise InputError("arrivals, reading time and readers must be above 0")
    return arrivals_per_hour / 60 * mean_reading_min / readers


def _shares(**shares: float) -> None:
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise InputError(f"the {name} is {share}, not between 0 and 1")


def _unstable(readers: int, busy: float) -> Undefined:
    who = "1 reader is" if readers == 1 else f"{readers} readers are"
    detail = f"{who} busy {busy:.0%} of the time: cases come faster than they are read."
    return Undefined(Reason.UNSTABLE_QUEUE, detail)


def _erlang_c(offered: float, readers: int) -> float:
    """The probability that all readers are busy when a case arrives (Erlang 1917), by the recursion of formula B."""
    blocked = 1.0
    for number in range(1, readers + 1):
        blocked = offered * blocked / (number + offered * blocked)
    return blocked / (1 - offered / readers * (1 - blocked))
