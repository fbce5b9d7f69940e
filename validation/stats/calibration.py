"""Do predicted probabilities mean what they say: reliability, Brier score, calibration error, slope."""

import dataclasses
import math
import warnings
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from validation.stats.binary import NO_NEGATIVES, NO_POSITIVES
from validation.stats.checks import (
    BoolArray,
    FloatArray,
    InputError,
    binary_array,
    confidence_level,
    probability_array,
    same_length,
)
from validation.stats.normal import normal_quantile
from validation.stats.proportions import proportion
from validation.stats.results import (
    Estimate,
    JSONValue,
    Outcome,
    Reason,
    Undefined,
    estimates_frame,
    jsonable,
)

Binning: TypeAlias = Literal["equal-width", "equal-count"]

NO_CASES = Undefined(Reason.NO_CASES, "There is no case.")


@dataclasses.dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """One non-empty bin of the reliability diagram; it holds low < probability <= high."""

    low: float
    high: float
    n: int
    events: int
    mean_probability: float
    observed: Outcome


@dataclasses.dataclass(frozen=True, slots=True)
class CalibrationSummary:
    """Reliability diagram and the figures that go with it."""

    n: int
    events: int
    estimates: dict[str, Outcome]
    bins: tuple[ReliabilityBin, ...]
    binning: Binning

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"counts", "estimates", "binning", "bins"}`."""
        return {
            "counts": {"n": self.n, "events": self.events},
            "estimates": jsonable(self.estimates),
            "binning": self.binning,
            "bins": jsonable(self.bins),
        }

    def to_frame(self) -> pd.DataFrame:
        """Give one row per figure."""
        return estimates_frame(self.estimates)


def calibration_summary(
    truth: npt.ArrayLike,
    probability: npt.ArrayLike,
    *,
    bins: int = 10,
    binning: Binning = "equal-width",
    level: float = 0.95,
) -> CalibrationSummary:
    """Measure how well predicted probabilities are calibrated.

    Parameters
    ----------
    truth : array_like of 0 and 1
        What happened.
    probability : array_like of float in [0, 1]
        What was predicted.
    bins : int
        Number of bins of the reliability diagram; empty ones are left out.
    binning : {"equal-width", "equal-count"}
        Right-closed bins of equal width on [0, 1], or between quantiles (ties stay together).
    level : float
        Confidence level.

    Returns
    -------
    CalibrationSummary
        `brier` (Wald interval of a mean), `expected_calibration_error`, `maximum_calibration_error`,
        `calibration_in_the_large` (intercept with slope fixed at 1), `calibration_slope`,
        `calibration_intercept` (logistic recalibration on the logit, Wald intervals).

    References
    ----------
    Brier GW (1950) Mon Weather Rev 78:1. Bradley AA et al. (2008) Weather Forecast 23:992 (standard
    error). Naeini MP et al. (2015) AAAI 2901 (calibration error). Cox DR (1958) Biometrika 45:562 (slope).

    Examples
    --------
    >>> summary = calibration_summary([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> round(summary.estimates["brier"].value, 6)
    0.158125
    """
    truth_array, p = binary_array(truth, "truth"), probability_array(probability, "probability")
    n = same_length(truth=truth_array, probability=p)
    level = confidence_level(level)
    table = reliability_bins(truth_array, p, bins=bins, binning=binning, level=level) if n else ()
    estimates: dict[str, Outcome] = {
        "brier": brier_score(truth_array, p, level=level),
        "expected_calibration_error": _expected_error(table, n, level),
        "maximum_calibration_error": _maximum_error(table, n, level),
    }
    return CalibrationSummary(
        n=n,
        events=int(truth_array.sum()),
        estimates=estimates | _recalibration(truth_array, p, level),
        bins=table,
        binning=binning,
    )


def brier_score(truth: BoolArray, probability: FloatArray, *, level: float = 0.95) -> Outcome:
    """Mean squared distance between probability and outcome, with the Wald interval of that mean."""
    n = len(truth)
    if n == 0:
        return NO_CASES
    squares = (probability - truth) ** 2
    value = float(squares.mean())
    if n < 2:
        return Estimate(value, None, None, level, "wald", n, note="No interval: it needs two cases.")
    half_width = normal_quantile(level) * float(squares.std(ddof=1)) / math.sqrt(n)
    return Estimate(value, max(0.0, value - half_width), min(1.0, value + half_width), level, "wald", n)


def reliability_bins(
    truth: BoolArray,
    probability: FloatArray,
    *,
    bins: int = 10,
    binning: Binning = "equal-width",
    level: float = 0.95,
) -> tuple[ReliabilityBin, ...]:
    """Group the cases by predicted probability; the observed rate of each bin has its Wilson interval."""
    edges, sizes, events, sums = bin_sums(truth, probability, bins=bins, binning=binning)
    return tuple(
        ReliabilityBin(
            low=float(edges[i]),
            high=float(edges[i + 1]),
            n=int(sizes[i]),
            events=int(events[i]),
            mean_probability=float(sums[i] / sizes[i]),
            observed=proportion(int(events[i]), int(sizes[i]), level=level),
        )
        for i in np.flatnonzero(sizes).tolist()
    )


class BinSums(NamedTuple):
    """Edges of the bins, and of each bin how many cases, how many events, and the sum of the probabilities."""

    edges: FloatArray
    sizes: npt.NDArray[np.intp]
    events: npt.NDArray[Any]
    sums: npt.NDArray[Any]


def bin_sums(truth: BoolArray, probability: FloatArray, *, bins: int, binning: Binning) -> BinSums:
    """Group the cases by predicted probability, empty bins included."""
    edges = bin_edges(probability, bins, binning)
    index = bin_index(probability, edges)
    return BinSums(
        edges,
        np.bincount(index, minlength=len(edges) - 1),
        np.bincount(index, weights=truth, minlength=len(edges) - 1),
        np.bincount(index, weights=probability, minlength=len(edges) - 1),
    )


def bin_index(probability: FloatArray, edges: FloatArray) -> npt.NDArray[np.intp]:
    """Say into which bin each case falls, from 0: right-closed ones, of which the first has its lower edge too."""
    return np.clip(np.searchsorted(edges, probability, side="left") - 1, 0, len(edges) - 2)


def bin_edges(probability: FloatArray, bins: int, binning: Binning) -> FloatArray:
    """Give the edges of the bins, one more than there are bins."""
    if bins < 1:
        raise InputError(f"the number of bins is at least 1, not {bins}")
    if binning == "equal-width":
        return np.arange(bins + 1) / bins
    if binning == "equal-count":
        edges = np.unique(np.quantile(probability, np.arange(bins + 1) / bins))
        return edges if len(edges) > 1 else np.array([edges[0], edges[0]])
    raise InputError(f"unknown binning {binning!r}; use equal-width or equal-count")


def _expected_error(table: tuple[ReliabilityBin, ...], n: int, level: float) -> Outcome:
    if not table:
        return NO_CASES
    value = sum(abs(row.events - row.n * row.mean_probability) for row in table) / n
    return _binned(value, n, level, len(table))


def _maximum_error(table: tuple[ReliabilityBin, ...], n: int, level: float) -> Outcome:
    if not table:
        return NO_CASES
    return _binned(max(abs(row.events / row.n - row.mean_probability) for row in table), n, level, len(table))


def _binned(value: float, n: int, level: float, bins: int) -> Estimate:
    note = "No interval: a binned calibration error is biased upwards, and a plain interval would hide that."
    return Estimate(value, None, None, level, f"binned, {bins} non-empty bins", n, note)


def _recalibration(truth: BoolArray, probability: FloatArray, level: float) -> dict[str, Outcome]:
    names = ("calibration_in_the_large", "calibration_slope", "calibration_intercept")
    undefined = _recalibration_undefined(truth, probability)
    if undefined is not None:
        return dict.fromkeys(names, undefined)
    outcome, x = truth.astype(np.float64), logit(probability)
    ones = np.ones_like(x)
    large = _fit(outcome, ones[:, None], level, offset=x)
    if np.ptp(x) == 0.0:
        constant = Undefined(Reason.ZERO_VARIANCE, "All predicted probabilities are equal.", len(x))
        return dict(zip(names, (large[0], constant, constant), strict=True))
    intercept, slope = _fit(outcome, np.column_stack((ones, x)), level)
    return dict(zip(names, (large[0], slope, intercept), strict=True))


def _recalibration_undefined(truth: BoolArray, probability: FloatArray) -> Undefined | None:
    n = len(truth)
    if n == 0:
        return NO_CASES
    if not truth.any():
        return dataclasses.replace(NO_POSITIVES, n=n)
    if truth.all():
        return dataclasses.replace(NO_NEGATIVES, n=n)
    if ((probability == 0.0) | (probability == 1.0)).any():
        return Undefined(Reason.EXTREME_PROBABILITY, "A probability of exactly 0 or 1 has no logit to recalibrate.", n)
    return None


def _fit(outcome: FloatArray, design: FloatArray, level: float, offset: FloatArray | None = None) -> list[Outcome]:
    """Fit a logistic regression; a separated or diverging fit is undefined, never a huge number."""
    columns, n = design.shape[1], len(outcome)
    model = GLM(outcome, design, family=families.Binomial(), offset=offset)
    # Logits near infinity overflow on the way to a fit that is then checked for finiteness.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            fit = model.fit(tol_criterion="params", tol=1e-10, maxiter=100)
        except PerfectSeparationWarning:
            separated = Undefined(Reason.SEPARATION, "The probabilities separate both classes perfectly.", n)
            return [separated] * columns
    if not (fit.converged and np.isfinite(fit.params).all() and np.isfinite(fit.bse).all()):
        return [Undefined(Reason.NOT_CONVERGED, "The logistic fit did not converge.", n)] * columns
    limits = fit.conf_int(alpha=1.0 - level)
    return [
        Estimate(float(fit.params[i]), float(limits[i][0]), float(limits[i][1]), level, "wald", n)
        for i in range(columns)
    ]
