import numpy as np
import pytest

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import InputError, Reason
from validation.stats.decision_curve import decision_curve


@pytest.mark.parametrize("column", ["p", "p_glu_only", "p_overconfident"])
def test_net_benefit_against_dcurves(column):
    data = reference_data("calib_pima")
    for row in reference_values("calib_pima_python", f"{column}_net_benefit"):
        (point,) = decision_curve(data["y"], data[column], [row["threshold"]])
        ours = {"p": point.model.value, "all": point.treat_all.value, "none": 0.0}[row["model"]]
        assert ours == pytest.approx(row["net_benefit"], abs=1e-12)


def test_by_hand():
    # At 0.2 a false positive costs 1/4: two hits and one false alarm among five cases.
    (point,) = decision_curve([1, 1, 1, 0, 0], [0.9, 0.2, 0.1, 0.3, 0.1], [0.2])
    assert point.model.value == pytest.approx((2 - 0.25) / 5)
    assert point.treat_all.value == pytest.approx((3 - 2 * 0.25) / 5)
    assert point.difference.value == pytest.approx(point.model.value - point.treat_all.value)


@pytest.mark.slow
def test_coverage_of_the_interval():
    rng = np.random.default_rng(6)
    covered = 0
    for _ in range(1500):
        p = rng.uniform(size=200)
        truth = rng.uniform(size=200) < p
        model = decision_curve(truth, p, [0.3])[0].model
        # E[(y - (1 - y) 3/7) 1(p >= 0.3)] for calibrated uniform p: integral of p - (1 - p) 3/7 from 0.3 to 1.
        covered += int(model.low <= (1 - 0.09) / 2 * (10 / 7) - 0.7 * 3 / 7 <= model.high)
    assert 0.93 <= covered / 1500 <= 0.97


def test_refusals_and_undefined():
    assert decision_curve([], [], [0.5])[0].model.reason is Reason.NO_CASES
    assert decision_curve([1], [0.5], [0.5])[0].model.low is None
    for threshold in (0.0, 1.0):
        with pytest.raises(InputError, match="strictly between 0 and 1"):
            decision_curve([0, 1], [0.1, 0.2], [threshold])
