import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import InputError, Reason, calibration_summary

predictions = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=80)


@pytest.mark.parametrize("column", ["p", "p_glu_only", "p_overconfident"])
def test_brier_and_calibration_error_against_r(column):
    data, expected = reference_data("calib_pima"), reference_values("calib_pima", f"{column}_brier_and_ece")
    estimates = calibration_summary(data.y, data[column]).estimates
    assert estimates["brier"].value == pytest.approx(expected["brier"], rel=1e-9)
    assert estimates["expected_calibration_error"].value == pytest.approx(expected["ece_10_equal_width"], rel=1e-9)
    assert estimates["maximum_calibration_error"].value == pytest.approx(expected["mce_10_equal_width"], rel=1e-9)


@pytest.mark.parametrize("column", ["p", "p_glu_only", "p_overconfident"])
def test_recalibration_against_r_glm(column):
    data = reference_data("calib_pima")
    expected = reference_values("calib_pima", f"{column}_logistic_recalibration")
    estimates = calibration_summary(data.y, data[column]).estimates
    # R stops at a deviance change of 1e-8 and takes the standard error from the weights one step earlier.
    slope, large = estimates["calibration_slope"], estimates["calibration_in_the_large"]
    assert slope.value == pytest.approx(expected["slope"], rel=1e-7)
    assert (slope.low, slope.high) == pytest.approx(expected["slope_ci"], rel=1e-5)
    assert estimates["calibration_intercept"].value == pytest.approx(expected["intercept_joint"], rel=1e-7)
    assert large.value == pytest.approx(expected["calibration_in_the_large"], rel=1e-7)
    assert (large.low, large.high) == pytest.approx(expected["citl_ci"], abs=1e-5)


@pytest.mark.parametrize("column", ["p", "p_glu_only", "p_overconfident"])
def test_equal_count_bins_against_the_quantile_cut_of_r(column):
    data = reference_data("calib_pima")
    expected = reference_values("calib_pima", f"{column}_hosmer_lemeshow")["g10"]["table"]
    bins = calibration_summary(data.y, data[column], binning="equal-count").bins
    assert [(row.n, row.events) for row in bins] == [(row["n"], row["observed"]) for row in expected]
    assert [row.n * row.mean_probability for row in bins] == pytest.approx([r["expected"] for r in expected], rel=1e-9)


def test_brier_by_hand():
    # The squares 0.01, 0.16, 0.4225 and 0.04 have the mean 0.158125.
    assert calibration_summary([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).estimates["brier"].value == pytest.approx(0.158125)


def test_a_calibrated_simulation_has_slope_one():
    rng = np.random.default_rng(20)
    p = rng.uniform(0.05, 0.95, 20_000)
    estimates = calibration_summary(rng.uniform(size=20_000) < p, p).estimates
    assert estimates["calibration_slope"].low < 1.0 < estimates["calibration_slope"].high
    assert estimates["calibration_in_the_large"].low < 0.0 < estimates["calibration_in_the_large"].high
    assert estimates["expected_calibration_error"].value < 0.02


@given(predictions, st.sampled_from(["equal-width", "equal-count"]))
def test_bins_hold_every_case_once(rows, binning):
    truth, p = zip(*rows, strict=True)
    summary = calibration_summary(truth, p, binning=binning)
    assert sum(row.n for row in summary.bins) == len(rows)
    assert sum(row.events for row in summary.bins) == sum(truth)
    for row in summary.bins:
        assert row.low - 1e-12 <= row.mean_probability <= row.high + 1e-12
    ece, mce = (summary.estimates[f"{kind}_calibration_error"].value for kind in ("expected", "maximum"))
    assert 0.0 <= ece <= mce + 1e-12 <= 1.0 + 1e-12


def test_what_cannot_be_recalibrated_is_named():
    separated = calibration_summary([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.8]).estimates
    assert separated["calibration_slope"].reason is Reason.SEPARATION
    certain = calibration_summary([0, 1, 1], [0.0, 0.5, 1.0]).estimates
    assert certain["calibration_slope"].reason is Reason.EXTREME_PROBABILITY
    assert calibration_summary([1, 1], [0.5, 0.6]).estimates["calibration_slope"].reason is Reason.NO_NEGATIVE_CASES
    constant = calibration_summary([0, 1, 1], [0.5, 0.5, 0.5]).estimates
    assert constant["calibration_slope"].reason is Reason.ZERO_VARIANCE
    # Two events in three at logit 0: the intercept is the log odds.
    assert constant["calibration_in_the_large"].value == pytest.approx(np.log(2), rel=1e-9)
    assert calibration_summary([], []).estimates["brier"].reason is Reason.NO_CASES


def test_probabilities_outside_0_and_1_are_named_by_row():
    with pytest.raises(InputError, match=r"row 2, column 'probability': 1.2 is not a probability"):
        calibration_summary([0, 1], [0.5, 1.2])
