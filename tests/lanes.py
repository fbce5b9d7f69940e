"""Every test, in two runs of pytest side by side: `python -m tests.lanes [pytest's own arguments]`.

Half of the time tests of the running portal wait, for a browser or a worker. Meanwhile the others run, with lower
priority, in a process of their own with services of their own (tests/services.py). Each run keeps pytest's order.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

LIVE, ALONE = "live", "alone"
RESULTS = Path("test-results")
NICE = ("nice", "-n", "5")
# What pytest says where nothing was chosen: a path may hold tests of one lane only.
NOTHING_COLLECTED = 5


def command(lane: str, arguments: list[str]) -> list[str]:
    """pytest for one lane; its screenshots and traces have a folder of their own, which it empties."""
    places = (f"--output={RESULTS / lane}", f"--junitxml={report_of(lane)}")
    return [sys.executable, "-m", "pytest", f"--lane={lane}", *places, *arguments]


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


def exit_code(live: int, alone: int) -> int:
    """One code for both runs: the first failure, and that there was no test only where neither lane had one."""
    told = [code for code in (live, alone) if code != NOTHING_COLLECTED]
    return next(filter(None, told), 0) if told else NOTHING_COLLECTED


def word(code: int) -> str:
    """How a run ended."""
    return {0: "passed", NOTHING_COLLECTED: "none chosen"}.get(code, "FAILED")


def main(arguments: list[str]) -> int:
    """Run both; what the tests without a portal print comes after the others, and what failed in either last."""
    for lane in (LIVE, ALONE):
        report_of(lane).unlink(missing_ok=True)
    with tempfile.TemporaryFile("w+") as printed:
        with subprocess.Popen([*NICE, *command(ALONE, arguments)], stdout=printed, stderr=printed) as alone:
            try:
                live = subprocess.run(command(LIVE, arguments), check=False).returncode
            except KeyboardInterrupt:
                alone.terminate()
                raise
        printed.seek(0)
        print(f"\n== tests without a running portal: {word(alone.returncode)}", flush=True)
        for line in printed:
            sys.stdout.write(line)
    # A log is often read, or kept, from its end only.
    for lane, code in ((LIVE, live), (ALONE, alone.returncode)):
        print(f"== {lane}: {word(code)}", *failures(report_of(lane)), sep="\n   ")
    return exit_code(live, alone.returncode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
