"""Binding rows that are there already, as they are found: for the migrations that put a table under the trail."""

from collections import defaultdict
from typing import Any

from django.db import models

from portal.audit.models import Stream
from portal.audit.rows import seal_of, with_carried
from portal.audit.services import record

ACTION = "audit.seal_existing"
# An event of a large reader study would else be one row of many megabytes.
ROWS_PER_EVENT = 500


def rows_seal(rows: models.QuerySet[Any], *, stream: str = "") -> None:
    """Tell of these rows, in the streams of their reader studies; in `stream` where they belong to none."""
    label = rows.model._meta.label
    scope = seal_of(label).scope
    waiting: dict[str, list[Any]] = defaultdict(list)
    keys = dict(rows.order_by().values_list("pk", scope)) if scope else {}
    for row in with_carried(rows).order_by("pk").iterator(chunk_size=ROWS_PER_EVENT):
        own = f"reader-study:{keys[row.pk]}" if scope else stream
        waiting[own].append(row)
        if len(waiting[own]) == ROWS_PER_EVENT:
            _tell(own, label, waiting.pop(own))
    for own, rest in waiting.items():
        _tell(own, label, rest)


def _tell(stream: str, label: str, rows: list[Any]) -> None:
    told = {"table": label, "rows": len(rows)}
    record(stream=stream, actor=None, action=ACTION, obj=Stream(name=stream), detail=told, rows=rows)
