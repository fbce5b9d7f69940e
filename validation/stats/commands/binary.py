"""`binary` and `paired-binary`."""

import argparse

import numpy as np

from validation.stats.binary import binary_summary
from validation.stats.checks import BoolArray
from validation.stats.clusters import clustered_accuracy
from validation.stats.commands.base import Command, Report, Rows, zero_one
from validation.stats.commands.levels import add_level_options, level_names, level_pairs, settle_levels
from validation.stats.commands.option_types import finite, seed, threshold
from validation.stats.margins import paired_margin_test
from validation.stats.paired_binary import paired_binary
from validation.stats.paired_predictive import paired_likelihood_ratios, paired_predictive_values
from validation.stats.prevalence import predictive_values_at
from validation.stats.proportions import PROPORTION_METHODS
from validation.stats.results import JSONValue, TestOutcome, estimates_frame, jsonable, tests_frame
from validation.stats.table import CsvTable


def _binary_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--call", default="call", metavar="COLUMN", help="column with the decision, 0 or 1 (default: call)"
    )
    command.add_argument("--rating", default="rating", metavar="COLUMN", help="rating column used with --threshold")
    command.add_argument("--threshold", type=threshold, help="call a case positive when its rating is at least this")
    command.add_argument("--interval", choices=PROPORTION_METHODS, default="wilson", help="default: wilson")
    command.add_argument("--prevalence", type=finite, help="also give PPV and NPV at this prevalence")
    command.add_argument("--cluster", metavar="COLUMN", help="also give intervals for clusters (patients)")
    command.add_argument("--bootstrap", action="store_true", help="with --cluster: bootstrap clusters")
    command.add_argument("--seed", type=seed, default=1, help="seed of the bootstrap (default: 1)")


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
    command.add_argument("--call-a", default="call_a", metavar="COLUMN", help="decision a, 0 or 1 (default: call_a)")
    command.add_argument("--call-b", default="call_b", metavar="COLUMN", help="decision b, 0 or 1 (default: call_b)")
    add_level_options(command)
    command.add_argument("--call", default="call", metavar="COLUMN", help="with --between: decision (default: call)")
    command.add_argument("--rating", default="rating", metavar="COLUMN", help="with --between and --threshold")
    command.add_argument("--threshold", type=threshold, help="with --between: positive from this rating on")
    command.add_argument("--difference", choices=("tango", "newcombe"), default="tango", help="interval of a - b")
    command.add_argument("--margin", type=finite, help="also test a - b against this margin (Tango's score)")
    command.add_argument(
        "--kind",
        choices=("superiority", "non-inferiority", "equivalence"),
        default="non-inferiority",
        help="what --margin is for (default: non-inferiority of a)",
    )


def _paired(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    truth, a, b, notes = _paired_calls(options, table, rows)
    paired = paired_binary(truth, a, b, level=options.level, method=options.difference)
    predictive = paired_predictive_values(truth, a, b, level=options.level)
    ratios = paired_likelihood_ratios(truth, a, b, level=options.level)
    document: dict[str, JSONValue] = paired.to_json() | {
        "predictive_values": {name: one.to_json() for name, one in predictive.items()},
        "ratios": {name: one.to_json() for name, one in ratios.items()},
        **notes,
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
    if not options.between:
        return [options.truth, options.call_a, options.call_b]
    return [options.truth, options.between, options.case, options.call if options.threshold is None else options.rating]


def _paired_calls(
    options: argparse.Namespace, table: CsvTable, rows: Rows
) -> tuple[BoolArray, BoolArray, BoolArray, dict[str, JSONValue]]:
    if not options.between:
        truth, a, b = (zero_one(table, column)[rows] for column in _paired_columns(options))
        return truth, a, b, {}
    if options.threshold is None:
        zero_one(table, options.call)
    paired = level_pairs(options, table, rows, options.call if options.threshold is None else options.rating)
    cut = 1.0 if options.threshold is None else options.threshold
    return paired.truth, paired.value_a >= cut, paired.value_b >= cut, level_names(paired)


COMMANDS = (
    Command(
        "binary",
        "2x2 table: sensitivity, specificity, PPV, NPV and more",
        _binary_options,
        _binary_columns,
        _binary,
        split_by_reader=True,
        one_row_per_case=True,
        examples=(
            "binary --csv cases.csv --call call",
            "binary --csv cases.csv --threshold 3 --interval clopper-pearson --json",
            "binary --csv cases.csv --truth diagnosis --positive cancer --threshold 3 --prevalence 0.01",
            "binary --csv cases.csv --threshold 3 --cluster patient",
        ),
    ),
    Command(
        "paired-binary",
        "two decisions on the same cases: McNemar, differences, predictive values",
        _paired_options,
        _paired_columns,
        _paired,
        split_by_reader=True,
        names=lambda options: [options.case] if options.between else [],
        one_row_per_case=True,
        settle=lambda options, header: settle_levels(options, header, (options.call_a, options.call_b)),
        examples=(
            "paired-binary --csv cases.csv --call-a call --call-b ai_call",
            "paired-binary --csv readings.csv --between modality --levels aided,unaided --threshold 3 --margin 0.05",
        ),
    ),
)
