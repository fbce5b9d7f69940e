import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import InputError, Reason, auc, roc_metrics
from validation.stats.resampling import classes, weight_blocks
from validation.stats.roc_bootstrap import Resampling, bootstrap_band, bootstrap_compare, bootstrap_metric
from validation.stats.roc_metrics import full_area, partial_area, sensitivity_at, specificity_at
from validation.stats.roc_weighted import WeightedCurves


def resampling(resamples=10_000, cluster=None):
    return Resampling(np.random.default_rng(42), resamples, cluster)


@pytest.mark.parametrize("marker", ["s100b", "ndka", "wfns"])
def test_intervals_against_proc(marker):
    data, expected = reference_data("roc_asah"), reference_values("roc_asah", "bootstrap")[marker]
    # Monte Carlo on both sides: 0.01 on the limits (see the reference set's README); half a case is 0.012.
    area = bootstrap_metric(data.poor_outcome, data[marker], full_area(), resampling())
    assert (area.low, area.high) == pytest.approx(expected["ci_auc_bootstrap"], abs=0.01)
    partial = bootstrap_metric(data.poor_outcome, data[marker], partial_area(0.9, 1.0), resampling())
    assert (partial.low, partial.high) == pytest.approx(expected["ci_pauc_spec_0.9_1"], abs=0.01)
    for row in expected["ci_se_at_spec"]:
        ours = bootstrap_metric(data.poor_outcome, data[marker], sensitivity_at(float(row["row"])), resampling())
        assert (ours.low, ours.high) == pytest.approx((row["2.5%"], row["97.5%"]), abs=0.025)


def test_a_band_is_its_points_one_by_one_and_against_proc():
    data, expected = reference_data("roc_asah"), reference_values("roc_asah", "bootstrap")["ndka"]["ci_se_at_spec"]
    at = [float(row["row"]) for row in expected]
    band = bootstrap_band(data.poor_outcome, data.ndka, at, resampling())
    for row, specificity, point in zip(expected, at, band, strict=True):
        assert point == bootstrap_metric(data.poor_outcome, data.ndka, sensitivity_at(specificity), resampling())
        assert (point.low, point.high) == pytest.approx((row["2.5%"], row["97.5%"]), abs=0.025)
    missing = bootstrap_band([1, 1], [1, 2], [0.5, 0.9], resampling(100))
    assert [one.reason for one in missing] == [Reason.NO_NEGATIVE_CASES] * 2


def test_paired_tests_against_proc():
    data = reference_data("roc_asah")
    for pair, expected in reference_values("roc_asah", "paired_tests").items():
        a, b = (data[name] for name in pair.split("_vs_"))
        for metric, key in (
            (full_area(), "bootstrap_paired"),
            (partial_area(0.9, 1.0), "pauc_spec_0.9_1_bootstrap"),
            (sensitivity_at(0.9), "sens_at_spec_0.9"),
        ):
            ours = bootstrap_compare(data.poor_outcome, a, b, metric, resampling()).test
            assert ours.p == pytest.approx(expected[key]["p"], abs=0.02)


def test_the_bootstrap_variance_approaches_delongs():
    rng = np.random.default_rng(8)
    truth = np.arange(400) % 2
    rating = rng.normal(size=400) + truth
    boot, delong = bootstrap_metric(truth, rating, full_area(), resampling(4000)), auc(truth, rating)
    assert boot.high - boot.low == pytest.approx(delong.high - delong.low, rel=0.06)


def test_the_seed_decides():
    truth, rating = [0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6]
    first, second = (bootstrap_metric(truth, rating, full_area(), resampling(500)) for _ in range(2))
    assert first == second


def test_single_case_clusters_resample_cases_and_missing_classes_are_counted():
    truth, rating = np.array([0, 0, 0, 1, 1]), np.array([1, 2, 4, 3, 5])
    estimate = bootstrap_metric(truth, rating, full_area(), resampling(5000, np.arange(5)))
    # A resample of five cases has no positive with probability 0.6^5, no negative with 0.4^5.
    left_out = int(estimate.note.split("not defined in ")[1].split(" of")[0])
    assert left_out / 5000 == pytest.approx(0.6**5 + 0.4**5, abs=0.015)
    assert "cluster bootstrap" in estimate.method


def test_whole_clusters_move_together():
    # Every patient twice: drawing patients gives the interval of the single cases, drawing cases a narrower one.
    rng = np.random.default_rng(12)
    truth, patient = np.arange(120) % 2, np.arange(120)
    rating = rng.normal(size=120) + truth
    single = bootstrap_metric(truth, rating, full_area(), resampling(4000, patient))
    twice = bootstrap_metric(np.tile(truth, 2), np.tile(rating, 2), full_area(), resampling(4000, np.tile(patient, 2)))
    naive = bootstrap_metric(np.tile(truth, 2), np.tile(rating, 2), full_area(), resampling(4000))
    assert twice.high - twice.low == pytest.approx(single.high - single.low, rel=0.05)
    assert naive.high - naive.low < 0.8 * (single.high - single.low)


def test_undefined_outcomes_are_named():
    assert bootstrap_metric([1, 1], [1, 2], full_area(), resampling(200)).reason is Reason.NO_NEGATIVE_CASES
    same = bootstrap_compare([0, 1, 0, 1], [1, 2, 3, 4], [1, 2, 3, 4], full_area(), resampling(200))
    assert same.test.reason is Reason.ZERO_VARIANCE
    missing = bootstrap_compare([0, 0], [1, 2], [1, 2], full_area(), resampling(200))
    assert missing.difference.reason is Reason.NO_POSITIVE_CASES
    with pytest.raises(InputError, match="at least 100 resamples"):
        Resampling(np.random.default_rng(1), 10)


def test_specificity_mirrors_sensitivity():
    rng = np.random.default_rng(3)
    truth, rating = np.arange(60) % 2, rng.normal(size=60) + np.arange(60) % 2
    one = bootstrap_metric(truth, rating, specificity_at(0.8), resampling(300))
    other = bootstrap_metric(1 - truth, -rating, sensitivity_at(0.8), resampling(300))
    assert one.value == pytest.approx(other.value)


def test_weighted_area_is_the_area_of_the_repeated_cases() -> None:
    rng = np.random.default_rng(8)
    truth, rating = np.arange(30) % 3 == 0, rng.integers(0, 6, 30).astype(float)
    weight = rng.integers(0, 4, (5, 30)).astype(float)
    weighted = WeightedCurves(truth, rating)
    repeated = [roc_auc_score(np.repeat(truth, row.astype(int)), np.repeat(rating, row.astype(int))) for row in weight]
    np.testing.assert_allclose(weighted.areas(weight), repeated, rtol=0.0, atol=1e-14)
    np.testing.assert_allclose(roc_metrics.area(*weighted.curves(weight)), repeated, rtol=0.0, atol=1e-14)


def test_weights_draw_as_many_cases_of_each_class_as_there_are() -> None:
    truth = np.arange(50) % 5 == 0
    blocks = list(weight_blocks(classes(truth), 50, 3000, np.random.default_rng(2)))
    weight = np.concatenate(blocks)
    assert weight.shape == (3000, 50)
    assert (weight[:, truth].sum(axis=1) == 10).all()
    assert (weight[:, ~truth].sum(axis=1) == 40).all()
    # How often one of m cases is drawn is binomial(m, 1/m): variance 1 - 1/m.
    assert weight[:, truth].var() == pytest.approx(0.9, abs=0.03)
