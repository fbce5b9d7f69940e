"""Predictive values carried to a population with another prevalence."""

import math

from scipy.special import expit

from validation.stats.binary import NO_NEGATIVES, NO_POSITIVES, BinaryCounts
from validation.stats.checks import InputError, confidence_level
from validation.stats.normal import normal_quantile
from validation.stats.results import Estimate, Outcome, Reason, Undefined


def predictive_values_at(counts: BinaryCounts, prevalence: float, *, level: float = 0.95) -> dict[str, Outcome]:
    """Compute PPV and NPV from sensitivity, specificity and a given prevalence.

    Parameters
    ----------
    counts : BinaryCounts
        The 2x2 table; its own prevalence plays no part (a case-control table is fine).
    prevalence : float
        Prevalence of the population, strictly between 0 and 1.
    level : float
        Confidence level.

    Returns
    -------
    dict of Estimate or Undefined
        Keys `ppv` and `npv`; logit interval.

    References
    ----------
    Mercaldo ND, Lau KF, Zhou XH (2007) Stat Med 26:2170, standard logit intervals.

    Examples
    --------
    >>> values = predictive_values_at(BinaryCounts(tp=90, fp=10, fn=10, tn=90), 0.01)
    >>> round(values["ppv"].value, 4)
    0.0833
    """
    if not 0.0 < prevalence < 1.0:
        raise InputError(f"a prevalence lies strictly between 0 and 1, not {prevalence}")
    level = confidence_level(level)
    if not counts.positives:
        return {"ppv": NO_POSITIVES, "npv": NO_POSITIVES}
    if not counts.negatives:
        return {"ppv": NO_NEGATIVES, "npv": NO_NEGATIVES}
    odds = prevalence / (1.0 - prevalence)
    sensitivity, specificity = counts.tp / counts.positives, counts.tn / counts.negatives
    miss, alarm = counts.fn / counts.positives, counts.fp / counts.negatives
    return {
        "ppv": _from_odds(sensitivity * odds, alarm, (counts.tp, counts.fn), (counts.fp, counts.tn), level),
        "npv": _from_odds(specificity, miss * odds, (counts.tn, counts.fp), (counts.fn, counts.tp), level),
    }


def _from_odds(right: float, wrong: float, above: tuple[int, int], below: tuple[int, int], level: float) -> Outcome:
    """Give right / (right + wrong); `above` and `below` are the cells whose fractions make both."""
    n, method = sum(above) + sum(below), "logit, Mercaldo"
    if right == wrong == 0.0:
        return Undefined(Reason.ZERO_DENOMINATOR, "No case of either kind gets this call.", n)
    value = right / (right + wrong)
    if right == 0.0 or wrong == 0.0:
        return Estimate(value, None, None, level, method, n, note="No interval: the logit method needs cells above 0.")
    # Variance of the log of a fraction x / (x + y): y / (x (x + y)).
    variance = sum(y / (x * (x + y)) for x, y in (above, below))
    centre, half_width = math.log(right / wrong), normal_quantile(level) * math.sqrt(variance)
    return Estimate(value, float(expit(centre - half_width)), float(expit(centre + half_width)), level, method, n)
