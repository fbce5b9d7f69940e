"""`agreement`."""

import argparse
from itertools import combinations

import numpy as np
import pandas as pd

from validation.stats.agreement import (
    METRICS,
    WEIGHTS,
    agreement_coefficients,
    cohen_kappa,
    krippendorff_alpha,
    light_kappa,
    ratings,
    specific_agreement,
)
from validation.stats.agreement_measurements import (
    concordance_correlation,
    intraclass_correlation,
    limits_of_agreement,
    repeatability,
)
from validation.stats.checks import FloatArray, InputError
from validation.stats.commands.base import Command, Report, Rows, refuse_rows
from validation.stats.commands.mrmc import add_reading_columns, name_columns, table_readings
from validation.stats.mrmc_agreement import reader_agreement
from validation.stats.results import JSONValue, Outcome, Undefined, estimates_frame, jsonable
from validation.stats.table import CsvTable


def _options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--raters", metavar="COLUMN,...", help="columns with the ratings, one a rater; a blank cell is no rating"
    )
    command.add_argument(
        "--kind",
        choices=("categories", "measurements", "reader-study"),
        default="categories",
        help="categories: kappas, AC1/AC2 and alpha (default); measurements: ICC, concordance and limits of agreement; "
        "reader-study: limits of agreement within and between readers and modalities, from a table with one row a "
        "reading (--reader, --modality, --case, --rating) and no --raters",
    )
    add_reading_columns(command)
    command.add_argument("--weights", choices=WEIGHTS, default="identity", help="partial agreement (default: identity)")
    command.add_argument("--metric", choices=METRICS, default="nominal", help="of Krippendorff's alpha")
    command.add_argument(
        "--categories",
        metavar="VALUE,...",
        help="the scale in its order: words count as 0, 1, 2, ..., numbers as themselves",
    )


def _columns(options: argparse.Namespace) -> list[str]:
    if options.kind == "reader-study":
        return [*name_columns(options), options.rating]
    if options.raters is None:
        raise InputError("name the columns with the ratings: --raters COLUMN,COLUMN")
    return [column.strip() for column in options.raters.split(",")]


def _text_columns(options: argparse.Namespace) -> list[str]:
    """Name the columns of names, and those whose categories are words."""
    if options.kind == "reader-study":
        return name_columns(options)
    words = _words(options)
    return [] if words is None or _numeric(words) else _columns(options)


def _run(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    if options.kind == "reader-study":
        return _reader_study(options, table, rows)
    raters = _columns(options)
    if len(raters) < 2:
        raise InputError("agreement needs at least two columns in --raters")
    array = np.column_stack([_ratings(options, table, column)[rows] for column in raters])
    report = _categories if options.kind == "categories" else _measurements
    return report(options, raters, array)


def _ratings(options: argparse.Namespace, table: CsvTable, column: str) -> FloatArray:
    """Read a column of ratings: numbers, or the words of --categories as 0, 1, 2, ...; blank is NaN."""
    scale = _words(options)
    if options.kind == "measurements" or scale is None or _numeric(scale):
        found = table.numbers(column, blank=True)
        refuse_rows(np.isinf(found), table, column, "is neither a category nor a measurement")
        if options.kind == "categories" and scale is not None:
            strange = ~np.isnan(found) & ~np.isin(found, [float(name) for name in scale])
            refuse_rows(strange, table, column, f"is not among --categories {options.categories}")
        return found
    cells = table.frame[column].astype(str).str.strip()
    code = pd.Index(scale).get_indexer(pd.Index(cells)).astype(np.float64)
    refuse_rows((code < 0) & (cells != "").to_numpy(), table, column, f"is not among --categories {options.categories}")
    return np.where(code < 0, np.nan, code)


def _categories(options: argparse.Namespace, raters: list[str], array: FloatArray) -> Report:
    level = options.level
    counted = ratings(array, categories=_scale(options))
    estimates = agreement_coefficients(counted, weights=options.weights, level=level)
    estimates["krippendorff_alpha"] = krippendorff_alpha(counted, metric=options.metric, level=level)
    estimates["light"] = light_kappa(array, weights=options.weights, level=level)
    pairs: dict[tuple[str, str], dict[str, Outcome]] = {}
    binary = bool(np.isin(counted.values, (0.0, 1.0)).all())
    for a, b in combinations(range(len(raters)), 2):
        found: dict[str, Outcome] = {
            "cohen": cohen_kappa(array[:, a], array[:, b], weights=options.weights, level=level)
        }
        if binary:
            found |= specific_agreement(array[:, a], array[:, b], level=level)
        pairs[raters[a], raters[b]] = found
    document: dict[str, JSONValue] = {
        "estimates": jsonable(estimates),
        "pairs": [{"a": a, "b": b, "estimates": jsonable(found)} for (a, b), found in pairs.items()],
    }
    by_pair = {f"{name} {a}-{b}": one for (a, b), found in pairs.items() for name, one in found.items()}
    return Report(document, (estimates_frame(estimates), estimates_frame(by_pair)))


def _measurements(options: argparse.Namespace, raters: list[str], array: FloatArray) -> Report:
    level = options.level
    forms = intraclass_correlation(array, level=level)
    within = repeatability(array, level=level)
    estimates: dict[str, Outcome] = {name: one.estimate for name, one in forms.items()}
    rows, limits = [], []
    for a, b in combinations(range(len(raters)), 2):
        concordance = concordance_correlation(array[:, a], array[:, b], level=level)
        agreement = limits_of_agreement(array[:, a], array[:, b], level=level)
        rows.append({"a": raters[a], "b": raters[b], "concordance": concordance.to_json(),
                     "limits_of_agreement": agreement.to_json()})  # fmt: skip
        pair: dict[str, Outcome] = {"concordance": concordance}
        if not isinstance(agreement, Undefined):
            pair |= {"bias": agreement.bias, "lower limit": agreement.lower, "upper limit": agreement.upper}
        limits.append(estimates_frame({f"{name} {raters[a]}-{raters[b]}": one for name, one in pair.items()}))
    document: dict[str, JSONValue] = {
        "icc": {name: one.to_json() for name, one in forms.items()},
        "repeatability": jsonable(within),
        "pairs": jsonable(rows),
    }
    return Report(document, (estimates_frame(estimates | within), pd.concat(limits)))


def _reader_study(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    infinite = np.isinf(table.numbers(options.rating))
    refuse_rows(infinite, table, options.rating, "is not a measurement")
    found = reader_agreement(table_readings(options, table, rows, truth=False), level=options.level)
    if isinstance(found, Undefined):
        return Report({"limits": found.to_json()}, (estimates_frame({"limits": found}),))
    return Report(found.to_json(), found.frames())


def _words(options: argparse.Namespace) -> list[str] | None:
    return None if options.categories is None else [part.strip() for part in options.categories.split(",")]


def _numeric(names: list[str]) -> bool:
    try:
        return all(np.isfinite(float(name)) for name in names)
    except ValueError:
        return False


def _scale(options: argparse.Namespace) -> list[float] | None:
    names = _words(options)
    if names is None:
        return None
    if len(set(names)) < len(names) or "" in names:
        raise InputError(f"--categories {options.categories!r}: each category once, with commas between them")
    return [float(name) for name in names] if _numeric(names) else [float(rank) for rank in range(len(names))]


COMMANDS = (
    Command(
        "agreement",
        "agreement of raters: kappas, AC1/AC2, alpha; ICC, concordance, limits of agreement, also of a reader study",
        _options,
        _columns,
        _run,
        names=_text_columns,
        examples=(
            "agreement --csv raters.csv --raters grade_1,grade_2,grade_3 --weights quadratic --metric ordinal",
            "agreement --csv raters.csv --raters finding_1,finding_2 --categories absent,present",
            "agreement --csv raters.csv --raters length_1_mm,length_2_mm --kind measurements --json",
            "agreement --csv readings.csv --kind reader-study",
        ),
    ),
)
