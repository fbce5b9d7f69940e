"""Time the statistics against the tools that pip or the distribution can install, side by side in one run.

    python bench/stats.py [--quick] [--limit SECONDS]

Prints Markdown tables. The peers of bench/requirements.txt and pROC of R are optional: one that is not installed is
left out and named. Times are the best of three after a call that is not counted. A peer runs in a process of its own,
reads the data before the clock starts, and is ended after the limit. `xN` is its time over ours of the same run; where
its figure is not ours, the difference follows.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from validation.stats import auc, compare_paired_auc, mrmc, mrmc_u, readings
from validation.stats.froc import froc
from validation.stats.localisation import LocalisationStudy, localisation_study
from validation.stats.mrmc_components import RoeMetz
from validation.stats.mrmc_simulate import simulate
from validation.stats.roc_bootstrap import Resampling, bootstrap_metric, metric_value
from validation.stats.roc_metrics import full_area, partial_area

BENCH = Path(__file__).resolve().parent
SEED = 20240711
REPEATS = 3
Call = Callable[[], object]

# What every tool answers, by measure: the title, the tools that have it, the largest difference that is rounding.
MEASURES = {
    "paired": ("DeLong paired test of two AUCs", ("pROC", "pauc"), 1e-6),
    "interval": ("AUC, DeLong interval", ("pROC", "confidenceinterval", "pauc", "scikit-learn"), 1e-9),
    "partial": ("partial AUC, specificity 0.8 to 1, McClish", ("pROC", "pauc", "scikit-learn"), 1e-9),
    "bootstrap": ("AUC, bootstrap interval, 2000 resamples", ("pROC", "confidenceinterval", "pauc"), 0.01),
}
REMARKS = {("interval", "scikit-learn"): " (AUC only)", ("bootstrap", "confidenceinterval"): " (not stratified)"}


def best(function: Call) -> float:
    """Time a call, best of three, after one that is not counted."""
    function()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def shown(seconds: float) -> str:
    """Write a time with three digits."""
    return f"{seconds * 1000:.3g} ms" if seconds < 0.9995 else f"{seconds:.3g} s"


def row(*cells: str) -> None:
    """Print one row of a Markdown table."""
    print("| " + " | ".join(cells) + " |", flush=True)


def head(title: str, *cells: str) -> None:
    """Print a title and the head of a Markdown table."""
    print(f"\n### {title}\n")
    row(*cells)
    row(*["---"] * len(cells))


def exponent(sizes: Iterable[int], seconds: Iterable[float]) -> str:
    """Fit b of time = a * size^b by least squares on the logarithms."""
    slope = np.polyfit(np.log(list(sizes)), np.log(list(seconds)), 1)[0]
    return f"{slope:.2f}"


# ---------------------------------------------------------------- one reader: beside the peers


def installed() -> tuple[set[str], set[str]]:
    """Say which peers are here and which are not."""
    modules = {"scikit-learn": "sklearn", "confidenceinterval": "confidenceinterval", "pauc": "pauc"}
    here = {tool for tool, module in modules.items() if find_spec(module) is not None}
    if shutil.which("Rscript") is not None:
        script = ["Rscript", "-e", "library(pROC)"]
        if subprocess.run(script, capture_output=True, check=False, timeout=60).returncode == 0:
            here.add("pROC")
    return here, {*modules, "pROC"} - here


def two_ratings(cases: int) -> pd.DataFrame:
    """Simulate two ratings of the same cases, 30 % positive, continuous."""
    rng = np.random.default_rng(SEED)
    truth = rng.random(cases) < 0.3
    return pd.DataFrame({"truth": truth.astype(int), **{name: rng.standard_normal(cases) + truth for name in "ab"}})


def ours(measure: str, data: pd.DataFrame) -> float:
    """Compute the figure that the peers are held against."""
    truth, a, b = (np.asarray(data[name]) for name in ("truth", "a", "b"))
    if measure == "partial":
        return float(metric_value(truth, a, partial_area(0.8, 1.0, mcclish=True)))
    if measure == "paired":
        return compare_paired_auc(truth, a, b).test.statistic
    if measure == "interval":
        return auc(truth, a).value
    return bootstrap_metric(truth, a, full_area(), Resampling(np.random.default_rng(SEED))).low


def peer_cell(tool: str, measure: str, path: Path, limit: float, mine: tuple[float, float]) -> str:
    """Time a peer in its own process and write its cell: time, ratio, and the difference where there is one."""
    runner = ["Rscript", "stats_peers.R"] if tool == "pROC" else [sys.executable, "stats_peers.py", tool]
    try:
        done = subprocess.run(
            [*runner, measure, str(path)], capture_output=True, text=True, check=False, timeout=limit, cwd=BENCH
        )
        output, failure = done.stdout, done.stderr.strip().splitlines()[-1:] if done.returncode else []
    except subprocess.TimeoutExpired as stopped:
        output, failure = (stopped.stdout or b"").decode(), [f"over {limit:g} s"]
    calls = [tuple(map(float, line.split())) for line in output.splitlines() if line.count(" ") == 1]
    name = tool + REMARKS.get((measure, tool), "")
    if not calls:
        return f"{name}: {failure[0] if failure else 'no answer'}"
    seconds = min(call[0] for call in (calls[1:] or calls))
    counted = "" if len(calls) > REPEATS else f", {len(calls)} of {REPEATS + 1} calls in {limit:g} s"
    difference = abs(calls[-1][1] - mine[1])
    differs = "" if difference <= MEASURES[measure][2] else f", differs by {difference:.1e}"
    return f"{name} {shown(seconds)} (x{seconds / mine[0]:.2g}{counted}{differs})"


def one_reader(measure: str, sizes: list[int], limit: float, here: set[str]) -> list[float]:
    """Time a measure of one reader or one model beside the peers; give our times."""
    title, tools, _ = MEASURES[measure]
    spent = []
    for size in sizes:
        data = two_ratings(size)
        spent.append(best(partial(ours, measure, data)))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "data.csv"
            data.to_csv(path, index=False)
            mine = (spent[-1], ours(measure, data))
            cells = [peer_cell(tool, measure, path, limit, mine) for tool in tools if tool in here]
        row(title, f"{size:,}", shown(spent[-1]), "<br>".join(cells) or "none installed")
    return spent


# ---------------------------------------------------------------- reader studies


def study_table(readers: int, cases: int) -> pd.DataFrame:
    """Simulate a reader study of two modalities, 30 % positive, continuous ratings, as a tidy table."""
    model = RoeMetz((1.0, 1.2), 0.01, 0.01, 0.3, 0.2, 0.2)
    positives = int(0.3 * cases)
    study = simulate(
        model, readers=readers, negatives=cases - positives, positives=positives, generator=np.random.default_rng(SEED)
    )
    modality, reader, case = (index.ravel() for index in np.indices(study.rating.shape))
    return pd.DataFrame(
        {
            "reader": np.array(study.readers)[reader],
            "modality": np.array(study.modalities)[modality],
            "case": np.array(study.cases)[case],
            "truth": study.truth[case].astype(int),
            "rating": study.rating.ravel(),
        }
    )


def analyses(readers: int, cases: int) -> dict[str, Call]:
    """Name the analyses of a study, each from a table in memory."""
    frame = study_table(readers, cases)
    columns = {name: frame[name] for name in frame}

    def from_table(analysis: Callable[..., object], **options: str) -> Call:
        return lambda: analysis(readings(**columns), **options)

    return {
        "OR jackknife": from_table(mrmc),
        "OR DeLong": from_table(mrmc, covariance="delong"),
        "OR unbiased": from_table(mrmc, covariance="unbiased"),
        "DBM": from_table(mrmc, method="dbm"),
        "U-statistics": from_table(mrmc_u),
    }


def multi_reader(shapes: list[tuple[int, int]]) -> None:
    """Time the multi-reader analyses; no peer of pip or Debian does them."""
    head("Reader studies, from a table in memory", "readers x modalities x cases", *analyses(2, 20))
    for readers, cases in shapes:
        times = [shown(best(call)) for call in analyses(readers, cases).values()]
        row(f"{readers} x 2 x {cases:,}", *times)


def growth(delong: tuple[list[int], list[float]], largest: dict[str, int]) -> None:
    """Print the exponents of time on size; `largest` is the most cases by analysis."""
    head("Growth: b of time = a x size^b", "analysis", "varied", "fixed", "b")
    row("DeLong paired", f"cases {delong[0][0]:,} to {delong[0][-1]:,}", "", exponent(*delong))
    readers = [5, 10, 20, 40]
    for name, most in largest.items():
        cases = [most // 8, most // 4, most // 2, most]
        by_case = [best(analyses(10, size)[name]) for size in cases]
        row(name, f"cases {cases[0]:,} to {most:,}", "10 readers", exponent(cases, by_case))
        by_reader = [best(analyses(size, most // 8)[name]) for size in readers]
        row(name, f"readers {readers[0]} to {readers[-1]}", f"{most // 8:,} cases", exponent(readers, by_reader))


def memory(shapes: list[tuple[int, int]]) -> None:
    """Print the peak of what an analysis allocates, in all and for each reading."""
    names = ("OR jackknife", "U-statistics")
    head("Peak memory above the table itself", "readers x modalities x cases", *names)
    for readers, cases in shapes:
        calls, cells = analyses(readers, cases), []
        for name in names:
            tracemalloc.start()
            calls[name]()
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            cells.append(f"{peak / 2**20:.1f} MiB, {peak / (2 * readers * cases):.0f} bytes a reading")
        row(f"{readers} x 2 x {cases:,}", *cells)


def command_line(readers: int, cases: int) -> None:
    """Time the command line from a file, its start included, and the reading of the file alone."""
    head("Command line, from a file", "rows", "pandas.read_csv alone", "--help (start alone)", "mrmc --csv, end to end")
    run = partial(subprocess.run, cwd=BENCH.parent, capture_output=True, check=True)
    program = [sys.executable, "-m", "validation.stats"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "readings.csv"
        study_table(readers, cases).to_csv(path, index=False)
        calls = (
            partial(pd.read_csv, path),
            partial(run, [*program, "--help"]),
            partial(run, [*program, "mrmc", "--csv", str(path), "--json"]),
        )
        row(f"{2 * readers * cases:,}", *(shown(best(call)) for call in calls))


def free_response() -> None:
    """Time wAFROC on 5 modalities x 4 readers x 200 cases."""
    head("Free response", "analysis", "modalities x readers x cases", "overread")
    row("wAFROC, OR jackknife", "5 x 4 x 200", shown(best(partial(froc, marks_study(), "wafroc"))))


def marks_study(modalities: int = 5, readers: int = 4, cases: int = 200) -> LocalisationStudy:
    """Simulate marks: half of the cases have one or two lesions."""
    rng = np.random.default_rng(SEED)
    truth = np.arange(cases) % 2
    counts = rng.integers(1, 3, truth.sum())
    lesions = pd.DataFrame(
        {
            "case": np.repeat(np.flatnonzero(truth), counts),
            "lesion_id": np.concatenate([np.arange(c) + 1 for c in counts]),
        }
    )
    parts = []
    for modality in range(modalities):
        for reader in range(readers):
            found = lesions[rng.random(len(lesions)) < 0.7]
            false = rng.integers(0, cases, cases // 2)
            labels = {"reader": f"R{reader}", "modality": f"M{modality}"}
            parts.append(found.assign(mark="LL", rating=rng.normal(1.0, 1.0, len(found)), **labels))
            noise = rng.standard_normal(len(false))
            parts.append(pd.DataFrame({"case": false, "lesion_id": 0, "mark": "NL", "rating": noise, **labels}))
    marks = pd.concat(parts, ignore_index=True)
    return localisation_study(marks, pd.DataFrame({"case": np.arange(cases), "truth": truth}), lesions)


def main() -> None:
    """Run all benchmarks."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="leave the largest sizes out")
    options.add_argument("--limit", type=float, default=60.0, help="seconds for the four calls of a peer (default: 60)")
    chosen = options.parse_args()
    quick, limit = chosen.quick, chosen.limit
    here, missing = installed()
    start = time.perf_counter()
    head("One reader or model", "measure", "cases", "overread", "peers, same run")
    sizes = [1_000, 10_000, 100_000] + ([] if quick else [1_000_000])
    delong = one_reader("paired", sizes, limit, here)
    one_reader("interval", sizes, limit, here)
    one_reader("partial", sizes, limit, here)
    one_reader("bootstrap", [1_000] + ([] if quick else [10_000]), limit, here)
    multi_reader([(5, 114), (10, 400)] + ([] if quick else [(20, 2_000), (20, 4_000)]))
    free_response()
    growth(
        (sizes[1:], delong[1:]),
        {"OR jackknife": 8_000 if quick else 64_000, "U-statistics": 2_000 if quick else 16_000},
    )
    memory([(10, 1_000), (20, 1_000), (10, 2_000)] + ([] if quick else [(20, 2_000), (20, 8_000), (80, 2_000)]))
    command_line(*((5, 1_000) if quick else (50, 10_000)))
    print(f"\nWhole run: {time.perf_counter() - start:.0f} s.")
    if missing:
        print("Not installed here: " + ", ".join(sorted(missing)) + ".")


if __name__ == "__main__":
    main()
