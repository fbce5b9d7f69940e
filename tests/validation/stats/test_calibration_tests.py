import math

import numpy as np
import pytest

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import Reason
from validation.stats.calibration_tests import hosmer_lemeshow, log_loss, observed_over_expected, spiegelhalter_test

COLUMNS = ("p", "p_glu_only", "p_overconfident")


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("groups", [5, 10])
def test_hosmer_lemeshow_against_r(column, groups):
    data = reference_data("calib_pima")
    expected = reference_values("calib_pima", f"{column}_hosmer_lemeshow")[f"g{groups}"]
    for kind, fitted in (("internal", True), ("external", False)):
        test = hosmer_lemeshow(data["y"], data[column], groups=groups, fitted_on_these_cases=fitted)
        assert test.statistic == pytest.approx(expected["chisq"], rel=1e-9)
        assert test.df == expected[f"df_{kind}"]
        assert test.p == pytest.approx(expected[f"p_{kind}"], rel=1e-8)


@pytest.mark.parametrize("column", COLUMNS)
def test_equal_width_groups_against_calzone(column):
    data, expected = reference_data("calib_pima"), reference_values("calib_pima_python", f"{column}_calzone")["HL_C"]
    test = hosmer_lemeshow(data["y"], data[column], binning="equal-width", fitted_on_these_cases=True)
    assert (test.statistic, test.df) == pytest.approx((expected["chisq"], expected["df"]), rel=1e-9)
    # calzone takes 1 - cdf, which ends at 1e-16.
    assert test.p == pytest.approx(expected["p"], rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("column", COLUMNS)
def test_spiegelhalter_against_rms(column):
    data, expected = reference_data("calib_pima"), reference_values("calib_pima", f"{column}_val.prob")
    test = spiegelhalter_test(data["y"], data[column])
    assert (test.statistic, test.p) == pytest.approx((expected["S:z"], expected["S:p"]), rel=1e-8)


@pytest.mark.parametrize("column", COLUMNS)
def test_log_loss_and_ratio_against_r(column):
    data, expected = reference_data("calib_pima"), reference_values("calib_pima", f"{column}_brier_and_ece")
    assert log_loss(data["y"], data[column]).value == pytest.approx(expected["logloss"], rel=1e-12)
    assert observed_over_expected(data["y"], data[column]).value == pytest.approx(expected["oe_ratio"], rel=1e-12)


def test_by_hand():
    # Four events where two were expected: ratio 2, standard error of its log 1 / sqrt 4.
    ratio = observed_over_expected([1, 1, 1, 1, 0], [0.4] * 5)
    assert ratio.value == pytest.approx(2.0)
    assert ratio.high == pytest.approx(2.0 * math.exp(1.959963984540054 / 2))
    assert log_loss([1, 0], [0.5, 0.75]).value == pytest.approx((math.log(2) + math.log(4)) / 2)


@pytest.mark.slow
def test_level_of_both_tests_under_calibration():
    rng = np.random.default_rng(14)
    rejected = np.zeros(2)
    for _ in range(1000):
        p = rng.uniform(0.05, 0.95, 500)
        truth = rng.uniform(size=500) < p
        rejected += [hosmer_lemeshow(truth, p).p < 0.05, spiegelhalter_test(truth, p).p < 0.05]
    assert (rejected > 30).all()
    assert (rejected < 70).all()


def test_undefined_outcomes_are_named():
    assert hosmer_lemeshow([], []).reason is Reason.NO_CASES
    assert hosmer_lemeshow([0, 1], [0.2, 0.4], groups=2, fitted_on_these_cases=True).reason is Reason.TOO_FEW_CASES
    certain = hosmer_lemeshow([0, 0, 1, 1], [0.0, 0.0, 0.8, 0.9], groups=2, binning="equal-width")
    assert certain.reason is Reason.ZERO_VARIANCE
    assert spiegelhalter_test([0, 1], [0.5, 0.5]).reason is Reason.ZERO_VARIANCE
    assert log_loss([1], [0.0]).reason is Reason.EXTREME_PROBABILITY
    assert log_loss([0, 1], [0.0, 1.0]).value == 0.0
    assert observed_over_expected([0, 0], [0.0, 0.0]).reason is Reason.ZERO_DENOMINATOR
    assert "no event" in observed_over_expected([0, 0], [0.1, 0.2]).note
