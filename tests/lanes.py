"""Every test, in runs of pytest side by side: `python -m tests.lanes [pytest's own arguments]`.

Half of the time tests in the browser wait for it. Meanwhile the others run: first, with lower priority, those that need
no running portal, then those of a portal without a browser. Each run is a process with services of its own
(tests/services.py) and keeps pytest's order.
"""

import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO, NoReturn
from xml.etree import ElementTree

BROWSER, ALONE, PORTAL = LANES = ("browser", "alone", "portal")
RESULTS = Path("test-results")
NICE = ("nice", "-n", "5")
# What pytest says where nothing was chosen: a path may hold tests of one lane only.
NOTHING_COLLECTED = 5
STOPPED = 143
LEAVE_S = 20.0


def command(lane: str, arguments: list[str]) -> list[str]:
    """pytest for one lane; its screenshots and traces have a folder of their own, which it empties."""
    places = (f"--output={RESULTS / lane}", f"--junitxml={report_of(lane)}", "--durations=15", "--durations-min=10")
    nice = NICE if lane == ALONE else ()
    return [*nice, sys.executable, "-m", "pytest", f"--lane={lane}", *places, *arguments]


def report_of(lane: str) -> Path:
    """Where pytest writes what became of each test of a lane."""
    return RESULTS / f"{lane}.xml"


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

    def __init__(self, arguments: list[str], printed: IO[str]) -> None:
        self.arguments = arguments
        self.printed = printed
        self.began = time.monotonic()
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.ended: dict[str, tuple[int, float]] = {}

    def run(self, lane: str, output: IO[str] | None = None) -> None:
        """One lane to its end."""
        process = subprocess.Popen(command(lane, self.arguments), stdout=output, stderr=output, text=True)
        self.running[lane] = process
        self.ended[lane] = process.wait(), (time.monotonic() - self.began) / 60

    def run_without_a_browser(self) -> None:
        """The two other lanes, one after the other; what they print is kept for the end."""
        for lane in (ALONE, PORTAL):
            self.run(lane, self.printed)

    def stop(self) -> None:
        """End what still runs; an interrupted pytest ends its services and writes its report."""
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
        self.printed.seek(0)
        print("\n== tests without a browser", flush=True)
        for line in self.printed:
            sys.stdout.write(line)
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
    for lane in LANES:
        report_of(lane).unlink(missing_ok=True)
    with tempfile.TemporaryFile("w+") as printed:
        runs = Runs(arguments, printed)
        others = threading.Thread(target=runs.run_without_a_browser, daemon=True)
        others.start()
        try:
            runs.run(BROWSER)
            others.join()
        except KeyboardInterrupt:
            runs.stop()
        return runs.tell()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
