import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import Estimate, InputError, Reason, Undefined, auc, roc_curve, roc_summary

MARKERS = ("s100b", "ndka", "wfns")
cases = st.lists(st.tuples(st.booleans(), st.integers(-5, 5)), min_size=2, max_size=60).filter(
    lambda rows: 0 < sum(truth for truth, _ in rows) < len(rows)
)


@pytest.mark.parametrize("marker", MARKERS)
def test_auc_variance_and_intervals_against_proc(marker):
    data, expected = reference_data("roc_asah"), reference_values("roc_asah", "auc")[marker]
    summary = roc_summary(data.poor_outcome, data[marker])
    assert summary.auc.value == pytest.approx(expected["auc"], rel=1e-12)
    assert summary.variance == pytest.approx(expected["var_delong"], rel=1e-9)
    assert (summary.auc.low, summary.auc.high) == pytest.approx(expected["ci_delong_95"], rel=1e-9)
    at_90 = auc(data.poor_outcome, data[marker], level=0.90)
    assert (at_90.low, at_90.high) == pytest.approx(expected["ci_delong_90"], rel=1e-9)
    assert (summary.positives, summary.negatives) == (expected["n_pos"], expected["n_neg"])


@pytest.mark.parametrize("marker", ["s100b", "wfns"])
def test_operating_points_against_proc(marker):
    data = reference_data("roc_asah")
    curve = roc_curve(data.poor_outcome, data[marker])
    # pROC calls a case positive above a midpoint, we at the next rating: the same operating points.
    expected = {(1 - r["specificity"], r["sensitivity"]) for r in reference_values("roc_asah", f"coords_{marker}")}
    ours = list(zip(curve.false_positive_fraction, curve.true_positive_fraction, strict=True))
    assert len(ours) == len(expected)
    assert np.allclose(sorted(ours), sorted(expected), rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["two_and_two", "heavy_ties", "tiny_gaps"])
def test_edge_cases_against_proc(name):
    rows = reference_data("edge_single_roc").query("set == @name")
    expected = reference_values("edge_cases", f"pROC_{name}")
    summary = roc_summary(rows.truth, rows.rating)
    assert summary.auc.value == pytest.approx(expected["auc"], rel=1e-12)
    assert summary.variance == pytest.approx(expected["var"]["value"], rel=1e-9)
    assert (summary.auc.low, summary.auc.high) == pytest.approx(
        (expected["ci"]["value"][0], expected["ci"]["value"][2]), abs=1e-12
    )


def test_infinite_ratings_count_as_the_extremes():
    rows = reference_data("edge_single_roc").query("set == 'infinite_scores'")
    expected = reference_values("edge_cases", "MRMCaov_stmc_infinite_scores")["value"]
    summary = roc_summary(rows.truth, rows.rating)
    assert summary.auc.value == expected["est"]
    assert math.sqrt(summary.variance) == pytest.approx(expected["se_delong"], rel=1e-12)


def test_auc_by_hand():
    # 9 pairs: (2 vs 1) 1, (2 vs 2) 1/2, (2 vs 3) 0, and 3 + 3 for the ratings 4 and 5.
    assert auc([0, 0, 0, 1, 1, 1], [1, 2, 3, 2, 4, 5]).value == pytest.approx(7.5 / 9, rel=1e-15)


def test_newcombe_limits_solve_their_equation():
    # Method 5 of Newcombe (2006): |theta - value| = z sqrt(V(theta)), V of Hanley and McNeil.
    rng = np.random.default_rng(1)
    truth = np.repeat([0, 1], [30, 20])
    estimate = auc(truth, rng.normal(size=50) + truth, method="newcombe")
    for theta in (estimate.low, estimate.high):
        extra = 24.0 * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        variance = theta * (1 - theta) * (1 + extra) / 600
        assert abs(theta - estimate.value) == pytest.approx(1.959963984540054 * math.sqrt(variance), rel=1e-9)


@given(cases)
def test_auc_equals_scikit_learn_and_lies_in_its_intervals(rows):
    truth, rating = (np.array(column) for column in zip(*rows, strict=True))
    for method in ("delong", "logit", "newcombe"):
        estimate = auc(truth, rating, method=method)
        assert isinstance(estimate, Estimate)
        assert estimate.value == pytest.approx(roc_auc_score(truth, rating), abs=1e-12)
        assert 0.0 <= estimate.low <= estimate.value + 1e-12
        assert estimate.value - 1e-12 <= estimate.high <= 1.0


@given(cases)
def test_monotone_transforms_leave_the_auc_and_its_variance_alone(rows):
    truth, rating = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    plain, transformed = roc_summary(truth, rating), roc_summary(truth, np.exp(rating) * 3 - 7)
    assert (plain.auc, plain.variance) == (transformed.auc, transformed.variance)


@given(cases)
def test_reversed_ratings_and_swapped_labels_give_the_complement(rows):
    truth, rating = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    value = auc(truth, rating).value
    assert auc(truth, -rating).value == pytest.approx(1 - value, abs=1e-12)
    assert auc(1 - truth, rating).value == pytest.approx(1 - value, abs=1e-12)


@given(cases, st.randoms(use_true_random=False))
def test_order_of_the_cases_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    ours, theirs = (auc(*zip(*order, strict=True)) for order in (rows, shuffled))
    assert ours.value == pytest.approx(theirs.value, abs=1e-14)


@given(cases)
def test_trapezoids_under_the_curve_are_the_auc(rows):
    truth, rating = zip(*rows, strict=True)
    curve = roc_curve(truth, rating)
    area = np.trapezoid(curve.true_positive_fraction, curve.false_positive_fraction)
    assert area == pytest.approx(auc(truth, rating).value, abs=1e-12)
    assert curve.false_positive_fraction[0] == curve.true_positive_fraction[0] == 0.0
    assert curve.false_positive_fraction[-1] == curve.true_positive_fraction[-1] == 1.0


@given(cases)
def test_duplicated_cases_keep_the_value(rows):
    truth, rating = zip(*rows, strict=True)
    twice = auc(truth * 2, rating * 2)
    assert twice.value == pytest.approx(auc(truth, rating).value, abs=1e-12)


def test_a_perfect_reader_gets_a_rule_based_bound():
    estimate = auc([0] * 10 + [1] * 10, range(20))
    assert (estimate.value, estimate.high, estimate.method) == (1.0, 1.0, "newcombe")
    assert 0.7 < estimate.low < 1.0
    assert "Perfect separation" in estimate.note


def test_constant_ratings_and_single_cases_say_so():
    constant = roc_summary([0, 0, 1, 1], [3, 3, 3, 3])
    assert constant.auc.value == 0.5
    assert constant.variance == 0.0
    assert constant.auc.method == "newcombe"
    single = roc_summary([0, 0, 1], [1, 3, 2])
    assert single.variance.reason is Reason.ZERO_VARIANCE
    assert "single case" in single.auc.note


@pytest.mark.parametrize(
    ("truth", "reason"),
    [([], Reason.NO_CASES), ([1, 1], Reason.NO_NEGATIVE_CASES), ([0, 0], Reason.NO_POSITIVE_CASES)],
)
def test_one_class_only_is_undefined(truth, reason):
    summary = roc_summary(truth, np.arange(len(truth)))
    assert isinstance(summary.auc, Undefined)
    assert summary.auc.reason is summary.curve.reason is reason


def test_a_missing_rating_is_named_by_row():
    with pytest.raises(InputError, match="row 2, column 'rating': nan is not a number"):
        auc([0, 1], [1.0, math.nan])
    with pytest.raises(InputError, match="row 2, column 'rating': 'high' is not a number"):
        auc([0, 1], ["1", "high"])


def test_a_million_cases_keep_full_precision():
    rng = np.random.default_rng(7)
    truth = np.arange(1_000_000) % 2
    rating = rng.normal(size=1_000_000) + truth
    estimate = auc(truth, rating)
    # The binormal area for a shift of one standard deviation is Phi(1 / sqrt 2); 5 standard errors.
    assert estimate.value == pytest.approx(0.7602499389, abs=5 * (estimate.high - estimate.low) / 3.92)
    assert estimate.value == pytest.approx(roc_auc_score(truth, rating), abs=1e-12)
