"""Statements that every write runs: written as any other query, put together once, and from then on only executed.

Django takes longer to put such a query together than PostgreSQL takes to answer it. Only what is looked for changes
from one call to the next, so the SQL stays the same.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models import query as querying

M = TypeVar("M", bound=Model)


def insert(row: Model) -> None:
    """Insert a new row whose key is set; what PostgreSQL itself puts into it stays to be asked for."""
    sql, fields = _insertion(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def update(row: Model, *names: str) -> None:
    """Store these fields of a row that is there."""
    sql, fields = _change(type(row), names)
    values = [field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, row.pk])


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Any]]:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    changes = ", ".join(f'"{field.column}" = %s' for field in fields)
    key = str(model._meta.pk.column) if model._meta.pk else ""
    return " ".join(["UPDATE", model._meta.db_table, f'SET {changes} WHERE "{key}" = %s']), fields


@cache
def _insertion(model: type[Model]) -> tuple[str, list[Any]]:
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return " ".join(["INSERT INTO", model._meta.db_table, f"({columns}) VALUES ({places})"]), fields


class _Plan(NamedTuple):
    """The SQL, its parameters (a place stands for what is looked for), and how a row becomes objects."""

    sql: str
    parameters: Sequence[Any]
    converters: dict[int, Any]
    names: list[str]
    first: int
    end: int
    related: Sequence[Any]


class _Place(NamedTuple):
    number: int


class Prepared(Generic[M]):
    """A query as a function of what is looked for: `build` makes it of values of these kinds, UUID or str."""

    def __init__(self, build: Callable[..., QuerySet[M]], *kinds: type) -> None:
        self._build = build
        self._kinds = kinds
        self._plan: _Plan | None = None
        self._model: type[M]

    def first(self, *values: Any) -> M | None:
        """Return the first object that is found."""
        return next(iter(self.all(*values)), None)

    def all(self, *values: Any) -> list[M]:
        """Return the objects that are found."""
        plan = self._plan = self._plan or self._prepared()
        given = [values[one.number] if isinstance(one, _Place) else one for one in plan.parameters]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, given)
            return [self._object(plan, list(row)) for row in cursor.fetchall()]

    def _prepared(self) -> _Plan:
        # Values that nothing else in the query has: where they turn up is where what is looked for belongs.
        stand_ins = [
            UUID(int=number + 1) if kind is UUID else f"\x1f{number}" for number, kind in enumerate(self._kinds)
        ]
        places = {value: _Place(number) for number, value in enumerate(stand_ins)}
        query = self._build(*stand_ins)
        compiler: Any = query.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        of_model = compiler.klass_info["select_fields"]
        first, end = of_model[0], of_model[-1] + 1
        self._model = query.model
        # The stubs are those of another version of Django.
        populators: Any = querying.get_related_populators
        return _Plan(
            sql,
            [places.get(value, value) for value in parameters],
            compiler.get_converters([expression for expression, *_ in compiler.select]),
            [column[0].target.attname for column in compiler.select[first:end]],
            first,
            end,
            populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS),
        )

    def _object(self, plan: _Plan, row: list[Any]) -> M:
        for place, (converters, expression) in plan.converters.items():
            for converter in converters:
                row[place] = converter(row[place], expression, connection)
        found = self._model.from_db(DEFAULT_DB_ALIAS, plan.names, row[plan.first : plan.end])
        for one in plan.related:
            one.populate(row, found)
        return found
