import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from tests.validation.stats.reference import reference_data
from validation.stats import InputError, Reason, auc, calibration_summary
from validation.stats.recalibration import RECALIBRATION_METHODS, cross_fitted, fit_recalibration, shift_prevalence


def overconfident(n=4000, slope=2.0):
    rng = np.random.default_rng(9)
    true_logit = rng.normal(0, 1.2, n)
    return rng.uniform(size=n) < expit(true_logit), expit(slope * true_logit)


def test_platt_is_a_logistic_regression_on_the_logit():
    truth, p = overconfident()
    fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(logit(p)[:, None], truth)
    new = np.linspace(0.01, 0.99, 50)
    expected = fit.predict_proba(logit(new)[:, None])[:, 1]
    assert fit_recalibration(truth, p, "platt")(new) == pytest.approx(expected, abs=1e-5)


def test_platt_undoes_the_recalibration_slope():
    data = reference_data("calib_pima")
    fitted = fit_recalibration(data["y"], data["p_overconfident"], "platt")(data["p_overconfident"].to_numpy())
    estimates = calibration_summary(data["y"], fitted).estimates
    # On its own cases a logistic recalibration has slope 1 and intercept 0 exactly.
    assert estimates["calibration_slope"].value == pytest.approx(1.0, abs=1e-5)
    assert estimates["calibration_in_the_large"].value == pytest.approx(0.0, abs=1e-5)


def test_temperature_finds_the_temperature():
    truth, p = overconfident(20_000, slope=2.0)
    fit = fit_recalibration(truth, p, "temperature")
    assert logit(fit(np.array([0.9])))[0] == pytest.approx(logit(0.9) / 2.0, rel=0.05)


@pytest.mark.parametrize("method", RECALIBRATION_METHODS)
def test_cross_fitted_probabilities_are_better_calibrated(method):
    truth, p = overconfident()
    fitted = cross_fitted(truth, p, method, rng=np.random.default_rng(5))
    before, after = (((one - truth) ** 2).mean() for one in (p, fitted.probability))
    assert after < before
    assert sorted(set(fitted.fold.tolist())) == [0, 1, 2, 3, 4]
    assert ((fitted.probability >= 0) & (fitted.probability <= 1)).all()
    again = cross_fitted(truth, p, method, rng=np.random.default_rng(5))
    assert (again.probability == fitted.probability).all()


@pytest.mark.parametrize("method", RECALIBRATION_METHODS)
def test_recalibration_is_monotone(method):
    truth, p = overconfident()
    grid = np.linspace(0.0, 1.0, 200)
    fitted = fit_recalibration(truth, p, method)(grid)
    assert (np.diff(fitted) >= -1e-12).all()
    if method != "isotonic":
        assert auc(truth, fit_recalibration(truth, p, method)(p)).value == pytest.approx(auc(truth, p).value, abs=1e-9)


def test_no_case_is_recalibrated_by_a_fit_that_saw_it():
    truth, p = overconfident(200)
    fitted = cross_fitted(truth, p, "isotonic", rng=np.random.default_rng(2))
    inside = fitted.fold == 0
    fit = fit_recalibration(truth[~inside], p[~inside], "isotonic")
    assert fitted.probability[inside] == pytest.approx(fit(p[inside]))


def test_shift_of_prevalence_is_bayes_theorem():
    # Probability 0.8 made at 50 %: likelihood ratio 4; at 10 % the odds are 4 / 9.
    assert shift_prevalence([0.8], trained_at=0.5, applied_at=0.1) == pytest.approx([4 / 13])
    there = shift_prevalence([0.0, 0.3, 1.0], trained_at=0.4, applied_at=0.05)
    assert shift_prevalence(there, trained_at=0.05, applied_at=0.4) == pytest.approx([0.0, 0.3, 1.0])


def test_refusals_and_undefined():
    truth, p = overconfident(50)
    with pytest.raises(InputError, match="use platt, temperature, isotonic, beta"):
        fit_recalibration(truth, p, "histogram")
    with pytest.raises(InputError, match="number of folds lies between 2"):
        cross_fitted(truth, p, "platt", rng=np.random.default_rng(1), folds=100)
    with pytest.raises(InputError, match="applied_at: a prevalence"):
        shift_prevalence([0.5], trained_at=0.5, applied_at=1.0)
    assert fit_recalibration([1, 1], [0.2, 0.3], "platt").reason is Reason.NO_NEGATIVE_CASES
    separated = fit_recalibration([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.8], "platt")
    assert separated.reason is Reason.SEPARATION
