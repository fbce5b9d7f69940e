"""Predictions as CSV: one row per imaging study, or one row per finding of an imaging study."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.errors import FieldProblem
from portal.inference.finding_geometry import SPHERE
from portal.inference.prediction_input import (
    PULMONARY_NODULE,
    PredictionInput,
    prediction_problems,
    to_prediction_input,
)

STUDY_COLUMNS = ("study_instance_uid", "score")
FINDING_COLUMNS = (
    "finding_id",
    "finding_score",
    "x_mm",
    "y_mm",
    "z_mm",
    "diameter_mm",
    "code_scheme",
    "code_value",
    "code_meaning",
)
COLUMNS = (*STUDY_COLUMNS, *FINDING_COLUMNS)
# May be added: of the score of the imaging study.
UNCERTAINTY_COLUMNS = ("uncertainty", "uncertainty_method", "uncertainty_samples", "uncertainty_definition")
ALL_COLUMNS = (*COLUMNS, *UNCERTAINTY_COLUMNS)
MAXIMUM_ROWS = 100_000
# How the fields of a prediction are called in the file.
_COLUMN_OF_FIELD = {
    "imaging_study_uid": "study_instance_uid",
    "score": "score",
    "uncertainty.value": "uncertainty",
    "uncertainty.method": "uncertainty_method",
    "uncertainty.samples": "uncertainty_samples",
    "uncertainty.definition": "uncertainty_definition",
    "findings[0].id": "finding_id",
    "findings[0].score": "finding_score",
    "findings[0].code": "code_value",
    "findings[0].geometry.center_mm": "x_mm",
    "findings[0].geometry.diameter_mm": "diameter_mm",
}


@dataclass(slots=True)
class CsvPredictions:
    """What a file says: predictions with the row of their first line, and every problem."""

    predictions: dict[str, PredictionInput] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)


def parse_predictions_csv(text: str) -> CsvPredictions:
    """Read predictions; problems carry their row number (the header is row 1)."""
    parsed = CsvPredictions()
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        reader.fieldnames = header = [name.strip() for name in reader.fieldnames or []]
        parsed.problems = _header_problems(header)
        if parsed.problems:
            return parsed
        for count, row in enumerate(reader, start=1):
            if count > MAXIMUM_ROWS:
                parsed.problems.append(_problem("file", "too_long", f"At most {MAXIMUM_ROWS} rows.", reader.line_num))
                return parsed
            _take_row(parsed, row, reader.line_num)
    except csv.Error as error:
        parsed.problems.append(_problem("file", "not_csv", f"The file is no CSV: {error}.", reader.line_num))
    if not parsed.predictions and not parsed.problems:
        parsed.problems.append(_problem("file", "empty", "The file has a header but no rows.", 2))
    return parsed


def example_csv(study_instance_uids: Sequence[str]) -> str:
    """An example that can be uploaded as it is: the first imaging study with two findings, the others with none."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    code = [PULMONARY_NODULE[part] for part in ("scheme", "value", "meaning")]
    for index, uid in enumerate(study_instance_uids):
        if index == 0:
            writer.writerow([uid, 0.91, "F1", 0.91, -52.5, 13.0, -120.0, 8.5, *code])
            writer.writerow([uid, 0.91, "F2", 0.4, 40.0, -7.5, -87.5, 6.0, *code])
        else:
            writer.writerow([uid, 0.12, *[""] * len(FINDING_COLUMNS)])
    return out.getvalue()


def _problem(name: str, code: str, detail: str, row: int) -> FieldProblem:
    return {"field": name, "code": code, "detail": detail, "row": row}


def _header_problems(header: list[str]) -> list[FieldProblem]:
    problems = [
        _problem(name, "column_missing", f"The column {name} is missing.", 1)
        for name in STUDY_COLUMNS
        if name not in header
    ]
    problems += [
        _problem(name[:60] or "(blank)", "column_unknown", f"Columns are {', '.join(ALL_COLUMNS)}.", 1)
        for name in header
        if name not in ALL_COLUMNS
    ]
    if len(set(header)) != len(header):
        problems.append(_problem("file", "column_repeated", "A column appears twice.", 1))
    return problems


def _take_row(parsed: CsvPredictions, row: dict[str, Any], number: int) -> None:
    if None in row or None in row.values():
        parsed.problems.append(
            _problem("file", "wrong_length", "The row has more or fewer cells than the header.", number)
        )
        return
    raw = _to_json({name: value.strip() for name, value in row.items()})
    problems = prediction_problems(raw)
    if problems:
        parsed.problems += [_in_columns(problem, number) for problem in problems]
        return
    prediction = to_prediction_input(raw)
    known = parsed.predictions.get(prediction.study_instance_uid)
    if known is None:
        parsed.predictions[prediction.study_instance_uid] = prediction
        parsed.rows[prediction.study_instance_uid] = number
        return
    clash = _clash(known, prediction)
    if clash:
        parsed.problems.append(_problem(*clash, number))
    else:
        known.findings.extend(prediction.findings)


def _clash(known: PredictionInput, further: PredictionInput) -> tuple[str, str, str] | None:
    """Why a further row cannot belong to an imaging study that already has one."""
    if known.score != further.score:
        return "score", "score_differs", "Another row gives this imaging study another score."
    if known.uncertainty != further.uncertainty:
        return "uncertainty", "uncertainty_differs", "Another row gives this imaging study another uncertainty."
    if not further.findings or not known.findings:
        return "study_instance_uid", "repeated", "A further row may only add another finding."
    if any(finding["id"] == further.findings[0]["id"] for finding in known.findings):
        return "finding_id", "repeated", "The imaging study already has a finding of this name."
    return None


def _to_json(cells: dict[str, str]) -> dict[str, Any]:
    """The row as the JSON of the API, so that both ways in obey the same rules."""
    raw: dict[str, Any] = {
        "imaging_study_uid": cells["study_instance_uid"],
        "score": _number(cells["score"]),
        "findings": [],
    }
    if any(cells.get(name) for name in UNCERTAINTY_COLUMNS):
        raw["uncertainty"] = {
            "value": _number(cells.get("uncertainty", "")),
            "method": cells.get("uncertainty_method"),
            "samples": _count(cells.get("uncertainty_samples", "")),
            "definition": cells.get("uncertainty_definition"),
        }
    if any(cells.get(name) for name in FINDING_COLUMNS):
        raw["findings"].append(
            {
                "id": cells.get("finding_id"),
                "score": _number(cells.get("finding_score", "")),
                "code": {part: cells.get(f"code_{part}") for part in ("scheme", "value", "meaning")},
                "geometry": {
                    "kind": SPHERE,
                    "center_mm": [_number(cells.get(name, "")) for name in ("x_mm", "y_mm", "z_mm")],
                    "diameter_mm": _number(cells.get("diameter_mm", "")),
                },
            }
        )
    return raw


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _count(cell: str) -> int | str | None:
    """A whole number, None where there is none, and as it is where it is something else."""
    try:
        return int(cell) if cell else None
    except ValueError:
        return cell


def _in_columns(problem: FieldProblem, row: int) -> FieldProblem:
    column = _COLUMN_OF_FIELD.get(problem["field"], problem["field"])
    return {"field": column, "code": problem["code"], "detail": problem["detail"], "row": row}
