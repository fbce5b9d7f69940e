"""A queue simulated in its steady state: for what means in closed form do not tell, how the waits are distributed.

One long run, whose beginning does not count, and intervals by batch means: Student's t of the means of `BATCHES`
batches that are long enough to hardly depend on each other. Ten to thirty are enough, and the fewer, the longer they
are (Schmeiser BW (1982), Batch size effects in the analysis of simulation output, Oper Res 30:556).
"""

import dataclasses
import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from validation.stats.checks import BoolArray, FloatArray, confidence_level
from validation.stats.results import Estimate, Undefined
from validation.stats.triage import NO_CASES, TriageEffect, Waits, expected_waits, utilisation, waits_min

CASES = 100_000
BATCHES = 10
METHOD = f"simulated queue, Student's t of {BATCHES} batch means"
# What a batch holds at least: so many times `cases_together`, and on average so many cases of a class that wait.
_TIMES_TOGETHER = 8
_FEWEST_WAITING = 30


@dataclasses.dataclass(frozen=True, slots=True)
class SimulatedWaits:
    """Waits of a simulated queue in its steady state, case by case, and their means with intervals."""

    is_positive: BoolArray
    first_come_min: FloatArray
    triaged_min: FloatArray
    effect: TriageEffect


def simulated_waits(
    *,
    arrivals_per_hour: float,
    mean_reading_min: float,
    readers: int,
    prevalence: float,
    sensitivity: float,
    specificity: float,
    cases: int = CASES,
    level: float = 0.95,
    seed: int = 1,
) -> SimulatedWaits | Undefined:
    """Simulate the queue of `expected_waits`: the same cases as they come, and in the AI's order.

    As many cases as a tenth of `cases` come before those that count, so that the queue has settled.

    Returns
    -------
    SimulatedWaits or Undefined
        Undefined where readers are busy all the time. The intervals are of the simulation alone. A class has none where
        batches are too short for readers so busy, or too few cases of it wait in them; its notes say so.
    """
    confidence_level(level)
    load: dict[str, Any] = {
        "arrivals_per_hour": arrivals_per_hour,
        "mean_reading_min": mean_reading_min,
        "readers": readers,
    }
    known = expected_waits(**load, prevalence=prevalence, sensitivity=sensitivity, specificity=specificity)
    if isinstance(known, Undefined):
        return known
    before = cases // 10
    n, rng = cases + before, np.random.default_rng(seed)
    arrival = np.cumsum(rng.exponential(60 / arrivals_per_hour, n))
    reading = rng.exponential(mean_reading_min, n)
    truth = rng.random(n) < prevalence
    flagged = rng.random(n) < np.where(truth, sensitivity, 1 - specificity)
    plain = waits_min(arrival, reading, readers=readers)[before:]
    triaged = waits_min(arrival, reading, flagged.astype(np.float64), readers=readers)[before:]
    truth, busy = truth[before:], utilisation(**load)
    effect = TriageEffect(
        *(_waits(plain, triaged, truth == one, positive=one, busy=busy, level=level) for one in (True, False))
    )
    return SimulatedWaits(truth, plain, triaged, effect)


def cases_together(busy: float) -> float:
    """Return how many successive cases tell as much of the mean wait as one case that waits by itself.

    The variance of the mean of n waits of an M/M/1 queue, n large, times n over the variance of one wait (Daley DJ
    (1968), The serial correlation coefficients of waiting times in a stationary single server queue, J Aust Math Soc
    8:683). It grows with 4 / (1 - busy)^2, with several readers as well (Whitt W (1989), Planning queueing simulations,
    Manage Sci 35:1341).

    Parameters
    ----------
    busy : float
        Share of their time in which readers are busy, from 0 to below 1, see `utilisation`.
    """
    return (2 + 5 * busy - 4 * busy**2 + busy**3) / ((2 - busy) * (1 - busy) ** 2)


def _waits(
    plain: FloatArray, triaged: FloatArray, of: BoolArray, *, positive: bool, busy: float, level: float
) -> Waits:
    if not of.any():
        nobody = NO_CASES[positive]
        return Waits(nobody, nobody, nobody)
    waiting = int((of & ((plain > 0) | (triaged > 0))).sum())
    note = _why_no_interval(len(of) // BATCHES, waiting / BATCHES, busy)
    first_come, later, change = (
        _mean(values, of, level=level, note=note) for values in (plain, triaged, triaged - plain)
    )
    return Waits(first_come, later, change)


def _why_no_interval(length: int, waiting: float, busy: float) -> str | None:
    if length < _TIMES_TOGETHER * cases_together(busy):
        return f"Readers are busy {busy:.1%} of the time: the means of {length} cases in a row depend on each other."
    if waiting < _FEWEST_WAITING:
        return f"Of {length} cases in a row only {waiting:.3g} are such cases and wait."
    return None


def _mean(values: FloatArray, of: BoolArray, *, level: float, note: str | None) -> Estimate:
    """A ratio of batch sums: batches differ in how many cases of a class they hold (Cochran 1977, Sampling, 6)."""
    sums, counts = _batch_sums(np.where(of, values, 0.0)), _batch_sums(of.astype(np.float64))
    mean, n = float(sums.sum() / counts.sum()), int(counts.sum())
    if note is not None:
        return Estimate(mean, None, None, level, METHOD, n, note=note)
    residuals = sums - mean * counts
    error = math.sqrt(float(residuals @ residuals) / (BATCHES * (BATCHES - 1))) / float(counts.mean())
    half_width = float(t.ppf((1 + level) / 2, BATCHES - 1)) * error
    return Estimate(mean, mean - half_width, mean + half_width, level, METHOD, n)


def _batch_sums(values: FloatArray) -> FloatArray:
    starts: npt.NDArray[np.int64] = np.arange(BATCHES) * len(values) // BATCHES
    sums: FloatArray = np.add.reduceat(values, starts)
    return sums
