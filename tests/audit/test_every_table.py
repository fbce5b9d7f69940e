"""Every table of history lies under the trail: whatever of a row is changed, taken away or put there is found."""

import datetime
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone

from portal.audit.export import export_lines
from portal.audit.models import Event, Stream
from portal.audit.offline_verifier import verify_file
from portal.audit.rows import digests_of, row_values, seal_of, sealed_models
from portal.audit.services import record
from portal.audit.verify import broken_links
from portal.db import AppendOnlyModel
from tests.audit.superuser import as_superuser, superuser_rights, triggers_off

SEALED = {model._meta.label: model for model in sealed_models()}
# The chain itself is bound by its links.
UNSEALED = {"audit.Event"}


def test_every_table_of_history_is_bound_to_the_trail() -> None:
    history = {one._meta.label for one in apps.get_models() if issubclass(one, AppendOnlyModel)}
    assert history - set(SEALED) == UNSEALED
    # Rows that move and are bound all the same: an event tells of each of their states.
    assert set(SEALED) - history == {"annotations.Assignment", "annotations.DataQuery", "annotations.Read"}


# Of a field: what a row that is made up here holds, and what it is changed to.
VALUES: list[tuple[Any, Any, Any]] = [
    (models.BooleanField, False, True),
    (models.IntegerField, 1, 0),
    (models.FloatField, 0.25, 0.5),
    (models.DateTimeField, datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), timezone.now()),
    (models.JSONField, '{"a": 1}', '{"a": 2}'),
    (models.BinaryField, b"here", b"there"),
    (models.CharField, "x", "y"),
    (models.TextField, "x", "y"),
]


def values_of(field: Any) -> tuple[Any, Any]:
    """A value for a column and another one; a key names a row that need not be there."""
    if field.is_relation or isinstance(field, models.UUIDField):
        return uuid.uuid4(), uuid.uuid4()
    return next((before, after) for kind, before, after in VALUES if isinstance(field, kind))


@pytest.fixture
def _superuser(db: None) -> Iterator[None]:
    with superuser_rights():
        yield


def made_up(model: type[models.Model]) -> models.Model:
    """A row that stands alone, and an event that tells of it."""
    fields = model._meta.concrete_fields
    names = ", ".join(f'"{field.column}"' for field in fields)
    key = str(uuid.uuid4())
    values = [key if field.primary_key else values_of(field)[0] for field in fields]
    with triggers_off(), connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(fields))
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({places})", values)
    row = model._default_manager.get(pk=key)
    record(stream="inference", actor=None, action="test.made_up", obj=Stream(name="inference"), rows=[row])
    return row


def found(folder: Path) -> set[str]:
    """What both verifiers say; they must say the same."""
    trail = folder / f"{uuid.uuid4().hex}.jsonl"
    trail.write_bytes(b"".join(export_lines(None)))
    offline = verify_file(trail)
    assert set(broken_links()) == set(offline)
    return set(offline)


@pytest.mark.usefixtures("_superuser")
@pytest.mark.parametrize("label", SEALED)
def test_whatever_is_done_to_a_row_is_found(label: str, tmp_path: Path) -> None:
    model = SEALED[label]
    row = made_up(model)
    table, place = model._meta.db_table, "inference: event 1"
    assert found(tmp_path) == set()
    told = Event.objects.get(action="test.made_up").rows
    for field in model._meta.concrete_fields:
        bound = seal_of(label).fields
        if field.primary_key or (bound is not None and field.attname not in bound):
            continue
        with transaction.atomic():
            as_superuser(
                f'UPDATE {table} SET "{field.column}" = %(value)s WHERE id = %(key)s',
                value=values_of(field)[1],
                key=row.pk,
            )
            assert digests_of([model._default_manager.get(pk=row.pk)]) != told, field.attname
            transaction.set_rollback(True)
    altered = next(field for field in model._meta.concrete_fields if field.attname in row_values(row))
    key, changed, other = row.pk, values_of(altered)[1], uuid.uuid4()
    gone, strange = f"{label} {key}: the row is missing ({place} tells of it)", f"{label} {other}: no event tells of"
    done = [
        (f'UPDATE {table} SET "{altered.column}" = %(value)s', {f"{label} {key}: the row is not what {place} says"}),
        (f"DELETE FROM {table}", {gone}),
        # What is put in the place of a row: the old one is missing, and nobody tells of the new one.
        (f"UPDATE {table} SET id = %(other)s", {gone, f"{strange} this row"}),
    ]
    for statement, said in done:
        with transaction.atomic():
            as_superuser(f"{statement} WHERE id = %(key)s", key=key, value=changed, other=other)
            # Of a table whose rows may be there before any event, a row that nobody tells of is no finding.
            is_open = seal_of(label).from_first_use
            assert found(tmp_path) == {one for one in said if not (is_open and one.startswith(strange))}
            transaction.set_rollback(True)
