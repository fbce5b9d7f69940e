"""The rows of exported labels, many thousands of them: read by column, built as plain dictionaries, never all at once.

The fields, their sources and their forms are those that the serializer of the labels API declares; only the fields
that it computes have a function here. `tests/annotations/test_label_export.py` holds both ways against each other.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    JSONField,
    OuterRef,
    QuerySet,
    TextField,
    When,
)
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast
from rest_framework import serializers

from annotations.domain.json_values import JsonText
from annotations.domain.payload_upgrade import upgraded
from annotations.models import AiDelivery, CaseImages, ClinicalTextShown, Revision

ROWS_AT_ONCE = 1000
# What a row is computed from, beside the columns of its plain fields.
_SIGNATURE = ("username", "full_name", "meaning", "meaning_text")
_NEEDED = (
    "read_id",
    "read__assignment__case_id",
    "times__phases",
    *(f"signature__{name}" for name in _SIGNATURE),
)
# What belongs to a row beside its own columns, asked for with the row: PostgreSQL looks it up by the read.
_OF_READ = {
    "has_deliveries": Exists(AiDelivery.objects.filter(read=OuterRef("read_id"))),
    "has_texts": Exists(ClinicalTextShown.objects.filter(read=OuterRef("read_id"))),
    "has_further": Exists(CaseImages.objects.filter(case=OuterRef("read__assignment__case"))),
}
# The parts of a payload as PostgreSQL writes them, so that nobody reads what is only handed on.
PARTS = ("answers", "findings", "ai_decisions")
_AS_TEXT: dict[str, Any] = {f"text_of_{name}": Cast(KeyTransform(name, "payload"), TextField()) for name in PARTS}
# As DATETIME_FORMAT of the REST framework writes it: Django takes longer to read a moment than to ask for its text.
_AS_TEXT |= {
    f"text_of_{name}": Func(
        F(name),
        template="to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
        output_field=TextField(),
    )
    for name in ("created_at", "read__signed_at", "signature__created_at")
}
# Version 1 has other parts: it is read.
_AS_TEXT["number_of_findings"] = Func(
    F("payload"),
    template="jsonb_array_length(jsonb_path_query_array(%(expressions)s, '$.findings[*] ? (@.question != null)'))",
    output_field=IntegerField(),
)
_AS_TEXT["old_payload"] = Case(When(payload__version=1, then=F("payload")), output_field=JSONField())
Raw = Mapping[str, Any]


class _Beside(NamedTuple):
    """What belongs to the rows of a batch and is asked for once: by read what was shown, by case its further images."""

    shown: Mapping[Any, list[AiDelivery]]
    further: Mapping[Any, list[str]]
    texts: Mapping[Any, list[ClinicalTextShown]]


def _further(batch: list[dict[str, Any]]) -> Mapping[Any, list[str]]:
    """Return by case the UIDs of the imaging studies read together with its first, in order: one query, or none."""
    cases = {raw["read__assignment__case_id"] for raw in batch if raw["has_further"]}
    further: dict[Any, list[str]] = defaultdict(list)
    if cases:
        images = CaseImages.objects.filter(case__in=cases)
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


def _texts(batch: list[dict[str, Any]]) -> Mapping[Any, list[ClinicalTextShown]]:
    """Return which clinical texts were shown in some reads, by read: one query, and none where none was."""
    reads = [raw["read_id"] for raw in batch if raw["has_texts"]]
    shown: dict[Any, list[ClinicalTextShown]] = defaultdict(list)
    if reads:
        rows = ClinicalTextShown.objects.filter(read__in=reads).select_related("clinical_text")
        for row in rows.order_by("created_at"):
            shown[row.read_id].append(row)
    return shown


def _texts_shown(raw: Raw, payload: Mapping[str, Any], beside: _Beside) -> list[dict[str, Any]]:
    return [
        {
            "version": one.clinical_text.version,
            "phase": one.phase,
            "revision_number": one.revision_number,
            "shown_at": _moment(one.created_at),
        }
        for one in beside.texts.get(raw["read_id"], ())
        if _moment(one.created_at) <= raw["text_of_created_at"]
    ]


def _ai_shown(raw: Raw, payload: Mapping[str, Any], beside: _Beside) -> list[dict[str, Any]]:
    # Both in one form, so they are compared as texts.
    before = [
        one for one in beside.shown.get(raw["read_id"], ()) if _moment(one.created_at) <= raw["text_of_created_at"]
    ]
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
    at: str | None = raw["text_of_signature__created_at"] or raw["text_of_read__signed_at"]
    return at


def _signature(raw: Raw, payload: Mapping[str, Any], beside: _Beside) -> dict[str, str] | None:
    is_signed = raw["text_of_signature__created_at"] is not None
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
    "clinical_texts_shown": _texts_shown,
    "signed_at": _signed_at,
    "signature": _signature,
    "times": lambda raw, payload, beside: raw["times__phases"] or {},
}


def json_line(row: Mapping[str, Any]) -> str:
    """Return a row as one line of JSON."""
    return "{" + ",".join([_name(name) + _json(value) for name, value in row.items()]) + "}\n"


@cache
def _name(name: str) -> str:
    return encode_basestring(name) + ":"


def _json(value: Any) -> str:
    """Return a value as JSON; of three hundred thousand most are of a kind that needs no encoder."""
    kind = type(value)
    if kind is JsonText:
        return str(value)
    if kind is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    return str(value) if kind is int else _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _parts_of(raw: Raw) -> dict[str, Any]:
    if raw["old_payload"] is None:
        return {name: JsonText(raw[f"text_of_{name}"]) for name in PARTS}
    old = upgraded(raw["old_payload"])
    return {name: JsonText(_ENCODER.encode(old[name])) for name in PARTS}


def label_rows(
    labels: QuerySet[Revision],
    output: type[serializers.Serializer[Any]],
    *,
    limit: int | None = None,
    for_table: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield the row of each label, as `output` would show it, but the parts of the payload as `JsonText`.

    The database hands over a thousand at a time. `for_table`: with the number of findings.
    """
    fields = output().fields
    plain = {name: (_column(field), _form(field)) for name, field in fields.items() if name not in _COMPUTED}
    computed = {name: _COMPUTED[name] for name, _ in fields.items() if name in _COMPUTED}
    of_row = [*_AS_TEXT, *_NEEDED, *(column for column, _ in plain.values()), *_OF_READ]
    if not for_table:
        of_row.remove("number_of_findings")
    wanted = list(dict.fromkeys(of_row))
    labels = labels.select_related(None).prefetch_related(None).annotate(**_OF_READ, **_AS_TEXT)
    rows = labels.order_by("created_at", "id").values_list(*wanted)[:limit].iterator(chunk_size=ROWS_AT_ONCE)
    # The names in their order, once: a row is a copy of it that is filled.
    empty: dict[str, Any] = {name: None for name, _ in fields.items()}
    while batch := [dict(zip(wanted, row, strict=True)) for row in islice(rows, ROWS_AT_ONCE)]:
        beside = _Beside(_deliveries(batch), _further(batch), _texts(batch))
        for raw in batch:
            parts = _parts_of(raw)
            label = empty.copy()
            for name, (column, form) in plain.items():
                label[name] = raw[column] if form is None else form(raw[column])
            for name, compute in computed.items():
                label[name] = compute(raw, parts, beside)
            if for_table:
                label["number_of_findings"] = raw["number_of_findings"]
            yield label


def _column(field: serializers.Field[Any, Any, Any, Any]) -> str:
    column = str(field.source or field.field_name).replace(".", "__")
    return f"text_of_{column}" if isinstance(field, serializers.DateTimeField) else column


def _form(field: serializers.Field[Any, Any, Any, Any]) -> Callable[[Any], str] | None:
    """Return what writes the field's column as JSON has it; None where the column already is as JSON has it."""
    return _FORMS.get(type(field))


def _moment(at: datetime) -> str:
    """As DATETIME_FORMAT of the REST framework writes it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


# No plain column of a label is ever empty.
_FORMS: dict[type, Callable[[Any], str]] = {serializers.UUIDField: str}
