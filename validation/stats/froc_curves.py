"""Curves of marks: FROC, AFROC, wAFROC and the ROC curve that marks imply, with the ratings behind their points."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from validation.stats.checks import FloatArray, InputError
from validation.stats.localisation import LocalisationStudy, Positions
from validation.stats.results import Reason, Undefined
from validation.stats.roc import roc_curve

FrocCurve: TypeAlias = Literal["froc", "afroc", "wafroc", "roc"]
CURVES: tuple[FrocCurve, ...] = ("froc", "afroc", "wafroc", "roc")


class ComparedMarks(NamedTuple):
    """What the axes of one reader's curve count, and of how many.

    `lesion`, `weight`: of each lesion its rating (-inf where it is not marked) and what it adds to the ordinate.
    `false`, `false_case`: each non-lesion mark with its case, of FROC; each negative case with its highest one, of
    AFROC and wAFROC. `cases`: how many cases these are of.
    """

    lesion: FloatArray
    weight: FloatArray
    false: FloatArray
    false_case: Positions
    cases: int

    @property
    def thresholds(self) -> FloatArray:
        """The distinct ratings of marks, the surest first."""
        both = np.concatenate([self.lesion, self.false])
        return np.asarray(np.unique(both[np.isfinite(both)])[::-1])


def froc_curve(
    study: LocalisationStudy, kind: FrocCurve, modality: str, reader: str
) -> Mapping[str, FloatArray] | Undefined:
    """Find the operating points of one reader, one for each distinct rating of a mark, from (0, 0).

    Returns
    -------
    mapping with `x`, `y`, or Undefined
        `froc`: non-lesion marks per case and share of lesions; `afroc`, `wafroc`: share of negative cases with a
        false mark, and (weighted) share of lesions, with (1, 1); `roc`: the inferred ROC curve. Undefined without
        a lesion, or where negative cases count and there is none.
    """
    if kind not in CURVES:
        raise InputError(f"there is no curve {kind!r}; there is {', '.join(CURVES)}")
    row, column = _position(study.modalities, modality, "modality"), _position(study.readers, reader, "reader")
    problem = missing_class(study, kind)
    if problem is not None:
        return problem
    if kind == "roc":
        curve = roc_curve(study.truth, study.inferred_ratings().rating[row, column])
        if isinstance(curve, Undefined):
            return curve
        return {"x": curve.false_positive_fraction, "y": curve.true_positive_fraction}
    marks = compared_marks(study, kind, modality, reader)
    x = reaching(marks.false, np.ones(len(marks.false)), marks.thresholds) / marks.cases
    y = reaching(marks.lesion, marks.weight, marks.thresholds) / marks.weight.sum()
    x, y = np.concatenate(([0.0], x)), np.concatenate(([0.0], y))
    return {"x": x, "y": y} if kind == "froc" else {"x": np.append(x, 1.0), "y": np.append(y, 1.0)}


def froc_thresholds(study: LocalisationStudy, kind: FrocCurve, modality: str, reader: str) -> FloatArray:
    """Give the rating from which marks count at each point of `froc_curve` (`froc`, `afroc`, `wafroc`).

    Returns
    -------
    array of float
        inf at (0, 0), and for all but `froc` -inf at (1, 1), where unmarked images and lesions count too.
    """
    ends = [] if kind == "froc" else [-np.inf]
    return np.concatenate([[np.inf], compared_marks(study, kind, modality, reader).thresholds, ends])


def missing_class(study: LocalisationStudy, kind: FrocCurve) -> Undefined | None:
    """Say that a curve has no lesion to find, or no negative case to be wrong in."""
    if not study.truth.any():
        return Undefined(Reason.NO_POSITIVE_CASES, "There is no case with a lesion.", len(study.truth))
    if kind != "froc" and study.truth.all():
        return Undefined(Reason.NO_NEGATIVE_CASES, "There is no case without a lesion.", len(study.truth))
    return None


def compared_marks(study: LocalisationStudy, kind: FrocCurve, modality: str, reader: str) -> ComparedMarks:
    """Give what the axes of one reader's curve (`froc`, `afroc`, `wafroc`) count."""
    row, column = _position(study.modalities, modality, "modality"), _position(study.readers, reader, "reader")
    lesion = study.lesion_rating[row, column]
    weight = study.lesion_weight if kind == "wafroc" else np.ones(len(lesion))
    if kind == "froc":
        own = study.false_cell == row * len(study.readers) + column
        return ComparedMarks(lesion, weight, study.false_rating[own], study.false_case[own], len(study.truth))
    negative = np.flatnonzero(~study.truth)
    return ComparedMarks(lesion, weight, study.highest_false_mark[row, column][negative], negative, len(negative))


def reaching(rating: FloatArray, weight: FloatArray, thresholds: FloatArray) -> FloatArray:
    """Sum the weights of what is rated at each threshold or above."""
    order = np.argsort(rating, kind="stable")
    cumulated = np.concatenate(([0.0], np.cumsum(weight[order][::-1])))
    return np.asarray(cumulated[len(rating) - np.searchsorted(rating[order], thresholds, "left")])


def _position(names: tuple[str, ...], name: str, what: str) -> int:
    if name not in names:
        raise InputError(f"there is no {what} {name!r}; there is {', '.join(names)}")
    return names.index(name)
