"""Starts the processes of the Procfile, shows and keeps their output, restarts what crashes, stops in order.

honcho and its kin stop everything when one process ends; a reading room has to go on when a worker crashes.
"""

import contextlib
import logging
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path

from honcho.environ import parse_procfile

from portal.ops.environment import REPOSITORY
from portal.ops.run_service import SUPERVISOR_VARIABLE
from portal.ops.services import DATASTORES, STOP_SIGNALS

RESTART_DELAYS_S = (0.5, 1.0, 2.0, 4.0)
WATCH_S = 0.2
STEADY_S = 30.0  # a process that lived this long starts again at the shortest delay
GRACE_S = 10.0  # for a job in hand; one that is cut off is taken up again from its row
LOG_BYTES, LOG_FILES = 10_000_000, 3


class StartFailed(Exception):
    """A process ended or did not answer while the portal was starting; the text names it and its log."""


@dataclass
class Child:
    """One process: of the Procfile, or a command that runs to its end."""

    name: str
    argv: list[str]
    process: subprocess.Popen[bytes] | None = None
    reader: threading.Thread | None = None
    started_at: float = 0.0
    restart_at: float | None = None
    crashes: int = field(default=0)

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """The processes of one running portal. Use as a context manager: leaving it stops them all.

    Start processes from a thread that lives as long as they do: the kernel stops a child when the thread that
    made it ends (see run_service.die_with_supervisor).
    """

    def __init__(self, log_folder: Path, *, environment: Mapping[str, str] = os.environ, echo: bool = True) -> None:
        commands = parse_procfile((REPOSITORY / "Procfile").read_text()).processes
        self.children = {name: Child(name, shlex.split(command)) for name, command in commands.items()}
        self._commands: list[Child] = []
        self._environment = {**environment, SUPERVISOR_VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"}
        self._echo = echo
        self.log_folder = log_folder
        log_folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, *names: str) -> None:
        """Start the named processes, or all of the Procfile; those that run stay as they are."""
        for name in names or self.children:
            child = self.children[name]
            if not child.running:
                self._spawn(child)

    def run(self, name: str, argv: list[str]) -> int:
        """Run a command to its end and keep the processes up meanwhile; answers its exit status."""
        child = Child(name, argv)
        # Known before it runs: a stop request can come at any moment, and `stop` has to find it.
        self._commands.append(child)
        process = self._spawn(child)
        while child.running:
            self.watch()
        self._wait_or_kill(child, time.monotonic())
        self._commands.remove(child)
        return process.returncode

    def _spawn(self, child: Child) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C reaches only the supervisor, which stops the children in order.
        process = subprocess.Popen(
            child.argv,
            cwd=REPOSITORY,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        child.process, child.started_at, child.restart_at = process, time.monotonic(), None
        child.reader = threading.Thread(target=self._pump, args=(child.name, process), daemon=True)
        child.reader.start()
        return process

    def _pump(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Carry one process's lines to its log file and to the terminal."""
        handler = RotatingFileHandler(self.log_path(name), maxBytes=LOG_BYTES, backupCount=LOG_FILES)
        for raw in process.stdout or ():
            line = raw.decode(errors="replace").rstrip()
            handler.emit(logging.makeLogRecord({"msg": line, "levelno": logging.INFO}))
            if self._echo:
                self.say(line, name)
        handler.close()

    def say(self, line: str, name: str = "portal") -> None:
        """Print one line with the name of the process before it."""
        width = max(len(each) for each in self.children)
        # The reader of our output may have gone (`make up | head`); the processes must not suffer from it.
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.write(f"{name:<{width}} | {line}\n")
            sys.stdout.flush()

    def log_path(self, name: str) -> Path:
        """The log file of a process."""
        return self.log_folder / f"{name}.log"

    def wait_until(self, name: str, probe: Callable[[], str | None], seconds: float) -> None:
        """Wait until the probe answers None; when a process ends or time runs out, the start has failed."""
        deadline = time.monotonic() + seconds
        while (reason := probe()) is not None:
            for child in self.children.values():
                if child.process is not None and not child.running:
                    raise StartFailed(f"{child.name} ended while starting: see {self.log_path(child.name)}")
            if time.monotonic() > deadline:
                raise StartFailed(f"{name} is not ready after {seconds:.0f} s ({reason}): see {self.log_folder}")
            time.sleep(0.1)

    def watch(self) -> None:
        """One round of keeping the processes up; the caller repeats it."""
        self.restart_crashed()
        time.sleep(WATCH_S)

    def restart_crashed(self) -> None:
        """Start again what has ended, after a delay that grows to four seconds while it keeps ending."""
        now = time.monotonic()
        for child in self.children.values():
            if child.process is None or child.running:
                continue
            if child.restart_at is None:
                self._kill_group(child.process)
                child.crashes = 0 if now - child.started_at > STEADY_S else child.crashes
                delay = RESTART_DELAYS_S[min(child.crashes, len(RESTART_DELAYS_S) - 1)]
                child.crashes, child.restart_at = child.crashes + 1, now + delay
                self.say(f"ended with {child.process.returncode}, restart in {delay:.1f} s", child.name)
            elif now >= child.restart_at:
                self._spawn(child)

    def stop(self) -> None:
        """Stop everything: first what uses the datastores, then the datastores."""
        everything = [*self._commands, *self.children.values()]
        for datastores in (False, True):
            children = [child for child in everything if (child.name in DATASTORES) == datastores]
            for child in children:
                if child.running and child.process is not None:
                    child.process.send_signal(STOP_SIGNALS.get(child.name, signal.SIGTERM))
            deadline = time.monotonic() + GRACE_S
            for child in children:
                self._wait_or_kill(child, deadline)

    def _wait_or_kill(self, child: Child, deadline: float) -> None:
        if child.process is None:
            return
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.say(f"does not stop, killed after {GRACE_S:.0f} s", child.name)
        self._kill_group(child.process)
        child.process.wait()
        if child.reader is not None:
            child.reader.join(timeout=2)
        child.process = None

    @staticmethod
    def _kill_group(process: subprocess.Popen[bytes]) -> None:
        """Kill what is left of a process and the processes that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
