"""The command line of the statistics: one subcommand per family, a table by default, JSON on demand."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, TextIO

import numpy as np
import pandas as pd

from validation.stats.checks import InputError
from validation.stats.commands import (
    agreement,
    ai,
    binary,
    calibration,
    localisation,
    monitoring,
    mrmc,
    power,
    roc,
    segmentation,
    subgroups,
)
from validation.stats.commands.base import Command, Report, truth_table
from validation.stats.commands.option_types import finite
from validation.stats.results import JSONValue, jsonable
from validation.stats.table import CsvFile, CsvTable

COMMANDS: tuple[Command, ...] = (
    *binary.COMMANDS,
    *roc.COMMANDS,
    *mrmc.COMMANDS,
    *ai.COMMANDS,
    *localisation.COMMANDS,
    *calibration.COMMANDS,
    *agreement.COMMANDS,
    *power.COMMANDS,
    *segmentation.COMMANDS,
    *subgroups.COMMANDS,
    *monitoring.COMMANDS,
)
READER_COLUMNS = ("reader", "modality")
_OUTCOMES = (
    "exit code 0: answered; what the data do not define is shown as undefined, with the reason.\n"
    "exit code 2: refused; one line on standard error names the row (from 1, without the header) and the column."
)
_LARGE = 1_000_000  # characters of a document that nobody reads by eye


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")


def main(arguments: Sequence[str] | None = None, output: TextIO | None = None) -> int:
    """Run one statistic on a CSV file.

    Parameters
    ----------
    arguments : sequence of str, optional
        Command line; the process's own by default.
    output : text stream, optional
        Where the answer goes; standard output by default.

    Returns
    -------
    int
        0, or 2 when the input is refused.
    """
    options = _parser().parse_args(arguments)
    try:
        answer = _answer(options)
    except InputError as problem:
        sys.stderr.write(f"validation.stats {options.command.name}: error: {problem}\n")
        return 2
    try:
        (output or sys.stdout).write(answer)
        (output or sys.stdout).flush()
    except BrokenPipeError:
        # The reader of the pipe (`| head`) has what it wanted; Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _answer(options: argparse.Namespace) -> str:
    if not 0.0 < options.alpha < 1.0:
        raise InputError(f"--alpha lies strictly between 0 and 1, not {options.alpha}")
    options.level = 1.0 - options.alpha
    command: Command = options.command
    if command.run_files is not None:
        report = command.run_files(options)
        return _as_json([({}, report)], []) if options.json else _as_text([({}, report)], [])
    file = CsvFile(options.csv)
    command.settle(options, file.header)
    by = options.by.split(",") if options.by else []
    # Groups and clusters are names too: the patients 1.1 and 1.10 are two.
    cluster, case, between = (getattr(options, name, None) or "" for name in ("cluster", "case", "between"))
    names = [name for name in (*command.names(options), *by, *READER_COLUMNS, cluster, case, between) if name]
    columns = [*command.columns(options), *by]
    optional = [*READER_COLUMNS, case] if command.one_row_per_case else READER_COLUMNS
    table = truth_table(options, file, columns, optional=optional, text=names)
    notes: list[str] = []
    if not by and command.split_by_reader:
        by = [column for column in READER_COLUMNS if table.has(column) and column != between]
        notes += [f"One analysis for each {' and '.join(by)}."] if by else []
    for column in [*by, *([cluster] if cluster else [])]:
        table.refuse_blank(column)
    if command.one_row_per_case and table.has(case) and not cluster and not between:
        _refuse_second_rows(table, options, by)
    reports = [(group, command.run(options, table, rows)) for group, rows in table.groups(by)]
    return _as_json(reports, notes) if options.json else _as_text(reports, notes)


def _refuse_second_rows(table: CsvTable, options: argparse.Namespace, by: Sequence[str]) -> None:
    """Refuse a case that comes twice in one analysis, or with another reference standard in another row."""
    clusters = f"--cluster {options.case} for rows that are parts of one case, " if hasattr(options, "cluster") else ""
    advice = f"has a second row: give {clusters}--by a column that tells the rows apart, or --case another column"
    table.refuse_repeated([*by, options.case], advice)
    if by:
        pairs = table.frame[[options.case, options.truth]].drop_duplicates()
        other = pairs.duplicated([options.case]).to_numpy()
        if other.any():
            row = int(pairs.index[int(np.argmax(other))])
            problem = f"{options.case} {table.frame[options.case].iloc[row]!r} has another {options.truth} above"
            raise InputError(problem, row=row + 1, column=options.truth)


def _as_json(reports: list[tuple[dict[str, str], Report]], notes: list[str]) -> str:
    document: dict[str, JSONValue] = {"notes": list(notes)}
    if len(reports) == 1 and not reports[0][0]:
        document |= reports[0][1].document
    else:
        document["groups"] = [{"by": jsonable(group), **report.document} for group, report in reports]
    # Only without indentation does the standard library encode in C: a curve of a million points takes seconds.
    compact = json.dumps(document, allow_nan=False)
    return (compact if len(compact) > _LARGE else json.dumps(document, allow_nan=False, indent=1)) + "\n"


def _as_text(reports: list[tuple[dict[str, str], Report]], notes: list[str]) -> str:
    blocks = [*notes]
    for group, report in reports:
        if group:
            blocks.append(", ".join(f"{column} {value}" for column, value in group.items()))
        blocks += [_table(frame) for frame in report.tables]
    return "\n\n".join(blocks) + "\n"


def _table(frame: pd.DataFrame) -> str:
    # `na_rep` does not reach None in a column of objects.
    frame = frame.apply(lambda column: column.where(column.notna(), "") if column.dtype == object else column)
    return frame.to_string(index=False, na_rep="", float_format=lambda number: f"{number:.6g}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="validation.stats",
        description="Statistics of reader studies and AI validation from CSV files: UTF-8, a header, comma, semicolon "
        "or tab. Prints tables, or with --json the library's JSON.",
        epilog=_OUTCOMES + "\n\nA METHOD with --help shows its options and examples.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    subparsers = parser.add_subparsers(dest="method", required=True, metavar="METHOD", parser_class=_Parser)
    for command in COMMANDS:
        options = subparsers.add_parser(
            command.name,
            help=command.summary,
            description=command.summary,
            epilog=_epilog(command),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        _add_shared_options(options, command)
        command.add_options(options)
        options.set_defaults(command=command)
    return parser


def _add_shared_options(options: argparse.ArgumentParser, command: Command) -> None:
    if command.run_files is None:
        options.add_argument(
            "--csv", type=Path, required=True, metavar="FILE", help="table with a header; - is standard input"
        )
        options.add_argument(
            "--truth", default="truth", metavar="COLUMN", help="reference standard, 0 or 1 (default: truth)"
        )
        options.add_argument(
            "--positive", metavar="LABEL", help="--truth holds two labels and this one is a positive case"
        )
        options.add_argument("--by", metavar="COLUMN,...", help="analyse each value of these columns apart")
    if command.one_row_per_case:
        options.add_argument(
            "--case", default="case", metavar="COLUMN", help="if there, each case has one row (default: case)"
        )
    options.add_argument("--alpha", type=finite, default=0.05, help="1 - confidence level (default: 0.05)")
    options.add_argument("--json", action="store_true", help="print JSON")


def _epilog(command: Command) -> str:
    examples = "".join(f"\n  python -m validation.stats {example}" for example in command.examples)
    return f"examples:{examples}\n\n{_OUTCOMES}"
