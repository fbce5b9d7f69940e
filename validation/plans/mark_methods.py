"""Endpoints of marks: wAFROC, AFROC and the rest of `validation.stats.froc`, by the methods that a plan can name."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from validation.plans.document import Endpoint, Subject
from validation.plans.job import Job, against_readers, left_out, mrmc_outcome, nothing
from validation.plans.marks import EXTRA, LESION, UNKNOWN
from validation.plans.marks_table import Mark, MarksTable
from validation.plans.outcome import EndpointOutcome
from validation.plans.table import AI_NAME, StudyTable
from validation.stats.ai_vs_marks import ai_vs_marks
from validation.stats.checks import BoolArray
from validation.stats.froc import FrocFigure, froc
from validation.stats.localisation import LocalisationStudy, localisation_study
from validation.stats.results import Reason, Undefined

FROC_FIGURES: dict[str, FrocFigure] = {
    "WAFROC": "wafroc",
    "AFROC": "afroc",
    "FROC": "froc",
    "INFERRED_AUC": "hrauc",
    "LESION_SENSITIVITY": "maxllf",
}
# The only reader of a comparison of two subjects with one reader each, whatever their names.
ONE_READER = "the reading"
_CROSSED = "compares on cases that everybody has read"


class Cell(NamedTuple):
    """One reader (by position) of one subject, and how an analysis calls reader and modality."""

    modality: str
    reader: str
    subject: str
    row: int


class MarkedStudy(NamedTuple):
    """The marks that an endpoint looks at as three tables, and what they leave out.

    `marks` has `reader, modality, case, mark, lesion_id, rating`, `cases` `case, truth`, `lesions` `case, lesion_id,
    weight`, as `validation.stats.localisation` reads them.
    """

    cells: tuple[Cell, ...]
    marks: pd.DataFrame
    cases: pd.DataFrame
    lesions: pd.DataFrame
    note: str | None

    @property
    def study(self) -> LocalisationStudy:
        """Lay them out, also who and what has no mark."""
        named = {"readers": [one.reader for one in self.cells], "modalities": [one.modality for one in self.cells]}
        return localisation_study(self.marks, self.cases, self.lesions, **{k: _once(v) for k, v in named.items()})


def marked_outcome(job: Job) -> EndpointOutcome:
    """Carry out an endpoint of marks; undefined where the reads that there are leave its method nothing to work on."""
    why = next((why for subject in job.subjects if (why := _unfit(job, subject)) is not None), None)
    if why is not None or job.table.marks is None:
        return nothing(job, why or _NO_MARKS)
    cells = cells_of(job.table.marks, job.endpoint, job.subjects)
    laid = lay_out_study(job.table, job.table.marks, cells, thresholds_of(job.endpoint, job.subjects))
    if isinstance(laid, Undefined):
        return replace(nothing(job, laid), note=laid.detail)
    notes = [one for one in (_in_one_arm(job.table.marks, cells, job.subjects), laid.note) if one is not None]
    return replace(_METHODS[job.endpoint["method"]](job, laid), note=" ".join(notes) or None)


def _in_one_arm(marks: MarksTable, cells: Sequence[Cell], subjects: Sequence[Subject]) -> str | None:
    """Say who has read and is not compared, having read in one of two arms only."""
    used = {(one.subject, one.row) for one in cells}
    lone = [
        name for one in subjects for name, row in _who_read(marks, one["key"]).items() if (one["key"], row) not in used
    ]
    return f"Left out, having read in one arm only: {', '.join(sorted(lone))}." if lone else None


_NO_MARKS = Undefined(Reason.NOT_COLLECTED, "The plan does not say how marks are matched to lesions.")


def _unfit(job: Job, subject: Subject) -> Undefined | None:
    if job.table.marks is None:
        return _NO_MARKS
    said = job.table.marks.subjects[subject["key"]]
    if not said.read.any():
        return Undefined(Reason.MISSING_READINGS, f"{subject['key']}: there are no marks of any case that counts.")
    if job.endpoint["method"] == "JACKKNIFE" and len(said.readers) > 1:
        detail = f"{subject['key']}: {len(said.readers)} readers have read, and this method takes one."
        return Undefined(Reason.TOO_MANY_READERS, detail, len(said.readers))
    return None


def cells_of(marks: MarksTable, endpoint: Endpoint, subjects: Sequence[Subject]) -> list[Cell]:
    """Say who stands in which cell of an endpoint's analysis: of two arms the readers who have read in both."""
    if endpoint["method"] == "AI_VS_READERS":
        ordered = sorted(subjects, key=lambda one: one["kind"])
        return [
            Cell("all", AI_NAME if one["kind"] == "AI" else name, one["key"], row)
            for one in ordered
            for name, row in _who_read(marks, one["key"]).items()
        ]
    if endpoint["method"] == "JACKKNIFE":
        return [Cell(one["key"], ONE_READER, one["key"], 0) for one in subjects]
    readers = [_who_read(marks, one["key"]) for one in subjects]
    both = [name for name in readers[0] if all(name in others for others in readers)]
    return [
        Cell(one["key"], name, one["key"], rows[name])
        for one, rows in zip(subjects, readers, strict=True)
        for name in both
    ]


def _who_read(marks: MarksTable, key: str) -> dict[str, int]:
    said = marks.subjects[key]
    return {name: row for row, name in enumerate(said.readers) if said.read[row].any()}


def thresholds_of(endpoint: Endpoint, subjects: Sequence[Subject]) -> dict[str, float]:
    """From which score on the marks of an AI count: of the share of lesions found at its operating point."""
    if endpoint["figure"] != "LESION_SENSITIVITY":
        return {}
    return {one["key"]: one["operating_point"] for one in subjects if one["kind"] == "AI"}


def lay_out_study(
    table: StudyTable, marks: MarksTable, cells: Sequence[Cell], thresholds: dict[str, float]
) -> MarkedStudy | Undefined:
    """Lay out the cases that every cell has read; undefined where there is none, or a mark that no rule can judge."""
    if not cells:
        return Undefined(Reason.NO_COMMON_CASES, "No reader has read in both arms.")
    read = np.array([marks.subjects[one.subject].read[one.row] for one in cells])
    kept = read.all(axis=0) & marks.usable
    several = len({one.modality for one in cells}) > 1
    names = [f"{one.reader} ({one.modality})" if several else one.reader for one in cells]
    note = left_out(np.where(read & marks.usable, 1.0, np.nan), names, _CROSSED)
    if not kept.any():
        return Undefined(Reason.MISSING_READINGS, note or "There is no case that everybody has read.", len(kept))
    chosen = [
        (cell, mark)
        for cell in cells
        for mark in marks.subjects[cell.subject].marks
        if mark.reader == cell.row and kept[mark.case] and mark.rating >= thresholds.get(cell.subject, -np.inf)
    ]
    unknown = {mark.case for _, mark in chosen if mark.kind == UNKNOWN}
    if unknown:
        return _not_judged(len(unknown), int(kept.sum()))
    rows = [
        (cell.reader, cell.modality, table.cases[mark.case], *_kind(mark), mark.rating)
        for cell, mark in chosen
        if mark.kind != EXTRA
    ]
    return MarkedStudy(
        tuple(cells),
        pd.DataFrame(rows, columns=["reader", "modality", "case", "mark", "lesion_id", "rating"]),
        pd.DataFrame({"case": _of(table.cases, kept), "truth": table.truth[kept].astype(int)}),
        _lesions(table, marks, kept),
        note,
    )


def _not_judged(cases: int, n: int) -> Undefined:
    detail = (
        f"In {cases} of {n} cases there are marks of which the rule cannot say whether they are on a lesion: a segment "
        "and a drawn mark have nothing in common to compare, nor have marks without millimetres or without an area."
    )
    return Undefined(Reason.NOT_COLLECTED, detail, n)


def _kind(mark: Mark) -> tuple[str, str]:
    return (LESION, str(mark.lesion)) if mark.kind == LESION else ("NL", "")


def _lesions(table: StudyTable, marks: MarksTable, kept: BoolArray) -> pd.DataFrame:
    """The lesions of the cases; those of a case weigh alike, and together 1."""
    rows = [(table.cases[case], name) for case, name in marks.lesions if kept[case] and table.truth[case]]
    frame = pd.DataFrame(rows, columns=["case", "lesion_id"])
    return frame.assign(weight=1.0 / frame.groupby("case")["lesion_id"].transform("size"))


def _of(names: Sequence[str], kept: BoolArray) -> list[str]:
    return [name for name, some in zip(names, kept, strict=True) if some]


def _once(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _by_or(job: Job, laid: MarkedStudy) -> EndpointOutcome:
    result = froc(laid.study, FROC_FIGURES[job.endpoint["figure"]], level=job.level)
    return mrmc_outcome(job, result, len(laid.cases))


def _by_ai(job: Job, laid: MarkedStudy) -> EndpointOutcome:
    figure = FROC_FIGURES[job.endpoint["figure"]]
    result = ai_vs_marks(laid.study, AI_NAME, figure, level=job.level)
    is_ai_first = job.subjects[0]["kind"] == "AI"
    outcome = against_readers(job, result, len(laid.cases), is_ai_first)
    return replace(outcome, detail=result.to_json())


_METHODS: dict[str, Callable[[Job, MarkedStudy], EndpointOutcome]] = {
    "MRMC_OR": _by_or,
    # One reader in each modality: what is left of Obuchowski and Rockette's analysis is the jackknife over cases.
    "JACKKNIFE": _by_or,
    "AI_VS_READERS": _by_ai,
}
