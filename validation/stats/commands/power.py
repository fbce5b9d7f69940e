"""`power`."""

import argparse
import dataclasses
import math
from pathlib import Path

import numpy as np
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
from validation.stats.commands.option_types import count, finite, seed
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_components import OrComponents, RoeMetz, roe_metz_from_or
from validation.stats.mrmc_results import ANALYSES
from validation.stats.mrmc_source import ReadingFigures
from validation.stats.power import (
    MrmcPlan,
    auc_cases,
    auc_power,
    mrmc_power,
    paired_binary_cases,
    simulated_power,
    trade_off,
)
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
    check = command.add_argument_group("check by simulation, with --difference and the area under the curve")
    check.add_argument("--simulate", type=count, metavar="N", help="draw N studies from Roe and Metz's model")
    check.add_argument("--area", type=finite, help="area of the first modality (default: the pilot's mean)")
    check.add_argument("--positive-share", type=finite, help="share of positive cases (default: the pilot's, or 0.5)")
    check.add_argument("--seed", type=seed, default=1, help="seed of the simulation (default: 1)")
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


@dataclasses.dataclass(frozen=True, slots=True)
class _Pilot:
    """What is known before the planned study; the last two only where a pilot of areas says them."""

    components: OrComponents
    cases: int
    area: float | None = None
    positive_share: float | None = None


def _reader_study(options: argparse.Namespace) -> Report:
    pilot = _given(options) if options.csv is None else _from_pilot(options)
    components, pilot_cases = pilot.components, pilot.cases
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
    tables = [
        pd.DataFrame([{"analysis": name, **one.to_json()} for name, one in found.items()]),
        pd.DataFrame([{"readers": number, **_needed(one)} for number, one in table]),
    ]
    if options.simulate is not None:
        simulated = _simulated(options, pilot, cases)
        document["simulated"] = simulated
        tables.append(pd.DataFrame([{"simulated": "RRRC", **simulated}]))
    return Report(document, tuple(tables))


def _simulated(options: argparse.Namespace, pilot: _Pilot, cases: int) -> dict[str, JSONValue]:
    """Count how often the RRRC test finds the difference in studies drawn at random."""
    if options.fom != "auc":
        raise InputError("--simulate draws ratings and compares areas: use it with --fom auc")
    area = pilot.area if options.area is None else options.area
    if area is None:
        raise InputError("--simulate needs --area, the area of the first modality")
    share = options.positive_share or pilot.positive_share or 0.5
    positives, pilot_positives = round(share * cases), round((pilot.positive_share or share) * pilot.cases)
    if not 0 < positives < cases or not 0 < pilot_positives < pilot.cases:
        raise InputError(f"a share of {share:g} positive cases leaves one class without a case")
    areas = (area, area + options.difference)
    model, clipped = _without_negatives(areas, pilot, pilot_positives)
    found = simulated_power(
        model, readers=options.readers, negatives=cases - positives, positives=positives,
        generator=np.random.default_rng(options.seed), replicates=options.simulate, alpha=options.alpha,
    )  # fmt: skip
    sizes = {"readers": options.readers, "positives": positives, "negatives": cases - positives, "seed": options.seed}
    return {**found.to_json(), "areas": [*areas], **sizes, "counted_as_0": ", ".join(clipped) or None}


def _without_negatives(areas: tuple[float, float], pilot: _Pilot, positives: int) -> tuple[RoeMetz, list[str]]:
    """Find the pilot's model; a variance that the pilot estimates below 0 counts as 0, as in the formula."""
    known = pilot.components
    raised = {name: max(getattr(known, name), 0.0) for name in ("var_r", "var_tr", "cov1", "cov2", "cov3")}
    found = roe_metz_from_or(areas, dataclasses.replace(known, **raised), pilot.cases - positives, positives)
    variances = {name: getattr(found, name) for name in ("var_r", "var_tr", "var_c", "var_tc", "var_rc")}
    clipped = {name for name in raised if getattr(known, name) < 0.0}
    clipped |= {name for name, value in variances.items() if value < 0.0}
    usable = {name: max(value, 0.0) for name, value in variances.items()}
    return RoeMetz(found.shifts, **usable), sorted(clipped)


def _needed(one: object) -> dict[str, JSONValue]:
    if isinstance(one, Undefined):
        return {"cases": None, "power": None, "note": one.detail}
    return {"cases": getattr(one, "cases", None), "power": getattr(one, "power", None)}


def _given(options: argparse.Namespace) -> _Pilot:
    missing = [name for name in (*_COMPONENTS, "pilot_cases") if getattr(options, name) is None]
    if missing:
        wanted = ", ".join(f"--{name.replace('_', '-')}" for name in missing)
        raise InputError(f"give a pilot study with --csv, or also {wanted}")
    var_tr, var_error, cov1, cov2, cov3 = (getattr(options, name) for name in _COMPONENTS)
    return _Pilot(OrComponents(0.0, var_tr, var_error, cov1, cov2, cov3, ("var_r",)), options.pilot_cases)


def _from_pilot(options: argparse.Namespace) -> _Pilot:
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
    foms = [one.outcome for one in result.readers]
    area = float(np.mean([one.value for one in foms if not isinstance(one, Undefined)]))
    return _Pilot(components, source.sampled_cases, area, float(study.truth.mean()))


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
            "power --csv readings.csv --difference 0.05 --readers 8 --cases 200 --simulate 200 --seed 3",
            "power --auc 0.8 --ratio 1.5 --power 0.9",
            "power --only-a 0.2 --only-b 0.1",
        ),
    ),
)
