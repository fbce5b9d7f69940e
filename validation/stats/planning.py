"""A reader study planned from accuracy and correlations, and its power over readers and cases."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from validation.stats.checks import InputError
from validation.stats.mrmc_components import OrComponents
from validation.stats.mrmc_results import Analysis
from validation.stats.power import MrmcPlan, MrmcPower, auc_variances, mrmc_power, required_cases
from validation.stats.results import Undefined

MOST_CASES = 5000


class Correlations(NamedTuple):
    """Correlations of two areas that share cases: one reader in two modalities; two readers in one; two of both."""

    rho1: float
    rho2: float
    rho3: float


class PowerTable(NamedTuple):
    """Power of every number of readers with every number of cases, and the cases that each number of readers needs."""

    cells: list[tuple[int, int, MrmcPower | Undefined]]
    needed: list[tuple[int, MrmcPower | Undefined]]


def planned_components(
    areas: tuple[float, float], *, positive_share: float, var_tr: float, correlations: Correlations, cases: int = 100
) -> OrComponents:
    """Make the Obuchowski-Rockette components that planning values stand for.

    Parameters
    ----------
    areas : tuple of float
        Expected area under the curve of each modality; the error variance is that of their mean.
    positive_share : float
        Share of positive cases.
    var_tr : float
        Variance of modality x reader.
    correlations : Correlations
        Of the errors, as shares of their variance.
    cases : int
        Number of cases that the error variance is written down for.

    Returns
    -------
    OrComponents
        Without the variance of readers, which no power of a difference depends on.

    Raises
    ------
    InputError
        When a value means nothing.

    References
    ----------
    Obuchowski NA (1995) Acad Radiol 2:S22 (sample size of reader studies). Obuchowski NA, McClish DK (1997) Stat Med
    16:1529 (binormal variance of an area).

    Examples
    --------
    >>> rho = Correlations(0.4, 0.3, 0.2)
    >>> planned = planned_components((0.8, 0.9), positive_share=0.5, var_tr=0.0, correlations=rho)
    >>> round(planned.var_error, 6), round(planned.cov1 / planned.var_error, 6)
    (0.001954, 0.4)
    """
    if not 0.0 < positive_share < 1.0:
        raise InputError(f"the share of positive cases lies strictly between 0 and 1, not {positive_share}")
    if not 0.0 <= var_tr < math.inf:
        raise InputError(f"a variance is not negative; it was {var_tr}")
    if not all(0.0 <= rho < 1.0 for rho in correlations):
        raise InputError(f"correlations lie between 0 and 1, not {', '.join(f'{rho:g}' for rho in correlations)}")
    rho1, rho2, rho3 = correlations
    if rho3 > min(rho1, rho2) or rho1 + rho2 - rho3 >= 1.0:
        raise InputError(f"no readings correlate like this: {rho1:g}, {rho2:g}, {rho3:g}")
    _, variance = auc_variances(sum(areas) / 2.0, (1.0 - positive_share) / positive_share)
    error = variance / (cases * positive_share)
    cov1, cov2, cov3 = (rho * error for rho in correlations)
    return OrComponents(0.0, var_tr, error, cov1, cov2, cov3, ("var_r",))


def power_table(
    plan: MrmcPlan,
    readers: Sequence[int],
    cases: Sequence[int],
    *,
    power: float = 0.8,
    analysis: Analysis = "RRRC",
    largest: int = MOST_CASES,
) -> PowerTable:
    """Tabulate the power over readers and cases, and the cases that each number of readers needs; see `mrmc_power`."""
    cells = [(number, size, mrmc_power(plan, number, size, analysis=analysis)) for number in readers for size in cases]
    needed = [(number, _needed(plan, number, power, analysis, largest)) for number in readers]
    return PowerTable(cells, needed)


def _needed(plan: MrmcPlan, readers: int, power: float, analysis: Analysis, largest: int) -> MrmcPower | Undefined:
    # An error variance below 0 is no variance with many cases either, where the interaction of readers outweighs it.
    at_least = mrmc_power(plan, readers, 2, analysis=analysis)
    if isinstance(at_least, Undefined):
        return at_least
    return required_cases(plan, readers, power=power, analysis=analysis, largest=largest)
