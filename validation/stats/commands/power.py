"""`power`."""

import argparse
import math
from pathlib import Path

import pandas as pd

from validation.stats.checks import InputError
from validation.stats.commands.base import Command, Report, Rows, no_columns, no_table, truth_table
from validation.stats.commands.mrmc import (
    add_figure_options,
    add_reading_columns,
    chosen_figure,
    name_columns,
    reading_columns,
    table_readings,
)
from validation.stats.commands.option_types import count, finite
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_components import OrComponents
from validation.stats.mrmc_results import ANALYSES
from validation.stats.mrmc_source import ReadingFigures
from validation.stats.power import MrmcPlan, auc_cases, auc_power, mrmc_power, paired_binary_cases, trade_off
from validation.stats.results import JSONValue, Undefined

_COMPONENTS = ("var_tr", "var_error", "cov1", "cov2", "cov3")


def _options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--csv", type=Path, metavar="FILE", help="a pilot study; or give the five components")
    command.add_argument(
        "--truth", default="truth", metavar="COLUMN", help="reference standard, 0 or 1 (default: truth)"
    )
    command.add_argument("--positive", metavar="LABEL", help="--truth holds two labels, this is a positive case")
    add_reading_columns(command)
    add_figure_options(command)
    for name in _COMPONENTS:
        command.add_argument(f"--{name.replace('_', '-')}", type=finite, dest=name, help="instead of a pilot study")
    command.add_argument("--pilot-cases", type=count, help="cases behind the components")
    command.add_argument("--difference", type=finite, help="two modalities: difference of the figures to find")
    command.add_argument("--readers", type=count, default=6, help="planned readers (default: 6)")
    command.add_argument("--cases", type=count, help="planned cases (default: the pilot's)")
    command.add_argument(
        "--analysis", choices=ANALYSES, default="RRRC", help="what the trade-off table is for (default: RRRC)"
    )
    command.add_argument("--power", type=finite, default=0.8, help="power to reach (default: 0.8)")
    command.add_argument("--most-readers", type=count, default=20, help="last row of the table (default: 20)")
    command.add_argument("--most-cases", type=count, default=2000, help="search no further (default: 2000)")
    single = command.add_argument_group("one reader or algorithm, instead of --difference")
    single.add_argument("--auc", type=finite, help="area to tell from 0.5")
    single.add_argument(
        "--ratio", type=finite, default=1.0, help="with --auc: negative cases to a positive (default: 1)"
    )
    single.add_argument("--positives", type=count, help="with --auc and --negatives: also the power of so many cases")
    single.add_argument("--negatives", type=count, help="see --positives")
    single.add_argument("--only-a", type=finite, help="McNemar: share of cases that only decision a has right")
    single.add_argument("--only-b", type=finite, help="share of cases that only decision b has right")


def _run(options: argparse.Namespace) -> Report:
    paired = options.only_a is not None and options.only_b is not None
    asked = [options.difference is not None, options.auc is not None, paired]
    if sum(asked) != 1:
        choices = "--difference (two modalities), --auc (one area), or --only-a with --only-b (paired decisions)"
        raise InputError(f"give one of {choices}")
    if asked[0]:
        return _reader_study(options)
    return _one_area(options) if asked[1] else _paired_decisions(options)


def _one_area(options: argparse.Namespace) -> Report:
    positives = auc_cases(options.auc, power=options.power, alpha=options.alpha, ratio=options.ratio)
    document: dict[str, JSONValue] = {
        "auc": options.auc,
        "alpha": options.alpha,
        "power": options.power,
        "ratio": options.ratio,
        "positives": math.ceil(positives),
        "negatives": math.ceil(positives * options.ratio),
    }
    tables = [pd.DataFrame([document])]
    if (options.positives is None) != (options.negatives is None):
        raise InputError("--positives and --negatives go together")
    if options.positives is not None:
        reached = auc_power(options.auc, options.positives, options.negatives, alpha=options.alpha)
        planned = {"positives": options.positives, "negatives": options.negatives, "power": reached}
        document["planned"] = {**planned}
        tables.append(pd.DataFrame([planned]))
    return Report(document, tuple(tables))


def _paired_decisions(options: argparse.Namespace) -> Report:
    cases = paired_binary_cases(options.only_a, options.only_b, power=options.power, alpha=options.alpha)
    document: dict[str, JSONValue] = {
        "only_a": options.only_a,
        "only_b": options.only_b,
        "alpha": options.alpha,
        "power": options.power,
        "cases": math.ceil(cases),
    }
    return Report(document, (pd.DataFrame([document]),))


def _reader_study(options: argparse.Namespace) -> Report:
    components, pilot_cases = _given(options) if options.csv is None else _from_pilot(options)
    plan = MrmcPlan(options.difference, components, pilot_cases, options.alpha)
    cases = options.cases or pilot_cases
    found = {name: mrmc_power(plan, options.readers, cases, analysis=name) for name in ANALYSES}
    table = trade_off(
        plan,
        range(3, options.most_readers + 1),
        power=options.power,
        analysis=options.analysis,
        largest=options.most_cases,
    )
    document: dict[str, JSONValue] = {
        "difference": options.difference,
        "alpha": options.alpha,
        "pilot_cases": pilot_cases,
        "analysis": options.analysis,
        "variance_components": components.to_json(),
        "power": {name: one.to_json() for name, one in found.items()},
        "trade_off": [{"readers": number, **_needed(one)} for number, one in table],
    }
    powers = pd.DataFrame([{"analysis": name, **one.to_json()} for name, one in found.items()])
    return Report(document, (powers, pd.DataFrame([{"readers": number, **_needed(one)} for number, one in table])))


def _needed(one: object) -> dict[str, JSONValue]:
    if isinstance(one, Undefined):
        return {"cases": None, "power": None, "note": one.detail}
    return {"cases": getattr(one, "cases", None), "power": getattr(one, "power", None)}


def _given(options: argparse.Namespace) -> tuple[OrComponents, int]:
    missing = [name for name in (*_COMPONENTS, "pilot_cases") if getattr(options, name) is None]
    if missing:
        wanted = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise InputError(f"give a pilot study with --csv, or also {wanted}")
    var_tr, var_error, cov1, cov2, cov3 = (getattr(options, name) for name in _COMPONENTS)
    return OrComponents(0.0, var_tr, var_error, cov1, cov2, cov3, ("var_r",)), options.pilot_cases


def _from_pilot(options: argparse.Namespace) -> tuple[OrComponents, int]:
    names = name_columns(options)
    # The planned number of readers is --readers here, so the column of a pilot is always named by --reader.
    table = truth_table(options, options.csv, reading_columns(options), text=names)
    rows: Rows = table.groups([])[0][1]
    study = table_readings(options, table, rows)
    source = ReadingFigures(study, chosen_figure(options, study))
    result = mrmc(study, figure=source.figure)
    components = result.variance_components
    if not isinstance(components, OrComponents):
        raise InputError(f"the pilot study gives no components: {result.notes[-1]}")
    if components.not_estimable:
        raise InputError(f"the pilot study cannot show {', '.join(components.not_estimable)}; it needs more readers")
    return components, source.sampled_cases


COMMANDS = (
    Command(
        "power",
        "readers and cases that two modalities need, from a pilot study or components; one area; paired decisions",
        _options,
        no_columns,
        no_table,
        run_files=_run,
        examples=(
            "power --csv readings.csv --difference 0.05 --readers 8 --cases 200",
            "power --difference 0.05 --var-tr 0.0002 --var-error 0.0008 --cov1 0.00035 --cov2 0.00034 --cov3 0.00024 "
            "--pilot-cases 114 --json",
            "power --auc 0.8 --ratio 1.5 --power 0.9",
            "power --only-a 0.2 --only-b 0.1",
        ),
    ),
)
