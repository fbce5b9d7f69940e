"""nginx in front of a live portal, with the configuration that a deployment uses."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from portal.ops import nginx
from portal.ops.probes import PROBES
from tests.services import free_ports

START_S = 120
# Each of the server's processes takes connections before it can answer them, and which one is asked is chance.
ANSWERS_IN_A_ROW = 12


@contextmanager
def behind_nginx(environment: Mapping[str, str], folder: Path) -> Iterator[str]:
    """A web process that leaves the frames to nginx, and nginx in front of it; the address that people are given.

    `environment` is that of a running portal, whose database and images both use; `folder` takes nginx's own files.
    """
    web_port, port = free_ports(2)
    address = f"http://127.0.0.1:{port}"
    own = {"OVERREAD_WEB_PORT": str(web_port), "OVERREAD_FRAMES_ACCEL": "/_frames", "OVERREAD_PUBLIC_URL": address}
    server = nginx.server_configuration(
        listen=f"127.0.0.1:{port}",
        portal=f"127.0.0.1:{web_port}",
        frames=Path(environment["OVERREAD_VAR"]).resolve() / "frames",
    )
    web = [sys.executable, "-m", "portal.ops.run_service", "web"]
    processes = [
        subprocess.Popen(command, env={**os.environ, **environment, **own}, stdout=subprocess.DEVNULL)
        for command in (web, nginx.command_alone(folder, server))
    ]
    try:
        _wait({**environment, **own}, processes)
        yield address
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def _wait(environment: Mapping[str, str], processes: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_S
    answers = 0
    while answers < ANSWERS_IN_A_ROW:
        trouble = PROBES["web"](environment)
        answers = 0 if trouble else answers + 1
        ended = [process.args for process in processes if process.poll() is not None]
        if ended or time.monotonic() > deadline:
            raise RuntimeError(f"the portal behind nginx does not answer: {trouble}; ended: {ended}")
        if trouble:
            time.sleep(0.5)
