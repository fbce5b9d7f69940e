"""Samples that anybody can draw again: exact, each case once, one per patient, and one stratum apart from the other."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.sampling import (
    Candidate,
    Stratum,
    TooFew,
    draw_sample,
    equal,
    numbers_of,
    prevalence,
    proportional,
    strata_of,
    with_prevalence,
)

STRATA: list[Stratum] = [("1", "A"), ("1", "B"), ("0", "A"), ("0", "B")]
rows = st.lists(st.tuples(st.sampled_from(STRATA), st.integers(1, 12)), max_size=30)
counts = st.dictionaries(st.sampled_from(STRATA), st.integers(0, 6))


def frame(drawn: Sequence[tuple[Stratum, int]]) -> list[Candidate]:
    return [Candidate(f"1.2.{number}", f"P{patient}", stratum) for number, (stratum, patient) in enumerate(drawn)]


@given(rows, counts, st.text(max_size=8), st.booleans())
def test_a_sample_is_exact_or_refused_by_its_numbers(
    drawn: list[tuple[Stratum, int]], wanted: dict[Stratum, int], seed: str, one_per_patient: bool
) -> None:
    candidates = frame(drawn)
    left_out = {one.study_instance_uid for one in candidates[::7]}
    wanted = {stratum: wanted.get(stratum, 0) for stratum in strata_of(candidates)}
    how: Any = {"left_out": left_out, "one_per_patient": one_per_patient}
    missing = sum(one.missing for one in numbers_of(candidates, wanted, **how))
    if missing:
        with pytest.raises(TooFew):
            draw_sample(candidates, wanted, seed=seed, **how)
        return
    sample = draw_sample(candidates, wanted, seed=seed, **how)
    assert Counter(one.stratum for one in sample) == Counter(wanted)
    uids = [one.study_instance_uid for one in sample]
    assert len(set(uids)) == len(uids)
    assert not set(uids) & left_out
    if one_per_patient:
        assert len({one.patient for one in sample}) == len(sample)
    # The order of the file and of the counts says nothing.
    again = dict(reversed(wanted.items()))
    assert draw_sample(candidates[::-1], again, seed=seed, **how) == sample


@given(rows, st.text(max_size=8), st.sampled_from(STRATA), st.data())
def test_another_candidate_changes_no_other_stratum(
    drawn: list[tuple[Stratum, int]], seed: str, stratum: Stratum, data: st.DataObject
) -> None:
    one_per_patient = data.draw(st.booleans())
    # Each patient in one stratum, which is what a patient's disease and site mostly are.
    candidates = [one._replace(patient=f"{one.patient} {one.stratum}") for one in frame(drawn)]
    available = {name: len({one.patient for one in own}) for name, own in strata_of(candidates).items()}
    wanted = {name: data.draw(st.integers(0, number)) for name, number in available.items()}
    more = [*candidates, Candidate("9.9", data.draw(st.sampled_from([f"P1 {stratum}", "new"])), stratum)]
    how: Any = {"seed": seed, "left_out": (), "one_per_patient": one_per_patient}
    before, after = (draw_sample(one, wanted, **how) for one in (candidates, more))
    assert [one for one in after if one.stratum != stratum] == [one for one in before if one.stratum != stratum]


@given(rows, counts)
def test_what_can_be_drawn_depends_on_no_seed_and_each_patient_has_one_place(
    drawn: list[tuple[Stratum, int]], wanted: dict[Stratum, int]
) -> None:
    candidates = frame(drawn)
    found = numbers_of(candidates, wanted, left_out=(), one_per_patient=True)
    assert sum(one.eligible for one in found) == len({one.patient for one in candidates})
    assert sum(one.candidates for one in found) == len(candidates)
    assert all(one.eligible <= one.patients <= one.candidates for one in found)


def test_patients_in_all_strata_starve_none_of_them() -> None:
    """90 patients with a study in each of three strata: 30 for each where the same is wanted, else in proportion."""
    candidates = frame([((value,), patient) for patient in range(90) for value in "abc"])
    for wanted, eligible in (((5, 5, 5), [30, 30, 30]), ((20, 60, 10), [20, 60, 10]), ((0, 8, 1), [0, 80, 10])):
        counts: dict[Stratum, int] = {(value,): count for value, count in zip("abc", wanted, strict=True)}
        found = numbers_of(candidates, counts, left_out=(), one_per_patient=True)
        assert [one.eligible for one in found] == eligible


def test_a_patient_counts_in_the_stratum_that_lacks_most() -> None:
    """A cancer among the yearly examinations of a patient is not lost to the healthy years."""
    candidates = frame([(("1",), 1), (("0",), 1), (("0",), 1), (("0",), 2)])
    assert [
        one.eligible for one in numbers_of(candidates, {("1",): 1, ("0",): 1}, left_out=(), one_per_patient=True)
    ] == [
        1,
        1,
    ]
    for seed in range(20):
        sample = draw_sample(candidates, {("1",): 1, ("0",): 1}, seed=str(seed), left_out=(), one_per_patient=True)
        assert {one.study_instance_uid for one in sample} == {"1.2.0", "1.2.3"}


def test_the_ten_lines_of_the_decision_record_draw_the_same() -> None:
    """ADR 25 prints this script; it knows nothing of the portal."""
    candidates = frame([(STRATA[number % 4], number // 3) for number in range(40)])
    wanted = dict.fromkeys(STRATA, 3)

    def h(*parts: str) -> str:
        return hashlib.sha256("|".join(("2026", *parts)).encode()).hexdigest()

    by_hand = []
    for values in STRATA:
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
        own = [one.study_instance_uid for one in candidates if one.stratum == values]
        by_hand += [uid for _, uid in sorted((h(text, uid), uid) for uid in own)][:3]
    by_hand.sort(key=lambda uid: h("order", uid))
    sample = draw_sample(candidates, wanted, seed="2026", left_out=(), one_per_patient=False)
    assert [one.study_instance_uid for one in sample] == by_hand


def test_who_has_more_studies_is_no_likelier_to_be_drawn() -> None:
    """One of two patients, one with 9 studies: binomial(2000, 1/2), 4 standard deviations are 89."""
    candidates = frame([(("1",), 1)] * 9 + [(("1",), 2)])
    how: Any = {"left_out": (), "one_per_patient": True}
    first = [draw_sample(candidates, {("1",): 1}, seed=str(seed), **how)[0].patient for seed in range(2000)]
    assert abs(first.count("P1") - 1000) < 89


available = st.dictionaries(st.sampled_from(STRATA), st.integers(0, 40), min_size=1)


@given(available, st.integers(0, 170))
def test_fills_give_the_total_and_never_more_than_there_is(there: dict[Stratum, int], total: int) -> None:
    for fill in (proportional, equal):
        if total > sum(there.values()):
            with pytest.raises(TooFew):
                fill(total, there)
            continue
        found = fill(total, there)
        assert sum(found.values()) == total
        assert all(0 <= found[one] <= there[one] for one in there)
    if total <= sum(there.values()) and total:
        exact = {one: total * number / sum(there.values()) for one, number in there.items()}
        assert all(abs(number - exact[one]) < 1 for one, number in proportional(total, there).items())
        even = equal(total, there)
        # Whoever gives less than another has given all.
        assert all(even[one] == there[one] or even[one] >= max(even.values()) - 1 for one in there)


def test_a_prevalence_is_shared_out_on_either_side() -> None:
    there: dict[Stratum, int] = {("1", "A"): 30, ("1", "B"): 10, ("0", "A"): 600, ("0", "B"): 400}
    found = with_prevalence(60, there, number_positive=20, place=0, positive=["1"])
    assert found == {("1", "A"): 15, ("1", "B"): 5, ("0", "A"): 24, ("0", "B"): 16}
    assert prevalence(found, place=0, positive=["1"]) == pytest.approx(1 / 3)
    assert prevalence({}, place=0, positive=["1"]) is None
    with pytest.raises(TooFew):
        with_prevalence(100, there, number_positive=50, place=0, positive=["1"])
