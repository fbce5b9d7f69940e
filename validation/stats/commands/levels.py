"""Two levels of one column of a tidy table, side by side: what the paired commands compare besides two columns."""

import argparse
from collections.abc import Sequence

from validation.stats.checks import InputError
from validation.stats.commands.base import Rows, rows_of_file
from validation.stats.results import JSONValue
from validation.stats.table import CsvTable
from validation.stats.tidy import PairedReadings, paired_levels


def add_level_options(command: argparse.ArgumentParser) -> None:
    """Add the options that choose two levels of a column."""
    command.add_argument(
        "--between",
        metavar="COLUMN",
        help="tidy table: compare two levels of this column, case by case (modality, if there are no columns a and b)",
    )
    command.add_argument("--levels", metavar="A,B", help="with --between: the two levels, if the column has more")


def settle_levels(options: argparse.Namespace, header: Sequence[str], wide: Sequence[str]) -> None:
    """Read a tidy table by its modalities where it has no columns a and b."""
    if options.levels is not None and options.between is None:
        options.between = "modality"
    if options.between is None and {"modality", options.case} <= set(header) and not set(wide) & set(header):
        options.between = "modality"


def level_pairs(options: argparse.Namespace, table: CsvTable, rows: Rows, value: str) -> PairedReadings:
    """Set the two levels side by side; a complaint names the row of the file."""
    names = None
    if options.levels is not None:
        names = tuple(name.strip() for name in options.levels.split(","))
        if len(names) != 2:
            raise InputError(f"--levels {options.levels!r}: two names with a comma between them")
    table.numbers(value)
    chosen = {"between": options.between, "case": options.case, "truth": options.truth, "value": value}
    with rows_of_file(options, rows):
        return paired_levels(table.frame.iloc[rows], levels=names, **chosen)


def level_names(paired: PairedReadings) -> dict[str, JSONValue]:
    """Say what a and b are, how many cases are compared, and how many lack a partner."""
    return {"levels": {"a": paired.a, "b": paired.b, "cases": len(paired.cases), "left_out": paired.left_out}}
