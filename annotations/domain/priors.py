"""Priors of a case: which come first, and what a blinded reader is told of when they were made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypedDict

from annotations.domain.segment_marks import is_segment

MAXIMUM_PRIORS = 9
_DAYS_OF_MONTH = 30.4375
_MONTHS_SAID = 24


@dataclass(frozen=True, slots=True)
class Described:
    """What relevance is judged by."""

    modalities: Sequence[str]
    body_part: str
    study_date: date | None


class Relevance(NamedTuple):
    """How relevant a prior is: the same kind of images first, then the same region, then the newest. Sorts upwards."""

    is_other_modality: bool
    is_other_body_part: bool
    days_earlier: float


def relevance(current: Described, prior: Described) -> Relevance:
    """Judge a prior; one without a date comes after those with one."""
    days = days_between(current.study_date, prior.study_date)
    return Relevance(
        is_other_modality=not set(current.modalities) & set(prior.modalities),
        is_other_body_part=not current.body_part or current.body_part.upper() != prior.body_part.upper(),
        days_earlier=float("inf") if days is None else days,
    )


def days_between(current: date | None, prior: date | None) -> int | None:
    """How many days earlier the prior is; None when a date is missing."""
    return None if current is None or prior is None else (current - prior).days


def interval_text(days_earlier: int | None) -> str | None:
    """Say how long before the current study, coarsely: the dates themselves stay hidden from readers."""
    if days_earlier is None:
        return None
    if days_earlier < _DAYS_OF_MONTH:
        return _said(days_earlier, "day") if days_earlier else "the same day"
    months = round(days_earlier / _DAYS_OF_MONTH)
    return _said(months, "month") if months < _MONTHS_SAID else _said(round(months / 12), "year")


def _said(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'} earlier"


class OwnMark(TypedDict):
    """A mark that the reader has signed on what is now a prior: where it lies, and the number of its finding there."""

    id: str
    finding: int
    text: str
    geometry: dict[str, Any]


def own_marks(payload: dict[str, Any]) -> list[OwnMark]:
    """Return the marks of a read's newest payload as they are shown on a prior; voxels stay with their read."""
    return [
        OwnMark(id=mark["id"], finding=number, text=mark.get("text", ""), geometry=mark["geometry"])
        for number, finding in enumerate(payload["findings"], start=1)
        for mark in finding["marks"]
        if not is_segment(mark["geometry"])
    ]
