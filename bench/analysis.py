"""Time and memory of a planned analysis from 1,000 to 1,000,000 reads, and how long its results page takes to open.

    .venv/bin/python bench/analysis.py                # all; the largest run takes gigabytes of memory
    .venv/bin/python bench/analysis.py --reads 1000 10000 --only run
    .venv/bin/python bench/analysis.py --only page

Prints Markdown tables, with the load of the machine before and after.

- run: a snapshot of that many reads is drawn (20 readers, three arms, as many cases as it takes; below 12,000 reads
  fewer readers), and analysed by the code that the worker runs, in a process of its own without a database. Wall and
  processor time from the parsed snapshot to the canonical result; the peak of resident memory, and what of it there
  was before the analysis (interpreter, libraries, the snapshot).
- page: a portal of its own, as `make up` starts it, with one result of 500 cases, 20 readers and three arms stored;
  Chromium opens the results page with the application's files in its cache. `answers` is the overview on the screen,
  `whole` the last section in the document; the processor time is that of the page's main thread until then, which a
  busy machine does not lengthen as it does the rest.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ARMS, MOST_READERS, LEAST_CASES = 3, 20, 50
MIB = 1024


def shape(reads: int) -> tuple[int, int]:
    """Cases and readers of a study of about so many reads."""
    readers = min(MOST_READERS, max(2, reads // (ARMS * LEAST_CASES)))
    return round(reads / (ARMS * readers)), readers


def measured(reads: int) -> dict[str, float]:
    """In this process, which does nothing else: draw a snapshot and analyse it."""
    import django

    django.setup()  # the modules below name models; nothing asks a database
    from bench.loads.reading_tables import snapshot
    from validation.canonical import canonical_result
    from validation.planned_analysis import analyse_planned

    cases, readers = shape(reads)
    content = snapshot(cases=cases, readers=readers)
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    text = canonical_result(analyse_planned(content, snapshot_digest="0" * 64, software={}))
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "cases": cases,
        "readers": readers,
        "reads": len(content["reads"]),
        "wall_s": wall,
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mib": after.ru_maxrss / MIB,
        "before_mib": before.ru_maxrss / MIB,
        "result_bytes": len(text.encode()),
    }


def runs(sizes: list[int], limit: float) -> None:
    """One process for each size: the peak of memory is that of a process."""
    head("A run", "reads", "cases x readers x arms", "wall", "processor", "peak memory", "before it", "result")
    for size in sizes:
        command = [sys.executable, __file__, "--child", str(size)]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=limit)
        except subprocess.TimeoutExpired:
            row(f"{size:,}", "", f"more than {limit:.0f} s", "", "", "", "")
            continue
        except subprocess.CalledProcessError as error:
            row(f"{size:,}", "", f"ended with {error.returncode}: {error.stderr.strip()[-200:]}", "", "", "", "")
            continue
        found: dict[str, Any] = json.loads(done.stdout)
        row(
            f"{found['reads']:,}",
            f"{found['cases']:,} x {found['readers']} x {ARMS}",
            f"{found['wall_s']:.2f} s",
            f"{found['cpu_s']:.2f} s",
            f"{found['peak_mib']:.0f} MiB",
            f"{found['before_mib']:.0f} MiB",
            f"{found['result_bytes'] / 1e6:.2f} MB",
        )


def page(cases: int, readers: int, repeat: int) -> None:
    """The page, on a portal of its own."""
    from bench.loads.portal import running_portal

    with running_portal() as portal:
        from bench.loads.results_page import page_opening

        found = page_opening(portal, cases=cases, readers=readers, repeat=repeat)
    columns = ("answers", "whole", "processor time", "of it the result", "longest task", "elements", "result")
    head("The page", "cases x readers x arms", *columns)
    row(
        f"{cases} x {readers} x {ARMS}",
        f"{found['answers_ms']:.0f} ms",
        f"{found['whole_ms']:.0f} ms",
        f"{found['thread_ms']:.0f} ms",
        f"{found['result_ms']:.0f} ms",
        f"{found['longest_task_ms']:.0f} ms",
        f"{found['nodes']:.0f}",
        f"{found['result_bytes'] / 1e6:.2f} MB, {found['transferred_bytes'] / 1e6:.2f} MB sent",
    )


def row(*cells: str) -> None:
    """Print one row of a Markdown table."""
    print("| " + " | ".join(cells) + " |", flush=True)


def head(title: str, *cells: str) -> None:
    """Print a title, the load of the machine, and the head of a Markdown table."""
    print(f"\n### {title} (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)\n")
    row(*cells)
    row(*["---"] * len(cells))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--reads", type=int, nargs="+", default=list(SIZES))
    options.add_argument("--limit", type=float, default=1800.0, help="seconds for one run")
    options.add_argument("--cases", type=int, default=500, help="of the page")
    options.add_argument("--readers", type=int, default=20, help="of the page")
    options.add_argument("--repeat", type=int, default=3, help="openings of the page; the median is printed")
    options.add_argument("--only", choices=["run", "page"], action="append")
    options.add_argument("--child", type=int, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.child is not None:
        print(json.dumps(measured(chosen.child)))
        return
    wanted = chosen.only or ["run", "page"]
    if "run" in wanted:
        runs(chosen.reads, chosen.limit)
    if "page" in wanted:
        page(chosen.cases, chosen.readers, chosen.repeat)
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
