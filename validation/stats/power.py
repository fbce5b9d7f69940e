"""Sample size and power of reader studies, of one area under the curve, and of paired decisions."""

import dataclasses
import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, f, ncf, ncx2, norm

from validation.stats.checks import FloatArray, InputError
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_components import OrComponents, RoeMetz
from validation.stats.mrmc_results import Analysis, FTest
from validation.stats.mrmc_simulate import simulate
from validation.stats.proportions import proportion
from validation.stats.results import JSONValue, Outcome, Reason, Undefined

Reference: TypeAlias = Literal["or", "dbm"]


@dataclasses.dataclass(frozen=True, slots=True)
class MrmcPlan:
    """What a planned comparison of two modalities rests on.

    Attributes
    ----------
    difference : float
        Difference of the figures that the study should find.
    components : OrComponents
        From a pilot study (`mrmc`) or the literature; the error covariances belong to `pilot_cases`.
    pilot_cases : int
        Number of cases behind the covariances; for sensitivity the positive, for specificity the negative ones.
    alpha : float
        Two-sided significance level.
    """

    difference: float
    components: OrComponents
    pilot_cases: int
    alpha: float = 0.05

    def __post_init__(self) -> None:
        """Refuse a plan that cannot be computed."""
        if self.difference == 0.0 or not math.isfinite(self.difference):
            raise InputError(f"the difference to find is not zero and finite; it was {self.difference}")
        if self.pilot_cases < 2:
            raise InputError(f"the pilot has two cases at least, not {self.pilot_cases}")
        _check_share(self.alpha, "alpha")


@dataclasses.dataclass(frozen=True, slots=True)
class MrmcPower:
    """Power of one analysis with so many readers and cases."""

    analysis: Analysis
    readers: int
    cases: int
    power: float
    noncentrality: float
    df2: float | None

    def to_json(self) -> dict[str, JSONValue]:
        """Give the fields."""
        return dataclasses.asdict(self)


def mrmc_power(
    plan: MrmcPlan, readers: int, cases: int, *, analysis: Analysis = "RRRC", reference: Reference = "or"
) -> MrmcPower | Undefined:
    """Compute the power of a study of two modalities.

    Parameters
    ----------
    plan : MrmcPlan
        Difference, variance components and significance level.
    readers, cases : int
        Planned sizes, with the pilot's share of positive cases.
    analysis : {"RRRC", "RRFC", "FRRC"}
        What is random.
    reference : {"or", "dbm"}
        With fixed readers: chi-square, or F with K - 1 degrees of freedom.

    Returns
    -------
    MrmcPower or Undefined
        Undefined where the components leave no variance.

    References
    ----------
    Hillis SL, Obuchowski NA, Berbaum KS (2011) Acad Radiol 18:129.

    Examples
    --------
    >>> pilot = OrComponents(0.001535, 0.0002004, 0.00080229, 0.00034661, 0.00034407, 0.00023903)
    >>> round(mrmc_power(MrmcPlan(0.05, pilot, 114), 6, 251).power, 3)
    0.892
    """
    if readers < 2 and analysis != "FRRC":
        return Undefined(Reason.TOO_FEW_READERS, "Random readers need two at least.", readers)
    if min(readers, cases) < 1:
        raise InputError(f"a study has one reader and one case at least, not {readers} and {cases}")
    power, noncentrality, df2 = _power(plan, readers, np.array([float(cases)]), analysis, reference)
    if math.isnan(power[0]):
        return Undefined(Reason.NEGATIVE_VARIANCE, "These components leave no positive error variance.", cases)
    df = None if df2 is None else float(df2[0])
    return MrmcPower(analysis, readers, cases, float(power[0]), float(noncentrality[0]), df)


def required_cases(
    plan: MrmcPlan,
    readers: int,
    *,
    power: float = 0.8,
    analysis: Analysis = "RRRC",
    reference: Reference = "or",
    largest: int = 2000,
) -> MrmcPower | Undefined:
    """Find the smallest number of cases that gives the power; Undefined where `largest` do not."""
    _check_share(power, "a power")
    if readers < 2 and analysis != "FRRC":
        return Undefined(Reason.TOO_FEW_READERS, "Random readers need two at least.", readers)
    cases = np.arange(2, largest + 1)
    found, _, _ = _power(plan, readers, cases.astype(float), analysis, reference)
    enough = np.flatnonzero(found >= power)
    if len(enough) == 0:
        detail = f"{readers} readers do not reach a power of {power:g} with {largest} cases."
        return Undefined(Reason.TOO_FEW_READERS, detail, readers)
    return mrmc_power(plan, readers, int(cases[enough[0]]), analysis=analysis, reference=reference)


def trade_off(
    plan: MrmcPlan, readers: Sequence[int], *, power: float = 0.8, analysis: Analysis = "RRRC", largest: int = 2000
) -> list[tuple[int, MrmcPower | Undefined]]:
    """Tabulate the cases that each number of readers needs."""
    return [
        (number, required_cases(plan, number, power=power, analysis=analysis, largest=largest)) for number in readers
    ]


def _power(
    plan: MrmcPlan, readers: int, cases: FloatArray, analysis: Analysis, reference: Reference
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Give power, noncentrality and degrees of freedom for each number of cases; NaN without variance."""
    one = plan.components
    scale = plan.pilot_cases / cases
    between = max(one.cov2 - one.cov3, 0.0)
    # A negative estimate of VarTR would promise power that no study has.
    interaction = max(one.var_tr, 0.0) + scale * (one.var_error - one.cov1 - between)
    fixed_readers = scale * (one.var_error - one.cov1 + (readers - 1) * between)
    variance = {"RRRC": interaction + scale * readers * between, "RRFC": interaction, "FRRC": fixed_readers}[analysis]
    variance = np.where(variance > 0.0, variance, np.nan)
    noncentrality = readers * plan.difference**2 / 2.0 / variance
    if analysis == "FRRC" and reference == "or":
        power = ncx2.sf(chi2.isf(plan.alpha, 1), 1, noncentrality)
        return np.asarray(power), noncentrality, None
    df2 = np.full(len(cases), readers - 1.0)
    if analysis == "FRRC":
        df2 = cases - 1.0
    elif analysis == "RRRC":
        df2 = (readers - 1) * (variance / np.where(interaction > 0.0, interaction, np.nan)) ** 2
    return np.asarray(ncf.sf(f.isf(plan.alpha, 1, df2), 1, df2, noncentrality)), noncentrality, df2


def auc_power(auc: float, positives: int, negatives: int, *, alpha: float = 0.05) -> float:
    """Compute the power of testing one area against 0.5, two-sided (Obuchowski & McClish 1997; pROC).

    Examples
    --------
    >>> round(auc_power(0.8, 41, 72), 5)
    0.99995
    """
    if min(positives, negatives) < 1:
        raise InputError(f"an area needs a case of each class, not {positives} positive and {negatives} negative ones")
    _check_share(alpha, "alpha")
    null, variance = auc_variances(auc, negatives / positives)
    statistic = (math.sqrt(positives) * (auc - 0.5) - float(norm.isf(alpha / 2.0)) * math.sqrt(null)) / math.sqrt(
        variance
    )
    return float(norm.cdf(statistic))


def auc_cases(auc: float, *, power: float = 0.9, alpha: float = 0.05, ratio: float = 1.0) -> float:
    """Compute the positive cases that one area needs, with `ratio` negatives to each; not rounded."""
    _check_share(power, "a power")
    _check_share(alpha, "alpha")
    null, variance = auc_variances(auc, ratio)
    top = float(norm.isf(alpha / 2.0)) * math.sqrt(null) + float(norm.ppf(power)) * math.sqrt(variance)
    return (top / (auc - 0.5)) ** 2


def _check_share(value: float, what: str) -> None:
    if not 0.0 < value < 1.0:
        raise InputError(f"{what} lies strictly between 0 and 1, not {value}")


def auc_variances(auc: float, ratio: float) -> tuple[float, float]:
    """Give Obuchowski's binormal variance of an area under 0.5 and under the alternative, per positive case."""
    if not 0.5 < auc < 1.0:
        raise InputError(f"the area to find lies between 0.5 and 1, not {auc}")
    if not 0.0 < ratio < math.inf:
        raise InputError(f"the ratio of negative to positive cases is positive, not {ratio}")

    def variance(area: float) -> float:
        a = float(norm.ppf(area)) * 1.414  # the published constant
        return 0.0099 * math.exp(-(a**2) / 2.0) * ((5.0 * a**2 + 8.0) + (a**2 + 8.0) / ratio)

    return variance(0.5), variance(auc)


def paired_binary_cases(only_a: float, only_b: float, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """Compute the cases that McNemar's test needs, from the shares right in a only and in b only; not rounded.

    References
    ----------
    Connor RJ (1987) Biometrics 43:207.

    Examples
    --------
    >>> import math
    >>> math.ceil(paired_binary_cases(0.2, 0.1))
    234
    """
    _check_share(power, "a power")
    _check_share(alpha, "alpha")
    if not (min(only_a, only_b) >= 0.0 and only_a + only_b <= 1.0 and only_a != only_b):
        raise InputError(
            f"the discordant shares are different, not negative and at most 1 together: {only_a}, {only_b}"
        )
    discordant, difference = only_a + only_b, only_a - only_b
    spread = math.sqrt(discordant - difference**2)
    top = float(norm.isf(alpha / 2.0)) * math.sqrt(discordant) + float(norm.ppf(power)) * spread
    return (top / difference) ** 2


def simulated_power(
    model: RoeMetz,
    *,
    readers: int,
    negatives: int,
    positives: int,
    generator: np.random.Generator,
    replicates: int = 500,
    alpha: float = 0.05,
    thresholds: npt.ArrayLike | None = None,
) -> Outcome:
    """Estimate the power of the RRRC test of areas by simulating studies; with equal shifts, its size."""
    if replicates < 1:
        raise InputError(f"a simulation has one replicate at least, not {replicates}")
    found = 0
    for _ in range(replicates):
        study = simulate(
            model, readers=readers, negatives=negatives, positives=positives, generator=generator, thresholds=thresholds
        )
        test = mrmc(study).tests["RRRC"]
        found += isinstance(test, FTest) and test.p < alpha
    return proportion(found, replicates)
