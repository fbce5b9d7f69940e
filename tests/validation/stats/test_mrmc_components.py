import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from validation.stats.checks import InputError
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_components import (
    DbmComponents,
    OrComponents,
    RoeMetz,
    dbm_from_or,
    or_from_dbm,
    or_from_roe_metz,
    roe_metz_from_or,
)
from validation.stats.mrmc_simulate import simulate

# Printed by Iowa OR-DBM MRMC 2.51 for the Van Dyke data (114 cases), in both forms.
IOWA_OR = OrComponents(0.001535, 0.0002004, 0.00080229, 0.00034661, 0.00034407, 0.00023903)
IOWA_DBM = DbmComponents(0.001535, 0.02724923, 0.0002004, 0.0119753, 0.01226473, 0.0399716)

small = st.floats(-1.0, 1.0)


def test_iowa_prints_the_same_components_in_both_forms():
    ours = dbm_from_or(IOWA_OR, 114)
    for field in dataclasses.fields(ours):
        # Five printed digits of the covariances, times 114.
        assert getattr(ours, field.name) == pytest.approx(getattr(IOWA_DBM, field.name), abs=114 * 2e-8)


@given(st.tuples(small, small, small, small, small, small), st.integers(2, 500))
def test_conversion_and_back(values, cases):
    model = OrComponents(*values)
    back = or_from_dbm(dbm_from_or(model, cases), cases)
    for field in ("var_r", "var_tr", "var_error", "cov1", "cov2", "cov3"):
        assert getattr(back, field) == pytest.approx(getattr(model, field), abs=1e-9)


@pytest.mark.parametrize("shift", [0.75, 1.5, 2.5])
def test_roe_metz_and_back(shift):
    # Roe and Metz's structures: HL and LH have case variances .3/.3/.2 and .1/.1/.2.
    for variances in ((0.0055, 0.0055, 0.3, 0.3, 0.2), (0.03, 0.03, 0.1, 0.1, 0.2)):
        model = RoeMetz((shift, shift), *variances)
        areas, components = or_from_roe_metz(model, 50, 30)
        back = roe_metz_from_or(areas[0], components, 50, 30)
        assert back.shifts[0] == pytest.approx(shift, rel=1e-6)
        found = (back.var_r, back.var_tr, back.var_c, back.var_tc, back.var_rc)
        assert found == pytest.approx(variances, rel=1e-4)


def test_roe_metz_of_two_areas_and_back():
    model = RoeMetz((0.9, 1.6), 0.02, 0.01, 0.25, 0.15, 0.2)
    areas, components = or_from_roe_metz(model, 69, 45)
    back = roe_metz_from_or(areas, components, 69, 45)
    assert back.shifts == pytest.approx(model.shifts, rel=1e-6)
    found = (back.var_r, back.var_tr, back.var_c, back.var_tc, back.var_rc)
    assert found == pytest.approx((0.02, 0.01, 0.25, 0.15, 0.2), rel=1e-4)


def test_true_area_of_a_roe_metz_model():
    # Roe & Metz 1997: a shift of 0.821 with these reader variances is an area of about 0.72; without
    # variation between readers it is Phi(shift / sqrt 2) exactly.
    from scipy.stats import norm

    areas, components = or_from_roe_metz(RoeMetz((0.821,), 0.0, 0.0, 0.3, 0.3, 0.2), 40, 40)
    assert areas[0] == pytest.approx(norm.cdf(0.821 / np.sqrt(2)), rel=1e-12)
    assert components.var_r == pytest.approx(0.0, abs=1e-12)


def test_components_of_simulated_studies_average_to_the_models():
    model = RoeMetz((1.0, 1.0), 0.03, 0.03, 0.2, 0.15, 0.25)
    _, expected = or_from_roe_metz(model, 30, 30)
    generator = np.random.default_rng(20)
    found = []
    for _ in range(400):
        study = simulate(model, readers=5, negatives=30, positives=30, generator=generator)
        one = mrmc(study, covariance="unbiased").variance_components
        found.append([one.var_r, one.var_tr, one.var_error, one.cov1, one.cov2, one.cov3])
    mean, error = np.mean(found, axis=0), np.std(found, axis=0) / 20.0
    truth = [getattr(expected, name) for name in ("var_r", "var_tr", "var_error", "cov1", "cov2", "cov3")]
    assert (np.abs(mean - truth) < 4.0 * error).all()


def test_impossible_models_are_refused():
    with pytest.raises(InputError, match="no Roe-Metz model has cov2"):
        roe_metz_from_or(0.8, dataclasses.replace(IOWA_OR, cov2=-0.001), 69, 45)
    with pytest.raises(InputError, match=r"between 0.5 and 1, not 0\.4"):
        roe_metz_from_or(0.4, IOWA_OR, 69, 45)
    with pytest.raises(InputError, match="negative variance"):
        simulate(
            RoeMetz((1.0,), -0.1, 0, 0.1, 0.1, 0.1),
            readers=2,
            negatives=2,
            positives=2,
            generator=np.random.default_rng(0),
        )


def test_binned_simulation_has_the_asked_levels():
    model = RoeMetz((1.0, 1.5), 0.01, 0.01, 0.2, 0.2, 0.2)
    generator = np.random.default_rng(5)
    study = simulate(model, readers=3, negatives=50, positives=40, generator=generator, thresholds=[0, 0.5, 1, 1.5])
    assert sorted(set(study.rating.ravel().tolist())) == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert study.truth.sum() == 40
    assert study.design == "crossed"
