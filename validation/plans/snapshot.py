"""From a frozen snapshot to the table of a plan; every read that does not count is counted, by the reason why.

A pure function: the same snapshot gives the same table on any machine.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from portal.inference.layer_rule import LayerRule, calibrated_score
from validation.dataset import counts_of, read_problems
from validation.exclusions import EXCLUSION_DETAILS, case_reason
from validation.plans.document import Subject
from validation.plans.marks_table import MarkedReadings, MarksTable, marked_readings
from validation.plans.table import StudyTable, SubjectReadings
from validation.stats.checks import FloatArray

Snapshot = Mapping[str, Any]


class Laid(NamedTuple):
    """A table, what it leaves out (by participant and reason the cases), and how much there is."""

    table: StudyTable
    exclusions: list[dict[str, Any]]
    counts: dict[str, int]


def lay_out(snapshot: Snapshot) -> Laid:
    """Build the table of the snapshot's plan."""
    left_out = [(case_reason(case), case) for case in snapshot["cases"]]
    analysed = [case for reason, case in left_out if reason is None]
    exclusions = _by_reason("", "", [(reason, case["name"]) for reason, case in left_out if reason is not None])
    subjects = {}
    for subject in snapshot["plan"]["document"]["subjects"]:
        laid, missing = (_ai if subject["kind"] == "AI" else _readers)(snapshot, subject, analysed)
        subjects[subject["key"]] = laid
        exclusions += missing
    truth = np.array([case["truth"] == 1 for case in analysed], dtype=np.bool_)
    patients = tuple(case["patient"] for case in analysed)
    marks = None
    if snapshot["plan"]["document"].get("localisation"):
        marks, missing = _lay_out_marks(snapshot, analysed)
        exclusions += missing
    table = StudyTable(tuple(case["id"] for case in analysed), patients, truth, subjects, marks)
    return Laid(table, exclusions, _counts(snapshot, table))


def _ai(
    snapshot: Snapshot, subject: Subject, analysed: Sequence[Mapping[str, Any]]
) -> tuple[SubjectReadings, list[dict[str, Any]]]:
    version, point = subject["model_version_id"], subject["operating_point"]
    found = {one["case"]: one for one in snapshot["predictions"] if one["model_version"] == version}
    scores = {case: one["score"] for case, one in found.items()}
    rule = _rule_of(snapshot, subject)
    rating = _column([_through(rule, scores.get(case["id"])) for case in analysed])
    call = _called(rating, point) if point is not None else np.full_like(rating, np.nan)
    name = next(one["name"] for one in snapshot["model_versions"] if one["id"] == version)
    missing = [("no-prediction", case["name"]) for case in analysed if case["id"] not in scores]
    doubts = tuple(found.get(case["id"], {}).get("uncertainty") for case in analysed)
    said = SubjectReadings((subject["key"],), rating[None], call[None], doubts=doubts if any(doubts) else ())
    return said, _by_reason(subject["key"], name, missing)


def layer_of(snapshot: Snapshot, subject: Subject) -> Mapping[str, Any] | None:
    """Return the operating layer of a subject as the snapshot froze it; None where it names none."""
    number, version = subject.get("operating_layer"), subject.get("model_version_id")
    if number is None:
        return None
    frozen: Sequence[Mapping[str, Any]] = snapshot["operating_layers"]
    return next(one for one in frozen if (one["model_version"], one["number"]) == (version, number))


def _rule_of(snapshot: Snapshot, subject: Subject) -> LayerRule | None:
    layer = layer_of(snapshot, subject)
    if layer is None:
        return None
    shift = layer["shift"]
    return LayerRule(layer["method"], layer["parameters"], None if shift is None else (shift[0], shift[1]))


def _through(rule: LayerRule | None, score: float | None) -> float | None:
    return score if rule is None or score is None else calibrated_score(score, rule)


def _readers(
    snapshot: Snapshot, subject: Subject, analysed: Sequence[Mapping[str, Any]]
) -> tuple[SubjectReadings, list[dict[str, Any]]]:
    """All readers with a read in the arm, by name; of several reads of a case in its sessions the first counts.

    Of whom all reads are void only the exclusions tell: with no figure of their own they would leave the arm without.
    """
    rows, times, names, exclusions = [], [], [], []
    for name, reads in _reads_of(snapshot, subject):
        said = [_said(reads.get(case["id"]), subject) for case in analysed]
        if _is_reader(reads):
            names.append(name)
            rows.append([_column([one[part] for one in said]) for part in ("rating", "call")])
            times.append(_column([_seconds(reads.get(case["id"])) for case in analysed]))
        problems = [
            (reason, case["name"])
            for case, one in zip(analysed, said, strict=True)
            for reason in _problems(snapshot, reads.get(case["id"]), one)
        ]
        exclusions += _by_reason(subject["key"], name, problems)
    shape = (len(names), len(analysed))
    rating, call = (np.array([row[part] for row in rows], dtype=np.float64).reshape(shape) for part in (0, 1))
    # The clock of a read runs over both phases.
    seconds = np.array(times, dtype=np.float64).reshape(shape) if subject["phase"] == "SIGNED" else None
    return SubjectReadings(tuple(names), rating, call, seconds), exclusions


def _reads_of(snapshot: Snapshot, subject: Subject) -> list[tuple[str, dict[str, Mapping[str, Any]]]]:
    """Return who reads for a subject, by name, with the read of each case that counts."""
    reads: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for read in snapshot["reads"]:
        if _counts_for(snapshot, subject, read):
            reads[read["reader"]].setdefault(read["case"], read)
    people = sorted(
        (one for one in snapshot["readers"] if one["id"] in reads), key=lambda one: (one["name"], one["id"])
    )
    return [(person["name"], reads[person["id"]]) for person in people]


def _is_reader(reads: Mapping[str, Mapping[str, Any]]) -> bool:
    return any(read["state"] != "VOID" for read in reads.values())


def _lay_out_marks(
    snapshot: Snapshot, analysed: Sequence[Mapping[str, Any]]
) -> tuple[MarksTable, list[dict[str, Any]]]:
    lesions = tuple((index, one["id"]) for index, case in enumerate(analysed) for one in case["lesions"])
    usable = np.array([case["truth"] == 0 or bool(case["lesions"]) for case in analysed], dtype=np.bool_)
    lacking = [("no-lesion", case["name"]) for case, some in zip(analysed, usable, strict=True) if not some]
    exclusions = _by_reason("", "", lacking)
    subjects = {}
    for subject in snapshot["plan"]["document"]["subjects"]:
        if subject["kind"] == "AI":
            version = subject["model_version_id"]
            found = {one["case"]: one["marks"] for one in snapshot["predictions"] if one["model_version"] == version}
            subjects[subject["key"]] = marked_readings(
                [subject["key"]], [[found.get(one["id"]) for one in analysed]], cases=len(analysed)
            )
        else:
            subjects[subject["key"]], missing = _readers_marks(snapshot, subject, analysed)
            exclusions += missing
    return MarksTable(usable, lesions, subjects), exclusions


def _readers_marks(
    snapshot: Snapshot, subject: Subject, analysed: Sequence[Mapping[str, Any]]
) -> tuple[MarkedReadings, list[dict[str, Any]]]:
    """The marks of the same readers as `_readers`, with the signed reads whose marks do not count."""
    names, rows, exclusions = [], [], []
    for name, reads in _reads_of(snapshot, subject):
        said = [_said(reads.get(case["id"]), subject) for case in analysed]
        if not _is_reader(reads):
            continue
        names.append(name)
        rows.append([one.get("marks") for one in said])
        reasons = [
            (f"marks-{one['marks_reason']}", case["name"])
            for case, one in zip(analysed, said, strict=True)
            if one.get("marks_reason")
        ]
        exclusions += _by_reason(subject["key"], name, reasons)
    return marked_readings(names, rows, cases=len(analysed)), exclusions


def _seconds(read: Mapping[str, Any] | None) -> float | None:
    """The time a signed read was in use; none of a read that no browser opened, and of snapshots from before."""
    if read is None or read["state"] != "SIGNED" or not read.get("active_ms"):
        return None
    return float(read["active_ms"]) / 1000


def _counts_for(snapshot: Snapshot, subject: Subject, read: Mapping[str, Any]) -> bool:
    sessions = snapshot["plan"]["document"]["population"]["sessions"]
    return bool(
        read["arm"] == subject["arm"]
        and read.get("role") != "ARBITRATION"
        and not read["repeat_number"]
        and not read["is_training"]
        and (sessions is None or read["session"] in sessions)
    )


def _said(read: Mapping[str, Any] | None, subject: Subject) -> Mapping[str, Any]:
    """What a read says in the phase of a subject; nothing until it is signed, so that nobody counts by half."""
    nothing: dict[str, Any] = {"rating": None, "call": None, "cannot_assess": []}
    if read is None or read["state"] != "SIGNED":
        return nothing
    return read if subject["phase"] == "SIGNED" else (read["first"] or nothing)


def _problems(snapshot: Snapshot, read: Mapping[str, Any] | None, said: Mapping[str, Any]) -> list[str]:
    schema = snapshot["label_schema"]
    lacking = [part for part in ("call", "rating") if schema[part] is not None and said[part] is None]
    asked = any(schema[part] is not None for part in ("call", "rating"))
    if read is not None and read["state"] == "SIGNED":
        read = {**read, "cannot_assess": said["cannot_assess"]}
    return read_problems(read, lacking, call_is_rating=False) if lacking or not asked else []


def _by_reason(subject: str, name: str, cases: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    by_reason: dict[str, list[str]] = defaultdict(list)
    for reason, case in cases:
        by_reason[reason].append(case)
    return [
        {
            "subject": subject or None,
            "name": name,
            "reason": reason,
            "detail": detail,
            "n": len(by_reason[reason]),
            "cases": by_reason[reason],
        }
        for reason, detail in EXCLUSION_DETAILS.items()
        if by_reason[reason]
    ]


def _column(values: Sequence[float | bool | None]) -> FloatArray:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def _called(rating: FloatArray, point: float) -> FloatArray:
    return np.where(np.isnan(rating), np.nan, (rating >= point).astype(np.float64))


def _counts(snapshot: Snapshot, table: StudyTable) -> dict[str, int]:
    return {
        **counts_of(snapshot, snapshot["reads"], table.truth),
        "cases_analysed": len(table.cases),
        "patients": len(set(table.patients)),
    }
