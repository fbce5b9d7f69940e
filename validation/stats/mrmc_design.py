"""Readings of a reader study: who read which case in which modality, with what rating."""

import dataclasses
import re
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.checks import (
    BoolArray,
    FloatArray,
    InputError,
    binary_array,
    rating_array,
    same_length,
)

Design: TypeAlias = Literal["crossed", "case-nested-in-reader", "case-nested-in-modality", "partial"]


@dataclasses.dataclass(frozen=True, slots=True)
class Readings:
    """All readings of a study, laid out by modality, reader and case.

    Attributes
    ----------
    modalities, readers, cases : tuple of str
        Sorted names.
    truth : array of bool, one per case
        Reference standard.
    rating : array of float, modality x reader x case
        Higher is more suspicious. NaN means that the reader did not read the case in that modality.
    """

    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    cases: tuple[str, ...]
    truth: BoolArray
    rating: FloatArray

    @property
    def present(self) -> BoolArray:
        """Say which readings exist."""
        return ~np.isnan(self.rating)

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Give (modality, reader) in the order of the rows of a covariance matrix."""
        return [(modality, reader) for modality in self.modalities for reader in self.readers]

    @property
    def design(self) -> Design:
        """Classify the design by the readings that exist."""
        present = self.present
        if present.all():
            return "crossed"
        if len(self.readers) > 1 and (present.any(axis=0).sum(axis=0) == 1).all():
            return "case-nested-in-reader"
        if len(self.modalities) > 1 and (present.any(axis=1).sum(axis=0) == 1).all():
            return "case-nested-in-modality"
        return "partial"

    def select(
        self, *, modalities: tuple[str, ...] | None = None, readers: tuple[str, ...] | None = None
    ) -> "Readings":
        """Keep only the named modalities and readers, and the cases that they read."""
        kept_modalities = self.modalities if modalities is None else modalities
        kept_readers = self.readers if readers is None else readers
        rows = [self.modalities.index(name) for name in kept_modalities]
        columns = [self.readers.index(name) for name in kept_readers]
        rating = self.rating[np.ix_(rows, columns)]
        read = np.asarray(~np.isnan(rating).all(axis=(0, 1)))
        return Readings(
            kept_modalities,
            kept_readers,
            tuple(case for case, keep in zip(self.cases, read.tolist(), strict=True) if keep),
            self.truth[read],
            rating[:, :, read],
        )

    def with_rating(self, rating: FloatArray) -> "Readings":
        """Give the same readings with other ratings; what was not read stays so."""
        return dataclasses.replace(self, rating=np.where(self.present, rating, np.nan))


def readings(
    *,
    reader: npt.ArrayLike,
    modality: npt.ArrayLike,
    case: npt.ArrayLike,
    truth: npt.ArrayLike,
    rating: npt.ArrayLike,
) -> Readings:
    """Lay a tidy table (one row per reading) out by modality, reader and case.

    Parameters
    ----------
    reader, modality, case : array_like
        Names or numbers.
    truth : array_like of 0 and 1
        Reference standard of the case, the same in all its rows.
    rating : array_like of float
        Higher means more suspicious.

    Returns
    -------
    Readings

    Raises
    ------
    InputError
        When a reading comes twice, a case changes its truth, or a cell is not a number: the row is named.

    Examples
    --------
    >>> table = readings(reader=[1, 1], modality=["CT", "CT"], case=["a", "b"], truth=[0, 1], rating=[2, 4])
    >>> table.rating.shape
    (1, 1, 2)
    """
    truths, ratings = binary_array(truth, "truth"), rating_array(rating, "rating")
    codes, names = [], []
    for column, values in (("modality", modality), ("reader", reader), ("case", case)):
        code, name = natural_factor(values, column)
        codes.append(code)
        names.append(name)
    same_length(modality=codes[0], reader=codes[1], case=codes[2], truth=truths, rating=ratings)
    if len(truths) == 0:
        raise InputError("there is no reading")
    case_truth = _truth_of_cases(codes[2], len(names[2]), truths, names[2])
    shape = (len(names[0]), len(names[1]), len(names[2]))
    flat = np.ravel_multi_index((codes[0], codes[1], codes[2]), shape)
    _refuse_duplicates(flat, codes, names)
    laid_out = np.full(shape, np.nan)
    laid_out.flat[flat] = ratings
    return Readings(names[0], names[1], names[2], case_truth, laid_out)


def natural_factor(values: npt.ArrayLike, column: str) -> tuple[npt.NDArray[np.intp], tuple[str, ...]]:
    """Number the names in a column, sorted as people count (cases: as text); refuse an empty cell."""
    series = pd.Series(values) if not isinstance(values, pd.Series) else values
    code, unique = pd.factorize(series, sort=pd.api.types.is_numeric_dtype(series))
    names = [str(name) for name in unique.tolist()]
    # Code -1, the last of this list, is a missing cell.
    blank = np.array([not name.strip() for name in names] + [True])[code]
    if blank.any():
        raise InputError("the cell is empty", row=int(np.argmax(blank)) + 1, column=column)
    if not pd.api.types.is_numeric_dtype(series):
        rank, texts = pd.factorize(np.array(names, dtype=object), sort=True)
        code, names = rank[code], texts.tolist()
    if column == "case":
        return code.astype(np.intp), tuple(names)
    order = sorted(range(len(names)), key=lambda index: _natural(names[index]))
    return np.argsort(order)[code], tuple(names[index] for index in order)


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key that puts R2 before R10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _truth_of_cases(case: npt.NDArray[np.intp], number: int, truth: BoolArray, names: tuple[str, ...]) -> BoolArray:
    positive = np.bincount(case, weights=truth, minlength=number) > 0
    conflict = positive[case] != truth
    if conflict.any():
        row = int(np.argmax(conflict))
        problem = f"case {names[case[row]]!r} is 0 here and 1 in another row"
        raise InputError(problem, row=row + 1, column="truth")
    return positive


def _refuse_duplicates(
    flat: npt.NDArray[np.intp], codes: list[npt.NDArray[np.intp]], names: list[tuple[str, ...]]
) -> None:
    repeated = pd.Series(flat).duplicated().to_numpy()
    if repeated.any():
        row = int(np.argmax(repeated))
        modality, reader, case = (names[axis][codes[axis][row]] for axis in range(3))
        problem = f"reader {reader!r} read case {case!r} in modality {modality!r} twice; keep one reading"
        raise InputError(problem, row=row + 1, column="case")
