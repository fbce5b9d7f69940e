"""The rows of the labels API, many thousands of them: read by column, built as plain dictionaries, never all at once.

The fields, their sources and their forms are those that the serializer of the labels API declares; only the fields
that it computes have a function here. `tests/annotations/test_label_export.py` holds both ways against each other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from annotations.domain.payload_upgrade import upgraded
from annotations.domain.times import times_of_read
from annotations.models import AiDelivery, Revision, Sitting

ROWS_AT_ONCE = 1000
# What a row is computed from, beside the columns of its plain fields.
_SIGNATURE = ("username", "full_name", "meaning", "meaning_text")
_NEEDED = (
    "payload",
    "read_id",
    "created_at",
    "read__signed_at",
    "signature__created_at",
    *(f"signature__{name}" for name in _SIGNATURE),
)


class _Chunk:
    """What belongs to some rows beside their own columns: two queries, however many rows.

    They name the rows by a query over their times: a list of a thousand ids takes longer to send than to answer.
    """

    def __init__(self, labels: QuerySet[Revision], batch: list[dict[str, Any]], *, with_times: bool) -> None:
        between = (batch[0]["created_at"], batch[-1]["created_at"])
        reads = labels.order_by().filter(created_at__range=between).values("read_id")
        self.shown: dict[Any, list[AiDelivery]] = defaultdict(list)
        self.sittings: dict[Any, list[Any]] = defaultdict(list)
        for delivery in AiDelivery.objects.filter(read__in=reads).order_by("created_at"):
            self.shown[delivery.read_id].append(delivery)
        if with_times:
            sittings = Sitting.objects.filter(read__in=reads).order_by("created_at")
            for read_id, phases in sittings.values_list("read_id", "phases"):
                self.sittings[read_id].append(phases)


def _ai_shown(raw: Mapping[str, Any], payload: Mapping[str, Any], chunk: _Chunk) -> list[dict[str, Any]]:
    before = [one for one in chunk.shown[raw["read_id"]] if one.created_at <= raw["created_at"]]
    return [
        {
            "prediction_id": _plain(one.prediction_id),
            "content": one.content,
            "sha256": one.sha256,
            "phase": one.phase,
            "revision_number": one.revision_number,
            "shown_at": _moment(one.created_at),
        }
        for one in before
    ]


def _signed_at(raw: Mapping[str, Any], payload: Mapping[str, Any], chunk: _Chunk) -> str | None:
    at = raw["signature__created_at"] or raw["read__signed_at"]
    return _moment(at) if at else None


def _signature(raw: Mapping[str, Any], payload: Mapping[str, Any], chunk: _Chunk) -> dict[str, str] | None:
    is_signed = raw["signature__created_at"] is not None
    return {name: raw[f"signature__{name}"] for name in _SIGNATURE} if is_signed else None


# The fields that are computed.
_COMPUTED: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], _Chunk], Any]] = {
    "answers": lambda raw, payload, chunk: payload["answers"],
    "findings": lambda raw, payload, chunk: payload["findings"],
    "ai_decisions": lambda raw, payload, chunk: payload["ai_decisions"],
    "ai_shown": _ai_shown,
    "signed_at": _signed_at,
    "signature": _signature,
    "times": lambda raw, payload, chunk: times_of_read(chunk.sittings[raw["read_id"]]),
}


def label_rows(
    labels: QuerySet[Revision], output: type[serializers.Serializer[Any]], *, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the row of each label, as `output` would show it; the database hands over a thousand at a time."""
    names = list(output().fields)
    sources = {name: _column(output().fields[name]) for name in names if name not in _COMPUTED}
    wanted = list(dict.fromkeys([*_NEEDED, *sources.values()]))
    labels = labels.select_related(None).prefetch_related(None)
    plain = labels.order_by("created_at", "id").values_list(*wanted)
    rows = plain[:limit].iterator(chunk_size=ROWS_AT_ONCE)
    while batch := [dict(zip(wanted, row, strict=True)) for row in islice(rows, ROWS_AT_ONCE)]:
        chunk = _Chunk(labels, batch, with_times="times" in names)
        for raw in batch:
            payload = upgraded(raw["payload"])
            yield {
                name: _COMPUTED[name](raw, payload, chunk) if name in _COMPUTED else _plain(raw[sources[name]])
                for name in names
            }


def _column(field: serializers.Field[Any, Any, Any, Any]) -> str:
    return str(field.source or field.field_name).replace(".", "__")


def _plain(value: Any) -> Any:
    """Write a column as JSON has it."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return _moment(value) if isinstance(value, datetime) else str(value)


def _moment(at: datetime) -> str:
    # As DATETIME_FORMAT of the REST framework writes it, several times faster.
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"
