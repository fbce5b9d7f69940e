"""`subgroups`."""

import argparse

import numpy as np
import numpy.typing as npt

from validation.stats.checks import InputError
from validation.stats.commands.base import Command, Report, Rows, zero_one
from validation.stats.commands.option_types import count, threshold
from validation.stats.multiplicity import ADJUSTMENTS
from validation.stats.proportions import PROPORTION_METHODS
from validation.stats.subgroups import bands, subgroup_report
from validation.stats.table import CsvTable


def _options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--columns", metavar="COLUMN,...", default="", help="columns whose values make subgroups")
    command.add_argument(
        "--band", action="append", default=[], metavar="COLUMN:EDGE:...", help="number to cut into bands, as age:40:70"
    )
    command.add_argument("--call", metavar="COLUMN", help="column with the decision, 0 or 1")
    command.add_argument("--rating", metavar="COLUMN", help="rating column, higher is more suspicious")
    command.add_argument(
        "--threshold", type=threshold, help="make the decision: positive when the rating is at least this"
    )
    command.add_argument("--minimum", type=count, default=10, help="smallest reportable cell (default: 10)")
    command.add_argument("--adjustment", choices=ADJUSTMENTS, default="holm", help="multiplicity (default: holm)")
    command.add_argument("--interval", choices=PROPORTION_METHODS, default="wilson", help="default: wilson")


def _names(options: argparse.Namespace) -> list[str]:
    return [name.strip() for name in options.columns.split(",") if name.strip()]


def _bands(options: argparse.Namespace) -> dict[str, list[float]]:
    found = {}
    for text in options.band:
        name, *edges = text.split(":")
        try:
            found[name] = [float(edge) for edge in edges]
        except ValueError:
            raise InputError(f"--band {text!r}: numbers after the name of the column, as age:40:70") from None
    return found


def _columns(options: argparse.Namespace) -> list[str]:
    given = [column for column in (options.call, options.rating) if column]
    return list(dict.fromkeys([options.truth, *given, *_names(options), *_bands(options)]))


def _run(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    labels: dict[str, npt.ArrayLike] = {
        name: table.frame[name].astype(str).to_numpy(dtype=object)[rows] for name in _names(options)
    }
    labels |= {name: bands(table.numbers(name)[rows], edges) for name, edges in _bands(options).items()}
    rating = table.numbers(options.rating)[rows] if options.rating else None
    report = subgroup_report(
        zero_one(table, options.truth)[rows],
        labels,
        call=_call(options, table, rows, rating),
        rating=rating,
        minimum=options.minimum,
        adjustment=options.adjustment,
        method=options.interval,
        level=options.level,
    )
    return Report(report.to_json(), report.to_frames())


def _call(
    options: argparse.Namespace, table: CsvTable, rows: Rows, rating: npt.NDArray[np.float64] | None
) -> npt.NDArray[np.bool_] | None:
    if options.threshold is None:
        return zero_one(table, options.call)[rows] if options.call else None
    if rating is None:
        raise InputError("--threshold needs --rating")
    return rating >= options.threshold


COMMANDS = (
    Command(
        "subgroups",
        "sensitivity, specificity and AUC by site, vendor, sex, age band; tests of heterogeneity",
        _options,
        _columns,
        _run,
        names=_names,
        one_row_per_case=True,
        examples=(
            "subgroups --csv cases.csv --columns site,sex --band age:50:70 --rating ai_score --threshold 3",
            "subgroups --csv cases.csv --columns site --call call --minimum 5 --adjustment hochberg --json",
        ),
    ),
)
