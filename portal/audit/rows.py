"""The rows that events tell of: what of a row is bound, and its digest.

A value that is its column's default is left out, so that a column that is added later changes no digest. PostgreSQL's
JSON does not keep how a number was written, so a whole number is an integer here however it was sent.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from portal.audit.offline_verifier import GONE, moved, row_digest
from portal.db import Seal

WHOLE_ROW = Seal()
Read = Mapping[str, Any]


@cache
def seal_of(label: str) -> Seal:
    """Return how the rows of a model are bound; by name, for a migration's models have no attributes of ours."""
    seal: Seal = getattr(apps.get_model(label), "SEAL", WHOLE_ROW)
    return seal


def sealed_models() -> list[type[models.Model]]:
    """Return the models whose rows the trail binds, by name."""
    return sorted((one for one in apps.get_models() if hasattr(one, "SEAL")), key=lambda one: one._meta.label)


def with_carried(query: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Have what is bound with the rows of a query read with them; a row whose own is gone is still among them."""
    related = {path.rpartition("__")[0] for path in seal_of(query.model._meta.label).carries}
    return query.prefetch_related(*sorted(related))


def row_values(row: models.Model, as_read: Read | None = None) -> dict[str, Any]:
    """Return what of a row is bound, as plain JSON; with some columns as they were when it was read."""
    read = as_read or {}
    values = {}
    for column in _columns(type(row)):
        if column.settled_by and _of(row, read, column.settled_by) is None:
            continue
        value = _plain(_of(row, read, column.name))
        if value is not None and value != column.default:
            values[column.name] = value
    return values | {path: _plain(_carried(row, read, path)) for path in seal_of(row._meta.label).carries}


def digest_of(row: models.Model, as_read: Read | None = None) -> str:
    """Return the digest of what of a row is bound."""
    table, key = row._meta.label, str(row.pk)
    return row_digest(table, key, row_values(row, as_read))


def tell(rows: Iterable[Any], gone: Iterable[Any]) -> dict[str, dict[str, str]]:
    """Return what an event says of rows that it stores and of rows that it takes away: table -> key -> said.

    Of one that moves (`portal.db.MovingModel`) it says from which digest to which, and nothing where it has not moved.
    """
    said: dict[str, dict[str, str]] = {}
    for row in rows:
        before, now = _before(row), digest_of(row)
        if before != now:
            said.setdefault(row._meta.label, {})[str(row.pk)] = now if before is None else moved(before, now)
        if hasattr(row, "told"):
            row.told = now
    for row in gone:
        said.setdefault(row._meta.label, {})[str(row.pk)] = moved(digest_of(row), GONE)
    return said


def _before(row: Any) -> str | None:
    """Return the digest of a row as it was before this change; None of one that is new, or never moves."""
    told: str | None = getattr(row, "told", None)
    as_read = getattr(row, "as_read", None)
    if told is None and as_read is not None:
        return digest_of(row, dict(zip(*as_read, strict=True)))
    return told


def rows_in_scope(scope: str | None) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield table, key and bound values of every row of a scope, `reader-study:<id>`; of all rows for None."""
    for model in sealed_models():
        query = with_carried(model._default_manager.order_by("pk"))
        path = seal_of(model._meta.label).scope
        if scope is not None:
            kind, _, key = scope.partition(":")
            if kind != "reader-study" or not path:
                continue
            query = query.filter(**{path: key})
        for row in query.iterator(chunk_size=_rows_at_once(model)):
            yield model._meta.label, str(row.pk), row_values(row)


class _Column(NamedTuple):
    """A bound column; `settled_by` names the one that is set once this one is bound."""

    name: str
    default: Any
    settled_by: str


@cache
def _columns(model: type[models.Model]) -> tuple[_Column, ...]:
    seal = seal_of(model._meta.label)
    moving, settled_by = seal.while_set or ("", "")
    return tuple(
        _Column(field.attname, _default_of(field), settled_by if field.attname == moving else "")
        for field in model._meta.concrete_fields
        if not field.primary_key and (seal.fields is None or field.attname in seal.fields)
    )


def _carried(row: models.Model, read: Read, path: str) -> Any:
    """What of another row is bound with this one; of the other row that this one was read with."""
    name, _, rest = path.partition("__")
    key = f"{name}_id"
    try:
        if key in read and read[key] != getattr(row, key):
            model: Any = row._meta.get_field(name).related_model
            other = model._default_manager.get(pk=read[key])
        else:
            other = getattr(row, name)
        return attrgetter(rest.replace("__", "."))(other)
    except ObjectDoesNotExist:
        return None


def _default_of(field: Any) -> Any:
    """Return the value that is left out; nothing is equal to that of a column whose default is another each time."""
    if callable(field.default) and field.default not in (dict, list):
        return object()
    if not field.has_default() and field.has_db_default():
        return _plain(field.db_default)
    return _plain(field.get_default())


def _of(row: models.Model, read: Read, name: str) -> Any:
    return read[name] if name in read else getattr(row, name)


def _rows_at_once(model: type[models.Model]) -> int:
    """Return how many rows are held in memory; those with files are large."""
    return 20 if any(isinstance(field, models.BinaryField) for field in model._meta.concrete_fields) else 500


# Most values are of these.
_AS_IT_IS = frozenset({str, int, bool, type(None)})


def _plain(value: Any) -> Any:
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, float):
        exact = Decimal(repr(value))
        return int(exact) if exact == exact.to_integral_value() else value
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        # A file is bound, and exported, by its digest.
        return sha256(value).hexdigest()
    if isinstance(value, UUID):
        return str(value)
    return value
