"""What a subcommand is, and how it reads its columns."""

import argparse
import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.checks import InputError
from validation.stats.results import JSONValue
from validation.stats.table import CsvTable

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
    columns whose cells are names even where they look like numbers. A command with `run_files` names its own
    files in its options and has no --csv.
    """

    name: str
    summary: str
    add_options: Callable[[argparse.ArgumentParser], None]
    columns: Callable[[argparse.Namespace], list[str]]
    run: Callable[[argparse.Namespace, CsvTable, Rows], Report]
    split_by_reader: bool = False
    names: Callable[[argparse.Namespace], list[str]] = lambda options: []
    run_files: Callable[[argparse.Namespace], Report] | None = None


def no_columns(options: argparse.Namespace) -> list[str]:
    """Name no columns."""
    del options
    return []


def no_table(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    """Stand for `run` in a command that names its own files."""
    raise NotImplementedError(f"{options.command.name} reads its own files")


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
