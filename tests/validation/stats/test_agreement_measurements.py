import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import InputError, Reason, Undefined
from validation.stats.agreement_measurements import (
    concordance_correlation,
    intraclass_correlation,
    limits_of_agreement,
    repeatability,
    repeated_limits_of_agreement,
)

IRR = {
    "icc1": "irr_icc_oneway_consistency_single",
    "icc2": "irr_icc_twoway_agreement_single",
    "icc3": "irr_icc_twoway_consistency_single",
    "icc1k": "irr_icc_oneway_consistency_average",
    "icc2k": "irr_icc_twoway_agreement_average",
    "icc3k": "irr_icc_twoway_consistency_average",
}
# Shrout and Fleiss (1979), table 2: four judges rate six targets.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


@pytest.mark.parametrize(
    ("name", "key"), [("anxiety", "anxiety_icc"), ("video", "video_icc"), ("shrout_fleiss_1979", "shrout_fleiss_icc")]
)
def test_icc_against_irr_and_psych(name, key):
    expected = reference_values("agreement_classics", key)
    ours = intraclass_correlation(reference_data(f"agree_{name}").drop(columns="subject"))
    psych = {row["type"]: row for row in expected["psych_ICC"]}
    for form, irr in IRR.items():
        estimate = ours[form].estimate
        assert estimate.value == pytest.approx(expected[irr]["icc"], rel=1e-9)
        theirs = psych[form.upper().replace("K", "k")]
        # irr's limits of the agreement of a mean put that coefficient into the formula for one rater.
        assert (estimate.low, estimate.high) == pytest.approx((theirs["lower bound"], theirs["upper bound"]), rel=1e-8)
        assert (ours[form].test.statistic, ours[form].test.p) == pytest.approx((theirs["F"], theirs["p"]), rel=1e-8)


def test_icc_of_the_printed_table():
    ours = intraclass_correlation(SHROUT_FLEISS)
    printed = {"icc1": 0.17, "icc2": 0.29, "icc3": 0.71, "icc1k": 0.44, "icc2k": 0.62, "icc3k": 0.91}
    assert {form: round(one.estimate.value, 2) for form, one in ours.items()} == printed


def test_concordance_against_epir():
    data = reference_data("agree_pefr_bland_altman_1986")
    (expected,) = reference_values("agreement_classics", "pefr_ccc_wright1_mini1")["rho_c"]
    ours = concordance_correlation(data["wright1"], data["mini1"])
    assert (ours.value, ours.low, ours.high) == pytest.approx(
        (expected["est"], expected["lower"], expected["upper"]), rel=1e-9
    )


def test_limits_of_agreement_against_base_r():
    data = reference_data("agree_pefr_bland_altman_1986")
    expected = reference_values("agreement_classics", "pefr_bland_altman_wright1_minus_mini1")
    ours = limits_of_agreement(data["wright1"], data["mini1"])
    assert (ours.bias.value, ours.sd) == pytest.approx((expected["mean_diff"], expected["sd_diff"]), rel=1e-9)
    assert (ours.bias.low, ours.bias.high) == pytest.approx(expected["mean_diff_ci"], rel=1e-9)
    assert (ours.lower.value, ours.upper.value) == pytest.approx(
        (expected["loa_low_z"], expected["loa_high_z"]), rel=1e-9
    )
    # Student's t with 16 degrees of freedom: 2.1199; the reference used 1.96, not 1.959964.
    assert (ours.lower.high - ours.lower.value) / 2.119905299 == pytest.approx(expected["se_loa_1999"], rel=2e-5)
    assert ours.slope.p == pytest.approx(expected["proportional_bias_p"], rel=1e-9)


def test_repeated_measurements_against_base_r():
    data = reference_data("agree_pefr_bland_altman_1986")
    expected = reference_values("agreement_classics", "pefr_repeated_bland_altman")
    ours = repeated_limits_of_agreement(data[["wright1", "wright2"]], data[["mini1", "mini2"]])
    assert ours["sd"] == pytest.approx(expected["sd_corrected"], rel=1e-9)
    assert ours["bias"] == pytest.approx(expected["mean_diff_of_means"], rel=1e-9)
    assert ours["within_variance_first"] == pytest.approx(expected["within_var_wright"], rel=1e-9)
    # The reference used 1.96, not 1.959964.
    for columns, key in ((["wright1", "wright2"], "wright"), (["mini1", "mini2"], "mini")):
        coefficient = repeatability(data[columns])["repeatability_coefficient"].value
        assert coefficient == pytest.approx(expected[f"coef_repeatability_{key}"], rel=2e-5)


@pytest.mark.slow
def test_coverage_of_icc_and_repeatability():
    rng = np.random.default_rng(15)
    hits = dict.fromkeys(("icc1", "icc3", "sd"), 0)
    for _ in range(1500):
        array = rng.normal(0, 2, (30, 1)) + rng.normal(0, 1, (30, 3))
        found = intraclass_correlation(array)
        for form in ("icc1", "icc3"):
            hits[form] += int(found[form].estimate.low <= 0.8 <= found[form].estimate.high)
        sd = repeatability(array)["within_subject_sd"]
        hits["sd"] += int(sd.low <= 1.0 <= sd.high)
    assert all(0.93 <= count / 1500 <= 0.97 for count in hits.values()), hits


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=3, max_size=30))
def test_shifts_and_exchanges(rows):
    x, y = (np.round(np.array(column), 3) for column in zip(*rows, strict=True))
    forward, backward = limits_of_agreement(x, y), limits_of_agreement(y, x)
    assert forward.lower.value == pytest.approx(-backward.upper.value, abs=1e-9)
    assert limits_of_agreement(x + 7, y).bias.value == pytest.approx(forward.bias.value + 7, abs=1e-9)
    one, other = concordance_correlation(x, y), concordance_correlation(y, x)
    if not isinstance(one, Undefined):
        assert one.value == pytest.approx(other.value, abs=1e-12)
        assert -1.0 - 1e-12 <= one.value <= 1.0 + 1e-12


def test_raters_that_differ_by_a_constant_keep_their_coefficients():
    # psych 2.2.9 ICC(lmer = FALSE): single 0.88235294, 0.88888889, 1; mean 0.93750000, 0.94117647, 1.
    forms = intraclass_correlation([[1, 2], [3, 4], [5, 6]])
    values = {name: one.estimate.value for name, one in forms.items()}
    expected = {"icc1": 0.88235294, "icc2": 0.88888889, "icc3": 1, "icc1k": 0.9375, "icc2k": 0.94117647, "icc3k": 1}
    assert values == pytest.approx(expected, abs=1e-8)
    agreement = forms["icc2"].estimate
    assert (agreement.low, agreement.high) == pytest.approx((0.0099071207, 0.99676428), abs=1e-8)
    assert forms["icc3"].estimate.low is None
    assert forms["icc2"].test.reason is forms["icc3"].test.reason is Reason.ZERO_VARIANCE


def test_subjects_that_do_not_differ():
    # psych 2.2.9: single -1, F 0, p 1; the mean of raters would be minus infinity.
    forms = intraclass_correlation([[1, 2], [2, 1], [1, 2], [2, 1]])
    assert forms["icc1"].estimate.value == forms["icc3"].estimate.value == -1.0
    assert (forms["icc3"].test.statistic, forms["icc3"].test.p) == (0.0, 1.0)
    assert {forms[name].estimate.reason for name in ("icc1k", "icc2k", "icc3k")} == {Reason.NEGATIVE_VARIANCE}
    assert intraclass_correlation([[1, 2], [2, 1]])["icc2"].estimate.reason is Reason.NEGATIVE_VARIANCE


@given(st.integers(2, 5), st.integers(2, 4), st.integers(0, 10_000))
def test_limits_hold_their_own_estimate(subjects, raters, seed):
    for one in intraclass_correlation(np.random.default_rng(seed).normal(size=(subjects, raters))).values():
        if not isinstance(one.estimate, Undefined) and one.estimate.low is not None:
            assert one.estimate.low <= one.estimate.value <= one.estimate.high


def test_constant_differences_have_no_slope_despite_rounding():
    # 0.1 + 0.2 differs from 0.3 in the last digit only; R's lm warns of an essentially perfect fit.
    first = np.array([0.1, 0.7, 1.3, 2.9])
    assert limits_of_agreement(first + 0.2, first).slope.reason is Reason.ZERO_VARIANCE


def test_refusals_and_undefined():
    assert intraclass_correlation([[1, 2]])["icc1"].estimate.reason is Reason.TOO_FEW_CASES
    assert intraclass_correlation([[1, 1], [1, 1]])["icc1"].estimate.reason is Reason.ZERO_VARIANCE
    assert concordance_correlation([1, 1, 1], [1, 1, 1]).reason is Reason.ZERO_VARIANCE
    assert concordance_correlation([1, 2], [1, 2]).reason is Reason.TOO_FEW_CASES
    assert concordance_correlation([1, 2, 3], [1, 2, 3]).low is None
    assert limits_of_agreement([1, 2, math.nan], [1, 2, 3]).reason is Reason.TOO_FEW_CASES
    assert limits_of_agreement([1, 2, 3], [2, 3, 4]).slope.reason is Reason.ZERO_VARIANCE
    # Squares of such numbers are below the smallest double.
    tiny = limits_of_agreement(np.array([1.0, 2, 5]) * 1e-300, np.array([2.0, 1, 3]) * 1e-300)
    assert tiny.slope.reason is Reason.ZERO_VARIANCE
    assert repeatability([[1], [2]])["within_subject_sd"].reason is Reason.TOO_FEW_CASES
    assert repeated_limits_of_agreement([[1, 2]], [[1, 2]]).reason is Reason.TOO_FEW_CASES
    with pytest.raises(InputError, match="row 2: a measurement is infinite"):
        intraclass_correlation([[1, 2], [3, math.inf]])
    with pytest.raises(InputError, match="one row per subject"):
        repeatability([1, 2, 3])
    with pytest.raises(InputError, match="3 and 2 measurements"):
        limits_of_agreement([1, 2, 3], [1, 2])
    with pytest.raises(InputError, match="2 and 1 subjects"):
        repeated_limits_of_agreement([[1, 2], [3, 4]], [[1, 2]])
