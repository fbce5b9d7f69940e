"""`roc` and `roc-compare`."""

import argparse
from collections.abc import Callable

import numpy as np

from validation.stats.checks import BoolArray, FloatArray, InputError
from validation.stats.commands.base import Command, Report, Rows, zero_one
from validation.stats.commands.levels import add_level_options, level_names, level_pairs, settle_levels
from validation.stats.commands.option_types import count, finite, seed
from validation.stats.results import JSONValue, Outcome, TestOutcome, Undefined, estimates_frame, jsonable, tests_frame
from validation.stats.roc import roc_summary
from validation.stats.roc_binormal import binormal_fit
from validation.stats.roc_bootstrap import Resampling, bootstrap_compare, bootstrap_metric
from validation.stats.roc_clustered import clustered_auc, compare_clustered_auc, compare_independent_auc
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
    command.add_argument("--at-specificity", type=finite, help="sensitivity at this specificity")
    command.add_argument("--at-sensitivity", type=finite, help="specificity at this sensitivity")
    command.add_argument("--bootstrap", type=count, metavar="N", help="N resamples (metrics: 2000 by default)")
    command.add_argument("--seed", type=seed, default=1, help="seed of the bootstrap (default: 1)")
    command.add_argument("--cluster", metavar="COLUMN", help="cases of one patient: clustered variance, bootstrap")


def _roc_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--rating", default="rating", metavar="COLUMN", help="rating column, higher is more suspicious"
    )
    command.add_argument("--binormal", action="store_true", help="also fit the binormal curve")
    command.add_argument("--operating-point", choices=CRITERIA, help="also choose a threshold by this rule")
    command.add_argument("--target", type=finite, help="for --operating-point sensitivity or specificity")
    command.add_argument("--cost-ratio", type=finite, default=1.0, help="cost of a miss over a false alarm")
    command.add_argument("--prevalence", type=finite, help="for --operating-point cost")
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
    command.add_argument(
        "--rating-a", default="rating_a", metavar="COLUMN", help="column with rating a (default: rating_a)"
    )
    command.add_argument(
        "--rating-b", default="rating_b", metavar="COLUMN", help="column with rating b (default: rating_b)"
    )
    add_level_options(command)
    command.add_argument("--rating", default="rating", metavar="COLUMN", help="with --between (default: rating)")
    command.add_argument(
        "--unpaired", action="store_true", help="with --between: the levels are groups of different cases, any number"
    )
    _metric_options(command)


def _compare(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    if options.unpaired:
        return _unpaired(options, table, rows)
    truth, a, b, names = _paired_ratings(options, table, rows)
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
    document: dict[str, JSONValue] = comparison.to_json() | {"tests": jsonable(tests), **names}
    if differences:
        document["further_differences"] = jsonable(differences)
    return Report(document, (comparison.to_frame(), estimates_frame(differences), tests_frame(tests)))


def _compare_columns(options: argparse.Namespace) -> list[str]:
    if options.unpaired:
        return _with_cluster(options, options.truth, options.between, options.rating)
    if options.between:
        return _with_cluster(options, options.truth, options.between, options.case, options.rating)
    return _with_cluster(options, options.truth, options.rating_a, options.rating_b)


def _paired_ratings(
    options: argparse.Namespace, table: CsvTable, rows: Rows
) -> tuple[BoolArray, FloatArray, FloatArray, dict[str, JSONValue]]:
    if not options.between:
        truth = zero_one(table, options.truth)[rows]
        return truth, table.numbers(options.rating_a)[rows], table.numbers(options.rating_b)[rows], {}
    if options.cluster:
        raise InputError("--cluster goes with two rating columns, not with --between")
    paired = level_pairs(options, table, rows, options.rating)
    return paired.truth, paired.value_a, paired.value_b, level_names(paired)


def _unpaired(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    truth, rating = zero_one(table, options.truth), table.numbers(options.rating)
    level = table.frame[options.between].astype(str).to_numpy()
    wanted = options.levels.split(",") if options.levels else sorted(set(level[rows]))
    members = {name: rows[level[rows] == name] for name in wanted}
    absent = next((name for name, chosen in members.items() if len(chosen) == 0), None)
    if absent is not None:
        raise InputError(f"has no level {absent!r}", column=options.between)
    found = compare_independent_auc(
        {name: (truth[chosen], rating[chosen]) for name, chosen in members.items()}, level=options.level
    )
    estimates = {f"auc {name}": one for name, one in found.groups.items()}
    if found.difference is not None:
        estimates[f"auc {wanted[0]}-{wanted[1]}"] = found.difference
    document: dict[str, JSONValue] = {
        "groups_compared": jsonable(found.groups),
        "difference": jsonable(found.difference),
        "tests": {"delong_unpaired": found.test.to_json()},
    }
    return Report(document, (estimates_frame(estimates), tests_frame({"delong unpaired": found.test})))


def _settle(options: argparse.Namespace, header: list[str]) -> None:
    settle_levels(options, header, (options.rating_a, options.rating_b))
    if options.unpaired and not options.between:
        raise InputError("--unpaired needs --between, the column of the groups")


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
        one_row_per_case=True,
        examples=(
            "roc --csv cases.csv --rating ai_score",
            "roc --csv cases.csv --partial specificity:0.8:1 --mcclish --at-specificity 0.9 --seed 7",
            "roc --csv cases.csv --operating-point youden --binormal --json",
            "roc --csv readings.csv --by reader,modality",
        ),
    ),
    Command(
        "roc-compare",
        "two ratings of the same cases: DeLong's paired test, clustered and bootstrap tests",
        _compare_options,
        _compare_columns,
        _compare,
        split_by_reader=True,
        names=lambda options: [options.case] if options.between else [],
        one_row_per_case=True,
        settle=_settle,
        examples=(
            "roc-compare --csv cases.csv --rating-a rating --rating-b ai_score",
            "roc-compare --csv readings.csv --between modality --levels aided,unaided --json",
            "roc-compare --csv cases.csv --between site --unpaired",
        ),
    ),
)
