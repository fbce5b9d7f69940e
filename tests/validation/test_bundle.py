"""The archive of a result: the same bytes each time, what other tools read, and a script that computes it again."""

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.validation.plans.test_plans import ENDPOINT, MODEL
from validation.bundle import bundle
from validation.canonical import canonical_result
from validation.planned_analysis import analyse_planned
from validation.stats.mrmc_components import RoeMetz
from validation.stats.mrmc_design import readings
from validation.stats.mrmc_simulate import simulate

ONE = {"generalise_to": "CASES", "of": "ai", "against": None, "hypothesis": "ESTIMATE"}
TWO = {**ONE, "against": "other", "hypothesis": "DIFFERENCE"}
ENDPOINTS: list[dict[str, Any]] = [
    {"key": "gain"},
    {"key": "not_worse", "hypothesis": "NON_INFERIORITY", "margin": 0.05, "of": "unaided", "against": "aided"},
    {"key": "sensitivity_gain", "figure": "SENSITIVITY", "threshold": 3},
    {"key": "mean", "against": None, "hypothesis": "ESTIMATE", "generalise_to": "CASES"},
    {"key": "against_half", "against": 0.5},
    {"key": "ustat", "method": "MRMC_U"},
    {"key": "ai_readers", "method": "AI_VS_READERS", "of": "ai", "against": "unaided"},
    {"key": "readers_ai", "method": "AI_VS_READERS", "of": "unaided", "against": "ai", "generalise_to": "READERS"},
    {"key": "ai_auc", "method": "DELONG", **ONE},
    {"key": "ai_ai", "method": "DELONG", **TWO},
    {"key": "ai_clustered", "method": "CLUSTERED_DELONG", **ONE},
    {"key": "ai_ai_clustered", "method": "CLUSTERED_DELONG", **TWO},
    {"key": "ai_sensitivity", "method": "PROPORTION", "figure": "SENSITIVITY", **ONE},
    {"key": "ai_specificity", "method": "CLUSTERED_PROPORTION", "figure": "SPECIFICITY", **ONE},
    {"key": "mcnemar", "method": "MCNEMAR", "figure": "SPECIFICITY", **TWO},
    {"key": "nobody", "method": "MRMC_OR", "of": "unread", "against": "unaided"},
]


def snapshot() -> dict[str, Any]:
    """A crossover of four readers on 60 cases of 40 patients, simulated, with two operating points of an AI."""
    model = RoeMetz((1.0, 1.6), 0.02, 0.02, 0.2, 0.1, 0.1)
    rng = np.random.default_rng(5)
    study = simulate(model, readers=4, negatives=32, positives=28, generator=rng, thresholds=[-0.5, 0.3, 1.1, 1.9])
    cases = [
        {"id": f"c{index}", "name": f"Case {index:03d}", "patient": f"P{index % 40}", "truth": int(truth),
         "is_training": False, "is_withdrawn": False}
        for index, truth in enumerate(study.truth)
    ]  # fmt: skip
    reads: list[dict[str, Any]] = [
        {"case": f"c{case}", "reader": f"r{reader}", "arm": "AB"[arm], "session": arm + 1, "repeat_number": 0,
         "is_training": False, "state": "SIGNED", "provenance": "HUMAN", "rating": int(study.rating[arm, reader, case]),
         "call": None, "cannot_assess": [], "first": None}
        for arm in (0, 1) for reader in range(4) for case in range(60)
    ]  # fmt: skip
    # A reading that is missing: the AI is compared with the readers on the other cases.
    reads[7] |= {"state": "OPEN", "rating": None}
    subjects = [
        {"key": "unaided", "kind": "READERS", "arm": "A", "phase": "SIGNED"},
        {"key": "aided", "kind": "READERS", "arm": "B", "phase": "SIGNED"},
        {"key": "unread", "kind": "READERS", "arm": "C", "phase": "SIGNED"},
        {"key": "ai", "kind": "AI", "model_version_id": MODEL, "operating_point": 0.5},
        {"key": "other", "kind": "AI", "model_version_id": MODEL[:-1] + "2", "operating_point": 0.4},
    ]
    scores = {
        MODEL[:-1] + end: np.clip(rng.normal(0.35 + gain * study.truth, 0.25), 0, 1).round(3)
        for end, gain in (("1", 0.3), ("2", 0.2))
    }
    return {
        "reader_study": {"id": "s", "name": "Simulated: a crossover"},
        "plan": {
            "number": 1, "digest": "d", "sentences": [], "warnings": [], "amends": [], "reason": "",
            "lock": {"by": "carla", "at": "2026-01-01", "truth_was_locked": False, "results_before": 0},
            "document": {
                "population": {"sessions": None}, "unit": "CASE", "reference_standard_version": None, "level": 0.9,
                "subjects": subjects, "endpoints": [{**ENDPOINT, **one} for one in ENDPOINTS], "multiplicity": "HOLM",
            },
        },
        "label_schema": {"call": None, "rating": "confidence", "rating_scale": "ORDINAL"},
        "readers": [{"id": f"r{reader}", "name": f"reader {reader}"} for reader in range(4)],
        "model_versions": [{"id": pk, "name": f"Finder {pk[-1]}"} for pk in scores],
        "cases": cases,
        "reads": reads,
        "predictions": [
            {"model_version": pk, "case": f"c{case}", "score": float(score)}
            for pk, column in scores.items() for case, score in enumerate(column)
        ],
    }  # fmt: skip


@pytest.fixture(scope="module")
def texts() -> tuple[str, str]:
    frozen = snapshot()
    result = canonical_result(analyse_planned(frozen, snapshot_digest="d", software={}))
    return json.dumps(frozen), result


@pytest.fixture(scope="module")
def unpacked(texts: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile(io.BytesIO(bundle(*texts))) as archive:
        archive.extractall(folder)
    return folder


def test_the_same_result_is_the_same_archive(texts: tuple[str, str]) -> None:
    assert bundle(*texts) == bundle(*texts)


def test_the_script_gives_every_endpoint_again_with_the_statistics_alone(unpacked: Path) -> None:
    """By itself: in a process that knows neither where the portal is nor its settings, from another folder."""
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, unpacked / "recompute.py"],
        cwd="/",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("the same") == len(ENDPOINTS) - 1
    assert "nobody: undefined in the result" in done.stdout


def test_a_changed_result_is_found(unpacked: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for part in ("endpoints", "software"):
        (copy / part).symlink_to(unpacked / part)
    (copy / "recompute.py").write_text((unpacked / "recompute.py").read_text())
    result = json.loads((unpacked / "result.json").read_text())
    result["endpoints"] = result["endpoints"][:1]
    result["endpoints"][0]["difference"]["value"] += 1e-6
    (copy / "result.json").write_text(json.dumps(result))
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "recompute.py"], cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.split()[1]) == (1, "DIFFERS")


def test_a_notice_is_a_file_of_the_archive(texts: tuple[str, str]) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle(*texts, ["The truth has been locked anew since."]))) as archive:
        assert archive.read("NOTICES.txt") == b"The truth has been locked anew since.\n"
        assert "NOTICES.txt" in archive.read("SHA256SUMS").decode()
    with zipfile.ZipFile(io.BytesIO(bundle(*texts))) as archive:
        assert "NOTICES.txt" not in archive.namelist()


def test_sums_are_those_of_the_files(unpacked: Path) -> None:
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=unpacked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_imrmc_file_holds_the_readings(unpacked: Path) -> None:
    """Read back as iMRMC describes it: counts, truth by reader -1, then reader, case, modality, score."""
    head, data = (unpacked / "endpoints" / "gain.imrmc").read_text().split("BEGIN DATA:\n")
    assert [line for line in head.splitlines() if line[:1] == "N"] == ["N0: 32", "N1: 28", "NR: 4", "NM: 2"]
    rows = [line.split(",") for line in data.splitlines()]
    truth = {case: int(value) for reader, case, _, value in rows if reader == "-1"}
    read = [row for row in rows if row[0] != "-1"]
    assert (len(truth), len(read)) == (60, 479)
    back = readings(
        reader=[row[0] for row in read], modality=[row[2] for row in read], case=[int(row[1]) for row in read],
        truth=[truth[row[1]] for row in read], rating=[float(row[3]) for row in read],
    )  # fmt: skip
    with (unpacked / "endpoints" / "gain.csv").open() as file:
        tidy = list(csv.DictReader(file))
    assert back.rating.shape == (2, 4, 60)
    assert sum(float(row["rating"]) for row in tidy) == np.nansum(back.rating)
    assert {row["case"] for row in csv.DictReader((unpacked / "cases.csv").open())} == {row["case"] for row in tidy}


def test_every_reading_is_in_the_tidy_table_once(unpacked: Path) -> None:
    with (unpacked / "readings.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len({(row["subject"], row["reader"], row["case"]) for row in rows}) == 2 * 4 * 60 - 1 + 2 * 60
    assert {row["call"] for row in rows if row["subject"] == "ai"} == {"0", "1"}
