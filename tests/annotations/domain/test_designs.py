"""Designs and their drawings: balance, nobody twice, patients apart, repeats far enough, and the same every time."""

import json
import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.domain.blinding import CELLS, PHASES, is_shown, matrix, shows_past_reads
from annotations.domain.designs import (
    DISPLAYS,
    calendar_problems,
    design_problems,
    fitting_problems,
    number_of_reads,
    single_design,
    smallest_share,
)
from annotations.domain.drawn_cases import DrawnCase
from annotations.domain.randomisation import CannotDraw, Slot, apart, draw, reading_order
from annotations.domain.states import AI_SHOWN, ASSIGNMENT_TRANSITIONS, READER_STUDY_TRANSITIONS

HIDES = {"own_past_reads": "HIDDEN"}


def crossover(**changes: Any) -> dict[str, Any]:
    two = [
        {"key": "A", "name": "Unaided", "ai_display": "HIDDEN", "blinding": HIDES},
        {"key": "B", "name": "With AI", "ai_display": "CONCURRENT", "blinding": HIDES},
    ]
    sessions = [{"opens_on": None, "closes_on": None, "washout_days": days} for days in (0, 28)]
    return {**single_design(), "kind": "CROSSOVER", "arms": two, "sessions": sessions, **changes}


def cases_of(number: int, patients: int | None = None, training: int = 0) -> list[DrawnCase]:
    people = patients or number
    return [DrawnCase(f"Case {i:03d}", f"P{i % people}", i < training) for i in range(number)]


def names(readers: int) -> list[str]:
    return [f"reader{i}" for i in range(readers)]


pairings = st.one_of(
    st.just({"kind": "FULLY_CROSSED"}),
    st.just({"kind": "DOUBLE"}),
    st.integers(2, 3).map(lambda n: {"kind": "SPLIT_PLOT", "blocks": [f"Block {i}" for i in range(n)]}),
    st.tuples(st.integers(0, 4), st.integers(1, 4)).map(
        lambda two: {"kind": "PARTIALLY_PAIRED", "common": two[0], "own": two[1]}
    ),
)


@st.composite
def drawings(draw_from: st.DrawFn) -> tuple[dict[str, Any], list[str], list[DrawnCase], dict[str, list[Slot]]]:
    base = draw_from(st.sampled_from([single_design(), crossover(), crossover(balance="CASES")]))
    design = {**base, "pairing": draw_from(pairings)}
    readers = names(draw_from(st.integers(3, 7)))
    number = draw_from(st.integers(8, 24))
    training = draw_from(st.integers(0, 2))
    cases = cases_of(number, draw_from(st.integers(number // 2, number)), training)
    design["training"] = [f"00000000-0000-0000-0000-{i:012d}" for i in range(training)]
    least = smallest_share(design, readers=len(readers), cases=number - training)
    count = draw_from(st.integers(0, max(0, min(3, least - 4))))
    design["repeats"] = {"count": count, "minimum_distance": 3}
    try:
        lists = draw(design=design, seed=draw_from(st.text(max_size=12)), usernames=readers, cases=cases)
    except CannotDraw:
        # A share of few patients has no place for a repeat; that it is said, and nothing shorter drawn, is the rule.
        lists = {}
    return design, readers, cases, lists


@settings(max_examples=150, deadline=None)
@given(drawings())
def test_no_case_twice_in_a_session_but_hidden_repeats_and_those_far_enough(drawn) -> None:
    design, _, _, lists = drawn
    for slots in lists.values():
        assert len({(slot.session, slot.case, slot.repeat_number) for slot in slots}) == len(slots)
        for session in {slot.session for slot in slots}:
            real = [slot for slot in slots if slot.session == session and not slot.is_training]
            repeats = [slot for slot in real if slot.repeat_number]
            assert len(repeats) == design["repeats"]["count"]
            for repeat in repeats:
                first = real.index(repeat._replace(repeat_number=0))
                assert real.index(repeat) - first >= design["repeats"]["minimum_distance"]


@settings(max_examples=150, deadline=None)
@given(drawings())
def test_cases_of_a_patient_stay_apart_as_far_as_it_is_possible(drawn) -> None:
    _, _, cases, lists = drawn
    patient = {case.name: case.patient for case in cases}
    for slots in lists.values():
        for session in {slot.session for slot in slots}:
            real = [patient[slot.case] for slot in slots if slot.session == session and not slot.is_training]
            if 2 * max(Counter(real).values()) <= len(real) + 1:
                assert all(one != other for one, other in pairwise(real))


@settings(max_examples=150, deadline=None)
@given(drawings())
def test_a_crossover_reads_each_case_once_in_each_arm_and_half_start_aided(drawn) -> None:
    design, _, _, lists = drawn
    for slots in lists.values():
        real = [slot for slot in slots if not slot.is_training and not slot.repeat_number]
        arms = Counter((slot.case, slot.arm) for slot in real)
        assert set(arms.values()) <= {1}
        if design["kind"] == "CROSSOVER":
            assert len({case for case, _ in arms}) * 2 == len(arms)
    if design["kind"] != "CROSSOVER" or not lists:
        return
    blocks = len(design["pairing"].get("blocks", [1]))
    if design["balance"] == "READERS":
        first = [slots[-1].arm for slots in lists.values()]
        assert abs(first.count("A") - first.count("B")) <= blocks
    else:
        for slots in lists.values():
            aided = sum(slot.arm == "B" for slot in slots if slot.session == 1 and not slot.is_training)
            total = sum(slot.session == 1 and not slot.is_training for slot in slots)
            assert abs(2 * aided - total) <= 2 * (2 + design["repeats"]["count"]), "clusters of 2, and the repeats"


@settings(max_examples=150, deadline=None)
@given(drawings())
def test_shares_are_balanced_and_training_comes_first(drawn) -> None:
    design, readers, cases, lists = drawn
    training = {case.name for case in cases if case.is_training}
    loads = Counter[str]()
    readers_of = Counter[str]()
    for reader, slots in lists.items():
        assert {slot.case for slot in slots[: len(training)]} == training
        assert all(not slot.is_training and slot.case not in training for slot in slots[len(training) :])
        own = {slot.case for slot in slots} - training
        loads[reader] = len(own)
        readers_of.update(own)
    if not lists:
        return
    real = len(cases) - len(training)
    # Patients stay whole, so shares can differ by as many cases as one has.
    largest = max(Counter(case.patient for case in cases if not case.is_training).values())
    kind = design["pairing"]["kind"]
    if kind == "FULLY_CROSSED":
        assert set(loads.values()) == {real}
    if kind == "DOUBLE":
        assert set(readers_of.values()) == {2}
        assert max(loads.values()) - min(loads.values()) <= largest
    if kind == "SPLIT_PLOT":
        assert set(readers_of) == {case.name for case in cases} - training
    if kind == "PARTIALLY_PAIRED":
        shared = sum(count == len(readers) for count in readers_of.values())
        assert shared >= min(design["pairing"]["common"], real)
        assert max(loads.values()) - min(loads.values()) <= largest - 1


@given(st.lists(st.integers(0, 5), max_size=20))
def test_apart_keeps_every_case(patients: list[int]) -> None:
    cases = [DrawnCase(str(index), str(patient)) for index, patient in enumerate(patients)]
    assert sorted(apart(cases)) == sorted(cases)


def test_the_plain_design_draws_the_order_that_anybody_can_sort() -> None:
    cases = cases_of(9)
    lists = draw(design=single_design(), seed="s", usernames=["ada"], cases=cases)
    by_hand = reading_order(seed="s", username="ada", case_names=[case.name for case in cases])
    assert [slot.case for slot in lists["ada"]] == by_hand


_ELSEWHERE = """
import json, sys
from annotations.domain.drawn_cases import DrawnCase
from annotations.domain.randomisation import draw
given = json.load(sys.stdin)
cases = [DrawnCase(*case) for case in given.pop("cases")]
print(json.dumps(draw(cases=cases, **given)))
"""


@pytest.mark.parametrize("hash_seed", ["1", "4711"])
def test_another_python_process_draws_the_same_lists(hash_seed: str) -> None:
    design = crossover(balance="CASES", pairing={"kind": "DOUBLE"}, repeats={"count": 2, "minimum_distance": 3})
    inputs: dict[str, Any] = {"design": design, "seed": "a seed", "usernames": names(5)[::-1]}
    cases = cases_of(24, 16)
    here = draw(cases=cases, **inputs)
    there = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE],
        input=json.dumps({**inputs, "usernames": names(5), "cases": cases}),
        env={"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(there.stdout) == json.loads(json.dumps(here))
    assert here != draw(cases=cases, **{**inputs, "seed": "another"})


def test_the_number_of_reads_is_counted_by_hand() -> None:
    assert number_of_reads(crossover(), readers=4, cases=20) == 160
    assert number_of_reads(crossover(pairing={"kind": "DOUBLE"}), readers=4, cases=20) == 80
    trained = crossover(training=["x", "y"], repeats={"count": 3, "minimum_distance": 2})
    assert number_of_reads(trained, readers=4, cases=22) == 4 * (2 * (20 + 3) + 2)
    split = crossover(pairing={"kind": "SPLIT_PLOT", "blocks": ["1", "2"]})
    assert number_of_reads(split, readers=4, cases=20) == 80


def test_what_may_be_stored() -> None:
    assert [design_problems(single_design(display)) for display in AI_SHOWN] == [[]] * 4
    assert design_problems(crossover()) == []


@pytest.mark.parametrize(
    ("design", "code"),
    [
        ({**single_design(), "kind": "CONCURRENT"}, "ai_display"),
        ({**single_design(), "kind": "CROSSOVER"}, "arms"),
        (crossover(sessions=crossover()["sessions"][:1]), "sessions"),
        (crossover(arms=[{**arm, "blinding": {}} for arm in crossover()["arms"]]), "not_blinded"),
        (crossover(arms=[crossover()["arms"][0], {**crossover()["arms"][1], "key": "A"}]), "repeated"),
        (crossover(arms=[crossover()["arms"][0], {**crossover()["arms"][1], "ai_display": "AFTER_SIGNING"}]), "ai_"),
        ({**single_design("AFTER_SIGNING"), "repeats": {"count": 1, "minimum_distance": 5}}, "not_blinded"),
        (crossover(sessions=[{"opens_on": "2026-02-30", "closes_on": None, "washout_days": 0}] * 2), "not_a_day"),
        (
            crossover(sessions=[{"opens_on": "2026-02-03", "closes_on": "2026-02-01", "washout_days": 0}] * 2),
            "ends_before",
        ),
        (crossover(sessions=[crossover()["sessions"][1]] * 2), "no_washout"),
        ({**single_design(), "more": 1}, "additionalProperties"),
        ({**single_design(), "pairing": {"kind": "SPLIT_PLOT", "blocks": ["one"]}}, "oneOf"),
        ([], "type"),
    ],
)
def test_what_may_not_be_stored(design: Any, code: str) -> None:
    assert any(problem.code.startswith(code) for problem in design_problems(design)), design_problems(design)


def test_what_does_not_fit() -> None:
    ids = [str(number) for number in range(6)]

    def codes(readers: int, **changes: Any) -> list[str]:
        return [one.code for one in fitting_problems({**single_design(), **changes}, readers=readers, case_ids=ids)]

    assert codes(2) == []
    assert codes(1, pairing={"kind": "DOUBLE"}) == ["too_few"]
    assert codes(2, pairing={"kind": "SPLIT_PLOT", "blocks": ["1", "2", "3"]}) == ["too_few"]
    assert codes(2, pairing={"kind": "PARTIALLY_PAIRED", "common": 4, "own": 3}) == ["too_many"]
    assert codes(2, repeats={"count": 1, "minimum_distance": 6}) == ["no_room"]
    assert codes(2, repeats={"count": 1, "minimum_distance": 5}) == []
    assert codes(2, training=["elsewhere"]) == ["unknown"]
    assert codes(2, training=ids) == ["nothing_left"]
    uneven = fitting_problems(crossover(), readers=3, case_ids=ids)
    assert [one.code for one in uneven] == ["uneven"]


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        ((None, None), (None, None), []),
        (("2026-01-01", "2026-03-01"), (None, "2026-03-29"), []),
        # Today is the last day of session 1: nobody has missed it yet.
        ((None, "2026-03-01"), (None, None), []),
        ((None, "2026-02-28"), (None, None), ["session_over"]),
        # Whoever signs on the first day begins session 2 on 29 March, 28 days later.
        ((None, None), (None, "2026-03-28"), ["within_washout"]),
        (("2026-04-01", None), (None, "2026-04-28"), ["within_washout"]),
        (("2026-04-01", None), (None, "2026-04-29"), []),
        (("2020-01-01", "2020-02-01"), ("2020-03-01", "2020-04-01"), ["session_over", "session_over"]),
    ],
)
def test_a_session_in_which_nobody_could_read_is_named(first: Any, second: Any, codes: list[str]) -> None:
    sessions = [
        {"opens_on": opens_on, "closes_on": closes_on, "washout_days": washout}
        for (opens_on, closes_on), washout in ((first, 0), (second, 28))
    ]
    found = calendar_problems(crossover(sessions=sessions), today=date(2026, 3, 1))
    assert [one.code for one in found] == codes


def test_each_kind_has_a_row_of_displays() -> None:
    assert {display for rows in DISPLAYS.values() for row in rows for display in row} == set(AI_SHOWN)


def test_the_matrix_shows_by_default_what_readers_have_always_seen() -> None:
    for display, phases in AI_SHOWN.items():
        shown = matrix(display, {})
        for cell, row in shown.items():
            assert set(row) == set(PHASES)
            always = {"ai_scores": phases, "ai_marks": phases, "priors": dict.fromkeys(PHASES, True)}
            always["own_past_reads"] = always["priors"]
            assert row == always.get(cell, dict.fromkeys(PHASES, False)), cell


def test_a_phase_without_a_switch_stays_hidden_whatever_is_asked() -> None:
    for key, cell in CELLS.items():
        for phase in PHASES:
            assert is_shown(key, {key: "SHOWN"}, phase) == (phase in cell.phases)
            assert not is_shown(key, {key: "HIDDEN"}, phase)
    assert shows_past_reads(HIDES, is_training=True)
    assert not shows_past_reads(HIDES, is_training=False)


def test_locked_is_the_end_and_every_state_but_the_last_leads_somewhere() -> None:
    states = {state for state, _ in READER_STUDY_TRANSITIONS} | set(READER_STUDY_TRANSITIONS.values())
    assert states == {"DRAFT", "PILOTING", "OPEN", "PAUSED", "CLOSED", "LOCKED"}
    assert states - {state for state, _ in READER_STUDY_TRANSITIONS} == {"LOCKED"}
    assert not any(state == "VOID" for state, _ in ASSIGNMENT_TRANSITIONS)


@given(drawings(), st.integers(1, 3))
def test_who_joins_late_changes_no_list_that_was_drawn(
    drawn: tuple[dict[str, Any], list[str], list[DrawnCase], dict[str, list[Slot]]], joining: int
) -> None:
    design, readers, cases, _lists = drawn
    if design["pairing"]["kind"] == "DOUBLE":
        return
    late = [f"late{index}" for index in range(joining)]
    try:
        more = draw(design=design, seed="s", usernames=readers, cases=cases, late=late)
        once = draw(design=design, seed="s", usernames=readers, cases=cases)
    except CannotDraw:
        return
    assert {reader: more[reader] for reader in readers} == once
    assert list(more)[-joining:] == late
    # The last to join changes nothing for those who joined before.
    fewer = draw(design=design, seed="s", usernames=readers, cases=cases, late=late[:-1])
    assert {name: more[name] for name in fewer} == fewer
