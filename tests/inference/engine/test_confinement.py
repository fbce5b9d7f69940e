"""The walls: what a process behind them can no longer do, whatever code runs in it."""

import os
import subprocess
import sys

import pytest

from portal.ops.environment import REPOSITORY

# The thread is there before the walls: they bind it too.
ATTEMPT = """
import os, resource, signal, socket, subprocess, sys, threading
from pathlib import Path
from portal.inference.engine.confinement import confine
go, said = threading.Event(), []
def attempt():
    go.wait()
    try:
        {attempt}
    except OSError as error:
        said.append(error.strerror)
    except MemoryError:
        said.append("no memory")
    else:
        said.append("done")
thread = threading.Thread(target=attempt)
thread.start()
kept = os.open(sys.argv[1], os.O_RDWR)
confine(2**27)
go.set()
thread.join()
print(said[0], flush=True)
"""
REFUSED = "Operation not permitted"


def attempted(attempt, tmp_path):
    target = tmp_path / "there"
    target.write_text("as it was")
    done = subprocess.run(
        [sys.executable, "-c", ATTEMPT.format(attempt=attempt), str(target)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout.strip(), done.stderr, target


@pytest.mark.parametrize(
    "attempt",
    [
        "os.fork()",
        "subprocess.run(['true'])",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], dict())",
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "socket.socketpair()",
        "open('made', 'w')",
        "open(sys.argv[1], 'r+')",
        "os.open('made', os.O_RDONLY | os.O_CREAT)",
        "os.truncate(sys.argv[1], 0)",
        "os.unlink(sys.argv[1])",
        "os.rename(sys.argv[1], 'moved')",
        "os.link(sys.argv[1], 'second')",
        "os.symlink(sys.argv[1], 'second')",
        "os.mkdir('made')",
        "os.chmod(sys.argv[1], 0o777)",
        "os.kill(os.getppid(), 0)",
        "os.pidfd_open(os.getppid())",
        "resource.prlimit(os.getppid(), resource.RLIMIT_CPU)",
    ],
)
def test_it_cannot(attempt, tmp_path):
    said, error, target = attempted(attempt, tmp_path)
    assert (said, error) == (REFUSED, "")
    assert target.read_text() == "as it was"
    assert [one.name for one in tmp_path.iterdir()] == ["there"]


def test_what_it_has_open_gets_no_longer(tmp_path):
    """Beyond RLIMIT_FSIZE (0) the kernel ends the process; Python asks for the error instead."""
    said, _, target = attempted("os.pwrite(kept, b'x', 100)", tmp_path)
    assert said == "File too large"
    assert target.read_text() == "as it was"


def test_memory_ends(tmp_path):
    assert attempted("bytearray(2**28)", tmp_path)[0] == "no memory"


@pytest.mark.parametrize(
    "attempt", ["open(sys.argv[1]).read()", "threading.Thread(target=print).start()", "bytearray(2**20)"]
)
def test_it_can_still(attempt, tmp_path):
    assert attempted(attempt, tmp_path)[0].endswith("done")
