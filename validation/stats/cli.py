"""The command line of the statistics: one subcommand per family, a table by default, JSON on demand."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TextIO

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.binary import BinarySummary, binary_summary
from validation.stats.calibration import CalibrationSummary, calibration_summary
from validation.stats.checks import InputError
from validation.stats.paired_binary import PairedBinary, paired_binary
from validation.stats.proportions import PROPORTION_METHODS
from validation.stats.results import JSONValue, jsonable, tests_frame
from validation.stats.roc import RocSummary, roc_summary
from validation.stats.roc_compare import RocComparison, compare_paired_auc
from validation.stats.table import CsvTable

Rows = npt.NDArray[np.intp]
Result = BinarySummary | PairedBinary | RocSummary | RocComparison | CalibrationSummary
Analysis = Callable[[argparse.Namespace, CsvTable, Rows], Result]

READER_COLUMNS = ("reader", "modality")


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
        sys.stderr.write(f"validation.stats {options.command}: error: {problem}\n")
        return 2
    (output or sys.stdout).write(answer)
    return 0


def _answer(options: argparse.Namespace) -> str:
    if not 0.0 < options.alpha < 1.0:
        raise InputError(f"--alpha lies strictly between 0 and 1, not {options.alpha}")
    options.level = 1.0 - options.alpha
    by = options.by.split(",") if options.by else []
    table = CsvTable(options.csv, [*options.columns(options), *by], optional=READER_COLUMNS)
    notes: list[str] = []
    if not by and options.split_by_reader:
        by = [column for column in READER_COLUMNS if table.has(column)]
        notes += [f"One analysis for each {' and '.join(by)}."] if by else []
    results = [(group, options.analysis(options, table, rows)) for group, rows in table.groups(by)]
    return _as_json(results, notes) if options.json else _as_text(results, notes)


def _as_json(results: list[tuple[dict[str, str], Result]], notes: list[str]) -> str:
    document: dict[str, JSONValue]
    if len(results) == 1 and not results[0][0]:
        document = results[0][1].to_json()
    else:
        groups: list[JSONValue] = [{"by": jsonable(group), **result.to_json()} for group, result in results]
        document = {"groups": groups}
    return json.dumps(document | {"notes": list(notes)}, allow_nan=False, indent=1) + "\n"


def _as_text(results: list[tuple[dict[str, str], Result]], notes: list[str]) -> str:
    blocks = [*notes]
    for group, result in results:
        if group:
            blocks.append(", ".join(f"{column} {value}" for column, value in group.items()))
        blocks.append(_table(result.to_frame()))
        tests = _tests(result)
        if tests is not None:
            blocks.append(_table(tests))
    return "\n\n".join(blocks) + "\n"


def _table(frame: pd.DataFrame) -> str:
    return frame.to_string(index=False, na_rep="", float_format=lambda number: f"{number:.6g}")


def _tests(result: Result) -> pd.DataFrame | None:
    if isinstance(result, RocComparison):
        return tests_frame({"delong": result.test})
    if isinstance(result, PairedBinary):
        return tests_frame(
            {f"sensitivity {name}": test for name, test in result.sensitivity.tests.items()}
            | {f"specificity {name}": test for name, test in result.specificity.tests.items()}
        )
    return None


def _binary(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Result:
    truth = _zero_one(table, options.truth)[rows]
    if options.threshold is None:
        call = _zero_one(table, options.call)[rows]
    else:
        call = table.numbers(options.rating)[rows] >= options.threshold
    return binary_summary(truth, call, level=options.level, method=options.interval)


def _paired_binary(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Result:
    columns = (options.truth, options.call_a, options.call_b)
    truth, a, b = (_zero_one(table, column)[rows] for column in columns)
    return paired_binary(truth, a, b, level=options.level, method=options.difference)


def _roc(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Result:
    truth, rating = _zero_one(table, options.truth)[rows], table.numbers(options.rating)[rows]
    return roc_summary(truth, rating, level=options.level)


def _roc_compare(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Result:
    truth = _zero_one(table, options.truth)[rows]
    a, b = table.numbers(options.rating_a)[rows], table.numbers(options.rating_b)[rows]
    return compare_paired_auc(truth, a, b, level=options.level)


def _calibration(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Result:
    truth, probability = _zero_one(table, options.truth)[rows], table.numbers(options.probability)
    _refuse((probability < 0) | (probability > 1), table, options.probability, "is not a probability (0 to 1)")
    return calibration_summary(
        truth, probability[rows], bins=options.bins, binning=options.binning, level=options.level
    )


def _zero_one(table: CsvTable, column: str) -> npt.NDArray[np.bool_]:
    numbers = table.numbers(column)
    _refuse((numbers != 0) & (numbers != 1), table, column, "is neither 0 nor 1")
    return numbers == 1


def _refuse(bad: npt.NDArray[np.bool_], table: CsvTable, column: str, problem: str) -> None:
    if bad.any():
        row = int(np.argmax(bad))
        raise InputError(f"{table.frame[column].iloc[row]} {problem}", row=row + 1, column=column)


def _binary_columns(options: argparse.Namespace) -> list[str]:
    return [options.truth, options.call if options.threshold is None else options.rating]


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="validation.stats",
        description="Statistics of reader studies and AI validation from CSV files (UTF-8, comma, header). "
        "Prints a table, or with --json the library's JSON. Bad input: one line of error, exit code 2.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="METHOD", parser_class=_Parser)

    binary = _command(commands, "binary", "2x2 table: sensitivity, specificity, PPV, NPV and more", _binary)
    binary.add_argument("--call", default="call", help="column with the decision, 0 or 1 (default: call)")
    binary.add_argument("--rating", default="rating", help="rating column used with --threshold")
    binary.add_argument("--threshold", type=float, help="call a case positive when its rating is at least this")
    binary.add_argument("--interval", choices=PROPORTION_METHODS, default="wilson", help="interval (default: wilson)")
    binary.set_defaults(columns=_binary_columns, split_by_reader=True)

    paired = _command(
        commands, "paired-binary", "two decisions on the same cases: McNemar and difference", _paired_binary
    )
    paired.add_argument("--call-a", default="call_a", help="column with decision a (default: call_a)")
    paired.add_argument("--call-b", default="call_b", help="column with decision b (default: call_b)")
    paired.add_argument("--difference", choices=("tango", "newcombe"), default="tango", help="interval of a - b")
    paired.set_defaults(columns=lambda o: [o.truth, o.call_a, o.call_b])

    roc = _command(commands, "roc", "empirical ROC curve and its area with DeLong's interval", _roc)
    roc.add_argument("--rating", default="rating", help="rating column, higher is more suspicious")
    roc.set_defaults(columns=lambda o: [o.truth, o.rating], split_by_reader=True)

    compare = _command(commands, "roc-compare", "DeLong's paired test of two areas", _roc_compare)
    compare.add_argument("--rating-a", default="rating_a", help="column with rating a (default: rating_a)")
    compare.add_argument("--rating-b", default="rating_b", help="column with rating b (default: rating_b)")
    compare.set_defaults(columns=lambda o: [o.truth, o.rating_a, o.rating_b])

    calibration = _command(commands, "calibration", "reliability, Brier score, calibration slope", _calibration)
    calibration.add_argument("--probability", default="probability", help="column with predicted probabilities")
    calibration.add_argument("--bins", type=int, default=10, help="bins of the reliability diagram (default: 10)")
    calibration.add_argument("--binning", choices=("equal-width", "equal-count"), default="equal-width")
    calibration.set_defaults(columns=lambda o: [o.truth, o.probability])
    return parser


def _command(
    commands: "argparse._SubParsersAction[_Parser]", name: str, summary: str, analysis: Analysis
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=summary, description=summary)
    command.add_argument("--csv", type=Path, required=True, metavar="FILE", help="table with a header, one row a case")
    command.add_argument("--truth", default="truth", help="column with the reference standard, 0 or 1")
    command.add_argument("--by", metavar="COLUMN,...", help="analyse each value of these columns apart")
    command.add_argument("--alpha", type=float, default=0.05, help="1 - confidence level (default: 0.05)")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(analysis=analysis, split_by_reader=False)
    return command
