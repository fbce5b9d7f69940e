"""Reader studies of the reference set as `Readings`, and what its results are called there."""

import functools
import json
from typing import Any

import pandas as pd

from tests.validation.stats.reference import reference_path
from validation.stats.mrmc_design import Readings, readings


@functools.lru_cache(maxsize=8)
def study(name: str, *, case: str = "case", subset: str | None = None) -> Readings:
    """Read a reader study; `subset` chooses the rows whose column `set` says so."""
    table = pd.read_csv(reference_path(name), dtype={case: str, "reader": str, "modality": str})
    if subset is not None:
        table = table[table["set"] == subset]
    return readings(**{column: table[column] for column in ("reader", "modality", "truth", "rating")}, case=table[case])


@functools.lru_cache(maxsize=32)
def result_ids(file: str) -> list[str]:
    """List the result ids of a file, or nothing where the reference set is not there."""
    return [result["id"] for result in _document(file)["results"]]


@functools.lru_cache(maxsize=32)
def _document(file: str) -> dict[str, Any]:
    return json.loads((reference_path("x").parents[1] / "results" / f"{file}.json").read_text())


def result(file: str, result_id: str) -> dict[str, Any]:
    """Give a whole result: tool, call, values."""
    return next(result for result in _document(file)["results"] if result["id"] == result_id)
