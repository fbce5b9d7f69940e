"""The rows of the labels API, many thousands of them: read by column, built as plain dictionaries, never all at once.

The fields, their sources and their forms are those that the serializer of the labels API declares; only the fields
that it computes have a function here. `tests/annotations/test_label_export.py` holds both ways against each other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from rest_framework import serializers

from annotations.domain.payload_upgrade import upgraded
from annotations.domain.times import times_of_read
from annotations.models import AiDelivery, CaseImages, Revision, Sitting

ROWS_AT_ONCE = 1000
# What a row is computed from, beside the columns of its plain fields.
_SIGNATURE = ("username", "full_name", "meaning", "meaning_text")
_NEEDED = (
    "payload",
    "read_id",
    "read__assignment__case_id",
    "created_at",
    "read__signed_at",
    "signature__created_at",
    *(f"signature__{name}" for name in _SIGNATURE),
)
# What belongs to a row beside its own columns, asked for with the row: PostgreSQL looks it up by the read.
_OF_READ = {
    "sittings": ArraySubquery(Sitting.objects.filter(read=OuterRef("read_id")).order_by("created_at").values("phases")),
    "has_deliveries": Exists(AiDelivery.objects.filter(read=OuterRef("read_id"))),
}
Raw = Mapping[str, Any]


class _Beside(NamedTuple):
    """What belongs to the rows of a batch and is asked for once: by read what was shown, by case its further images."""

    shown: Mapping[Any, list[AiDelivery]]
    further: Mapping[Any, list[str]]


def _further(batch: list[dict[str, Any]]) -> Mapping[Any, list[str]]:
    """Return by case the UIDs of the imaging studies that are read together with its first, in order: one query."""
    further: dict[Any, list[str]] = defaultdict(list)
    images = CaseImages.objects.filter(case__in={raw["read__assignment__case_id"] for raw in batch})
    for case_id, uid in images.values_list("case_id", "imaging_study__study_instance_uid"):
        further[case_id].append(uid)
    return further


def _deliveries(batch: list[dict[str, Any]]) -> Mapping[Any, list[AiDelivery]]:
    """Return what was shown of the AI in some reads, by read: one query, and none where nothing was."""
    reads = [raw["read_id"] for raw in batch if raw["has_deliveries"]]
    shown: dict[Any, list[AiDelivery]] = defaultdict(list)
    if reads:
        for delivery in AiDelivery.objects.filter(read__in=reads).order_by("created_at"):
            shown[delivery.read_id].append(delivery)
    return shown


def _ai_shown(raw: Raw, payload: Mapping[str, Any], beside: _Beside) -> list[dict[str, Any]]:
    before = [one for one in beside.shown.get(raw["read_id"], ()) if one.created_at <= raw["created_at"]]
    return [
        {
            "prediction_id": str(one.prediction_id) if one.prediction_id else None,
            "content": one.content,
            "sha256": one.sha256,
            "phase": one.phase,
            "revision_number": one.revision_number,
            "shown_at": _moment(one.created_at),
        }
        for one in before
    ]


def _signed_at(raw: Raw, payload: Mapping[str, Any], beside: _Beside) -> str | None:
    at = raw["signature__created_at"] or raw["read__signed_at"]
    return _moment(at) if at else None


def _signature(raw: Raw, payload: Mapping[str, Any], beside: _Beside) -> dict[str, str] | None:
    is_signed = raw["signature__created_at"] is not None
    return {name: raw[f"signature__{name}"] for name in _SIGNATURE} if is_signed else None


# The fields that are computed.
_COMPUTED: dict[str, Callable[[Raw, Mapping[str, Any], _Beside], Any]] = {
    "answers": lambda raw, payload, beside: payload["answers"],
    "findings": lambda raw, payload, beside: payload["findings"],
    "ai_decisions": lambda raw, payload, beside: payload["ai_decisions"],
    "further_study_instance_uids": lambda raw, payload, beside: [
        *beside.further.get(raw["read__assignment__case_id"], ())
    ],
    "ai_shown": _ai_shown,
    "signed_at": _signed_at,
    "signature": _signature,
    "times": lambda raw, payload, beside: times_of_read(raw["sittings"]),
}


def label_rows(
    labels: QuerySet[Revision], output: type[serializers.Serializer[Any]], *, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the row of each label, as `output` would show it; the database hands over a thousand at a time."""
    fields = output().fields
    plain = {name: (_column(field), _form(field)) for name, field in fields.items() if name not in _COMPUTED}
    computed = {name: _COMPUTED[name] for name, _ in fields.items() if name in _COMPUTED}
    wanted = list(dict.fromkeys([*_NEEDED, *(column for column, _ in plain.values()), *_OF_READ]))
    labels = labels.select_related(None).prefetch_related(None).annotate(**_OF_READ)
    rows = labels.order_by("created_at", "id").values_list(*wanted)[:limit].iterator(chunk_size=ROWS_AT_ONCE)
    # The names in their order, once: a row is a copy of it that is filled.
    empty: dict[str, Any] = {name: None for name, _ in fields.items()}
    while batch := [dict(zip(wanted, row, strict=True)) for row in islice(rows, ROWS_AT_ONCE)]:
        beside = _Beside(_deliveries(batch), _further(batch))
        for raw in batch:
            payload = upgraded(raw["payload"])
            label = empty.copy()
            for name, (column, form) in plain.items():
                label[name] = raw[column] if form is None else form(raw[column])
            for name, compute in computed.items():
                label[name] = compute(raw, payload, beside)
            yield label


def _column(field: serializers.Field[Any, Any, Any, Any]) -> str:
    return str(field.source or field.field_name).replace(".", "__")


def _form(field: serializers.Field[Any, Any, Any, Any]) -> Callable[[Any], str] | None:
    """Return what writes the field's column as JSON has it; None where the column already is as JSON has it."""
    return _FORMS.get(type(field))


def _moment(at: datetime) -> str:
    # As DATETIME_FORMAT of the REST framework writes it, several times faster.
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


# No plain column of a label is ever empty.
_FORMS: dict[type, Callable[[Any], str]] = {serializers.UUIDField: str, serializers.DateTimeField: _moment}
