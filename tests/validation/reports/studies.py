"""Planned results that reports are made of: a published reader study, and a simulated one with everything in it."""

import functools
import json
from typing import Any

import numpy as np

from tests.validation.plans.test_plans import ENDPOINT
from tests.validation.stats.studies import study
from tests.validation.test_bundle import snapshot
from validation.canonical import canonical_result
from validation.planned_analysis import analyse_planned
from validation.reports.document import report_html
from validation.reports.material import Circumstances, Protocol

PROTOCOL = Protocol(
    2,
    "a" * 64,
    {
        "design": ("Design, arms and sessions", ("Kind: crossover.", "Every reader reads every case.")),
        "terms": ("Terms", ("Keep the images to yourself.",)),
    },
)
AROUND = Circumstances("2026-11-27T20:00:00+00:00", "5" * 64, "e" * 64, PROTOCOL, 1)


def result_of(frozen: dict[str, Any]) -> str:
    return canonical_result(analyse_planned(frozen, snapshot_digest="5" * 64, software={"overread": "0.1.0"}))


@functools.cache
def simulated() -> tuple[str, str]:
    """A crossover of four readers on 60 cases with two AI: a snapshot and its result."""
    frozen = snapshot()
    facts = [
        {"age": "", "institution": "AB"[index % 2], "manufacturer": "", "sex": "FM"[index // 30]} for index in range(60)
    ]
    frozen["cases"] = [{**case, "facts": one} for case, one in zip(frozen["cases"], facts, strict=True)]
    frozen["arms"] = [
        {"key": "A", "name": "Unaided", "ai_display": "HIDDEN"},
        {"key": "B", "name": "With AI", "ai_display": "CONCURRENT"},
    ]
    frozen["reference_standard"] = {"id": "t", "version": 3, "digest": "b" * 64}
    return json.dumps(frozen), result_of(frozen)


@functools.cache
def smaller() -> tuple[str, str]:
    """The simulated study with one endpoint of its readers and one of an AI, and without facts of the cases."""
    frozen = json.loads(simulated()[0])
    document = frozen["plan"]["document"]
    document["endpoints"] = [one for one in document["endpoints"] if one["key"] in ("gain", "ai_auc")]
    document["subjects"] = [one for one in document["subjects"] if one["key"] in ("unaided", "aided", "ai")]
    frozen["cases"] = [{**one, "facts": None} for one in frozen["cases"]]
    return json.dumps(frozen), result_of(frozen)


@functools.cache
def van_dyke() -> tuple[str, str]:
    """Five readers, two MR techniques (Van Dyke 1993), by a plan that compares the areas."""
    readings = study("mrmc_vandyke")
    first, second = readings.modalities
    cases = [
        {"id": f"c{name}", "name": f"Case {name}", "patient": f"P{name}", "truth": int(truth), "is_training": False,
         "is_withdrawn": False}
        for name, truth in zip(readings.cases, readings.truth, strict=True)
    ]  # fmt: skip
    reads = [
        {"case": cases[case]["id"], "reader": reader, "arm": arm, "session": 1, "repeat_number": 0,
         "is_training": False, "state": "SIGNED", "provenance": "IMPORTED", "call": None, "cannot_assess": [],
         "rating": int(readings.rating[layer, row, case]), "first": None}
        for layer, arm in enumerate("AB") for row, reader in enumerate(readings.readers)
        for case in np.arange(len(cases)).tolist()
    ]  # fmt: skip
    subjects = [
        {"key": "unaided", "kind": "READERS", "arm": "A", "phase": "SIGNED"},
        {"key": "aided", "kind": "READERS", "arm": "B", "phase": "SIGNED"},
    ]
    frozen: dict[str, Any] = {
        "reader_study": {"id": "s", "name": "Van Dyke 1993: spin echo and cine MRI"},
        "plan": {
            "number": 1, "digest": "d" * 64, "sentences": ["All signed reads count."], "warnings": [], "amends": [],
            "reason": "",
            "lock": {"by": "carla", "at": "2026-01-01T10:00:00+00:00", "truth_was_locked": False, "results_before": 0},
            "document": {
                "population": {"sessions": None}, "unit": "CASE", "reference_standard_version": 1, "level": 0.95,
                "subjects": subjects, "endpoints": [ENDPOINT], "multiplicity": "NONE",
            },
        },
        "arms": [
            {"key": key, "name": name, "ai_display": "HIDDEN"} for key, name in (("A", first), ("B", second))
        ],
        "label_schema": {"call": None, "rating": "confidence", "rating_scale": "ORDINAL"},
        "reference_standard": {"id": "t", "version": 1, "digest": "b" * 64},
        "readers": [{"id": name, "name": name} for name in readings.readers],
        "model_versions": [],
        "cases": cases,
        "reads": reads,
        "predictions": [],
    }  # fmt: skip
    return json.dumps(frozen), result_of(frozen)


@functools.cache
def html_of(name: str) -> str:
    """The report of one of them."""
    texts = {"simulated": simulated, "van_dyke": van_dyke}[name]()
    return report_html(*texts, AROUND)
