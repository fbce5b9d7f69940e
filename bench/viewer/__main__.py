"""The reading room beside a bare Cornerstone3D page on Orthanc and beside OHIF, in one run on the same images.

    .venv/bin/python bench/viewer                     # everything; half an hour
    .venv/bin/python bench/viewer --parts load --lines loopback --keep /tmp/bench

Starts a portal of its own with PostgreSQL, Redis and Orthanc on free ports; makes a CT of 300 slices of 512 x 512, a
mammogram of 3000 x 4000 and 100 small cases, and takes the MR of 384 slices from `../shared/dicom` where that is there.
OHIF comes built from npm (`npm pack`). All three pages run in the same Chromium, which draws without a graphics card;
the bare page and OHIF speak to the same Orthanc as the portal, without the portal. Nothing else may run meanwhile.

`load`: from the navigation to the first image, and until all frames are decoded; the application's own files are in
the browser's cache, of the case there is nothing. `scroll`: from a turn of the wheel to the slice drawn. `next`: from
leaving a case that was read at leisure to the next one's first image. `heap`: after 20 cases in one tab. `hundred`:
the portal's tab after up to 100 cases.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import measures
import report
from contenders import Contender, contenders
from installation import Site, running
from playwright.sync_api import sync_playwright

from tests.browser import CHROMIUM_ARGUMENTS

PARTS = ("load", "scroll", "next", "heap", "hundred")
SAMPLED = (1, 5, 10, 20, 40, 60, 80, 100)
Row = dict[str, Any]


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    options.add_argument("--lines", nargs="+", choices=list(measures.LINES), default=list(measures.LINES))
    options.add_argument("--against", nargs="*", choices=("bare", "ohif"), default=("bare", "ohif"))
    options.add_argument("--cases", nargs="+", choices=("ct", "mr", "mg"), default=("ct", "mr", "mg"))
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--keep", type=Path, help="keep the portal and its data here, and use what is there")
    options.add_argument("--json", type=Path, help="write every figure here")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="overread-bench-") as temporary:
        folder = (chosen.keep or Path(temporary)).resolve()
        with running(folder) as site, contenders(site, folder, set(chosen.against)) as found:
            rows = measured(chosen, site, found)
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1))
    print(report.tables(rows))


def measured(chosen: argparse.Namespace, site: Site, found: list[Contender]) -> list[Row]:
    """One row for each contender and measure."""
    rows: list[Row] = []
    with sync_playwright() as playwright:
        # Web security off: the bare page and OHIF ask Orthanc directly, which knows nothing of other origins.
        arguments = {False: CHROMIUM_ARGUMENTS, True: [*CHROMIUM_ARGUMENTS, "--disable-web-security"]}
        chromium = shutil.which("chromium")
        browsers = {
            is_cross_origin: playwright.chromium.launch(executable_path=chromium, args=given)
            for is_cross_origin, given in arguments.items()
        }

        def fresh(is_cross_origin: bool) -> Any:
            return browsers[is_cross_origin].new_context(
                viewport={"width": 1440, "height": 900}, service_workers="block"
            )

        for part in chosen.parts:
            for row in PART[part](chosen, site, found, fresh):
                print(row, flush=True)
                rows.append(row)
        for browser in browsers.values():
            browser.close()
    return rows


def loads(chosen: argparse.Namespace, site: Site, found: list[Contender], fresh: measures.Fresh) -> Any:
    """First image and whole series; the contenders in turn, so that a busy minute meets them all."""
    warm = site.cases["warm"][0]
    for line in chosen.lines:
        for name in [one for one in chosen.cases if one in site.cases]:
            case = site.cases[name][0]
            runs: dict[str, list[dict[str, float | None]]] = {one.name: [] for one in found}
            for _ in range(chosen.repeat):
                for one in found:
                    runs[one.name].append(measures.load(one, fresh, warm, case, line))
            for contender, values in runs.items():
                yield {"part": "load", "line": line, "case": name, "contender": contender, **medians(values)}


def medians(runs: list[dict[str, float | None]]) -> dict[str, float | None]:
    """The median of each measure; None where one run had none."""
    values = {key: [run[key] for run in runs] for key in runs[0]}
    return {key: None if None in several else statistics.median(several) for key, several in values.items()}  # type: ignore[type-var]


def scrolls(_: argparse.Namespace, site: Site, found: list[Contender], fresh: measures.Fresh) -> Any:
    """The frame time."""
    for one in found:
        yield {"part": "scroll", "contender": one.name, **measures.scroll(one, fresh, site.cases["ct"][0])}


def nexts(chosen: argparse.Namespace, site: Site, found: list[Contender], fresh: measures.Fresh) -> Any:
    """The next case."""
    for line in chosen.lines:
        for one in found:
            runs = [measures.next_case(one, fresh, site.cases["next"], line) for _ in range(chosen.repeat)]
            yield {"part": "next", "line": line, "contender": one.name, **medians(runs)}


def heaps(_: argparse.Namespace, site: Site, found: list[Contender], fresh: measures.Fresh) -> Any:
    """After 20 cases."""
    for one in found:
        for sample in measures.memory(one, fresh, site.cases["small"][:20], (1, 20)):
            yield {"part": "heap", "contender": one.name, **sample}


def hundred(_: argparse.Namespace, site: Site, found: list[Contender], fresh: measures.Fresh) -> Any:
    """The portal's tab through 100 cases."""
    for sample in measures.memory(found[0], fresh, site.cases["small"], SAMPLED):
        yield {"part": "hundred", "contender": found[0].name, **sample}


PART = {"load": loads, "scroll": scrolls, "next": nexts, "heap": heaps, "hundred": hundred}

if __name__ == "__main__":
    main()
