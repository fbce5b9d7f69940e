"""Lists that are given: drawn as they are, counted, and refused where they fit nothing."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.domain.designs import design_problems, number_of_reads, single_design, smallest_share
from annotations.domain.drawn_cases import DrawnCase
from annotations.domain.listed import list_misfits
from annotations.domain.protocol import design_section
from annotations.domain.randomisation import draw

CASES = [f"Case {number:03d}" for number in range(1, 7)]
READERS = ("ada", "bea", "cid")


def two_arms(lists: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    """A crossover without AI with these lists."""
    arms = [{"key": key, "name": key, "ai_display": "HIDDEN", "blinding": {"own_past_reads": "HIDDEN"}} for key in "AB"]
    session = {"opens_on": None, "closes_on": None, "washout_days": 0}
    pairing = {"kind": "LISTED", "lists": lists}
    return {
        **single_design(), "kind": "CROSSOVER", "arms": arms, "sessions": [session, session], "pairing": pairing,
    } | changes  # fmt: skip


def a_list(reader: str = "ada", arm: str = "A", cases: list[str] | None = None) -> dict[str, Any]:
    return {"reader": reader, "arm": arm, "cases": CASES if cases is None else cases}


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(READERS), st.sampled_from("AB")),
        st.lists(st.sampled_from(CASES), min_size=1, unique=True),
        min_size=1,
    ),
    st.text(max_size=8),
)
def test_each_reads_what_is_listed_and_nothing_else(listed: dict[tuple[str, str], list[str]], seed: str) -> None:
    design = two_arms([a_list(reader, arm, own) for (reader, arm), own in listed.items()])
    assert design_problems(design) == []
    drawn = draw(design=design, seed=seed, usernames=READERS, cases=[DrawnCase(name, name) for name in CASES])
    for reader in READERS:
        for arm in "AB":
            slots = [slot for slot in drawn[reader] if slot.arm == arm]
            assert sorted(slot.case for slot in slots) == sorted(listed.get((reader, arm), []))
            assert len({slot.session for slot in slots}) <= 1
    assert sum(map(len, drawn.values())) == number_of_reads(design, readers=3, cases=6)
    assert smallest_share(design, readers=3, cases=6) == min(map(len, listed.values()))


def test_the_protocol_says_that_nothing_was_drawn() -> None:
    said = design_section(two_arms([a_list(), a_list(arm="B"), a_list("bea")]))["sentences"]
    assert "Who reads what is given by a list, not drawn: 18 read(s) of 2 reader(s)." in said


@pytest.mark.parametrize(
    ("lists", "changes", "codes"),
    [
        ([a_list(arm="C")], {}, ["unknown_arm"]),
        ([a_list(), a_list()], {}, ["repeated"]),
        ([a_list()], {"balance": "CASES"}, ["listed"]),
        ([a_list(cases=[])], {}, ["schema"]),
        ([], {}, ["schema"]),
        ([a_list(cases=["Case 001", "Case 001"])], {}, ["schema"]),
    ],
)
def test_lists_that_are_none(lists: Any, changes: Any, codes: list[str]) -> None:
    found = design_problems(two_arms(lists, **changes))
    if codes == ["schema"]:
        assert found
        assert all(one.field.startswith("design.pairing") for one in found)
    else:
        assert [one.code for one in found] == codes


def test_lists_that_fit_neither_readers_nor_cases() -> None:
    design = two_arms([a_list("eve"), a_list(cases=["Case 001", "Case 009"])])
    found = list_misfits(design, readers=["ada", "bea"], cases=[*CASES, "Case 007", "Case 008"], training=["Case 002"])
    assert {one.code: one.detail for one in found} == {
        "unknown_reader": "eve: in a list, and no reader of the reader study.",
        "without_list": "bea: a reader, and in no list.",
        "unknown_case": "Case 009: in a list, and no case of the reader study.",
        "training_case": "Case 002: in a list, and a training case, which all readers read anyway.",
        "unread_case": "Case 007, Case 008: a case, and in no list.",
    }
    assert list_misfits(single_design(), readers=["ada"], cases=CASES) == []
