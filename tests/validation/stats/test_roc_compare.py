import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import Reason, compare_paired_auc

pairs = st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=50).filter(
    lambda rows: 2 <= sum(row[0] for row in rows) <= len(rows) - 2
)


@pytest.mark.parametrize(("a", "b"), [("s100b", "ndka"), ("s100b", "wfns"), ("wfns", "ndka")])
def test_paired_delong_against_proc(a, b):
    expected = reference_values("roc_asah", "paired_tests")[f"{a}_vs_{b}"]["delong_paired"]
    data = reference_data("roc_asah")
    ours = compare_paired_auc(data.poor_outcome, data[a], data[b])
    assert ours.test.statistic == pytest.approx(expected["z"], rel=1e-9)
    assert ours.test.p == pytest.approx(expected["p"], rel=1e-9)
    assert (ours.difference.low, ours.difference.high) == pytest.approx(expected["diff_ci_95"], rel=1e-9)
    assert ours.covariance == pytest.approx(expected["cov"], rel=1e-9)


def test_the_test_reproduces_the_published_figure_of_proc():
    # pROC's documentation prints z = 2.209, p = 0.02718 for wfns against s100b.
    expected = reference_values("published_values", "pROC_documentation")["roc_test_wfns_s100b"]
    data = reference_data("roc_asah")
    ours = compare_paired_auc(data.poor_outcome, data.wfns, data.s100b)
    assert round(ours.test.statistic, 3) == expected["z"]
    assert round(ours.test.p, 5) == expected["p"]


@given(pairs)
def test_exchanging_the_ratings_turns_the_sign(rows):
    truth, a, b = zip(*rows, strict=True)
    one, other = compare_paired_auc(truth, a, b), compare_paired_auc(truth, b, a)
    assert one.difference.value == pytest.approx(-other.difference.value, abs=1e-12)
    if one.difference.low is not None:
        assert one.test.p == pytest.approx(other.test.p, abs=1e-12)
        assert one.difference.low == pytest.approx(-other.difference.high, abs=1e-12)


@given(pairs)
def test_variance_of_the_difference_is_var_a_plus_var_b_minus_twice_cov(rows):
    truth, a, b = (np.array(column) for column in zip(*rows, strict=True))
    ours = compare_paired_auc(truth, a, b)
    itself = [compare_paired_auc(truth, rating, rating).covariance for rating in (a, b)]
    if ours.difference.low is not None:
        error = ours.difference.value / ours.test.statistic if ours.test.statistic else None
        if error is not None:
            assert error**2 == pytest.approx(sum(itself) - 2 * ours.covariance, rel=1e-6)


def test_equal_orders_have_no_test():
    ours = compare_paired_auc([0, 1, 0, 1, 1], [1, 2, 3, 4, 5], [10, 20, 30, 40, 50])
    assert ours.test.reason is Reason.ZERO_VARIANCE
    assert ours.difference.value == 0.0
    assert ours.difference.low is None


def test_missing_class_and_single_cases_are_named():
    assert compare_paired_auc([1, 1], [1, 2], [2, 1]).test.reason is Reason.NO_NEGATIVE_CASES
    single = compare_paired_auc([1, 0, 0], [1, 2, 0], [2, 1, 0])
    assert single.test.reason is Reason.ZERO_VARIANCE
    assert single.covariance.reason is Reason.ZERO_VARIANCE
