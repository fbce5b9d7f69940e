"""Marks of a free-response study: who marked what, on which lesion, with what rating."""

import dataclasses
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.checks import BoolArray, FloatArray, InputError
from validation.stats.mrmc_design import Readings, natural_factor

Positions: TypeAlias = npt.NDArray[np.intp]


@dataclasses.dataclass(frozen=True, slots=True)
class LocalisationStudy:
    """Marks of a free-response study, laid out by modality and reader; every reader saw every case.

    Attributes
    ----------
    modalities, readers, cases : tuple of str
        Names.
    truth : array of bool, one per case
        Whether the case has a lesion.
    lesion_case : array of int, one per lesion
        Position of its case.
    lesion_weight : array of float, one per lesion
        Clinical weight; the weights of a case add up to 1.
    lesion_rating : array of float, modality x reader x lesion
        Rating of the mark on the lesion; -inf where it was not marked.
    highest_false_mark : array of float, modality x reader x case
        Highest rating of a non-lesion mark; -inf where there is none.
    false_cell, false_case, false_rating : arrays, one per non-lesion mark
        Cell (modality x readers + reader), position of the case, and rating.
    """

    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    cases: tuple[str, ...]
    truth: BoolArray
    lesion_case: Positions
    lesion_weight: FloatArray
    lesion_rating: FloatArray
    highest_false_mark: FloatArray
    false_cell: Positions
    false_case: Positions
    false_rating: FloatArray

    def inferred_ratings(self) -> Readings:
        """Give each case the highest of its marks: the ROC study that the marks imply; -inf is no mark."""
        highest = self.highest_false_mark.copy()
        for row, column in np.ndindex(*highest.shape[:2]):
            np.maximum.at(highest[row, column], self.lesion_case, self.lesion_rating[row, column])
        return Readings(self.modalities, self.readers, self.cases, self.truth, highest)

    def select(self, modalities: tuple[str, ...]) -> "LocalisationStudy":
        """Keep the named modalities."""
        rows = np.array([self.modalities.index(name) for name in modalities])
        size = len(self.readers)
        new_row = np.full(len(self.modalities), -1)
        new_row[rows] = np.arange(len(rows))
        kept = new_row[self.false_cell // size] >= 0
        cell = new_row[self.false_cell[kept] // size] * size + self.false_cell[kept] % size
        return dataclasses.replace(
            self,
            modalities=modalities,
            lesion_rating=self.lesion_rating[rows],
            highest_false_mark=self.highest_false_mark[rows],
            false_cell=cell,
            false_case=self.false_case[kept],
            false_rating=self.false_rating[kept],
        )


def localisation_study(marks: pd.DataFrame, cases: pd.DataFrame, lesions: pd.DataFrame) -> LocalisationStudy:
    """Lay three tables out.

    Parameters
    ----------
    marks : DataFrame
        `reader, modality, case, mark` (NL or LL), `lesion_id` (of an LL), `rating`; no row is no mark.
    cases : DataFrame
        `case, truth`, every case once.
    lesions : DataFrame
        `case, lesion_id` and optionally `weight`; equal weights within the case without it.

    Returns
    -------
    LocalisationStudy

    Raises
    ------
    InputError
        When a mark names an unknown case or lesion, a lesion is marked twice by one reader, a weight is not
        positive, or the weights of a case do not add up to 1: the table and its row are named.
    """
    names = [str(name) for name in cases["case"]]
    index = pd.Index(names)
    _refuse(index.duplicated(), "cases", "case", "comes twice")
    truth = _truth(cases)
    lesion_case = _positions(index, lesions["case"], "lesions")
    _refuse(~truth[lesion_case], "lesions", "case", "has truth 0")
    keys = pd.MultiIndex.from_arrays([lesion_case, lesions["lesion_id"].astype(str)])
    _refuse(keys.duplicated(), "lesions", "lesion_id", "comes twice in its case")
    missing = truth & (np.bincount(lesion_case, minlength=len(index)) == 0)
    _refuse(missing, "cases", "case", "has truth 1 but no lesion")
    weight = _weights(lesions, lesion_case, len(index))
    mark_case = _positions(index, marks["case"], "marks")
    on_lesion, rating = _kind_and_rating(marks)
    row, modalities = natural_factor(marks["modality"], "modality")
    column, readers = natural_factor(marks["reader"], "reader")
    lesion = keys.get_indexer(pd.MultiIndex.from_arrays([mark_case, marks["lesion_id"].astype(str)]))
    _refuse(on_lesion & (lesion < 0), "marks", "lesion_id", "is not a lesion of its case")
    cell = row * len(readers) + column
    _refuse(_repeated(on_lesion, cell, lesion), "marks", "lesion_id", "is marked twice by this reader")
    shape = (len(modalities), len(readers))
    lesion_rating = np.full((shape[0] * shape[1], len(lesions)), -np.inf)
    lesion_rating[cell[on_lesion], lesion[on_lesion]] = rating[on_lesion]
    highest = np.full((shape[0] * shape[1], len(index)), -np.inf)
    np.maximum.at(highest, (cell[~on_lesion], mark_case[~on_lesion]), rating[~on_lesion])
    return LocalisationStudy(
        modalities,
        readers,
        tuple(names),
        truth,
        lesion_case,
        weight,
        lesion_rating.reshape(*shape, -1),
        highest.reshape(*shape, -1),
        cell[~on_lesion],
        mark_case[~on_lesion],
        rating[~on_lesion],
    )


def _kind_and_rating(marks: pd.DataFrame) -> tuple[BoolArray, FloatArray]:
    kind = marks["mark"].astype(str)
    _refuse(~kind.isin(("NL", "LL")), "marks", "mark", "is neither NL nor LL")
    rating = pd.to_numeric(marks["rating"], errors="coerce").to_numpy(dtype=float)
    _refuse(~np.isfinite(rating), "marks", "rating", "is not a finite number")
    return (kind == "LL").to_numpy(), rating


def _truth(cases: pd.DataFrame) -> BoolArray:
    truth = pd.to_numeric(cases["truth"], errors="coerce").to_numpy(dtype=float)
    _refuse(~np.isin(truth, (0.0, 1.0)), "cases", "truth", "is neither 0 nor 1")
    return truth == 1


def _weights(lesions: pd.DataFrame, lesion_case: Positions, cases: int) -> FloatArray:
    if "weight" not in lesions:
        return 1.0 / np.bincount(lesion_case, minlength=cases)[lesion_case]
    weight = pd.to_numeric(lesions["weight"], errors="coerce").to_numpy(dtype=float)
    _refuse(~(weight > 0), "lesions", "weight", "is not a positive number")
    sums = np.bincount(lesion_case, weights=weight, minlength=cases)[lesion_case]
    _refuse(np.abs(sums - 1.0) > 1e-6, "lesions", "weight", "does not make the weights of its case add up to 1")
    return np.asarray(weight / sums)


def _positions(index: pd.Index, case: pd.Series, table: str) -> Positions:
    position = index.get_indexer(pd.Index(case.astype(str)))
    _refuse(position < 0, table, "case", "is not in the table of cases")
    return np.asarray(position, dtype=np.intp)


def _repeated(on_lesion: BoolArray, cell: Positions, lesion: Positions) -> BoolArray:
    key = pd.Series(cell.astype(np.int64) * (int(lesion.max(initial=0)) + 2) + lesion)
    result = np.zeros(len(key), dtype=bool)
    result[on_lesion] = key[on_lesion].duplicated().to_numpy()
    return result


def _refuse(bad: npt.ArrayLike, table: str, column: str, problem: str) -> None:
    flags = np.asarray(bad)
    if flags.any():
        raise InputError(f"{problem} (table of {table})", row=int(np.argmax(flags)) + 1, column=column)
