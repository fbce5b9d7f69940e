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
from portal.audit.rows import row_values, seal_of, sealed_models, tell
from portal.audit.services import record
from portal.audit.verify import broken_links
from portal.db import AppendOnlyModel, MovingModel
from tests.audit.superuser import as_superuser, superuser_rights, triggers_off

SEALED = {model._meta.label: model for model in sealed_models()}
# The chain itself is bound by its links.
UNSEALED = {"audit.Event"}


def test_every_table_of_history_is_bound_to_the_trail() -> None:
    history = {one._meta.label for one in apps.get_models() if issubclass(one, AppendOnlyModel)}
    assert history - set(SEALED) == UNSEALED
    # Rows that move and are bound all the same: an event tells of each of their states, and of that before.
    assert {label for label, one in SEALED.items() if issubclass(one, MovingModel)} == MOVING
    assert set(SEALED) - history == MOVING | MADE_ANEW


MOVING = {f"annotations.{name}" for name in ("Assignment", "Case", "DataQuery", "Membership", "Read", "ReaderStudy")}
# What a draft takes away.
TAKEN_AWAY = {f"annotations.{name}" for name in ("Arm", "CaseImages", "CasePrior", "Membership", "Session")}
# Rows that stay as they were stored, though they are no history, or are taken away when others take their place.
MADE_ANEW = {
    "accounts.User",
    "annotations.Arm",
    "annotations.CaseImages",
    "annotations.CasePrior",
    "annotations.Session",
    "inference.AiModel",
    "inference.ModelVersion",
    "validation.AnalysisRun",
}
# What is bound of what decides nothing, ADR 17 says why not: a new table is put here, or gets a SEAL.
DECIDED_UNBOUND = {
    "accounts": {"ApiToken", "KeyedRequest", "Preferences"},
    "annotations": {
        "CodeEntry",
        "CodeList",
        "Invitation",
        "InvitationLink",
        "ReadMeasurementJob",
        "ReferenceJob",
        "ReminderRule",
        "Sitting",
        "StudyMail",
    },
    "audit": {"Anchored", "Event", "Stream", "TrailCheck"},
    "imaging": {
        "ChangesCursor",
        "ImagingStudy",
        "IngestItem",
        "IngestJob",
        "Instance",
        "Patient",
        "Series",
        "SeriesFrames",
    },
    "inference": {
        "AiModel_posters",
        "ExplanationItem",
        "ExplanationJob",
        "InferenceItem",
        "InferenceRun",
        "ModelUpload",
        "PredictionMeasurementJob",
    },
    "validation": {"AnalysisReport", "DriftCheck"},
    "webhooks": {"Delivery", "Webhook"},
}


def test_every_other_table_was_decided_about() -> None:
    ours = {
        config.label for config in apps.get_app_configs() if config.name.startswith(("portal", "annotations", "val"))
    }
    unbound = {
        one._meta.label
        for one in apps.get_models(include_auto_created=True)
        if one._meta.app_label in ours and one._meta.label not in SEALED
    }
    # Groups and rights of Django, which the portal does not use.
    unbound -= {"accounts.User_groups", "accounts.User_user_permissions"}
    assert unbound == {f"{app}.{name}" for app, names in DECIDED_UNBOUND.items() for name in names}


# Of a field: what a row that is made up here holds, and what it is changed to.
VALUES: list[tuple[Any, Any, Any]] = [
    (models.BooleanField, False, True),
    (models.IntegerField, 1, 0),
    (models.FloatField, 0.25, 0.5),
    (models.DateTimeField, datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC), timezone.now()),
    (models.DateField, datetime.date(2026, 1, 2), datetime.date(2026, 1, 3)),
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
        for one in model._meta.constraints:
            # Who may write past the portal may do that first.
            if isinstance(one, models.CheckConstraint):
                cursor.execute(f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT IF EXISTS {one.name}")
        places = ", ".join(["%s"] * len(fields))
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({places})", values)
    row = model._default_manager.get(pk=key)
    if isinstance(row, MovingModel):
        # As the portal has it in hand when it has just stored it.
        row.as_read = None
    record(stream="inference", actor=None, action="test.made_up", obj=Stream(name="inference"), rows=[row])
    return row


def found(folder: Path) -> set[str]:
    """What both verifiers say; they must say the same."""
    trail = folder / f"{uuid.uuid4().hex}.jsonl"
    trail.write_bytes(b"".join(export_lines(None)))
    offline = verify_file(trail)
    assert set(broken_links()) == set(offline)
    return set(offline)


def as_new(row: Any) -> dict[str, dict[str, str]]:
    """What an event would say of a row that it found in the database, were it new."""
    if isinstance(row, MovingModel):
        row.as_read = None
    return tell([row], [])


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
            assert as_new(model._default_manager.get(pk=row.pk)) != told, field.attname
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


def event(row: Any, *, gone: bool = False) -> None:
    """The next change of a row that goes through the portal."""
    rows: Any = {"gone": [row]} if gone else {"rows": [row]}
    record(stream="inference", actor=None, action="test.change", obj=Stream(name="inference"), **rows)


def changed_behind(row: Any) -> str:
    """Change the first bound column behind the portal's back; return its name."""
    field = next(one for one in row._meta.concrete_fields if one.attname in row_values(row))
    statement = f'UPDATE {row._meta.db_table} SET "{field.column}" = %(value)s WHERE id = %(key)s'
    as_superuser(statement, value=values_of(field)[1], key=row.pk)
    return str(field.attname)


@pytest.mark.usefixtures("_superuser")
@pytest.mark.parametrize("label", sorted(MOVING))
def test_a_change_is_found_beneath_the_next_one_that_goes_through_the_portal(label: str, tmp_path: Path) -> None:
    row = made_up(SEALED[label])
    name = changed_behind(row)
    there: Any = SEALED[label]._default_manager.get(pk=row.pk)
    other = next(one for one in row_values(there) if one not in (name, "created_at"))
    setattr(there, other, values_of(there._meta.get_field(other))[1])
    with triggers_off():
        there.save(update_fields=[there._meta.get_field(other).name])
    event(there)
    said = f"{label} {row.pk}: inference: event 2 found another row than the event before it says"
    assert found(tmp_path) == {said}
    # Told once more, and changed back, it is still found.
    as_superuser(
        f'UPDATE {there._meta.db_table} SET "{there._meta.get_field(name).column}" = %(value)s WHERE id = %(key)s',
        value=getattr(row, name),
        key=row.pk,
    )
    event(SEALED[label]._default_manager.get(pk=row.pk))
    assert said in found(tmp_path)


@pytest.mark.usefixtures("_superuser")
@pytest.mark.parametrize("label", sorted(TAKEN_AWAY))
def test_what_was_taken_away_is_told_of_and_stays_away(label: str, tmp_path: Path) -> None:
    model = SEALED[label]
    row, changed = made_up(model), made_up(model)
    changed_behind(changed)
    found_changed = model._default_manager.get(pk=changed.pk)
    for one in (row, found_changed):
        event(one, gone=True)
    with transaction.atomic():
        as_superuser(f"DELETE FROM {model._meta.db_table}")
        told = f"{label} {changed.pk}: inference: event 4 found another row than the event before it says"
        assert found(tmp_path) == {told}
        transaction.set_rollback(True)
    back = f"{label} {row.pk}: the row is there (inference: event 3 tells that it was taken away)"
    assert back in found(tmp_path)
