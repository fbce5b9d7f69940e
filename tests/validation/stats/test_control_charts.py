"""Control charts against published run lengths, worked examples and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from validation.stats.checks import InputError
from validation.stats.control_charts import (
    cusum_chart,
    cusum_run_length,
    ewma_chart,
    ewma_run_length,
    population_stability,
    proportion_chart,
    shewhart_chart,
)
from validation.stats.results import Undefined

# Montgomery, Introduction to Statistical Quality Control (2013), table 9.3: CUSUM with k = 1/2, by shift of the mean.
CUSUM = {4: {0: 168, 0.25: 74.2, 0.5: 26.6, 0.75: 13.3, 1.0: 8.38, 1.5: 4.75, 2.0: 3.34, 3.0: 2.19},
         5: {0: 465, 0.25: 139, 0.5: 38.0, 0.75: 17.0, 1.0: 10.4, 1.5: 5.75, 2.0: 4.01, 3.0: 2.57}}  # fmt: skip
# The same, table 9.11 (from Lucas and Saccucci 1990): EWMA by (limit, weight), then by shift.
EWMA = {(3.054, 0.40): {0: 500, 0.25: 224, 0.5: 71.2, 0.75: 28.4, 1.0: 14.3, 2.0: 3.5},
        (2.998, 0.25): {0: 500, 0.25: 170, 0.5: 48.2, 0.75: 20.1, 1.0: 11.1, 2.0: 3.6},
        (2.962, 0.20): {0: 500, 0.25: 150, 0.5: 41.8, 0.75: 18.2, 1.0: 10.5, 2.0: 3.7},
        (2.814, 0.10): {0: 500, 0.25: 106, 0.5: 31.3, 0.75: 15.9, 1.0: 10.3, 2.0: 4.4}}  # fmt: skip


def places(chart):
    return [(one.index, one.side) for one in chart.signals]


@pytest.mark.parametrize(("decision", "shift"), [(h, shift) for h, row in CUSUM.items() for shift in row])
def test_run_lengths_of_the_cusum_are_those_of_the_table(decision, shift):
    found = cusum_run_length(allowance=0.5, decision=decision, shift=shift)
    assert found == pytest.approx(CUSUM[decision][shift], rel=0.006)


@pytest.mark.parametrize(("design", "shift"), [(design, shift) for design, row in EWMA.items() for shift in row])
def test_run_lengths_of_the_ewma_are_those_of_the_table(design, shift):
    limit, weight = design
    assert ewma_run_length(weight=weight, limit=limit, shift=shift) == pytest.approx(EWMA[design][shift], rel=0.015)


def test_a_shewhart_chart_of_three_deviations_signals_falsely_once_in_370_points():
    assert shewhart_chart([0.0], target=0, sd=1).average_run_length == pytest.approx(370.4, abs=0.05)


# Montgomery 2013, table 9.1: 20 values about 10, then ten about 11; sd 1, k = 0.5, h = 5 (its table 9.2).
_TABLE = (
    "9.45 7.99 9.29 11.66 12.16 10.18 8.04 11.46 9.20 10.34 9.03 11.47 10.51 9.40 10.08 9.37 10.62 10.31 8.52 10.84 "
    "10.90 9.33 12.29 11.50 10.60 11.08 10.38 11.62 11.31 10.52"
)
MONTGOMERY = [float(one) for one in _TABLE.split()]


def test_the_cusum_of_the_worked_example():
    """C+ is 5.28 at period 29, the first above 5."""
    chart = cusum_chart(MONTGOMERY, target=10, sd=1)
    assert chart.values[28] == pytest.approx(5.28, abs=0.005)
    assert chart.values[29] == pytest.approx(5.30, abs=0.005)
    assert places(chart) == [(28, "above"), (29, "above")]


def test_the_limits_of_an_ewma_open_as_in_the_worked_example():
    """Montgomery 2013, example 9.2: weight 0.1 and L = 2.7 about 10 give 10.27 at first, 10.62 in the steady state."""
    chart = ewma_chart(MONTGOMERY, target=10, sd=1, weight=0.1, limit=2.7)
    assert chart.values[0] == pytest.approx(9.945)
    assert chart.high[0] == pytest.approx(10.27)
    assert chart.low[0] == pytest.approx(9.73)
    assert chart.high[-1] == pytest.approx(10.62, abs=0.005)
    assert {side for _, side in places(chart)} == {"above"}


def test_proportions_have_exact_limits():
    chart = proportion_chart([0, 10, 11], [20, 20, 20], expected=0.2)
    # P(X > 9) = 0.0026 is too likely, P(X > 10) = 0.0006 is not.
    assert chart.high[0] == 10 / 20
    assert chart.low[0] == 0
    assert places(chart) == [(2, "above")]
    assert chart.average_run_length == pytest.approx(1 / stats.binom.sf(10, 20, 0.2))


def test_a_small_period_that_cannot_signal_says_so():
    assert isinstance(proportion_chart([2], [2], expected=0.5).average_run_length, Undefined)


@pytest.mark.parametrize(
    "chart",
    [
        lambda: shewhart_chart([0.0, 1.0], target=0, sd=1, limit=50),
        lambda: cusum_chart([0.0, 1.0], target=0, sd=1, allowance=100),
        lambda: ewma_chart([0.0, 1.0], target=0, sd=1, limit=50),
        lambda: ewma_chart([0.0, 1.0], target=0, sd=1, weight=1e-9),
    ],
)
def test_a_chart_that_never_signals_has_no_run_length(chart):
    length = chart().average_run_length
    assert isinstance(length, Undefined)
    assert "never" in length.detail


@given(st.lists(st.integers(0, 30), min_size=1, max_size=20), st.floats(0.02, 0.98))
def test_false_alarms_of_proportions_keep_their_probability(events, expected):
    chart = proportion_chart(events, [30] * len(events), expected=expected)
    assert isinstance(chart.average_run_length, Undefined) or chart.average_run_length >= 1 / 0.0027 - 1e-6
    mirrored = proportion_chart([30 - one for one in events], [30] * len(events), expected=1 - expected)
    assert {index for index, _ in places(chart)} == {index for index, _ in places(mirrored)}


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=40), st.floats(-100, 100), st.floats(0.1, 50))
def test_unit_and_sign_do_not_matter(values, target, sd):
    series = np.array(values)
    opposite = {"above": "below", "below": "above"}
    for chart in (cusum_chart, ewma_chart, shewhart_chart):
        plain = chart(series, target=0, sd=1)
        moved = chart(target - series * sd, target=target, sd=sd)
        near = np.isclose(np.abs(plain.values), plain.high, atol=1e-6).any()
        assert near or places(moved) == [(index, opposite[side]) for index, side in places(plain)]


def test_the_stability_index_in_closed_form():
    """Halves of 100 and 50: (p - q) ln(p / q) twice, each bin with half a case more."""
    p, q = np.array([50.5, 50.5]) / 101, np.array([10.5, 40.5]) / 51
    found = population_stability(np.arange(100), [0] * 10 + [99] * 40, bins=2)
    assert found == pytest.approx(float(np.sum((p - q) * np.log(p / q))))


def test_the_stability_index_of_a_sample_with_itself_is_zero_and_never_below():
    scores = np.random.default_rng(4).random(200)
    assert population_stability(scores, scores) == 0
    assert population_stability(scores, scores**2) > 0.1
    assert population_stability([1, 1, 1], [2, 2]) > 0


def test_an_empty_sample_has_no_index():
    assert isinstance(population_stability([], [1.0]), Undefined)


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: shewhart_chart([], target=0, sd=1), "empty"),
        (lambda: shewhart_chart([1.0, float("nan")], target=0, sd=1), "row 2"),
        (lambda: shewhart_chart([1.0], target=0, sd=0), "standard deviation"),
        (lambda: shewhart_chart([1.0], target=float("inf"), sd=1), "target"),
        (lambda: ewma_chart([1.0], target=0, sd=1, weight=0), "weight"),
        (lambda: cusum_chart([1.0], target=0, sd=1, allowance=-1), "allowance"),
        (lambda: cusum_chart([1.0], target=0, sd=1, decision=0), "decision"),
        (lambda: proportion_chart([1], [0], expected=0.5), "row 1"),
        (lambda: proportion_chart([3], [2], expected=0.5), "no count"),
        (lambda: proportion_chart([1], [2], expected=1), "expected share"),
        (lambda: proportion_chart([], [], expected=0.5), "empty"),
        (lambda: population_stability([1.0], [1.0], bins=1), "bins"),
    ],
)
def test_what_cannot_be_charted_is_refused(call, fault):
    with pytest.raises(InputError, match=fault):
        call()
