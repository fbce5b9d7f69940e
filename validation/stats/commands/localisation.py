"""`froc` and `lroc`."""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy.typing as npt
import pandas as pd

from validation.stats.ai_vs_marks import ai_vs_marks
from validation.stats.ai_vs_readers import ai_vs_readers
from validation.stats.checks import FloatArray, InputError
from validation.stats.commands.base import Command, Report, Rows, no_columns, no_table, rows_of_file, zero_one
from validation.stats.commands.mrmc import add_reading_columns, name_columns, reading_columns
from validation.stats.commands.option_types import finite
from validation.stats.froc import FIGURES, froc
from validation.stats.froc_curves import CURVES, FrocCurve, froc_curve
from validation.stats.froc_points import PointLimits, froc_point_limits
from validation.stats.localisation import LocalisationStudy, localisation_study
from validation.stats.lroc import alroc_figure, lroc_curve, lroc_readings, pcl_figure
from validation.stats.matching import MarkMatching, match_marks
from validation.stats.matching_criteria import CRITERIA, MatchRule
from validation.stats.mrmc import mrmc
from validation.stats.results import JSONValue, Undefined, jsonable
from validation.stats.roi import roi, roi_study
from validation.stats.table import CsvTable

_PLACES = [f"{axis}{end}_mm" for axis in "xyz" for end in ("", "_min", "_max")]


def _froc_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--marks",
        "--csv",
        type=Path,
        required=True,
        metavar="FILE",
        help="reader,modality,case,mark (NL or LL),lesion_id,rating; with --match: reader,modality,case,rating and "
        "x_mm,y_mm[,z_mm] or a box x_min_mm,x_max_mm,y_min_mm,y_max_mm[,z_min_mm,z_max_mm]",
    )
    command.add_argument("--cases", type=Path, metavar="FILE", help="case,truth: every case once")
    command.add_argument(
        "--lesions",
        type=Path,
        required=True,
        metavar="FILE",
        help="case,lesion_id[,weight]; with --match also x_mm,y_mm[,z_mm] or a box, and radius_mm without --radius-mm",
    )
    command.add_argument("--fom", choices=FIGURES, default="wafroc", help="figure of merit (default: wafroc)")
    command.add_argument("--method", dest="model", choices=("or", "dbm"), default="or", help="default: or")
    command.add_argument("--margin", type=finite, help="also test non-inferiority and equivalence with this margin")
    command.add_argument("--ai-reader", metavar="NAME", help="compare this reader, the AI, with the others")
    command.add_argument("--curve", choices=CURVES, help="give each reader's operating points instead of the tests")
    command.add_argument("--readers", metavar="NAME,...", help="all who read, where someone made no mark at all")
    command.add_argument("--modalities", metavar="NAME,...", help="all there were, where one has no mark at all")
    _match_options(command.add_argument_group("matching of marks to lesions"))


def _match_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--match", choices=CRITERIA, help="find out which mark is on which lesion, by this criterion")
    group.add_argument("--radius-mm", type=finite, help="distance: from the lesion's centre, for all lesions")
    group.add_argument("--min-iou", type=finite, default=0.1, help="iou: at least this (default: 0.1)")
    group.add_argument(
        "--prefer",
        choices=("rating", "criterion"),
        default="rating",
        help="of several marks on a lesion: the best rated, or the nearest or best overlapping (default: rating)",
    )
    group.add_argument(
        "--extra-marks",
        choices=("ignore", "false"),
        default="ignore",
        help="further marks on a found lesion: left out, or non-lesion localisations (default: ignore)",
    )
    group.add_argument("--match-only", action="store_true", help="give the matched marks and no analysis")


def _froc(options: argparse.Namespace) -> Report:
    lesions = CsvTable(
        options.lesions,
        ["case", "lesion_id"],
        ["weight", *(["radius_mm", *_PLACES] if options.match else [])],
        text=["case", "lesion_id"],
        may_be_empty=True,  # a study of negative cases has no lesions, and careful readers make no marks
    ).frame
    matching = _matching(options, lesions) if options.match else None
    if options.match_only:
        if matching is None:
            raise InputError("--match-only needs --match")
        return Report(matching.to_json(), (matching.readers, matching.to_frame()))
    if options.cases is None:
        raise InputError("give the table of all cases with --cases")
    cases = CsvTable(options.cases, ["case", "truth"], text=["case"]).frame
    named = {name: _listed(getattr(options, name)) for name in ("readers", "modalities")}
    if matching is not None:
        study = matching.study(cases, lesions, **named)
    else:
        names = ["reader", "modality", "case", "mark", "lesion_id"]
        marks = CsvTable(options.marks, [*names, "rating"], text=names, may_be_empty=True).frame
        study = localisation_study(marks, cases, lesions, **named)
    if options.curve and options.ai_reader is not None:
        raise InputError("--curve gives points and --ai-reader a comparison: take one of them")
    report = _curves(study, options.curve, options.level) if options.curve else _tests(study, options)
    if matching is None:
        return report
    return Report({**report.document, "matching": matching.summary_json()}, (*report.tables, matching.readers))


def _matching(options: argparse.Namespace, lesions: pd.DataFrame) -> MarkMatching:
    names = ["reader", "modality", "case"]
    marks = CsvTable(options.marks, [*names, "rating"], _PLACES, text=names).frame
    rule = MatchRule(options.match, options.radius_mm, options.min_iou, options.prefer, options.extra_marks)
    return match_marks(marks, lesions, rule)


def _listed(names: str | None) -> list[str] | None:
    return None if names is None else [name.strip() for name in names.split(",")]


def _tests(study: LocalisationStudy, options: argparse.Namespace) -> Report:
    if options.ai_reader is not None:
        if options.model != "or":
            raise InputError("an AI is compared with readers by --method or")
        against = ai_vs_marks(study, options.ai_reader, options.fom, level=options.level, margin=options.margin)
        readers = pd.DataFrame([{"reader": name, "fom": value} for name, value in against.reader_figures.items()])
        return Report(against.to_json(), (against.to_frame(), readers))
    result = froc(study, options.fom, method=options.model, level=options.level, margin=options.margin)
    return Report(result.to_json(), (result.to_frame(), *result.frames()))


def _curves(study: LocalisationStudy, kind: FrocCurve, level: float) -> Report:
    cells = [(modality, reader) for modality in study.modalities for reader in study.readers]
    limits = {} if kind == "roc" else {cell: froc_point_limits(study, kind, *cell, level=level) for cell in cells}
    columns = {cell: found.to_json() for cell, found in limits.items() if isinstance(found, PointLimits)}
    return curve_report(kind, {cell: froc_curve(study, kind, *cell) for cell in cells}, columns)


def curve_report(
    kind: str,
    curves: Mapping[tuple[str, str], Mapping[str, FloatArray] | Undefined],
    limits: Mapping[tuple[str, str], Mapping[str, JSONValue]] | None = None,
) -> Report:
    """Show the operating points of each (modality, reader), with columns of limits where there are some."""
    rows: list[JSONValue] = []
    tables = []
    for (modality, reader), curve in curves.items():
        who: dict[str, JSONValue] = {"reader": reader, "modality": modality}
        if isinstance(curve, Undefined):
            rows.append(who | curve.to_json())
            tables.append(pd.DataFrame([who | curve.to_json()]))
            continue
        points = {name: jsonable(curve[name]) for name in "xy"} | dict((limits or {}).get((modality, reader), {}))
        rows.append(who | points)
        tables.append(pd.DataFrame(who | points))
    return Report({"curve": kind, "readers": rows}, tuple(tables))


def _lroc_options(command: argparse.ArgumentParser) -> None:
    add_reading_columns(command)
    command.add_argument("--correct-location", default="correct_location", metavar="COLUMN", help="1: rightly located")
    command.add_argument(
        "--fom",
        choices=("pcl", "alroc", "roi"),
        default="pcl",
        help="probability of a correct localisation, area under the LROC curve; roi: rows are regions of interest, "
        "--truth says which have a lesion, and there is no --correct-location (default: pcl)",
    )
    command.add_argument(
        "--fpf", type=finite, default=0.2, help="pcl, alroc: at or up to this false positive fraction (default: 0.2)"
    )
    command.add_argument("--curve", action="store_true", help="give each reader's operating points instead of tests")
    command.add_argument("--ai-reader", metavar="NAME", help="compare this reader, the AI, with the others")
    command.add_argument("--method", dest="model", choices=("or", "dbm"), default="or", help="default: or")
    command.add_argument("--margin", type=finite, help="also test non-inferiority and equivalence with this margin")


def _lroc_columns(options: argparse.Namespace) -> list[str]:
    return [*reading_columns(options), *([] if options.fom == "roi" else [options.correct_location])]


def _lroc(options: argparse.Namespace, table: CsvTable, rows: Rows) -> Report:
    reader, modality, case = (table.frame[column].iloc[rows] for column in name_columns(options))
    truth, rating = zero_one(table, options.truth)[rows], table.numbers(options.rating)[rows]
    named: dict[str, npt.ArrayLike] = {
        "reader": reader,
        "modality": modality,
        "case": case,
        "truth": truth,
        "rating": rating,
    }
    if options.fom == "roi":
        if options.curve or options.ai_reader is not None:
            raise InputError("--curve and --ai-reader are for pcl and alroc, not for roi")
        with rows_of_file(options, rows):
            regions = roi_study(**named)
        areas = roi(regions, method=options.model, level=options.level, margin=options.margin)
        return Report(areas.to_json(), (areas.to_frame(), *areas.frames()))
    located = zero_one(table, options.correct_location)[rows]
    with rows_of_file(options, rows):
        study = lroc_readings(**named, correct_location=located)
    if options.curve:
        return curve_report("lroc", {cell: lroc_curve(study, *cell) for cell in study.cells})
    figure = pcl_figure(options.fpf) if options.fom == "pcl" else alroc_figure(options.fpf)
    if options.ai_reader is not None:
        against = ai_vs_readers(study, options.ai_reader, figure=figure, level=options.level, margin=options.margin)
        readers = pd.DataFrame([{"reader": name, "fom": value} for name, value in against.reader_figures.items()])
        return Report(against.to_json(), (against.to_frame(), readers))
    result = mrmc(study, figure=figure, method=options.model, level=options.level, margin=options.margin)
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
        "one located rating a case: probability of correct localisation, area under the LROC curve; or rated regions",
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
