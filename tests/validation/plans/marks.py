"""Snapshots of plans with marks: published free-response studies, as a run would have frozen them."""

from typing import Any

import pandas as pd

from tests.validation.plans.test_plans import ENDPOINT, MODEL

LOCALISATION = {"question": "nodule", "criterion": "DISTANCE", "max_distance_mm": 10.0, "min_iou": None}
SUBJECTS = [
    {"key": "m1", "kind": "READERS", "arm": "M1", "phase": "SIGNED"},
    {"key": "m2", "kind": "READERS", "arm": "M2", "phase": "SIGNED"},
    {"key": "ai", "kind": "AI", "model_version_id": MODEL, "operating_point": 0.5},
]
WAFROC = {**ENDPOINT, "key": "gain", "figure": "WAFROC", "of": "m1", "against": "m2"}


def kind_of(mark: str, lesion: str | None, rating: float, number: int = 0) -> dict[str, Any]:
    """One frozen mark."""
    return {"id": str(number), "rating": rating, "kind": mark, "lesion": lesion, "value": None}


def snapshot_of(
    marks: pd.DataFrame,
    cases: pd.DataFrame,
    lesions: pd.DataFrame,
    *endpoints: dict[str, Any],
    ai: str | None = None,
    subjects: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Freeze a study in RJafroc's three tables; every reader reads every case in every arm; `ai`, a reader, is one."""
    names = {part: sorted(set(marks[part]), key=str) for part in ("reader", "modality")}
    by_case = {case: [str(one) for one in of["lesion_id"]] for case, of in lesions.groupby("case")}
    made: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    for row in marks.itertuples():
        found = made.setdefault((str(row.reader), str(row.modality), int(row.case)), [])
        lesion = str(row.lesion_id) if row.mark == "LL" else None
        found.append(kind_of(row.mark, lesion, float(row.rating), len(found)))
    reads = [
        {"reader": reader, "case": str(case), "arm": arm, "session": 1, "repeat_number": 0, "is_training": False,
         "state": "SIGNED", "provenance": "HUMAN", "rating": None, "call": None, "cannot_assess": [], "first": None,
         "marks": made.get((reader, arm, int(case)), [])}
        for arm in names["modality"] for reader in names["reader"] if reader != ai for case in cases["case"]
    ]  # fmt: skip
    predictions = [
        {"model_version": MODEL, "case": str(case), "score": 0.5, "marks": made.get((str(ai), "M1", int(case)), [])}
        for case in cases["case"]
        if ai is not None
    ]
    kept = [one for one in subjects or SUBJECTS if one["kind"] == "READERS" or ai is not None]
    kept = [one for one in kept if one["kind"] == "AI" or one["arm"] in names["modality"]]
    return {
        "reader_study": {"id": "s", "name": "Marks"},
        "plan": {
            "number": 1, "digest": "d", "sentences": [], "warnings": [], "amends": [], "reason": "",
            "lock": {"by": "carla", "at": "2026-01-01", "truth_was_locked": False, "results_before": 0},
            "document": {
                "population": {"sessions": None}, "unit": "LESION", "reference_standard_version": None, "level": 0.95,
                "localisation": LOCALISATION, "subjects": kept, "endpoints": list(endpoints) or [WAFROC],
                "multiplicity": "NONE",
            },
        },
        "label_schema": {"call": None, "rating": None, "rating_scale": None},
        "readers": [{"id": one, "name": one} for one in names["reader"] if one != ai],
        "model_versions": [{"id": MODEL, "name": "Finder 1"}] if ai is not None else [],
        "cases": [
            {"id": str(row.case), "name": f"Case {row.case}", "patient": f"P{row.case}", "truth": int(row.truth),
             "is_training": False, "is_withdrawn": False,
             "lesions": [{"id": one} for one in by_case.get(row.case, [])]}
            for row in cases.itertuples()
        ],
        "reads": reads,
        "predictions": predictions,
    }  # fmt: skip
