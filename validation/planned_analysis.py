"""The analysis of a locked plan: a pure function from a snapshot to a result."""

from collections.abc import Mapping
from typing import Any

from validation.analysis import RESULT_FORMAT, Progress, interim_notes, simulated_notes
from validation.plans.description import describe
from validation.plans.run import run_plan
from validation.plans.snapshot import Laid, lay_out

PLANNED_RESULT_VERSION = 2


def analyse_planned(
    snapshot: Mapping[str, Any],
    *,
    snapshot_digest: str,
    software: Mapping[str, str],
    progress: Progress = lambda done, total, message: None,
) -> dict[str, Any]:
    """Compute the result of a plan's snapshot; `progress(done, total, message)` is called before every step."""
    plan = snapshot["plan"]
    laid = lay_out(snapshot)
    total = len(plan["document"]["endpoints"]) + 1
    endpoints = run_plan(plan["document"], laid.table, progress=lambda done, _, key: progress(done, total, key))
    progress(total - 1, total, "Description")
    description = describe(snapshot, laid, endpoints)
    progress(total, total, "Storing the result")
    return {
        "format": RESULT_FORMAT,
        "version": PLANNED_RESULT_VERSION,
        "snapshot_digest": snapshot_digest,
        "software": dict(software),
        "reader_study": snapshot["reader_study"],
        "plan": {
            name: plan[name] for name in ("number", "digest", "sentences", "warnings", "lock", "amends", "reason")
        },
        "confidence_level": plan["document"]["level"],
        "multiplicity": plan["document"]["multiplicity"],
        "counts": laid.counts,
        "exclusions": laid.exclusions,
        "endpoints": endpoints,
        "description": description,
        "notes": _notes(snapshot, laid),
    }


def _notes(snapshot: Mapping[str, Any], laid: Laid) -> list[str]:
    counts, lock, notes = laid.counts, snapshot["plan"]["lock"], []
    if lock["results_before"]:
        notes.append(
            f"The plan was locked after {lock['results_before']} result(s) of this reader study had been computed: "
            "what it finds is not pre-specified."
        )
    elif lock["truth_was_locked"]:
        notes.append("The plan was locked after the truth was.")
    if snapshot["plan"]["amends"]:
        numbers = ", ".join(str(one["number"]) for one in snapshot["plan"]["amends"])
        notes.append(f"The plan amends version {numbers}: {snapshot['plan']['reason']}")
    notes += [
        f"Since the plan was locked the reader study has changed: {one['detail']}"
        for one in snapshot["plan"]["warnings"]
        if one["level"] == "ERROR"
    ]
    return [*notes, *interim_notes(counts), *simulated_notes(counts)]
