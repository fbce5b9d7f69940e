"""`ai-vs-readers`."""

import argparse

import numpy as np
import pandas as pd

from validation.stats.ai_vs_readers import ai_vs_readers
from validation.stats.checks import InputError
from validation.stats.commands.base import Command, Report, Rows
from validation.stats.commands.mrmc import (
    add_figure_options,
    add_reading_columns,
    chosen_figure,
    decision_threshold,
    name_columns,
    reading_columns,
    table_readings,
)
from validation.stats.commands.option_types import finite, seed, threshold
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_design import Readings
from validation.stats.reclassification import reclassification
from validation.stats.results import tests_frame
from validation.stats.table import CsvTable


def _options(command: argparse.ArgumentParser) -> None:
    add_reading_columns(command)
    add_figure_options(command)
    command.add_argument("--ai-reader", metavar="NAME", help="the reader that is the AI (needed without --phases)")
    command.add_argument("--of-modality", metavar="NAME", help="the modality to compare in, where there are several")
    command.add_argument(
        "--phases",
        nargs=2,
        metavar=("BEFORE", "AFTER"),
        help="two modalities, readers without and with the AI: what changed for good and for bad, reliance on the AI, "
        "and the two compared (OR); positive from --threshold on; the AI's own rows may stand in any modality",
    )
    command.add_argument(
        "--ai-threshold", type=threshold, help="the AI calls positive from this rating on (--threshold)"
    )
    command.add_argument(
        "--covariance",
        choices=("jackknife", "delong", "unbiased", "bootstrap"),
        default="jackknife",
        help="of the errors over cases (default: jackknife)",
    )
    command.add_argument("--margin", type=finite, help="also test non-inferiority and equivalence with this margin")
    command.add_argument("--seed", type=seed, default=1, help="seed of the bootstrap (default: 1)")


def _run(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    study = table_readings(options, table, rows)
    if options.phases is not None:
        return _phases(options, study)
    if options.ai_reader is None:
        raise InputError("name the AI with --ai-reader, or two modalities with --phases")
    if options.of_modality is not None:
        if options.of_modality not in study.modalities:
            raise InputError(f"there is no modality {options.of_modality!r}; there is {', '.join(study.modalities)}")
        study = study.select(modalities=(options.of_modality,))
    result = ai_vs_readers(
        study,
        options.ai_reader,
        figure=chosen_figure(options, study),
        covariance=options.covariance,
        level=options.level,
        margin=options.margin,
        threshold=options.threshold,
        ai_threshold=options.ai_threshold,
        generator=np.random.default_rng(options.seed),
    )
    readers = pd.DataFrame([{"reader": name, "fom": value} for name, value in result.reader_figures.items()])
    tables = [result.to_frame(), readers]
    if result.majority is not None:
        tables.append(result.majority.to_frame())
    if result.majority_margins:
        named = {
            f"{name} {kind}": one for name, tests in result.majority_margins.items() for kind, one in tests.items()
        }
        tables.append(tests_frame(named))
    if result.operating_points:
        tables.append(pd.DataFrame([point.to_json() for point in result.operating_points]))
    return Report(result.to_json(), tuple(tables))


def _phases(options: argparse.Namespace, study: Readings) -> Report:
    """Compare the readers before and after they saw the AI."""
    before, after = options.phases
    changed = reclassification(
        study,
        before,
        after,
        threshold=decision_threshold(options, study),
        ai=options.ai_reader,
        ai_threshold=options.ai_threshold,
        level=options.level,
    )
    readers = tuple(name for name in study.readers if name != options.ai_reader)
    compared = mrmc(
        study.select(modalities=(after, before), readers=readers),
        figure=chosen_figure(options, study),
        covariance=options.covariance,
        level=options.level,
        margin=options.margin,
        generator=np.random.default_rng(options.seed),
    )
    document = {"reclassification": changed.to_json(), "with_and_without": compared.to_json()}
    return Report(document, (*changed.frames(), compared.to_frame(), *compared.frames()))


COMMANDS = (
    Command(
        "ai-vs-readers",
        "one AI against a sample of readers (1T-RRRC, each reader, their majority), or readers without and with it",
        _options,
        reading_columns,
        _run,
        names=name_columns,
        examples=(
            "ai-vs-readers --csv ai_and_readers.csv --ai-reader AI --margin 0.05",
            "ai-vs-readers --csv ai_and_readers.csv --ai-reader AI --threshold 3 --ai-threshold 3 --json",
        ),
    ),
)
