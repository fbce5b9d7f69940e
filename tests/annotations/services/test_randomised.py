"""Stored lists and the days of a session, for designs and dates that a generator draws."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from annotations.domain.designs import fitting_problems, single_design
from annotations.domain.randomisation import DESIGN_ALGORITHM, DESIGN_ALGORITHM_1, CannotDraw
from annotations.models import Assignment, Case, RandomisationList, Read, ReaderStudy, SampleDraw, SamplingFrame
from annotations.selectors.designs import draw_lists, drawn_readers_of, is_reproduced
from annotations.selectors.sessions import own_sessions
from annotations.services.designs import assign
from annotations.services.reading_rules import require_opening
from portal.errors import Conflict
from tests.annotations.building import Built
from tests.annotations.domain.test_designs import HIDES, crossover, pairings
from tests.annotations.services.test_designs import designed, launch, put, sign_session

pytestmark = pytest.mark.django_db

SINGLE = single_design()
SEQUENTIAL = single_design("SECOND_READ")
CONCURRENT = single_design("CONCURRENT")
KINDS: list[dict[str, Any]] = [
    {**SINGLE, "kind": "ANNOTATION"},
    SINGLE,
    crossover(),
    crossover(balance="CASES"),
    SEQUENTIAL,
    CONCURRENT,
]
CASES, READERS = 8, 3


@st.composite
def designs(draw_from: st.DrawFn) -> dict[str, Any]:
    """Every kind with every pairing, with and without repeats."""
    design = {**draw_from(st.sampled_from(KINDS)), "pairing": draw_from(pairings)}
    design["repeats"] = {"count": draw_from(st.integers(0, 1)), "minimum_distance": 2}
    design["arms"] = [{**arm, "blinding": HIDES} for arm in design["arms"]]
    return design


def stratify(built: Built) -> None:
    """Have a sample that drew the cases, and two patients with two cases each."""
    rows = [
        {"study_instance_uid": case.imaging_study.study_instance_uid, "patient": f"P{n}", "values": [str(n % 2)]}
        for n, case in enumerate(built.cases)
    ]
    more = {"reader_study": built.reader_study, "number": 1, "created_by": built.coordinator, "digest": "0" * 64}
    frame = SamplingFrame.objects.create(**more, name="frame.csv", number_of_candidates=CASES, content="{}")
    document = {
        "number": 1,
        "algorithm": "overread-sample/1",
        "seed": "s",
        "frame": {"number": 1, "digest": "0" * 64, "candidates": CASES},
        "columns": ["truth"],
        "one_per_patient": False,
        "replaces": False,
        "left_out": [],
        "positive": None,
        "strata": [],
        "drawn": rows,
        "prevalence": None,
    }
    content = json.dumps(document)
    SampleDraw.objects.create(**more, frame=frame, seed="s", algorithm="overread-sample/1", content=content)
    for first, second in ((0, 1), (2, 3)):
        study = built.cases[second].imaging_study
        study.patient = built.cases[first].imaging_study.patient
        study.save(update_fields=["patient"])


def test_the_stored_lists_of_any_design_are_drawn_again_from_their_seed() -> None:
    built = designed(SINGLE, cases=CASES, readers=READERS)
    stratify(built)
    ids = [str(case.pk) for case in built.cases]

    @settings(max_examples=25, deadline=None)
    @given(designs(), st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12))
    def check(design: dict[str, Any], seed: str) -> None:
        if any(one.code != "uneven" for one in fitting_problems(design, readers=READERS, case_ids=ids)):
            return
        with transaction.atomic():
            reader_study = ReaderStudy.objects.get(pk=built.reader_study.pk)
            put(Built(reader_study, built.coordinator, built.readers), design)
            for algorithm in (DESIGN_ALGORITHM, DESIGN_ALGORITHM_1):
                with transaction.atomic():
                    stored_and_drawn_again(reader_study, seed, algorithm)
                    transaction.set_rollback(True)
            transaction.set_rollback(True)

    check()


def stored_and_drawn_again(reader_study: ReaderStudy, seed: str, algorithm: str) -> None:
    try:
        drawing = draw_lists(reader_study=reader_study, seed=seed, algorithm=algorithm)
        other = draw_lists(reader_study=reader_study, seed=seed + "x", algorithm=algorithm)
    except CannotDraw:
        # A share of few patients may have no place for its repeat; then nothing is stored.
        return
    readers = list(drawn_readers_of(reader_study=reader_study, design=drawing.design))
    assign(reader_study=reader_study, readers=readers, drawing=drawing, seed=seed, algorithm=algorithm)
    stored = list(RandomisationList.objects.filter(reader_study=reader_study).select_related("reader"))
    assert {one.algorithm for one in stored} == {algorithm}
    assert is_reproduced(reader_study=reader_study)
    first_looks = Assignment.objects.filter(reader_study=reader_study, repeat_number=0)
    read = Counter(first_looks.values_list("reader__username", "session__number", "case__name"))
    assert set(read.values()) == {1}, "no case twice in a session"
    for one in stored:
        one.seed = seed + "x"
    assert is_reproduced(reader_study=reader_study, lists_stored=stored) == (other.lists == drawing.lists)


def test_blocks_are_balanced_by_the_strata_that_the_sample_stored() -> None:
    split = {**SINGLE, "pairing": {"kind": "SPLIT_PLOT", "blocks": ["North", "South"]}}
    built = designed(split, cases=CASES, readers=2)
    stratify(built)
    launch(built)
    strata = {case.name: str(number % 2) for number, case in enumerate(built.cases)}
    for one in RandomisationList.objects.filter(reader_study=built.reader_study):
        assert Counter(strata[slot[2]] for slot in one.slots) == {"0": 2, "1": 2}
    assert is_reproduced(reader_study=built.reader_study)
    Case.objects.filter(pk=built.cases[0].pk).update(name="Renamed")
    assert not is_reproduced(reader_study=built.reader_study)


VIENNA = ZoneInfo("Europe/Vienna")
moments = st.integers(1_704_067_200, 1_830_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


def test_no_case_of_a_session_opens_before_its_washout_is_over() -> None:
    built = launch(designed(crossover(), cases=1, readers=1))
    reader = built.readers[0]
    sign_session(built, reader, 1)
    session = built.reader_study.sessions.get(number=2)

    @settings(max_examples=60, deadline=None)
    @given(moments, st.integers(1, 400), st.timedeltas(timedelta(microseconds=1), timedelta(days=1)))
    # The clocks of Vienna go forward and back during the washout; months and February end in it.
    @example(datetime(2026, 3, 28, 2, 30, tzinfo=VIENNA), 1, timedelta(hours=1))
    @example(datetime(2026, 10, 24, 2, 30, tzinfo=VIENNA), 1, timedelta(hours=1))
    @example(datetime(2026, 1, 31, 23, 59, tzinfo=UTC), 28, timedelta(microseconds=1))
    @example(datetime(2024, 2, 28, 12, 0, tzinfo=UTC), 1, timedelta(microseconds=1))
    @example(datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), 1, timedelta(microseconds=1))
    def check(signed_at: datetime, days: int, short: timedelta) -> None:
        signed_at = signed_at.astimezone(UTC)
        Read.objects.update(opened_at=signed_at - timedelta(hours=1), signed_at=signed_at)
        session.washout_days = days
        session.save(update_fields=["washout_days"])
        _, second = own_sessions(reader_study=built.reader_study, reader=reader, now=signed_at)
        assert second.shut is not None
        assert second.shut.code == "washout"
        assert second.shut.opens_at is not None
        # Whole days of 24 hours, whatever clocks on walls do in them.
        assert second.shut.opens_at.timestamp() - signed_at.timestamp() == pytest.approx(days * 86_400, abs=1e-4)
        until = second.shut.opens_at
        assignment = built.assignment(reader, 2)
        with pytest.MonkeyPatch.context() as clock:
            clock.setattr(timezone, "now", lambda: until - short)
            with pytest.raises(Conflict) as caught:
                require_opening(assignment)
            assert caught.value.code == "washout"
            clock.setattr(timezone, "now", lambda: until)
            require_opening(assignment)

    check()
