"""Who marked what, laid out for a plan: lesions of the cases, and of each subject its marks and what they are on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from validation.stats.checks import BoolArray


class Mark(NamedTuple):
    """A mark: who made it and on which case (positions), what it is (`validation.plans.marks`), and how sure."""

    reader: int
    case: int
    kind: str
    lesion: str | None
    rating: float


@dataclass(frozen=True, slots=True)
class MarkedReadings:
    """What one subject marked. An AI is a subject with one reader, named as its subject.

    `read` has the shape (readers, cases): whether there are marks, or the word of the reader that there is none to be
    made. A case that was read and has no mark counts; one that was not read does not.
    """

    readers: tuple[str, ...]
    read: BoolArray
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class MarksTable:
    """The lesions of the cases of an analysis, and what its subjects marked.

    `usable`, one per case: a positive case of which no lesion is known is of no use to any figure of marks. `lesions`
    are pairs of the position of a case and the name of a lesion in it.
    """

    usable: BoolArray
    lesions: tuple[tuple[int, str], ...]
    subjects: Mapping[str, MarkedReadings]


def marked_readings(
    readers: Sequence[str], said: Sequence[Sequence[Sequence[Mapping[str, Any]] | None]], *, cases: int
) -> MarkedReadings:
    """Lay out the frozen marks of each reader and case; None where a case was not read."""
    read = np.array([[one is not None for one in row] for row in said], dtype=np.bool_)
    marks = tuple(
        Mark(reader, case, one["kind"], one["lesion"], float(one["rating"]))
        for reader, row in enumerate(said)
        for case, found in enumerate(row)
        for one in found or ()
    )
    return MarkedReadings(tuple(readers), read.reshape(len(readers), cases), marks)
