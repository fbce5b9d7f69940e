from functools import partial

import numpy as np
import pytest

from validation.stats import InputError, Reason, calibration_summary
from validation.stats.calibration_bootstrap import (
    CalibrationFigure,
    bootstrap_calibration,
    expected_error,
    smooth_error,
)
from validation.stats.results import Outcome


def simulated(n=400):
    rng = np.random.default_rng(1)
    p = rng.uniform(0.05, 0.95, n)
    # Events are rarer than predicted by 0.15 in the middle.
    return rng.uniform(size=n) < np.clip(p - 0.15, 0, 1), p


def test_the_value_is_that_of_the_summary_and_the_seed_decides():
    truth, p = simulated()
    runs = [
        bootstrap_calibration(truth, p, expected_error(), rng=np.random.default_rng(3), resamples=200) for _ in range(2)
    ]
    assert runs[0] == runs[1]
    expected = calibration_summary(truth, p).estimates["expected_calibration_error"].value
    assert runs[0].value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n", [7, 6001])
def test_resamples_at_once_are_those_one_by_one(n):
    """Some hundred resamples of 6001 cases are more than are held at once."""
    truth, p = simulated(n)
    p[:3] = (0, 0.1, 1)

    def estimated(figure: CalibrationFigure) -> Outcome:
        return bootstrap_calibration(truth, p, figure, rng=np.random.default_rng(3), resamples=200)

    together, alone = estimated(expected_error()), estimated(partial(expected_error()))
    assert (together.low, together.high) == pytest.approx((alone.low, alone.high), rel=1e-12)
    assert together.value == alone.value


def test_the_interval_holds_the_true_error():
    truth, p = simulated(2000)
    for figure in (expected_error(), smooth_error("ici")):
        estimate = bootstrap_calibration(truth, p, figure, rng=np.random.default_rng(3), resamples=200)
        # The mean of |p - max(p - 0.15, 0)| over 0.05 to 0.95 is 0.15 less a corner of 0.01 / 2 / 0.9.
        assert estimate.low < 0.15 - 0.005 / 0.9 < estimate.high
        assert "biased upwards" in estimate.note


def test_one_case_has_no_interval():
    alone = bootstrap_calibration([1], [0.3], expected_error(), rng=np.random.default_rng(1), resamples=100)
    assert (alone.value, alone.low) == (pytest.approx(0.7), None)
    assert "All resamples give the same" in alone.note


def test_refusals_and_undefined():
    rng = np.random.default_rng(1)
    with pytest.raises(InputError, match="at least 100"):
        bootstrap_calibration([0, 1], [0.1, 0.2], expected_error(), rng=rng, resamples=5)
    with pytest.raises(InputError, match="use ici, e50, e90 or emax"):
        smooth_error("mean")
    few = bootstrap_calibration([0, 1], [0.1, 0.2], smooth_error(), rng=rng, resamples=100)
    assert few.reason is Reason.TOO_FEW_CASES
