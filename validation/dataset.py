"""The seam between a frozen snapshot and the statistics: typed arrays, every exclusion counted and named."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from validation.exclusions import EXCLUSION_DETAILS, case_reason
from validation.limitations import withdrawn_readers
from validation.stats.checks import BoolArray, FloatArray

AI_KEY = "ai"


@dataclasses.dataclass(frozen=True, slots=True)
class Exclusion:
    """Cases that do not count for one participant (or, with None, for nobody), and why."""

    participant: str | None
    name: str
    reason: str
    cases: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Participant:
    """One reader or the AI, aligned with the cases that have a truth.

    `call` counts where `has_call`, `rating` where `has_rating`; `calls` and `rates` say whether the protocol
    asks for a call and a rating at all.
    """

    key: str
    kind: Literal["READER", "AI"]
    name: str
    threshold: float | None
    rating_scale: str | None
    calls: bool
    rates: bool
    call: BoolArray
    has_call: BoolArray
    rating: FloatArray
    has_rating: BoolArray
    # What the AI's prediction of each case says of its uncertainty; empty where none does.
    doubts: tuple[Mapping[str, Any] | None, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Dataset:
    """What one analysis computes from."""

    level: float
    truth: BoolArray
    patients: tuple[str, ...]
    participants: tuple[Participant, ...]
    exclusions: tuple[Exclusion, ...]
    counts: dict[str, int]

    @property
    def ai(self) -> Participant | None:
        """The AI model of the reader study, if it has one."""
        return next((participant for participant in self.participants if participant.kind == "AI"), None)

    @property
    def readers(self) -> tuple[Participant, ...]:
        """The readers, by name."""
        return tuple(participant for participant in self.participants if participant.kind == "READER")


def dataset_from_snapshot(snapshot: Mapping[str, Any]) -> Dataset:
    """Build the arrays of an analysis from the content of a snapshot."""
    reasons: dict[str | None, list[Mapping[str, Any]]] = defaultdict(list)
    for case in snapshot["cases"]:
        reasons[case_reason(case)].append(case)
    analysed = reasons.pop(None, [])
    exclusions = [
        Exclusion(None, "", reason, tuple(case["name"] for case in reasons[reason]))
        for reason in EXCLUSION_DETAILS
        if reason in reasons
    ]
    participants = []
    # Of whom was withdrawn only the exclusions tell: with no figure of their own they would count as a reader.
    gone = set(withdrawn_readers(snapshot))
    for participant, excluded in [*_ai(snapshot, analysed), *_readers(snapshot, analysed)]:
        if participant.kind == "AI" or participant.name not in gone:
            participants.append(participant)
        exclusions += excluded
    exclusions += _arbitrations(snapshot, analysed)
    truth = np.array([case["truth"] == 1 for case in analysed], dtype=np.bool_)
    return Dataset(
        level=snapshot["configuration"]["confidence_level"],
        truth=truth,
        patients=tuple(case["patient"] for case in analysed),
        participants=tuple(participants),
        exclusions=tuple(exclusions),
        counts=_counts(snapshot, analysed, truth),
    )


def _ai(
    snapshot: Mapping[str, Any], analysed: Sequence[Mapping[str, Any]]
) -> list[tuple[Participant, list[Exclusion]]]:
    model = snapshot["model_version"]
    if model is None:
        return []
    name = f"{model['name']} {model['version']}"
    scores = {prediction["case"]: prediction["score"] for prediction in snapshot["predictions"]}
    found = [scores.get(case["id"]) for case in analysed]
    said = {prediction["case"]: prediction.get("uncertainty") for prediction in snapshot["predictions"]}
    doubts = tuple(said.get(case["id"]) for case in analysed)
    missing = tuple(case["name"] for case, score in zip(analysed, found, strict=True) if score is None)
    rating, has_rating = _column(found)
    participant = Participant(
        key=AI_KEY, kind="AI", name=name, threshold=model["operating_threshold"], rating_scale="PROBABILITY",
        calls=True, rates=True, call=rating >= model["operating_threshold"], has_call=has_rating,
        rating=rating, has_rating=has_rating, doubts=doubts if any(doubts) else (),
    )  # fmt: skip
    return [(participant, [Exclusion(AI_KEY, name, "no-prediction", missing)] if missing else [])]


def _readers(
    snapshot: Mapping[str, Any], analysed: Sequence[Mapping[str, Any]]
) -> list[tuple[Participant, list[Exclusion]]]:
    by_reader: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    left_out: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for read in snapshot["reads"]:
        reason = _read_reason(snapshot, read)
        if reason is None:
            by_reader[read["reader"]][read["case"]] = read
        else:
            left_out[read["reader"]][reason].append(read["case"])
    readers = sorted(snapshot["readers"], key=lambda reader: (reader["name"], reader["id"]))
    return [_reader(snapshot, analysed, one, by_reader[one["id"]], left_out[one["id"]]) for one in readers]


def _arbitrations(snapshot: Mapping[str, Any], analysed: Sequence[Mapping[str, Any]]) -> list[Exclusion]:
    """Name what arbitrators read: they are nobody whose accuracy is measured."""
    names = {case["id"]: case["name"] for case in analysed}
    return [
        Exclusion(f"reader:{one['id']}", one["name"], "arbitration", cases)
        for one in snapshot.get("arbitrators", [])
        if (cases := tuple(names[read["case"]] for read in snapshot["reads"] if _is_of(read, one["id"], names)))
    ]


def _is_of(read: Mapping[str, Any], arbitrator: str, cases: Mapping[str, str]) -> bool:
    return bool(read.get("role") == "ARBITRATION" and read["reader"] == arbitrator and read["case"] in cases)


def _read_reason(snapshot: Mapping[str, Any], read: Mapping[str, Any]) -> str | None:
    """Say why a read of an analysed case is not used: arms are never mixed, and repeats come a second time."""
    if read.get("arm") != snapshot["configuration"].get("arm"):
        return "other-arm"
    if read.get("role") == "ARBITRATION":
        return "arbitration"
    return "repeat" if read.get("repeat_number") else None


def _reader(
    snapshot: Mapping[str, Any],
    analysed: Sequence[Mapping[str, Any]],
    reader: Mapping[str, str],
    reads: Mapping[str, Mapping[str, Any]],
    left_out: Mapping[str, Sequence[str]],
) -> tuple[Participant, list[Exclusion]]:
    schema, threshold = snapshot["label_schema"], snapshot["configuration"]["call_threshold"]
    call_is_rating = threshold is not None
    calls, rates = schema["call"] is not None or call_is_rating, schema["rating"] is not None
    signed = [_signed(reads.get(case["id"])) for case in analysed]
    rating, has_rating = _column([read["rating"] if read else None for read in signed])
    if threshold is None:
        call, has_call = _column([read["call"] if read else None for read in signed])
    else:
        call, has_call = (rating >= threshold).astype(np.float64), has_rating
    key = f"reader:{reader['id']}"
    participant = Participant(
        key=key, kind="READER", name=reader["name"], threshold=threshold, rating_scale=schema["rating_scale"],
        calls=calls, rates=rates, call=call == 1.0, has_call=has_call, rating=rating, has_rating=has_rating,
    )  # fmt: skip
    reasons: dict[str, list[str]] = defaultdict(list)
    for reason, case_ids in left_out.items():
        reasons[reason] = [case["name"] for case in analysed for pk in case_ids if pk == case["id"]]
    for index, case in enumerate(analysed):
        lacking = {"call": calls and not has_call[index], "rating": rates and not has_rating[index]}
        for reason in read_problems(reads.get(case["id"]), [part for part in lacking if lacking[part]], call_is_rating):
            reasons[reason].append(case["name"])
    return participant, [
        Exclusion(key, reader["name"], reason, tuple(reasons[reason]))
        for reason in EXCLUSION_DETAILS
        if reasons[reason]
    ]


def _signed(read: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return read if read is not None and read["state"] == "SIGNED" else None


def read_problems(read: Mapping[str, Any] | None, lacking: Sequence[str], call_is_rating: bool) -> list[str]:
    """Say why a read of an analysed case (None: there is none) gives nothing, or lacks one of its parts."""
    if read is None:
        return ["not-assigned"]
    if read["state"] == "VOID":
        return ["void"]
    if read["state"] != "SIGNED":
        return ["unsigned"]
    # Snapshots made before readers could say so have no such list.
    not_assessed = read.get("cannot_assess", [])
    if call_is_rating:
        not_assessed = ["call", "rating"] if "rating" in not_assessed else []
    return [f"{part}-cannot-assess" if part in not_assessed else f"no-{part}" for part in lacking]


def _column(values: Sequence[float | bool | None]) -> tuple[FloatArray, BoolArray]:
    """Give the values and where there is one; what is missing is NaN, which no comparison takes for a value."""
    column = np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
    return column, ~np.isnan(column)


def _counts(snapshot: Mapping[str, Any], analysed: Sequence[Mapping[str, Any]], truth: BoolArray) -> dict[str, int]:
    used = [read for read in snapshot["reads"] if _read_reason(snapshot, read) is None]
    return {
        **counts_of(snapshot, used, truth),
        "without_truth": sum(case["truth"] is None for case in snapshot["cases"]),
        "patients": len({case["patient"] for case in snapshot["cases"]}),
    }


def counts_of(snapshot: Mapping[str, Any], reads: Sequence[Mapping[str, Any]], truth: BoolArray) -> dict[str, int]:
    """Count what any analysis counts: the cases, their truth where they are analysed, and reads but those of training.

    Snapshots from before there were designs do not say which reads are training.
    """
    used = [read for read in reads if not read.get("is_training")]
    signed = [read for read in used if read["state"] == "SIGNED"]
    return {
        "cases": len(snapshot["cases"]),
        "positives": int(truth.sum()),
        "negatives": int((~truth).sum()),
        "readers": len(snapshot["readers"]) - len(withdrawn_readers(snapshot)),
        "readers_withdrawn": len(withdrawn_readers(snapshot)),
        "cases_withdrawn": sum(bool(case.get("is_withdrawn")) for case in snapshot["cases"]),
        "cases_training": sum(bool(case.get("is_training")) for case in snapshot["cases"]),
        "reads_assigned": sum(read["state"] != "VOID" for read in used),
        "reads_void": sum(read["state"] == "VOID" for read in used),
        "reads_signed": len(signed),
        "reads_reopened": sum(bool(read.get("is_reopened")) for read in signed),
        "reads_simulated": sum(read["provenance"] == "SIMULATED" for read in signed),
        "predictions": len(snapshot["predictions"]),
    }
