"""Labels as CSV: one row per read."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

COLUMNS = (
    "reader_study_id",
    "read_id",
    "revision_id",
    "revision_number",
    "state",
    "phase",
    "reader",
    "case",
    "case_id",
    "study_instance_uid",
    "signed_at",
    "updated_at",
    "provenance",
    "schema_version",
    "number_of_findings",
    "findings",
    "digest",
    "ai_shown_at",
    "ai_prediction_id",
    "ai_decisions",
)
ANSWER_PREFIX = "answer."
# A spreadsheet runs a cell that starts with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def labels_csv(rows: Iterable[Mapping[str, Any]], question_keys: Iterable[str]) -> str:
    """Write rows of the labels API as CSV; every question of the schema has a column, answered or not."""
    keys = list(question_keys)
    out = io.StringIO()
    # CRLF as RFC 4180 has it; with any other line end Python leaves a lone CR inside a cell unquoted.
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *(ANSWER_PREFIX + key for key in keys)])
    for row in rows:
        values = {
            **row,
            "number_of_findings": sum(finding["question"] is not None for finding in row["findings"]),
            **_ai(row["ai_shown"]),
            "findings": _json(row["findings"]),
            "ai_decisions": _json(row["ai_decisions"]),
        }
        answers = [_cell(row["answers"].get(key)) for key in keys]
        writer.writerow([*(_cell(values[name]) for name in COLUMNS), *answers])
    return out.getvalue()


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _ai(shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """When the reader first had the AI in view, and which prediction; empty for a row made without it."""
    first = shown[0] if shown else {"shown_at": None, "prediction_id": None}
    return {"ai_shown_at": first["shown_at"], "ai_prediction_id": first["prediction_id"]}


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
