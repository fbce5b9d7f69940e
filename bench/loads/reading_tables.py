"""Snapshots of planned analyses of any size, as a run of a plan freezes them: drawn, not read by anybody."""

import uuid
from typing import Any

import numpy as np

from portal.audit.services import canonical_json, sha256

ARMS = (
    ("A", "Unaided", "HIDDEN"),
    ("B", "AI beside the reader", "CONCURRENT"),
    ("C", "AI as second reader", "CONCURRENT"),
)
MODEL = "00000000-0000-4000-8000-000000000001"
SEED = 20241127
# Of a reader's confidence, 0 to 100: what cases differ by, what a disease and an arm add, and noise.
MEAN, DISEASE, GAIN, CASE_SD, NOISE_SD = 42.0, 18.0, 3.0, 12.0, 14.0


def document(level: float = 0.95) -> dict[str, Any]:
    """A plan with the endpoints that such a study has: each arm with AI against the one without, and the AI alone."""
    base = {"threshold": None, "margin": None, "alpha": 0.05, "generalise_to": "READERS_AND_CASES", "role": "SECONDARY"}
    compared = [
        {**base, "key": f"{figure.lower()}_{key}", "figure": figure, "of": key, "against": "a",
         "hypothesis": "DIFFERENCE", "method": "MRMC_OR"}
        for figure in ("AUC", "SENSITIVITY") for key in ("b", "c")
    ]  # fmt: skip
    compared[0]["role"] = "PRIMARY"
    ai = {**base, "key": "auc_ai", "figure": "AUC", "of": "ai", "against": None, "hypothesis": "ESTIMATE",
          "method": "DELONG", "generalise_to": "CASES"}  # fmt: skip
    return {
        "population": {"sessions": None},
        "unit": "CASE",
        "reference_standard_version": None,
        "level": level,
        "subjects": [
            *({"key": key.lower(), "kind": "READERS", "arm": key, "phase": "SIGNED"} for key, _, _ in ARMS),
            {"key": "ai", "kind": "AI", "model_version_id": MODEL, "operating_point": 0.5},
        ],
        "endpoints": [*compared, ai],
        "multiplicity": "NONE",
    }


def snapshot(*, cases: int, readers: int, name: str = "Bench") -> dict[str, Any]:
    """Every reader reads every case in each of three arms; half of the cases are diseased, patients have one case."""
    rng = np.random.default_rng(SEED)
    truth = np.arange(cases) % 2
    difficulty = rng.normal(0.0, CASE_SD, cases)
    scores = np.clip(0.35 + 0.3 * truth + rng.normal(0.0, 0.18, cases), 0.01, 0.99).round(3)
    people = [str(uuid.UUID(int=1000 + number)) for number in range(readers)]
    names = [str(uuid.UUID(int=10**9 + number)) for number in range(cases)]
    return {
        "format": "overread.analysis-snapshot",
        "version": 2,
        "reader_study": {"id": str(uuid.UUID(int=1)), "name": name},
        "plan": _plan(),
        "arms": [{"key": key, "name": title, "ai_display": display} for key, title, display in ARMS],
        "label_schema": {"id": str(uuid.UUID(int=2)), "version": 1, "call": "present", "rating": "sure",
                         "rating_scale": "CONFIDENCE"},
        "reference_standard": {"id": str(uuid.UUID(int=3)), "version": 1, "digest": "0" * 64},
        "model_versions": [{"id": MODEL, "name": "Finder 1.0", "weights_digest": ""}],
        "readers": [{"id": pk, "name": f"reader-{number + 1:02d}"} for number, pk in enumerate(people)],
        "cases": [
            {"id": pk, "name": f"Case {number + 1:06d}", "patient": f"P{number + 1}", "truth": int(truth[number]),
             "is_training": False, "is_withdrawn": False, "facts": _facts(number)}
            for number, pk in enumerate(names)
        ],
        "reads": _reads(rng, truth, difficulty, names, people),
        "predictions": [
            {"model_version": MODEL, "case": pk, "id": str(uuid.uuid5(uuid.NAMESPACE_OID, pk)), "score": float(score)}
            for pk, score in zip(names, scores, strict=True)
        ],
    }  # fmt: skip


def _plan() -> dict[str, Any]:
    content = canonical_json(document())
    lock = {"by": "bench", "at": "2024-01-01T00:00:00+00:00", "truth_was_locked": False, "results_before": 0}
    return {
        "number": 1, "digest": sha256(content), "document": document(), "sentences": [], "warnings": [], "lock": lock,
        "amends": [], "reason": "",
    }  # fmt: skip


def _facts(number: int) -> dict[str, str]:
    return {
        "institution": f"Site {number % 3 + 1}",
        "manufacturer": ("Maker", "Other maker")[number % 5 == 0],
        "sex": "FM"[number % 7 < 3],
        "age": f"{30 + number % 55} years",
    }


def _reads(rng: np.random.Generator, truth: Any, difficulty: Any, names: list[str], people: list[str]) -> list[Any]:
    reads: list[Any] = []
    for session, (arm, _, _) in enumerate(ARMS, start=1):
        for reader, person in enumerate(people):
            skill = 2.0 * (reader % 5 - 2) + GAIN * (session - 1)
            sure = MEAN + (DISEASE + skill) * truth + difficulty + rng.normal(0.0, NOISE_SD, len(names))
            rating = np.clip(sure, 0, 100).round().astype(int)
            seconds = rng.gamma(4.0, 15.0, len(names))
            reads += [
                {
                    "case": names[case], "reader": person, "arm": arm, "session": session, "repeat_number": 0,
                    "is_training": False, "state": "SIGNED", "revision": str(uuid.UUID(int=len(reads) + case)),
                    "digest": "0" * 64, "provenance": "SIMULATED", "rating": int(rating[case]),
                    "call": bool(rating[case] >= 50), "cannot_assess": [], "first": None,
                    "active_ms": int(1000 * seconds[case]),
                }
                for case in range(len(names))
            ]  # fmt: skip
    return reads
