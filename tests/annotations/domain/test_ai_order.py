"""Orders by the AI: most urgent first, ties as drawn, and refused where they would tell what an arm hides."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.domain.ai_order import in_ai_order, order_notes, order_sentences, priority_of
from annotations.domain.designs import design_problems, is_plain, single_design
from annotations.domain.drawn_cases import DrawnCase
from annotations.domain.protocol import design_section
from annotations.domain.randomisation import draw
from tests.annotations.domain.test_designs import HIDES, cases_of, crossover, names

TOLD = {"by": "AI_SCORE", "told_before_ai": True}
UNTOLD = {"by": "AI_SCORE", "told_before_ai": False}


def ordered(design: dict[str, Any], order: dict[str, Any] = UNTOLD, arm: int = -1) -> dict[str, Any]:
    """The design with the worklist of one of its arms in the AI's order."""
    arms = [dict(one) for one in design["arms"]]
    arms[arm]["worklist_order"] = order
    return {**design, "arms": arms}


def codes(design: dict[str, Any]) -> list[str]:
    return [one.code for one in design_problems(design)]


@pytest.mark.parametrize("display", ["HIDDEN", "AFTER_SIGNING", "SECOND_READ"])
def test_an_arm_that_hides_the_ai_has_its_order_only_where_the_protocol_says_so(display: str) -> None:
    design = ordered(single_design(display))
    (problem,) = design_problems(design)
    assert (problem.code, problem.field) == ("not_blinded", "design.arms[0].worklist_order.told_before_ai")
    assert "Arm A does not show the AI's scores in the first read" in problem.detail
    told = ordered(single_design(display), TOLD)
    assert design_problems(told) == []
    assert [one.code for one in order_notes(told)] == ["told_by_order"]
    assert "also while the AI itself is not shown" in order_sentences(told)[0]


def test_an_arm_that_shows_the_ai_from_the_start_needs_no_such_word_unless_its_scores_are_hidden() -> None:
    design = ordered(single_design("CONCURRENT"))
    assert (design_problems(design), order_notes(design)) == ([], [])
    design["arms"][0]["blinding"] = {"ai_scores": "HIDDEN"}
    assert codes(design) == ["not_blinded"]


def test_designs_in_which_one_order_of_an_arm_makes_no_sense_are_refused() -> None:
    assert design_problems(ordered(crossover())) == []
    assert codes(ordered(crossover(balance="CASES"))) == ["mixed_order"]
    repeats = {"count": 1, "minimum_distance": 2}
    design = ordered({**single_design("CONCURRENT"), "repeats": repeats})
    design["arms"][0]["blinding"] = HIDES
    assert codes(design) == ["repeats_by_ai"]
    assert [one.code for one in order_notes(ordered(crossover()))] == ["orders_differ"]
    assert codes(ordered(single_design(), {"by": "PRIOR"}))[0]


def test_the_protocol_says_which_order_it_is_and_nothing_where_it_is_drawn() -> None:
    assert order_sentences(crossover()) == []
    (said,) = order_sentences(ordered(crossover()))
    assert said.startswith("Arm B: the worklist is in the AI's order, most urgent first, by the AI's score; ties")
    assert said in design_section(ordered(crossover()))["sentences"]
    assert not is_plain(ordered(single_design("CONCURRENT")))


def test_a_list_by_hand() -> None:
    """Five cases drawn as they stand: the highest first, the two of one score as drawn, the unknown one last."""
    cases = [DrawnCase(name, name) for name in "abcde"]
    priority = {"a": 0.2, "b": 0.7, "d": 0.7, "e": 0.9}
    assert [one.name for one in in_ai_order(cases, priority)] == ["e", "b", "d", "a", "c"]
    flags = {name: priority_of("AI_FLAG", score, 0.7) for name, score in priority.items()}
    assert [one.name for one in in_ai_order(cases, flags)] == ["b", "d", "e", "a", "c"]
    assert in_ai_order(cases, None) == cases


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.integers(0, 11), st.sampled_from([0.1, 0.5, 0.9])),
    st.integers(0, 2),
    st.sampled_from([single_design("CONCURRENT"), crossover()]),
)
def test_only_the_ordered_arm_changes_and_ties_keep_the_drawn_order(scores, training, base) -> None:
    cases, readers = cases_of(12, training=training), names(4)
    base = {**base, "training": [f"00000000-0000-0000-0000-{i:012d}" for i in range(training)]}
    arm = base["arms"][-1]["key"]
    priority = {f"Case {number:03d}": score for number, score in scores.items()}
    inputs: dict[str, Any] = {"seed": "s", "usernames": readers, "cases": cases}
    drawn = draw(design=base, **inputs)
    by_ai = draw(design=ordered(base), **inputs, priorities={arm: priority})
    for reader in readers:
        for key in {one["key"] for one in base["arms"]}:
            before = [slot for slot in drawn[reader] if slot.arm == key and not slot.is_training]
            after = [slot for slot in by_ai[reader] if slot.arm == key and not slot.is_training]
            if key != arm:
                assert after == before
                continue
            expected = sorted(before, key=lambda slot: (-priority.get(slot.case, -math.inf), before.index(slot)))
            assert after == expected
        places = [[slot.is_training for slot in lists[reader]] for lists in (drawn, by_ai)]
        assert places[0] == places[1], "training stays first"
