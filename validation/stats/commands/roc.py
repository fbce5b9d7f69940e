"""`roc` and `roc-compare`."""

import argparse
from collections.abc import Callable

import numpy as np

from validation.stats.checks import InputError
from validation.stats.commands.base import Command, Report, Rows, zero_one
from validation.stats.results import JSONValue, Outcome, TestOutcome, Undefined, estimates_frame, jsonable, tests_frame
from validation.stats.roc import roc_summary
from validation.stats.roc_binormal import binormal_fit
from validation.stats.roc_bootstrap import Resampling, bootstrap_compare, bootstrap_metric
from validation.stats.roc_clustered import clustered_auc, compare_clustered_auc
from validation.stats.roc_compare import compare_paired_auc
from validation.stats.roc_metrics import CurveMetric, full_area, partial_area, sensitivity_at, specificity_at
from validation.stats.roc_points import operating_point, precision_recall
from validation.stats.table import CsvTable

CRITERIA = ("youden", "closest-topleft", "cost", "sensitivity", "specificity")


def _metric_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--partial", metavar="AXIS:LOW:HIGH", help="partial area, as in specificity:0.9:1 or sensitivity:0.9:1"
    )
    command.add_argument("--mcclish", action="store_true", help="with --partial: on the scale from 0.5 to 1")
    command.add_argument("--at-specificity", type=float, help="sensitivity at this specificity")
    command.add_argument("--at-sensitivity", type=float, help="specificity at this sensitivity")
    command.add_argument("--bootstrap", type=int, metavar="N", help="N resamples (metrics: 2000 by default)")
    command.add_argument("--seed", type=int, default=1, help="seed of the bootstrap (default: 1)")
    command.add_argument("--cluster", metavar="COLUMN", help="cases of one patient: clustered variance, bootstrap")


def _roc_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--rating", default="rating", help="rating column, higher is more suspicious")
    command.add_argument("--binormal", action="store_true", help="also fit the binormal curve")
    command.add_argument("--operating-point", choices=CRITERIA, help="also choose a threshold by this rule")
    command.add_argument("--target", type=float, help="for --operating-point sensitivity or specificity")
    command.add_argument("--cost-ratio", type=float, default=1.0, help="cost of a miss over a false alarm")
    command.add_argument("--prevalence", type=float, help="for --operating-point cost")
    _metric_options(command)


def _roc(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    truth, rating = zero_one(table, options.truth)[rows], table.numbers(options.rating)[rows]
    summary = roc_summary(truth, rating, level=options.level)
    document, tables = summary.to_json(), [summary.to_frame()]
    further: dict[str, Outcome] = {
        name: bootstrap_metric(truth, rating, metric, _resampling(options, table, rows), level=options.level)
        for name, metric in _metrics(options).items()
    }
    if options.cluster:
        labels = table.frame[options.cluster].to_numpy()[rows]
        further["auc_clustered"] = clustered_auc(truth, rating, labels, level=options.level)
    precision = precision_recall(truth, rating)
    document["precision_recall"] = precision.to_json()
    if options.binormal:
        fit = binormal_fit(truth, rating, level=options.level)
        document["binormal"] = fit.to_json()
        further["auc_binormal"] = fit if isinstance(fit, Undefined) else fit.auc
    if further:
        document["further_estimates"] = jsonable(further)
        tables.append(estimates_frame(further))
    if options.operating_point:
        point = operating_point(
            truth, rating, options.operating_point, target=options.target, cost_ratio=options.cost_ratio,
            prevalence=options.prevalence, level=options.level,
        )  # fmt: skip
        document["operating_point"] = point.to_json()
        if not isinstance(point, Undefined):
            at = f"at {options.operating_point} threshold {point.threshold}"
            tables.append(
                estimates_frame({f"sensitivity {at}": point.sensitivity, f"specificity {at}": point.specificity})
            )
    return Report(document, tuple(tables))


def _metrics(options: argparse.Namespace) -> dict[str, CurveMetric]:
    """Metrics asked for, in the order of the options."""
    makers: dict[str, tuple[object, Callable[[], CurveMetric]]] = {
        "auc_bootstrap": (options.bootstrap, full_area),
        "partial_auc": (options.partial, lambda: _partial(options)),
        "sensitivity_at_specificity": (
            options.at_specificity is not None,
            lambda: sensitivity_at(options.at_specificity),
        ),
        "specificity_at_sensitivity": (
            options.at_sensitivity is not None,
            lambda: specificity_at(options.at_sensitivity),
        ),
    }
    return {name: make() for name, (wanted, make) in makers.items() if wanted}


def _partial(options: argparse.Namespace) -> CurveMetric:
    parts = options.partial.split(":")
    if len(parts) != 3 or parts[0] not in ("specificity", "sensitivity"):
        raise InputError(f"--partial is AXIS:LOW:HIGH, as in specificity:0.9:1, not {options.partial!r}")
    try:
        low, high = float(parts[1]), float(parts[2])
    except ValueError:
        raise InputError(f"--partial {options.partial!r}: LOW and HIGH are numbers") from None
    return partial_area(low, high, parts[0], mcclish=options.mcclish)


def _resampling(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Resampling:
    labels = table.frame[options.cluster].to_numpy()[rows] if options.cluster else None
    resamples = 2000 if options.bootstrap is None else options.bootstrap
    return Resampling(np.random.default_rng(options.seed), resamples, labels)


def _compare_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--rating-a", default="rating_a", help="column with rating a (default: rating_a)")
    command.add_argument("--rating-b", default="rating_b", help="column with rating b (default: rating_b)")
    _metric_options(command)


def _compare(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    truth = zero_one(table, options.truth)[rows]
    a, b = table.numbers(options.rating_a)[rows], table.numbers(options.rating_b)[rows]
    comparison = compare_paired_auc(truth, a, b, level=options.level)
    tests: dict[str, TestOutcome] = {"delong": comparison.test}
    differences: dict[str, Outcome] = {}
    if options.cluster:
        clustered = compare_clustered_auc(
            truth, a, b, table.frame[options.cluster].to_numpy()[rows], level=options.level
        )
        tests["obuchowski"], differences["auc_clustered a-b"] = clustered.test, clustered.difference
    for name, metric in _metrics(options).items():
        resampled = bootstrap_compare(truth, a, b, metric, _resampling(options, table, rows), level=options.level)
        tests[name], differences[f"{name} a-b"] = resampled.test, resampled.difference
    document: dict[str, JSONValue] = comparison.to_json() | {"tests": jsonable(tests)}
    if differences:
        document["further_differences"] = jsonable(differences)
    return Report(document, (comparison.to_frame(), estimates_frame(differences), tests_frame(tests)))


def _with_cluster(options: argparse.Namespace, *columns: str) -> list[str]:
    return [*columns, *([options.cluster] if options.cluster else [])]


COMMANDS = (
    Command(
        "roc",
        "empirical ROC curve, its area, partial areas, operating points, binormal fit",
        _roc_options,
        lambda options: _with_cluster(options, options.truth, options.rating),
        _roc,
        split_by_reader=True,
    ),
    Command(
        "roc-compare",
        "two ratings of the same cases: DeLong's paired test, clustered and bootstrap tests",
        _compare_options,
        lambda options: _with_cluster(options, options.truth, options.rating_a, options.rating_b),
        _compare,
    ),
)
