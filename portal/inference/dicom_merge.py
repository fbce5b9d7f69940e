"""What files say of an imaging study as one prediction: names, codes and scores settled, or why they cannot be."""

import dataclasses
import re
from collections.abc import Iterator
from itertools import chain, count
from typing import Any

from portal.inference.dicom_predictions import Found, OfStudy, Reading
from portal.inference.prediction_input import PredictionInput, prediction_problems, to_prediction_input

STATED, BEST_FINDING = "STATED", "BEST_FINDING"
_OF_FINDING = re.compile(r"findings\[(\d+)\]")


def predictions_of(reading: Reading) -> list[PredictionInput]:
    """Return a prediction for each imaging study without a problem; the reading is told of every problem."""
    return [one for of_study in reading.studies.values() for one in _prediction(of_study, reading)]


def _prediction(of_study: OfStudy, reading: Reading) -> Iterator[PredictionInput]:
    before = len(reading.problems)
    _take_tracked(of_study, reading)
    located = [one for one in of_study.found if one.geometry is not None]
    names = _names(located)
    for one in located:
        _settle(one, reading)
    score = _case_score(of_study, reading)
    if score is None or len(reading.problems) > before:
        return
    raw = {
        "imaging_study_uid": of_study.study.study_instance_uid,
        "score": score,
        "findings": [
            {"id": name, "code": one.code, "score": one.score, "geometry": one.geometry}
            for name, one in zip(names, located, strict=True)
        ],
    }
    problems = prediction_problems(raw)
    for fault in problems:
        at = _OF_FINDING.match(fault["field"])
        place = located[int(at.group(1))].place if at else of_study.found[0].place
        reading.refuse(place, fault["code"], fault["detail"])
    if not problems:
        yield dataclasses.replace(to_prediction_input(raw), origin=_origin(of_study, names, located, reading))


def _take_tracked(of_study: OfStudy, reading: Reading) -> None:
    """Give scores of groups without a place to the finding of their tracking UID; of no finding they are the case's."""
    by_uid: dict[str, Found] = {}
    for one in of_study.found:
        uid = one.tracking["tracking_uid"]
        first = by_uid.setdefault(uid, one) if uid else one
        if first is not one:
            detail = f"It has the tracking UID of {first.place}; a finding has one place and is written once."
            reading.refuse(one.place, "repeated", detail)
    for place, uid, score in of_study.tracked:
        tracked = by_uid.get(uid)
        if tracked is None:
            of_study.scores.append((place, score))
        elif tracked.is_scored and tracked.score != score:
            reading.refuse(place, "score_differs", f"It gives the finding of {tracked.place} another score.")
        else:
            tracked.score, tracked.is_scored = score, True


def _settle(one: Found, reading: Reading) -> None:
    """Fill in what the version's card or whoever sends the files says; what is still missing is a problem."""
    known = reading.finding_codes
    if one.code is None and len(known) == 1:
        one.code = known[0]
    if one.code is None:
        reading.refuse(one.place, "code_missing", "It does not say what was found; write its finding code.")
    elif known and all((own["scheme"], own["value"]) != (one.code["scheme"], one.code["value"]) for own in known):
        detail = f"Its code {one.code['scheme']} {one.code['value']} ({one.code['meaning']}) is not in the model card."
        reading.warn(one.place, "unknown_code", detail)
    if one.score is None:
        one.score = reading.asked.default_score
    if one.score is None:
        detail = "It has no score. Send a report that scores it along, or say which score findings without one have."
        reading.refuse(one.place, "no_score", detail)


def _case_score(of_study: OfStudy, reading: Reading) -> float | None:
    stated = of_study.scores
    different = [place for place, score in stated if score != stated[0][1]]
    if different:
        reading.refuse(different[0], "score_differs", f"{stated[0][0]} gives the imaging study another score.")
        return None
    if stated:
        return stated[0][1]
    # As of a model that runs here: what only locates says of the case what it says of its best finding.
    scores = [one.score for one in of_study.found if one.score is not None]
    if scores:
        return max(scores)
    if not any(one.geometry is not None for one in of_study.found):
        detail = "Nothing in the files gives the imaging study a score: neither a probability with a code that is known"
        named = ", ".join(
            one.name for one in reading.files if one.imaging_study_uid == of_study.study.study_instance_uid
        )
        reading.refuse(named, "no_score", f"{detail} (docs/models.md) nor a finding.")
    return None


def _names(located: list[Found]) -> list[str]:
    """The names of findings, each once."""
    names: list[str] = []
    for index, one in enumerate(located, start=1):
        further = (f"{one.name} #{number}" for number in count(index))
        names.append(next(name for name in chain([one.name], further) if name not in names))
    return names


def _origin(of_study: OfStudy, names: list[str], located: list[Found], reading: Reading) -> dict[str, Any]:
    """Where a prediction is from: its files, the rules that made numbers of them, and who names each finding how."""
    findings = [
        {"id": name, "sop_instance_uid": one.file, "segment_number": one.segment_number, **one.tracking}
        for name, one in zip(names, located, strict=True)
    ]
    return {
        "files": of_study.files,
        "score": STATED if of_study.scores else BEST_FINDING,
        **({} if reading.asked.default_score is None else {"default_score": reading.asked.default_score}),
        "findings": [{name: value for name, value in one.items() if value is not None} for one in findings],
    }
