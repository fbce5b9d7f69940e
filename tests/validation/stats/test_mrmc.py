import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation.stats import Reason, auc, compare_paired_auc
from validation.stats.checks import InputError
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_analyses import or_parts
from validation.stats.mrmc_components import RoeMetz
from validation.stats.mrmc_design import Readings, readings
from validation.stats.mrmc_figures import (
    CallerFigure,
    auc_figure,
    expected_utility_figure,
    partial_auc_figure,
    sensitivity_at_figure,
    sensitivity_figure,
    specificity_at_figure,
    specificity_figure,
)
from validation.stats.mrmc_simulate import simulate
from validation.stats.roc import placements

FIGURES = [
    auc_figure(),
    partial_auc_figure(0.6, 1.0),
    partial_auc_figure(0.5, 0.9, axis="sensitivity", normalised=True),
    sensitivity_at_figure(0.8),
    specificity_at_figure(0.8),
    expected_utility_figure(1.0),
    sensitivity_figure(2.0),
    specificity_figure(2.0),
]

# The Van Dyke data (1993) in the five-category form that Hillis and others print: 5 readers x 2 modalities give these
# areas, and Obuchowski-Rockette with the jackknife these components (Iowa OR-DBM MRMC 2.51, its VanDyke output).
VAN_DYKE_AREAS = np.array(
    [
        [0.91964573, 0.85877617, 0.90386473, 0.97310789, 0.82979066],
        [0.94782609, 0.90531401, 0.92173913, 0.99935588, 0.92995169],
    ]
)
VAN_DYKE_COVARIANCES = {"var": 0.00080229, "cov1": 0.00034661, "cov2": 0.00034407, "cov3": 0.00023903}


def small_study(seed=0, readers=3, modalities=2, cases=24, levels=5):
    model = RoeMetz((1.0,) * modalities, 0.05, 0.05, 0.2, 0.2, 0.2)
    generator = np.random.default_rng(seed)
    return simulate(
        model,
        readers=readers,
        negatives=cases // 2,
        positives=cases - cases // 2,
        generator=generator,
        thresholds=np.linspace(-0.5, 2.0, levels - 1),
    )


def test_printed_van_dyke_analysis_follows_from_its_areas_and_covariances():
    covariance = block_covariance(**VAN_DYKE_COVARIANCES)
    parts, components = or_parts(VAN_DYKE_AREAS, covariance)
    # As printed: F 4.46 with 15.26 df, p .0517; chi-square 5.47595, p .0193; F 8.70 with 4 df, p .0420.
    assert parts["RRRC"].test.f == pytest.approx(4.46, abs=0.005)
    assert parts["RRRC"].test.df2 == pytest.approx(15.26, abs=0.005)
    assert parts["RRRC"].test.p == pytest.approx(0.0517, abs=5e-5)
    # The eight printed decimals of the covariances leave four digits.
    assert parts["FRRC"].test.f == pytest.approx(5.47595, abs=5e-4)
    assert parts["FRRC"].test.p == pytest.approx(0.0193, abs=5e-5)
    assert parts["RRFC"].test.f == pytest.approx(8.70, abs=0.005)
    assert parts["RRFC"].test.p == pytest.approx(0.0420, abs=5e-5)
    assert components.var_r == pytest.approx(0.001535, abs=5e-8)
    assert components.var_tr == pytest.approx(0.0002004, abs=5e-8)


def block_covariance(var, cov1, cov2, cov3, modalities=2, readers=5):
    """Covariance matrix of modality x reader figures with these four values (var and cov2 may differ by modality)."""
    cell = np.arange(modalities * readers)
    modality, reader = cell // readers, cell % readers
    same_modality, same_reader = modality[:, None] == modality[None, :], reader[:, None] == reader[None, :]
    own = np.where(same_reader, np.broadcast_to(var, modalities)[modality], np.broadcast_to(cov2, modalities)[modality])
    return np.where(same_modality, own, np.where(same_reader, cov1, cov3))


def test_printed_van_dyke_single_modalities():
    # Iowa OR-DBM MRMC 2.51 prints error variance and Cov2 of each modality, and what follows from them.
    covariance = block_covariance([0.00101410, 0.00059047], 0.00034661, [0.00048396, 0.00020419], 0.00023903)
    parts, _ = or_parts(VAN_DYKE_AREAS, covariance)
    for analysis, errors, degrees in (
        ("RRRC", (0.0331736, 0.02156637), (12.74, 12.71)),
        ("FRRC", (0.02428971, 0.01677632), (None, None)),
        ("RRFC", (0.02482994, 0.01615303), (4.0, 4.0)),
    ):
        for variance, error, df in zip(parts[analysis].single, errors, degrees, strict=True):
            assert np.sqrt(variance.value) == pytest.approx(error, abs=2e-7)
            assert variance.df == (None if df is None else pytest.approx(df, abs=0.006))


# Inferred ROC ratings of a FROC study of 5 modalities x 4 readers x 200 cases: areas by modality, error variance and
# Cov2 of each modality (Iowa OR-DBM MRMC 2.51, its FedRoc output, which RJafroc ships).
FED_ROC_AREAS = np.array(
    [
        [0.90425, 0.79820, 0.81175, 0.86645],
        [0.86425, 0.84470, 0.82050, 0.87160],
        [0.81295, 0.81635, 0.75275, 0.85730],
        [0.90235, 0.83150, 0.78865, 0.87980],
        [0.84140, 0.77300, 0.77115, 0.84800],
    ]
)
FED_ROC_VARIANCES = [0.00071053, 0.00075106, 0.00087587, 0.00072652, 0.00088163]
FED_ROC_COV2 = [0.00021119, 0.00026649, 0.00024646, 0.00022043, 0.00022200]


def test_printed_fed_roc_analysis_of_five_modalities():
    covariance = block_covariance(FED_ROC_VARIANCES, 0.00029480, FED_ROC_COV2, 0.00021213, 5, 4)
    parts, components = or_parts(FED_ROC_AREAS, covariance)
    assert components.var_error == pytest.approx(0.00078912, abs=2e-8)
    assert components.var_tr == pytest.approx(-0.00001093, abs=3e-8)
    printed = (("RRRC", 3.47, 16.80, 0.0305, 0.01654), ("FRRC", 13.60126 / 4, None, 0.0087, 0.01670))
    for analysis, f, df2, p, se in printed:
        test = parts[analysis].test
        assert (test.f, test.df1, test.p) == (pytest.approx(f, abs=0.005), 4, pytest.approx(p, abs=6e-5))
        assert test.df2 == (None if df2 is None else pytest.approx(df2, abs=0.006))
        assert np.sqrt(parts[analysis].difference.value) == pytest.approx(se, abs=6e-6)
    errors = {
        "RRRC": [0.02857824, 0.01992816, 0.02664789, 0.02940870, 0.02575835],
        "FRRC": [0.01833087, 0.01968838, 0.02009512, 0.01862661, 0.01967001],
    }
    for analysis, expected in errors.items():
        assert [np.sqrt(one.value) for one in parts[analysis].single] == pytest.approx(expected, abs=3e-7)
    assert [one.df for one in parts["RRRC"].single] == pytest.approx([5.46, 27.72, 7.04, 5.40, 6.78], abs=0.006)


def test_negative_covariances_never_narrow_an_interval():
    # Iowa OR-DBM: [Error - Cov1 + (r-1) max(Cov2 - Cov3, 0)] and sqrt{1/r [Var + (r-1) max(Cov2, 0)]}; so RJafroc.
    parts, components = or_parts(VAN_DYKE_AREAS, block_covariance(8e-4, 3e-4, -1e-4, 1e-4))
    assert (components.cov2, components.cov3) == pytest.approx((-1e-4, 1e-4))
    assert parts["FRRC"].difference.value == pytest.approx(2.0 * 5e-4 / 5)
    assert parts["FRRC"].single[0].value == pytest.approx(8e-4 / 5)
    assert parts["RRRC"].difference == parts["RRFC"].difference
    assert parts["RRRC"].single == parts["RRFC"].single


@pytest.mark.parametrize("covariance", ["jackknife", "delong", "unbiased", "dbm"])
def test_rounding_is_no_variance(covariance):
    # A difference of nothing must not become F = 1.3 of two numbers of 1e-17.
    for seed in range(6):
        table = small_study(seed=seed, readers=4, modalities=3, cases=31, levels=40)
        alike = table.with_rating(np.broadcast_to(table.rating[:1], table.rating.shape))
        method = {"method": "dbm"} if covariance == "dbm" else {"covariance": covariance}
        ours = mrmc(alike, **method)
        assert {test.reason for test in ours.tests.values()} == {Reason.ZERO_VARIANCE}
        assert all(row.p is None for row in (*ours.differences, *ours.reader_differences))
        assert all(row.outcome.low is not None for row in ours.modalities)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_leaving_one_case_out_equals_computing_without_it(figure):
    table = small_study(seed=3, cases=20)
    rating = table.rating[0, 0]
    ours = figure.leave_one_out(table.truth, rating)
    for case in range(len(rating)):
        keep = np.arange(len(rating)) != case
        assert ours[case] == pytest.approx(figure.value(table.truth[keep], rating[keep]), abs=1e-12)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_reweighting_equals_repeating_cases(figure):
    table = small_study(seed=4, cases=20)
    rating = table.rating[0, 0]
    weight = np.ones((2, 20))
    weight[1, :4] = [2, 0, 1, 1]
    weight[1, -4:] = [0, 3, 1, 0]
    drawn = np.repeat(np.arange(20), weight[1].astype(int))
    ours = figure.reweighted(table.truth, rating)(weight)
    assert ours[0] == pytest.approx(figure.value(table.truth, rating), abs=1e-12)
    assert ours[1] == pytest.approx(figure.value(table.truth[drawn], rating[drawn]), abs=1e-12)


def test_a_callers_function_gives_what_the_built_in_figure_gives():
    table = small_study(seed=5)
    own = CallerFigure(lambda truth, rating: placements(truth, rating).auc, name="my auc")
    ours, built_in = mrmc(table, figure=own), mrmc(table)
    assert ours.figure == "my auc"
    assert ours.tests["RRRC"].p == pytest.approx(built_in.tests["RRRC"].p, rel=1e-9)
    generators = [np.random.default_rng(7) for _ in range(2)]
    own_boot = mrmc(table, figure=own, covariance="bootstrap", resamples=60, generator=generators[0])
    boot = mrmc(table, covariance="bootstrap", resamples=60, generator=generators[1])
    assert own_boot.tests["RRRC"].f == pytest.approx(boot.tests["RRRC"].f, rel=1e-9)


def test_a_bootstrap_that_leaves_a_reader_without_a_class_says_so():
    table = small_study(seed=5, cases=20)
    rating = table.rating.copy()
    rating[0, 0, np.flatnonzero(table.truth)[2:]] = np.nan
    sparse = Readings(table.modalities, table.readers, table.cases, table.truth, rating)
    with pytest.raises(InputError, match="a reader has no case of a class; use the jackknife"):
        mrmc(sparse, covariance="bootstrap", generator=np.random.default_rng(1))


def test_a_callers_function_that_gives_no_number_is_named():
    with pytest.raises(InputError, match="'caller' gave nan"):
        mrmc(small_study(), figure=CallerFigure(lambda truth, rating: float("nan")))


def test_dbm_and_or_agree_except_for_fixed_readers():
    table = small_study(seed=6, readers=4, modalities=3)
    by_or, by_dbm = mrmc(table), mrmc(table, method="dbm")
    for analysis in ("RRRC", "RRFC"):
        assert by_dbm.tests[analysis].f == pytest.approx(by_or.tests[analysis].f, rel=1e-9)
        assert by_dbm.tests[analysis].df2 == pytest.approx(by_or.tests[analysis].df2, rel=1e-9)
    assert by_dbm.tests["FRRC"].f == pytest.approx(by_or.tests["FRRC"].f, rel=1e-9)
    assert by_or.tests["FRRC"].df2 is None
    assert by_dbm.tests["FRRC"].df2 == 2 * 23
    for one, other in zip(by_or.modalities, by_dbm.modalities, strict=True):
        assert other.outcome.low == pytest.approx(one.outcome.low, rel=1e-9)


def test_bootstrap_is_near_the_jackknife_and_repeatable():
    table = small_study(seed=8, cases=200)
    one, again = (
        mrmc(table, covariance="bootstrap", generator=np.random.default_rng(1)).variance_components for _ in range(2)
    )
    assert one == again
    assert one.var_error == pytest.approx(mrmc(table).variance_components.var_error, rel=0.1)
    with pytest.raises(InputError, match="random generator"):
        mrmc(table, covariance="bootstrap")


def test_non_inferiority_and_equivalence():
    row = mrmc(small_study(seed=9), margin=0.1).differences[0]
    assert row.analysis == "RRRC"
    # One-sided at margin 0 and two-sided agree; equivalence is the larger of both one-sided p values.
    at_zero = mrmc(small_study(seed=9), margin=0.0).differences[0]
    assert min(at_zero.non_inferiority.p_a_not_worse, at_zero.non_inferiority.p_b_not_worse) * 2 == pytest.approx(row.p)
    assert row.non_inferiority.p_equivalent >= row.non_inferiority.p_a_not_worse
    assert row.non_inferiority.p_a_not_worse < at_zero.non_inferiority.p_a_not_worse


def test_one_reader_has_fixed_reader_results_only():
    table = small_study(seed=10, readers=1)
    ours = mrmc(table, covariance="delong")
    assert ours.tests["RRRC"].reason is Reason.TOO_FEW_READERS
    assert ours.tests["RRFC"].reason is Reason.TOO_FEW_READERS
    pair = compare_paired_auc(table.truth.astype(int), table.rating[0, 0], table.rating[1, 0])
    assert ours.reader_differences[0].p == pytest.approx(pair.test.p, rel=1e-9)
    assert ours.tests["FRRC"].p == pytest.approx(pair.test.p, rel=1e-9)
    assert ours.modalities[0].analysis == "FRRC"
    assert ours.variance_components.to_json()["var_r"] is None


def test_one_modality_has_means_and_no_tests():
    ours = mrmc(small_study(seed=11, modalities=1))
    assert ours.tests["RRRC"].reason is Reason.TOO_FEW_MODALITIES
    assert ours.differences == ()
    assert ours.modalities[0].outcome.low < ours.modalities[0].outcome.value < ours.modalities[0].outcome.high


def test_perfect_and_identical_readers_are_named():
    table = small_study(seed=12)
    perfect = mrmc(table.with_rating(np.broadcast_to(table.truth, table.rating.shape).astype(float)))
    assert perfect.tests["RRRC"].reason is Reason.ZERO_VARIANCE
    assert perfect.modalities[0].outcome.value == 1.0
    assert perfect.modalities[0].outcome.low is None
    identical = mrmc(table.with_rating(np.broadcast_to(table.rating[0, 0], table.rating.shape)))
    assert identical.tests["RRRC"].reason is Reason.ZERO_VARIANCE
    assert identical.modalities[0].outcome.low is not None
    assert identical.modalities[0].df is None


def test_missing_classes_and_single_cases_are_named():
    table = small_study(seed=13)
    rating = table.rating.copy()
    rating[1, 2, table.truth] = np.nan
    lacking = mrmc(Readings(table.modalities, table.readers, table.cases, table.truth, rating))
    assert lacking.tests["RRRC"].reason is Reason.NO_POSITIVE_CASES
    assert "R3" in lacking.tests["RRRC"].detail
    assert lacking.readers[-1].outcome.reason is Reason.NO_POSITIVE_CASES
    rating[1, 2, np.flatnonzero(table.truth)[0]] = 3.0
    single = mrmc(Readings(table.modalities, table.readers, table.cases, table.truth, rating))
    assert single.tests["RRRC"].reason is Reason.TOO_FEW_CASES
    assert single.readers[-1].outcome.value >= 0.0
    means = [row.outcome for row in single.modalities]
    assert [mean.low for mean in means] == [None, None]
    assert means[1].value == pytest.approx(np.mean([row.outcome.value for row in single.readers[3:]]))
    assert "covariance needs two" in means[0].note


def test_dbm_and_delong_refuse_missing_readings():
    table = small_study(seed=14)
    rating = table.rating.copy()
    rating[0, 0, 0] = np.nan
    holed = Readings(table.modalities, table.readers, table.cases, table.truth, rating)
    assert mrmc(holed, method="dbm").tests["RRRC"].reason is Reason.MISSING_READINGS
    with pytest.raises(InputError, match="use jackknife or unbiased"):
        mrmc(holed, covariance="delong")
    assert mrmc(holed).tests["RRRC"].p < 1.0


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"case": ["a", "b", "a", "a"]}, "row 4, column 'case': reader '1' read case 'a' in modality 'm' twice"),
        ({"truth": [0, 1, 1, 1]}, "row 1, column 'truth': case 'a' is 0 here and 1 in another row"),
        ({"reader": ["1", " ", "1", "2"]}, "row 2, column 'reader': the cell is empty"),
        ({"rating": [1.0, 2.0, float("nan"), 3.0]}, "row 3, column 'rating': nan is not a number"),
    ],
)
def test_bad_tables_are_refused_by_row(change, complaint):
    table = {
        "reader": ["1", "1", "2", "2"],
        "modality": ["m"] * 4,
        "case": ["a", "b", "a", "b"],
        "truth": [0, 1, 0, 1],
        "rating": [1.0, 2.0, 2.0, 3.0],
    }
    if "case" in change:
        table |= {"truth": [0, 1, 0, 0], "reader": ["2", "1", "1", "1"]}
    with pytest.raises(InputError, match=complaint.replace("(", r"\(")):
        readings(**(table | change))


def test_readers_are_sorted_as_people_count():
    table = readings(reader=["R10", "R2"], modality=["m"] * 2, case=["a"] * 2, truth=[1, 1], rating=[1, 2])
    assert table.readers == ("R2", "R10")
    assert table.rating[0, :, 0].tolist() == [2.0, 1.0]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), levels=st.integers(2, 6))
def test_monotone_transforms_and_exchanged_modalities(seed, levels):
    table = small_study(seed=seed, levels=levels)
    plain, bent = mrmc(table), mrmc(table.with_rating(np.exp(table.rating)))
    assert bent.to_json() == plain.to_json()
    turned = Readings(table.modalities, table.readers, table.cases, table.truth, table.rating[::-1])
    if not plain.differences or plain.differences[0].p is None:
        return
    other = mrmc(turned)
    assert other.differences[0].outcome.value == pytest.approx(-plain.differences[0].outcome.value, abs=1e-12)
    if other.tests["RRRC"].to_json().get("p") is not None:
        assert other.tests["RRRC"].p == pytest.approx(plain.tests["RRRC"].p, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_swapping_the_classes_mirrors_the_area(seed):
    table = small_study(seed=seed)
    mirrored = Readings(table.modalities, table.readers, table.cases, ~table.truth, table.rating)
    for one, other in zip(mrmc(table).readers, mrmc(mirrored).readers, strict=True):
        assert one.outcome.value == pytest.approx(1.0 - other.outcome.value, abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), covariance=st.sampled_from(["jackknife", "delong", "unbiased"]))
def test_values_are_areas_and_intervals_hold_them(seed, covariance):
    table = small_study(seed=seed)
    ours = mrmc(table, covariance=covariance)
    for row in ours.readers:
        cell = table.modalities.index(row.modality), table.readers.index(row.reader)
        assert row.outcome.value == pytest.approx(auc(table.truth.astype(int), table.rating[cell]).value, abs=1e-12)
        if row.outcome.low is not None:
            assert 0.0 <= row.outcome.low <= row.outcome.value <= row.outcome.high <= 1.0
