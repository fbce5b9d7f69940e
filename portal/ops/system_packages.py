"""Debian packages: which are missing, and installing them without starting their services."""

import ctypes.util
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from portal.ops.environment import REPOSITORY, EnvironmentProblem

SYSTEM_PATH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"


def _program(name: str) -> bool:
    return shutil.which(name, path=SYSTEM_PATH) is not None


def _library(name: str) -> bool:
    return ctypes.util.find_library(name) is not None


def _venv_can_be_made() -> bool:
    return (REPOSITORY / ".venv" / "bin" / "python").exists() or importlib.util.find_spec("ensurepip") is not None


def _postgres() -> bool:
    return _program("postgres") or any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


# package: how to see that it is there (the package manager is not asked: the program may come from elsewhere)
SERVERS = {
    "orthanc": lambda: _program("Orthanc"),
    "orthanc-dicomweb": lambda: Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so").exists(),
    "redis-server": lambda: _program("redis-server"),
    "postgresql": _postgres,
}
BROWSER = {"chromium-headless-shell": lambda: _program("chromium-headless-shell")}
PROXY = {"nginx": lambda: _program("nginx")}
PYTHON = {"python3-venv": _venv_can_be_made}
# What WeasyPrint draws PDF with.
PDF = {
    "libpangoft2-1.0-0": lambda: _library("pangoft2-1.0"),
    "libharfbuzz-subset0": lambda: _library("harfbuzz-subset"),
    "fonts-dejavu-core": lambda: Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").exists(),
}
PACKAGES = {"up": PYTHON | SERVERS | PDF, "check": PYTHON | PDF, "test": PYTHON | SERVERS | PROXY | PDF | BROWSER}

# On an ordinary host Debian starts and enables every server that it installs. Ours run under `make up` with
# our own configuration, so starting is forbidden during this installation (policy-rc.d is Debian's way to say
# so), and what we brought in is not started at the next boot either. Servers that were there stay untouched.
SCRIPT = """
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\\nexit 101\\n' > "$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends "$@"
for package in "$@"; do
    case "$package" in orthanc|redis-server|postgresql|nginx) update-rc.d "$package" disable ;; esac
done
"""


def missing_packages(goal: str) -> list[str]:
    """The Debian packages that a goal needs and this machine lacks."""
    return [package for package, is_there in PACKAGES[goal].items() if not is_there()]


def install_missing(goal: str, log: Path) -> None:
    """Install the missing packages, as root or through sudo."""
    missing = missing_packages(goal)
    if not missing:
        return
    names = ", ".join(missing)
    if not _program("apt-get"):
        raise EnvironmentProblem(f"Missing: {names}. There is no apt-get here: install them, then run this again.")
    command = [*as_root(missing), "sh", "-c", SCRIPT, "install", *missing]
    print(f"== Debian packages: {names} ...", end="", flush=True)
    began = time.monotonic()
    with log.open("a") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    print(f" {time.monotonic() - began:.0f} s", flush=True)
    still_missing = missing_packages(goal)
    if done.returncode != 0 or still_missing:
        errors = [line for line in log.read_text(errors="replace").splitlines() if line.startswith("E:")]
        raise EnvironmentProblem(
            f"Debian packages failed for {', '.join(still_missing) or names}: "
            f"{(errors or ['apt-get said no reason'])[-1]} (everything it said: {log})"
        )


def as_root(missing: list[str]) -> list[str]:
    """Nothing for root, sudo for a person who may use it, one clear line for everyone else."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is not None:
        # Only a terminal can ask for a password.
        ask = [sudo, "-v"] if sys.stdin.isatty() else [sudo, "-n", "-v"]
        if subprocess.run(ask, capture_output=not sys.stdin.isatty(), check=False).returncode == 0:
            return [sudo]
    raise EnvironmentProblem(
        f"Missing: {', '.join(missing)}. Installing them needs root or sudo, and you have neither: an "
        f"administrator can run `apt-get install --no-install-recommends {' '.join(missing)}`."
    )
