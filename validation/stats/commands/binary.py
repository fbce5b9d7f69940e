"""`binary` and `paired-binary`."""

import argparse

import numpy as np

from validation.stats.binary import binary_summary
from validation.stats.clusters import clustered_accuracy
from validation.stats.commands.base import Command, Report, Rows, zero_one
from validation.stats.margins import paired_margin_test
from validation.stats.paired_binary import paired_binary
from validation.stats.paired_predictive import paired_likelihood_ratios, paired_predictive_values
from validation.stats.prevalence import predictive_values_at
from validation.stats.proportions import PROPORTION_METHODS
from validation.stats.results import JSONValue, TestOutcome, estimates_frame, jsonable, tests_frame
from validation.stats.table import CsvTable


def _binary_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--call", default="call", help="column with the decision, 0 or 1 (default: call)")
    command.add_argument("--rating", default="rating", help="rating column used with --threshold")
    command.add_argument("--threshold", type=float, help="call a case positive when its rating is at least this")
    command.add_argument("--interval", choices=PROPORTION_METHODS, default="wilson", help="default: wilson")
    command.add_argument("--prevalence", type=float, help="also give PPV and NPV at this prevalence")
    command.add_argument("--cluster", metavar="COLUMN", help="also give intervals for clusters (patients)")
    command.add_argument("--bootstrap", action="store_true", help="with --cluster: bootstrap clusters")
    command.add_argument("--seed", type=int, default=1, help="seed of the bootstrap (default: 1)")


def _binary_columns(options: argparse.Namespace) -> list[str]:
    call = options.call if options.threshold is None else options.rating
    return [options.truth, call, *([options.cluster] if options.cluster else [])]


def _binary(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    truth = zero_one(table, options.truth)[rows]
    if options.threshold is None:
        call = zero_one(table, options.call)[rows]
    else:
        call = table.numbers(options.rating)[rows] >= options.threshold
    summary = binary_summary(truth, call, level=options.level, method=options.interval)
    document, tables = summary.to_json(), [summary.to_frame()]
    if options.prevalence is not None:
        values = predictive_values_at(summary.counts, options.prevalence, level=options.level)
        document["at_prevalence"] = {"prevalence": options.prevalence, "estimates": jsonable(values)}
        tables.append(estimates_frame({f"{name} at {options.prevalence:g}": one for name, one in values.items()}))
    if options.cluster:
        clustered = clustered_accuracy(
            truth,
            call,
            table.frame[options.cluster].to_numpy()[rows],
            level=options.level,
            method="bootstrap" if options.bootstrap else "ratio",
            rng=np.random.default_rng(options.seed),
        )
        document["clustered"] = jsonable(clustered)
        tables.append(estimates_frame({f"{name}, clustered": one for name, one in clustered.items()}))
    return Report(document, tuple(tables))


def _paired_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--call-a", default="call_a", help="column with decision a (default: call_a)")
    command.add_argument("--call-b", default="call_b", help="column with decision b (default: call_b)")
    command.add_argument("--difference", choices=("tango", "newcombe"), default="tango", help="interval of a - b")
    command.add_argument("--margin", type=float, help="also test a - b against this margin (Tango's score)")
    command.add_argument("--kind", choices=("superiority", "non-inferiority", "equivalence"), default="non-inferiority")


def _paired(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    truth, a, b = (zero_one(table, column)[rows] for column in _paired_columns(options))
    paired = paired_binary(truth, a, b, level=options.level, method=options.difference)
    predictive = paired_predictive_values(truth, a, b, level=options.level)
    ratios = paired_likelihood_ratios(truth, a, b, level=options.level)
    document: dict[str, JSONValue] = paired.to_json() | {
        "predictive_values": {name: one.to_json() for name, one in predictive.items()},
        "ratios": {name: one.to_json() for name, one in ratios.items()},
    }
    estimates = {f"{name} ratio a/b": one.ratio.ratio for name, one in predictive.items()}
    estimates |= {f"{name} ratio a/b": one.ratio for name, one in ratios.items()}
    measures = {"sensitivity": paired.sensitivity, "specificity": paired.specificity}
    tests: dict[str, TestOutcome] = {}
    for measure, one in measures.items():
        tests |= {f"{measure} {name}": test for name, test in one.tests.items()}
    if options.margin is not None:
        against = {
            measure: paired_margin_test(one.counts, margin=options.margin, kind=options.kind)
            for measure, one in measures.items()
        }
        document["margin_tests"] = jsonable(against)
        tests |= {f"{measure} {options.kind}": test for measure, test in against.items()}
    for name, predicted in predictive.items():
        tests |= {f"{name} {test}": outcome for test, outcome in predicted.tests.items()}
    return Report(document, (paired.to_frame(), estimates_frame(estimates), tests_frame(tests)))


def _paired_columns(options: argparse.Namespace) -> list[str]:
    return [options.truth, options.call_a, options.call_b]


COMMANDS = (
    Command(
        "binary",
        "2x2 table: sensitivity, specificity, PPV, NPV and more",
        _binary_options,
        _binary_columns,
        _binary,
        split_by_reader=True,
    ),
    Command(
        "paired-binary",
        "two decisions on the same cases: McNemar, differences, predictive values",
        _paired_options,
        _paired_columns,
        _paired,
    ),
)
