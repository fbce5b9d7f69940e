"""Ratios counted over readers and cases, both of them random samples: their variance and interval."""

import dataclasses
import math

import numpy as np
from scipy.stats import norm
from scipy.stats import t as t_distribution

from validation.stats.checks import BoolArray, FloatArray
from validation.stats.mrmc_analyses import NEGLIGIBLE, Variance
from validation.stats.proportions import proportion
from validation.stats.results import Estimate, Outcome, Reason, Undefined

METHOD = "ratio of counts, readers and cases random, t"
ONE_READER = "ratio of counts, one reader, cases random"


@dataclasses.dataclass(frozen=True, slots=True)
class Ratio:
    """All events over all readings that count.

    Attributes
    ----------
    value : float
        The ratio.
    influence : array of float, reader x case
        What each reading adds to the error of the ratio: (event - value) / number of readings, 0 where none counts.
    counted : array of bool, reader x case
        Which readings are in the denominator.
    """

    value: float
    influence: FloatArray
    counted: BoolArray

    @property
    def n(self) -> int:
        """Number of readings in the denominator."""
        return int(self.counted.sum())


def ratio(event: FloatArray | BoolArray, counted: BoolArray, empty: str) -> Ratio | Undefined:
    """Divide the sum of `event` by the number of readings that count; `empty` says what is missing if none does."""
    total = int(counted.sum())
    if total == 0:
        return Undefined(Reason.ZERO_DENOMINATOR, empty)
    scores = np.where(counted, event, 0.0).astype(np.float64)
    value = float(scores.sum()) / total
    return Ratio(value, np.where(counted, scores - value, 0.0) / total, counted)


def crossed_variance(*parts: Ratio) -> Variance | Undefined:
    """Estimate the variance of the sum of ratios counted over different cases by the same readers.

    With U_j and U_k the sums of the influence over a reader's and over a case's readings,

        V = V_R + max(V_C - V_RC, 0),  V_R = J/(J-1) sum U_j^2,  V_C = K/(K-1) sum U_k^2,

    and V_RC the same of the doubly centred influence. Where every reader reads every case this is the analysis
    of variance with two random factors, and the Obuchowski-Rockette variance of a mean; hence Hillis' degrees of
    freedom (J - 1)(V / V_R)^2. Otherwise it is the two-way cluster-robust variance of a ratio.

    References
    ----------
    Cameron AC, Gelbach JB, Miller DL (2011) J Bus Econ Stat 29:238. Gallas BD, Pennello GA, Myers KJ (2007)
    J Opt Soc Am A 24:B70 (binary decisions). Hillis SL (2014) Stat Med 33:330.
    """
    rows = np.logical_or.reduce([part.counted.any(axis=1) for part in parts])
    readers, by_case, shared = int(rows.sum()), 0.0, 0.0
    for part in parts:
        block = part.influence[np.ix_(rows, part.counted.any(axis=0))]
        cases = block.shape[1]
        if cases < 2:
            return Undefined(Reason.TOO_FEW_CASES, "A variance over cases needs two cases that count.", part.n)
        of_cases = cases / (cases - 1) * float((block.sum(axis=0) ** 2).sum())
        by_case += of_cases
        shared += of_cases - _interaction(block)
    if readers < 2:
        return _positive(by_case, None)
    by_reader = np.sum([part.influence[rows].sum(axis=1) for part in parts], axis=0)
    of_readers = readers / (readers - 1) * float((by_reader**2).sum())
    total = of_readers + max(shared, 0.0)
    # Readers who do not differ at all leave the cases only, as if the degrees of freedom were infinite.
    df = (readers - 1) * (total / of_readers) ** 2 if of_readers > NEGLIGIBLE else None
    return _positive(total, df)


def share_outcome(part: Ratio | Undefined, level: float) -> Outcome:
    """Estimate a share between 0 and 1: Wilson's interval at the effective number of readings, with t for z."""
    if isinstance(part, Undefined):
        return part
    method = METHOD if _readers(part) > 1 else ONE_READER
    if part.value in (0.0, 1.0):
        cases = int(part.counted.any(axis=0).sum())
        bound = proportion(round(part.value * cases), cases, level=level)
        if isinstance(bound, Undefined):
            raise AssertionError("a ratio counts at least one case")
        note = f"All readings alike: Wilson's limit for {cases} cases."
        return Estimate(part.value, bound.low, bound.high, level, method, part.n, note)
    variance = crossed_variance(part)
    if isinstance(variance, Undefined):
        return Estimate(part.value, None, None, level, method, part.n, variance.detail)
    low, high = _wilson(part.value, variance, level)
    return Estimate(part.value, low, high, level, method, part.n)


def signed_outcome(parts: list[Ratio | Undefined], level: float) -> tuple[Outcome, Variance | None]:
    """Estimate a sum of ratios between -1 and 1 each, with the t interval; the variance too, if there is one."""
    known = [part for part in parts if isinstance(part, Ratio)]
    for part in parts:
        if isinstance(part, Undefined):
            return part, None
    value, n, limit = sum(part.value for part in known), sum(part.n for part in known), float(len(known))
    method = METHOD if max(_readers(part) for part in known) > 1 else ONE_READER
    variance = crossed_variance(*known)
    if isinstance(variance, Undefined):
        return Estimate(value, None, None, level, method, n, variance.detail), None
    half_width = quantile(variance.df, level) * math.sqrt(variance.value)
    low, high = max(value - half_width, -limit), min(value + half_width, limit)
    return Estimate(value, low, high, level, method, n), variance


def quantile(df: float | None, level: float) -> float:
    """Give the two-sided quantile of t, or of the normal distribution without degrees of freedom."""
    tail = 0.5 + level / 2.0
    return float(norm.ppf(tail) if df is None else t_distribution.ppf(tail, df))


def _readers(part: Ratio) -> int:
    return int(part.counted.any(axis=1).sum())


def _interaction(block: FloatArray) -> float:
    """Give the part of the variance that belongs to neither a reader nor a case alone."""
    readers, cases = block.shape
    if readers < 2:
        return 0.0
    centred = block - block.mean(axis=1, keepdims=True) - block.mean(axis=0, keepdims=True) + block.mean()
    return readers * cases / ((readers - 1) * (cases - 1)) * float((centred**2).sum())


def _positive(value: float, df: float | None) -> Variance | Undefined:
    if value <= NEGLIGIBLE:
        return Undefined(Reason.ZERO_VARIANCE, "There is no variance, so there is no interval and no test.")
    return Variance(value, df)


def _wilson(value: float, variance: Variance, level: float) -> tuple[float, float]:
    """Wilson's interval at the number of independent readings that would have this variance."""
    effective, q2 = value * (1.0 - value) / variance.value, quantile(variance.df, level) ** 2
    centre = (value + q2 / (2.0 * effective)) / (1.0 + q2 / effective)
    spread = math.sqrt(q2 * (value * (1.0 - value) / effective + q2 / (4.0 * effective**2))) / (1.0 + q2 / effective)
    return max(0.0, centre - spread), min(1.0, centre + spread)
