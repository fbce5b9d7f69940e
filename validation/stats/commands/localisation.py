"""`froc` and `lroc`."""

import argparse
from pathlib import Path

import pandas as pd

from validation.stats.ai_vs_readers import ai_vs_readers
from validation.stats.commands.base import Command, Report, Rows, no_columns, no_table, rows_of_file, zero_one
from validation.stats.commands.mrmc import add_reading_columns, name_columns, reading_columns
from validation.stats.commands.option_types import finite
from validation.stats.froc import FIGURES, froc
from validation.stats.localisation import localisation_study
from validation.stats.lroc import alroc_figure, lroc_readings, pcl_figure
from validation.stats.mrmc import mrmc
from validation.stats.table import CsvTable


def _froc_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--marks",
        "--csv",
        type=Path,
        required=True,
        metavar="FILE",
        help="reader,modality,case,mark (NL or LL),lesion_id,rating",
    )
    command.add_argument("--cases", type=Path, required=True, metavar="FILE", help="case,truth: every case once")
    command.add_argument("--lesions", type=Path, required=True, metavar="FILE", help="case,lesion_id[,weight]")
    command.add_argument("--fom", choices=FIGURES, default="wafroc", help="figure of merit (default: wafroc)")
    command.add_argument("--method", dest="model", choices=("or", "dbm"), default="or", help="default: or")
    command.add_argument("--margin", type=finite, help="also test non-inferiority and equivalence with this margin")


def _froc(options: argparse.Namespace) -> Report:
    names = ["reader", "modality", "case", "mark", "lesion_id"]
    marks = CsvTable(options.marks, [*names, "rating"], text=names).frame
    cases = CsvTable(options.cases, ["case", "truth"], text=["case"]).frame
    lesions = CsvTable(options.lesions, ["case", "lesion_id"], ["weight"], text=["case", "lesion_id"]).frame
    study = localisation_study(marks, cases, lesions)
    result = froc(study, options.fom, method=options.model, level=options.level, margin=options.margin)
    return Report(result.to_json(), (result.to_frame(), *result.frames()))


def _lroc_options(command: argparse.ArgumentParser) -> None:
    add_reading_columns(command)
    command.add_argument("--correct-location", default="correct_location", metavar="COLUMN", help="1: rightly located")
    command.add_argument("--fom", choices=("pcl", "alroc"), default="pcl", help="figure of merit (default: pcl)")
    command.add_argument(
        "--fpf", type=finite, default=0.2, help="at or up to this false positive fraction (default: 0.2)"
    )
    command.add_argument("--ai-reader", metavar="NAME", help="compare this reader, the AI, with the others")
    command.add_argument("--margin", type=finite, help="also test non-inferiority and equivalence with this margin")


def _lroc_columns(options: argparse.Namespace) -> list[str]:
    return [*reading_columns(options), options.correct_location]


def _lroc(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    reader, modality, case = (table.frame[column].iloc[rows] for column in name_columns(options))
    with rows_of_file(options, rows):
        study = lroc_readings(
            reader=reader,
            modality=modality,
            case=case,
            truth=zero_one(table, options.truth)[rows],
            rating=table.numbers(options.rating)[rows],
            correct_location=zero_one(table, options.correct_location)[rows],
        )
    figure = pcl_figure(options.fpf) if options.fom == "pcl" else alroc_figure(options.fpf)
    if options.ai_reader is not None:
        against = ai_vs_readers(study, options.ai_reader, figure=figure, level=options.level, margin=options.margin)
        readers = pd.DataFrame([{"reader": name, "fom": value} for name, value in against.reader_figures.items()])
        return Report(against.to_json(), (against.to_frame(), readers))
    result = mrmc(study, figure=figure, level=options.level, margin=options.margin)
    return Report(result.to_json(), (result.to_frame(), *result.frames()))


COMMANDS = (
    Command(
        "froc",
        "free-response marks: wAFROC and other figures of merit, modalities compared",
        _froc_options,
        no_columns,
        no_table,
        run_files=_froc,
        examples=(
            "froc --marks marks.csv --cases marked_cases.csv --lesions lesions.csv",
            "froc --marks marks.csv --cases marked_cases.csv --lesions lesions.csv --fom hrauc --method dbm --json",
        ),
    ),
    Command(
        "lroc",
        "one located rating a case: probability of correct localisation, area under the LROC curve",
        _lroc_options,
        _lroc_columns,
        _lroc,
        names=name_columns,
        examples=(
            "lroc --csv located.csv --fpf 0.2",
            "lroc --csv located.csv --fom alroc --fpf 1 --json",
        ),
    ),
)
