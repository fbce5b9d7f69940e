"""Who read what, laid out for a plan: the cases, and of each subject a rating and a decision for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from validation.plans.document import Endpoint, Subject
from validation.plans.marks_table import MarksTable
from validation.stats.checks import BoolArray, FloatArray
from validation.stats.mrmc_design import Readings

# A decision as a rating: a threshold between yes and no.
DECIDED_FROM = 0.5
# The AI among readers. With a blank in it: no account has this name.
AI_NAME = "the AI"


@dataclass(frozen=True, slots=True)
class SubjectReadings:
    """What one subject says of the cases: arrays of shape (readers, cases), NaN where nothing was said.

    An AI is a subject with one reader, named as its subject. `call` is 1 or 0. `seconds` is the time a read was in use;
    None where the snapshot has no times, or none of the phase. `doubts`: what an AI's prediction of each case says of
    its uncertainty, None where it says nothing; empty where none does.
    """

    readers: tuple[str, ...]
    rating: FloatArray
    call: FloatArray
    seconds: FloatArray | None = None
    doubts: tuple[Mapping[str, Any] | None, ...] = ()


@dataclass(frozen=True, slots=True)
class StudyTable:
    """The cases of an analysis with their truth, and what its subjects say of them.

    `marks`: what they marked; None where the plan does not say how marks are matched to lesions.
    """

    cases: tuple[str, ...]
    patients: tuple[str, ...]
    truth: BoolArray
    subjects: Mapping[str, SubjectReadings]
    marks: MarksTable | None = None


def ratings_for(table: StudyTable, endpoint: Endpoint, subject: Subject) -> FloatArray:
    """Return the numbers of a subject that an endpoint looks at: ratings for a curve, or decisions as 0 and 1."""
    said = table.subjects[subject["key"]]
    if endpoint["figure"] == "AUC":
        return said.rating
    threshold = subject["operating_point"] if subject["kind"] == "AI" else endpoint["threshold"]
    if threshold is None:
        return said.call
    return np.where(np.isnan(said.rating), np.nan, (said.rating >= threshold).astype(np.float64))


def readings_of(table: StudyTable, endpoint: Endpoint, subjects: list[Subject]) -> Readings:
    """Lay the readers of one or two subjects out as modalities; cases that nobody of them read are left out."""
    layers = {subject["key"]: ratings_for(table, endpoint, subject) for subject in subjects}
    names = sorted({name for key in layers for name in table.subjects[key].readers})
    rating = np.full((len(layers), len(names), len(table.cases)), np.nan)
    for index, (key, layer) in enumerate(layers.items()):
        for row, name in enumerate(table.subjects[key].readers):
            rating[index, names.index(name)] = layer[row]
    read = ~np.isnan(rating).all(axis=(0, 1))
    cases = tuple(case for case, some in zip(table.cases, read, strict=True) if some)
    return Readings(tuple(layers), tuple(names), cases, table.truth[read], rating[:, :, read])


def crossed_cases(table: StudyTable, endpoint: Endpoint, subjects: list[Subject]) -> BoolArray:
    """Say of each case whether every reader and every AI of the subjects says something of it."""
    said = np.concatenate([ratings_for(table, endpoint, subject) for subject in subjects])
    return np.asarray(~np.isnan(said).any(axis=0))
