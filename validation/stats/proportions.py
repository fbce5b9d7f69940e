"""One proportion with its interval."""

import math
from typing import Literal, TypeAlias, get_args

from scipy.special import expit
from statsmodels.stats.proportion import proportion_confint

from validation.stats.checks import InputError, confidence_level
from validation.stats.normal import normal_quantile
from validation.stats.results import Estimate, Outcome, Reason, Undefined

ProportionMethod: TypeAlias = Literal["wilson", "clopper-pearson", "agresti-coull", "jeffreys", "logit"]

_STATSMODELS_NAMES = {
    "wilson": "wilson",
    "clopper-pearson": "beta",
    "agresti-coull": "agresti_coull",
    "jeffreys": "jeffreys",
}
PROPORTION_METHODS: tuple[str, ...] = get_args(ProportionMethod)


def proportion(
    count: int,
    n: int,
    *,
    level: float = 0.95,
    method: ProportionMethod = "wilson",
    empty: Undefined | None = None,
) -> Outcome:
    """Estimate a binomial proportion.

    Parameters
    ----------
    count, n : int
        Successes and trials.
    level : float
        Confidence level.
    method : {"wilson", "clopper-pearson", "agresti-coull", "jeffreys", "logit"}
        Interval. Wilson's score interval is the default: it keeps its level for small n and near 0 and 1.
        `logit` has none at 0 and at n.
    empty : Undefined, optional
        What to answer when `n` is 0; the caller knows which cases are missing.

    Returns
    -------
    Estimate or Undefined
        The value is always count / n, also where a method (Agresti-Coull) is centred elsewhere.

    References
    ----------
    Wilson EB (1927) J Am Stat Assoc 22:209. Clopper CJ, Pearson ES (1934) Biometrika 26:404.
    Agresti A, Coull BA (1998) Am Stat 52:119. Brown LD, Cai TT, DasGupta A (2001) Stat Sci 16:101.

    Examples
    --------
    >>> estimate = proportion(8, 10)
    >>> round(estimate.low, 4), round(estimate.high, 4)
    (0.4902, 0.9433)
    """
    level = confidence_level(level)
    if method not in PROPORTION_METHODS:
        raise InputError(f"unknown interval method {method!r}; use one of {', '.join(PROPORTION_METHODS)}")
    if not 0 <= count <= n:
        raise InputError(f"{count} successes out of {n} trials is impossible")
    if n == 0:
        return empty or Undefined(Reason.NO_CASES, "There is no case to count.")
    if method == "logit":
        return _logit(count, n, level)
    low, high = proportion_confint(count, n, alpha=1.0 - level, method=_STATSMODELS_NAMES[method])
    return Estimate(
        value=count / n, low=_within(low, count == 0, 0.0), high=_within(high, count == n, 1.0),
        level=level, method=method, n=n,
    )  # fmt: skip


def _logit(count: int, n: int, level: float) -> Estimate:
    if count in (0, n):
        note = "No interval: the logit of 0 and of 1 is infinite; take wilson or clopper-pearson."
        return Estimate(count / n, None, None, level, "logit", n, note)
    centre = math.log(count / (n - count))
    half_width = normal_quantile(level) * math.sqrt(1.0 / count + 1.0 / (n - count))
    low, high = float(expit(centre - half_width)), float(expit(centre + half_width))
    return Estimate(count / n, low, high, level, "logit", n)


def _within(limit: float, at_edge: bool, edge: float) -> float:
    """Clip to [0, 1], and give the exact edge where the formula only leaves rounding noise beside it."""
    return edge if at_edge else min(1.0, max(0.0, float(limit)))
