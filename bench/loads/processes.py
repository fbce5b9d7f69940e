"""What the portal's processes take of the machine, from /proc: comparable on a busy machine, where wall time is not."""

import os
from pathlib import Path

from tests.services import LivePortal

TICKS = os.sysconf("SC_CLK_TCK")


def _pid(portal: LivePortal, name: str) -> int:
    process = portal.supervisor.children[name].process
    if process is None:
        raise SystemExit(f"{name} is gone")
    return process.pid


def _with_children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _with_children(int(child)))]


def cpu_s(portal: LivePortal, name: str) -> float:
    """Processor time that a service has taken so far, with its workers, those that have ended too."""
    ticks = 0
    for pid in _with_children(_pid(portal, name)):
        # Behind the name in parentheses utime is the 12th field, then stime, and the same of children that have ended.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICKS


def memory_mib(portal: LivePortal, name: str) -> float:
    """Resident memory of a service and its workers."""
    texts = [Path(f"/proc/{pid}/status").read_text() for pid in _with_children(_pid(portal, name))]
    return sum(int(text.split("VmRSS:")[1].split()[0]) for text in texts) / 1024
