"""Real services for tests. Imported by tests/conftest.py before Django's settings load.

Importing this module chooses free ports and a temporary OVERREAD_VAR, makes the secrets, and puts all of it
into `os.environ`, so that settings, management commands and subprocesses of the tests find the same services.
Nothing is started until a fixture asks for it; each service starts once per session and stops at its end.

- any `django_db` test           PostgreSQL (in the test database that pytest-django makes) and Redis
- `redis_server`                 Redis at REDIS_URL
- `orthanc_server`               Orthanc at ORTHANC_URL, which keeps what other tests stored
- `live_portal`                  the whole portal, on the cluster's database `overread`:
                                 migrated, with web process, Celery workers and beat as in `make up`.
                                 Tests speak HTTP to `live_portal.url` and run `live_portal.manage("demo")`;
                                 they need no `django_db`: what this process's ORM makes is not there.
- `live_portal.supervisor`       process ids for fault tests; `restart_crashed()` restarts what a test killed

Run without xdist: one session is one set of services. tests/lanes.py starts two sessions side by side.
"""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from portal.ops.environment import PORT_SETTINGS, REPOSITORY, create_secrets, load_environment
from portal.ops.probes import PROBES
from portal.ops.supervisor import Supervisor

START_S = 60.0
PORTAL_S = 180.0


def free_ports(count: int) -> list[int]:
    """TCP ports that nothing listens on; all are held until all are known, so that they differ."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def private_environment(folder: Path) -> dict[str, str]:
    """The environment of an installation of its own: state in `folder`, free ports, fast instead of safe."""
    settings = [setting for setting, _ in PORT_SETTINGS.values()]
    ports = dict(zip(settings, free_ports(len(settings)), strict=True))
    create_secrets(folder)
    own = {"OVERREAD_VAR": str(folder), "OVERREAD_DURABLE": "off", "OVERREAD_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    return own | {setting: str(port) for setting, port in ports.items()}


def _prepare_session() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="overread-test-"))
    # The services' users have to pass through it.
    folder.chmod(0o755)
    os.environ.update(private_environment(folder))
    os.environ.update(load_environment())
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"
    # Playwright keeps an event loop running in this thread for the whole session; without this, Django would
    # refuse the database to every test that comes after a browser test.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


SESSION_FOLDER = _prepare_session()


@dataclass(frozen=True)
class LivePortal:
    """The portal as a browser or an API client meets it."""

    url: str
    environment: Mapping[str, str]
    supervisor: Supervisor

    def manage(self, *arguments: str, seconds: float = 600) -> str:
        """Run a management command against this portal's database; its output, or a failure that shows it."""
        return manage(self.environment, *arguments, seconds=seconds)


def manage(environment: Mapping[str, str], *arguments: str, seconds: float = 600) -> str:
    """Run `manage.py` and return what it printed."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )
    if done.returncode != 0:
        pytest.fail(f"manage.py {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def start(supervisor: Supervisor, name: str) -> None:
    """Start one datastore and wait for its first answer."""
    supervisor.start(name)
    supervisor.wait_until(name, partial(PROBES[name], os.environ), START_S)


@pytest.fixture(scope="session")
def services() -> Iterator[Supervisor]:
    """The processes of this test session, none of them started; logs lie in the session's folder."""
    with Supervisor(SESSION_FOLDER / "log", echo=False) as supervisor:
        yield supervisor


@pytest.fixture(scope="session")
def postgres_server(services: Supervisor) -> str:
    """PostgreSQL; the URL of the database `overread`, which tests of this process do not use."""
    start(services, "postgres")
    return os.environ["DATABASE_URL"]


@pytest.fixture(scope="session")
def redis_server(services: Supervisor) -> str:
    """Redis; its URL with the password."""
    start(services, "redis")
    return os.environ["REDIS_URL"]


@pytest.fixture(scope="session")
def orthanc_server(services: Supervisor) -> str:
    """Orthanc with its DICOMweb plugin; its URL (user and password are in the settings)."""
    start(services, "orthanc")
    return os.environ["ORTHANC_URL"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres_server: str, redis_server: str) -> None:
    """pytest-django asks for this before it makes the test database; Redis comes with it."""


@pytest.fixture(scope="session")
def live_portal(services: Supervisor, postgres_server: str, redis_server: str, orthanc_server: str) -> LivePortal:
    """The whole portal, started by the same commands as `make up`."""
    environment = dict(os.environ)
    manage(environment, "migrate", "--noinput")
    services.start()
    services.wait_until("the portal", partial(PROBES["web"], environment), PORTAL_S)
    return LivePortal(environment["OVERREAD_PUBLIC_URL"], environment, services)
