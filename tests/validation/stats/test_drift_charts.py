"""Control charts against a measured reference: a textbook's p chart, known variances, and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from validation.stats.checks import InputError
from validation.stats.control_charts import ewma_chart, ewma_run_length, proportion_chart
from validation.stats.drift_charts import (
    LARGE_CHANGE,
    category_bins,
    category_counts,
    ewma_of_means_chart,
    share_chart,
    stability_chart,
    value_counts,
    value_edges,
)
from validation.stats.results import Undefined

# Montgomery, Introduction to Statistical Quality Control (2013), table 7.1 (example 7.1): nonconforming cans of frozen
# orange juice concentrate in 30 samples of 50. Its p chart has the centre 0.2313 and the limits 0.0524 and 0.4102, and
# the samples 15 and 23 are above.
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


def places(chart):
    return [(one.index, one.side) for one in chart.signals]


def test_the_p_chart_of_the_textbook():
    """Exact limits lie on counts, 4 and 21 of 50, where the book's normal ones are 2.6 and 20.5."""
    chart = proportion_chart(CANS, [50] * 30, expected=347 / 1500)
    assert chart.centre == pytest.approx(0.2313, abs=5e-5)
    assert (chart.low[0], chart.high[0]) == (4 / 50, 21 / 50)
    assert chart.low[0] == pytest.approx(0.0524, abs=1.5 / 50)
    assert chart.high[0] == pytest.approx(0.4102, abs=1.5 / 50)
    assert places(chart) == [(14, "above"), (22, "above")]


def test_a_share_whose_reference_is_large_has_the_limits_of_a_known_one():
    known = proportion_chart(CANS, [50] * 30, expected=347 / 1500)
    measured = share_chart(CANS, [50] * 30, reference_events=34_700_000, reference_total=150_000_000)
    assert (measured.low, measured.high) == (known.low, known.high)
    assert measured.average_run_length == pytest.approx(known.average_run_length, rel=1e-3)
    small = share_chart(CANS, [50] * 30, reference_events=35, reference_total=150)
    assert small.low[0] <= known.low[0] < known.high[0] < small.high[0]


def test_limits_of_a_share_are_quantiles_of_the_beta_binomial():
    chart = share_chart([3], [40], reference_events=20, reference_total=100)
    law = stats.betabinom(40, 20.5, 80.5)
    assert chart.low[0] * 40 == law.ppf(0.00135)
    assert chart.high[0] * 40 == law.isf(0.00135)
    outside = law.cdf(chart.low[0] * 40 - 1) + law.sf(chart.high[0] * 40)
    assert chart.average_run_length == pytest.approx(1 / outside)


def test_reads_of_one_case_count_as_one_unit_in_the_limits():
    """Three readers who always say the same are no more than one."""
    one = share_chart([6], [20], reference_events=160, reference_total=200)
    three = share_chart([18], [60], units=[20], reference_events=160, reference_total=200)
    assert (one.low, one.high, one.values) == (three.low, three.high, three.values)
    assert places(one) == places(three) == [(0, "below")]


def test_an_ewma_of_equal_periods_and_a_known_target_is_the_plain_one():
    means = np.random.default_rng(2).normal(0.4, 0.05, 30)
    plain = ewma_chart(means, target=0.4, sd=0.25 / 5)
    of_means = ewma_of_means_chart(means, [25] * 30, target=0.4, sd=0.25)
    for name in ("values", "low", "high"):
        assert getattr(of_means, name) == pytest.approx(getattr(plain, name))
    assert of_means.average_run_length == plain.average_run_length


def test_the_limits_of_an_ewma_hold_the_chance_of_the_reference():
    """Two periods by hand: weights 0.2 and 0.16, and the mean of 100 reference cases taken away 0.36 times."""
    chart = ewma_of_means_chart([0.5, 0.5], [20, 50], target=0.5, sd=0.3, reference_size=100)
    variance = 0.3**2 * (0.16**2 / 20 + 0.2**2 / 50 + 0.36**2 / 100)
    assert chart.high[1] - 0.5 == pytest.approx(2.962 * variance**0.5)


def first_signals(rng, *, shift, reference_size, runs=150, steps=120, size=25):
    """Steps until the first signal of each run; runs without one count to their end."""
    found = []
    for _ in range(runs):
        reference = rng.normal(0, 1, reference_size)
        means = rng.normal(shift, size**-0.5, steps)
        chart = ewma_of_means_chart(
            means,
            [size] * steps,
            target=reference.mean(),
            sd=reference.std(ddof=1),
            reference_size=reference_size,
        )
        found.append((chart.signals[0].index + 1 if chart.signals else steps, len(chart.signals)))
    return np.array(found)


def test_a_shift_is_found_after_the_run_length_that_the_chart_promises():
    """Of one standard error: 10.5 steps (table 9.11); the mean of 150 runs has a standard error of about 0.5."""
    promised = ewma_run_length(weight=0.2, limit=2.962, shift=1.0)
    found = first_signals(np.random.default_rng(7), shift=0.2, reference_size=20_000)[:, 0]
    assert found.mean() == pytest.approx(promised, abs=4 * found.std() / len(found) ** 0.5)
    assert promised == pytest.approx(10.5, rel=0.015)


@pytest.mark.parametrize("reference_size", [50, 200, 20_000])
def test_without_a_shift_points_are_outside_no_more_often_than_stated(reference_size):
    """A point is outside 2.962 deviations with 0.31 %, however small the reference was; 120 x 150 points."""
    signals = first_signals(np.random.default_rng(8), shift=0.0, reference_size=reference_size)[:, 1]
    rate = signals.sum() / (120 * len(signals))
    assert rate < 0.0031 + 4 * signals.std() / 120 / len(signals) ** 0.5


@pytest.mark.parametrize(("reference_size", "size"), [(100, 20), (100, 100), (1000, 50)])
def test_shares_without_a_shift_are_outside_no_more_often_than_stated(reference_size, size):
    rng = np.random.default_rng(9)
    outside = []
    for events in rng.binomial(reference_size, 0.15, 60):
        counted = rng.binomial(size, 0.15, 60)
        chart = share_chart(counted, [size] * 60, reference_events=int(events), reference_total=reference_size)
        outside.append(len(chart.signals) / 60)
    assert np.mean(outside) < 0.0027 + 4 * np.std(outside) / 60**0.5


def test_the_stability_of_a_count_by_hand():
    """50, 30 and 20 of 100 against 10, 20 and 20 of 50, half a case more in each bin."""
    chart = stability_chart([50, 30, 20], [[10, 20, 20]])
    p, q = np.array([50.5, 30.5, 20.5]) / 101.5, np.array([10.5, 20.5, 20.5]) / 51.5
    by_hand = (0.497537 - 0.203883) * 0.892121 + (0.300493 - 0.398058) * -0.281175 + (0.201970 - 0.398058) * -0.678477
    assert chart.values[0] == pytest.approx(float(np.sum((p - q) * np.log(p / q))))
    assert chart.values[0] == pytest.approx(by_hand, abs=2e-5)
    assert chart.high[0] == pytest.approx(max(LARGE_CHANGE, stats.chi2.isf(0.0027, 2) * (1 / 100 + 1 / 50)))
    assert places(chart) == [(0, "above")]


@pytest.mark.parametrize(("reference_size", "size"), [(100, 20), (200, 50), (1000, 500)])
def test_stability_without_a_shift_is_outside_no_more_often_than_stated(reference_size, size):
    rng = np.random.default_rng(10)
    outside = []
    for _ in range(60):
        reference = rng.beta(2, 5, reference_size)
        edges = value_edges(reference)
        periods = [value_counts(rng.beta(2, 5, size), edges) for _ in range(40)]
        outside.append(len(stability_chart(value_counts(reference, edges), periods).signals) / 40)
    assert np.mean(outside) < 0.0027 + 4 * np.std(outside) / 60**0.5


def test_a_new_scanner_is_found():
    reference = ["A"] * 70 + ["B"] * 30
    bins = category_bins(reference)
    assert bins == ("A", "B", "other")
    before = category_counts(reference, bins)
    assert before.tolist() == [70, 30, 0]
    same = category_counts(["A"] * 30 + ["B"] * 20, bins)
    other = category_counts(["A"] * 25 + ["B"] * 10 + ["C"] * 15, bins)
    assert places(stability_chart(before, [same, other])) == [(1, "above")]


def test_rare_categories_are_one_bin():
    reference = [f"rare {number}" for number in range(30)] + ["often"] * 9
    bins = category_bins(reference)
    assert (len(bins), bins[0], bins[-1]) == (10, "often", "other")
    assert category_counts(reference, bins).sum() == 39


def test_values_without_spread_have_no_edges():
    assert isinstance(value_edges([1.0] * 50), Undefined)
    assert isinstance(value_edges([]), Undefined)
    # Most at the least value: no bin lies below it.
    assert value_counts([0.0] * 60 + [0.5] * 40, value_edges([0.0] * 60 + [0.5] * 40)).tolist() == [60, 40]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 30)), min_size=1, max_size=6))
def test_the_index_is_never_negative_and_zero_for_the_same_counts(periods):
    chart = stability_chart([30, 10, 5], [list(one) for one in periods])
    assert all(value >= 0 for value in chart.values)
    assert stability_chart([30, 10, 5], [[30, 10, 5]]).values == (0,)


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 100))
def test_a_share_and_its_opposite_mirror_each_other(count, total, events):
    count = min(count, total)
    chart = share_chart([count], [total], reference_events=events, reference_total=100)
    other = share_chart([total - count], [total], reference_events=100 - events, reference_total=100)
    assert chart.high[0] == pytest.approx(1 - other.low[0])
    assert len(chart.signals) == len(other.signals)


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda: ewma_of_means_chart([0.1], [0], target=0, sd=1), "row 1"),
        (lambda: ewma_of_means_chart([0.1], [3], target=0, sd=0), "standard deviation"),
        (lambda: ewma_of_means_chart([0.1], [3], target=0, sd=1, reference_size=0), "estimated"),
        (lambda: share_chart([1], [0], reference_events=1, reference_total=2), "row 1"),
        (lambda: share_chart([3], [2], reference_events=1, reference_total=2), "no count of a period"),
        (lambda: share_chart([1], [2], reference_events=3, reference_total=2), "reference"),
        (lambda: share_chart([], [], reference_events=1, reference_total=2), "empty"),
        (lambda: stability_chart([5], [[5]]), "bins"),
        (lambda: stability_chart([5, 5], [[5]]), "row 1"),
        (lambda: stability_chart([5, 5], [[0, 0]]), "no counts"),
        (lambda: stability_chart([5, 5], []), "empty"),
    ],
)
def test_what_cannot_be_charted_is_refused(call, fault):
    with pytest.raises(InputError, match=fault):
        call()
