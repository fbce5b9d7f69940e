"""Decision curves: the net benefit of acting on predicted probabilities."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from validation.stats.calibration import NO_CASES
from validation.stats.checks import InputError, binary_array, confidence_level, probability_array, same_length
from validation.stats.normal import normal_quantile
from validation.stats.results import Estimate, JSONValue, Outcome, jsonable


@dataclasses.dataclass(frozen=True, slots=True)
class NetBenefit:
    """Net benefit at one threshold: of the model, of treating everybody, and the model's gain over that."""

    threshold: float
    model: Outcome
    treat_all: Outcome
    difference: Outcome

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields as a JSON object."""
        return {
            "threshold": self.threshold,
            "model": jsonable(self.model),
            "treat_all": jsonable(self.treat_all),
            "difference": jsonable(self.difference),
        }


def decision_curve(
    truth: npt.ArrayLike,
    probability: npt.ArrayLike,
    thresholds: Sequence[float],
    *,
    level: float = 0.95,
) -> tuple[NetBenefit, ...]:
    """Compute the net benefit at threshold probabilities.

    Parameters
    ----------
    truth : array_like of 0 and 1
        What happened.
    probability : array_like of float in [0, 1]
        What was predicted; a case is acted on when its probability is at least the threshold.
    thresholds : sequence of float
        Strictly between 0 and 1; t / (1 - t) is the harm of a false positive in units of a true positive.
    level : float
        Confidence level.

    Returns
    -------
    tuple of NetBenefit
        Treating nobody has the net benefit 0. Wald intervals of a mean over cases.

    References
    ----------
    Vickers AJ, Elkin EB (2006) Med Decis Making 26:565. Sande SZ et al. (2020) Stat Med 39:2980 (intervals).

    Examples
    --------
    >>> decision_curve([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], [0.5])[0].model.value
    0.0
    """
    outcome, p = binary_array(truth, "truth"), probability_array(probability, "probability")
    n = same_length(truth=outcome, probability=p)
    level = confidence_level(level)
    curve = []
    for threshold in thresholds:
        if not 0.0 < threshold < 1.0:
            raise InputError(f"a threshold probability lies strictly between 0 and 1, not {threshold}")
        if n == 0:
            curve.append(NetBenefit(threshold, NO_CASES, NO_CASES, NO_CASES))
            continue
        everybody = np.where(outcome, 1.0, -threshold / (1.0 - threshold))
        acted = everybody * (p >= threshold)
        means = (_mean(values, level) for values in (acted, everybody, acted - everybody))
        curve.append(NetBenefit(float(threshold), *means))
    return tuple(curve)


def _mean(values: npt.NDArray[np.float64], level: float) -> Estimate:
    n, value = len(values), float(values.mean())
    if n < 2:
        return Estimate(value, None, None, level, "wald", n, note="No interval: it needs two cases.")
    half_width = normal_quantile(level) * float(values.std(ddof=1)) / math.sqrt(n)
    return Estimate(value, value - half_width, value + half_width, level, "wald", n)
