"""What an operating layer makes of scores, against closed forms, and what no layer does."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.inference.layer_rule import LayerRule, calibrated_score, shifted

SCORES = st.floats(0, 1)
POSITIVE = st.floats(0.05, 20)
PREVALENCES = st.floats(0.001, 0.999)
STEPS = {"steps": [{"score": 0.2, "probability": 0.1}, {"score": 0.6, "probability": 0.3}]}


def temperature(t, shift=None):
    return LayerRule("TEMPERATURE", {"temperature": t}, shift)


@pytest.mark.parametrize(
    ("rule", "score", "odds"),
    [
        # A score of 0.8 has the odds 4: their square root at temperature 2, 4 again at 1.
        (temperature(2.0), 0.8, 2.0),
        (temperature(1.0), 0.8, 4.0),
        # exp(a) odds^b.
        (LayerRule("PLATT", {"intercept": math.log(3), "slope": 2.0}, None), 0.8, 48.0),
        # exp(c) s^a / (1 - s)^b.
        (LayerRule("BETA", {"intercept": 0.0, "a": 2.0, "b": 1.0}, None), 0.8, 0.64 / 0.2),
        # Odds 4 at a prevalence of a half are a likelihood ratio of 4; at one in ten the prior odds are 1 / 9.
        (temperature(1.0, (0.5, 0.1)), 0.8, 4 / 9),
    ],
)
def test_closed_forms(rule, score, odds):
    assert calibrated_score(score, rule) == pytest.approx(odds / (1 + odds), rel=1e-12)


@pytest.mark.parametrize(("score", "probability"), [(0, 0.1), (0.2, 0.1), (0.3, 0.15), (0.6, 0.3), (1, 0.3)])
def test_steps_are_straight_in_between_and_level_beyond(score, probability):
    assert calibrated_score(score, LayerRule("ISOTONIC", STEPS, None)) == pytest.approx(probability)
    alone = LayerRule("ISOTONIC", {"steps": [{"score": 0.4, "probability": 0.7}]}, None)
    assert calibrated_score(score, alone) == 0.7


def rules():
    shift = st.none() | st.tuples(PREVALENCES, PREVALENCES)
    ends = st.floats(-5, 5)
    parameters = st.one_of(
        st.builds(lambda t: ("TEMPERATURE", {"temperature": t}), POSITIVE),
        st.builds(lambda a, b: ("PLATT", {"intercept": a, "slope": b}), ends, POSITIVE),
        st.builds(lambda c, a, b: ("BETA", {"intercept": c, "a": a, "b": b}), ends, POSITIVE, POSITIVE),
        st.just(("ISOTONIC", STEPS)),
    )
    return st.builds(lambda made, between: LayerRule(made[0], made[1], between), parameters, shift)


@given(rules(), SCORES, SCORES)
def test_the_order_of_scores_stays_and_every_score_has_a_probability(rule, one, other):
    low, high = (calibrated_score(score, rule) for score in sorted((one, other)))
    assert 0 <= low <= high + 1e-12
    assert high <= 1


@given(SCORES, PREVALENCES, PREVALENCES)
def test_a_shift_is_bayes_theorem_and_goes_back(probability, trained_at, applied_at):
    there = shifted(probability, trained_at, applied_at)
    # Of a population at `applied_at`, by the densities of positive and negative cases that `probability` stands for.
    positive, negative = probability / trained_at * applied_at, (1 - probability) / (1 - trained_at) * (1 - applied_at)
    assert there == pytest.approx(positive / (positive + negative), rel=1e-9, abs=1e-12)
    assert shifted(there, applied_at, trained_at) == pytest.approx(probability, rel=1e-6, abs=1e-9)
    assert shifted(probability, trained_at, trained_at) == pytest.approx(probability, rel=1e-9, abs=1e-12)
