"""Access to the shared reference set: results of established tools on known data."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

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


def reference_values(file: str, result_id: str) -> Any:
    """Read the values of one result of the reference set."""
    document = json.loads((_folder() / "results" / f"{file}.json").read_text())
    return next(result["values"] for result in document["results"] if result["id"] == result_id)
