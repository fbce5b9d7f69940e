"""The parameters of a recalibration: against R and scikit-learn, as plain numbers, and as the portal applies them."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from portal.inference.layer_rule import LayerRule, calibrated_score
from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import Reason, auc
from validation.stats.recalibration import (
    RECALIBRATION_METHODS,
    FittedRecalibration,
    cross_fitted,
    fit_recalibration,
)


def overconfident(n=600, slope=2.0):
    rng = np.random.default_rng(9)
    true_logit = rng.normal(0, 1.2, n)
    return rng.uniform(size=n) < expit(true_logit), expit(slope * true_logit)


@pytest.mark.parametrize("column", ["p", "p_glu_only", "p_overconfident"])
def test_platt_against_r_glm(column):
    """R: glm(y ~ qlogis(p), binomial)."""
    data = reference_data("calib_pima")
    expected = reference_values("calib_pima", f"{column}_logistic_recalibration")
    given = fit_recalibration(data["y"], data[column], "platt").parameters
    assert given["intercept"] == pytest.approx(expected["intercept_joint"], abs=2e-6)
    assert given["slope"] == pytest.approx(expected["slope"], abs=2e-6)


def test_the_temperature_has_the_greatest_likelihood():
    """Guo's loss, minimised by another routine over one number."""
    truth, p = overconfident()
    sign = np.where(truth, 1.0, -1.0)
    best = minimize_scalar(
        lambda t: np.logaddexp(0, -sign * logit(p) / t).mean(), bounds=(0.1, 10), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    assert fit_recalibration(truth, p, "temperature").parameters["temperature"] == pytest.approx(best.x, rel=1e-5)


def test_steps_are_those_of_scikit_learn():
    truth, p = overconfident()
    expected = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(p, truth)
    fitted = fit_recalibration(truth, p, "isotonic")
    grid = np.linspace(0, 1, 501)
    assert fitted(grid) == pytest.approx(expected.predict(grid), abs=1e-15)
    assert len(fitted.parameters["steps"]) < len(p)


def test_fewer_different_probabilities_than_parameters_determine_none():
    """On one score every line through its rate fits as well; beta has three parameters."""
    truth = np.arange(40) % 3 == 0
    for method, p in (("platt", np.full(40, 0.4)), ("beta", np.where(truth, 0.4, 0.6)), ("beta", np.full(40, 0.4))):
        assert fit_recalibration(truth, p, method).reason == Reason.ZERO_VARIANCE


@pytest.mark.parametrize("method", RECALIBRATION_METHODS)
def test_the_portal_applies_what_was_fitted(method):
    truth, p = overconfident()
    fitted = fit_recalibration(truth, p, method)
    assert fitted.to_json() == {"method": method, "parameters": fitted.parameters}
    rule = LayerRule(method.upper(), fitted.parameters, None)
    grid = np.concatenate((np.linspace(0, 1, 301), p))
    applied = [calibrated_score(score, rule) for score in grid.tolist()]
    assert applied == pytest.approx(fitted(grid), abs=1e-12)
    if method != "isotonic":
        # What keeps the order of the scores keeps the area under their curve.
        by_portal = [calibrated_score(score, rule) for score in p.tolist()]
        assert auc(truth, by_portal).value == pytest.approx(auc(truth, p).value, abs=1e-12)


def test_scores_that_go_the_wrong_way_have_no_temperature():
    truth, p = overconfident()
    assert fit_recalibration(~truth, p, "temperature").reason is Reason.BELOW_CHANCE
    turned = fit_recalibration(~truth, p, "platt")
    assert isinstance(turned, FittedRecalibration)
    assert turned.parameters["slope"] < 0


def test_the_cases_of_a_patient_are_in_one_fold():
    truth, p = overconfident(400)
    patients = np.repeat(np.arange(100), 4)
    fitted = cross_fitted(truth, p, "platt", rng=np.random.default_rng(3), groups=patients)
    assert "groups kept together" in fitted.method
    folds = fitted.fold.reshape(100, 4)
    assert (folds == folds[:, :1]).all()
    assert sorted(set(fitted.fold.tolist())) == [0, 1, 2, 3, 4]
