import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_values
from validation.stats import Estimate, InputError, Reason, Undefined, proportion
from validation.stats.proportions import PROPORTION_METHODS

BOUNDED = [method for method in PROPORTION_METHODS if method != "logit"]


def test_wilson_against_the_printed_table_of_newcombe_1998():
    # Newcombe RG (1998) Stat Med 17:857, table I: 81/263 and 15/148, Wilson without continuity correction.
    first, second = proportion(81, 263), proportion(15, 148)
    assert (round(first.low, 4), round(first.high, 4)) == (0.2553, 0.3662)
    assert (round(second.low, 4), round(second.high, 4)) == (0.0624, 0.1605)


def test_clopper_pearson_against_the_printed_table_of_newcombe_1998():
    # The same table: "exact" intervals.
    first, second = proportion(81, 263, method="clopper-pearson"), proportion(0, 20, method="clopper-pearson")
    assert (round(first.low, 4), round(first.high, 4)) == (0.2527, 0.3676)
    assert (second.low, round(second.high, 4)) == (0.0, 0.1684)


def test_clopper_pearson_has_a_closed_form_at_the_edge():
    assert proportion(10, 10, method="clopper-pearson").low == pytest.approx(0.025 ** (1 / 10), rel=1e-12)


@pytest.mark.parametrize("method", ["wilson", "jeffreys"])
def test_intervals_against_epir(method):
    for row in reference_values("binary_asah", "single_s100b_ge_0.22")[f"epi.tests_{method}"]:
        if row["statistic"] == "se":
            estimate = proportion(26, 41, method=method)
            assert (estimate.low, estimate.high) == pytest.approx((row["lower"], row["upper"]), rel=1e-9)


def test_agresti_coull_against_statsmodels_and_keeps_the_plain_value():
    expected = reference_values("binary_asah_python", "s100b_ge_0.22")["sens_statsmodels"]["agresti_coull"]
    estimate = proportion(26, 41, method="agresti-coull")
    assert (estimate.low, estimate.high) == pytest.approx(expected, rel=1e-9)
    assert estimate.value == 26 / 41


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_every_method_brackets_the_value_inside_0_and_1(count_and_n):
    count, n = count_and_n
    for method in BOUNDED:
        estimate = proportion(count, n, method=method)
        assert isinstance(estimate, Estimate)
        assert 0.0 <= estimate.low <= estimate.value <= estimate.high <= 1.0


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_failures_mirror_successes(count_and_n):
    count, n = count_and_n
    for method in BOUNDED:
        successes, failures = proportion(count, n, method=method), proportion(n - count, n, method=method)
        assert successes.low == pytest.approx(1.0 - failures.high, abs=1e-12)


def test_no_trial_is_undefined():
    assert proportion(0, 0) == Undefined(Reason.NO_CASES, "There is no case to count.")


def test_impossible_counts_are_refused():
    with pytest.raises(InputError, match="11 successes out of 10"):
        proportion(11, 10)


def test_an_unknown_method_is_refused_with_the_choices():
    with pytest.raises(InputError, match="use one of wilson, clopper-pearson"):
        proportion(1, 2, method="wald")


def test_logit_by_hand():
    # logit(1/2) = 0 and its standard error is sqrt(1/8 + 1/8) = 1/2: the limits are expit(-+z/2).
    estimate = proportion(8, 16, method="logit")
    low = 1.0 / (1.0 + math.exp(1.959963984540054 / 2.0))
    assert (estimate.low, estimate.high) == pytest.approx((low, 1.0 - low), rel=1e-12)
    assert "infinite" in proportion(0, 5, method="logit").note
