"""Consensus rules: every outcome by hand, and what must hold for any votes."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotations.domain.consensus import (
    ADJUDICATION,
    AGREED,
    ANY,
    BY_RULE,
    EXCLUDED,
    KINDS,
    MAJORITY,
    MISSING_OUTCOMES,
    NEGATIVE,
    POSITIVE,
    TIE_OUTCOMES,
    TIED,
    TOO_FEW,
    UNANIMOUS,
    WEIGHTED,
    Decision,
    Rule,
    Vote,
    decide,
)


def votes(text: str) -> list[Vote]:
    """`++-` is two positive votes and a negative one."""
    return [Vote(mark == "+") for mark in text]


# What each kind makes of the votes, counted by hand.
TABLE = [
    # votes   MAJORITY  UNANIMOUS ANY  WEIGHTED (all weights 1)
    ("", None, None, None, None),
    ("+", POSITIVE, POSITIVE, POSITIVE, POSITIVE),
    ("-", NEGATIVE, NEGATIVE, NEGATIVE, NEGATIVE),
    ("++", POSITIVE, POSITIVE, POSITIVE, POSITIVE),
    ("--", NEGATIVE, NEGATIVE, NEGATIVE, NEGATIVE),
    ("+-", "tie", "tie", POSITIVE, "tie"),
    ("++-", POSITIVE, "tie", POSITIVE, POSITIVE),
    ("+--", NEGATIVE, "tie", POSITIVE, NEGATIVE),
    ("++--", "tie", "tie", POSITIVE, "tie"),
    ("+++++", POSITIVE, POSITIVE, POSITIVE, POSITIVE),
    ("----+", NEGATIVE, "tie", POSITIVE, NEGATIVE),
]


@pytest.mark.parametrize("ties", TIE_OUTCOMES)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0] or "none")
def test_each_kind_by_hand(row: tuple[str, ...], ties: str) -> None:
    marks, *expected = row
    for kind, outcome in zip((MAJORITY, UNANIMOUS, ANY, WEIGHTED), expected, strict=True):
        found = decide(Rule(kind, ties=ties, missing=EXCLUDED), votes(marks))
        wanted = {None: EXCLUDED, "tie": ties}.get(outcome, outcome)
        assert found.outcome == wanted, kind
        assert (found.reason == TOO_FEW) == (outcome is None)
        assert (found.reason == TIED) == (outcome == "tie")


def test_weights_decide_and_tie_exactly() -> None:
    rule = Rule(WEIGHTED)
    expert = [Vote(True, Fraction("2.5")), Vote(False), Vote(False)]
    assert decide(rule, expert) == Decision(POSITIVE, BY_RULE)
    # As floating point numbers 0.1 + 0.2 is more than 0.3.
    three = [Vote(True, Fraction("0.1")), Vote(True, Fraction("0.2")), Vote(False, Fraction("0.3"))]
    assert decide(rule, three) == Decision(ADJUDICATION, TIED)
    assert decide(Rule(MAJORITY), expert) == Decision(NEGATIVE, BY_RULE), "other kinds know no weights"


def test_too_few_votes_are_never_a_truth() -> None:
    for missing in MISSING_OUTCOMES:
        found = decide(Rule(MAJORITY, ties=NEGATIVE, missing=missing, minimum_votes=3), votes("--"))
        assert (found, found.truth) == (Decision(missing, TOO_FEW), None)
    assert decide(Rule(ANY, minimum_votes=0), []) == Decision(ADJUDICATION, TOO_FEW), "no vote is no negative"


def test_majority_among_all_ways_to_vote_is_the_binomial_count() -> None:
    """Of 2^n ways to vote, those with more than n/2 positive are sum(comb(n, k), k > n/2); ties are comb(n, n/2)."""
    for n in range(1, 9):
        found = [
            decide(Rule(MAJORITY), [Vote(bool(bits >> at & 1)) for at in range(n)]).outcome for bits in range(2**n)
        ]
        assert found.count(POSITIVE) == sum(comb(n, k) for k in range(n // 2 + 1, n + 1))
        assert found.count(ADJUDICATION) == (comb(n, n // 2) if n % 2 == 0 else 0)


RULES = st.builds(
    Rule,
    kind=st.sampled_from(sorted(KINDS)),
    ties=st.sampled_from(TIE_OUTCOMES),
    missing=st.sampled_from(MISSING_OUTCOMES),
    minimum_votes=st.integers(0, 4),
)
VOTES = st.lists(st.builds(Vote, st.booleans(), st.fractions(min_value=Fraction(1, 1000), max_value=1000)), max_size=7)
SWAPPED = {POSITIVE: NEGATIVE, NEGATIVE: POSITIVE, EXCLUDED: EXCLUDED, ADJUDICATION: ADJUDICATION}


@given(RULES, VOTES, st.randoms())
def test_the_order_of_the_readers_does_not_matter(rule: Rule, cast: list[Vote], random) -> None:
    mixed = list(cast)
    random.shuffle(mixed)
    assert decide(rule, mixed) == decide(rule, cast)


@given(RULES, VOTES)
def test_a_truth_needs_enough_votes_and_somebody_who_cast_it(rule: Rule, cast: list[Vote]) -> None:
    found = decide(rule, cast)
    assert (found.truth is None) == (found.outcome in (EXCLUDED, ADJUDICATION))
    if len(cast) < max(rule.minimum_votes, 1):
        assert found == Decision(rule.missing, TOO_FEW)
    elif found.reason in (AGREED, BY_RULE):
        assert found.truth in {int(vote.is_positive) for vote in cast}
    else:
        assert found == Decision(rule.ties, TIED)


@given(RULES, VOTES)
def test_all_kinds_agree_where_all_readers_do(rule: Rule, cast: list[Vote]) -> None:
    if cast and len({vote.is_positive for vote in cast}) == 1:
        enough = rule._replace(minimum_votes=len(cast))
        assert {decide(enough._replace(kind=kind), cast) for kind in KINDS} == {
            Decision(POSITIVE if cast[0].is_positive else NEGATIVE, AGREED)
        }


@given(RULES, VOTES)
def test_every_vote_turned_round_turns_the_outcome_round(rule: Rule, cast: list[Vote]) -> None:
    assume(rule.kind != ANY)
    turned = [vote._replace(is_positive=not vote.is_positive) for vote in cast]
    mirrored = rule._replace(ties=SWAPPED[rule.ties])
    assert decide(mirrored, turned).outcome == SWAPPED[decide(rule, cast).outcome]


@given(VOTES, st.fractions(min_value=Fraction(1, 100), max_value=100))
def test_only_the_proportion_of_weights_matters_and_equal_ones_are_a_majority(
    cast: list[Vote], factor: Fraction
) -> None:
    scaled = [vote._replace(weight=vote.weight * factor) for vote in cast]
    assert decide(Rule(WEIGHTED), scaled) == decide(Rule(WEIGHTED), cast)
    equal = [vote._replace(weight=factor) for vote in cast]
    assert decide(Rule(WEIGHTED), equal) == decide(Rule(MAJORITY), cast)


@given(st.sampled_from([ANY, MAJORITY, WEIGHTED]), VOTES)
def test_one_more_positive_vote_never_takes_a_positive_away(kind: str, cast: list[Vote]) -> None:
    rule = Rule(kind, ties=NEGATIVE)
    if decide(rule, cast).outcome == POSITIVE:
        assert decide(rule, [*cast, Vote(True)]).outcome == POSITIVE
