import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import InputError, Reason
from validation.stats.roc_points import operating_point, precision_recall

cases = st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=2, max_size=50).filter(
    lambda rows: 0 < sum(truth for truth, _ in rows) < len(rows)
)


@pytest.mark.parametrize(("criterion", "key"), [("youden", "youden"), ("closest-topleft", "topleft")])
@pytest.mark.parametrize("marker", ["s100b", "wfns"])
def test_best_points_against_proc(marker, criterion, key):
    data = reference_data("roc_asah")
    (expected,) = reference_values("roc_asah", f"best_{marker}")[key]
    ours = operating_point(data.poor_outcome, data[marker], criterion)
    assert ours.sensitivity.value == pytest.approx(expected["sensitivity"], rel=1e-12)
    assert ours.specificity.value == pytest.approx(expected["specificity"], rel=1e-12)
    # pROC's threshold is the midpoint below ours.
    below = data[marker][data[marker] < ours.threshold].max()
    assert (ours.threshold + below) / 2 == pytest.approx(expected["threshold"])


def test_average_precision_against_scikit_learn():
    data, expected = reference_data("roc_asah"), reference_values("binary_asah_python", "average_precision")
    for marker, value in expected.items():
        assert precision_recall(data.poor_outcome, data[marker]).average_precision == pytest.approx(value, rel=1e-12)


@given(cases)
def test_average_precision_equals_scikit_learn_here(rows):
    truth, rating = zip(*rows, strict=True)
    assert precision_recall(truth, rating).average_precision == pytest.approx(
        average_precision_score(truth, rating), abs=1e-12
    )


@given(cases, st.floats(0, 1))
def test_targets_are_reached_and_not_overshot(rows, target):
    truth, rating = zip(*rows, strict=True)
    by_sensitivity = operating_point(truth, rating, "sensitivity", target=target)
    assert by_sensitivity.sensitivity.value >= target - 1e-12
    by_specificity = operating_point(truth, rating, "specificity", target=target)
    assert by_specificity.specificity.value >= target - 1e-12


def test_targets_and_costs_by_hand():
    truth, rating = [0, 0, 0, 0, 1, 1, 1, 1], [1, 2, 3, 6, 4, 5, 7, 8]
    assert operating_point(truth, rating, "sensitivity", target=0.75).threshold == 5.0
    assert operating_point(truth, rating, "specificity", target=1.0).threshold == 7.0
    # At 4: one false alarm, no miss; at 7: no false alarm, two misses. Dear misses ask for 4, cheap ones for 7.
    assert operating_point(truth, rating, "cost", cost_ratio=10.0).threshold == 4.0
    assert operating_point(truth, rating, "cost", cost_ratio=0.1).threshold == 7.0
    # So rare a disease that nothing is worth calling.
    assert operating_point(truth, rating, "cost", cost_ratio=0.1, prevalence=1e-9).threshold == 7.0


def test_what_cannot_be_chosen_is_refused_or_named():
    assert operating_point([1, 1], [1, 2], "youden").reason is Reason.NO_NEGATIVE_CASES
    assert precision_recall([0, 0], [1, 2]).reason is Reason.NO_POSITIVE_CASES
    with pytest.raises(InputError, match="needs a target"):
        operating_point([0, 1], [1, 2], "sensitivity")
    with pytest.raises(InputError, match="cost ratio above 0"):
        operating_point([0, 1], [1, 2], "cost", cost_ratio=0.0)
    with pytest.raises(InputError, match="unknown criterion"):
        operating_point([0, 1], [1, 2], "best")
    assert np.isfinite(operating_point([0, 1], [2, 1], "youden").sensitivity.value)
