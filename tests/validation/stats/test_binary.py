import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import (
    BinaryCounts,
    Estimate,
    InputError,
    Reason,
    Undefined,
    binary_counts,
    binary_summary,
)
from validation.stats.binary import summarise_counts

cell = st.integers(0, 60)
tables = st.builds(BinaryCounts, tp=cell, fp=cell, fn=cell, tn=cell)

EPIR = {"se": "sensitivity", "sp": "specificity", "pv.pos": "ppv", "pv.neg": "npv", "diag.ac": "accuracy",
        "lr.pos": "lr_positive", "lr.neg": "lr_negative", "diag.or": "diagnostic_odds_ratio"}  # fmt: skip


@pytest.mark.parametrize(
    ("file", "result", "truth", "call"),
    [
        ("binary_asah", "single_s100b_ge_0.22", "poor_outcome", lambda d: d.s100b >= 0.22),
        ("binary_asah", "single_wfns_ge_4", "poor_outcome", lambda d: d.wfns >= 4),
        ("binary_paired1", "single_y1", "d", lambda d: d.y1),
        ("binary_paired1", "single_y2", "d", lambda d: d.y2),
    ],
)
@pytest.mark.parametrize(("ours", "theirs"), [("wilson", "wilson"), ("clopper-pearson", "exact"), ("jeffreys",) * 2])
def test_measures_and_intervals_against_epir(file, result, truth, call, ours, theirs):
    data = reference_data("roc_asah" if file == "binary_asah" else file)
    summary = binary_summary(data[truth], call(data), method=ours)
    rows = {row["statistic"]: row for row in reference_values(file, result)[f"epi.tests_{theirs}"]}
    for name, measure in EPIR.items():
        estimate = summary.estimates[measure]
        assert isinstance(estimate, Estimate)
        expected = (rows[name]["est"], rows[name]["lower"], rows[name]["upper"])
        assert (estimate.value, estimate.low, estimate.high) == pytest.approx(expected, rel=1e-9)


def test_scores_against_scikit_learn():
    data = reference_data("roc_asah")
    expected = reference_values("binary_asah_python", "s100b_ge_0.22")["sklearn"]
    estimates = binary_summary(data.poor_outcome, data.s100b >= 0.22).estimates
    for measure in ("mcc", "f1", "balanced_accuracy"):
        assert estimates[measure].value == pytest.approx(expected[measure], rel=1e-12)


def test_youden_interval_against_the_printed_example_of_newcombe():
    # Newcombe RG (1998) Stat Med 17:873, table II, 56/70 against 48/80, method 10: 0.2 (0.0524 to 0.3339).
    youden = summarise_counts(BinaryCounts(tp=56, fn=14, fp=48, tn=32)).estimates["youden"]
    assert (round(youden.value, 4), round(youden.low, 4), round(youden.high, 4)) == (0.2, 0.0524, 0.3339)


def test_variance_of_mcc_is_the_delta_method_worked_out_numerically():
    cells = np.array([26.0, 14.0, 15.0, 58.0])
    share = cells / cells.sum()

    def phi(p):
        tp, fp, fn, tn = p
        return (tp * tn - fp * fn) / math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))

    step = 1e-6
    slope = np.array([(phi(share + step * e) - phi(share - step * e)) / (2 * step) for e in np.eye(4)])
    variance = ((slope**2 * share).sum() - (slope * share).sum() ** 2) / cells.sum()
    mcc = summarise_counts(BinaryCounts(26, 14, 15, 58)).estimates["mcc"]
    error = (math.atanh(mcc.high) - math.atanh(mcc.low)) / 2 / 1.959963984540054 * (1 - mcc.value**2)
    assert error**2 == pytest.approx(variance, rel=1e-6)


@given(tables)
def test_every_value_is_in_bounds_and_inside_its_interval(counts):
    for name, estimate in summarise_counts(counts).estimates.items():
        if isinstance(estimate, Undefined):
            continue
        bottom, top = (-1.0, 1.0) if name in ("mcc", "youden") else (0.0, math.inf)
        assert bottom <= estimate.value <= top
        if estimate.low is not None:
            # 1e-12: the interval of a value at its bound may be rounded onto it
            assert estimate.low - 1e-12 <= estimate.value <= estimate.high + 1e-12


@given(tables)
def test_swapping_the_classes_swaps_sensitivity_and_specificity(counts):
    ours = summarise_counts(counts).estimates
    mirrored = summarise_counts(BinaryCounts(tp=counts.tn, fp=counts.fn, fn=counts.fp, tn=counts.tp)).estimates
    for one, other in (("sensitivity", "specificity"), ("ppv", "npv")):
        assert getattr(ours[one], "value", None) == getattr(mirrored[other], "value", None)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_counts_add_up(cases):
    truth, call = zip(*cases, strict=True)
    counts = binary_counts(truth, call)
    assert counts.n == len(cases)
    assert counts.tp == sum(t and c for t, c in cases)
    assert counts.fp == sum(c and not t for t, c in cases)


def test_degenerate_tables_name_their_reasons():
    no_positives = binary_summary([0, 0, 0], [0, 1, 0]).estimates
    assert no_positives["sensitivity"].reason is Reason.NO_POSITIVE_CASES
    assert no_positives["youden"].reason is Reason.NO_POSITIVE_CASES
    assert no_positives["mcc"].reason is Reason.NO_POSITIVE_CASES
    never_positive = binary_summary([1, 1, 0, 0], [0, 0, 0, 0]).estimates
    assert never_positive["ppv"].reason is Reason.NO_POSITIVE_CALLS
    assert never_positive["lr_positive"].reason is Reason.ZERO_DENOMINATOR
    perfect = binary_summary([1, 1, 0, 0], [1, 1, 0, 0]).estimates
    assert perfect["diagnostic_odds_ratio"].reason is Reason.ZERO_DENOMINATOR
    assert perfect["mcc"].value == 1.0
    assert perfect["mcc"].low is None
    empty = binary_summary([], []).estimates
    assert empty["accuracy"].reason is Reason.NO_CASES


def test_input_that_is_not_binary_is_named_by_row():
    with pytest.raises(InputError, match="row 3, column 'call': 2 is neither 0 nor 1"):
        binary_counts([0, 1, 1], [0, 1, 2])


def test_columns_of_different_length_are_refused():
    with pytest.raises(InputError, match="truth has 2, call has 3"):
        binary_counts([0, 1], [0, 1, 1])
