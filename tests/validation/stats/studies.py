"""Reader studies of the reference set as `Readings`, and what its results are called there."""

import functools
from typing import Any

import pandas as pd

from tests.validation.stats.reference import reference_document, reference_path, reference_result
from validation.stats.mrmc_design import Readings, readings


@functools.lru_cache(maxsize=8)
def study(name: str, *, case: str = "case", subset: str | None = None) -> Readings:
    """Read a reader study; `subset` chooses the rows whose column `set` says so."""
    table = pd.read_csv(reference_path(name), dtype={case: str, "reader": str, "modality": str})
    if subset is not None:
        table = table[table["set"] == subset]
    return readings(**{column: table[column] for column in ("reader", "modality", "truth", "rating")}, case=table[case])


def result_ids(file: str) -> list[str]:
    """List the result ids of a file, or nothing where the reference set is not there."""
    return [result["id"] for result in reference_document(file)["results"]]


def result(file: str, result_id: str) -> dict[str, Any]:
    """Give a whole result: tool, call, values."""
    return reference_result(file, result_id)
