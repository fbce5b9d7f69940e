"""Adjudication: which cases are judged again, in which order, and how their readers are told apart without a name.

Every choice sorts by SHA-256 of a text that begins with the stored seed, as the reading orders do.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

from annotations.domain.answers import reason_not_assessed
from annotations.domain.drawn_cases import seeded_hash
from annotations.domain.kinds import ANSWER_KINDS, LOCATED_FINDING, TEXT
from annotations.domain.payload_upgrade import upgraded
from annotations.domain.read_history import value_text

OPEN, DISAGREEMENT, LOW_CONFIDENCE, RANDOM = "OPEN", "DISAGREEMENT", "LOW_CONFIDENCE", "RANDOM"
LESION_NOT_ALL, LESION_APART, LESION_OVERLAP = "LESION_NOT_ALL", "LESION_APART", "LESION_OVERLAP"
ANSWERS, MARKS, HIDDEN = "ANSWERS", "MARKS", "HIDDEN"
SHOWS = {
    ANSWERS: "The readers' answers, as Reader A, Reader B … in an order of each case's own",
    MARKS: "The readers' answers, and their marks on the images, under the same letters",
    HIDDEN: "Nothing of the readers",
}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Triggers(NamedTuple):
    """Why a case is judged again; a case that several name is judged once.

    `disagreement` is one of the votes; `disagreement_questions` are further questions on which the reads are compared.
    """

    open_cases: bool
    disagreement: bool
    low_confidence_below: int | None
    random_percent: int
    disagreement_questions: Sequence[str] = ()
    lesion_not_all: bool = False
    lesion_distance_above_mm: float | None = None
    lesion_iou_below: float | None = None


class CandidateLesion(NamedTuple):
    """A lesion of a candidate: is it marked by all who read the case, and how far do its marks differ?"""

    is_open: bool
    is_marked_by_all: bool
    largest_distance_mm: float | None
    smallest_iou: float | None


class Candidate(NamedTuple):
    """A case of a consensus, as far as the triggers go."""

    case: str
    is_open: bool
    is_disputed: bool
    lowest_confidence: int | None
    differs_on: Sequence[str] = ()
    lesions: Sequence[CandidateLesion] = ()


def triggered(candidates: Sequence[Candidate], triggers: Triggers, seed: str) -> list[tuple[str, list[str]]]:
    """Return the cases to judge with what named them, in the order in which they are judged.

    The random share is one of all candidates, so that it also finds cases on which everybody was wrong alike; it is
    rounded up.
    """
    drawn = sorted((one.case for one in candidates), key=lambda name: seeded_hash(seed, "adjudication", "share", name))
    share = set(drawn[: ceil(len(drawn) * triggers.random_percent / 100)])
    found = {one.case: _reasons(one, triggers, is_drawn=one.case in share) for one in candidates}
    named = [(case, reasons) for case, reasons in found.items() if reasons]
    return sorted(named, key=lambda item: seeded_hash(seed, "adjudication", "order", item[0]))


def _reasons(candidate: Candidate, triggers: Triggers, *, is_drawn: bool) -> list[str]:
    lowest, below = candidate.lowest_confidence, triggers.low_confidence_below
    said = {
        OPEN: triggers.open_cases and (candidate.is_open or any(one.is_open for one in candidate.lesions)),
        DISAGREEMENT: (triggers.disagreement and candidate.is_disputed) or bool(candidate.differs_on),
        LOW_CONFIDENCE: lowest is not None and below is not None and lowest < below,
        RANDOM: is_drawn,
        **_lesion_reasons(candidate.lesions, triggers),
    }
    return [name for name, holds in said.items() if holds]


def _lesion_reasons(lesions: Sequence[CandidateLesion], triggers: Triggers) -> dict[str, bool]:
    """Say which triggers some lesion fires. Marks that nobody can compare are neither apart nor overlapping."""
    above, below = triggers.lesion_distance_above_mm, triggers.lesion_iou_below
    apart = [one.largest_distance_mm for one in lesions if one.largest_distance_mm is not None]
    overlaps = [one.smallest_iou for one in lesions if one.smallest_iou is not None]
    return {
        LESION_NOT_ALL: triggers.lesion_not_all and any(not one.is_marked_by_all for one in lesions),
        LESION_APART: above is not None and any(value > above for value in apart),
        LESION_OVERLAP: below is not None and any(value < below for value in overlaps),
    }


def shuffled(seed: str, case: str, revision_ids: Sequence[str]) -> list[str]:
    """Return the readers' revisions in an order of this case's own: Reader A here is not Reader A there."""
    return sorted(revision_ids, key=lambda one: seeded_hash(seed, "adjudication", "reader", case, one))


def letter(position: int) -> str:
    """Return the name under which a reader is shown: A to Z, then AA, AB …"""
    first, second = divmod(position, len(_LETTERS))
    return (_LETTERS[first - 1] if first else "") + _LETTERS[second]


def anonymous_answers(payload: Mapping[str, Any], questions: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return what a reader said in the words of the form: no id, no place, no text that could name somebody."""
    newest = upgraded(dict(payload))
    asked = [one for one in questions if one["kind"] in ANSWER_KINDS or one["key"] in newest["answers"]]
    rows = [{"question": one["text"], "answer": _in_words(one, newest["answers"].get(one["key"]))} for one in asked]
    by_key = {one["key"]: one["text"] for one in questions if one["kind"] == LOCATED_FINDING}
    rows += [
        {"question": by_key[one["question"]], "answer": _finding_in_words(one)}
        for one in newest["findings"]
        if one["question"] in by_key
    ]
    return rows


def _in_words(question: Mapping[str, Any], answer: Any) -> str:
    """Say an answer without what the reader typed: words of one's own may tell who one is."""
    if answer is None:
        return "not answered"
    if reason_not_assessed(answer) is not None:
        return "cannot assess"
    if question["kind"] == TEXT:
        return "answered in words, which are not shown"
    return value_text(answer, dict(question))


def _finding_in_words(finding: Mapping[str, Any]) -> str:
    named = finding["code"]["meaning"] if finding["code"] else "finding"
    sizes = [
        f"{name.removesuffix('_mm').replace('_', ' ')} {value:g} mm"
        for mark in finding["marks"]
        for name, value in mark["measurements"].items()
        if name.endswith("_mm") and isinstance(value, int | float)
    ]
    sure = [f"confidence {finding['confidence']}"] if finding["confidence"] is not None else []
    return ", ".join([named, *sure, *sizes])
