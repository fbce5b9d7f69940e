"""Every test, in runs of pytest side by side: `python -m tests.lanes [pytest's own arguments]`.

Half of the time tests in the browser wait for it. Meanwhile those run, with lower priority, that need no running
portal; as each of the two ends, the tests of a portal without a browser come next, in two parts of like length.
Each run is a process with services of its own (tests/services.py) and keeps pytest's order.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NoReturn
from xml.etree import ElementTree

BROWSER, ALONE, PORTAL, LONG = LANES = ("browser", "alone", "portal", "long")
RESULTS = Path("test-results")
NICE = ("nice", "-n", "5")
# What pytest says where nothing was chosen: a path may hold tests of one lane only.
NOTHING_COLLECTED = 5
STOPPED = 143
LEAVE_S = 20.0
AT_ONCE = 2
# Each run has a core: threads of linear algebra would only wait for each other's.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def command(lane: str, arguments: list[str]) -> list[str]:
    """pytest for one lane; its screenshots and traces have a folder of their own, which it empties."""
    places = (f"--output={RESULTS / lane}", f"--junitxml={report_of(lane)}", "--durations=15", "--durations-min=10")
    nice = NICE if lane == ALONE else ()
    return [*nice, sys.executable, "-m", "pytest", f"--lane={lane}", *places, *arguments]


def report_of(lane: str) -> Path:
    """Where pytest writes what became of each test of a lane."""
    return RESULTS / f"{lane}.xml"


def log_of(lane: str) -> Path:
    """Where a lane prints that is not shown at once."""
    return RESULTS / f"{lane}.log"


def failures(report: Path) -> list[str]:
    """A line for each test that failed, with the first line of why."""
    if not report.exists():
        return ["pytest ended before it wrote a report"]
    lines = []
    for case in ElementTree.parse(report).iter("testcase"):
        for problem in [*case.findall("failure"), *case.findall("error")]:
            why = problem.get("message", "").partition("\n")[0]
            lines.append(f"{case.get('classname')}::{case.get('name')}: {why}")
    return lines


def exit_code(codes: list[int]) -> int:
    """One code for all runs: the first failure, and that there was no test only where no lane had one."""
    told = [code for code in codes if code != NOTHING_COLLECTED]
    return next(filter(None, told), 0) if told else NOTHING_COLLECTED


def word(code: int) -> str:
    """How a run ended."""
    return {0: "passed", NOTHING_COLLECTED: "none chosen"}.get(code, "FAILED")


class Runs:
    """The runs of pytest: how each ended, and after how many minutes."""

    def __init__(self, arguments: list[str]) -> None:
        self.arguments = arguments
        self.waiting = SimpleQueue[str]()
        for lane in LANES:
            self.waiting.put(lane)
        self.began = time.monotonic()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.ended: dict[str, tuple[int, float]] = {}

    def work(self) -> None:
        """Run one lane after the other, as long as one waits."""
        with suppress(Empty):
            while True:
                self.run(self.waiting.get_nowait())

    def run(self, lane: str) -> None:
        """One lane to its end; only what the browser's prints is shown at once, the rest at the end."""
        with ExitStack() as stack:
            output = None if lane == BROWSER else stack.enter_context(log_of(lane).open("w"))
            environment = ONE_THREAD | os.environ
            process = subprocess.Popen(command(lane, self.arguments), stdout=output, stderr=output, env=environment)
            self.running[lane] = process
            self.ended[lane] = process.wait(), (time.monotonic() - self.began) / 60

    def stop(self) -> None:
        """End what still runs; an interrupted pytest ends its services and writes its report."""
        with suppress(Empty):
            while True:
                self.waiting.get_nowait()
        unended = [process for lane, process in self.running.items() if lane not in self.ended]
        for process in unended:
            process.send_signal(signal.SIGINT)
        for process in unended:
            try:
                process.wait(LEAVE_S)
            except subprocess.TimeoutExpired:
                process.kill()

    def tell(self) -> int:
        """What the lanes without a browser printed, and what failed in any of them last; the exit code for all."""
        for lane in LANES:
            if log_of(lane).exists():
                print(f"\n== {lane}", log_of(lane).read_text(errors="replace"), sep="\n", flush=True)
        # A log is often read, or kept, from its end only.
        for lane in LANES:
            code, minutes = self.ended.get(lane, (STOPPED, (time.monotonic() - self.began) / 60))
            print(f"== {lane}: {word(code)} after {minutes:.0f} min", *failures(report_of(lane)), sep="\n   ")
        return exit_code([self.ended.get(lane, (STOPPED, 0.0))[0] for lane in LANES])


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    """Run all; whoever stops it is told what is known so far."""
    signal.signal(signal.SIGTERM, _stop)
    RESULTS.mkdir(exist_ok=True)
    for lane in LANES:
        report_of(lane).unlink(missing_ok=True)
        log_of(lane).unlink(missing_ok=True)
    runs = Runs(arguments)
    workers = [threading.Thread(target=runs.work, daemon=True) for _ in range(AT_ONCE)]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    except KeyboardInterrupt:
        runs.stop()
    return runs.tell()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
