import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from validation.stats import Reason, Undefined
from validation.stats.crossed import crossed_variance, ratio, share_outcome, signed_outcome


def crossed_sample(generator, readers, cases, spread=(0.5, 0.8)):
    """Decisions of a probit model with random readers and cases."""
    latent = generator.normal(0, spread[0], (readers, 1)) + generator.normal(0, spread[1], (1, cases))
    return latent + generator.standard_normal((readers, cases)) > 0.4


def test_full_cross_is_the_two_way_analysis_of_variance():
    event = crossed_sample(np.random.default_rng(1), 5, 30)
    part = ratio(event, np.ones_like(event), "")
    reader, case = np.indices(event.shape)
    table = pd.DataFrame({"y": event.ravel().astype(float), "reader": reader.ravel(), "case": case.ravel()})
    squares = anova_lm(ols("y ~ C(reader) + C(case)", table).fit())["mean_sq"]
    expected = (squares["C(reader)"] + squares["C(case)"] - squares["Residual"]) / event.size
    variance = crossed_variance(part)
    assert part.value == pytest.approx(event.mean(), abs=1e-15)
    assert variance.value == pytest.approx(expected, rel=1e-10)
    # Hillis 2014: df = (J - 1) ((MS(R) + max(MS(C) - MS(RC), 0)) / MS(R))^2.
    assert variance.df == pytest.approx(4 * (expected * event.size / squares["C(reader)"]) ** 2, rel=1e-10)


def test_cases_nested_in_readers_leave_the_readers_only():
    # Every case is read once: what readers and cases share is all in the readers' totals.
    generator = np.random.default_rng(2)
    event = generator.random((4, 40)) < 0.3
    counted = np.arange(40) % 4 == np.arange(4)[:, None]
    part = ratio(event, counted, "")
    shares = np.array([event[row, counted[row]].mean() for row in range(4)])
    # To one part in the number of cases, which the double centring costs.
    assert crossed_variance(part).value == pytest.approx(shares.var(ddof=1) / 4, rel=1 / 39 + 1e-9)
    assert crossed_variance(part).df == pytest.approx(3.0, rel=2 / 38)


def test_one_reader_is_the_variance_of_a_mean():
    event = np.array([[1, 1, 0, 1, 0, 0, 0, 1]], dtype=bool)
    part = ratio(event, np.ones_like(event), "")
    variance = crossed_variance(part)
    assert variance.value == pytest.approx(event.var(ddof=1) / 8)
    assert variance.df is None


def test_signed_interval_by_hand():
    change = np.array([[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.0, -1.0]])
    outcome, variance = signed_outcome([ratio(change, np.ones((2, 4), dtype=bool), "")], 0.9)
    # Both readers gain 1/4, so readers differ by nothing and cases alone remain: totals 2, 1, 0, -1, mean 1/2.
    of_cases = 4 / 3 * (1.5**2 + 0.5**2 + 0.5**2 + 1.5**2) / 64
    # Residuals around the means of the cases (1, 0.5, 0, -0.5): 0, -+.5, 0, +-.5.
    interaction = 2 * 4 / (1 * 3) * 4 * 0.25 / 64
    assert variance.value == pytest.approx(of_cases - interaction)
    assert variance.df is None
    assert outcome.value == 0.25
    assert outcome.high == pytest.approx(0.25 + 1.6448536 * np.sqrt(of_cases - interaction))


def test_what_is_not_there_is_named():
    nothing = ratio(np.zeros((2, 3)), np.zeros((2, 3), dtype=bool), "Nobody.")
    assert (nothing.reason, nothing.detail) == (Reason.ZERO_DENOMINATOR, "Nobody.")
    assert share_outcome(nothing, 0.95) is nothing
    single = ratio(np.ones((2, 1)) * [[1.0], [0.0]], np.ones((2, 1), dtype=bool), "")
    assert "two cases" in share_outcome(single, 0.95).note
    alike = share_outcome(ratio(np.zeros((2, 10)), np.ones((2, 10), dtype=bool), ""), 0.95)
    # Wilson's upper limit of 0 in 10 is z^2 / (10 + z^2).
    assert alike.high == pytest.approx(3.8414588 / 13.8414588)
    assert isinstance(crossed_variance(ratio(np.zeros((2, 10)), np.ones((2, 10), dtype=bool), "")), Undefined)


@given(st.integers(1, 5), st.integers(2, 12), st.floats(0.2, 1.0), st.integers(0, 2**32 - 1))
def test_intervals_hold_the_estimate_and_ignore_order(readers, cases, share, seed):
    generator = np.random.default_rng(seed)
    event, counted = generator.random((readers, cases)) < 0.4, generator.random((readers, cases)) < share
    outcome = share_outcome(ratio(event, counted, "Nobody."), 0.95)
    if isinstance(outcome, Undefined):
        assert not counted.any()
        return
    assert 0.0 <= outcome.value <= 1.0
    if outcome.low is not None:
        assert 0.0 <= outcome.low <= outcome.value + 1e-12
        assert outcome.value - 1e-12 <= outcome.high <= 1.0
    rows, columns = generator.permutation(readers), generator.permutation(cases)
    again = share_outcome(ratio(event[rows][:, columns], counted[rows][:, columns], ""), 0.95)
    assert again.value == pytest.approx(outcome.value)
    if outcome.low is not None:
        assert (again.low, again.high) == pytest.approx((outcome.low, outcome.high), rel=1e-6, abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("share", [1.0, 0.25])
def test_coverage_of_the_share(share):
    """Full cross, and a ratio whose denominator is random; the truth by a large sample."""
    generator = np.random.default_rng(77)
    truth = crossed_sample(generator, 2000, 2000).mean()
    covered = 0
    for _ in range(1000):
        event = crossed_sample(generator, 8, 60)
        counted = generator.random(event.shape) <= share
        outcome = share_outcome(ratio(event, counted, ""), 0.95)
        covered += outcome.low <= truth <= outcome.high
    assert 930 <= covered <= 975, covered
