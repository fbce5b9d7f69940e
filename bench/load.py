"""Saving, listing and exporting under load, on an installation of its own that is thrown away.

    .venv/bin/python bench/load.py                       # short: a minute of saving, 10,000 assignments
    .venv/bin/python bench/load.py --readers 200 --seconds 600 --assignments 100000 --label-studio /tmp/ls-venv

Starts the portal as `make up` does (PostgreSQL with fsync on) in a temporary folder, fills its database, and prints:

- drafts: so many readers, each with an own read, save one draft after another without a pause; answers per second,
  their times, the processor time of a save, and every answer that was no 200; afterwards whether every acknowledged
  revision is there and those of each read are numbered without a gap (if not, or after any refusal, it exits with 1);
- identical submits: one draft and one reader study sent 100 times each from 20 threads, and how many rows there are;
- export: 10,000 signed reads as JSON lines and CSV, with the time to the first byte and the memory of the web process;
- pages: the worklist and the progress of a reader study with 10 and with many assignments: queries and milliseconds;
- the same writes and the same export by Label Studio, when `--label-studio` names a virtual environment that has it
  (`python -m venv /tmp/ls-venv && /tmp/ls-venv/bin/pip install label-studio==1.22.0`): it runs beside, on SQLite, as
  it comes.
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.loads.label_studio import measured_beside
from bench.loads.measures import drafts, export, identical_submits, pages
from bench.loads.portal import running_portal


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--readers", type=int, default=200)
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--assignments", type=int, default=10_000)
    options.add_argument("--reads", type=int, default=10_000)
    options.add_argument("--label-studio", type=Path, default=None)
    options.add_argument("--only", choices=["drafts", "submits", "export", "pages", "label-studio"], action="append")
    chosen = options.parse_args()
    wanted = chosen.only or ["drafts", "submits", "export", "pages", "label-studio"]
    print(f"{os.cpu_count()} cores, {chosen.readers} readers, {chosen.seconds} s, {chosen.assignments:,} assignments")
    with running_portal() as portal:
        if "drafts" in wanted:
            drafts(portal, readers=chosen.readers, seconds=chosen.seconds)
        if "submits" in wanted:
            identical_submits(portal)
        if "export" in wanted:
            export(portal, reads=chosen.reads)
        if "pages" in wanted:
            pages(portal, assignments=chosen.assignments)
    if chosen.label_studio and "label-studio" in wanted:
        measured_beside(chosen.label_studio, reads=chosen.reads)


if __name__ == "__main__":
    main()
