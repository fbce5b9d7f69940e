"""The final answer of each case of a double reading as CSV: where it is from, and every question's column."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from annotations.domain.kinds import Question
from annotations.exporters.answer_columns import answer_cell, answer_columns
from annotations.exporters.labels_csv import spreadsheet_cells

COLUMNS = (
    "case",
    "case_id",
    "standing",
    "source",
    "readers",
    "arbitrator",
    "revision_ids",
    "arbitration_revision_id",
    "settled_at",
    "schema_version",
    "findings",
)


def final_answers_csv_lines(
    rows: Iterable[Mapping[str, Any]], versions: Mapping[int, Sequence[Question]]
) -> Iterator[str]:
    """Write the rows line by line; a case without a final answer has its row, with the answers empty."""
    asked = answer_columns(versions)
    yield _line([*COLUMNS, *(column.name for column in asked)])
    for row in rows:
        findings = row["findings"]
        values = {**row, "findings": "" if findings is None else json.dumps(findings, ensure_ascii=False)}
        questions = versions.get(row["schema_version"], [])
        answers = [answer_cell(column, row["answers"], questions) for column in asked]
        yield _line(spreadsheet_cells([*(values[name] for name in COLUMNS), *answers]))


def _line(values: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(values)
    return out.getvalue()
