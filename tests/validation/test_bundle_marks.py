"""The archive of a plan with marks: its script gives every endpoint again, and its tables are RJafroc's."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.validation.plans.marks import WAFROC
from tests.validation.plans.test_marks import MARKS, OF_AI, small
from validation.bundle import bundle
from validation.canonical import canonical_result
from validation.planned_analysis import analyse_planned
from validation.plans.facts import LOCATED

ENDPOINTS = [
    {**WAFROC, "key": "wafroc"},
    {**OF_AI, "key": "ai", "figure": "LESION_SENSITIVITY"},
    {**WAFROC, "key": "against", "of": "ai", "against": "m1", "method": "AI_VS_READERS"},
]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two readers and an AI on eight cases."""
    frozen = small(MARKS, *ENDPOINTS, ai=True)
    result = canonical_result(analyse_planned(frozen, snapshot_digest="d", software={}))
    folder = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile(io.BytesIO(bundle(json.dumps(frozen), result))) as archive:
        archive.extractall(folder)
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_script_gives_every_endpoint_again(unpacked: Path) -> None:
    done = subprocess.run(
        [sys.executable, unpacked / "recompute.py"],
        cwd="/",
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("the same") == len(ENDPOINTS)


def test_rjafrocs_sheets_hold_every_mark_and_every_case(unpacked: Path) -> None:
    folder = unpacked / "endpoints" / "wafroc-rjafroc"
    marks = rows_of(unpacked / "endpoints" / "wafroc-marks.csv")
    numbers = {row["case"]: row["number"] for row in rows_of(unpacked / "cases.csv")}
    found = {
        (row["ReaderID"], row["ModalityID"], row["CaseID"], row.get("LesionID", ""), rating)
        for sheet, column in (("NL", "NLRating"), ("LL", "LLRating"))
        for row in rows_of(folder / f"{sheet}.csv")
        for rating in [row[column]]
    }
    assert found == {
        (row["reader"], row["modality"], numbers[row["case"]], row["lesion_id"], row["rating"]) for row in marks
    }
    truth = rows_of(folder / "TRUTH.csv")
    assert [row["Paradigm"] for row in truth][:3] == ["FROC", "FCTRL", ""]
    assert {row["ReaderID"] for row in truth} == {"R1, R2"}
    assert len({row["CaseID"] for row in truth}) == 8
    for case in {row["CaseID"] for row in truth}:
        weights = [float(row["Weight"]) for row in truth if row["CaseID"] == case]
        assert sum(weights) in (0.0, pytest.approx(1.0))


def test_figures_of_marks_are_tables_of_the_archive(unpacked: Path) -> None:
    table = rows_of(unpacked / "figures" / "marks.csv")
    assert {row["figure"] for row in table} == LOCATED
    points = rows_of(unpacked / "figures" / "froc-curves.csv")
    assert {row["curve"] for row in points} == {"froc", "afroc", "wafroc"}
    assert all(row["y_low"] and row["y_method"] and row["y_n"] for row in points if row["threshold"])
