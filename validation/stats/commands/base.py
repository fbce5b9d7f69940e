"""What a subcommand is, and how it reads its columns."""

import argparse
import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.checks import InputError
from validation.stats.results import JSONValue
from validation.stats.table import CsvFile, CsvTable

Rows = npt.NDArray[np.intp]


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """One answer: the JSON document and the tables that show it."""

    document: Mapping[str, JSONValue]
    tables: tuple[pd.DataFrame, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Command:
    """A subcommand.

    `columns` names the columns that these options need; `run` analyses some rows of the table. With
    `split_by_reader` a table with reader or modality columns is analysed apart for each of them. `names` are the
    columns whose cells are names even where they look like numbers. `one_row_per_case`: a second row of a case is
    refused, unless the options name clusters or levels. A command with `run_files` names its own files in its
    options and has no --csv. `settle` completes the options from the header of the file. `examples` are command
    lines that work.
    """

    name: str
    summary: str
    add_options: Callable[[argparse.ArgumentParser], None]
    columns: Callable[[argparse.Namespace], list[str]]
    run: Callable[[argparse.Namespace, CsvTable, Rows], Report]
    split_by_reader: bool = False
    names: Callable[[argparse.Namespace], list[str]] = lambda options: []
    run_files: Callable[[argparse.Namespace], Report] | None = None
    one_row_per_case: bool = False
    settle: Callable[[argparse.Namespace, list[str]], None] = lambda options, header: None
    examples: tuple[str, ...] = ()


def no_columns(options: argparse.Namespace) -> list[str]:
    """Name no columns."""
    del options
    return []


def no_table(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    """Stand for `run` in a command that names its own files."""
    raise NotImplementedError(f"{options.command.name} reads its own files")


def truth_table(
    options: argparse.Namespace,
    source: Path | CsvFile,
    columns: list[str],
    *,
    optional: Sequence[str] = (),
    text: Sequence[str] = (),
) -> CsvTable:
    """Read a table whose column --truth holds 0 and 1, or the label --positive and another."""
    if options.positive is None:
        table = CsvTable(source, columns, optional, text)
        _refuse_labels(table, options.truth)
        return table
    table = CsvTable(source, columns, optional, [*text, options.truth])
    if table.has(options.truth):
        table.recode(options.truth, options.positive)
    return table


def _refuse_labels(table: CsvTable, column: str) -> None:
    """Refuse a reference standard in words, or as 1 and 2, and say how such a one is read."""
    if not table.has(column):
        return
    values = table.frame[column]
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = (numbers != 0) & (numbers != 1)
    if bad.any():
        row = int(np.argmax(bad))
        cell = str(values.iloc[row])
        problem = f"{cell!r} is neither 0 nor 1; --positive names the label of a positive case"
        raise InputError(problem if cell.strip() else "the cell is empty", row=row + 1, column=column)


@contextlib.contextmanager
def rows_of_file(options: argparse.Namespace, rows: Rows) -> Iterator[None]:
    """Let a complaint about some rows of a table name the row of the file and the column's own name."""
    try:
        yield
    except InputError as problem:
        row = None if problem.row is None else int(rows[problem.row - 1]) + 1
        column = getattr(options, problem.column or "", problem.column)
        raise InputError(problem.problem, row=row, column=column) from None


def zero_one(table: CsvTable, column: str) -> npt.NDArray[np.bool_]:
    """Give a column of 0 and 1 as booleans."""
    numbers = table.numbers(column)
    refuse_rows((numbers != 0) & (numbers != 1), table, column, "is neither 0 nor 1")
    return numbers == 1


def refuse_rows(bad: npt.NDArray[np.bool_], table: CsvTable, column: str, problem: str) -> None:
    """Complain about the first row in which `bad` is true."""
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(f"{table.frame[column].iloc[row]} {problem}", row=row + 1, column=column)
