import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import InputError, Reason, auc, compare_paired_auc
from validation.stats.roc_clustered import clustered_auc, compare_clustered_auc, compare_independent_auc

cases = st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=40).filter(
    lambda rows: 2 <= sum(row[0] for row in rows) <= len(rows) - 2
)


@given(cases)
def test_one_case_per_cluster_is_delong(rows):
    truth, a, b = zip(*rows, strict=True)
    patients = range(len(rows))
    plain, clustered = auc(truth, a), clustered_auc(truth, a, patients)
    if clustered.low is not None:
        # S11 adds clusters / (clusters - 1) times a sum of products that are all zero here.
        assert (clustered.low, clustered.high) == pytest.approx((plain.low, plain.high), abs=1e-12)
    paired, both = compare_paired_auc(truth, a, b), compare_clustered_auc(truth, a, b, patients)
    if both.difference.low is not None:
        assert both.test.p == pytest.approx(paired.test.p, abs=1e-9)


@given(cases)
def test_on_the_logit_scale_one_case_per_cluster_is_delong_too_and_inside_0_and_1(rows):
    truth, a, _ = zip(*rows, strict=True)
    plain, clustered = auc(truth, a, method="logit"), clustered_auc(truth, a, range(len(rows)), method="logit")
    if clustered.low is not None and clustered.method == "obuchowski, logit":
        assert (clustered.low, clustered.high) == pytest.approx((plain.low, plain.high), abs=1e-12)
        assert 0 < clustered.low < clustered.value < clustered.high < 1


def test_duplicated_patients_add_almost_nothing():
    rng = np.random.default_rng(2)
    truth, patient = np.arange(200) % 2, np.arange(200)
    rating = rng.normal(size=200) + truth
    once, twice = auc(truth, rating), clustered_auc(np.tile(truth, 2), np.tile(rating, 2), np.tile(patient, 2))
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high), rel=1e-12)


@pytest.mark.slow
def test_coverage_with_clusters_of_both_classes():
    # Patients with a random effect and four lesions each, benign and malignant mixed.
    rng = np.random.default_rng(77)
    reference = rng.normal(size=(4_000, 1)) + rng.normal(size=(4_000, 4))
    # A malignant lesion is 1.5 higher; both have variance 2: the area is Phi(1.5 / 2).
    assert reference.std() == pytest.approx(np.sqrt(2), rel=0.02)
    area, covered = 0.7733726476231317, 0
    for _ in range(1500):
        truth = rng.integers(0, 2, (60, 4))
        rating = rng.normal(size=(60, 1)) + rng.normal(size=(60, 4)) + 1.5 * truth
        estimate = clustered_auc(truth.ravel(), rating.ravel(), np.repeat(np.arange(60), 4))
        covered += int(estimate.low <= area <= estimate.high)
    assert 0.93 <= covered / 1500 <= 0.97


def test_independent_groups_against_proc():
    data = reference_data("roc_asah")
    for marker, expected in reference_values("roc_asah", "unpaired_delong").items():
        groups = {g: (data.poor_outcome[data.gender == g], data[marker][data.gender == g]) for g in expected["groups"]}
        ours = compare_independent_auc(groups)
        assert ours.test.statistic == pytest.approx(expected["D"], rel=1e-9)
        assert ours.test.df == pytest.approx(expected["df"], rel=1e-9)
        assert ours.test.p == pytest.approx(expected["p"], rel=1e-9)


def test_three_groups_by_hand():
    rng = np.random.default_rng(6)
    groups = {name: (np.arange(80) % 2, rng.normal(size=80) + np.arange(80) % 2) for name in "abc"}
    ours = compare_independent_auc(groups)
    values = np.array([one.value for one in ours.groups.values()])
    errors = np.array([one.high - one.low for one in ours.groups.values()]) / 2 / 1.959963984540054
    weights = errors**-2
    centre = (weights * values).sum() / weights.sum()
    expected = (weights * (values - centre) ** 2).sum()
    assert ours.test.statistic == pytest.approx(expected, rel=1e-9)
    assert (ours.test.df, ours.difference) == (2.0, None)


def test_undefined_outcomes_are_named():
    assert clustered_auc([1, 1], [1, 2], ["a", "b"]).reason is Reason.NO_NEGATIVE_CASES
    assert "two clusters" in clustered_auc([0, 0, 1], [1, 2, 3], ["a", "b", "c"]).note
    same = compare_clustered_auc([0, 0, 1, 1], [1, 3, 2, 4], [1, 3, 2, 4], range(4))
    assert same.test.reason is Reason.ZERO_VARIANCE
    perfect = compare_independent_auc({"a": ([0, 0, 1, 1], [1, 2, 3, 4]), "b": ([0, 0, 1, 1], [1, 3, 2, 4])})
    assert perfect.test.reason is Reason.ZERO_VARIANCE
    one_class = compare_independent_auc({"a": ([1, 1], [1, 2]), "b": ([0, 0, 1, 1], [1, 3, 2, 4])})
    assert one_class.test.reason is Reason.NO_NEGATIVE_CASES
    with pytest.raises(InputError, match="at least two groups"):
        compare_independent_auc({"a": ([0, 1], [1, 2])})
