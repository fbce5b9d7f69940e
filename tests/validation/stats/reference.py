"""Access to the shared reference set: results of established tools on known data."""

import functools
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.validation.stats.reference_reads import watched

REPOSITORY = Path(__file__).resolve().parents[3]


def _folder() -> Path:
    shared = Path(os.environ.get("OVERREAD_SHARED", REPOSITORY.parent / "shared"))
    folder = shared / "reference"
    if not folder.is_dir():
        pytest.skip(f"the reference set is not there (looked in {folder}; OVERREAD_SHARED names its parent)")
    return folder


def reference_data(name: str) -> pd.DataFrame:
    """Read one CSV of the reference set."""
    return pd.read_csv(_folder() / "data" / f"{name}.csv")


def reference_path(name: str) -> Path:
    """Give the path of one CSV of the reference set."""
    return _folder() / "data" / f"{name}.csv"


def reference_index() -> list[dict[str, Any]]:
    """Read the list of all results of the reference set."""
    index: list[dict[str, Any]] = json.loads((_folder() / "index.json").read_text())
    return index


@functools.lru_cache(maxsize=64)
def reference_document(file: str) -> dict[str, Any]:
    """Read one file of results, with nobody watching."""
    document: dict[str, Any] = json.loads((_folder() / "results" / f"{file}.json").read_text())
    return document


def reference_result(file: str, result_id: str) -> dict[str, Any]:
    """Give a whole result (tool, call, values); which numbers a test takes out of it is noted."""
    found = next(one for one in reference_document(file)["results"] if one["id"] == result_id)
    return {**found, "values": watched(found["values"], f"{file}/{result_id}")}


def reference_values(file: str, result_id: str) -> Any:
    """Give the values of one result of the reference set."""
    return reference_result(file, result_id)["values"]
