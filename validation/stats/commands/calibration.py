"""`calibration`."""

import argparse

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.stats.calibration import calibration_summary
from validation.stats.calibration_bootstrap import bootstrap_calibration, expected_error, smooth_error
from validation.stats.calibration_curve import (
    adaptive_calibration_error,
    brier_decomposition,
    smooth_calibration,
)
from validation.stats.calibration_tests import (
    hosmer_lemeshow,
    log_loss,
    observed_over_expected,
    spiegelhalter_test,
)
from validation.stats.checks import InputError
from validation.stats.commands.base import Command, Report, Rows, refuse_rows, zero_one
from validation.stats.commands.option_types import count, seed
from validation.stats.decision_curve import decision_curve
from validation.stats.recalibration import RECALIBRATION_METHODS, cross_fitted, shift_prevalence
from validation.stats.results import JSONValue, Outcome, Undefined, estimates_frame, jsonable, tests_frame
from validation.stats.table import CsvTable


def _options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--probability", default="probability", metavar="COLUMN", help="column with predicted probabilities"
    )
    command.add_argument("--bins", type=count, default=10, help="bins of the reliability diagram (default: 10)")
    command.add_argument(
        "--binning", choices=("equal-width", "equal-count"), default="equal-width", help="default: equal-width"
    )
    command.add_argument("--fitted", action="store_true", help="the model was fitted on these cases (Hosmer-Lemeshow)")
    command.add_argument("--bootstrap", type=count, metavar="N", help="intervals of ECE and ICI by N resamples")
    command.add_argument("--thresholds", metavar="T,...", help="decision curve at these threshold probabilities")
    command.add_argument("--recalibrate", choices=RECALIBRATION_METHODS, help="also measure after recalibration")
    command.add_argument("--folds", type=count, default=5, help="cross-fitting of --recalibrate (default: 5)")
    command.add_argument(
        "--shift", metavar="FROM:TO", help="first carry the probabilities from one prevalence to another"
    )
    command.add_argument("--seed", type=seed, default=1, help="of --bootstrap and --recalibrate (default: 1)")


def _run(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    truth, probability = zero_one(table, options.truth)[rows], table.numbers(options.probability)
    outside = (probability < 0) | (probability > 1)
    refuse_rows(outside, table, options.probability, "is not a probability (0 to 1)")
    p = probability[rows]
    if options.shift:
        trained_at, applied_at = _numbers(options.shift, ":", "--shift", 2)
        p = shift_prevalence(p, trained_at=trained_at, applied_at=applied_at)
    document, tables = _measured(options, truth, p)
    if options.thresholds:
        curve = decision_curve(truth, p, _numbers(options.thresholds, ",", "--thresholds"), level=options.level)
        document["decision_curve"] = [point.to_json() for point in curve]
        tables.append(estimates_frame({f"net benefit at {point.threshold:g}": point.model for point in curve}))
    if options.recalibrate:
        rng = np.random.default_rng(options.seed)
        fitted = cross_fitted(truth, p, options.recalibrate, rng=rng, folds=options.folds)
        if isinstance(fitted, Undefined):
            document["recalibrated"] = fitted.to_json()
        else:
            after, more = _measured(options, truth, fitted.probability)
            document["recalibrated"] = {"method": fitted.method, **after}
            tables += [pd.DataFrame([{"after": fitted.method}]), *more]
    return Report(document, tuple(tables))


def _measured(
    options: argparse.Namespace, truth: npt.NDArray[np.bool_], p: npt.NDArray[np.float64]
) -> tuple[dict[str, JSONValue], list[pd.DataFrame]]:
    summary = calibration_summary(truth, p, bins=options.bins, binning=options.binning, level=options.level)
    further: dict[str, Outcome] = {
        "observed_over_expected": observed_over_expected(truth, p, level=options.level),
        "log_loss": log_loss(truth, p, level=options.level),
    }
    if options.bootstrap is not None:
        figures = {"ece_bootstrap": expected_error(options.bins, options.binning), "ici_bootstrap": smooth_error()}
        for name, figure in figures.items():
            rng = np.random.default_rng(options.seed)
            further[name] = bootstrap_calibration(
                truth, p, figure, rng=rng, resamples=options.bootstrap, level=options.level
            )
    tests = {
        "hosmer_lemeshow": hosmer_lemeshow(truth, p, groups=options.bins, fitted_on_these_cases=options.fitted),
        "spiegelhalter": spiegelhalter_test(truth, p),
    }
    smooth = smooth_calibration(truth, p)
    document: dict[str, JSONValue] = summary.to_json()
    document["estimates"] = jsonable(summary.estimates | further)
    document["tests"] = jsonable(tests)
    document["smooth"] = smooth.to_json()
    document["adaptive_calibration_error"] = jsonable(adaptive_calibration_error(truth, p, bins=options.bins))
    document["brier_decomposition"] = brier_decomposition(
        truth, p, bins=options.bins, binning=options.binning
    ).to_json()
    tables = [estimates_frame(summary.estimates | further), tests_frame(tests)]
    if not isinstance(smooth, Undefined):
        errors = {name: getattr(smooth, name) for name in ("ici", "e50", "e90", "emax")}
        tables.append(pd.DataFrame([errors]))
    return document, tables


def _numbers(text: str, separator: str, option: str, count: int | None = None) -> list[float]:
    try:
        values = [float(part) for part in text.split(separator)]
    except ValueError:
        raise InputError(f"{option} {text!r}: numbers with {separator!r} between them") from None
    if count is not None and len(values) != count:
        raise InputError(f"{option} {text!r}: {count} numbers with {separator!r} between them")
    return values


COMMANDS = (
    Command(
        "calibration",
        "reliability, Brier score, calibration slope, tests, decision curve, recalibration",
        _options,
        lambda options: [options.truth, options.probability],
        _run,
        split_by_reader=True,
        one_row_per_case=True,
        examples=(
            "calibration --csv cases.csv --probability probability",
            "calibration --csv cases.csv --binning equal-count --bootstrap 200 --seed 3 --json",
            "calibration --csv cases.csv --recalibrate platt --thresholds 0.05,0.1,0.2",
        ),
    ),
)
