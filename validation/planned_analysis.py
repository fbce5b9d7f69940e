"""The analysis of a locked plan: a pure function from a snapshot to a result."""

from collections.abc import Mapping
from typing import Any

from validation.analysis import RESULT_FORMAT, Progress
from validation.limitations import (
    dependent_truth,
    interim_notes,
    looks_of,
    simulated_notes,
    truth_notes,
    unread_notes,
    withdrawn_notes,
)
from validation.plans.description import describe
from validation.plans.document import Finding, said_once
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
        "looks": looks_of(snapshot),
        "notes": [*_notes(snapshot, laid), *(f"{one['key']}: {one['note']}" for one in endpoints if one["note"])],
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
    outdated = [Finding(**{name: one[name] for name in Finding._fields}) for one in snapshot["plan"]["warnings"]]
    errors = said_once(snapshot["plan"]["document"], [one for one in outdated if one.level == "ERROR"])
    notes += [f"Since the plan was locked the reader study has changed: {one}" for one in errors]
    return [
        *truth_notes(snapshot),
        *_dependence(snapshot, laid),
        *notes,
        *interim_notes(snapshot, counts),
        *withdrawn_notes(snapshot),
        *unread_notes(snapshot),
        *simulated_notes(counts),
    ]


def _dependence(snapshot: Mapping[str, Any], laid: Laid) -> list[str]:
    """Say which readers of the plan's subjects took part in the truth that they are measured by."""
    standard = snapshot.get("reference_standard", {})
    subjects = snapshot["plan"]["document"]["subjects"]
    keys = [one["key"] for one in subjects if one["kind"] == "READERS"]
    readers = {name for key in keys for name in laid.table.subjects[key].readers}
    said = dependent_truth(standard["version"], standard.get("deciders", ()), readers) if standard else None
    return [] if said is None else [said]
