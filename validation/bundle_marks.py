"""The tables of an endpoint of marks, as `validation.stats froc` and as RJafroc reads them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from validation.plans.document import Endpoint, Subject
from validation.plans.mark_methods import MarkedStudy, cells_of, lay_out_study, thresholds_of
from validation.plans.table import StudyTable
from validation.stats.results import Undefined

Table = tuple[Sequence[str], list[Sequence[Any]]]


def marks_tables(
    table: StudyTable, endpoint: Endpoint, subjects: Sequence[Subject], names: Mapping[str, str]
) -> Iterator[tuple[str, Table]]:
    """Yield file names with columns and rows; nothing where there are no marks to lay out.

    `names` are those of the cases, by which they stand in the tables of `froc`; RJafroc wants numbers of cases and of
    lesions, and those of the cases are the ones of `cases.csv`.
    """
    if table.marks is None:
        return
    cells = cells_of(table.marks, endpoint, subjects)
    laid = lay_out_study(table, table.marks, cells, thresholds_of(endpoint, subjects))
    if isinstance(laid, Undefined):
        return
    start = f"endpoints/{endpoint['key']}"
    for part, frame in (("marks", laid.marks), ("cases", laid.cases), ("lesions", laid.lesions)):
        named = frame.assign(case=frame["case"].map(names))
        yield f"{start}-{part}.csv", (list(named.columns), list(named.itertuples(index=False, name=None)))
    yield f"{start}-who.csv", (("reader", "modality"), [(one.reader, one.modality) for one in laid.cells])
    numbers = {case: number for number, case in enumerate(table.cases, start=1)}
    yield from ((f"{start}-rjafroc/{name}.csv", found) for name, found in _sheets(laid, numbers))


def _sheets(laid: MarkedStudy, numbers: Mapping[str, int]) -> Iterator[tuple[str, Table]]:
    """The sheets of RJafroc's Excel format: false marks, lesion marks, and the truth of a fully crossed FROC study."""
    within = {
        (case, lesion): number
        for case, of in laid.lesions.groupby("case", sort=False)
        for number, lesion in enumerate(of["lesion_id"], start=1)
    }
    on, off = (laid.marks[laid.marks["mark"] == kind] for kind in ("LL", "NL"))
    false: list[Sequence[Any]] = [
        (reader, modality, numbers[case], rating)
        for reader, modality, case, _, _, rating in off.itertuples(index=False, name=None)
    ]
    yield "NL", (("ReaderID", "ModalityID", "CaseID", "NLRating"), false)
    found: list[Sequence[Any]] = [
        (reader, modality, numbers[case], within[case, lesion], rating)
        for reader, modality, case, _, lesion, rating in on.itertuples(index=False, name=None)
    ]
    yield "LL", (("ReaderID", "ModalityID", "CaseID", "LesionID", "LLRating"), found)
    readers, modalities = (
        ", ".join(dict.fromkeys(values))
        for values in ([one.reader for one in laid.cells], [one.modality for one in laid.cells])
    )
    yield (
        "TRUTH",
        (
            ("CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm"),
            [
                (numbers[case], number, weight, readers, modalities, paradigm)
                for (case, number, weight), paradigm in zip(
                    _truth(laid, within), ["FROC", "FCTRL"] + [""] * (len(laid.cases) + len(laid.lesions)), strict=False
                )
            ],
        ),
    )


def _truth(laid: MarkedStudy, within: Mapping[tuple[Any, Any], int]) -> Iterator[tuple[str, int, float]]:
    """A row for each normal case, with lesion 0 and weight 0, and one for each lesion of the others."""
    weights: dict[Any, pd.DataFrame] = dict(list(laid.lesions.groupby("case", sort=False)))
    for case, truth in laid.cases.itertuples(index=False, name=None):
        if not truth:
            yield case, 0, 0.0
        else:
            for lesion, weight in weights[case][["lesion_id", "weight"]].itertuples(index=False, name=None):
                yield case, within[case, lesion], weight
