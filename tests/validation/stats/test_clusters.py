import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from validation.stats import Estimate, InputError, Reason, proportion
from validation.stats.clusters import cluster_totals, clustered_accuracy, clustered_proportion, ratio_variance

observations = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=1, max_size=80)


def simulated(seed=4, clusters=60):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, clusters)
    labels = np.repeat(np.arange(clusters), sizes)
    return rng.uniform(size=len(labels)) < rng.beta(4, 2, clusters)[labels], labels


def test_ratio_variance_is_the_cluster_robust_variance_of_a_mean():
    success, labels = simulated()
    # statsmodels: the sandwich variance of an intercept, without its small-sample factor.
    fit = sm.OLS(success.astype(float), np.ones(len(success))).fit(
        cov_type="cluster", cov_kwds={"groups": labels, "use_correction": False}
    )
    totals = cluster_totals(success, labels)
    assert totals.value == pytest.approx(fit.params[0], rel=1e-12)
    assert ratio_variance(totals) == pytest.approx(fit.bse[0] ** 2 * 60 / 59, rel=1e-12)


def test_single_observations_give_wilson_at_almost_the_same_n():
    success = np.arange(100) < 37
    estimate, plain = clustered_proportion(success, np.arange(100)), proportion(37, 100)
    # The ratio variance has n - 1 where the binomial one has n.
    assert estimate.value == plain.value
    assert (estimate.low, estimate.high) == pytest.approx((plain.low, plain.high), abs=6e-4)


def test_duplicated_observations_in_a_cluster_add_nothing():
    success = np.arange(40) % 3 == 0
    once = clustered_proportion(success, np.arange(40))
    thrice = clustered_proportion(np.repeat(success, 3), np.repeat(np.arange(40), 3))
    assert (thrice.low, thrice.high) == pytest.approx((once.low, once.high), rel=1e-12)
    assert thrice.n == 120


def test_bootstrap_agrees_with_the_ratio_estimator_and_repeats_with_its_seed():
    success, labels = simulated(clusters=400)
    ratio = clustered_proportion(success, labels)
    first, second = (
        clustered_proportion(success, labels, method="bootstrap", rng=np.random.default_rng(11)) for _ in range(2)
    )
    assert first == second
    assert (first.low, first.high) == pytest.approx((ratio.low, ratio.high), abs=0.006)


@pytest.mark.slow
def test_coverage_of_the_ratio_interval():
    rng = np.random.default_rng(99)
    covered = 0
    for _ in range(2000):
        shares = rng.beta(6, 2, 80)
        success = rng.uniform(size=(80, 3)) < shares[:, None]
        estimate = clustered_proportion(success.ravel(), np.repeat(np.arange(80), 3))
        covered += int(estimate.low <= 0.75 <= estimate.high)
    assert 0.93 <= covered / 2000 <= 0.97


@given(observations)
def test_the_interval_brackets_the_value(rows):
    success, labels = zip(*rows, strict=True)
    estimate = clustered_proportion(success, labels)
    assert isinstance(estimate, Estimate)
    assert estimate.value == pytest.approx(np.mean(success))
    if estimate.low is not None:
        assert 0.0 <= estimate.low <= estimate.value + 1e-12
        assert estimate.value <= estimate.high + 1e-12 <= 1.0 + 2e-12


def test_edges_are_named():
    assert clustered_proportion([], []).reason is Reason.NO_CASES
    assert "one cluster" in clustered_proportion([1, 0], ["a", "a"]).note
    everything = clustered_proportion([1, 1, 1], ["a", "a", "b"])
    # Two clusters: Wilson for 2 of 2.
    assert everything.low == pytest.approx(proportion(2, 2).low)
    with pytest.raises(InputError, match="needs a numpy"):
        clustered_proportion([1, 0], ["a", "b"], method="bootstrap")
    with pytest.raises(InputError, match="use ratio or bootstrap"):
        clustered_proportion([1, 0], ["a", "b"], method="gee")


def test_accuracy_splits_by_truth():
    result = clustered_accuracy([1, 1, 0, 0], [1, 0, 0, 0], ["a", "b", "c", "d"])
    assert (result["sensitivity"].value, result["specificity"].value, result["accuracy"].value) == (0.5, 1.0, 0.75)
    assert clustered_accuracy([0, 0], [1, 0], ["a", "b"])["sensitivity"].reason is Reason.NO_POSITIVE_CASES


@pytest.mark.parametrize("method", ["ratio", "bootstrap"])
def test_clusters_that_are_all_right_keep_a_lower_bound(method):
    # R 4.2.2, epiR 2.0.57: Wilson's interval of 3 of 3 starts at 0.438503; every bootstrap resample would give 1.
    estimate = clustered_proportion([1, 1, 1, 1], ["a", "a", "b", "c"], method=method, rng=np.random.default_rng(1))
    assert (estimate.value, estimate.high) == (1.0, 1.0)
    assert estimate.low == pytest.approx(0.438503, abs=1e-6)
    assert "clusters" in estimate.note
