"""The datastores, started for real and asked over the network."""

import os
import stat
from pathlib import Path

import psycopg
import pytest

from portal.ops import probes
from tests.services import SESSION_FOLDER


def test_the_portals_role_owns_its_database_and_is_no_superuser(postgres_server: str) -> None:
    with psycopg.connect(postgres_server) as connection:
        row = connection.execute(
            "SELECT current_database(), current_user, rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == ("overread", "overread", False)


@pytest.mark.parametrize(
    ("server", "variable", "reason"),
    [
        ("postgres_server", "DATABASE_URL", "password authentication failed"),
        ("redis_server", "REDIS_URL", "invalid username-password pair"),
        ("orthanc_server", "ORTHANC_PASSWORD", "answered 401"),
    ],
)
def test_a_datastore_refuses_a_wrong_password(
    server: str, variable: str, reason: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(server)
    name = server.removesuffix("_server")
    assert probes.PROBES[name](os.environ) is None
    wrong = dict(os.environ)
    wrong[variable] = "wrong" if variable == "ORTHANC_PASSWORD" else _with_password(wrong[variable], "wrong")
    assert reason in (probes.PROBES[name](wrong) or "")


def _with_password(url: str, password: str) -> str:
    before, after = url.split("@")
    return f"{before.rsplit(':', 1)[0]}:{password}@{after}"


def test_secrets_and_configuration_are_readable_by_their_owner_only(orthanc_server: str, redis_server: str) -> None:
    for name in ("secrets.json", "orthanc/orthanc.json", "redis/redis.conf"):
        assert stat.S_IMODE((SESSION_FOLDER / name).stat().st_mode) == 0o600, name


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a server as another user")
def test_no_datastore_runs_as_root(postgres_server: str, redis_server: str, orthanc_server: str, services) -> None:
    for name in ("postgres", "redis", "orthanc"):
        process = services.children[name].process
        assert Path(f"/proc/{process.pid}").stat().st_uid != 0, name
