import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import InputError, Reason, auc
from validation.stats.roc_bootstrap import metric_value
from validation.stats.roc_metrics import full_area, partial_area, precision_at, sensitivity_at, specificity_at

cases = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=2, max_size=50).filter(
    lambda rows: 0 < sum(truth for truth, _ in rows) < len(rows)
)


@pytest.mark.parametrize("marker", ["s100b", "ndka", "wfns"])
@pytest.mark.parametrize(("key", "axis"), [("spec", "specificity"), ("sens", "sensitivity")])
def test_partial_areas_against_proc(marker, key, axis):
    data, expected = reference_data("roc_asah"), reference_values("roc_asah", "auc")[marker]
    plain = metric_value(data.poor_outcome, data[marker], partial_area(0.9, 1.0, axis))
    corrected = metric_value(data.poor_outcome, data[marker], partial_area(0.9, 1.0, axis, mcclish=True))
    # pROC prints 15 digits of sums over midpoints.
    assert plain == pytest.approx(expected[f"pauc_{key}_0.9_1"], rel=1e-9)
    if expected[f"pauc_{key}_0.9_1_mcclish"] is None:
        assert corrected.reason is Reason.BELOW_CHANCE
    else:
        assert corrected == pytest.approx(expected[f"pauc_{key}_0.9_1_mcclish"], rel=1e-9)


def test_mcclish_against_scikit_learn():
    data, expected = reference_data("roc_asah"), reference_values("binary_asah_python", "pauc_mcclish")
    for marker, value in expected.items():
        ours = metric_value(data.poor_outcome, data[marker], partial_area(0.9, 1.0, mcclish=True))
        assert ours == pytest.approx(value, rel=1e-12)


def test_by_hand():
    # Operating points (0, 0) (0, 1/2) (1/2, 1/2) (1/2, 1) (1, 1).
    truth, rating = [0, 1, 0, 1], [1, 2, 3, 4]
    assert metric_value(truth, rating, full_area()) == 0.75
    assert metric_value(truth, rating, partial_area(0.5, 1.0)) == 0.25
    assert metric_value(truth, rating, partial_area(0.25, 0.75)) == 0.125 + 0.25
    assert metric_value(truth, rating, sensitivity_at(1.0)) == 0.5
    assert metric_value(truth, rating, sensitivity_at(0.5)) == 1.0
    assert metric_value(truth, rating, specificity_at(1.0)) == 0.5
    assert metric_value(truth, rating, specificity_at(0.5)) == 1.0


def test_partial_area_ends_below_a_vertical_stretch():
    # pROC 1.18.0 auc(partial.auc = c(1, .9)), the same corrected, and c(1, .7): the curve rises at a false positive
    # fraction of 1/10, which 1 - 0.9 misses by a rounding error.
    truth, rating = [1] * 4 + [0] * 10, [9, 8, 6, 3, 9, 7, 6, 5, 4, 3, 2, 2, 1, 1]
    assert metric_value(truth, rating, partial_area(0.9, 1.0)) == pytest.approx(0.0125, rel=1e-12)
    corrected = metric_value(truth, rating, partial_area(0.9, 1.0, mcclish=True))
    assert corrected == pytest.approx(0.539473684210526, rel=1e-12)
    assert metric_value(truth, rating, partial_area(0.7, 1.0)) == pytest.approx(0.125, rel=1e-12)
    # A constant rating is chance itself, not below it.
    assert metric_value([0, 0, 0, 1, 1, 1], [1.0] * 6, partial_area(0.9, 1.0, mcclish=True)) == pytest.approx(0.5)


@given(cases, st.floats(0.05, 0.95))
def test_partial_areas_add_up_to_the_auc(rows, cut):
    truth, rating = zip(*rows, strict=True)
    value = auc(truth, rating).value
    for axis in ("specificity", "sensitivity"):
        parts = [metric_value(truth, rating, partial_area(low, high, axis)) for low, high in ((0.0, cut), (cut, 1.0))]
        assert sum(parts) == pytest.approx(value, abs=1e-12)


@given(cases, st.floats(0, 1))
def test_fractions_stay_in_bounds_and_fall(rows, at):
    truth, rating = zip(*rows, strict=True)
    here = metric_value(truth, rating, sensitivity_at(at))
    assert 0.0 <= here <= 1.0
    assert metric_value(truth, rating, sensitivity_at(at / 2)) >= here - 1e-12


def test_ranges_are_checked():
    for low, high in ((0.9, 0.9), (-0.1, 0.5), (0.5, 1.1), (np.nan, 1.0)):
        with pytest.raises(InputError, match="0 <= low < high <= 1"):
            partial_area(low, high)
    with pytest.raises(InputError, match="specificity lies between 0 and 1"):
        sensitivity_at(1.5)


def test_precision_by_hand_and_by_bayes():
    # Operating points (0, 0) (0, 1/2) (1/2, 1/2) (1/2, 1) (1, 1).
    truth, rating = [1, 0, 1, 0], [4, 3, 2, 1]
    assert metric_value(truth, rating, precision_at(0.5, 0.5)) == 1.0
    assert metric_value(truth, rating, precision_at(1.0, 0.5)) == pytest.approx(2 / 3)
    # At a prevalence of 0.1: sensitivity 1 and specificity 1/2 give 0.1 / (0.1 + 0.9 / 2).
    assert metric_value(truth, rating, precision_at(1.0, 0.1)) == pytest.approx(0.1 / 0.55)


@given(cases, st.integers(1, 20), st.floats(0.01, 0.99))
def test_precision_lies_between_the_prevalence_where_all_are_called_and_1(rows, twentieth, prevalence):
    truth, rating = zip(*rows, strict=True)
    value = metric_value(truth, rating, precision_at(twentieth / 20, prevalence))
    assert 0.0 < value <= 1.0
    everybody = metric_value(truth, [1.0] * len(truth), precision_at(1.0, prevalence))
    assert everybody == pytest.approx(prevalence)


def test_precision_is_asked_at_a_recall_above_0():
    for recall, prevalence in ((0.0, 0.5), (1.1, 0.5), (0.5, 0.0), (0.5, 1.0)):
        with pytest.raises(InputError, match="recall lies in"):
            precision_at(recall, prevalence)
