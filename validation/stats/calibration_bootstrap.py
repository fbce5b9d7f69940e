"""Bootstrap intervals of calibration figures that have no formula for one."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.stats.calibration import Binning, bin_edges, bin_index, bin_sums
from validation.stats.calibration_curve import smooth_calibration
from validation.stats.checks import (
    BoolArray,
    FloatArray,
    InputError,
    binary_array,
    confidence_level,
    probability_array,
    same_length,
)
from validation.stats.results import Estimate, Outcome, Undefined

# Resamples x cases that are held at once: of eight bytes each, what a processor's own memory takes.
_MOST_CELLS = 2**19

# Figures of resamples that differ by less differ by rounding.
_SAME = 1e-12

CalibrationFigure = Callable[[BoolArray, FloatArray], float | Undefined]


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """The figure "expected calibration error" over so many bins of one kind."""

    bins: int
    binning: Binning

    def __call__(self, truth: BoolArray, probability: FloatArray) -> float:
        """Work it out."""
        # Without the interval of each bin, which a thousand resamples would wait for.
        _, _, events, sums = bin_sums(truth, probability, bins=self.bins, binning=self.binning)
        return float(np.abs(events - sums).sum()) / len(truth)


def expected_error(bins: int = 10, binning: Binning = "equal-width") -> CalibrationFigure:
    """Make the figure "expected calibration error"."""
    return ExpectedError(bins, binning)


def smooth_error(name: str = "ici") -> CalibrationFigure:
    """Make the figure `ici`, `e50`, `e90` or `emax` of the smoothed curve."""
    if name not in ("ici", "e50", "e90", "emax"):
        raise InputError(f"unknown error {name!r}; use ici, e50, e90 or emax")

    def figure(truth: BoolArray, probability: FloatArray) -> float | Undefined:
        smooth = smooth_calibration(truth, probability)
        return smooth if isinstance(smooth, Undefined) else float(getattr(smooth, name))

    return figure


def bootstrap_calibration(
    truth: npt.ArrayLike,
    probability: npt.ArrayLike,
    figure: CalibrationFigure,
    *,
    rng: np.random.Generator,
    resamples: int = 1000,
    level: float = 0.95,
) -> Outcome:
    """Estimate a calibration figure with its bootstrap percentile interval over cases.

    Parameters
    ----------
    truth : array_like of 0 and 1
        What happened.
    probability : array_like of float in [0, 1]
        What was predicted.
    figure : callable
        From `expected_error` or `smooth_error`, or the caller's own.
    rng : numpy.random.Generator
        Source of randomness.
    resamples : int
        Number of resamples, at least 100.
    level : float
        Confidence level.

    Returns
    -------
    Estimate or Undefined
        The errors are biased upwards, the more the fewer the cases, and so is the interval: `note` says so. Without an
        interval where all resamples give the same, such as of one case.
    """
    outcome, p = binary_array(truth, "truth"), probability_array(probability, "probability")
    n = same_length(truth=outcome, probability=p)
    level = confidence_level(level)
    if resamples < 100:
        raise InputError(f"a bootstrap interval needs at least 100 resamples, not {resamples}")
    value = figure(outcome, p)
    if isinstance(value, Undefined):
        return value
    if isinstance(figure, ExpectedError) and figure.binning == "equal-width":
        draws = _errors_of_fixed_bins(outcome, p, figure, rng, resamples)
    else:
        draws = _figures_one_by_one(outcome, p, figure, rng, resamples)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(draws, [tail, 1.0 - tail])
    method = f"bootstrap, percentile, {resamples} resamples"
    if high - low < _SAME:
        same = "All resamples give the same figure, so they say nothing of how far other cases would differ."
        return Estimate(value, None, None, level, method, n, same)
    note = "A calibration error is biased upwards in small samples; so is its interval."
    return Estimate(value, float(low), float(high), level, method, n, note)


def _figures_one_by_one(
    truth: BoolArray, probability: FloatArray, figure: CalibrationFigure, rng: np.random.Generator, resamples: int
) -> list[float]:
    n = len(truth)
    found = []
    for _ in range(resamples):
        drawn = rng.integers(0, n, n)
        one = figure(truth[drawn], probability[drawn])
        if not isinstance(one, Undefined):
            found.append(one)
    return found


def _errors_of_fixed_bins(
    truth: BoolArray, probability: FloatArray, figure: ExpectedError, rng: np.random.Generator, resamples: int
) -> list[float]:
    """Work out the errors of many resamples at once: no resample moves these bins, so only how often counts.

    The same cases are drawn as one by one, since a generator gives the same numbers in one call as in many.
    """
    n = len(truth)
    excess = np.zeros((n, figure.bins))
    index = bin_index(probability, bin_edges(probability, figure.bins, figure.binning))
    excess[np.arange(n), index] = truth - probability
    at_once = max(1, _MOST_CELLS // n)
    found: list[float] = []
    for first in range(0, resamples, at_once):
        rows = min(at_once, resamples - first)
        drawn = rng.integers(0, n, (rows, n)) + n * np.arange(rows)[:, np.newaxis]
        times = np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n)
        found += (np.abs(times @ excess).sum(axis=1) / n).tolist()
    return found
