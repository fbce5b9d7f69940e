"""`roc` and `roc-compare`."""

import argparse

from validation.stats.commands.base import Command, Report, Rows, zero_one
from validation.stats.results import tests_frame
from validation.stats.roc import roc_summary
from validation.stats.roc_compare import compare_paired_auc
from validation.stats.table import CsvTable


def _roc_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--rating", default="rating", help="rating column, higher is more suspicious")


def _roc(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    truth, rating = zero_one(table, options.truth)[rows], table.numbers(options.rating)[rows]
    summary = roc_summary(truth, rating, level=options.level)
    return Report(summary.to_json(), (summary.to_frame(),))


def _compare_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--rating-a", default="rating_a", help="column with rating a (default: rating_a)")
    command.add_argument("--rating-b", default="rating_b", help="column with rating b (default: rating_b)")


def _compare(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    truth = zero_one(table, options.truth)[rows]
    a, b = table.numbers(options.rating_a)[rows], table.numbers(options.rating_b)[rows]
    comparison = compare_paired_auc(truth, a, b, level=options.level)
    return Report(comparison.to_json(), (comparison.to_frame(), tests_frame({"delong": comparison.test})))


COMMANDS = (
    Command(
        "roc",
        "empirical ROC curve and its area with DeLong's interval",
        _roc_options,
        lambda options: [options.truth, options.rating],
        _roc,
        split_by_reader=True,
    ),
    Command(
        "roc-compare",
        "DeLong's paired test of two areas",
        _compare_options,
        lambda options: [options.truth, options.rating_a, options.rating_b],
        _compare,
    ),
)
