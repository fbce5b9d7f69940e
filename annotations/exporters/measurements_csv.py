"""What segments measure as CSV in long form: one row per quantity, with its unit and its code."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from annotations.exporters.labels_csv import spreadsheet_cells

COLUMNS = (
    "reader_study_id",
    "case",
    "case_id",
    "study_instance_uid",
    "source",
    "reader",
    "read_id",
    "revision_id",
    "model",
    "model_version",
    "prediction_id",
    "finding_id",
    "mark_id",
    "series_instance_uid",
    "segment_sha256",
    "pixels_sha256",
    "measured_at",
    "method_version",
    "level_start",
    "level_width",
    "outcome",
    "family",
    "quantity",
    "value",
    "unit",
    "code_scheme",
    "code",
    "reason",
)
MEASURED, UNDEFINED, NOT_MEASURED = "MEASURED", "UNDEFINED", "NOT_MEASURED"
SCHEME = "IBSI"


def measurements_csv_lines(subjects: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Write the segments of reads and predictions line by line.

    Each subject has the columns that name it, `state` and `reason` of its measuring, and `segments`: mappings with the
    columns of the segment, `reason` where nothing of it is measured, and `quantities`. What is not measured yet, or
    could not be, has a row of its own, so that nothing is missing unsaid.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for subject in subjects:
        yield _taken(out)
        for row in _rows(subject):
            writer.writerow(spreadsheet_cells(row.get(name) for name in COLUMNS))
    yield _taken(out)


def _rows(subject: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for segment in subject["segments"]:
        same = {**subject, **segment}
        if not segment["quantities"]:
            yield {**same, "outcome": NOT_MEASURED}
        for one in segment["quantities"]:
            outcome = UNDEFINED if one["value"] is None else MEASURED
            scheme = SCHEME if one["ibsi"] else None
            cells = {"family": one["family"], "quantity": one["name"], "value": one["value"], "unit": one["unit"]}
            codes = {"code_scheme": scheme, "code": one["ibsi"], "reason": one["reason"]}
            yield {**same, **cells, **codes, "outcome": outcome}
    if subject["state"] != "SUCCEEDED":
        yield {**subject, "outcome": subject["state"]}


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text
