import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from tests.validation.stats.reference import reference_data, reference_values
from validation.stats import InputError, Reason, Undefined
from validation.stats.agreement import (
    agreement_coefficients,
    cohen_kappa,
    krippendorff_alpha,
    light_kappa,
    ratings,
    specific_agreement,
)

IRRCAC = {
    "gwet": "gwet",
    "fleiss": "fleiss",
    "conger": "conger",
    "krippendorff": "krippendorff",
    "brennan_prediger": "bp",
}
tables = st.lists(st.lists(st.integers(1, 4), min_size=3, max_size=3), min_size=3, max_size=40).filter(
    lambda rows: len({value for row in rows for value in row}) > 1
)


def table(name):
    return reference_data(f"agree_{name}").drop(columns="subject").to_numpy(dtype=float)


@pytest.mark.parametrize(
    ("name", "weights"),
    [("diagnoses", "identity"), ("anxiety", "identity"), ("anxiety", "linear"), ("anxiety", "quadratic")],
)
def test_coefficients_and_intervals_against_irrcac(name, weights):
    expected = reference_values("agreement_irrcac", f"{name}_{weights}")
    ours = agreement_coefficients(ratings(table(name)), weights=weights)
    for measure, key in IRRCAC.items():
        # irrCAC was asked for 12 digits.
        assert ours[measure].value == pytest.approx(expected[key]["value"], abs=1e-11)
        assert (ours[measure].low, ours[measure].high) == pytest.approx(expected[key]["ci"], abs=1e-11)
    assert ours["percent_agreement"].value == pytest.approx(expected["gwet"]["pa"], abs=1e-11)


@pytest.mark.parametrize("name", ["diagnoses", "anxiety", "krippendorff_missing"])
def test_alpha_against_the_krippendorff_package(name):
    counted = ratings(table(name))
    for metric, value in reference_values("agreement_python", name)["krippendorff"].items():
        assert krippendorff_alpha(counted, metric=metric).value == pytest.approx(value, rel=1e-12)


def test_alpha_of_krippendorffs_printed_example():
    # "Computing Krippendorff's alpha-reliability": 12 units, 4 observers, missing data.
    nan = math.nan
    observers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
        [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
    ]
    counted = ratings(np.array(observers).T)
    printed = {"nominal": 0.743, "ordinal": 0.815, "interval": 0.849, "ratio": 0.797}
    assert {metric: round(krippendorff_alpha(counted, metric=metric).value, 3) for metric in printed} == printed


def test_fleiss_printed_kappa():
    # Fleiss (1971), 30 patients, 6 psychiatrists: kappa = 0.430.
    assert round(agreement_coefficients(ratings(table("diagnoses")))["fleiss"].value, 3) == 0.430


@pytest.mark.parametrize(("name", "key"), [("diagnoses", "diagnoses_r1_r2"), ("anxiety", "anxiety_r1_r2_kappa")])
def test_cohen_against_vcd(name, key):
    expected, both = reference_values("agreement_classics", key), table(name)[:, :2]
    theirs = {
        "identity": expected["vcd_Kappa_equal_weights"]["unweighted"],
        "linear": expected["vcd_Kappa_equal_weights"]["weighted"],
        "quadratic": expected["vcd_Kappa_fleiss_cohen"],
    }
    for weights, one in theirs.items():
        ours = cohen_kappa(both[:, 0], both[:, 1], weights=weights)
        assert ours.value == pytest.approx(one["value"], rel=1e-9)
        assert (ours.high - ours.low) / 2 / 1.959963984540054 == pytest.approx(one["ase"], rel=1e-9)


def test_cohen_of_a_large_count_table_against_vcd():
    counts = reference_data("agree_vision_counts")
    first, second = (np.repeat(counts[eye], counts["count"]) for eye in ("r_eye", "l_eye"))
    expected = reference_values("agreement_classics", "vision_kappa")["vcd_Kappa_equal_weights"]["weighted"]
    ours = cohen_kappa(first, second, weights="linear")
    assert ours.value == pytest.approx(expected["value"], rel=1e-9)
    assert (ours.high - ours.low) / 2 / 1.959963984540054 == pytest.approx(expected["ase"], rel=1e-9)


def test_light_against_irr():
    expected = reference_values("agreement_classics", "diagnoses_fleiss")["light"]["kappa"]
    assert light_kappa(table("diagnoses")).value == pytest.approx(expected, rel=1e-12)


@given(tables, st.sampled_from(["identity", "linear", "quadratic"]))
def test_two_raters_of_conger_are_cohen(rows, weights):
    first, second = (np.array(rows)[:, k] for k in (0, 1))
    ours = agreement_coefficients(ratings(np.column_stack((first, second))), weights=weights)["conger"]
    cohen = cohen_kappa(first, second, weights=weights)
    if isinstance(ours, Undefined):
        assert isinstance(cohen, Undefined)
        return
    assert ours.value == pytest.approx(cohen.value, abs=1e-9)
    # scikit-learn weighs by the rank of a category, we by its value: the same where no category is skipped.
    used = np.unique([first, second])
    if weights == "identity" or np.ptp(used) == len(used) - 1:
        theirs = cohen_kappa_score(first, second, weights=None if weights == "identity" else weights)
        assert cohen.value == pytest.approx(theirs, abs=1e-9)


@given(tables, st.permutations([0, 1, 2]))
def test_order_of_raters_and_subjects_does_not_matter(rows, order):
    array = np.array(rows, dtype=float)
    one, other = (agreement_coefficients(ratings(shown)) for shown in (array, array[::-1][:, list(order)]))
    for name, estimate in one.items():
        if not isinstance(estimate, Undefined):
            assert other[name].value == pytest.approx(estimate.value, abs=1e-12)


@given(tables)
def test_perfect_agreement_is_one(rows):
    array = np.repeat(np.array(rows, dtype=float)[:, :1], 3, axis=1)
    for name, estimate in agreement_coefficients(ratings(array)).items():
        if not isinstance(estimate, Undefined):
            assert estimate.value == pytest.approx(1.0), name


@pytest.mark.parametrize(
    "measure", ["fleiss", "conger", "gwet", "brennan_prediger", "krippendorff", "percent_agreement"]
)
def test_variance_with_missing_ratings_agrees_with_the_jackknife(measure):
    rng = np.random.default_rng(3)
    true = rng.integers(1, 5, 300)
    array = np.where(rng.uniform(size=(300, 4)) < 0.7, true[:, None], rng.integers(1, 5, (300, 4))).astype(float)
    array[rng.uniform(size=(300, 4)) < 0.2] = math.nan
    array = array[(~np.isnan(array)).sum(axis=1) >= 1]
    full = agreement_coefficients(ratings(array))[measure]
    left_out = np.array(
        [agreement_coefficients(ratings(np.delete(array, i, axis=0)))[measure].value for i in range(len(array))]
    )
    n = len(array)
    jackknife = math.sqrt((n - 1) / n * ((left_out - left_out.mean()) ** 2).sum())
    assert (full.high - full.low) / 2 / 1.968 == pytest.approx(jackknife, rel=0.05)


def test_specific_agreement_by_hand():
    # a = 2, b = 1, c = 1, d = 4: positive 4/6, negative 8/10.
    first, second = [1, 1, 1, 0, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0, 0, 0]
    found = specific_agreement(first, second)
    assert found["positive_agreement"].value == pytest.approx(4 / 6)
    assert found["negative_agreement"].value == pytest.approx(8 / 10)
    assert specific_agreement([0, 0], [0, 0])["positive_agreement"].reason is Reason.NO_CASES


def test_unused_categories_count_when_they_are_named():
    array = [[1, 1], [2, 2], [1, 2], [2, 2]]
    plain, named = ratings(array), ratings(array, categories=[1, 2, 3])
    # Brennan and Prediger's chance is one over the number of categories.
    chance = {2: 1 / 2, 3: 1 / 3}
    for counted, q in ((plain, 2), (named, 3)):
        value = agreement_coefficients(counted)["brennan_prediger"].value
        assert value == pytest.approx((0.75 - chance[q]) / (1 - chance[q]))


def test_one_category_of_a_longer_scale():
    # irrCAC 0.4.4, categories=[0, 1]: gwet and bp 1, percent agreement 1; the others divide 0 by 0.
    found = agreement_coefficients(ratings([[1, 1], [1, 1], [1, 1]], categories=[0, 1]))
    assert {name for name, one in found.items() if not isinstance(one, Undefined) and one.value == 1.0} == {
        "percent_agreement", "gwet", "brennan_prediger"
    }  # fmt: skip
    assert {found[name].reason for name in ("fleiss", "conger", "krippendorff")} == {Reason.ONE_CLASS_ONLY}


def test_refusals_and_undefined():
    one_category = agreement_coefficients(ratings([[1, 1], [1, 1]]))
    assert one_category.pop("percent_agreement").value == 1.0
    assert {one.reason for one in one_category.values()} == {Reason.ONE_CLASS_ONLY}
    assert krippendorff_alpha(ratings([[1, math.nan], [2, math.nan]])).reason is Reason.TOO_FEW_CASES
    assert cohen_kappa([1, math.nan], [math.nan, 1]).reason is Reason.NO_COMMON_CASES
    assert cohen_kappa([1, 1], [1, 1]).reason is Reason.ONE_CLASS_ONLY
    assert light_kappa([[1, 1], [1, 1]]).reason is Reason.ONE_CLASS_ONLY
    for bad, complaint in (
        ([[1], [2]], "at least two raters"),
        ([[1, math.inf], [2, 1]], "row 1, column 'rater 2': an infinite rating"),
    ):
        with pytest.raises(InputError, match=complaint):
            ratings(bad)
    with pytest.raises(InputError, match="rating 2 is not among"):
        ratings([[1, 2]], categories=[1])
    counted = ratings([[1, 2], [2, 2], [-1, 1]])
    with pytest.raises(InputError, match="use identity, linear, quadratic"):
        agreement_coefficients(counted, weights="cubic")
    with pytest.raises(InputError, match="use nominal, ordinal, interval, ratio"):
        krippendorff_alpha(counted, metric="circular")
    with pytest.raises(InputError, match="at least 0"):
        krippendorff_alpha(counted, metric="ratio")
    with pytest.raises(InputError, match="decisions 0 and 1"):
        specific_agreement([1, 2], [1, 1])
