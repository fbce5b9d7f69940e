"""Every test, in two runs of pytest side by side: `python -m tests.lanes [pytest's own arguments]`.

Half of the time tests of the running portal wait, for a browser or a worker. Meanwhile the others run, with lower
priority, in a process of their own with services of their own (tests/services.py). Each run keeps pytest's order.
"""

import subprocess
import sys
import tempfile

LIVE, ALONE = "live", "alone"
NICE = ("nice", "-n", "5")
# What pytest says where nothing was chosen: a path may hold tests of one lane only.
NOTHING_COLLECTED = 5


def command(lane: str, arguments: list[str]) -> list[str]:
    """pytest for one lane; its screenshots and traces have a folder of their own, which it empties."""
    return [sys.executable, "-m", "pytest", f"--lane={lane}", f"--output=test-results/{lane}", *arguments]


def exit_code(live: int, alone: int) -> int:
    """One code for both runs: the first failure, and that there was no test only where neither lane had one."""
    told = [code for code in (live, alone) if code != NOTHING_COLLECTED]
    return next(filter(None, told), 0) if told else NOTHING_COLLECTED


def word(code: int) -> str:
    """How a run ended."""
    return {0: "passed", NOTHING_COLLECTED: "none chosen"}.get(code, "FAILED")


def main(arguments: list[str]) -> int:
    """Run both; what the tests without a portal print comes after the others."""
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
    return exit_code(live, alone.returncode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
