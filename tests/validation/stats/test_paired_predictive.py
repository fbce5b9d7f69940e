import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import Reason, Undefined
from validation.stats.paired_predictive import paired_likelihood_ratios, paired_predictive_values

TESTS = {
    "leisenring": "pv_gs_leisenring",
    "kosinski": "pv_wgs_kosinski",
}
cases = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=60)


def both_data_sets():
    asah, paired = reference_data("roc_asah"), reference_data("binary_paired1")
    return [
        (
            (asah.poor_outcome, asah.s100b >= 0.22, asah.wfns >= 4),
            reference_values("binary_asah", "paired_s100b_ge_0.22_vs_wfns_ge_4"),
        ),
        ((paired.d, paired.y1, paired.y2), reference_values("binary_paired1", "paired_y1_vs_y2")),
    ]


@pytest.mark.parametrize("which", ["ppv", "npv"])
def test_predictive_values_against_dtcompair(which):
    for columns, expected in both_data_sets():
        ours = paired_predictive_values(*columns)[which]
        for name, key in TESTS.items():
            assert ours.tests[name].statistic == pytest.approx(expected[key][which]["test.statistic"], rel=1e-9)
            assert ours.tests[name].p == pytest.approx(expected[key][which]["p.value"], rel=1e-9)
        theirs = expected["pv_rpv_moskowitz_pepe"][which]
        # DTComPair reports test 2 over test 1.
        assert ours.ratio.ratio.value == pytest.approx(1 / theirs[f"r{which}"], rel=1e-9)
        assert ours.ratio.ratio.low == pytest.approx(1 / theirs[f"ucl.r{which}"], rel=1e-9)
        assert ours.ratio.ratio.high == pytest.approx(1 / theirs[f"lcl.r{which}"], rel=1e-9)
        assert ours.tests["moskowitz-pepe"].p == pytest.approx(theirs["p.value"], rel=1e-9)


def test_likelihood_ratios_against_dtcompair():
    for columns, expected in both_data_sets():
        ours = paired_likelihood_ratios(*columns)
        for name, key in (("lr_positive", "pdlr"), ("lr_negative", "ndlr")):
            theirs = expected["dlr_regtest"][key]
            # DTComPair fits a regression; it agrees to its convergence.
            assert ours[name].ratio.value == pytest.approx(theirs["ratio"], rel=1e-9)
            assert (ours[name].ratio.low, ours[name].ratio.high) == pytest.approx(
                (theirs["lcl"], theirs["ucl"]), rel=1e-9
            )
            assert ours[name].test.p == pytest.approx(theirs["p.value"], rel=1e-9)


def test_ratios_of_fractions_against_dtcompair():
    for columns, expected in both_data_sets():
        ours = paired_likelihood_ratios(*columns)
        relative = {
            "sensitivity": (expected["sesp_ratio"]["sensitivity"], "sens"),
            "specificity": (expected["sesp_ratio"]["specificity"], "spec"),
            "false_positive_fraction": (expected["tpf_fpf_ratio"]["fpf"], "fpf"),
        }
        for name, (theirs, suffix) in relative.items():
            error = math.log(ours[name].ratio.high / ours[name].ratio.low) / 2 / 1.959963984540054
            assert error == pytest.approx(theirs[f"se.log.rel.{suffix}"], rel=1e-9)
            assert ours[name].test.p == pytest.approx(theirs[f"pval.rel.{suffix}"], rel=1e-9)


@given(cases)
def test_exchanging_the_decisions_inverts_the_ratios(rows):
    truth, a, b = (np.array(column) for column in zip(*rows, strict=True))
    one, other = paired_predictive_values(truth, a, b), paired_predictive_values(truth, b, a)
    for which in ("ppv", "npv"):
        for name in ("leisenring", "kosinski"):
            first, second = one[which].tests[name], other[which].tests[name]
            assert isinstance(first, Undefined) == isinstance(second, Undefined)
            if not isinstance(first, Undefined):
                assert first.p == pytest.approx(second.p, rel=1e-6, abs=1e-9)
    mine, theirs = paired_likelihood_ratios(truth, a, b), paired_likelihood_ratios(truth, b, a)
    for name, pair in mine.items():
        if not isinstance(pair.ratio, Undefined):
            assert pair.ratio.value == pytest.approx(1 / theirs[name].ratio.value, rel=1e-9)


def test_what_has_no_ratio_is_named():
    never = paired_predictive_values([1, 1, 0], [0, 0, 0], [1, 0, 0])
    assert never["ppv"].tests["kosinski"].reason is Reason.NO_POSITIVE_CALLS
    same = paired_predictive_values([1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 1, 0])
    assert same["ppv"].tests["leisenring"].reason is Reason.ZERO_VARIANCE
    assert same["ppv"].tests["moskowitz-pepe"].reason is Reason.ZERO_VARIANCE
    assert same["ppv"].ratio.ratio.value == 1.0
    assert paired_likelihood_ratios([1, 1], [1, 0], [0, 1])["lr_positive"].test.reason is Reason.NO_NEGATIVE_CASES
    no_alarm = paired_likelihood_ratios([1, 1, 0], [1, 0, 0], [0, 1, 0])
    assert no_alarm["lr_positive"].test.reason is Reason.ZERO_DENOMINATOR
