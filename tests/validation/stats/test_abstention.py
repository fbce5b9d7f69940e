"""The risk-coverage curve by hand, in closed form, and what must hold of any."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation.stats.abstention import abstention_curve
from validation.stats.checks import InputError
from validation.stats.results import Undefined


def test_a_curve_by_hand():
    """Kept one by one the error rates are 0, 1/2, 1/3, 1/2; tied, the last two come together."""
    truth, call = [1, 0, 1, 0], [1, 1, 1, 1]
    curve = abstention_curve(truth, call, [0.1, 0.2, 0.3, 0.4])
    assert [one.error_rate.value for one in curve.points] == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert curve.area.value == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    # At best right, right, wrong, wrong: 0, 0, 1/3, 1/2.
    assert curve.excess_area.value == pytest.approx(curve.area.value - (1 / 3 + 1 / 2) / 4)
    tied = abstention_curve(truth, call, [0.1, 0.2, 0.3, 0.3])
    assert [one.n for one in tied.points] == [1, 2, 4]
    assert tied.area.value == pytest.approx((0 + 1 / 2 + 1 / 2 + 1 / 2) / 4)


def test_shares_of_the_kept_cases():
    curve = abstention_curve([1, 1, 0, 0], [1, 0, 0, 1], [1, 2, 3, 4])
    first, second, third, all_cases = curve.points
    assert isinstance(first.specificity, Undefined)
    assert (second.sensitivity.value, third.specificity.value, all_cases.specificity.value) == (0.5, 1.0, 0.5)
    assert [one.coverage.value for one in curve.points] == [0.25, 0.5, 0.75, 1.0]


def test_the_best_order_in_closed_form():
    """n cases, w wrong, put last: the mean of (k - (n - w)) / k from k = n - w + 1 to n, as a share of n."""
    n, w = 200, 30
    wrong = np.arange(n) >= n - w
    curve = abstention_curve(np.ones(n), ~wrong, np.arange(n), resamples=200)
    assert curve.area.value == pytest.approx(sum((k - (n - w)) / k for k in range(n - w + 1, n + 1)) / n)
    assert curve.excess_area.value == pytest.approx(0, abs=1e-12)


def test_an_uncertainty_that_says_nothing_leaves_the_error_rate():
    rng = np.random.default_rng(2)
    wrong = rng.random(20_000) < 0.2
    curve = abstention_curve(np.zeros(20_000), wrong, rng.permutation(20_000), resamples=2)
    assert curve.area.value == pytest.approx(0.2, abs=0.01)
    same = abstention_curve(np.zeros(100), wrong[:100], np.zeros(100), resamples=200)
    assert same.area.value == pytest.approx(wrong[:100].mean())


def test_the_interval_of_a_constant_uncertainty_is_that_of_a_share():
    """All cases together: the area is the error rate, whose bootstrap is binomial."""
    wrong = np.arange(100) < 30
    area = abstention_curve(np.zeros(100), wrong, np.zeros(100), resamples=4000).area
    assert (area.low, area.high) == (pytest.approx(0.21, abs=0.011), pytest.approx(0.39, abs=0.011))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 5)), min_size=1, max_size=25))
def test_bounds_and_no_influence_of_order_or_scale(cases):
    truth, call, doubt = (np.array(column) for column in zip(*cases, strict=True))
    curve = abstention_curve(truth, call, doubt, resamples=20)
    assert curve.excess_area.value >= -1e-12
    assert curve.excess_area.value <= curve.area.value <= 1
    assert curve.points[-1].error_rate.value == pytest.approx((truth != call).mean())
    again = abstention_curve(truth[::-1], call[::-1], 3 + doubt[::-1] / 7, resamples=20)
    assert again.area.value == pytest.approx(curve.area.value)
    flipped = abstention_curve(~truth, ~call, doubt, resamples=20)
    assert flipped.area == curve.area


def test_resamples_that_are_all_alike_are_no_interval():
    """Without a wrong decision every resample has none, too: that is not an error rate known to be 0."""
    for wrong in (np.zeros(30, dtype=bool), np.ones(30, dtype=bool)):
        curve = abstention_curve(np.ones(30), ~wrong, np.arange(30), resamples=50)
        assert (curve.area.value, curve.area.low, curve.area.high) == (wrong.mean(), None, None)
        assert "All resamples give the same area" in curve.area.note
        assert (curve.excess_area.value, curve.excess_area.low) == (pytest.approx(0), None)
    one_wrong = abstention_curve(np.ones(30), np.arange(30) < 29, np.arange(30), resamples=50).area
    assert one_wrong.low < one_wrong.value < one_wrong.high


def test_no_case_and_no_number():
    assert isinstance(abstention_curve([], [], []).area, Undefined)
    with pytest.raises(InputError, match="row 2"):
        abstention_curve([1, 0], [1, 0], [0.1, float("nan")])
