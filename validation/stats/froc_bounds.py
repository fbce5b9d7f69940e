"""Figures of marks without a variance: all lesions found, or none, or cases that do not differ.

The jackknife gives such a figure the variance 0, which would be an interval of width 0. What is known is that so many
cases were alike: the intervals here are those of that number of independent cases.
"""

import math
from dataclasses import replace
from typing import TypeAlias

from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from validation.stats.froc_curves import compared_marks
from validation.stats.froc_points import LOWEST, rate_limits, share_limits
from validation.stats.localisation import LocalisationStudy
from validation.stats.mrmc_results import ModalityMean, MrmcResult, ReaderFigure
from validation.stats.results import Estimate, Outcome
from validation.stats.roc import newcombe_limits

Pair: TypeAlias = tuple[float, float]
_POISSON = "poisson score, cases as n"


def without_variance(figure: str, value: float, positives: int, negatives: int, *, level: float) -> tuple[Pair, str]:
    """Bound a figure of marks (all but `froc`) from the number of cases, where the jackknife has no variance.

    Parameters
    ----------
    figure : str
        As in `froc`.
    value : float
        The figure.
    positives, negatives : int
        Cases with and without a lesion.
    level : float
        Confidence level.

    Returns
    -------
    (low, high), method
        Shares of lesions and of cases: Wilson. Areas out of 1: Newcombe's interval of an AUC. Marks per case: the
        score interval of a Poisson count; `exp-sp` is a function of them.

    References
    ----------
    Wilson EB (1927) J Am Stat Assoc 22:209. Newcombe RG (2006) Stat Med 25:559, method 5. Rao JNK, Scott AJ (1999)
    Stat Med 18:1373, for the score interval of a count.
    """
    cases = positives + negatives
    if figure in ("maxllf", "hrse", "hrsp"):
        return _wilson(value, negatives if figure == "hrsp" else positives, level), "wilson, cases as n"
    if figure == "exp-sp":
        fewest, most = _poisson(-math.log(value), negatives, level)
        return (math.exp(-most), math.exp(-fewest)), _POISSON
    if figure.startswith("maxnlf"):
        return _poisson(value, negatives if figure == "maxnlf" else cases, level), _POISSON
    others = cases if figure in ("wafroc1", "afroc1") else negatives
    return newcombe_limits(value, positives, others, level), "newcombe, cases as n"


def largest_froc_area(study: LocalisationStudy, modality: str, reader: str, *, level: float) -> float:
    """Bound an area under the FROC curve of 0 from above: marks per case times share of lesions is never less.

    The upper limits of both (`froc_points`), each at 1 - (1 - level)/2, so that they hold together (Bonferroni).
    """
    each = 1.0 - (1.0 - level) / 2.0
    marks = compared_marks(study, "froc", modality, reader)
    rates = rate_limits(marks.false_case, marks.false, marks.cases, LOWEST, each)
    found = share_limits(study.lesion_case, marks.weight, marks.lesion, LOWEST, each)
    # Of one positive case nothing is known of others.
    share = 1.0 if found.method[0] is None else float(found.high[0])
    return float(rates.high[0]) * share


def bounded_result(result: MrmcResult, study: LocalisationStudy, *, level: float) -> MrmcResult:
    """Give readers, and means of readers who are all alike, the interval that the jackknife has not; cut at 0."""
    only = study.readers[0] if len(study.readers) == 1 else None
    alike = {name for name in study.modalities if _are_alike(result.readers, name)}
    # Of fixed cases (RRFC) a number of cases says nothing; nor has one reader a mean of readers in general.
    bounding = ("FRRC",) if only is not None else ("RRRC", "FRRC")

    def mean(row: ModalityMean) -> ModalityMean:
        if row.modality not in alike or row.analysis not in bounding:
            return replace(row, outcome=cut_at_zero(row.outcome))
        return replace(row, outcome=_bounded(row.outcome, result.figure, study, row.modality, only, level))

    return replace(
        result,
        modalities=tuple(map(mean, result.modalities)),
        modalities_otherwise=tuple(map(mean, result.modalities_otherwise)),
        readers=tuple(
            replace(row, outcome=_bounded(row.outcome, result.figure, study, row.modality, row.reader, level))
            for row in result.readers
        ),
    )


def bounded_mean(outcome: Outcome, figure: str, study: LocalisationStudy, *, level: float) -> Outcome:
    """Bound the mean of readers who are all alike and have no variance between cases; cut an interval at 0."""
    return _bounded(outcome, figure, study, study.modalities[0], None, level)


def cut_at_zero(outcome: Outcome) -> Outcome:
    """Cut an interval of what is never negative, and say so."""
    if not isinstance(outcome, Estimate) or outcome.low is None or outcome.low >= 0.0:
        return outcome
    return replace(outcome, low=0.0, note=f"The interval begins at {outcome.low:.3g} and is cut at 0.")


def _bounded(
    outcome: Outcome, figure: str, study: LocalisationStudy, modality: str, reader: str | None, level: float
) -> Outcome:
    """Bound the figure of one reader, or without one of readers who are all alike."""
    if not isinstance(outcome, Estimate) or outcome.low is not None or len(study.truth) < 2:
        return cut_at_zero(outcome)
    positives = int(study.truth.sum())
    negatives = len(study.truth) - positives
    if figure != "froc":
        (low, high), method = without_variance(figure, outcome.value, positives, negatives, level=level)
    elif outcome.value == 0.0 and reader is not None:
        low, high = 0.0, largest_froc_area(study, modality, reader, level=level)
        method = "product of limits of marks and lesions"
    else:
        return outcome
    note = f"No variance between cases: the interval is that of {positives} positive and {negatives} negative cases."
    return replace(outcome, low=low, high=high, method=method, note=note)


def _are_alike(readers: tuple[ReaderFigure, ...], modality: str) -> bool:
    outcomes = [row.outcome for row in readers if row.modality == modality]
    estimates = [one for one in outcomes if isinstance(one, Estimate) and one.low is None]
    return len(estimates) == len(outcomes) and len({one.value for one in estimates}) == 1


def _wilson(value: float, cases: int, level: float) -> Pair:
    low, high = proportion_confint(value * cases, cases, alpha=1.0 - level, method="wilson")
    return (0.0 if value == 0.0 else max(0.0, float(low))), (1.0 if value == 1.0 else min(1.0, float(high)))


def _poisson(value: float, cases: int, level: float) -> Pair:
    low, high = confint_poisson(value * cases, cases, method="score", alpha=1.0 - level)
    return (0.0 if value == 0.0 else float(low)), float(high)
