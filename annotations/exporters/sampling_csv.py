"""Frames and samples as CSV, for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from annotations.domain.frame_csv import KEY_COLUMN
from annotations.exporters.labels_csv import spreadsheet_cells


def frame_csv(frame: Mapping[str, Any]) -> str:
    """Return the candidates of a frame's document; without `patient_number` it can be uploaded again."""
    header = [KEY_COLUMN, *frame["columns"], "patient_number"]
    return _csv(header, ([row["study_instance_uid"], *row["values"], row["patient"]] for row in frame["candidates"]))


def sample_csv(sample: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return what was drawn, in its order; `names` are those of the cases that were made of it."""
    header = ["drawn_place", "drawn_case", KEY_COLUMN, "patient_number", *sample["columns"]]
    rows = (
        [place, names.get(row["study_instance_uid"], ""), row["study_instance_uid"], row["patient"], *row["values"]]
        for place, row in enumerate(sample["drawn"], start=1)
    )
    return _csv(header, rows)


def _csv(header: list[str], rows: Iterable[list[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows(spreadsheet_cells(row) for row in [header, *rows])
    return out.getvalue()
