"""Time the statistics against the tools that pip or the distribution can install, side by side in one run.

    python bench/stats.py [--quick]

A peer that is not installed is left out and named. Times are the best of three; the first call is not counted.
"""

import argparse
import importlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from validation.stats import compare_paired_auc, mrmc, mrmc_u, readings
from validation.stats.froc import froc
from validation.stats.localisation import LocalisationStudy, localisation_study
from validation.stats.mrmc_components import RoeMetz
from validation.stats.mrmc_simulate import simulate

SEED = 20240711
MISSING: set[str] = set()


def best(function: Callable[[], object], repeats: int = 3) -> float:
    """Time a call, best of some, after one that is not counted."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def line(name: str, seconds: dict[str, float]) -> None:
    """Print one row of times."""
    cells = [f"{tool} {value:.4f} s" for tool, value in seconds.items()]
    print(f"{name:48s} " + "   ".join(cells), flush=True)


def peer(module: str) -> ModuleType | None:
    """Import a peer, or remember that it is missing."""
    try:
        return importlib.import_module(module)
    except ImportError:
        MISSING.add(module)
        return None


def delong(sizes: list[int]) -> None:
    """Time DeLong's paired test as the number of cases grows."""
    sklearn, proc = peer("sklearn.metrics"), _has_proc()
    for size in sizes:
        rng = np.random.default_rng(SEED)
        truth = rng.random(size) < 0.3
        one, other = (rng.standard_normal(size) + truth for _ in range(2))
        times = {"overread": best(partial(compare_paired_auc, truth, one, other))}
        if sklearn is not None:
            times["scikit-learn (one AUC, no test)"] = best(partial(sklearn.roc_auc_score, truth, one))
        if proc:
            times["pROC"] = _proc_time(truth, one, other)
        line(f"DeLong paired, n = {size:,}", times)


def _has_proc() -> bool:
    if shutil.which("Rscript") is None:
        MISSING.add("R with pROC")
        return False
    found = subprocess.run(["Rscript", "-e", "library(pROC)"], capture_output=True, check=False, timeout=60).returncode
    if found != 0:
        MISSING.add("R package pROC")
    return found == 0


def _proc_time(truth: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    script = (
        "suppressMessages(library(pROC)); d <- read.csv(commandArgs(TRUE)[1]);"
        "f <- function() roc.test(roc(d$t, d$a, quiet=TRUE, direction='<'), roc(d$t, d$b, quiet=TRUE, direction='<'),"
        " method='delong'); f(); cat(min(replicate(3, system.time(f())[['elapsed']])))"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        pd.DataFrame({"t": truth.astype(int), "a": a, "b": b}).to_csv(path, index=False)
        done = subprocess.run(
            ["Rscript", "-e", script, str(path)], capture_output=True, text=True, check=True, timeout=600
        )
    return float(done.stdout.split()[-1])


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


def multi_reader(shapes: list[tuple[int, int]]) -> None:
    """Time the multi-reader analyses from a table in memory; no peer of pip does them."""
    for readers, cases in shapes:
        frame = study_table(readers, cases)
        columns = {name: frame[name] for name in frame}
        times = {
            "layout": best(partial(readings, **columns)),
            "OR jackknife": best(partial(_from_table, mrmc, columns)),
            "OR DeLong": best(partial(_from_table, mrmc, columns, covariance="delong")),
            "DBM": best(partial(_from_table, mrmc, columns, method="dbm")),
            "OR unbiased": best(partial(_from_table, mrmc, columns, covariance="unbiased")),
            "U-statistics": best(partial(_from_table, mrmc_u, columns)),
        }
        line(f"mrmc {readers} readers x 2 x {cases:,}", times)


def _from_table(analysis: Callable[..., object], columns: dict[str, pd.Series], **options: str) -> object:
    return analysis(readings(**columns), **options)


def free_response() -> None:
    """Time wAFROC on 5 modalities x 4 readers x 200 cases."""
    study = marks_study()
    line("wAFROC OR jackknife 5 x 4 x 200", {"overread": best(partial(froc, study, "wafroc"))})


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
    quick = options.parse_args().quick
    delong([1_000, 10_000, 100_000] + ([] if quick else [1_000_000]))
    multi_reader([(5, 114), (10, 400)] + ([] if quick else [(20, 2_000), (20, 4_000)]))
    free_response()
    if MISSING:
        print("not installed here: " + ", ".join(sorted(MISSING)))


if __name__ == "__main__":
    main()
