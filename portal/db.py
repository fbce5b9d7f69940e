"""Base models: UUID keys, append-only tables and jobs."""

import uuid
from collections.abc import Collection
from typing import Any, ClassVar, NamedTuple, NoReturn, Self

from django.db import migrations, models
from django.utils import timezone


class Seal(NamedTuple):
    """How the audit trail binds the rows of a model (`portal.audit.rows`), as a class attribute `SEAL`.

    `scope`: lookup of the reader study that a row belongs to; empty where it belongs to none. `fields`: what is bound,
    where the rest of the row may move; None: the whole row. `from_first_use`: a row may be there before any event.
    `carries`: lookups of what is bound with it, though another row holds it. `while_set`: a column that moves without
    events until another one is set.
    """

    scope: str = ""
    fields: tuple[str, ...] | None = None
    from_first_use: bool = False
    carries: tuple[str, ...] = ()
    while_set: tuple[str, str] | None = None


class UuidModel(models.Model):
    """A row with a random UUID key and its creation time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    class Meta:
        abstract = True


class MovingModel(UuidModel):
    """A row that changes and is bound: the event of a change tells what it was before, too (`portal.audit.rows`).

    So a change behind the portal's back cannot hide beneath the next one that goes through it.
    """

    # Names and values of the columns as they were read, and the digest that an event has told since. No columns.
    as_read: tuple[Collection[str], Collection[Any]] | None = None
    told: str | None = None

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any) -> Self:
        row = super().from_db(db, field_names, values, **more)
        row.as_read = field_names, values
        return row

    def refresh_from_db(self, using: str | None = None, fields: Any = None, from_queryset: Any = None) -> None:
        super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)
        if fields is None:
            names = [field.attname for field in self._meta.concrete_fields]
            self.as_read, self.told = (names, [getattr(self, name) for name in names]), None


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete a row of an append-only table."""


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """A query set that inserts and reads, and nothing else."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} is append-only: rows cannot be updated.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} is append-only: rows cannot be deleted.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} is append-only: rows cannot be updated.")


class AppendOnlyModel(UuidModel):
    """History: inserted once, never changed. The PostgreSQL trigger of `append_only` guards it below Django."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} is append-only: rows cannot be updated.")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{type(self).__name__} is append-only: rows cannot be deleted.")


APPEND_ONLY_FUNCTION = migrations.RunSQL(
    sql="""
    CREATE OR REPLACE FUNCTION overread_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'table % is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
    END $$;
    """,
    reverse_sql="DROP FUNCTION IF EXISTS overread_refuse_change();",
)


def append_only(table: str) -> migrations.RunSQL:
    """Migration operation: PostgreSQL itself refuses UPDATE, DELETE and TRUNCATE on `table`."""
    return migrations.RunSQL(
        sql=f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION overread_refuse_change();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION overread_refuse_change();
        """,
        reverse_sql=f"""
        DROP TRIGGER IF EXISTS {table}_append_only ON {table};
        DROP TRIGGER IF EXISTS {table}_no_truncate ON {table};
        """,
    )


class JobState(models.TextChoices):
    """Where a job stands."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class JobModel(UuidModel):
    """Long work as a row: the database holds the truth, the Celery message is only a wake-up (see `portal.jobs`)."""

    TASK_NAME: ClassVar[str]
    QUEUE: ClassVar[str]

    state = models.CharField(max_length=10, choices=JobState, default=JobState.PENDING, db_index=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    progress_message = models.CharField(max_length=200, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_detail = models.TextField(blank=True)
    attempt = models.PositiveIntegerField(default=0)
    lease_owner = models.UUIDField(null=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)

    class Meta:
        abstract = True
