"""`drift`, `triage` and `abstention`: an AI at work."""

import argparse
from collections.abc import Callable

import numpy as np
import pandas as pd

from validation.stats.abstention import abstention_curve
from validation.stats.checks import InputError
from validation.stats.commands.base import Command, Report, Rows, rows_of_file, zero_one
from validation.stats.commands.option_types import count, finite, seed, threshold
from validation.stats.control_charts import ControlChart, cusum_chart, ewma_chart, proportion_chart, shewhart_chart
from validation.stats.results import Outcome, Undefined, estimates_frame
from validation.stats.table import CsvTable
from validation.stats.triage import TriageEffect, Waits, triage_effect

_OF_CLASSES = ("sensitivity", "specificity")
_VALUE_CHARTS: dict[str, Callable[..., ControlChart]] = {
    "ewma": ewma_chart,
    "cusum": cusum_chart,
    "shewhart": shewhart_chart,
}
CHARTS = (*_VALUE_CHARTS, "proportion")


def _drift_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--chart", choices=CHARTS, default="ewma", help="default: ewma")
    command.add_argument(
        "--value", default="value", metavar="COLUMN", help="the figure that is followed, in time order"
    )
    command.add_argument(
        "--events", default="events", metavar="COLUMN", help="of a chart of proportions: what was counted"
    )
    command.add_argument("--totals", default="totals", metavar="COLUMN", help="of a chart of proportions: of how many")
    command.add_argument(
        "--target", type=finite, help="where the figure lies while nothing changes; a proportion's share"
    )
    command.add_argument("--sd", type=finite, help="its standard deviation while nothing changes")
    command.add_argument(
        "--reference-rows", type=count, metavar="N", help="instead: target and SD are those of the first N rows"
    )


def _drift_columns(options: argparse.Namespace) -> list[str]:
    return [options.events, options.totals] if options.chart == "proportion" else [options.value]


def _drift(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    with rows_of_file(options, rows):
        chart, first = (
            _proportions(options, table, rows) if options.chart == "proportion" else _values(options, table, rows)
        )
    sides = {one.index: one.side for one in chart.signals}
    points = pd.DataFrame(
        {
            "row": [int(row) + 1 for row in rows[first:]],
            "statistic": chart.values,
            "low": chart.low,
            "high": chart.high,
            "signal": [sides.get(index, "") for index in range(len(chart.values))],
        }
    )
    length = chart.average_run_length
    summary = {
        "chart": chart.kind,
        "points": len(chart.values),
        "signals": len(chart.signals),
        "average_run_length": length.detail if isinstance(length, Undefined) else length,
    }
    return Report({**chart.to_json(), "first_row": first + 1}, (pd.DataFrame([summary]), points))


def _values(options: argparse.Namespace, table: CsvTable, rows: Rows) -> tuple[ControlChart, int]:
    series = table.numbers(options.value)[rows]
    target, sd, first = options.target, options.sd, 0
    if options.reference_rows is not None:
        if target is not None or sd is not None:
            raise InputError("--reference-rows goes without --target and --sd")
        if not 2 <= options.reference_rows < len(series):
            raise InputError(
                f"--reference-rows {options.reference_rows}: 2 or more, and fewer than the {len(series)} rows"
            )
        first = options.reference_rows
        target, sd = float(series[:first].mean()), float(series[:first].std(ddof=1))
    if target is None or sd is None:
        raise InputError("give --target and --sd, or --reference-rows")
    return _VALUE_CHARTS[options.chart](series[first:], target=target, sd=sd), first


def _proportions(options: argparse.Namespace, table: CsvTable, rows: Rows) -> tuple[ControlChart, int]:
    if options.sd is not None:
        raise InputError("a chart of proportions has no --sd: its limits are binomial")
    events, totals = table.numbers(options.events)[rows], table.numbers(options.totals)[rows]
    expected, first = options.target, 0
    if options.reference_rows is not None:
        if expected is not None or not options.reference_rows < len(events):
            raise InputError("--reference-rows goes without --target and leaves rows to chart")
        first = options.reference_rows
        expected = float(events[:first].sum() / max(totals[:first].sum(), 1))
    if expected is None:
        raise InputError("give --target, the expected share, or --reference-rows")
    return proportion_chart(events[first:], totals[first:], expected=expected), first


def _triage_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--score", default="score", metavar="COLUMN", help="the AI's score, higher is more urgent")
    command.add_argument("--threshold", type=threshold, help="all cases from this score on are equally urgent")
    command.add_argument("--arrival", default="arrival_min", metavar="COLUMN", help="when a case came, in minutes")
    command.add_argument("--reading", default="reading_min", metavar="COLUMN", help="minutes that reading it took")
    command.add_argument("--day", default="day", metavar="COLUMN", help="names of days: each begins with an empty list")
    command.add_argument("--readers", type=count, default=1, help="who read at the same time (default: 1)")
    command.add_argument("--resamples", type=count, default=2000, help="bootstrap over days (default: 2000)")
    command.add_argument("--seed", type=seed, default=1, help="of the bootstrap (default: 1)")


def _triage_columns(options: argparse.Namespace) -> list[str]:
    return [options.truth, options.score, options.arrival, options.reading, options.day]


def _triage(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    table.refuse_blank(options.day)
    with rows_of_file(options, rows):
        effect = triage_effect(
            zero_one(table, options.truth)[rows],
            table.numbers(options.score)[rows],
            table.numbers(options.arrival)[rows],
            table.numbers(options.reading)[rows],
            table.frame[options.day].astype(str).to_numpy(dtype=object)[rows],
            readers=options.readers,
            threshold=options.threshold,
            level=options.level,
            resamples=options.resamples,
            seed=options.seed,
        )
    return Report(effect.to_json(), (_triage_frame(effect),))


def _triage_frame(effect: TriageEffect) -> pd.DataFrame:
    lines: list[dict[str, object]] = []
    for cases, waits in (("positive", effect.positives), ("negative", effect.negatives)):
        lines += [
            {"cases": cases, "minutes": name, **_cells(waits, name)} for name in ("first_come", "triaged", "change")
        ]
    return pd.DataFrame(lines).replace({np.nan: None})


def _cells(waits: Waits, name: str) -> dict[str, object]:
    outcome: Outcome = getattr(waits, f"{name}_min")
    return {key: outcome.to_json().get(key) for key in ("value", "low", "high", "n", "undefined", "note")}


def _abstention_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--call", default="call", metavar="COLUMN", help="column with the decision, 0 or 1")
    command.add_argument(
        "--uncertainty", default="uncertainty", metavar="COLUMN", help="higher is less certain: left to a human first"
    )
    command.add_argument("--resamples", type=count, default=2000, help="bootstrap of the areas (default: 2000)")
    command.add_argument("--seed", type=seed, default=1, help="of the bootstrap (default: 1)")


def _abstention(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    with rows_of_file(options, rows):
        curve = abstention_curve(
            zero_one(table, options.truth)[rows],
            zero_one(table, options.call)[rows],
            table.numbers(options.uncertainty)[rows],
            level=options.level,
            resamples=options.resamples,
            seed=options.seed,
        )
    areas = estimates_frame({"area": curve.area, "excess_area": curve.excess_area})
    points = pd.DataFrame(
        [
            {"uncertainty": one.uncertainty, "n": one.n}
            | {name: getattr(one, name).to_json().get("value") for name in ("coverage", "error_rate", *_OF_CLASSES)}
            for one in curve.points
        ]
    )
    return Report(curve.to_json(), (areas, points))


COMMANDS = (
    Command(
        "drift",
        "control charts of a figure over time: EWMA, CUSUM, Shewhart, proportions; with their false alarms",
        _drift_options,
        _drift_columns,
        _drift,
        examples=(
            "drift --csv weeks.csv --value mean_score --reference-rows 20",
            "drift --csv weeks.csv --chart proportion --events overruled --totals reads --target 0.1 --json",
        ),
    ),
    Command(
        "triage",
        "minutes until a case is read: as cases come, and in the order of an AI's score",
        _triage_options,
        _triage_columns,
        _triage,
        names=lambda options: [options.day],
        examples=(
            "triage --csv worklist.csv --readers 2",
            "triage --csv worklist.csv --threshold 0.5 --resamples 500 --json",
        ),
    ),
    Command(
        "abstention",
        "errors, sensitivity and specificity as the least certain cases are left to a human; risk-coverage area",
        _abstention_options,
        lambda options: [options.truth, options.call, options.uncertainty],
        _abstention,
        one_row_per_case=True,
        examples=(
            "abstention --csv cases.csv --call ai_call --uncertainty doubt",
            "abstention --csv cases.csv --call ai_call --uncertainty doubt --resamples 200 --json",
        ),
    ),
)
