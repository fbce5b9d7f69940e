"""What somebody with the database's password can do: no trigger fires for them, and no foreign key is looked at."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection


@contextmanager
def superuser_rights() -> Iterator[None]:
    """Make the portal's own role one that may switch triggers off, which it is not."""
    settings = connection.settings_dict
    place = {name: settings[name.upper()] for name in ("host", "port", "password")}
    with psycopg.connect(**place, user="postgres", dbname="postgres", autocommit=True) as server:
        server.execute(f"ALTER ROLE {settings['USER']} SUPERUSER")
        try:
            yield
        finally:
            server.execute(f"ALTER ROLE {settings['USER']} NOSUPERUSER")


@contextmanager
def triggers_off() -> Iterator[None]:
    """Switch every trigger off for what is done inside."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")


def as_superuser(*statements: str, **values: Any) -> None:
    """Do as somebody with the database's password would."""
    with triggers_off(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
