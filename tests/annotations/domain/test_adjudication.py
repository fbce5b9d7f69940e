"""Which cases are judged again, in which order, and what is told of their readers."""

import json
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.adjudication import (
    DISAGREEMENT,
    LOW_CONFIDENCE,
    OPEN,
    RANDOM,
    Candidate,
    Triggers,
    anonymous_answers,
    letter,
    shuffled,
    triggered,
)
from tests.annotations.building import CALL, NODULE, NODULES, RATING

CASES = [
    Candidate("agreed", is_open=False, is_disputed=False, lowest_confidence=80),
    Candidate("disputed", is_open=False, is_disputed=True, lowest_confidence=60),
    Candidate("tied", is_open=True, is_disputed=True, lowest_confidence=40),
    Candidate("unread", is_open=True, is_disputed=False, lowest_confidence=None),
]
NONE = Triggers(open_cases=False, disagreement=False, low_confidence_below=None, random_percent=0)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"open_cases": True}, {"tied": [OPEN], "unread": [OPEN]}),
        ({"disagreement": True}, {"disputed": [DISAGREEMENT], "tied": [DISAGREEMENT]}),
        ({"low_confidence_below": 60}, {"tied": [LOW_CONFIDENCE]}),
        ({"low_confidence_below": 61}, {"disputed": [LOW_CONFIDENCE], "tied": [LOW_CONFIDENCE]}),
        ({"random_percent": 100}, {one.case: [RANDOM] for one in CASES}),
        (
            {"open_cases": True, "disagreement": True, "low_confidence_below": 50},
            {"disputed": [DISAGREEMENT], "tied": [OPEN, DISAGREEMENT, LOW_CONFIDENCE], "unread": [OPEN]},
        ),
    ],
)
def test_each_trigger_by_hand(changes: dict, expected: dict) -> None:
    assert dict(triggered(CASES, NONE._replace(**changes), "seed")) == expected


def test_a_case_whose_reads_differ_on_another_question_is_named_whatever_the_votes_say() -> None:
    differing = Candidate("differing", is_open=False, is_disputed=False, lowest_confidence=None, differs_on=["margin"])
    assert triggered([differing, CASES[0]], NONE, "seed") == [("differing", [DISAGREEMENT])]


@given(st.integers(0, 100), st.integers(0, 60), st.text(max_size=8))
def test_the_random_share_has_its_size_and_comes_again_from_the_seed(percent: int, number: int, seed: str) -> None:
    cases = [Candidate(f"Case {one:03d}", False, False, None) for one in range(number)]
    drawn = triggered(cases, NONE._replace(random_percent=percent), seed)
    assert len(drawn) == ceil(number * percent / 100)
    assert drawn == triggered(cases[::-1], NONE._replace(random_percent=percent), seed)
    assert all(reasons == [RANDOM] for _, reasons in drawn)


def test_every_case_is_as_likely_in_the_share_as_any_other() -> None:
    """Of 2,000 seeds a case is in a share of 30 % in 600 (binomial, sd 20.5): five sd either way."""
    cases = [Candidate(f"Case {one:03d}", False, False, None) for one in range(10)]
    counts = dict.fromkeys((one.case for one in cases), 0)
    for seed in range(2000):
        for case, _ in triggered(cases, NONE._replace(random_percent=30), str(seed)):
            counts[case] += 1
    assert sum(counts.values()) == 6000
    assert all(abs(count - 600) < 103 for count in counts.values()), counts


def test_reader_a_of_one_case_is_not_reader_a_of_the_next() -> None:
    """Three readers over 60 cases: each comes first in about 20 (binomial, sd 3.7): five sd either way."""
    first = [shuffled("seed", f"Case {number}", ["x", "y", "z"])[0] for number in range(60)]
    assert all(abs(first.count(one) - 20) < 19 for one in "xyz")
    assert shuffled("seed", "Case 1", ["z", "y", "x"]) == shuffled("seed", "Case 1", ["x", "y", "z"])


def test_letters_go_on_after_z() -> None:
    assert [letter(at) for at in (0, 1, 25, 26, 27, 52)] == ["A", "B", "Z", "AA", "AB", "BA"]


def test_answers_in_words_hold_no_id_no_place_and_no_free_text() -> None:
    finding = {
        "id": "11111111-1111-4111-8111-111111111111", "question": "nodules", "code": NODULE, "confidence": 70,
        "answers": {}, "marks": [
            {"id": "22222222-2222-4222-8222-222222222222", "geometry": {"kind": "LENGTH", "points_mm": [[8.125, 2, 3]]},
             "measurements": {"length_mm": 12.5}, "text": "as Dr Grace said"},
        ],
    }  # fmt: skip
    measure = {**finding, "question": None}
    answers = {"nodule_present": True, "confidence": 83, "suspicion": 2, "words": "Grace thinks so"}
    answers["side"] = {"cannot_assess": "Grace moved"}
    payload = {"version": 3, "answers": answers, "findings": [finding, measure], "ai_decisions": []}
    scale = {"key": "suspicion", "kind": "ORDINAL", "text": "Suspicion?", "options": ["no", "low", "a", "b", "c"]}
    empty = {"key": "other", "kind": "BINARY", "text": "Other?"}
    words = {"key": "words", "kind": "TEXT", "text": "Anything else?"}
    side = {"key": "side", "kind": "BINARY", "text": "Left?", "cannot_assess": True}
    section = {"key": "part", "kind": "SECTION", "text": "A part"}
    said = anonymous_answers(payload, [section, CALL, RATING, scale, empty, words, side, NODULES])
    assert said == [
        {"question": "Nodule present?", "answer": "Yes"},
        {"question": "How sure?", "answer": "83"},
        {"question": "Suspicion?", "answer": "low (2)"},
        {"question": "Other?", "answer": "not answered"},
        {"question": "Anything else?", "answer": "answered in words, which are not shown"},
        {"question": "Left?", "answer": "cannot assess"},
        {"question": "Mark the nodules.", "answer": "nodule, confidence 70, length 12.5 mm"},
    ]
    text = json.dumps(said)
    assert not any(secret in text for secret in ("1111", "2222", "8.125", "Grace"))
