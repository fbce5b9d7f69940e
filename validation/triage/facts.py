"""What the page of triage begins with: the AIs with their operating points, the arms with the times of their reads."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from validation.triage.cases import AiVersion, TriageCase, ai_versions, cases_of, exclusions_of
from validation.triage.reads import Times, reads_of

MOST_POINTS = 200


def triage_facts(snapshot: Mapping[str, Any], times: Times) -> dict[str, Any]:
    """Return what can be chosen, and with what a queue is prefilled."""
    chosen = snapshot.get("configuration", {}).get("arm")
    return {
        "models": [_model(snapshot, version) for version in ai_versions(snapshot)],
        "arm": chosen,
        "arms": [_arm(snapshot, times, one) for one in snapshot["arms"] if chosen in (None, one["key"])],
    }


def _model(snapshot: Mapping[str, Any], version: AiVersion) -> dict[str, Any]:
    cases, left_out = cases_of(snapshot, version)
    positives = sum(case.is_positive for case in cases)
    return {
        "id": version.id,
        "name": version.name,
        "threshold": version.threshold,
        "positives": positives,
        "negatives": len(cases) - positives,
        "exclusions": exclusions_of(left_out),
        "points": operating_points(cases, version.threshold),
    }


def operating_points(cases: Sequence[TriageCase], threshold: float | None) -> list[dict[str, float]]:
    """Return sensitivity and specificity from each score on, at most `MOST_POINTS`; none without both classes.

    Of more scores evenly many; the AI's own threshold is always among them.
    """
    truth = np.array([case.is_positive for case in cases], dtype=np.bool_)
    score = np.array([case.score for case in cases])
    if truth.all() or not truth.any():
        return []
    scores = np.unique(score)
    places = np.unique(np.linspace(0, len(scores) - 1, min(len(scores), MOST_POINTS)).astype(int))
    wanted = {float(one) for one in scores[places]} | ({threshold} if threshold is not None else set())
    return [
        {
            "threshold": at,
            "sensitivity": float((score[truth] >= at).mean()),
            "specificity": float((score[~truth] < at).mean()),
        }
        for at in sorted(wanted)
    ]


def _arm(snapshot: Mapping[str, Any], times: Times, arm: Mapping[str, Any]) -> dict[str, Any]:
    known = [times[read["revision"]] for read in reads_of(snapshot, arm["key"]) if read["revision"] in times]
    minutes = [one.minutes for one in known if one.minutes is not None]
    return {
        "key": arm["key"],
        "name": arm["name"],
        "reads": len(known),
        "timed_reads": len(minutes),
        "mean_reading_min": sum(minutes) / len(minutes) if minutes else None,
    }
