"""The cases and reads of a snapshot that triage can say something of; every other one is counted and named."""

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

from validation.exclusions import EXCLUSION_DETAILS, case_reason

NO_TIME = "no-time"
NOT_LISTED = "not-listed"
DETAILS = EXCLUSION_DETAILS | {
    NO_TIME: "No browser counted how long the read took.",
    NOT_LISTED: "The file of arrivals does not name the case.",
}


@dataclasses.dataclass(frozen=True, slots=True)
class AiVersion:
    """An AI of the snapshot; `threshold`: positive from this score on, None where a plan names none."""

    id: str
    name: str
    threshold: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class TriageCase:
    """A case with its truth and the AI's score."""

    id: str
    name: str
    is_positive: bool
    score: float


def ai_versions(snapshot: Mapping[str, Any]) -> list[AiVersion]:
    """Return the AIs of a snapshot, by plan or explored, in its order."""
    if "plan" not in snapshot:
        one = snapshot["model_version"]
        if one is None:
            return []
        return [AiVersion(one["id"], f"{one['name']} {one['version']}", one["operating_threshold"])]
    subjects = snapshot["plan"]["document"]["subjects"]
    points = {
        one["model_version_id"]: one["operating_point"]
        for one in subjects
        if one["kind"] == "AI" and one["operating_point"] is not None
    }
    return [AiVersion(one["id"], one["name"], points.get(one["id"])) for one in snapshot["model_versions"]]


def cases_of(snapshot: Mapping[str, Any], version: AiVersion) -> tuple[list[TriageCase], Counter[str]]:
    """Return the cases that have a truth and a score of the AI, and how many others there are, by reason."""
    scores = {
        one["case"]: float(one["score"])
        for one in snapshot["predictions"]
        if one.get("model_version", version.id) == version.id
    }
    left_out: Counter[str] = Counter()
    found = []
    for case in snapshot["cases"]:
        reason = case_reason(case) or (None if case["id"] in scores else "no-prediction")
        if reason is None:
            found.append(TriageCase(case["id"], case["name"], case["truth"] == 1, scores[case["id"]]))
        else:
            left_out[reason] += 1
    return found, left_out


def exclusions_of(left_out: Mapping[str, int]) -> list[dict[str, Any]]:
    """Name what is left out, as it is shown."""
    return [{"reason": reason, "detail": DETAILS[reason], "n": n} for reason, n in left_out.items() if n]
