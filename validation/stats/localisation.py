"""Marks of a free-response study: who marked what, on which lesion, with what rating."""

import dataclasses
from collections.abc import Sequence
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


def localisation_study(
    marks: pd.DataFrame,
    cases: pd.DataFrame,
    lesions: pd.DataFrame,
    *,
    readers: Sequence[str] | None = None,
    modalities: Sequence[str] | None = None,
) -> LocalisationStudy:
    """Lay three tables out.

    Parameters
    ----------
    marks : DataFrame
        `reader, modality, case, mark` (NL or LL), `lesion_id` (of an LL), `rating`; no row is no mark.
    cases : DataFrame
        `case, truth`, every case once.
    lesions : DataFrame
        `case, lesion_id` and optionally `weight`; equal weights within the case without it.
    readers, modalities : sequence of str, optional
        All that there were. Without them they are those who made a mark: one who never marked anything is lost.

    Returns
    -------
    LocalisationStudy

    Raises
    ------
    InputError
        When a mark names an unknown case or lesion, a lesion is marked twice by one reader, a weight is not
        positive, or the weights of a case do not add up to 1: the table and its row are named.
    """
    index, truth = _case_index(cases), _truth(cases)
    lesion_case, keys = _lesions(lesions, index, truth)
    weight = _weights(lesions, lesion_case, len(index))
    mark_case = _positions(index, marks["case"], "marks")
    on_lesion, rating = _kind_and_rating(marks)
    row, modality_names = _factor(marks["modality"], "modality", modalities)
    column, reader_names = _factor(marks["reader"], "reader", readers)
    lesion = keys.get_indexer(pd.MultiIndex.from_arrays([mark_case, as_names(marks["lesion_id"])]))
    refuse_rows_of(on_lesion & (lesion < 0), "marks", "lesion_id", "is not a lesion of its case")
    cell = row * len(reader_names) + column
    refuse_rows_of(_repeated(on_lesion, cell, lesion), "marks", "lesion_id", "is marked twice by this reader")
    shape = (len(modality_names), len(reader_names))
    lesion_rating = np.full((shape[0] * shape[1], len(lesions)), -np.inf)
    lesion_rating[cell[on_lesion], lesion[on_lesion]] = rating[on_lesion]
    highest = np.full((shape[0] * shape[1], len(index)), -np.inf)
    np.maximum.at(highest, (cell[~on_lesion], mark_case[~on_lesion]), rating[~on_lesion])
    return LocalisationStudy(
        modality_names,
        reader_names,
        tuple(index.tolist()),
        truth,
        lesion_case,
        weight,
        lesion_rating.reshape(*shape, -1),
        highest.reshape(*shape, -1),
        cell[~on_lesion],
        mark_case[~on_lesion],
        rating[~on_lesion],
    )


def _lesions(lesions: pd.DataFrame, index: pd.Index, truth: BoolArray) -> tuple[Positions, pd.MultiIndex]:
    """Find the case of each lesion, and a key that marks can name it by."""
    case = _positions(index, filled_names(lesions, "case", "lesions"), "lesions")
    refuse_rows_of(~truth[case], "lesions", "case", "has truth 0")
    keys = pd.MultiIndex.from_arrays([case, filled_names(lesions, "lesion_id", "lesions")])
    refuse_rows_of(keys.duplicated(), "lesions", "lesion_id", "comes twice in its case")
    missing = truth & (np.bincount(case, minlength=len(index)) == 0)
    refuse_rows_of(missing, "cases", "case", "has truth 1 but no lesion")
    return case, keys


def case_positions(cases: pd.DataFrame, case: pd.Series, table: str) -> Positions:
    """Find the rows of `cases` that another table's column means; refuse a case that is not there."""
    return _positions(_case_index(cases), case, table)


def as_names(column: pd.Series) -> pd.Series:
    """Turn a column into text; whole numbers that pandas holds as floats, for want of a cell, lose their .0."""
    if pd.api.types.is_float_dtype(column) and (column.isna() | (column % 1 == 0)).all():
        column = column.astype("Int64")
    return column.astype(str)


def filled_names(frame: pd.DataFrame, column: str, table: str) -> pd.Series:
    """Turn a column into text, and refuse a cell without a name."""
    names = as_names(frame[column])
    blank = [name for name in pd.unique(names) if not str(name).strip()]
    refuse_rows_of(frame[column].isna() | names.isin(blank), table, column, "is empty")
    return names


def _case_index(cases: pd.DataFrame) -> pd.Index:
    index = pd.Index(filled_names(cases, "case", "cases"))
    refuse_rows_of(index.duplicated(), "cases", "case", "comes twice")
    return index


def _factor(values: pd.Series, column: str, named: Sequence[str] | None) -> tuple[Positions, tuple[str, ...]]:
    if named is None:
        if len(values) == 0:
            raise InputError(f"there is no mark, so there is no {column}; name every {column} that there was")
        return natural_factor(values, column)
    values = as_names(values)
    refuse_rows_of(~values.isin(list(named)), "marks", column, f"is not among {', '.join(named)}")
    number, names = natural_factor(pd.concat([values, pd.Series(list(named), dtype=str)]), column)
    return number[: len(values)], names


def _kind_and_rating(marks: pd.DataFrame) -> tuple[BoolArray, FloatArray]:
    kind = marks["mark"].astype(str)
    refuse_rows_of(~kind.isin(("NL", "LL")), "marks", "mark", "is neither NL nor LL")
    rating = pd.to_numeric(marks["rating"], errors="coerce").to_numpy(dtype=float)
    refuse_rows_of(~np.isfinite(rating), "marks", "rating", "is not a finite number")
    return (kind == "LL").to_numpy(), rating


def _truth(cases: pd.DataFrame) -> BoolArray:
    truth = pd.to_numeric(cases["truth"], errors="coerce").to_numpy(dtype=float)
    refuse_rows_of(~np.isin(truth, (0.0, 1.0)), "cases", "truth", "is neither 0 nor 1")
    return truth == 1


def _weights(lesions: pd.DataFrame, lesion_case: Positions, cases: int) -> FloatArray:
    if "weight" not in lesions:
        return 1.0 / np.bincount(lesion_case, minlength=cases)[lesion_case]
    weight = pd.to_numeric(lesions["weight"], errors="coerce").to_numpy(dtype=float)
    refuse_rows_of(~(weight > 0), "lesions", "weight", "is not a positive number")
    sums = np.bincount(lesion_case, weights=weight, minlength=cases)[lesion_case]
    refuse_rows_of(np.abs(sums - 1.0) > 1e-6, "lesions", "weight", "does not make the weights of its case add up to 1")
    return np.asarray(weight / sums)


def _positions(index: pd.Index, case: pd.Series, table: str) -> Positions:
    position = index.get_indexer(pd.Index(as_names(case)))
    refuse_rows_of(position < 0, table, "case", "is not in the table of cases")
    return np.asarray(position, dtype=np.intp)


def _repeated(on_lesion: BoolArray, cell: Positions, lesion: Positions) -> BoolArray:
    key = pd.Series(cell.astype(np.int64) * (int(lesion.max(initial=0)) + 2) + lesion)
    result = np.zeros(len(key), dtype=bool)
    result[on_lesion] = key[on_lesion].duplicated().to_numpy()
    return result


def refuse_rows_of(bad: npt.ArrayLike, table: str, column: str, problem: str) -> None:
    """Complain about the first row of a table in which `bad` is true."""
    flags = np.asarray(bad)
    if flags.any():
        raise InputError(f"{problem} (table of {table})", row=int(np.argmax(flags)) + 1, column=column)
