"""Time one measure of one peer in a process of its own, so that a time limit can end it.

    python bench/stats_peers.py TOOL MEASURE DATA.csv

Prints a line `seconds value` per call, four calls; the first is the warm-up.
"""

import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

RESAMPLES = 2000
Measure = Callable[[Any, Any, Any], float]


def scikit_learn() -> dict[str, Measure]:
    """The area alone, and the standardised partial area; neither has an interval."""
    score = import_module("sklearn.metrics").roc_auc_score
    return {
        "interval": lambda truth, a, _: score(truth, a),
        "partial": lambda truth, a, _: score(truth, a, max_fpr=0.2),
    }


def confidenceinterval() -> dict[str, Measure]:
    """DeLong's interval of one area, and a percentile bootstrap that is not stratified."""
    score = import_module("confidenceinterval").roc_auc_score

    def bootstrap(truth: Any, a: Any, _: Any) -> float:
        return score(truth, a, method="bootstrap_percentile", n_resamples=RESAMPLES)[1][0]

    return {"interval": lambda truth, a, _: score(truth, a, method="delong")[0], "bootstrap": bootstrap}


def pauc() -> dict[str, Measure]:
    """A port of pROC."""
    module = import_module("pauc")

    def curve(truth: Any, rating: Any, **options: Any) -> Any:
        return module.ROC(truth, rating, direction="<", **options)

    def interval(truth: Any, a: Any, _: Any) -> float:
        one = curve(truth, a)
        module.ci_auc(one, method="delong")
        return one.auc

    return {
        "paired": lambda truth, a, b: module.compare(curve(truth, a), curve(truth, b), method="delong").stat,
        "interval": interval,
        "partial": lambda truth, a, _: curve(truth, a, partial_auc=(0.8, 1.0), standardize_pauc=True).auc,
        "bootstrap": lambda truth, a, _: module.ci_auc(curve(truth, a), method="bootstrap", n_boot=RESAMPLES)[0],
    }


TOOLS = {"scikit-learn": scikit_learn, "confidenceinterval": confidenceinterval, "pauc": pauc}


def main() -> None:
    """Time one measure."""
    tool, measure, path = sys.argv[1:]
    frame = pd.read_csv(path)
    data = [np.asarray(frame[name]) for name in ("truth", "a", "b")]
    call = TOOLS[tool]()[measure]
    for _ in range(4):
        start = time.perf_counter()
        value = call(*data)
        print(f"{time.perf_counter() - start:.9f} {float(value):.15g}", flush=True)


if __name__ == "__main__":
    main()
