"""`calibration`."""

import argparse

from validation.stats.calibration import calibration_summary
from validation.stats.commands.base import Command, Report, Rows, refuse_rows, zero_one
from validation.stats.table import CsvTable


def _options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--probability", default="probability", help="column with predicted probabilities")
    command.add_argument("--bins", type=int, default=10, help="bins of the reliability diagram (default: 10)")
    command.add_argument("--binning", choices=("equal-width", "equal-count"), default="equal-width")


def _run(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    truth, probability = zero_one(table, options.truth)[rows], table.numbers(options.probability)
    outside = (probability < 0) | (probability > 1)
    refuse_rows(outside, table, options.probability, "is not a probability (0 to 1)")
    summary = calibration_summary(
        truth, probability[rows], bins=options.bins, binning=options.binning, level=options.level
    )
    return Report(summary.to_json(), (summary.to_frame(),))


COMMANDS = (
    Command(
        "calibration",
        "reliability, Brier score, calibration slope",
        _options,
        lambda options: [options.truth, options.probability],
        _run,
    ),
)
