import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import InputError, Reason, Undefined, auc
from validation.stats.multiplicity import adjust_p_values
from validation.stats.subgroups import bands, subgroup_report


def simulated(seed=1, n=600):
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2
    return truth, rng.normal(size=n) + truth, rng.choice(["a", "b", "c"], n)


def test_areas_by_sex_against_proc():
    data = reference_data("roc_asah")
    for marker, expected in reference_values("roc_asah", "unpaired_delong").items():
        report = subgroup_report(data["poor_outcome"], {"gender": data["gender"]}, rating=data[marker])
        assert [one.estimates["auc"].value for one in report.subgroups] == pytest.approx(expected["auc"], rel=1e-12)
        (test,) = report.tests
        assert (test.test.statistic, test.test.p) == pytest.approx((expected["D"], expected["p"]), rel=1e-9)


def test_fisher_on_the_lady_tasting_tea():
    # Fisher (1935): three of four cups right in both rows; two-sided p = 34/70.
    truth = [1] * 8
    call, cup = [1, 1, 1, 0, 1, 0, 0, 0], ["a"] * 4 + ["b"] * 4
    report = subgroup_report(truth, {"cup": cup}, call=call, minimum=1)
    test = next(one.test for one in report.tests if one.measure == "sensitivity")
    assert test.p == pytest.approx(34 / 70, rel=1e-12)
    assert test.statistic == 0.5


def test_chi_square_by_hand():
    # Three sites with 20 cases each and 18, 14 and 10 hits: 42 of 60; sum (O - E)^2 / E with E = 14 and 6.
    truth, site = [1] * 60, np.repeat(["a", "b", "c"], 20)
    call = np.concatenate([np.arange(20) < hits for hits in (18, 14, 10)])
    test = next(
        one.test for one in subgroup_report(truth, {"site": site}, call=call).tests if one.measure == "sensitivity"
    )
    assert test.statistic == pytest.approx(2 * 16 * (1 / 14 + 1 / 6))
    # With two degrees of freedom the upper tail is exp(-x / 2).
    assert test.p == pytest.approx(math.exp(-test.statistic / 2))


def test_every_level_is_measured_like_a_sample_of_its_own():
    truth, rating, site = simulated()
    report = subgroup_report(truth, {"site": site}, rating=rating, call=rating > 0.5)
    for one in report.subgroups:
        assert one.estimates["auc"] == auc(truth[site == one.value], rating[site == one.value])
    assert report.overall.positives == 300
    assert sum(one.positives or 0 for one in report.subgroups) == 300


def test_p_values_are_adjusted_over_the_whole_report():
    truth, rating, site = simulated()
    sex = np.where(np.arange(600) % 3 == 0, "f", "m")
    report = subgroup_report(truth, {"site": site, "sex": sex}, rating=rating, call=rating > 0.5)
    raw = {str(i): one.test.p for i, one in enumerate(report.tests)}
    assert len(raw) == 6
    adjusted = list(adjust_p_values(raw).values())
    assert [one.adjusted_p for one in report.tests] == pytest.approx(adjusted)


def test_small_levels_are_named_and_their_counts_kept_back():
    truth, rating, site = simulated()
    site = site.astype(object)
    site[:4] = "tiny"
    report = subgroup_report(truth, {"site": site}, rating=rating, minimum=10)
    tiny = next(one for one in report.subgroups if one.value == "tiny")
    assert (tiny.positives, tiny.negatives) == (None, None)
    assert tiny.estimates["auc"].reason is Reason.TOO_FEW_CASES
    assert tiny.estimates["auc"].n == 0
    assert report.notes == ("Levels with fewer than 10 cases of a class are not reported for it: site tiny.",)
    # The test goes on without it.
    assert report.tests[0].test.df == 2.0


def test_a_planted_difference_is_found():
    truth, _, site = simulated()
    call = np.where(site == "a", truth, 1 - truth)
    report = subgroup_report(truth, {"site": site}, call=call)
    assert all(one.adjusted_p < 1e-10 for one in report.tests)


@pytest.mark.slow
def test_level_of_the_tests_without_a_difference():
    rejected = np.zeros(3)
    for seed in range(400):
        truth, rating, site = simulated(seed, 300)
        report = subgroup_report(truth, {"site": site}, rating=rating, call=rating > 0.5)
        rejected += [one.test.p < 0.05 for one in report.tests]
    # 20 expected; 2.9 standard deviations either way.
    assert (rejected > 7).all()
    assert (rejected < 33).all()


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from("abc")), min_size=1, max_size=60))
def test_subgroups_add_up(rows):
    truth, call, label = (np.array(column) for column in zip(*rows, strict=True))
    report = subgroup_report(truth, {"label": label}, call=call, minimum=1)
    assert sum(one.positives or 0 for one in report.subgroups) == int(truth.sum())
    for one in report.subgroups:
        estimate = one.estimates["sensitivity"]
        if not isinstance(estimate, Undefined):
            assert estimate.low <= estimate.value <= estimate.high


def test_bands():
    assert bands([17.9, 18, 64.9, 65], [18, 65]).tolist() == [
        "below 18", "18 to below 65", "18 to below 65", "65 and above",
    ]  # fmt: skip
    for edges in ([], [65, 18], [18, 18], [18, math.inf]):
        with pytest.raises(InputError, match="finite and rise"):
            bands([1, 2], edges)


def test_refusals_and_undefined():
    truth = [0, 1, 0, 1]
    with pytest.raises(InputError, match="calls, ratings or both"):
        subgroup_report(truth, {"site": list("aabb")})
    with pytest.raises(InputError, match="at least one column"):
        subgroup_report(truth, {}, call=truth)
    with pytest.raises(InputError, match="column 'site': the column has 2 labels for 4 cases"):
        subgroup_report(truth, {"site": ["a", "b"]}, call=truth)
    with pytest.raises(InputError, match="row 2, column 'site': the label is missing"):
        subgroup_report(truth, {"site": np.array(["a", None, "b", "b"])}, call=truth)
    with pytest.raises(InputError, match="at least 1, not 0"):
        subgroup_report(truth, {"site": list("aabb")}, call=truth, minimum=0)
    with pytest.raises(InputError, match="truth has 4, call has 2"):
        subgroup_report(truth, {"site": list("aabb")}, call=[1, 0])
    perfect = subgroup_report(truth, {"site": list("aabb")}, call=truth, minimum=1)
    assert {one.test.reason for one in perfect.tests} == {Reason.ZERO_VARIANCE}
    lonely = subgroup_report(truth, {"site": list("aaaa")}, call=truth, minimum=1)
    assert {one.test.reason for one in lonely.tests} == {Reason.TOO_FEW_CASES}
