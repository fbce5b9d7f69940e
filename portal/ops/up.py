"""`make up`: check the ports, start the datastores, migrate, start the rest, load the demo, say where."""

import json
import signal
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import NoReturn

from portal.ops.environment import EnvironmentProblem, create_secrets, state_folder
from portal.ops.lock import take_lock
from portal.ops.probes import PROBES, busy_ports
from portal.ops.services import DATASTORES, process_environment
from portal.ops.supervisor import StartFailed, Supervisor

READY_S = 180.0
STOP_REQUESTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """A person or the system asked the portal to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)


def main() -> int:
    """Run the portal until it is told to stop; answers the exit status."""
    try:
        folder = state_folder()
        create_secrets(folder)
        environment = process_environment()
        lock = take_lock(folder)
        if lines := busy_ports(environment):
            raise EnvironmentProblem("\n".join(lines))
    except EnvironmentProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    with lock:
        return run(environment, folder)


def run(environment: Mapping[str, str], folder: Path) -> int:
    """Start everything and watch over it."""
    for number in STOP_REQUESTS:
        signal.signal(number, _stop)
    supervisor = Supervisor(folder / "log")
    try:
        with supervisor:
            start(supervisor, environment, folder)
            while True:
                supervisor.watch()
    except Stopped as stopped:
        print(f"\nStopped ({stopped}).")
        return 0
    except StartFailed as problem:
        print(f"\nThe portal did not start: {problem}", file=sys.stderr)
        return 1


def _stop(number: int, _: object) -> NoReturn:
    # A second Ctrl-C must not cut the orderly stop short and leave children behind.
    for each in STOP_REQUESTS:
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(number)


def start(supervisor: Supervisor, environment: Mapping[str, str], folder: Path) -> None:
    """Bring the portal up in order, and print where it is when it answers."""
    supervisor.start(*DATASTORES)
    for name in DATASTORES:
        supervisor.wait_until(name, partial(PROBES[name], environment), 60.0)
    manage(supervisor, "migrate", "--noinput")
    supervisor.start()
    supervisor.wait_until("the portal", partial(PROBES["web"], environment), READY_S)
    problem = load_demo_once(supervisor, environment, folder)
    supervisor.say(banner(environment, folder, problem))


def manage(supervisor: Supervisor, *arguments: str) -> None:
    """Run a management command; its output goes to the terminal and to a log of its name."""
    log = supervisor.log_path(arguments[0])
    log.unlink(missing_ok=True)
    supervisor.say(f"manage.py {' '.join(arguments)}")
    command = [sys.executable, "-m", "portal.ops.run_manage", *arguments]
    if supervisor.run(arguments[0], command) != 0:
        last = log.read_text(errors="replace").strip().splitlines()[-1:] or ["no output"]
        raise StartFailed(f"manage.py {arguments[0]}: {last[0]} (see {log})")


def load_demo_once(supervisor: Supervisor, environment: Mapping[str, str], folder: Path) -> str:
    """Load the demo on the first start; answers what went wrong, and the next start tries again."""
    stamp = folder / "demo.loaded"
    if stamp.exists() or environment.get("OVERREAD_DEMO") == "off":
        return ""
    supervisor.say("Loading the demo; this takes some minutes on the first start only.")
    try:
        manage(supervisor, "demo")
    except StartFailed as problem:
        # A portal without its demo is still a portal.
        return f"The demo is not loaded: {problem}"
    stamp.touch()
    return ""


def banner(environment: Mapping[str, str], folder: Path, problem: str) -> str:
    """The address, what is wrong, and the demo accounts where there are any."""
    lines = ["", f"Overread is ready: {environment['OVERREAD_PUBLIC_URL']}"]
    lines += ["", problem] if problem else []
    accounts = folder / "demo-accounts.json"
    if accounts.exists():
        rows = json.loads(accounts.read_text())
        lines += ["", f"  {'user':<16} {'password':<24} role"]
        lines += [f"  {row['username']:<16} {row['password']:<24} {row['role']}" for row in rows]
        lines += ["", f"  API tokens are in {accounts}"]
    return "\n".join([*lines, "", "Ctrl-C stops it; `make up` starts it again with everything kept.", ""])


if __name__ == "__main__":
    sys.exit(main())
