"""Tests against a margin: superiority, non-inferiority and equivalence of a difference a - b."""

import math
from typing import Literal, TypeAlias

from scipy.stats import norm, t

from validation.stats.checks import InputError
from validation.stats.paired_binary import PairedCounts, tango_statistic
from validation.stats.results import Reason, TestOutcome, TestResult, Undefined

MarginKind: TypeAlias = Literal["superiority", "non-inferiority", "equivalence"]


def margin_test(
    difference: float,
    standard_error: float,
    *,
    margin: float,
    kind: MarginKind,
    n: int,
    df: float | None = None,
) -> TestOutcome:
    """Test a difference a - b (larger is better) against a margin.

    Parameters
    ----------
    difference, standard_error : float
        The estimate and its standard error.
    margin : float
        Not negative. Superiority: a - b > margin. Non-inferiority: a - b > -margin. Equivalence: |a - b| < margin.
    kind : {"superiority", "non-inferiority", "equivalence"}
        What to show.
    n : int
        Number of observations, for the record.
    df : float, optional
        Degrees of freedom of a t distribution; normal without.

    Returns
    -------
    TestResult or Undefined
        One-sided p; for equivalence the larger of the two one-sided p values, with its statistic.

    References
    ----------
    Schuirmann DJ (1987) J Pharmacokinet Biopharm 15:657 (two one-sided tests). Piaggio G (2012) JAMA 308:2594.

    Examples
    --------
    >>> margin_test(0.0, 0.02, margin=0.05, kind="non-inferiority", n=100).statistic
    2.5
    """
    margin = _checked_margin(margin)
    if not standard_error > 0.0:
        return Undefined(Reason.ZERO_VARIANCE, "The difference has no variance.", n)
    statistics = {
        "superiority": [(difference - margin) / standard_error],
        "non-inferiority": [(difference + margin) / standard_error],
        "equivalence": [(difference + margin) / standard_error, (margin - difference) / standard_error],
    }
    return _worst(_of_kind(statistics, kind), df, f"{kind}, margin {margin:g}", n)


def paired_margin_test(counts: PairedCounts, *, margin: float, kind: MarginKind) -> TestOutcome:
    """Test the difference of two paired proportions against a margin by Tango's score statistic.

    Parameters
    ----------
    counts : PairedCounts
        The agreement table of decisions a and b.
    margin : float
        Not negative; see `margin_test`.
    kind : {"superiority", "non-inferiority", "equivalence"}
        What to show.

    Returns
    -------
    TestResult or Undefined
        One-sided, normal.

    References
    ----------
    Tango T (1998) Stat Med 17:891.
    """
    margin = _checked_margin(margin)
    if counts.n == 0:
        return Undefined(Reason.NO_COMMON_CASES, "The two decisions share no case.")
    above = tango_statistic(counts, -margin)
    statistics = {
        "superiority": [tango_statistic(counts, margin)],
        "non-inferiority": [above],
        "equivalence": [above, -tango_statistic(counts, margin)],
    }
    chosen = _of_kind(statistics, kind)
    if not all(map(math.isfinite, chosen)):
        return Undefined(Reason.ZERO_VARIANCE, "The score statistic has no variance here.", counts.n)
    return _worst(chosen, None, f"Tango score, {kind}, margin {margin:g}", counts.n)


def _checked_margin(margin: float) -> float:
    if not (math.isfinite(margin) and margin >= 0.0):
        raise InputError(f"a margin is a number of at least 0, not {margin}")
    return margin


def _of_kind(statistics: dict[str, list[float]], kind: str) -> list[float]:
    if kind not in statistics:
        raise InputError(f"unknown kind {kind!r}; use {', '.join(statistics)}")
    return statistics[kind]


def _worst(statistics: list[float], df: float | None, method: str, n: int) -> TestResult:
    statistic = min(statistics)
    p = float(norm.sf(statistic) if df is None else t.sf(statistic, df))
    return TestResult(statistic, df, p, f"{method}, one-sided", n)
