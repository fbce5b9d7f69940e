"""Figures of merit of marks that use every mark of a case, not only the highest; each with its jackknife.

A cell is one reader in one modality. Each function gives the figure and the figure without each case.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from validation.stats.checks import FloatArray
from validation.stats.localisation import LocalisationStudy, Positions
from validation.stats.mrmc_figures import auc_figure

LeftOut: TypeAlias = tuple[float, FloatArray]


def below(ordered: FloatArray, values: FloatArray) -> FloatArray:
    """Count what lies below each value, ties by half; -inf ties with itself."""
    return np.asarray((np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / 2.0)


def froc_area(study: LocalisationStudy, cell: int) -> LeftOut:
    """Area under the FROC curve: pairs of a lesion and a lower-rated non-lesion mark, per case and lesion.

    More false marks make it larger, so it compares readers only up to equal numbers of them.
    """
    false, case_of_false, lesion = _marks(study, cell)
    cases = len(study.truth)
    rows = np.bincount(study.lesion_case, weights=below(np.sort(false), lesion), minlength=cases)
    columns = np.bincount(case_of_false, weights=len(lesion) - below(np.sort(lesion), false), minlength=cases)
    lesions = np.bincount(study.lesion_case, minlength=cases)
    by_case = np.argsort(study.lesion_case, kind="stable")
    first = np.cumsum(lesions) - lesions
    # Every false mark beside every lesion of its own case: those pairs stand in a row and in a column.
    mark = np.repeat(np.arange(len(false)), lesions[case_of_false])
    place = np.arange(len(mark)) - np.repeat(
        np.cumsum(lesions[case_of_false]) - lesions[case_of_false], lesions[case_of_false]
    )
    own = lesion[by_case[first[case_of_false[mark]] + place]]
    both = np.bincount(case_of_false[mark], weights=np.heaviside(own - false[mark], 0.5), minlength=cases)
    total = float(rows.sum())
    with np.errstate(invalid="ignore", divide="ignore"):  # a class of one case: `lacking` says so
        without = (total - rows - columns + both) / ((cases - 1) * (len(lesion) - lesions))
    return total / (cases * len(lesion)), without


def song_a1(study: LocalisationStudy, cell: int) -> LeftOut:
    """Area under the ROC curve of a case's mean mark: of its non-lesion or its lesion marks, whichever is higher."""
    false, case_of_false, lesion = _marks(study, cell)
    marked = np.isfinite(lesion)
    of_false = _means(case_of_false, false, len(study.truth))
    of_lesions = _means(study.lesion_case[marked], lesion[marked], len(study.truth))
    rating, figure = np.maximum(of_false, of_lesions), auc_figure()
    with np.errstate(invalid="ignore", divide="ignore"):
        return figure.value(study.truth, rating), figure.leave_one_out(study.truth, rating)


def song_a2(study: LocalisationStudy, cell: int) -> LeftOut:
    """Share of pairs of cases in which most pairs of marks are in the right order; a case without marks is lowest."""
    false, case_of_false, lesion = _marks(study, cell)
    marked = np.isfinite(lesion)
    rating = np.concatenate([false, lesion[marked]])
    case = np.concatenate([case_of_false, study.lesion_case[marked]])
    number = np.bincount(case, minlength=len(study.truth))
    positive = study.truth[case]
    order = np.argsort(case[positive], kind="stable")
    theirs, owners = rating[positive][order], case[positive][order]
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    scores = np.full((len(study.truth), len(study.truth)), np.nan)
    has_marks = number > 0
    scores[np.ix_(~study.truth, study.truth)] = np.where(has_marks[study.truth], 1.0, 0.5)
    scores[np.ix_(~study.truth & has_marks, study.truth)] = 0.0
    for negative in np.flatnonzero(~study.truth & has_marks) if len(starts) else ():
        higher = (np.sign(theirs[None, :] - rating[case == negative][:, None]) + 1.0) / 2.0
        share = np.add.reduceat(higher.sum(axis=0), starts) / (number[negative] * number[owners[starts]])
        scores[negative, owners[starts]] = (np.sign(share - 0.5) + 1.0) / 2.0
    return _without_each(scores[np.ix_(~study.truth, study.truth)], study)


def exponential_specificity(study: LocalisationStudy, cell: int) -> LeftOut:
    """exp(-number of marks per negative case): the specificity if marks came as a Poisson process."""
    _, case_of_false, _ = _marks(study, cell)
    count = np.bincount(case_of_false, minlength=len(study.truth)) * ~study.truth
    negatives = int((~study.truth).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        without = np.exp(-(count.sum() - count) / (negatives - (~study.truth)))
    return math.exp(-count.sum() / negatives), np.asarray(without)


EVERY_MARK: dict[str, Callable[[LocalisationStudy, int], LeftOut]] = {
    "froc": froc_area,
    "song-a1": song_a1,
    "song-a2": song_a2,
    "exp-sp": exponential_specificity,
}


def _marks(study: LocalisationStudy, cell: int) -> tuple[FloatArray, Positions, FloatArray]:
    """Give the ratings of the non-lesion marks, their cases, and the ratings of the lesions."""
    own = study.false_cell == cell
    # Not -1 for the number of cells: a study of negative cases has no lesions to infer it from.
    cells = len(study.modalities) * len(study.readers)
    lesion = study.lesion_rating.reshape(cells, len(study.lesion_case))[cell]
    return study.false_rating[own], study.false_case[own], lesion


def _means(case: Positions, rating: FloatArray, cases: int) -> FloatArray:
    number = np.bincount(case, minlength=cases)
    total = np.bincount(case, weights=rating, minlength=cases)
    return np.divide(total, number, out=np.full(cases, -np.inf), where=number > 0)


def _without_each(scores: FloatArray, study: LocalisationStudy) -> LeftOut:
    """Give the mean of a matrix of negative x positive cases, and without each row or column."""
    negatives, positives = scores.shape
    total, without = float(scores.sum()), np.empty(len(study.truth))
    with np.errstate(invalid="ignore", divide="ignore"):
        without[~study.truth] = (total - scores.sum(axis=1)) / ((negatives - 1) * positives)
        without[study.truth] = (total - scores.sum(axis=0)) / (negatives * (positives - 1))
    return total / (negatives * positives), without
