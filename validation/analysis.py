"""The analysis of one reader study: a pure function from a snapshot to a result."""

import platform
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from validation.dataset import Dataset, Participant, dataset_from_snapshot
from validation.exclusions import EXCLUSION_DETAILS
from validation.limitations import (
    dependence_notes,
    interim_notes,
    looks_of,
    simulated_notes,
    truth_notes,
    withdrawn_notes,
)
from validation.plans.described_abstention import abstention_of
from validation.stats.binary import binary_summary
from validation.stats.calibration import calibration_summary
from validation.stats.checks import BoolArray
from validation.stats.paired_binary import paired_binary
from validation.stats.results import JSONValue, Reason, Undefined
from validation.stats.roc import roc_summary
from validation.stats.roc_compare import compare_paired_auc

RESULT_FORMAT = "overread.analysis-result"
RESULT_VERSION = 1
LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")

Progress = Callable[[int, int, str], None]


def software_versions(overread: str) -> dict[str, str]:
    """Name the software that the bytes of a result depend on."""
    return {"overread": overread, "python": platform.python_version()} | {
        library: version(library) for library in LIBRARIES
    }


def analyse(
    snapshot: Mapping[str, Any],
    *,
    snapshot_digest: str,
    software: Mapping[str, str],
    progress: Progress = lambda done, total, message: None,
) -> dict[str, Any]:
    """Compute the result of a snapshot; `progress(done, total, message)` is called before every step."""
    dataset = dataset_from_snapshot(snapshot)
    pairs = [(dataset.ai, reader) for reader in dataset.readers] if dataset.ai else []
    total = len(dataset.participants) + len(pairs) + 1
    participants: list[dict[str, JSONValue]] = []
    for participant in dataset.participants:
        progress(len(participants), total, participant.name)
        participants.append(_participant(dataset, participant))
    comparisons: list[dict[str, JSONValue]] = []
    for ai, reader in pairs:
        progress(len(participants) + len(comparisons), total, f"AI and {reader.name}")
        comparisons.append(_comparison(dataset, ai, reader))
    progress(total - 1, total, "Calibration")
    calibration = _calibration(dataset)
    progress(total, total, "Storing the result")
    return {
        "format": RESULT_FORMAT,
        "version": RESULT_VERSION,
        "snapshot_digest": snapshot_digest,
        "software": dict(software),
        "reader_study": snapshot["reader_study"],
        "confidence_level": dataset.level,
        "counts": dataset.counts,
        "exclusions": _exclusions(dataset),
        "participants": participants,
        "comparisons": comparisons,
        "calibration": calibration,
        **_abstention(dataset),
        "looks": looks_of(snapshot),
        "notes": _notes(snapshot, dataset),
    }


def _participant(dataset: Dataset, participant: Participant) -> dict[str, JSONValue]:
    return {
        "key": participant.key,
        "kind": participant.kind,
        "name": participant.name,
        "n": int((participant.has_call | participant.has_rating).sum()),
        "threshold": participant.threshold,
        "rating_scale": participant.rating_scale,
        "binary": _binary(dataset, participant),
        "roc": _roc(dataset, participant),
    }


def _binary(dataset: Dataset, participant: Participant) -> JSONValue:
    if not participant.calls:
        return _not_collected("call")
    counted = participant.has_call
    return binary_summary(dataset.truth[counted], participant.call[counted], level=dataset.level).to_json()


def _roc(dataset: Dataset, participant: Participant) -> JSONValue:
    if not participant.rates:
        return _not_collected("rating")
    counted = participant.has_rating
    return roc_summary(dataset.truth[counted], participant.rating[counted], level=dataset.level).to_json()


def _comparison(dataset: Dataset, a: Participant, b: Participant) -> dict[str, JSONValue]:
    either = (a.has_call & b.has_call) | (a.has_rating & b.has_rating)
    positives = int((dataset.truth & either).sum())
    return {
        "a": a.key,
        "b": b.key,
        "n": int(either.sum()),
        "positives": positives,
        "negatives": int(either.sum()) - positives,
        **_paired_calls(dataset, a, b, a.has_call & b.has_call),
        "auc": _paired_ratings(dataset, a, b, a.has_rating & b.has_rating),
    }


def _paired_calls(dataset: Dataset, a: Participant, b: Participant, common: BoolArray) -> dict[str, JSONValue]:
    if not (a.calls and b.calls):
        return {"sensitivity": _not_collected("call"), "specificity": _not_collected("call")}
    return paired_binary(dataset.truth[common], a.call[common], b.call[common], level=dataset.level).to_json()


def _paired_ratings(dataset: Dataset, a: Participant, b: Participant, common: BoolArray) -> JSONValue:
    if not (a.rates and b.rates):
        return _not_collected("rating")
    return compare_paired_auc(dataset.truth[common], a.rating[common], b.rating[common], level=dataset.level).to_json()


def _calibration(dataset: Dataset) -> JSONValue:
    ai = dataset.ai
    if ai is None:
        return Undefined(Reason.NOT_COLLECTED, "The reader study has no AI model.").to_json()
    counted = ai.has_rating
    return calibration_summary(dataset.truth[counted], ai.rating[counted], level=dataset.level).to_json()


def _abstention(dataset: Dataset) -> dict[str, JSONValue]:
    """Only where predictions say how uncertain they are: the bytes of other results stay what they were."""
    ai = dataset.ai
    if ai is None or not ai.doubts:
        return {}
    is_clustered = len(set(dataset.patients)) < len(dataset.patients)
    call = np.where(ai.has_call, ai.call.astype(np.float64), np.nan)
    found = abstention_of(dataset.truth, call, ai.doubts, level=dataset.level, is_clustered=is_clustered)
    # The cases of such a result are not listed, so nothing says whose they are.
    return {"abstention": {name: part for name, part in found.items() if name != "uncertainties"}}


def _not_collected(what: str) -> JSONValue:
    return Undefined(Reason.NOT_COLLECTED, f"The label schema asks for no {what}.").to_json()


def _exclusions(dataset: Dataset) -> list[dict[str, JSONValue]]:
    return [
        {
            "participant": exclusion.participant,
            "name": exclusion.name,
            "reason": exclusion.reason,
            "detail": EXCLUSION_DETAILS[exclusion.reason],
            "n": len(exclusion.cases),
            "cases": list(exclusion.cases),
        }
        for exclusion in dataset.exclusions
    ]


# Said of every result without a plan, wherever its notes are.
EXPLORATORY = (
    "Exploratory: no plan fixed beforehand what was to be compared, and nothing here is a test of a hypothesis."
)


def _notes(snapshot: Mapping[str, Any], dataset: Dataset) -> list[str]:
    counts, notes = dataset.counts, [EXPLORATORY, *truth_notes(snapshot), *dependence_notes(snapshot)]
    if counts["patients"] < counts["cases"]:
        notes.append(
            f"{counts['cases']} cases come from {counts['patients']} patients. Intervals and tests treat cases as "
            "independent: they ignore this clustering and may be too narrow."
        )
    notes += [*simulated_notes(counts), *interim_notes(snapshot, counts), *withdrawn_notes(snapshot)]
    if dataset.ai and len(dataset.readers) > 1:
        notes.append(f"The AI is compared with {len(dataset.readers)} readers; p values are not adjusted for that.")
    return notes
