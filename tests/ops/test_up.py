"""`make up` as a person meets it: started, stopped, started again, killed, refused."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal.ops.environment import REPOSITORY, load_environment
from portal.ops.supervisor import StartFailed, Supervisor
from portal.ops.up import manage
from tests.services import free_ports, private_environment

READY = "Overread is ready"
SECOND_START_S = 30.0
RESTART_S = 5.0


def patience(seconds: float) -> float:
    """Seconds of a machine that does nothing else; on one that is busier than its cores, as much longer."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Up:
    """One run of `python -m portal.ops.up`, which is what `make up` executes after installing."""

    def __init__(self, environment: dict[str, str], output: Path) -> None:
        self.output = output
        self.began = time.monotonic()
        with output.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.ops.up"],
                cwd=REPOSITORY,
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ready_after(self, seconds: float) -> None:
        """Wait for the line that says it is ready; it must come within the given seconds."""
        while READY not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() - self.began < patience(seconds), self.output.read_text()
            time.sleep(0.1)

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait for the end; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


def processes_of(folder: Path) -> dict[int, str]:
    """Living processes that name a state folder in environment or command line: id and command line."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environment = (entry / "environ").read_bytes()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if str(folder) in command or f"OVERREAD_VAR={folder}".encode() in environment:
            found[int(entry.name)] = command
    return found


def wait_for_no_process(folder: Path, seconds: float) -> dict[int, str]:
    """What still runs when nothing is left or the time is over."""
    deadline = time.monotonic() + seconds
    while (left := processes_of(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def running(folder: Path, mark: str) -> set[int]:
    """Ids of the processes of a state folder whose command line holds the mark."""
    return {number for number, command in processes_of(folder).items() if mark in command}


def kill_and_see_another(folder: Path, mark: str) -> None:
    """Kill a process without warning: another one is there within five seconds."""
    before = running(folder, mark)
    # The oldest is the supervisor's child; the others are its own.
    os.kill(min(before), signal.SIGKILL)
    killed_at = time.monotonic()
    while not running(folder, mark) - before:
        assert time.monotonic() - killed_at < patience(RESTART_S)
        time.sleep(0.1)


@pytest.fixture
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A state folder and ports of its own; whatever still runs on it afterwards is killed."""
    folder = tmp_path_factory.mktemp("state")
    names = ("PATH", "HOME", "LANG")
    inherited = {name: os.environ[name] for name in names if name in os.environ}
    environment = inherited | private_environment(folder) | {"OVERREAD_DEMO": "off"}
    yield folder, environment
    for process_id in processes_of(folder):
        os.kill(process_id, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_start_stop_and_start_again(installation: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder, environment = installation
    first = Up(environment, tmp_path / "first")
    first.ready_after(120)
    database = load_environment(environment)["DATABASE_URL"]
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")
    secrets = (folder / "secrets.json").read_bytes()

    assert first.end(signal.SIGINT) == 0
    assert processes_of(folder) == {}

    second = Up(environment, tmp_path / "second")
    second.ready_after(SECOND_START_S)
    assert (folder / "secrets.json").read_bytes() == secrets
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("still here",)

    # A third one on the same state is refused in one line that names the first.
    third = subprocess.run(
        [sys.executable, "-m", "portal.ops.up"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert third.returncode == 1
    assert third.stderr.count("\n") == 1
    assert f"already running with its state in {folder} (process {second.process.pid})" in third.stderr

    kill_and_see_another(folder, "worker@%h")

    # Even when the supervisor itself is killed, the kernel stops what it started.
    second.end(signal.SIGKILL)
    assert wait_for_no_process(folder, 30) == {}


@pytest.mark.slow
@pytest.mark.fault
@pytest.mark.timeout(400)
def test_a_crash_while_the_demo_loads(installation: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder, environment = installation
    up = Up(environment | {"OVERREAD_DEMO": "on"}, tmp_path / "output")
    progress = re.compile(r"^demo +\| +\d+ s  \d+ accounts made\.$", re.MULTILINE)
    while not progress.search(up.output.read_text()):
        assert up.process.poll() is None, up.output.read_text()
        assert time.monotonic() - up.began < patience(120), up.output.read_text()
        time.sleep(0.1)
    (demo,) = running(folder, "manage.py demo")

    kill_and_see_another(folder, "granian")

    # The demo takes minutes: it is still the same process that runs, and its lines are in its log as well.
    assert running(folder, "manage.py demo") == {demo}
    assert "accounts made." in (folder / "log" / "demo.log").read_text()
    assert READY not in up.output.read_text()
    assert "superuser privileges" not in up.output.read_text()

    # Ctrl-C stops it with everything else, and the next start loads the demo again.
    assert up.end(signal.SIGINT) == 0
    assert processes_of(folder) == {}
    assert not (folder / "demo.loaded").exists()


def test_a_failing_management_command_is_one_line(tmp_path: Path) -> None:
    with (
        Supervisor(tmp_path, echo=False) as supervisor,
        pytest.raises(StartFailed, match=r"^manage\.py nonsense: .*help.* \(see .*nonsense\.log\)$"),
    ):
        manage(supervisor, "nonsense")
    assert "Unknown command: 'nonsense'" in (tmp_path / "nonsense.log").read_text()


def test_a_busy_port_is_one_line_with_the_setting(installation: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder, environment = installation
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        up = Up(environment | {"OVERREAD_WEB_PORT": str(port)}, tmp_path / "output")
        assert up.process.wait(timeout=30) == 1
    lines = up.output.read_text().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"Port {port} (web) cannot be used")
    assert "OVERREAD_WEB_PORT=" in lines[0]
    assert processes_of(folder) == {}


def test_a_port_that_is_no_number_is_one_line(installation: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    _, environment = installation
    up = Up(environment | {"OVERREAD_REDIS_PORT": "redis"}, tmp_path / "output")
    assert up.process.wait(timeout=30) == 1
    assert up.output.read_text() == "OVERREAD_REDIS_PORT=redis is not a port: give a number from 1 to 65535.\n"


def test_free_ports_differ() -> None:
    assert len(set(free_ports(5))) == 5
