"""Marks of readers and of an AI from the database into a plan's snapshot and its result; none where none is asked."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from annotations.domain.truth_csv import Truth
from annotations.models import ReferenceSource
from annotations.services.reads import read_sign
from annotations.services.truth import reference_standard_create, reference_standard_lock
from portal.inference.models import AiModel, EngineKind, ModelVersion, Prediction, PredictionSource
from tests.annotations.building import Built, content, finding, launched, mark, save
from tests.validation.plans.test_plans import ENDPOINT
from validation.canonical import parse
from validation.models import AnalysisPlan, AnalysisRun
from validation.services import planned_run_create
from validation.tasks import analysis_run_execute

pytestmark = pytest.mark.django_db

# Case -> truth, and the centres of its lesions in mm along the x axis.
TRUTHS: dict[str, tuple[int, list[float]]] = {
    "Case 001": (1, [0.0, 50.0]), "Case 002": (1, [0.0]), "Case 003": (1, []), "Case 004": (0, []), "Case 005": (0, []),
}  # fmt: skip
# Case -> for each reader the marks: where, and how sure.
MARKED: dict[str, list[list[tuple[float, int]]]] = {
    "Case 001": [[(3.0, 80), (4.0, 60)], [(48.0, 90)]],
    "Case 002": [[(-6.0, 70)], []],
    "Case 003": [[(1.0, 20)], []],
    "Case 004": [[(90.0, 30)], []],
    "Case 005": [[], [(20.0, 40)]],
}
FOUND_BY_AI: dict[str, list[tuple[float, float]]] = {"Case 001": [(1.0, 0.9)], "Case 004": [(0.0, 0.6)]}
NODULE = {"scheme": "RADLEX", "value": "RID3875", "meaning": "nodule"}


@pytest.fixture
def built() -> Built:
    built = launched(cases=5, readers=2)
    for number, reader in enumerate(built.readers):
        for position in range(1, 6):
            read = built.open(reader, position)
            case = read.assignment.case
            findings = []
            for x, confidence in MARKED[case.name][number]:
                one = mark(case)
                one["geometry"]["points_mm"] = [[x, 0.0, 0.0]]
                findings.append(finding(case, marks=[one], confidence=confidence))
            read_sign(by=reader, read=read, save=save(content(*findings, nodule_present=True, confidence=50)))
    truths = [
        Truth(name, truth, [_lesion(index, x) for index, x in enumerate(at)]) for name, (truth, at) in TRUTHS.items()
    ]
    standard = reference_standard_create(
        by=built.coordinator, reader_study=built.reader_study, truths=truths, source=ReferenceSource.CSV, provenance="t"
    )
    reference_standard_lock(by=built.coordinator, standard=standard)
    return built


def _lesion(index: int, x: float) -> dict[str, Any]:
    return {"id": f"L{index}", "code": None, "center_mm": [x, 0.0, 0.0], "diameter_mm": 8.0}


@pytest.fixture
def ai(built: Built) -> ModelVersion:
    version = ModelVersion.objects.create(
        ai_model=AiModel.objects.create(name="Finder"), version="1", kind=EngineKind.EXTERNAL, operating_threshold=0.5
    )
    for case in built.cases:
        findings = [
            {"id": f"F{number}", "code": NODULE, "score": score,
             "geometry": {"kind": "SPHERE", "center_mm": [x, 0.0, 0.0], "diameter_mm": 5.0}}
            for number, (x, score) in enumerate(FOUND_BY_AI.get(case.name, []))
        ]  # fmt: skip
        Prediction.objects.create(
            model_version=version, imaging_study=case.imaging_study, score=0.5,
            source=PredictionSource.API, findings=findings,
        )  # fmt: skip
    return version


def document(ai: ModelVersion, *endpoints: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "population": {"sessions": None}, "unit": "LESION", "reference_standard_version": None, "level": 0.95,
        "localisation": {"question": "nodules", "criterion": "DISTANCE", "max_distance_mm": 10, "min_iou": None},
        "subjects": [
            {"key": "readers", "kind": "READERS", "arm": "A", "phase": "SIGNED"},
            {"key": "ai", "kind": "AI", "model_version_id": str(ai.pk), "operating_point": 0.5},
        ],
        "endpoints": list(endpoints), "multiplicity": "NONE",
    } | changes  # fmt: skip


READERS = {**ENDPOINT, "key": "readers", "figure": "AFROC", "of": "readers", "against": None, "hypothesis": "ESTIMATE",
           "generalise_to": "CASES"}  # fmt: skip
OF_AI = {**READERS, "key": "found", "figure": "LESION_SENSITIVITY", "of": "ai", "method": "JACKKNIFE"}
OF_CASES = {**READERS, "key": "cases", "figure": "AUC"}


def client_of(built: Built) -> APIClient:
    client = APIClient()
    client.force_authenticate(built.coordinator)
    return client


def carried_out(built: Built, plan: dict[str, Any]) -> AnalysisRun:
    client, address = client_of(built), f"/api/v1/reader-studies/{built.reader_study.pk}/analysis-plans"
    number = client.post(address, {"plan": plan, "base": 0}, "json").json()["number"]
    locked = client.post(f"{address}/{number}/lock")
    assert locked.status_code == 201, locked.content
    run = planned_run_create(by=built.coordinator, plan=AnalysisPlan.objects.get(number=number))
    analysis_run_execute(str(run.pk))
    return AnalysisRun.objects.select_related("snapshot", "result").get(pk=run.pk)


def test_marks_are_frozen_matched_and_analysed(built: Built, ai: ModelVersion) -> None:
    run = carried_out(built, document(ai, READERS, {**OF_AI, "role": "SECONDARY"}))
    assert run.state == "SUCCEEDED", run.error_detail
    snapshot = parse(run.snapshot.content)
    cases = {one["id"]: one["name"] for one in snapshot["cases"]}
    assert [len(one["lesions"]) for one in snapshot["cases"]] == [2, 1, 0, 0, 0]
    names = {one["id"]: one["name"] for one in snapshot["readers"]}
    frozen = {
        (names[read["reader"]], cases[read["case"]]): [
            (one["kind"], one["lesion"], one["value"]) for one in read["marks"]
        ]
        for read in snapshot["reads"]
    }  # fmt: skip
    assert frozen["pilot-reader-1", "Case 001"] == [("LL", "L0", 3.0), ("EXTRA", "L0", 4.0)]
    assert frozen["pilot-reader-2", "Case 001"] == [("LL", "L1", 2.0)]
    assert frozen["pilot-reader-1", "Case 004"] == [("NL", None, None)]
    assert frozen["pilot-reader-2", "Case 002"] == []
    of_ai = {cases[one["case"]]: one["marks"] for one in snapshot["predictions"]}
    assert [(one["rating"], one["kind"], one["lesion"]) for one in of_ai["Case 001"]] == [(0.9, "LL", "L0")]

    result = parse(run.result.content)
    readers, found = result["endpoints"]
    # By hand, case 3 without a lesion left out: negative cases 4 and 5 have their highest false mark at 30 and nothing
    # (reader 1), nothing and 40 (reader 2); lesions at 80, none, 70 and none, 90, none. A tie of nothing is a half.
    first = (2 * 2 + 0.5) / (3 * 2)
    second = (2 * 1 + 2 * 0.5) / (3 * 2)
    assert readers["of"]["outcome"]["value"] == pytest.approx((first + second) / 2)
    assert found["of"]["outcome"]["value"] == pytest.approx(1 / 3)
    assert [one["reason"] for one in result["exclusions"]] == ["no-lesion"]
    marks = result["description"]["marks"]
    assert marks["counts"] == {"positives": 2, "negatives": 2, "lesions": 3, "positives_without_lesion": 1}
    assert [one["key"] for one in marks["participants"]] == ["ai", "readers:pilot-reader-1", "readers:pilot-reader-2"]
    assert marks["participants"][1]["counts"] == {"lesion_marks": 2, "false_marks": 1, "extra_marks": 1}
    assert "at most 10 mm apart" in " ".join(result["plan"]["sentences"])


def test_a_plan_without_marks_freezes_none(built: Built, ai: ModelVersion) -> None:
    plan = document(ai, OF_CASES, unit="CASE")
    del plan["localisation"]
    run = carried_out(built, plan)
    snapshot, result = parse(run.snapshot.content), parse(run.result.content)
    parts = (*snapshot["cases"], *snapshot["reads"], *snapshot["predictions"])
    assert not [one for one in parts if {"marks", "lesions", "marks_reason"} & set(one)]
    assert "marks" not in result["description"]


def test_what_a_plan_of_marks_lacks_is_said(built: Built, ai: ModelVersion) -> None:
    client, address = client_of(built), f"/api/v1/reader-studies/{built.reader_study.pk}/analysis-plans"
    facts = client.get(f"{address}/facts").json()
    assert facts["located_findings"] == [{"key": "nodules", "text": "Mark the nodules."}]
    plan = document(ai, READERS)

    def findings(**changes: Any) -> list[tuple[str, str]]:
        answer = client.post(f"{address}/reading", {"plan": plan | changes}, "json").json()
        return [(one["field"], one["code"]) for one in answer["findings"] if one["level"] == "ERROR"]

    assert findings() == []
    assert findings(unit="CASE") == [("plan.endpoints[0].figure", "unit")]
    assert findings(localisation=plan["localisation"] | {"question": "masses"}) == [
        ("plan.localisation.question", "unknown_question")
    ]
    assert findings(localisation=plan["localisation"] | {"criterion": "IOU"}) == [
        ("plan.localisation.min_iou", "no_matching")
    ]
    del plan["localisation"]
    assert findings() == [("plan.localisation", "no_matching")]
