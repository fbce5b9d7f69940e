"""What readers and AI marked: lesions found and false marks, curves, and the cases behind every mark."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from validation.plans.described_endpoints import Answer
from validation.plans.described_one import Described, Voice, thinned, voices_of
from validation.plans.mark_methods import FROC_FIGURES, Cell, lay_out_study
from validation.plans.marks import EXTRA, FALSE, LESION, count_kinds
from validation.plans.marks_table import MarksTable
from validation.plans.wording import matching_words
from validation.stats.froc import froc
from validation.stats.froc_curves import FrocCurve, froc_curve, froc_thresholds
from validation.stats.froc_points import METHODS as INTERVAL_METHODS
from validation.stats.froc_points import froc_point_limits, lesions_found
from validation.stats.localisation import LocalisationStudy
from validation.stats.results import JSONValue, Outcome, Undefined, jsonable

CURVES: tuple[FrocCurve, ...] = ("froc", "afroc", "wafroc")


def marks_of(described: Described, marks: MarksTable, answers: Sequence[Answer]) -> dict[str, JSONValue]:
    """Describe the marks of every reader of every arm and of every AI; AI first."""
    truth = described.table.truth
    lesions = [case for case, _ in marks.lesions if truth[case]]
    return {
        "rule": matching_words(described.plan["localisation"]),
        "counts": {
            "positives": int((truth & marks.usable).sum()),
            "negatives": int((~truth).sum()),
            "lesions": len(lesions),
            "positives_without_lesion": int((~marks.usable).sum()),
        },
        "level": described.level,
        "interval_methods": list(INTERVAL_METHODS),
        "lesions_by_case": np.bincount(lesions, minlength=len(truth)).tolist(),
        "participants": [_voice(described, marks, voice, answers) for voice in voices_of(described)],
    }


def _voice(described: Described, marks: MarksTable, voice: Voice, answers: Sequence[Answer]) -> dict[str, JSONValue]:
    key, kind, said = voice.subject["key"], voice.subject["kind"], marks.subjects[voice.subject["key"]]
    name = described.names[key] if kind == "AI" else said.readers[voice.row]
    head: dict[str, JSONValue] = {
        "key": key if kind == "AI" else f"{key}:{name}",
        "subject": key,
        "kind": "AI" if kind == "AI" else "READER",
        "name": name,
    }
    laid = lay_out_study(described.table, marks, [Cell(key, name, key, voice.row)], {})
    if isinstance(laid, Undefined):
        return head | {"undefined": laid.to_json()}
    study = laid.study
    kept = said.read[voice.row] & marks.usable
    own = [one for one in said.marks if one.reader == voice.row and kept[one.case]]
    found = {figure: jsonable(_estimate(study, figure, described.level)) for figure in FROC_FIGURES}
    if len(said.readers) == 1:
        found |= _answered(answers, key, {"LESION_SENSITIVITY"} if kind == "AI" else set())
    kinds = count_kinds({"kind": one.kind} for one in own)
    rest: dict[str, JSONValue] = {
        "n": int(kept.sum()),
        "negatives": int((kept & ~described.table.truth).sum()),
        "lesions": len(laid.lesions),
        "lesion_cases": int(study.truth.sum()),
        "counts": {"lesion_marks": kinds[LESION], "false_marks": kinds[FALSE], "extra_marks": kinds[EXTRA]},
        "estimates": found,
        "curves": {one: _curve(study, one, described.level) for one in CURVES},
        "unread": [int(case) for case in np.flatnonzero(marks.usable & ~said.read[voice.row])],
        # Position of the case, rating, whether on a lesion: any point of a curve leads to its cases.
        "marks": [[one.case, one.rating, one.kind == LESION] for one in own if one.kind != EXTRA],
    }
    return head | rest


def _estimate(study: LocalisationStudy, figure: str, level: float) -> Outcome:
    """One reader's figure with its interval; of the lesions found that of the last point of the FROC curve."""
    if figure == "LESION_SENSITIVITY":
        return lesions_found(study, study.modalities[0], study.readers[0], level=level)
    found = froc(study, FROC_FIGURES[figure], level=level).readers[0].outcome
    if isinstance(found, Undefined) or not found.method.startswith("or"):
        return found
    return replace(found, method="jackknife over cases")


def _answered(answers: Sequence[Answer], key: str, without: Collection[str]) -> dict[str, Any]:
    """Where an endpoint has answered what is described its answer stands there.

    Not of the share of lesions that an AI finds: an endpoint takes it at the operating point, and here, as in the
    counts and curves beside it, any mark counts.
    """
    found: dict[str, Any] = {}
    for answer in sorted(answers, key=lambda one: one["role"] != "PRIMARY"):
        sides = [one for one in (answer["of"], answer["against"]) if isinstance(one, Mapping)]
        for side in sides:
            has_interval = side.get("subject") == key and side["outcome"].get("low") is not None
            if has_interval and answer["figure"] in FROC_FIGURES.keys() - without:
                found.setdefault(answer["figure"], {**side["outcome"], "endpoint": answer["key"]})
    return found


def _curve(study: LocalisationStudy, kind: FrocCurve, level: float) -> JSONValue:
    cell = (study.modalities[0], study.readers[0])
    curve, limits = froc_curve(study, kind, *cell), froc_point_limits(study, kind, *cell, level=level)
    if isinstance(curve, Undefined):
        return curve.to_json()
    if isinstance(limits, Undefined):
        raise AssertionError("a curve that is defined has limits")
    thresholds = froc_thresholds(study, kind, *cell)
    return [
        {
            "x": float(curve["x"][row]),
            "y": float(curve["y"][row]),
            "threshold": float(thresholds[row]) if np.isfinite(thresholds[row]) else None,
            **_interval("x", *limits.x.at(row)),
            **_interval("y", *limits.y.at(row)),
        }
        for row in thinned(len(thresholds))
    ]


def _interval(axis: str, low: float | None, high: float | None, method: str | None) -> dict[str, JSONValue]:
    """The interval of one coordinate; hundreds of points share a method, so it is a position in `interval_methods`."""
    place = None if method is None else INTERVAL_METHODS.index(method)
    return {f"{axis}_low": low, f"{axis}_high": high, f"{axis}_method": place}
