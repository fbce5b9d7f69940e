"""Tests of calibration: Hosmer-Lemeshow, Spiegelhalter; and observed over expected events."""

import math

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from validation.stats.calibration import NO_CASES, Binning, reliability_bins
from validation.stats.checks import (
    BoolArray,
    FloatArray,
    binary_array,
    confidence_level,
    probability_array,
    same_length,
)
from validation.stats.normal import normal_quantile, two_sided_p
from validation.stats.results import Estimate, Outcome, Reason, TestOutcome, TestResult, Undefined


def hosmer_lemeshow(
    truth: npt.ArrayLike,
    probability: npt.ArrayLike,
    *,
    groups: int = 10,
    binning: Binning = "equal-count",
    fitted_on_these_cases: bool = False,
) -> TestOutcome:
    """Test that observed and expected events agree in groups of similar probability.

    Parameters
    ----------
    truth : array_like of 0 and 1
        What happened.
    probability : array_like of float in [0, 1]
        What was predicted.
    groups : int
        Number of groups; ties may leave fewer.
    binning : {"equal-count", "equal-width"}
        Groups between quantiles (as `ResourceSelection::hoslem.test`), or of equal width.
    fitted_on_these_cases : bool
        Degrees of freedom g - 2 when the model was fitted on these cases, else g.

    Returns
    -------
    TestResult or Undefined
        Undefined where a group expects no event or nothing but events.

    References
    ----------
    Hosmer DW, Lemeshow S (1980) Commun Stat Theory Methods 9:1043.
    """
    outcome, p = _checked(truth, probability)
    n = len(p)
    if n == 0:
        return NO_CASES
    table = reliability_bins(outcome, p, bins=groups, binning=binning)
    df = len(table) - (2 if fitted_on_these_cases else 0)
    if df < 1:
        return Undefined(Reason.TOO_FEW_CASES, f"{len(table)} groups leave no degree of freedom.", n)
    statistic = 0.0
    for row in table:
        expected = row.n * row.mean_probability
        variance = expected * (1.0 - row.mean_probability)
        if variance <= 0.0:
            detail = f"The group from {row.low:g} to {row.high:g} expects no event, or nothing but events."
            return Undefined(Reason.ZERO_VARIANCE, detail, n)
        statistic += (row.events - expected) ** 2 / variance
    name = f"Hosmer-Lemeshow, {len(table)} groups, {'internal' if fitted_on_these_cases else 'external'}"
    return TestResult(statistic, float(df), float(chi2.sf(statistic, df)), name, n)


def spiegelhalter_test(truth: npt.ArrayLike, probability: npt.ArrayLike) -> TestOutcome:
    """Test that the Brier score is what calibrated probabilities would give.

    Parameters
    ----------
    truth : array_like of 0 and 1
        What happened.
    probability : array_like of float in [0, 1]
        What was predicted.

    Returns
    -------
    TestResult or Undefined
        z = sum (y - p)(1 - 2p) / sqrt(sum (1 - 2p)^2 p (1 - p)); undefined when all probabilities are 0, 1/2 or 1.

    References
    ----------
    Spiegelhalter DJ (1986) Stat Med 5:421.
    """
    outcome, p = _checked(truth, probability)
    n = len(p)
    if n == 0:
        return NO_CASES
    variance = float(((1.0 - 2.0 * p) ** 2 * p * (1.0 - p)).sum())
    if variance <= 0.0:
        return Undefined(Reason.ZERO_VARIANCE, "Probabilities of 0, 1/2 and 1 leave the statistic no variance.", n)
    z = float(((outcome - p) * (1.0 - 2.0 * p)).sum()) / math.sqrt(variance)
    return TestResult(z, None, two_sided_p(z), "Spiegelhalter z", n)


def observed_over_expected(truth: npt.ArrayLike, probability: npt.ArrayLike, *, level: float = 0.95) -> Outcome:
    """Ratio of observed to expected events; 1 is calibration-in-the-large.

    Log interval with the Poisson standard error 1 / sqrt(O): Debray TPA et al. (2017) BMJ 356:i6460.
    """
    outcome, p = _checked(truth, probability)
    level, n = confidence_level(level), len(p)
    if n == 0:
        return NO_CASES
    observed, expected = int(outcome.sum()), float(p.sum())
    if expected == 0.0:
        return Undefined(Reason.ZERO_DENOMINATOR, "No event is expected.", n)
    value = observed / expected
    if observed == 0:
        return Estimate(0.0, None, None, level, "log", n, note="No interval: no event was observed.")
    factor = math.exp(normal_quantile(level) / math.sqrt(observed))
    return Estimate(value, value / factor, value * factor, level, "log, Poisson", n)


def log_loss(truth: npt.ArrayLike, probability: npt.ArrayLike, *, level: float = 0.95) -> Outcome:
    """Mean negative log likelihood, with the Wald interval of that mean; infinite losses are named."""
    outcome, p = _checked(truth, probability)
    level, n = confidence_level(level), len(p)
    if n == 0:
        return NO_CASES
    given = np.where(outcome, p, 1.0 - p)
    if (given == 0.0).any():
        detail = "A probability of exactly 0 or 1 was wrong: the loss is infinite."
        return Undefined(Reason.EXTREME_PROBABILITY, detail, n)
    losses = -np.log(given)
    value = float(losses.mean())
    if n < 2:
        return Estimate(value, None, None, level, "wald", n, note="No interval: it needs two cases.")
    half_width = normal_quantile(level) * float(losses.std(ddof=1)) / math.sqrt(n)
    return Estimate(value, max(0.0, value - half_width), value + half_width, level, "wald", n)


def _checked(truth: npt.ArrayLike, probability: npt.ArrayLike) -> tuple[BoolArray, FloatArray]:
    outcome, p = binary_array(truth, "truth"), probability_array(probability, "probability")
    same_length(truth=outcome, probability=p)
    return outcome, p
