"""`mrmc`, and how the commands for reader studies read their tables."""

import argparse

import numpy as np
import pandas as pd

from validation.stats.checks import InputError
from validation.stats.commands.base import Command, Report, Rows, rows_of_file, zero_one
from validation.stats.commands.option_types import count, finite, seed, threshold
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_binormal import binormal_figure
from validation.stats.mrmc_design import Readings, readings
from validation.stats.mrmc_figures import (
    Figure,
    ShareFigure,
    auc_figure,
    expected_utility_figure,
    partial_auc_figure,
    sensitivity_at_figure,
    sensitivity_figure,
    specificity_at_figure,
    specificity_figure,
)
from validation.stats.mrmc_u import mrmc_u
from validation.stats.table import CsvTable

FIGURES = (
    "auc",
    "pauc",
    "sensitivity",
    "specificity",
    "sensitivity-at",
    "specificity-at",
    "expected-utility",
    "binormal-auc",
)


def add_reading_columns(command: argparse.ArgumentParser) -> None:
    """Add the options that name the columns of a table of readings."""
    for column, meaning in (
        ("reader", "who read"),
        ("modality", "under which condition"),
        ("case", "which case"),
        ("rating", "rating, higher is more suspicious"),
    ):
        command.add_argument(f"--{column}", default=column, metavar="COLUMN", help=f"{meaning} (default: {column})")


def reading_columns(options: argparse.Namespace) -> list[str]:
    """Name the columns of a table of readings."""
    return [options.reader, options.modality, options.case, options.truth, options.rating]


def name_columns(options: argparse.Namespace) -> list[str]:
    """Name the columns that hold names."""
    return [options.reader, options.modality, options.case]


def table_readings(options: argparse.Namespace, table: CsvTable, rows: Rows, *, truth: bool = True) -> Readings:
    """Read a table of readings, without its truth where that plays no part; a complaint names the row of the file."""
    rating = table.numbers(options.rating)[rows]
    known = zero_one(table, options.truth)[rows] if truth else np.zeros(len(rating), dtype=bool)
    reader, modality, case = (table.frame[column].iloc[rows] for column in name_columns(options))
    with rows_of_file(options, rows):
        return readings(reader=reader, modality=modality, case=case, truth=known, rating=rating)


def add_figure_options(command: argparse.ArgumentParser, figures: tuple[str, ...] = FIGURES) -> None:
    """Add the options that choose a figure of merit."""
    command.add_argument("--fom", choices=figures, default="auc", help="figure of merit (default: auc)")
    command.add_argument("--threshold", type=threshold, help="sensitivity, specificity: positive from this rating on")
    command.add_argument(
        "--range", type=float, nargs=2, metavar=("LOW", "HIGH"), default=(0.8, 1.0), help="pauc (default: 0.8 1)"
    )
    command.add_argument(
        "--range-of", choices=("specificity", "sensitivity"), default="specificity", help="axis of --range"
    )
    command.add_argument("--normalised", action="store_true", help="pauc: divide by the width of the range")
    command.add_argument("--at", type=finite, default=0.9, help="sensitivity-at, specificity-at (default: 0.9)")
    command.add_argument("--slope", type=finite, default=1.0, help="expected-utility: weight of FPF (default: 1)")


def chosen_figure(options: argparse.Namespace, table: Readings) -> Figure:
    """Build the figure of merit that the options ask for."""
    if options.fom in ("sensitivity", "specificity"):
        return share_figure(options, table)
    if options.fom == "pauc":
        low, high = options.range
        return partial_auc_figure(low, high, axis=options.range_of, normalised=options.normalised)
    if options.fom == "sensitivity-at":
        return sensitivity_at_figure(options.at)
    if options.fom == "specificity-at":
        return specificity_at_figure(options.at)
    if options.fom == "binormal-auc":
        return binormal_figure()
    return expected_utility_figure(options.slope) if options.fom == "expected-utility" else auc_figure()


def share_figure(options: argparse.Namespace, table: Readings) -> ShareFigure:
    """Build sensitivity or specificity at the asked threshold."""
    threshold = decision_threshold(options, table)
    return sensitivity_figure(threshold) if options.fom == "sensitivity" else specificity_figure(threshold)


def decision_threshold(options: argparse.Namespace, table: Readings) -> float:
    """Give the rating from which on a case is called positive: the asked one, or 1 for ratings of 0 and 1."""
    if options.threshold is not None:
        return float(options.threshold)
    given = table.rating[table.present]
    if np.isin(given, (0.0, 1.0)).all():
        return 1.0
    what = "--phases" if getattr(options, "phases", None) else f"--fom {options.fom}"
    raise InputError(f"{what} needs --threshold, unless the ratings are 0 and 1")


def _options(command: argparse.ArgumentParser) -> None:
    add_reading_columns(command)
    add_figure_options(command)
    command.add_argument("--method", dest="model", choices=("or", "dbm"), default="or", help="default: or")
    command.add_argument(
        "--covariance",
        choices=("jackknife", "delong", "unbiased", "bootstrap"),
        default="jackknife",
        help="of the errors over cases (default: jackknife)",
    )
    command.add_argument("--margin", type=finite, help="also test non-inferiority and equivalence with this margin")
    command.add_argument("--resamples", type=count, default=2000, help="of the bootstrap (default: 2000)")
    command.add_argument("--seed", type=seed, default=1, help="seed of the bootstrap (default: 1)")


def _run(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    study = table_readings(options, table, rows)
    result = mrmc(
        study,
        figure=chosen_figure(options, study),
        method=options.model,
        covariance=options.covariance,
        level=options.level,
        margin=options.margin,
        resamples=options.resamples,
        generator=np.random.default_rng(options.seed),
    )
    return Report(result.to_json(), (result.to_frame(), *result.frames()))


def _u_options(command: argparse.ArgumentParser) -> None:
    add_reading_columns(command)
    command.add_argument("--fom", choices=("auc", "sensitivity", "specificity"), default="auc", help="default: auc")
    command.add_argument("--threshold", type=threshold, help="sensitivity, specificity: positive from this rating on")


def _run_u(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    study = table_readings(options, table, rows)
    figure = None if options.fom == "auc" else share_figure(options, study)
    result = mrmc_u(study, figure=figure, level=options.level)
    readers = pd.DataFrame([row.to_json() for row in result.readers])
    return Report(result.to_json(), (result.to_frame(), readers))


COMMANDS = (
    Command(
        "mrmc",
        "multi-reader multi-case comparison of modalities (Obuchowski-Rockette, DBM)",
        _options,
        reading_columns,
        _run,
        names=name_columns,
        examples=(
            "mrmc --csv readings.csv",
            "mrmc --csv readings.csv --method dbm --alpha 0.1",
            "mrmc --csv readings.csv --fom pauc --range 0.8 1 --json",
            "mrmc --csv readings.csv --fom sensitivity --threshold 3 --margin 0.05",
            "mrmc --csv readings.csv --covariance bootstrap --resamples 200 --seed 11",
        ),
    ),
    Command(
        "mrmc-u",
        "U-statistics of a reader study of any design (BDG and BCK components, as iMRMC)",
        _u_options,
        reading_columns,
        _run_u,
        names=name_columns,
        examples=(
            "mrmc-u --csv readings.csv",
            "mrmc-u --csv readings.csv --fom specificity --threshold 3 --json",
        ),
    ),
)
