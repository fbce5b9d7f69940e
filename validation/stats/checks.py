"""Input checks: every refusal names the column and the first offending row."""

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]


class InputError(ValueError):
    """Input that a statistic refuses, with the row (counted from 1) and the column at fault.

    Attributes
    ----------
    problem : str
        What is wrong, without the place.
    row : int or None
        First offending row, counted from 1 and without the header.
    column : str or None
        Name of the column or argument.
    """

    def __init__(self, problem: str, *, row: int | None = None, column: str | None = None) -> None:
        self.problem = problem
        self.row = row
        self.column = column
        place = ", ".join(
            part for part in (f"row {row}" if row is not None else "", f"column {column!r}" if column else "") if part
        )
        super().__init__(f"{place}: {problem}" if place else problem)


def binary_array(values: npt.ArrayLike, column: str) -> BoolArray:
    """Read a column of 0 and 1 (or False and True) as booleans."""
    array = np.asarray(values)
    _one_dimension(array, column)
    if array.dtype == np.bool_:
        return array
    numbers = _as_float(array, column)
    _refuse_rows((numbers != 0) & (numbers != 1), array, column, "is neither 0 nor 1")
    return numbers == 1


def rating_array(values: npt.ArrayLike, column: str) -> FloatArray:
    """Read a column of ratings; -inf ("no mark") and inf are legal, NaN is not."""
    array = np.asarray(values)
    _one_dimension(array, column)
    numbers = _as_float(array, column)
    _refuse_rows(np.isnan(numbers), array, column, "is not a number")
    return numbers


def probability_array(values: npt.ArrayLike, column: str) -> FloatArray:
    """Read a column of probabilities between 0 and 1."""
    numbers = rating_array(values, column)
    _refuse_rows((numbers < 0) | (numbers > 1), numbers, column, "is not a probability between 0 and 1")
    return numbers


def label_codes(labels: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Number labels of any kind by first appearance; a missing label is a label of its own."""
    return pd.factorize(np.asarray(labels), use_na_sentinel=False)[0].astype(np.intp)


def same_length(**columns: npt.NDArray[np.generic]) -> int:
    """Check that the named columns are equally long; give that length."""
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        listing = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise InputError(f"the columns differ in length: {listing}")
    return next(iter(lengths.values()))


def confidence_level(level: float) -> float:
    """Check that a confidence level lies strictly between 0 and 1."""
    if not (math.isfinite(level) and 0.0 < level < 1.0):
        raise InputError(f"a confidence level lies strictly between 0 and 1, not {level}")
    return float(level)


def _one_dimension(array: npt.NDArray[np.generic], column: str) -> None:
    if array.ndim != 1:
        raise InputError(f"expected one dimension, got {array.ndim}", column=column)


def _as_float(array: npt.NDArray[np.generic], column: str) -> FloatArray:
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError):
        row = next(index for index, item in enumerate(array.tolist(), start=1) if not _is_number(item))
        raise InputError(f"{array.tolist()[row - 1]!r} is not a number", row=row, column=column) from None


def _is_number(item: object) -> bool:
    try:
        float(item)  # type: ignore[arg-type]  # the point is to try
    except (TypeError, ValueError):
        return False
    return True


def _refuse_rows(bad: BoolArray, shown: npt.NDArray[np.generic], column: str, problem: str) -> None:
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(f"{shown[row]} {problem}", row=row + 1, column=column)
