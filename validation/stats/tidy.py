"""Tidy tables (one row per reading) as the arrays that the statistics take; names of columns are free."""

import dataclasses

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.checks import BoolArray, FloatArray, InputError, binary_array, rating_array
from validation.stats.mrmc_design import Readings, natural_factor, readings


@dataclasses.dataclass(frozen=True, slots=True)
class PairedReadings:
    """The same cases at two levels of one column, such as two modalities.

    Attributes
    ----------
    a, b : str
        The two levels.
    cases : tuple of str
        Cases with a value at both.
    truth : array of bool
        Reference standard of the cases.
    value_a, value_b : array of float
        Ratings or calls.
    left_out : int
        Cases with a value at one of the two levels only.
    """

    a: str
    b: str
    cases: tuple[str, ...]
    truth: BoolArray
    value_a: FloatArray
    value_b: FloatArray
    left_out: int


def readings_of(
    table: pd.DataFrame,
    *,
    reader: str = "reader",
    modality: str = "modality",
    case: str = "case",
    truth: str = "truth",
    rating: str = "rating",
) -> Readings:
    """Lay a tidy table out by modality, reader and case.

    Parameters
    ----------
    table : DataFrame
        One row per reading.
    reader, modality, case, truth, rating : str
        Names of its columns.

    Returns
    -------
    Readings
        What `mrmc`, `mrmc_u` and `ai_vs_readers` take.

    Raises
    ------
    InputError
        When a column is missing, or as `readings` does; the row and the column of this table are named.

    Examples
    --------
    >>> table = pd.DataFrame({"who": ["A", "A"], "modality": "CT", "case": [1, 2], "truth": [0, 1], "rating": [2, 4]})
    >>> readings_of(table, reader="who").readers
    ('A',)
    """
    names = {"reader": reader, "modality": modality, "case": case, "truth": truth, "rating": rating}
    _refuse_missing(table, tuple(names.values()))
    try:
        return readings(
            reader=table[reader],
            modality=table[modality],
            case=table[case],
            truth=table[truth].to_numpy(),
            rating=table[rating].to_numpy(),
        )
    except InputError as problem:
        raise InputError(
            problem.problem, row=problem.row, column=names.get(problem.column or "", problem.column)
        ) from None


def tidy_table(study: Readings) -> pd.DataFrame:
    """Give the readings of a study as a tidy table, one row per reading: the inverse of `readings_of`.

    Parameters
    ----------
    study : Readings
        Such as a simulated one.

    Returns
    -------
    DataFrame
        With the columns `reader, modality, case, truth, rating`.
    """
    modality, reader, case = np.nonzero(study.present)
    return pd.DataFrame(
        {
            "reader": np.array(study.readers)[reader],
            "modality": np.array(study.modalities)[modality],
            "case": np.array(study.cases)[case],
            "truth": study.truth[case].astype(int),
            "rating": study.rating[modality, reader, case],
        }
    )


def paired_levels(
    table: pd.DataFrame,
    *,
    between: str = "modality",
    levels: tuple[str, str] | None = None,
    case: str = "case",
    truth: str = "truth",
    value: str = "rating",
) -> PairedReadings:
    """Set two levels of a column side by side, case by case.

    Parameters
    ----------
    table : DataFrame
        One row per reading.
    between : str
        The column whose levels are compared.
    levels : pair of str, optional
        Levels a and b; may be left out where the column has just two.
    case, truth, value : str
        Names of the columns with the case, its reference standard, and the rating or call.

    Returns
    -------
    PairedReadings
        For `paired_binary`, `compare_paired_auc` and other paired statistics.

    Raises
    ------
    InputError
        When a level is not there, a case comes twice at one level or changes its truth, or no case is at both.

    Examples
    --------
    >>> table = pd.DataFrame({"modality": ["CT", "MR"] * 2, "case": [1, 1, 2, 2], "truth": [0, 0, 1, 1],
    ...                       "rating": [1, 2, 3, 5]})
    >>> paired_levels(table).value_b.tolist()
    [2.0, 5.0]
    """
    _refuse_missing(table, (between, case, truth, value))
    level, found = natural_factor(table[between], between)
    first, second = _two_levels(levels, found, between)
    truths, values = binary_array(table[truth].to_numpy(), truth), rating_array(table[value].to_numpy(), value)
    code, names = _cases(table[case], case)
    laid_out, seen = np.full((2, len(names)), np.nan), np.full(len(names), -1)
    for side, wanted in enumerate((first, second)):
        rows = np.flatnonzero(level == found.index(wanted))
        _refuse_second_row(code[rows], rows, names, wanted, case)
        _refuse_other_truth(seen, code, truths, rows, names, truth)
        laid_out[side, code[rows]] = values[rows]
    both = ~np.isnan(laid_out).any(axis=0)
    if not both.any():
        raise InputError(f"no case has a reading at both {first!r} and {second!r}", column=between)
    kept = tuple(name for name, keep in zip(names, both.tolist(), strict=True) if keep)
    one_side = int((~np.isnan(laid_out)).any(axis=0).sum() - both.sum())
    return PairedReadings(first, second, kept, seen[both] == 1, laid_out[0, both], laid_out[1, both], one_side)


def _refuse_missing(table: pd.DataFrame, wanted: tuple[str, ...]) -> None:
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise InputError(f"there is no column {missing[0]!r}; the table has {', '.join(map(str, table.columns))}")


def _cases(values: pd.Series, column: str) -> tuple[npt.NDArray[np.intp], tuple[str, ...]]:
    """Number the cases, sorted as text: a million of them need no natural order."""
    try:
        return natural_factor(values, "case")
    except InputError as problem:
        raise InputError(problem.problem, row=problem.row, column=column) from None


def _two_levels(levels: tuple[str, str] | None, found: tuple[str, ...], between: str) -> tuple[str, str]:
    if levels is None:
        if len(found) != 2:
            problem = f"has {len(found)} levels ({', '.join(found[:5])}); name the two to compare"
            raise InputError(problem, column=between)
        return found[0], found[1]
    first, second = (str(one) for one in levels)
    for one in (first, second):
        if one not in found:
            raise InputError(f"has no level {one!r}; there is {', '.join(found[:5])}", column=between)
    if first == second:
        raise InputError(f"{first!r} would be compared with itself", column=between)
    return first, second


def _refuse_second_row(
    codes: npt.NDArray[np.intp], rows: npt.NDArray[np.intp], names: tuple[str, ...], level: str, column: str
) -> None:
    repeated = pd.Series(codes).duplicated().to_numpy()
    if repeated.any():
        at = int(np.argmax(repeated))
        problem = f"case {names[codes[at]]!r} has a second row at {level!r}; keep one reading"
        raise InputError(problem, row=int(rows[at]) + 1, column=column)


def _refuse_other_truth(
    seen: npt.NDArray[np.intp],
    code: npt.NDArray[np.intp],
    truth: BoolArray,
    rows: npt.NDArray[np.intp],
    names: tuple[str, ...],
    column: str,
) -> None:
    """Note the truth of the cases in these rows; refuse a case that had another one before."""
    known = seen[code[rows]]
    conflict = (known >= 0) & (known != truth[rows])
    if conflict.any():
        row = int(rows[np.argmax(conflict)])
        problem = f"case {names[code[row]]!r} is {int(truth[row])} here and {int(not truth[row])} in another row"
        raise InputError(problem, row=row + 1, column=column)
    seen[code[rows]] = truth[rows]
