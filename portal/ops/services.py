"""The processes that Overread consists of: the configuration file and the command line of each.

`SERVICES[name](site)` writes what the service needs under `site.folder` and returns the command to execute.
The embedded default (`make up`), the tests and the production image start the same commands.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from portal.ops import host
from portal.ops.environment import (
    ORTHANC_USERNAME,
    POSTGRES_DATABASE,
    POSTGRES_ROLE,
    EnvironmentProblem,
    create_secrets,
    load_environment,
    port_of,
    state_folder,
)

DATASTORES = ("postgres", "redis", "orthanc")
# PostgreSQL answers SIGTERM by waiting for its clients for ever; SIGINT rolls back and stops ("fast").
STOP_SIGNALS = {"postgres": signal.SIGINT}
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Site:
    """Where one installation keeps its state and which ports it uses."""

    folder: Path
    ports: dict[str, int]
    secrets: dict[str, str]
    # Tests trade safety against power loss for speed; nothing else may.
    durable: bool = True

    @classmethod
    def from_environment(cls) -> "Site":
        """The installation that OVERREAD_VAR and the port settings describe; makes its secrets at first."""
        folder = state_folder()
        ports = {service: port_of(service) for service in ("web", "orthanc", "dicom", "postgres", "redis")}
        return cls(folder, ports, create_secrets(folder), durable=os.environ.get("OVERREAD_DURABLE") != "off")


@dataclass(frozen=True)
class Command:
    """What to execute, and what to add to the environment for it."""

    argv: list[str]
    environment: dict[str, str] = field(default_factory=dict)


def postgres(site: Site) -> Command:
    """PostgreSQL with a cluster of our own, reached over loopback TCP only."""
    folder = host.service_folder(site.folder / "postgres", "postgres")
    cluster = folder / "data"
    if not cluster.exists():
        _create_cluster(site, folder, cluster)
    options = {
        "listen_addresses": LOOPBACK,
        "port": str(site.ports["postgres"]),
        # A socket path is limited to 107 bytes, which a temporary folder can exceed.
        "unix_socket_directories": "",
        # A failing statement and its DETAIL line can hold what a reader wrote or who a patient is.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    if not site.durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    argv = [host.postgres_program("postgres", cluster), "-D", str(cluster)]
    for name, value in options.items():
        argv += ["-c", f"{name}={value}"]
    return Command(host.as_service_user(argv, "postgres", cluster, stop_signal="INT"))


def _create_cluster(site: Site, folder: Path, cluster: Path) -> None:
    """Make the cluster beside its place and move it there whole: an interrupted start leaves nothing."""
    draft = folder / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    password = site.secrets["postgres_password"]
    password_file = host.private_file(folder / "initdb.password", password, "postgres")
    initdb = [host.postgres_program("initdb", draft), "-D", str(draft), "-U", "postgres", "-E", "UTF8"]
    initdb += ["--locale=C.UTF-8", "-A", "scram-sha-256", f"--pwfile={password_file}"]
    if not site.durable:
        initdb.append("--no-sync")
    # The application's role owns its database and is no superuser; CREATEDB is for the test database.
    sql = (
        f"CREATE ROLE {POSTGRES_ROLE} LOGIN CREATEDB PASSWORD '{password}';\n"
        f"CREATE DATABASE {POSTGRES_DATABASE} OWNER {POSTGRES_ROLE};\n"
    )
    single = [host.postgres_program("postgres", draft), "--single", "-D", str(draft), "postgres"]
    try:
        _run_quietly(host.as_service_user(initdb, "postgres", draft))
        _run_quietly(host.as_service_user(single, "postgres", draft), stdin=sql)
    finally:
        password_file.unlink()
    draft.rename(cluster)


def _run_quietly(argv: list[str], stdin: str = "") -> None:
    """Run a preparing command; its output is shown only when it fails."""
    done = subprocess.run(argv, input=stdin, text=True, capture_output=True, cwd="/", check=False)
    if done.returncode != 0 or "ERROR:" in done.stderr:
        raise EnvironmentProblem(f"{' '.join(argv)} failed: {(done.stderr or done.stdout).strip()}")


def redis(site: Site) -> Command:
    """Redis as Celery's broker; the password stays in a file, out of the process list."""
    folder = host.service_folder(site.folder / "redis", "redis")
    lines = [
        f"bind {LOOPBACK}",
        f"port {site.ports['redis']}",
        f"requirepass {site.secrets['redis_password']}",
        f'dir "{folder}"',
        # Jobs are rows in PostgreSQL and a message is only a wake-up: a second of messages may be lost.
        f"appendonly {'yes' if site.durable else 'no'}",
        "appendfsync everysec",
        'save ""',
        "maxmemory-policy noeviction",
    ]
    configuration = host.private_file(folder / "redis.conf", "\n".join(lines) + "\n", "redis")
    argv = [host.program("redis-server"), str(configuration)]
    return Command(host.as_service_user(argv, "redis", folder))


def orthanc(site: Site) -> Command:
    """Orthanc with its DICOMweb plugin: HTTP for the portal only, DICOM C-STORE for modalities."""
    if not host.ORTHANC_DICOMWEB_PLUGIN.exists():
        raise EnvironmentProblem(
            f"{host.ORTHANC_DICOMWEB_PLUGIN} is not there: install orthanc-dicomweb (`make up` does)."
        )
    folder = host.service_folder(site.folder / "orthanc", "orthanc")
    for name in ("storage", "temporary"):
        host.service_folder(folder / name, "orthanc")
    text = json.dumps(orthanc_configuration(site, folder), indent=1)
    configuration = host.private_file(folder / "orthanc.json", text, "orthanc")
    argv = [host.program("Orthanc"), str(configuration)]
    # Without TCP_NODELAY each C-STORE answer waits for a delayed acknowledgement: 300 slices 14 s, not 0.9 s.
    return Command(host.as_service_user(argv, "orthanc", folder), {"TCP_NODELAY": "1"})


def orthanc_configuration(site: Site, folder: Path) -> dict[str, object]:
    """Orthanc's configuration file, as data."""
    port = site.ports["orthanc"]
    return {
        "Name": "OVERREAD",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "TemporaryDirectory": str(folder / "temporary"),
        # The file, not its folder: the folder may hold orthanc-gdcm, which crashes the server.
        "Plugins": [str(host.ORTHANC_DICOMWEB_PLUGIN)],
        "HttpPort": port,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": True,
        "RegisteredUsers": {ORTHANC_USERNAME: site.secrets["orthanc_password"]},
        "HttpThreadsCount": 16,
        "HttpRequestTimeout": 120,
        # Compression costs 40 ms a slice and a pass-through of Content-Length would cut the image short.
        "HttpCompressionEnabled": False,
        "ExecuteLuaEnabled": False,
        **_dicom_listener(site),
        # What a reader has seen must stay what was stored: a second object with the same SOPInstanceUID is
        # answered "already stored", never written over the first.
        "OverwriteInstances": False,
        "SyncStorageArea": site.durable,
        "StableAge": 2,
        "DicomWeb": {
            "Enable": True,
            "Root": "/dicom-web/",
            "EnableWado": False,
            "Host": f"localhost:{port}",
            "Ssl": False,
            # The reduced forms leave PixelSpacing and the rescale out.
            "StudiesMetadata": "Full",
            "SeriesMetadata": "Full",
        },
    }


def _dicom_listener(site: Site) -> dict[str, object]:
    return {
        "DicomPort": site.ports["dicom"],
        "DicomAet": "OVERREAD",
        # The embedded default takes images from any modality that can reach the port and gives none away
        # (query and retrieve stay refused). A site that opens the port to its network lists its modalities.
        "DicomAlwaysAllowStore": True,
        "DicomAlwaysAllowFind": False,
        "DicomAlwaysAllowGet": False,
        "DicomAlwaysAllowMove": False,
    }


def web(site: Site) -> Command:
    """The web process: whole bodies from a few threads stay fast beside slow readers; nothing is streamed."""
    # whitenoise warns of a folder that is not there; in the embedded default it serves frontend/dist itself.
    (site.folder / "static").mkdir(exist_ok=True)
    threads = str(2 * (os.cpu_count() or 2) + 1)
    argv = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", LOOPBACK]
    argv += ["--port", str(site.ports["web"]), "--workers", "2", "--blocking-threads", threads]
    # "Backpressure" counts connections that are open, not requests: beyond it nobody is answered until one is closed,
    # and a browser keeps up to six open. An idle one is closed after half a minute.
    argv += ["--backlog", "1024", "--backpressure", "512"]
    argv += ["--workers-kill-timeout", "5", "--respawn-failed-workers", "--no-ws"]
    return Command([*argv, "portal.wsgi:application"])


def _celery(*arguments: str) -> Command:
    # Who runs `make up` as root has chosen to; messages are JSON, never pickles, from a Redis with a password.
    python = [sys.executable, "-W", "ignore:You're running the worker with superuser privileges"]
    return Command([*python, "-m", "celery", "--quiet", "--app", "portal.celery", *arguments])


def _celery_worker(name: str, queues: str, concurrency: int) -> Command:
    return _celery(
        "worker",
        *("--hostname", f"{name}@%h", "--queues", queues, "--concurrency", str(concurrency)),
        *("--without-mingle", "--without-gossip", "--loglevel", "INFO"),
    )


def worker(site: Site) -> Command:
    """Jobs that need no GPU and no torch."""
    return _celery_worker("worker", "default,ingest,frames,analysis,export", concurrency=2)


def inference(site: Site) -> Command:
    """AI models, one case at a time: a second model in memory would compete for the same cores or GPU."""
    return _celery_worker("inference", "inference", concurrency=1)


def beat(site: Site) -> Command:
    """The clock that wakes unfinished jobs and reads Orthanc's changes feed."""
    folder = site.folder / "beat"
    folder.mkdir(parents=True, exist_ok=True)
    return _celery("beat", "--schedule", str(folder / "schedule"), "--pidfile", "", "--loglevel", "INFO")


SERVICES: dict[str, Callable[[Site], Command]] = {
    "postgres": postgres,
    "redis": redis,
    "orthanc": orthanc,
    "web": web,
    "worker": worker,
    "inference": inference,
    "beat": beat,
}


def process_environment() -> dict[str, str]:
    """The environment of our own processes: what settings read; the safe settings unless told otherwise."""
    return {"DJANGO_SETTINGS_MODULE": "portal.settings.production", **os.environ, **load_environment()}
