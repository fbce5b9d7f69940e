"""One case of an analysis: its truth, what each AI says of it and what each reader said, as the snapshot froze them."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from annotations.domain.kinds import ANSWER_KINDS
from annotations.domain.payload_upgrade import upgraded
from annotations.domain.read_history import value_text
from annotations.models import AssignmentState, ReferenceTruth, Revision
from portal.errors import NotFound
from portal.inference.models import Prediction
from validation.canonical import parse
from validation.models import AnalysisRun


def case_analysed(*, run: AnalysisRun, case_id: uuid.UUID) -> dict[str, Any]:
    """Return a case of a run with everything that its figures were made of; 404 for a case that it did not have.

    Revisions, predictions and truth are those that the snapshot names, whatever has come since.
    """
    snapshot = parse(run.snapshot.content)
    case = next((one for one in snapshot["cases"] if one["id"] == str(case_id)), None)
    if case is None:
        raise NotFound("This analysis has no such case.")
    truth = ReferenceTruth.objects.filter(reference_standard=run.reference_standard, case=case_id).first()
    return {
        "case_id": case["id"],
        "case": case["name"],
        "truth": case["truth"],
        "reference_standard_version": run.reference_standard.version,
        "lesions": truth.lesions if truth is not None else [],
        "ai": list(_ai(snapshot, case["id"])),
        "reads": list(_reads(snapshot, case["id"])),
    }


def _ai(snapshot: Mapping[str, Any], case: str) -> Iterator[dict[str, Any]]:
    """What every AI says. From which score on a case is positive stands in the plan, or in the version explored."""
    versions = snapshot.get("model_versions") or [one for one in (snapshot.get("model_version"),) if one is not None]
    names = {one["id"]: one for one in versions}
    frozen = [one for one in snapshot["predictions"] if one["case"] == case]
    found = Prediction.objects.select_related("imaging_study").in_bulk([one["id"] for one in frozen])
    for one in frozen:
        prediction = found.get(uuid.UUID(one["id"]))
        version = str(one.get("model_version") or versions[0]["id"])
        yield {
            "name": names[version]["name"],
            "score": one["score"],
            "uncertainty": one.get("uncertainty"),
            "threshold": _threshold(snapshot, names[version]),
            "study_instance_uid": prediction.imaging_study.study_instance_uid if prediction is not None else None,
            "findings": prediction.findings if prediction is not None else [],
        }


def _threshold(snapshot: Mapping[str, Any], version: Mapping[str, Any]) -> float | None:
    if "plan" not in snapshot:
        return float(version["operating_threshold"])
    subjects = snapshot["plan"]["document"]["subjects"]
    # That of a subject through an operating layer is no score.
    of_scores = (one for one in subjects if one.get("operating_layer") is None)
    points = (one["operating_point"] for one in of_scores if one.get("model_version_id") == version["id"])
    return next((float(point) for point in points if point is not None), None)


def _reads(snapshot: Mapping[str, Any], case: str) -> Iterator[dict[str, Any]]:
    """Every signed read of the case but those for training, before it the frozen first read of a second reader."""
    names = {one["id"]: one["name"] for one in (*snapshot["readers"], *snapshot.get("arbitrators", ()))}
    arms = {one["key"]: one["name"] for one in snapshot["arms"]}
    frozen = [
        (phase, said, read)
        for read in snapshot["reads"]
        if read["case"] == case and read["state"] == AssignmentState.SIGNED and not read["is_training"]
        for phase, said in (("FIRST", read.get("first")), ("SIGNED", read))
        if said is not None
    ]
    found = Revision.objects.select_related("read__label_schema").in_bulk([said["revision"] for _, said, _ in frozen])
    for phase, said, read in frozen:
        revision = found.get(uuid.UUID(said["revision"]))
        yield {
            "read_id": revision.read_id if revision is not None else None,
            "revision_id": said["revision"],
            "reader": names[read["reader"]],
            "arm": read["arm"],
            "arm_name": arms[read["arm"]] or read["arm"],
            "phase": phase,
            "session": read["session"],
            "repeat_number": read["repeat_number"],
            "role": read.get("role", "READER"),
            "call": said["call"],
            "rating": said["rating"],
            **_content(revision),
        }


def _content(revision: Revision | None) -> dict[str, Any]:
    """Answers and marks; none of a patient who was erased since: then only the snapshot's numbers are left."""
    if revision is None:
        return {"answers": [], "findings": []}
    payload, questions = upgraded(revision.payload), revision.read.label_schema.questions
    return {
        "answers": _answers(payload, questions),
        "findings": [_finding(one, questions) for one in payload["findings"]],
    }


def _answers(payload: Mapping[str, Any], questions: list[dict[str, Any]]) -> list[dict[str, str]]:
    given = payload["answers"]
    return [
        {"question": one["text"], "answer": value_text(given[one["key"]], one)}
        for one in questions
        if one["kind"] in ANSWER_KINDS and one["key"] in given
    ]


def _finding(finding: Mapping[str, Any], questions: list[dict[str, Any]]) -> dict[str, Any]:
    asked = next((one["text"] for one in questions if one["key"] == finding["question"]), "Measurement")
    return {
        "id": finding["id"],
        "name": finding["code"]["meaning"] if finding["code"] else asked,
        "confidence": finding["confidence"],
        "marks": [{"id": one["id"], "geometry": one["geometry"]} for one in finding["marks"]],
    }
