"""Labels as CSV: one row per read."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from annotations.domain.json_values import JsonText
from annotations.domain.kinds import Question
from annotations.exporters.answer_columns import answer_cell, answer_columns

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
    "further_study_instance_uids",
    "signed_at",
    "updated_at",
    "provenance",
    "tool",
    "schema_version",
    "number_of_findings",
    "findings",
    "digest",
    "ai_shown_at",
    "ai_prediction_id",
    "ai_decisions",
    "signed_by",
    "signature_meaning",
)
# Readers see neither of the two lists, not even their own.
# `times` holds the phases with first image and first mark, as JSON.
TIME_COLUMNS = ("active_ms", "total_ms", "times")
DESIGN_COLUMNS = ("arm", "session", "repeat_number", "is_training", "role")
# A spreadsheet runs a cell that starts with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def labels_csv(
    rows: Iterable[Mapping[str, Any]], versions: Mapping[int, Sequence[Question]], *, with_times: bool = False
) -> str:
    """Write rows of the labels API as CSV; every question of every version has a column, answered or not."""
    return "".join(labels_csv_lines(rows, versions, with_times=with_times))


def labels_csv_lines(
    rows: Iterable[Mapping[str, Any]], versions: Mapping[int, Sequence[Question]], *, with_times: bool = False
) -> Iterator[str]:
    """Write the same line by line, holding one row at a time.

    Parts of the payload may be `JsonText`, where the row says how many findings it has.
    """
    asked = answer_columns(versions)
    columns = COLUMNS + TIME_COLUMNS + DESIGN_COLUMNS if with_times else COLUMNS
    out = io.StringIO()
    # CRLF as RFC 4180 has it; with any other line end Python leaves a lone CR inside a cell unquoted.
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*columns, *(column.name for column in asked)])
    for row in rows:
        yield _taken(out)
        values = {
            "number_of_findings": _number_of_findings(row),
            **row,
            "further_study_instance_uids": " ".join(row["further_study_instance_uids"]),
            "findings": _json(row["findings"]),
            "ai_decisions": _json(row["ai_decisions"]),
            **_ai(row["ai_shown"]),
            **_signature(row.get("signature")),
            **(_times(row["times"]) if with_times else {}),
        }
        questions = versions[row["schema_version"]]
        answers = json.loads(row["answers"]) if isinstance(row["answers"], JsonText) else row["answers"]
        cells = [answer_cell(column, answers, questions) for column in asked]
        writer.writerow(spreadsheet_cells([*(values[name] for name in columns), *cells]))
    yield _taken(out)


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text


def _number_of_findings(row: Mapping[str, Any]) -> int:
    if "number_of_findings" in row:
        return int(row["number_of_findings"])
    return sum(finding["question"] is not None for finding in row["findings"])


def _json(value: Any) -> str:
    return value if isinstance(value, JsonText) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _times(phases: Mapping[str, Any]) -> dict[str, Any]:
    """Empty cells for a read whose time was never counted (a simulated one, or one posted by a client)."""
    if not phases:
        return dict.fromkeys(TIME_COLUMNS)
    sums = {name: sum(times[name] for times in phases.values()) for name in ("active_ms", "total_ms")}
    return {**sums, "times": json.dumps(phases, separators=(",", ":"), sort_keys=True)}


def _signature(signature: Mapping[str, Any] | None) -> dict[str, Any]:
    """The name of who signed, as it was then; empty for what is not signed."""
    if not signature:
        return {"signed_by": None, "signature_meaning": None}
    return {"signed_by": signature["full_name"], "signature_meaning": signature["meaning_text"]}


def _ai(shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """When the reader first had the AI in view, and which prediction; empty for a row made without it."""
    first = shown[0] if shown else {"shown_at": None, "prediction_id": None}
    return {"ai_shown_at": first["shown_at"], "ai_prediction_id": first["prediction_id"]}


def spreadsheet_cells(values: Iterable[Any]) -> list[Any]:
    """Return what the cells of a row hold, all in one go: there are very many. The writer leaves None empty."""
    return [
        (f"'{value}" if value.startswith(FORMULA_STARTS) else value)
        if isinstance(value, str)
        else (int(value) if isinstance(value, bool) else value)
        for value in values
    ]
