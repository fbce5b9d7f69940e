import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import Reason
from validation.stats.calibration_curve import adaptive_calibration_error, brier_decomposition, smooth_calibration

COLUMNS = ("p", "p_glu_only", "p_overconfident")
predictions = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=2, max_size=80).filter(
    lambda rows: 0 < sum(truth for truth, _ in rows) < len(rows)
)


@pytest.mark.parametrize("column", COLUMNS)
def test_smoothed_errors_against_rms(column):
    data, expected = reference_data("calib_pima"), reference_values("calib_pima", f"{column}_val.prob")
    smooth = smooth_calibration(data["y"], data[column])
    # rms::val.prob: Eavg, E90 and Emax of lowess(p, y, iter = 0).
    assert (smooth.ici, smooth.e90, smooth.emax) == pytest.approx(
        (expected["Eavg"], expected["E90"], expected["Emax"]), rel=1e-7
    )
    assert 0.0 <= smooth.smoothed.min() <= smooth.smoothed.max() <= 1.0


@pytest.mark.parametrize("column", COLUMNS)
def test_skill_against_r(column):
    data, expected = reference_data("calib_pima"), reference_values("calib_pima", f"{column}_brier_and_ece")
    parts = brier_decomposition(data["y"], data[column])
    assert parts.skill == pytest.approx(expected["scaled_brier"], rel=1e-9)
    assert parts.uncertainty == pytest.approx(expected["brier_max_prevalence"], rel=1e-9)


def test_decomposition_by_hand():
    # Two groups of two: at 0.25 one event (rate 1/2), at 0.75 two events (rate 1); prevalence 3/4.
    parts = brier_decomposition([0, 1, 1, 1], [0.25, 0.25, 0.75, 0.75])
    assert parts.reliability == pytest.approx(0.0625)
    assert parts.resolution == pytest.approx(0.0625)
    assert parts.uncertainty == pytest.approx(0.1875)
    assert parts.brier == pytest.approx((0.0625 + 0.5625 + 0.0625 + 0.0625) / 4)


@given(predictions, st.sampled_from([None, 5, 10]))
def test_the_parts_add_up(rows, bins):
    truth, p = np.array([row[0] for row in rows]), np.array([row[1] for row in rows]) / 20
    parts = brier_decomposition(truth, p, bins=bins)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within_bins
    assert total == pytest.approx(parts.brier, abs=1e-12)
    assert parts.reliability >= 0.0
    assert 0.0 <= parts.resolution <= parts.uncertainty + 1e-12


def test_adaptive_error_by_hand():
    # Sorted, in two bins: 0.1 0.2 0.3 with one event (0.6 expected), 0.6 0.9 with one event (1.5 expected).
    value = adaptive_calibration_error([0, 1, 0, 0, 1], [0.2, 0.3, 0.1, 0.6, 0.9], bins=2)
    assert value == pytest.approx((0.4 + 0.5) / 5)


def test_a_calibrated_simulation_lies_on_the_diagonal():
    rng = np.random.default_rng(2)
    p = rng.uniform(size=20_000)
    smooth = smooth_calibration(rng.uniform(size=20_000) < p, p)
    assert smooth.ici < 0.01


def test_undefined_outcomes_are_named():
    assert smooth_calibration([], []).reason is Reason.NO_CASES
    assert smooth_calibration([0, 1], [0.1, 0.2]).reason is Reason.TOO_FEW_CASES
    assert smooth_calibration([0, 1] * 10, [0.5] * 20).reason is Reason.ZERO_VARIANCE
    assert brier_decomposition([1, 1], [0.5, 0.6]).reason is Reason.ONE_CLASS_ONLY
    assert brier_decomposition([], []).reason is Reason.NO_CASES
    assert adaptive_calibration_error([], []).reason is Reason.NO_CASES


def lowess_by_definition(outcome, p):
    """Cleveland 1979: a tricube-weighted line through the two thirds nearest cases, at every probability."""
    fitted = []
    for at in p:
        distance = np.abs(p - at)
        radius = np.sort(distance)[int(2 / 3 * len(p) + 1e-7) - 1]
        weight = np.clip(1 - (distance / radius) ** 3, 0, None) ** 3 if radius else (distance == 0) * 1.0
        near = np.unique(p[weight > 0])
        root = np.sqrt(weight)
        design = np.column_stack([np.ones(len(p)), p - at])[:, : len(near)]
        fitted.append(np.linalg.lstsq(design * root[:, None], outcome * root, rcond=None)[0][0])
    return np.array(fitted)


@pytest.mark.parametrize("crowd", [15, 19, 20, 21, 24, 28])
@pytest.mark.parametrize("at", [0.0, 0.2, 1.0])
def test_a_probability_that_most_cases_share(crowd, at):
    # 30 cases, so that a span has 20; values 5 % apart, so that nothing is interpolated.
    rng = np.random.default_rng(crowd)
    p = np.r_[np.full(crowd, at), rng.integers(1, 20, 30 - crowd) / 20]
    outcome = (rng.random(30) < 0.5).astype(float)
    smooth = smooth_calibration(outcome, p)
    expected = lowess_by_definition(outcome, p)
    assert smooth.smoothed == pytest.approx(np.clip(expected, 0, 1), abs=1e-9)
    assert smooth.ici == pytest.approx(np.abs(expected - p).mean(), abs=1e-9)


def test_two_probabilities_have_the_rates_of_their_cases():
    smooth = smooth_calibration([1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1], [0.2] * 8 + [0.7] * 4)
    assert smooth.smoothed == pytest.approx([1 / 8] * 8 + [3 / 4] * 4)
    assert smooth.ici == pytest.approx((8 * 0.075 + 4 * 0.05) / 12)
