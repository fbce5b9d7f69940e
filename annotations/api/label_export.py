"""All labels of a reader study in one answer that is written while the database reads, however many there are."""

import uuid
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from annotations.access import reader_study_for
from annotations.api.label_rows import json_line, label_rows
from annotations.api.labels import CsvRenderer, LabelOutput, LabelsApi, TimedLabelOutput, forms_of
from annotations.exporters.labels_csv import labels_csv_lines
from annotations.selectors.masking import require_unmasked
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.policy import Action

# Large enough that the web process is not woken for every row, small enough to be nothing in memory.
LINES_AT_ONCE = 200


class JsonLinesRenderer(CsvRenderer):
    """Lets DRF negotiate JSON lines."""

    media_type = "application/x-ndjson"
    format = "jsonl"


class LabelExportApi(LabelsApi):
    """The labels of a reader study, whole."""

    @extend_schema(
        operation_id="reader_studies_labels_export",
        parameters=[
            OpenApiParameter("updated_since", OpenApiTypes.DATETIME, description="Only labels stored at or after it."),
            OpenApiParameter("include_first_reads", OpenApiTypes.BOOL, description="Frozen first reads too."),
            OpenApiParameter("format", OpenApiTypes.STR, enum=["jsonl", "csv"]),
        ],
        responses={(200, "application/x-ndjson"): OpenApiTypes.STR, (200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Any:
        """Write every label, oldest first, as JSON lines or CSV; `Overread-Row-Count` says how many there are."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.LABELS_VIEW)
        require_unmasked(user=caller(request), reader_study=reader_study)
        labels = self.labels(request, reader_study)
        sees_all = self.sees_all(request, reader_study)
        kind = request.accepted_renderer.format
        count = labels.count()
        detail = {"format": kind, "rows": count, "own_only": not sees_all}
        if count:
            viewed(
                by=caller(request),
                reader_study_id=reader_study_id,
                action="labels.view",
                obj=reader_study,
                detail=detail,
            )
        is_csv = kind == "csv"
        output = TimedLabelOutput if sees_all else LabelOutput
        rows = label_rows(labels, output, limit=count, for_table=is_csv)
        lines: Iterator[str] = map(json_line, rows)
        if is_csv:
            lines = labels_csv_lines(rows, forms_of(reader_study), with_times=sees_all)
        return StreamingHttpResponse(
            _joined(lines),
            content_type=f"{request.accepted_renderer.media_type}; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="labels-{reader_study.pk}.{kind}"',
                "Cache-Control": "no-store",
                "Overread-Row-Count": str(count),
            },
        )

    def get_renderers(self) -> list[BaseRenderer]:
        """JSON lines unless CSV is asked for."""
        return [JsonLinesRenderer(), CsvRenderer()]


def _joined(lines: Iterator[str]) -> Iterator[bytes]:
    while batch := list(islice(lines, LINES_AT_ONCE)):
        yield "".join(batch).encode()
