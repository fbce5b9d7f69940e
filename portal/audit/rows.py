"""The rows that events tell of: what of a row is bound, and its digest.

A value that is its column's default is left out, so that a column that is added later changes no digest. PostgreSQL's
JSON does not keep how a number was written, so a whole number is an integer here however it was sent.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from portal.audit.offline_verifier import row_digest
from portal.db import Seal

WHOLE_ROW = Seal()


def seal_of(label: str) -> Seal:
    """Return how the rows of a model are bound; by name, for a migration's models have no attributes of ours."""
    seal: Seal = getattr(apps.get_model(label), "SEAL", WHOLE_ROW)
    return seal


def sealed_models() -> list[type[models.Model]]:
    """Return the models whose rows the trail binds, by name."""
    return sorted((one for one in apps.get_models() if hasattr(one, "SEAL")), key=lambda one: one._meta.label)


def row_values(row: models.Model) -> dict[str, Any]:
    """Return what of a row is bound, as plain JSON."""
    wanted = seal_of(row._meta.label).fields
    values = {}
    for field in row._meta.concrete_fields:
        if field.primary_key or (wanted is not None and field.attname not in wanted):
            continue
        value = _plain(getattr(row, field.attname))
        if value is not None and value != _plain(field.get_default()):
            values[field.attname] = value
    return values


def digests_of(rows: Any) -> dict[str, dict[str, str]]:
    """Return the digests of rows as an event holds them."""
    digests: dict[str, dict[str, str]] = {}
    for row in rows:
        table, key = row._meta.label, str(row.pk)
        digests.setdefault(table, {})[key] = row_digest(table, key, row_values(row))
    return digests


def rows_in_scope(scope: str | None) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield table, key and bound values of every row of a scope, `reader-study:<id>`; of all rows for None."""
    for model in sealed_models():
        query = model._default_manager.order_by("pk")
        path = seal_of(model._meta.label).scope
        if scope is not None:
            kind, _, key = scope.partition(":")
            if kind != "reader-study" or not path:
                continue
            query = query.filter(**{path: key})
        for row in query.iterator(chunk_size=_rows_at_once(model)):
            yield model._meta.label, str(row.pk), row_values(row)


def _rows_at_once(model: type[models.Model]) -> int:
    """Return how many rows are held in memory; those with files are large."""
    return 20 if any(isinstance(field, models.BinaryField) for field in model._meta.concrete_fields) else 500


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        exact = Decimal(repr(value))
        return int(exact) if exact == exact.to_integral_value() else value
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        # A file is bound, and exported, by its digest.
        return sha256(value).hexdigest()
    if isinstance(value, UUID):
        return str(value)
    return value
