"""Who reads which cases: strata and sizes balanced, patients whole, and lists from before still drawn as they were."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.domain.designs import single_design
from annotations.domain.drawn_cases import DrawnCase
from annotations.domain.randomisation import DESIGN_ALGORITHM_1, Slot, draw
from tests.annotations.domain.test_designs import cases_of, crossover, names

STRATA = ("", "S1", "S2", "S3")
Lists = dict[str, list[Slot]]

# The lists of 24 cases of 16 patients for five readers, as they were drawn before there were strata: SHA-256 of their
# JSON, computed by the code of that time.
DRAWN_BEFORE = {
    "39a7243348d31c404f087bddbcc57137465de8dcf7429d5031d8e6dee92170c7": {
        **single_design(),
        "pairing": {"kind": "SPLIT_PLOT", "blocks": ["1", "2"]},
    },
    "f808c0f9b0973be33d670095b5e43eb5ab28a727b93ddc84a196059c8fb8615e": {
        **single_design(),
        "pairing": {"kind": "PARTIALLY_PAIRED", "common": 3, "own": 4},
    },
    "ca0ef99fdfa0da33290865d3cc5d8dcdaf3c5229bc2ad495ca4da0adb1aa52b2": {
        **single_design(),
        "pairing": {"kind": "DOUBLE"},
    },
    "0c831897db5520768044d1c4af04fca9efc4c29e2794d59d00daa737bb80ce9e": crossover(balance="CASES"),
}


@pytest.mark.parametrize("digest", DRAWN_BEFORE)
def test_a_list_from_before_is_drawn_again_by_its_own_algorithm(digest: str) -> None:
    people = ["ada", "grace", "lise", "marie", "zoe"]
    inputs: dict[str, Any] = {"seed": "a seed", "usernames": people, "cases": cases_of(24, 16)}
    lists = draw(design=DRAWN_BEFORE[digest], **inputs, algorithm=DESIGN_ALGORITHM_1)
    assert hashlib.sha256(json.dumps(lists, sort_keys=True).encode()).hexdigest() == digest
    inputs["cases"] = [case._replace(stratum=f"S{index % 3}") for index, case in enumerate(inputs["cases"])]
    assert draw(design=DRAWN_BEFORE[digest], **inputs, algorithm=DESIGN_ALGORITHM_1) == lists
    assert draw(design=DRAWN_BEFORE[digest], **inputs) != lists


def by_stratum(cases: Iterable[DrawnCase]) -> Counter[str]:
    return Counter(case.stratum for case in cases)


def cases_read(lists: Lists, cases: list[DrawnCase]) -> dict[str, list[DrawnCase]]:
    known = {case.name: case for case in cases}
    return {reader: [known[name] for name in {slot.case for slot in slots}] for reader, slots in lists.items()}


def even(counts: list[Counter[str]]) -> bool:
    """Whether each stratum, and all of them together, differ by one at most."""
    totals = [count.total() for count in counts]
    spread = [[count[stratum] for count in counts] for stratum in STRATA]
    return all(max(row) - min(row) <= 1 for row in [totals, *spread])


@st.composite
def sampled(draw_from: st.DrawFn) -> list[DrawnCase]:
    """Cases of patients of their own, in strata."""
    strata = draw_from(st.lists(st.sampled_from(STRATA), min_size=4, max_size=40))
    return [DrawnCase(f"Case {i:03d}", f"P{i}", stratum=stratum) for i, stratum in enumerate(strata)]


@st.composite
def clustered(draw_from: st.DrawFn) -> list[DrawnCase]:
    """Cases in strata, some of which are of the same patients."""
    rows = draw_from(st.lists(st.tuples(st.integers(0, 9), st.sampled_from(STRATA)), min_size=4, max_size=30))
    return [DrawnCase(f"Case {i:03d}", f"P{patient}", stratum=stratum) for i, (patient, stratum) in enumerate(rows)]


seeds = st.text(max_size=8)


@settings(max_examples=100, deadline=None)
@given(sampled(), seeds, st.integers(2, 4))
def test_blocks_are_alike_in_size_and_in_every_stratum(cases: list[DrawnCase], seed: str, blocks: int) -> None:
    design = {**single_design(), "pairing": {"kind": "SPLIT_PLOT", "blocks": [str(one) for one in range(blocks)]}}
    lists = draw(design=design, seed=seed, usernames=names(blocks), cases=cases)
    own = cases_read(lists, cases)
    assert sorted(case for share in own.values() for case in share) == sorted(cases)
    assert even([by_stratum(share) for share in own.values()])


@settings(max_examples=100, deadline=None)
@given(sampled(), seeds)
def test_both_arms_of_a_session_are_alike_in_size_and_in_every_stratum(cases: list[DrawnCase], seed: str) -> None:
    lists = draw(design=crossover(balance="CASES"), seed=seed, usernames=names(2), cases=cases)
    known = {case.name: case for case in cases}
    for slots in lists.values():
        for session in (1, 2):
            arms: dict[str, list[DrawnCase]] = {"A": [], "B": []}
            for slot in slots:
                if slot.session == session:
                    arms[slot.arm].append(known[slot.case])
            assert even([by_stratum(arm) for arm in arms.values()])


@settings(max_examples=100, deadline=None)
@given(sampled(), seeds, st.integers(2, 6))
def test_a_double_reading_gives_every_reader_as_much_of_every_stratum(
    cases: list[DrawnCase], seed: str, readers: int
) -> None:
    design = {**single_design(), "pairing": {"kind": "DOUBLE"}}
    own = cases_read(draw(design=design, seed=seed, usernames=names(readers), cases=cases), cases)
    assert set(Counter(case for share in own.values() for case in share).values()) == {2}
    assert even([by_stratum(share) for share in own.values()])


@settings(max_examples=100, deadline=None)
@given(sampled(), seeds, st.integers(1, 6), st.integers(0, 6), st.integers(1, 6))
def test_a_partly_paired_reading_shares_what_it_says_and_every_stratum_in_its_share(
    cases: list[DrawnCase], seed: str, readers: int, common: int, own_number: int
) -> None:
    design = {**single_design(), "pairing": {"kind": "PARTIALLY_PAIRED", "common": common, "own": own_number}}
    own = cases_read(draw(design=design, seed=seed, usernames=names(readers), cases=cases), cases)
    assert {len(share) for share in own.values()} == {min(common + own_number, len(cases))}
    reads = Counter(case for share in own.values() for case in share)
    everywhere = sum(count == readers for count in reads.values())
    assert everywhere >= min(common, len(cases))
    rest = [reads[case] for case in cases if reads[case] < readers]
    assert not rest or max(rest) - min(rest) <= 1, "the others are read equally often"
    whole = by_stratum(cases)
    for share in own.values():
        # Two stretches of an order in which each stratum comes evenly: off by one at either end of each.
        for stratum, number in by_stratum(share).items():
            assert abs(number - len(share) * whole[stratum] / len(cases)) <= 3


SPLITTING: list[dict[str, Any]] = [
    {**single_design(), "pairing": {"kind": "SPLIT_PLOT", "blocks": ["1", "2"]}},
    {**single_design(), "pairing": {"kind": "PARTIALLY_PAIRED", "common": 2, "own": 3}},
    {**single_design(), "pairing": {"kind": "DOUBLE"}},
    crossover(balance="CASES"),
    crossover(balance="CASES", pairing={"kind": "SPLIT_PLOT", "blocks": ["1", "2"]}),
]


@settings(max_examples=60, deadline=None)
@given(clustered(), seeds, st.sampled_from(SPLITTING))
def test_the_cases_of_a_patient_have_the_same_readers_arms_and_sessions(
    cases: list[DrawnCase], seed: str, design: dict[str, Any]
) -> None:
    lists = draw(design=design, seed=seed, usernames=names(4), cases=cases)
    places: dict[str, set[tuple[str, int, str]]] = defaultdict(set)
    for reader, slots in lists.items():
        for slot in slots:
            places[slot.case].add((reader, slot.session, slot.arm))
    by_patient: dict[str, list[set[tuple[str, int, str]]]] = defaultdict(list)
    for case in cases:
        by_patient[case.patient].append(places[case.name])
    for found in by_patient.values():
        assert all(one == found[0] for one in found)
    pairing = design["pairing"]
    if pairing["kind"] == "PARTIALLY_PAIRED":
        least = min(pairing["common"] + pairing["own"], len(cases))
        largest = max(Counter(case.patient for case in cases).values())
        for slots in lists.values():
            assert least <= len(slots) <= least + 2 * (largest - 1)


@settings(max_examples=60, deadline=None)
@given(clustered(), seeds)
def test_where_no_sample_was_drawn_blocks_differ_by_one_patient_at_most(cases: list[DrawnCase], seed: str) -> None:
    unsampled = [case._replace(stratum="") for case in cases]
    lists = draw(design=SPLITTING[0], seed=seed, usernames=names(2), cases=unsampled)
    sizes = [len(slots) for slots in lists.values()]
    assert max(sizes) - min(sizes) <= max(Counter(case.patient for case in cases).values())
