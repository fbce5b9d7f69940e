"""Triage against queues in closed form, a worked schedule and what must hold of any order."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from validation.stats.checks import InputError
from validation.stats.results import Estimate, Reason, Undefined
from validation.stats.triage import (
    expected_waits,
    replayed_waits,
    still_waiting,
    triage_effect,
    waits_min,
)

PLAN = {"prevalence": 0.1, "sensitivity": 0.9, "specificity": 0.8}


def test_one_reader_by_hand():
    """Four cases, ten minutes each; the third is urgent but must let the second finish, which began at 10."""
    arrival, reading = [0, 1, 12, 3], [10, 10, 10, 10]
    assert waits_min(arrival, reading).tolist() == [0, 9, 18, 17]
    assert waits_min(arrival, reading, [0, 0, 1, 0]).tolist() == [0, 9, 8, 27]


def test_two_readers_by_hand():
    assert waits_min([0, 0, 0, 25], [10, 20, 30, 1], readers=2).tolist() == [0, 0, 10, 0]


@pytest.mark.parametrize("readers", [1, 3])
def test_a_simulated_queue_waits_as_long_as_its_closed_form(readers):
    """Erlang C and Cobham; 200,000 exponential cases, the mean of their waits within 4 %."""
    rng, n, busy, mean = np.random.default_rng(7), 200_000, 0.75, 6.0
    per_hour = 60 * busy * readers / mean
    arrival, reading = np.cumsum(rng.exponential(60 / per_hour, n)), rng.exponential(mean, n)
    truth = rng.random(n) < PLAN["prevalence"]
    flag = np.where(truth, rng.random(n) < PLAN["sensitivity"], rng.random(n) > PLAN["specificity"])
    known = expected_waits(arrivals_per_hour=per_hour, mean_reading_min=mean, readers=readers, **PLAN)
    plain, triaged = waits_min(arrival, reading, readers=readers), waits_min(arrival, reading, flag, readers=readers)
    assert plain.mean() == pytest.approx(known.first_come_min, rel=0.04)
    assert triaged[flag].mean() == pytest.approx(known.flagged_min, rel=0.04)
    assert triaged[~flag].mean() == pytest.approx(known.unflagged_min, rel=0.04)
    assert triaged[truth].mean() == pytest.approx(known.positives_min, rel=0.04)


def test_one_reader_in_closed_form():
    """M/M/1: rho / (mu - lambda); its first class waits rho / mu / (1 - rho of the class)."""
    found = expected_waits(arrivals_per_hour=6, mean_reading_min=8, readers=1, **PLAN)
    rho, mu = 0.8, 1 / 8
    flagged = 0.1 * 0.9 + 0.9 * 0.2
    assert found.first_come_min == pytest.approx(rho / (mu - 0.1))
    assert found.flagged_min == pytest.approx(rho / mu / (1 - rho * flagged))
    assert found.unflagged_min == pytest.approx(rho / mu / (1 - rho * flagged) / (1 - rho))


def test_erlang_c_of_the_tables():
    """Ten servers offered 7 Erlang: 0.2217 of arrivals wait (tables of Erlang C)."""
    found = expected_waits(arrivals_per_hour=60, mean_reading_min=7, readers=10, **PLAN)
    assert found.first_come_min * (10 - 7) / 7 == pytest.approx(0.2217, abs=5e-5)


@given(st.floats(0.05, 0.95), st.floats(0, 1), st.floats(0, 1), st.integers(1, 9), st.floats(0.1, 0.97))
def test_order_changes_who_waits_and_not_how_long_all_do(prevalence, sensitivity, specificity, readers, busy):
    """Kleinrock's conservation law: with reading times that do not depend on the class the mean stays."""
    found = expected_waits(
        arrivals_per_hour=60 * busy * readers / 5, mean_reading_min=5, readers=readers,
        prevalence=prevalence, sensitivity=sensitivity, specificity=specificity,
    )  # fmt: skip
    mean = prevalence * found.positives_min + (1 - prevalence) * found.negatives_min
    assert mean == pytest.approx(found.first_come_min)
    assert (found.positives_min <= found.first_come_min * (1 + 1e-9)) == (
        sensitivity >= 1 - specificity - 1e-9
    ) or math.isclose(sensitivity, 1 - specificity, abs_tol=1e-6)


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 5)), min_size=1, max_size=30), st.integers(1, 4))
def test_equal_reading_times_wait_as_long_altogether_in_any_order(cases, readers):
    arrival, urgency = [one for one, _ in cases], [one for _, one in cases]
    plain = waits_min(arrival, [7.0] * len(cases), readers=readers)
    triaged = waits_min(arrival, [7.0] * len(cases), urgency, readers=readers)
    assert (plain >= 0).all()
    assert triaged.sum() == pytest.approx(plain.sum(), abs=1e-6)


def recorded(days=12, cases=40, seed=3):
    rng = np.random.default_rng(seed)
    truth = rng.random(days * cases) < 0.2
    score = np.clip(rng.normal(0.3 + 0.4 * truth, 0.2), 0, 1)
    arrival = np.sort(rng.uniform(0, 240, (days, cases)), axis=1).ravel()
    return truth, score, arrival, rng.gamma(4, 1.6, days * cases), np.repeat(np.arange(days), cases)


def test_positives_are_read_sooner_and_the_intervals_hold_their_estimates():
    effect = triage_effect(*recorded())
    assert effect.positives.change_min.high < 0
    assert effect.negatives.change_min.value > 0
    for waits in (effect.positives, effect.negatives):
        for one in (waits.first_come_min, waits.triaged_min, waits.change_min):
            assert one.low <= one.value <= one.high
        assert waits.change_min.value == pytest.approx(waits.triaged_min.value - waits.first_come_min.value)


def test_the_interval_is_about_as_wide_as_that_of_the_means_of_days():
    truth, score, arrival, reading, day = recorded(days=40)
    change = triage_effect(truth, score, arrival, reading, day).positives.change_min
    plain, triaged = (
        np.concatenate(
            [waits_min(arrival[day == d], reading[day == d], None if p is None else p[day == d]) for d in range(40)]
        )
        for p in (None, score)
    )
    means = [(triaged - plain)[(day == d) & truth].mean() for d in range(40) if ((day == d) & truth).any()]
    assert change.high - change.low == pytest.approx(2 * 1.96 * np.std(means, ddof=1) / np.sqrt(len(means)), rel=0.35)


def test_days_do_not_wait_for_each_other_and_ties_change_nothing():
    truth, score, arrival, reading, day = recorded()
    assert triage_effect(truth, np.zeros(len(score)), arrival, reading, day).positives.change_min == Estimate(
        0.0, 0.0, 0.0, 0.95, "percentile bootstrap over days", int(truth.sum())
    )
    above = triage_effect(truth, score, arrival, reading, day, threshold=2.0)
    assert above.negatives.change_min.value == 0


@pytest.mark.parametrize(
    ("days", "level", "has_interval"), [(2, 0.95, False), (5, 0.95, False), (6, 0.95, True), (5, 0.9, True)]
)
def test_few_days_give_no_interval(days, level, has_interval):
    """The interval lies within the days' means: with k of them those hold a middle day with 1 - 2^(1 - k) at most."""
    assert (1 - 2 ** (1 - days) >= level) is has_interval
    truth, score, arrival, reading, day = recorded(days=days)
    change = triage_effect(truth, score, arrival, reading, day, level=level).positives.change_min
    assert (change.low is not None) is has_interval
    # Of the positive cases only those days count that have one.
    elsewhere = triage_effect(truth & (day == 0), score, arrival, reading, day, level=level).positives.change_min
    assert elsewhere.note == f"All such cases are of one day, too few to resample for a {100 * level:.4g} % interval."


def test_one_class_or_one_day_is_said():
    truth, score, arrival, reading, day = recorded(days=1)
    assert triage_effect(truth, score, arrival, reading, day).positives.change_min.low is None
    none = triage_effect(np.zeros(len(truth)), score, arrival, reading, day)
    assert isinstance(none.positives.change_min, Undefined)
    assert isinstance(triage_effect([], [], [], [], []).negatives.triaged_min, Undefined)


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: waits_min([0, 1], [1, -1]), "row 2"),
        (lambda: waits_min([0], [1], readers=0), "readers"),
        (lambda: waits_min([0, 1], [1]), "length"),
        (lambda: expected_waits(arrivals_per_hour=0, mean_reading_min=1, readers=1, **PLAN), "above 0"),
        (
            lambda: expected_waits(
                arrivals_per_hour=1, mean_reading_min=1, readers=1, prevalence=2, sensitivity=1, specificity=1
            ),
            "prevalence",
        ),
    ],
)
def test_what_is_no_queue_is_refused(call, fault):
    with pytest.raises(InputError, match=fault):
        call()


def test_a_queue_that_grows_for_ever_has_no_mean():
    found = expected_waits(arrivals_per_hour=60, mean_reading_min=2, readers=2, **PLAN)
    assert isinstance(found, Undefined)
    assert found.reason is Reason.UNSTABLE_QUEUE
    assert "100%" in found.detail


def test_who_still_waits_by_hand():
    assert still_waiting([0, 5, 5, 10], [0, 4.9, 5, 10]).tolist() == [0.75, 0.75, 0.25, 0]
    with pytest.raises(InputError):
        still_waiting([], [0])


def test_days_are_replayed_apart_wherever_their_cases_stand():
    """Two days of two cases, ten minutes each, the second of each day more urgent; the rows of the days alternate."""
    plain, triaged = replayed_waits([0.1, 0.1, 0.9, 0.9], [0, 0, 0, 0], [10, 10, 10, 10], ["a", "b", "a", "b"])
    assert (plain.tolist(), triaged.tolist()) == ([0, 0, 10, 10], [10, 10, 0, 0])
