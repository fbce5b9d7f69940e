import numpy as np
import pytest
from scipy.stats import norm

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import Reason
from validation.stats.roc_binormal import binormal_auc, binormal_fit


@pytest.mark.parametrize("name", ["vandyke", "penedo"])
def test_areas_against_mrmcaov(name):
    data = reference_data(f"mrmc_{name}").set_index(["modality", "reader"])
    for row in reference_values(f"mrmc_{name}", "OR_binormal_auc")["theta"]:
        cases = data.loc[(row["modality"], row["reader"])]
        fit = binormal_fit(cases.truth, cases.rating)
        if row["binormal_auc"] == 1:
            # MRMCaov gives 1 with a warning ("no interior points"): the model runs to infinity.
            assert fit.reason is Reason.SEPARATION
        else:
            assert fit.auc.value == pytest.approx(row["binormal_auc"], rel=1e-6)


def test_the_fit_finds_the_parameters_of_a_simulation():
    rng = np.random.default_rng(10)
    truth = np.arange(4000) % 2
    # Negatives N(0, 1), positives N(1.5, 1.25^2): a = 1.2, b = 0.8; five categories cut by any monotone scale.
    latent = np.where(truth == 1, rng.normal(1.5, 1.25, 4000), rng.normal(0.0, 1.0, 4000))
    fit = binormal_fit(truth, np.digitize(np.exp(latent), [0.5, 1.2, 3.0, 8.0]))
    assert fit.a.low < 1.2 < fit.a.high
    assert fit.b.low < 0.8 < fit.b.high
    area = norm.cdf(1.2 / np.sqrt(1.64))
    assert fit.auc.low < area < fit.auc.high
    # The area is the integral of the smooth curve.
    fpf = np.linspace(0, 1, 200_001)
    assert np.trapezoid(fit.true_positive_fraction(fpf), fpf) == pytest.approx(fit.auc.value, abs=1e-5)


def test_points_on_the_top_border_still_carry_a_slope():
    # Counts [[6, 56, 7, 0], [0, 8, 4, 33]]; scipy 1.17 BFGS on the likelihood written out, MRMCaov 0.3.0 has .934595.
    truth = [0] * 69 + [1] * 45
    rating = [1] * 6 + [2] * 56 + [3] * 7 + [2] * 8 + [3] * 4 + [4] * 33
    fit = binormal_fit(truth, rating)
    assert (fit.a.value, fit.b.value) == pytest.approx((1.655192, 0.447319), abs=1e-5)
    assert fit.auc.value == pytest.approx(0.934595216, abs=1e-7)
    assert fit.log_likelihood == pytest.approx(-78.028745586, abs=1e-8)


@pytest.mark.slow
def test_coverage_of_the_interval():
    rng = np.random.default_rng(31)
    area, covered, fitted = norm.cdf(1.2 / np.sqrt(1.64)), 0, 0
    for _ in range(1000):
        latent = np.concatenate((rng.normal(0, 1, 80), rng.normal(1.5, 1.25, 80)))
        auc = binormal_auc(np.repeat([0, 1], 80), np.digitize(latent, [-0.5, 0.5, 1.2, 2.0]))
        covered += int(auc.low <= area <= auc.high)
        fitted += 1
    assert 0.93 <= covered / fitted <= 0.97


def test_continuous_ratings_are_fitted_and_monotone_transforms_change_nothing():
    rng = np.random.default_rng(5)
    truth = np.arange(300) % 2
    rating = rng.normal(size=300) + truth
    plain, transformed = binormal_fit(truth, rating), binormal_fit(truth, np.exp(2 * rating))
    assert plain.auc.value == pytest.approx(transformed.auc.value, rel=1e-9)
    # The shift of one standard deviation: Phi(1 / sqrt 2).
    assert plain.auc.low < norm.cdf(1 / np.sqrt(2)) < plain.auc.high


@pytest.mark.parametrize(
    ("truth", "rating", "reason"),
    [
        ([0, 0, 1, 1], [1, 2, 3, 4], Reason.SEPARATION),
        ([0, 0, 1, 1], [1, 1, 1, 1], Reason.SEPARATION),
        # One operating point carries no slope; nor do (1/2, 1/2) and (1/2, 1), nor three points of one height.
        ([0, 0, 1, 1], [0, 1, 0, 1], Reason.SEPARATION),
        ([0, 0, 1, 1, 1, 1], [0, 2, 0, 1, 2, 2], Reason.SEPARATION),
        ([0, 0, 0, 0, 0, 1, 1], [1, 2, 2, 3, 4, 1, 4], Reason.SEPARATION),
        ([1, 1], [1, 2], Reason.NO_NEGATIVE_CASES),
    ],
)
def test_what_cannot_be_fitted_is_named(truth, rating, reason):
    assert binormal_auc(truth, rating).reason is reason
