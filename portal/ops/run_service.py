"""`python -m portal.ops.run_service NAME`: configure one service of the Procfile and become it."""

import ctypes
import os
import signal
import sys

from portal.ops.environment import EnvironmentProblem
from portal.ops.services import DATASTORES, SERVICES, STOP_SIGNALS, Site, process_environment

PR_SET_PDEATHSIG = 1  # prctl(2)
SUPERVISOR_VARIABLE = "OVERREAD_SUPERVISOR_PID"


def die_with_supervisor(name: str) -> None:
    """Have the kernel stop this process when its supervisor dies, even by SIGKILL: no orphan keeps a port."""
    supervisor = os.environ.get(SUPERVISOR_VARIABLE)
    if supervisor is None:
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, STOP_SIGNALS.get(name, signal.SIGTERM))
    if os.getppid() != int(supervisor):
        sys.exit(f"{name}: the supervisor has gone")


def main(arguments: list[str]) -> None:
    """Replace this process by the named service."""
    if len(arguments) != 1 or arguments[0] not in SERVICES:
        sys.exit(f"usage: python -m portal.ops.run_service {{{'|'.join(SERVICES)}}}")
    name = arguments[0]
    die_with_supervisor(name)
    try:
        command = SERVICES[name](Site.from_environment())
    except EnvironmentProblem as problem:
        sys.exit(f"{name}: {problem}")
    # The datastores get no copy of the portal's secrets in their environment.
    environment = dict(os.environ) if name in DATASTORES else process_environment()
    os.execve(command.argv[0], command.argv, environment | command.environment)  # noqa: S606 - no shell is meant


if __name__ == "__main__":
    main(sys.argv[1:])
