"""Frames of candidate cases, samples that were drawn from them, and what a sample would be."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import Q, QuerySet

from annotations.domain.protocol import Section
from annotations.domain.protocol_sampling import sampling_section
from annotations.domain.sampling import (
    SAMPLE_ALGORITHM,
    Candidate,
    Counts,
    Stratum,
    StratumNumbers,
    TooFew,
    draw_sample,
    numbers_of,
    prevalence,
)
from annotations.models import Case, CaseImages, ReaderStudy, SampleDraw, SamplingFrame
from portal.audit.services import canonical_json, sha256
from portal.imaging.models import ImagingStudy

# Of a column with more values, such as a number for each candidate, the commonest are shown.
SHOWN_VALUES = 50
# Counts are kept beside the database for a month; another version of them is counted anew.
COUNTS_VERSION, COUNTS_KEPT_S = 1, 30 * 24 * 3600
FRAME_FORMAT, SAMPLE_FORMAT, FORMAT_VERSION = "overread.sampling-frame", "overread.sample", 1


class Positive(NamedTuple):
    """Which values of which column count as diseased, to tell the prevalence."""

    column: str
    values: list[str]


class SampleWish(NamedTuple):
    """What is to be drawn; `replaces` the cases there are, or is added to them."""

    frame: SamplingFrame
    columns: list[str]
    wanted: Counts
    one_per_patient: bool
    replaces: bool
    positive: Positive | None

    @property
    def frame_columns(self) -> list[str]:
        """The columns that strata can be made of."""
        return list(self.frame.document["columns"])


def frames_of(*, reader_study: ReaderStudy) -> QuerySet[SamplingFrame]:
    """Return the uploaded frames, newest first."""
    found: QuerySet[SamplingFrame] = SamplingFrame.objects.filter(reader_study=reader_study)
    return found.select_related("created_by").order_by("-number")


def draws_of(*, reader_study: ReaderStudy) -> QuerySet[SampleDraw]:
    """Return the draws, newest first."""
    found: QuerySet[SampleDraw] = SampleDraw.objects.filter(reader_study=reader_study)
    return found.select_related("created_by").order_by("-number")


def sampling_of(*, reader_study: ReaderStudy) -> dict[str, Any]:
    """Return the newest frame and every draw, counted; neither ever changes, so each is counted once."""
    newest = frames_of(reader_study=reader_study).defer("content").first()
    draws = draws_of(reader_study=reader_study).select_related("frame").defer("content", "frame__content")
    return {
        "frame": _frame_summary(newest) if newest else None,
        "draws": [_draw_summary(one) for one in draws],
    }


def _counted_once(row: SamplingFrame | SampleDraw, count: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what is counted of stored content, whose digest names it: to read a large one takes a while."""
    kind = f"{type(row).__name__}:{COUNTS_VERSION}"
    found = cache.get_or_set(f"sampling:{kind}:{row.digest}", count, timeout=COUNTS_KEPT_S)
    return dict(found or {})


def _frame_summary(frame: SamplingFrame) -> dict[str, Any]:
    names = ("number", "name", "created_at", "digest", "number_of_candidates")
    return {
        **{name: getattr(frame, name) for name in names},
        "created_by": frame.created_by.username,
        **_counted_once(frame, lambda: _frame_counts(frame)),
    }


def _frame_counts(frame: SamplingFrame) -> dict[str, Any]:
    document = frame.document
    rows = document["candidates"]
    return {
        "number_of_patients": len({row["patient"] for row in rows}),
        "columns": [
            _column(name, Counter(row["values"][place] for row in rows))
            for place, name in enumerate(document["columns"])
        ],
    }


def _column(name: str, counts: Counter[str]) -> dict[str, Any]:
    commonest = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:SHOWN_VALUES]
    values = [{"value": value, "candidates": count} for value, count in commonest]
    return {"name": name, "number_of_values": len(counts), "values": values}


def _draw_summary(draw: SampleDraw) -> dict[str, Any]:
    return {
        **{name: getattr(draw, name) for name in ("number", "created_at", "seed", "algorithm", "digest")},
        "created_by": draw.created_by.username,
        "frame_number": draw.frame.number,
        **_counted_once(draw, lambda: _draw_counts(draw)),
    }


def _draw_counts(draw: SampleDraw) -> dict[str, Any]:
    document = json.loads(draw.content)
    return {
        **{name: document[name] for name in ("columns", "strata", "prevalence", "one_per_patient", "replaces")},
        "number_left_out": len(document["left_out"]),
        "number_drawn": len(document["drawn"]),
    }


def strata_of(*, reader_study: ReaderStudy) -> dict[str, str]:
    """Return the stratum of everything that was drawn, by StudyInstanceUID; of several draws the newest counts."""
    found = {}
    for draw in SampleDraw.objects.filter(reader_study=reader_study).order_by("number"):
        document = json.loads(draw.content)
        for row in document["drawn"]:
            found[row["study_instance_uid"]] = canonical_json([document["columns"], row["values"]])
    return found


def case_names_of(*, reader_study: ReaderStudy) -> dict[str, str]:
    """Return the names of the cases in force by StudyInstanceUID, that of each of their imaging studies."""
    cases = Case.objects.filter(reader_study=reader_study, removed_at=None).order_by()
    further = CaseImages.objects.filter(case__in=cases).order_by()
    return dict(cases.values_list("imaging_study__study_instance_uid", "name")) | dict(
        further.values_list("imaging_study__study_instance_uid", "case__name")
    )


def candidates_of(frame: Mapping[str, Any], columns: Sequence[str]) -> list[Candidate]:
    """Return the candidates of a frame's document with the strata that these columns make."""
    places = [frame["columns"].index(column) for column in columns]
    return [
        Candidate(row["study_instance_uid"], row["patient"], tuple(row["values"][place] for place in places))
        for row in frame["candidates"]
    ]


def left_out_of(*, reader_study: ReaderStudy, wish: SampleWish, candidates: Sequence[Candidate]) -> set[str]:
    """Return the candidates that are cases already and, once per patient, those whose patient has a case."""
    if wish.replaces:
        return set()
    cases = Case.objects.filter(reader_study=reader_study, removed_at=None)
    further = CaseImages.objects.filter(case__in=cases).values("imaging_study")
    taken = ImagingStudy.objects.filter(Q(pk__in=cases.values("imaging_study")) | Q(pk__in=further))
    if wish.one_per_patient:
        taken = ImagingStudy.objects.filter(patient__in=cases.values("imaging_study__patient"))
    uids = set(taken.order_by().values_list("study_instance_uid", flat=True))
    return {one.study_instance_uid for one in candidates if one.study_instance_uid in uids}


def strata_named(wish: SampleWish) -> set[Stratum]:
    """Return the strata that the columns make."""
    return {one.stratum for one in candidates_of(wish.frame.document, wish.columns)}


def sample_numbers(*, reader_study: ReaderStudy, wish: SampleWish) -> list[StratumNumbers]:
    """Return what each stratum has and is to give."""
    candidates = candidates_of(wish.frame.document, wish.columns)
    left_out = left_out_of(reader_study=reader_study, wish=wish, candidates=candidates)
    return numbers_of(candidates, wish.wanted, left_out=left_out, one_per_patient=wish.one_per_patient)


def sample_document(*, reader_study: ReaderStudy, wish: SampleWish, seed: str) -> dict[str, Any]:
    """Return the sample as it would be stored now.

    Raises
    ------
    TooFew
    """
    candidates = candidates_of(wish.frame.document, wish.columns)
    left_out = left_out_of(reader_study=reader_study, wish=wish, candidates=candidates)
    drawn = _drawn(candidates, wish.wanted, seed, left_out, wish.one_per_patient)
    newest = draws_of(reader_study=reader_study).values_list("number", flat=True).first()
    return {
        "format": SAMPLE_FORMAT,
        "version": FORMAT_VERSION,
        "number": (newest or 0) + 1,
        "algorithm": SAMPLE_ALGORITHM,
        "seed": seed,
        "frame": {"number": wish.frame.number, "digest": wish.frame.digest, "candidates": len(candidates)},
        "columns": wish.columns,
        "one_per_patient": wish.one_per_patient,
        "replaces": wish.replaces,
        "left_out": sorted(left_out),
        "positive": wish.positive._asdict() if wish.positive else None,
        **drawn,
        "prevalence": prevalences(wish, drawn["strata"]),
    }


def _drawn(
    candidates: Sequence[Candidate], wanted: Counts, seed: str, left_out: set[str], one_per_patient: bool
) -> dict[str, Any]:
    numbers = numbers_of(candidates, wanted, left_out=left_out, one_per_patient=one_per_patient)
    drawn = draw_sample(candidates, wanted, seed=seed, left_out=left_out, one_per_patient=one_per_patient)
    return {
        "strata": [stratum_row(one) for one in numbers],
        "drawn": [
            {"study_instance_uid": one.study_instance_uid, "patient": one.patient, "values": list(one.stratum)}
            for one in drawn
        ],
    }


def stratum_row(numbers: StratumNumbers) -> dict[str, Any]:
    """Return a stratum as a sample's document has it."""
    row = numbers._asdict()
    return {"values": list(row.pop("stratum")), **row, "fraction": numbers.fraction}


def prevalences(wish: SampleWish, strata: Sequence[Mapping[str, Any]]) -> dict[str, float | None] | None:
    """Return the share of what counts as diseased, in the frame and in the sample (`strata`: rows of a document)."""
    if wish.positive is None:
        return None
    place = wish.columns.index(wish.positive.column)
    shares = {
        "frame": {tuple(one["values"]): one["candidates"] for one in strata},
        "sample": {tuple(one["values"]): one["wanted"] for one in strata},
    }
    return {name: prevalence(counts, place=place, positive=wish.positive.values) for name, counts in shares.items()}


def is_drawn_again(draw: SampleDraw) -> bool:
    """Say whether the stored frame, counts and seed give the stored sample once more."""
    stored, frame = json.loads(draw.content), draw.frame.document
    if sha256(draw.frame.content) != stored["frame"]["digest"]:
        return False
    wanted = {tuple(one["values"]): one["wanted"] for one in stored["strata"]}
    candidates = candidates_of(frame, stored["columns"])
    try:
        again = _drawn(candidates, wanted, draw.seed, set(stored["left_out"]), stored["one_per_patient"])
    except TooFew:
        return False
    return all(canonical_json(stored[name]) == canonical_json(found) for name, found in again.items())


def sampling_sections(*, reader_study: ReaderStudy) -> list[Section]:
    """Return what the protocol says about the sampling; nothing where nothing was drawn."""
    draws = draws_of(reader_study=reader_study).select_related("frame").defer("frame__content")
    stored = list(draws.order_by("number"))
    if not stored:
        return []
    documents = [{**json.loads(one.content), "file": one.frame.name} for one in stored]
    ever = {row["study_instance_uid"] for document in documents for row in document["drawn"]}
    names = case_names_of(reader_study=reader_study)
    drawn = {names[uid] for uid in ever if uid in names}
    chosen = set(names.values()) - drawn
    return [sampling_section(documents, drawn=len(drawn), chosen=len(chosen), left=len(ever - set(names)))]
