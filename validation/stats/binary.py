"""Diagnostic accuracy of binary calls against a binary truth (the 2x2 table)."""

import dataclasses
import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.checks import binary_array, confidence_level, same_length
from validation.stats.normal import normal_quantile
from validation.stats.proportions import ProportionMethod, proportion
from validation.stats.results import (
    Estimate,
    JSONValue,
    Outcome,
    Reason,
    Undefined,
    estimates_frame,
    jsonable,
)

NO_POSITIVES = Undefined(Reason.NO_POSITIVE_CASES, "No case is positive in the reference standard.")
NO_NEGATIVES = Undefined(Reason.NO_NEGATIVE_CASES, "No case is negative in the reference standard.")
NO_POSITIVE_CALLS = Undefined(Reason.NO_POSITIVE_CALLS, "No case was called positive.")
NO_NEGATIVE_CALLS = Undefined(Reason.NO_NEGATIVE_CALLS, "No case was called negative.")


@dataclasses.dataclass(frozen=True, slots=True)
class BinaryCounts:
    """The 2x2 table of calls against truth."""

    tp: int
    fp: int
    fn: int
    tn: int

    def __post_init__(self) -> None:
        """Refuse negative counts."""
        if min(self.tp, self.fp, self.fn, self.tn) < 0:
            raise ValueError(f"counts are not negative: {self}")

    @property
    def n(self) -> int:
        """Number of cases."""
        return self.tp + self.fp + self.fn + self.tn

    @property
    def positives(self) -> int:
        """Number of cases that are positive in the reference standard."""
        return self.tp + self.fn

    @property
    def negatives(self) -> int:
        """Number of cases that are negative in the reference standard."""
        return self.fp + self.tn


@dataclasses.dataclass(frozen=True, slots=True)
class BinarySummary:
    """Every measure of one 2x2 table."""

    counts: BinaryCounts
    estimates: dict[str, Outcome]

    def to_json(self) -> dict[str, JSONValue]:
        """Give `{"counts", "estimates": {measure: estimate}}`."""
        return {"counts": jsonable(self.counts), "estimates": jsonable(self.estimates)}

    def to_frame(self) -> pd.DataFrame:
        """Give one row per measure."""
        return estimates_frame(self.estimates)


def binary_counts(truth: npt.ArrayLike, call: npt.ArrayLike) -> BinaryCounts:
    """Count the 2x2 table of a 0/1 call against a 0/1 truth."""
    truth_array = binary_array(truth, "truth")
    call_array = binary_array(call, "call")
    same_length(truth=truth_array, call=call_array)
    cells = np.bincount(2 * truth_array.astype(np.int64) + call_array, minlength=4)
    return BinaryCounts(tp=int(cells[3]), fp=int(cells[1]), fn=int(cells[2]), tn=int(cells[0]))


def binary_summary(
    truth: npt.ArrayLike, call: npt.ArrayLike, *, level: float = 0.95, method: ProportionMethod = "wilson"
) -> BinarySummary:
    """Measure binary calls against a binary truth.

    Parameters
    ----------
    truth, call : array_like of 0 and 1
        Reference standard and decision, one entry per case.
    level : float
        Confidence level.
    method : {"wilson", "clopper-pearson", "agresti-coull", "jeffreys"}
        Interval of the plain proportions.

    Returns
    -------
    BinarySummary
        `sensitivity, specificity, ppv, npv, accuracy` (binomial), `balanced_accuracy, youden` (Newcombe's
        interval for a difference of independent proportions), `f1` (Wilson on the monotone TP/(TP+FP+FN)),
        `mcc` (delta method on Fisher's z), `lr_positive, lr_negative, diagnostic_odds_ratio` (log method).

    Examples
    --------
    >>> summary = binary_summary([1, 1, 1, 0, 0], [1, 1, 0, 0, 1])
    >>> round(summary.estimates["sensitivity"].value, 3)
    0.667
    """
    return summarise_counts(binary_counts(truth, call), level=level, method=method)


def summarise_counts(
    counts: BinaryCounts, *, level: float = 0.95, method: ProportionMethod = "wilson"
) -> BinarySummary:
    """Measure a 2x2 table that is already counted; see `binary_summary`."""
    level = confidence_level(level)
    return BinarySummary(
        counts=counts,
        estimates={
            "sensitivity": proportion(counts.tp, counts.positives, level=level, method=method, empty=NO_POSITIVES),
            "specificity": proportion(counts.tn, counts.negatives, level=level, method=method, empty=NO_NEGATIVES),
            "ppv": proportion(counts.tp, counts.tp + counts.fp, level=level, method=method, empty=NO_POSITIVE_CALLS),
            "npv": proportion(counts.tn, counts.tn + counts.fn, level=level, method=method, empty=NO_NEGATIVE_CALLS),
            "accuracy": proportion(counts.tp + counts.tn, counts.n, level=level, method=method),
            "balanced_accuracy": balanced_accuracy(counts, level=level),
            "youden": youden_index(counts, level=level),
            "f1": f1_score(counts, level=level),
            "mcc": matthews_correlation(counts, level=level),
            "lr_positive": likelihood_ratio_positive(counts, level=level),
            "lr_negative": likelihood_ratio_negative(counts, level=level),
            "diagnostic_odds_ratio": diagnostic_odds_ratio(counts, level=level),
        },
    )


def youden_index(counts: BinaryCounts, *, level: float = 0.95) -> Outcome:
    """Youden's J = sensitivity + specificity - 1.

    The interval treats J as the difference of the true and the false positive fraction, two independent
    proportions, and squares and adds their Wilson limits: Newcombe RG (1998) Stat Med 17:873, method 10.
    """
    level = confidence_level(level)
    sensitivity = proportion(counts.tp, counts.positives, level=level, empty=NO_POSITIVES)
    specificity = proportion(counts.tn, counts.negatives, level=level, empty=NO_NEGATIVES)
    if isinstance(sensitivity, Undefined):
        return sensitivity
    if isinstance(specificity, Undefined):
        return specificity
    value = sensitivity.value + specificity.value - 1.0
    low = value - math.hypot(_below(sensitivity), _below(specificity))
    high = value + math.hypot(_above(sensitivity), _above(specificity))
    return Estimate(value, max(-1.0, low), min(1.0, high), level, "newcombe", counts.n)


def balanced_accuracy(counts: BinaryCounts, *, level: float = 0.95) -> Outcome:
    """Mean of sensitivity and specificity, (J + 1) / 2 with the interval of Youden's J."""
    youden = youden_index(counts, level=level)
    if isinstance(youden, Undefined) or youden.low is None or youden.high is None:
        return youden
    low, high = (youden.low + 1.0) / 2.0, (youden.high + 1.0) / 2.0
    return Estimate((youden.value + 1.0) / 2.0, low, high, youden.level, youden.method, counts.n)


def f1_score(counts: BinaryCounts, *, level: float = 0.95) -> Outcome:
    """F1 = 2 TP / (2 TP + FP + FN).

    With g = TP / (TP + FP + FN), F1 = 2g / (1 + g) is monotone in g (Hand DJ, Christen P, Kirielle N (2021)
    Mach Learn 110:451), so the Wilson limits of g are carried over; true negatives play no part.
    """
    level = confidence_level(level)
    nothing = Undefined(Reason.ZERO_DENOMINATOR, "No case is positive and no case was called positive.")
    jaccard = proportion(counts.tp, counts.tp + counts.fp + counts.fn, level=level, empty=nothing)
    if isinstance(jaccard, Undefined) or jaccard.low is None or jaccard.high is None:
        return jaccard
    value, low, high = (2.0 * g / (1.0 + g) for g in (jaccard.value, jaccard.low, jaccard.high))
    return Estimate(value, low, high, level, "wilson on TP/(TP+FP+FN)", jaccard.n)


def matthews_correlation(counts: BinaryCounts, *, level: float = 0.95) -> Outcome:
    """Matthews correlation coefficient, the phi coefficient of the 2x2 table.

    Variance of phi under multinomial sampling: Bishop YMM, Fienberg SE, Holland PW (1975) Discrete
    Multivariate Analysis, eq. 11.3-6; the interval is made on Fisher's z scale and carried back.
    """
    level = confidence_level(level)
    empty_margin = _empty_margin(counts)
    if empty_margin is not None:
        return empty_margin
    tp, fp, fn, tn = (float(cell) for cell in dataclasses.astuple(counts))
    root = math.sqrt(tp + fp) * math.sqrt(tp + fn) * math.sqrt(tn + fp) * math.sqrt(tn + fn)
    phi = max(-1.0, min(1.0, (tp * tn - fp * fn) / root))
    if abs(phi) == 1.0 or (fp == fn == 0.0) or (tp == tn == 0.0):
        return Estimate(
            float(round(phi)), None, None, level, "fisher-z", counts.n, note="No interval: every case agrees."
        )
    half_width = normal_quantile(level) * math.sqrt(_phi_variance(counts, phi)) / (1.0 - phi * phi)
    low, high = math.tanh(math.atanh(phi) - half_width), math.tanh(math.atanh(phi) + half_width)
    return Estimate(phi, low, high, level, "fisher-z", counts.n)


def likelihood_ratio_positive(counts: BinaryCounts, *, level: float = 0.95) -> Outcome:
    """LR+ = sensitivity / (1 - specificity), log method of Simel DL et al. (1991) J Clin Epidemiol 44:763."""
    return _likelihood_ratio(counts, counts.tp, counts.fp, "no false positive call", level)


def likelihood_ratio_negative(counts: BinaryCounts, *, level: float = 0.95) -> Outcome:
    """LR- = (1 - sensitivity) / specificity, log method of Simel DL et al. (1991) J Clin Epidemiol 44:763."""
    return _likelihood_ratio(counts, counts.fn, counts.tn, "no true negative call", level)


def diagnostic_odds_ratio(counts: BinaryCounts, *, level: float = 0.95) -> Outcome:
    """DOR = TP TN / (FP FN) with Woolf's log interval: Glas AS et al. (2003) J Clin Epidemiol 56:1129."""
    level = confidence_level(level)
    if not counts.positives:
        return dataclasses.replace(NO_POSITIVES, n=counts.n)
    if not counts.negatives:
        return dataclasses.replace(NO_NEGATIVES, n=counts.n)
    if not counts.fp * counts.fn:
        return Undefined(
            Reason.ZERO_DENOMINATOR,
            "The odds ratio divides by zero: no false positive or no false negative.",
            counts.n,
        )
    value = counts.tp * counts.tn / (counts.fp * counts.fn)
    if value == 0.0:
        return Estimate(
            0.0,
            None,
            None,
            level,
            "log",
            counts.n,
            note="No interval: the log method needs four cells above 0.",
        )
    variance = sum(1.0 / cell for cell in dataclasses.astuple(counts))
    return _log_estimate(value, variance, level, counts.n)


def _likelihood_ratio(
    counts: BinaryCounts, in_positives: int, in_negatives: int, missing: str, level: float
) -> Outcome:
    level = confidence_level(level)
    if not counts.positives:
        return dataclasses.replace(NO_POSITIVES, n=counts.n)
    if not counts.negatives:
        return dataclasses.replace(NO_NEGATIVES, n=counts.n)
    if not in_negatives:
        return Undefined(Reason.ZERO_DENOMINATOR, f"The ratio divides by zero: there is {missing}.", counts.n)
    value = (in_positives / counts.positives) / (in_negatives / counts.negatives)
    if value == 0.0:
        return Estimate(
            0.0, None, None, level, "log", counts.n, note="No interval: the log method needs a ratio above 0."
        )
    variance = 1.0 / in_positives - 1.0 / counts.positives + 1.0 / in_negatives - 1.0 / counts.negatives
    return _log_estimate(value, variance, level, counts.n)


def _log_estimate(value: float, log_variance: float, level: float, n: int) -> Estimate:
    factor = math.exp(normal_quantile(level) * math.sqrt(log_variance))
    return Estimate(value, value / factor, value * factor, level, "log", n)


def _empty_margin(counts: BinaryCounts) -> Undefined | None:
    margins = (
        (counts.positives, NO_POSITIVES),
        (counts.negatives, NO_NEGATIVES),
        (counts.tp + counts.fp, NO_POSITIVE_CALLS),
        (counts.tn + counts.fn, NO_NEGATIVE_CALLS),
    )
    return next((dataclasses.replace(undefined, n=counts.n) for size, undefined in margins if not size), None)


def _phi_variance(counts: BinaryCounts, phi: float) -> float:
    n = float(counts.n)
    row_1, row_2 = counts.positives / n, counts.negatives / n
    column_1, column_2 = (counts.tp + counts.fp) / n, (counts.tn + counts.fn) / n
    rows, columns = row_1 * row_2, column_1 * column_2
    skew = (row_1 - row_2) * (column_1 - column_2) / math.sqrt(rows * columns)
    spread = (row_1 - row_2) ** 2 / rows + (column_1 - column_2) ** 2 / columns
    return max(0.0, 1.0 - phi**2 + phi * (1.0 + phi**2 / 2.0) * skew - 0.75 * phi**2 * spread) / n


def _below(estimate: Estimate) -> float:
    return estimate.value - (estimate.low if estimate.low is not None else estimate.value)


def _above(estimate: Estimate) -> float:
    return (estimate.high if estimate.high is not None else estimate.value) - estimate.value
