"""Results of the reference set that no other test of this folder goes through value by value."""

import numpy as np
import pytest

from tests.validation.stats.reference import reference_data, reference_values
from tests.validation.stats.studies import study
from validation.stats.agreement import agreement_coefficients, cohen_kappa, krippendorff_alpha, ratings
from validation.stats.agreement_measurements import intraclass_correlation, limits_of_agreement
from validation.stats.binary import BinaryCounts, binary_summary, summarise_counts
from validation.stats.calibration import calibration_summary
from validation.stats.calibration_tests import log_loss, spiegelhalter_test
from validation.stats.mrmc import mrmc
from validation.stats.paired_binary import paired_binary
from validation.stats.proportions import proportion
from validation.stats.results import Estimate, Undefined
from validation.stats.roc import auc, roc_summary
from validation.stats.roc_bootstrap import Resampling, bootstrap_metric
from validation.stats.roc_compare import compare_paired_auc
from validation.stats.roc_metrics import partial_area
from validation.stats.roc_points import precision_recall

EPIR = {"se": "sensitivity", "sp": "specificity", "pv.pos": "ppv", "pv.neg": "npv", "diag.ac": "accuracy"}
DTCOMPAIR = {"sensitivity": "sensitivity", "specificity": "specificity", "ppv": "ppv", "npv": "npv"}
RATIOS = {"lr.pos": "lr_positive", "lr.neg": "lr_negative"}
METHODS = {"wilson": "wilson", "exact": "clopper-pearson", "clopper-pearson": "clopper-pearson", "jeffreys": "jeffreys"}


def single_tests():
    asah, paired = reference_data("roc_asah"), reference_data("binary_paired1")
    return {
        ("binary_asah", "single_s100b_ge_0.22"): (asah.poor_outcome, asah.s100b >= 0.22),
        ("binary_asah", "single_wfns_ge_4"): (asah.poor_outcome, asah.wfns >= 4),
        ("binary_paired1", "single_y1"): (paired.d, paired.y1),
        ("binary_paired1", "single_y2"): (paired.d, paired.y2),
    }


@pytest.mark.parametrize("file", ["binary_asah", "binary_paired1"])
def test_single_tests_of_epir_hmisc_and_dtcompair(file):
    for (name, identity), (truth, call) in single_tests().items():
        if name != file:
            continue
        expected = reference_values(name, identity)
        for theirs, method in METHODS.items():
            ours = binary_summary(truth, call, method=method)
            counts = ours.counts
            assert (counts.tp, counts.fp, counts.fn, counts.tn) == tuple(
                expected[one] for one in ("tp", "fp", "fn", "tn")
            )
            for row in expected[f"epi.tests_{theirs}"]:
                if row["statistic"] in EPIR:
                    one = ours.estimates[EPIR[row["statistic"]]]
                    assert (one.value, one.low, one.high) == pytest.approx(
                        (row["est"], row["lower"], row["upper"]), rel=1e-9
                    )
        check_dtcompair(binary_summary(truth, call).estimates, expected["DTComPair_acc.1test"])


def check_dtcompair(ours, theirs):
    """Estimates agree; its intervals are Wald's for proportions, and log-normal for the ratios as ours."""
    for key, mine in DTCOMPAIR.items():
        assert ours[mine].value == pytest.approx(theirs[key]["est"], rel=1e-9)
    for key, mine in {"pdlr": "lr_positive", "ndlr": "lr_negative"}.items():
        one = ours[mine]
        assert (one.value, one.low, one.high) == pytest.approx(
            (theirs[key]["est"], theirs[key]["lcl"], theirs[key]["ucl"]), rel=1e-9
        )


@pytest.mark.parametrize("identity", ["s100b_ge_0.22", "wfns_ge_4"])
def test_single_tests_of_the_python_packages(identity):
    truth, call = single_tests()["binary_asah", f"single_{identity}"]
    expected, ours = reference_values("binary_asah_python", identity), binary_summary(truth, call).estimates
    scores = {"tpr": "sensitivity", "tnr": "specificity", "ppv": "ppv", "npv": "npv"}
    for key, mine in scores.items():
        theirs = expected[f"{key}_score_wilson"]
        # confidenceinterval adds 1e-7 to the denominator of its estimate.
        assert ours[mine].value == pytest.approx(theirs["est"], abs=1e-7)
        assert (ours[mine].low, ours[mine].high) == pytest.approx(theirs["ci"], rel=1e-9)
    assert 1 - ours["specificity"].value == pytest.approx(expected["fpr_score_wilson"]["est"], abs=1e-7)
    assert [1 - ours["specificity"].high, 1 - ours["specificity"].low] == pytest.approx(
        expected["fpr_score_wilson"]["ci"]
    )
    library = expected["sklearn"]
    assert (ours["mcc"].value, ours["f1"].value, ours["balanced_accuracy"].value) == pytest.approx(
        (library["mcc"], library["f1"], library["balanced_accuracy"]), rel=1e-9
    )
    counts = binary_summary(truth, call).counts
    for key, method in {
        "wilson": "wilson",
        "agresti_coull": "agresti-coull",
        "beta": "clopper-pearson",
        "jeffreys": "jeffreys",
    }.items():
        one = proportion(counts.tp, counts.tp + counts.fn, method=method)
        assert [one.low, one.high] == pytest.approx(expected["sens_statsmodels"][key], rel=1e-9)


@pytest.mark.parametrize("name", ["all_correct", "no_positive_calls", "one_fp", "zero_tn"])
def test_degenerate_two_by_two_tables(name):
    expected = reference_values("edge_cases", f"binary_{name}")
    counts = BinaryCounts(*expected["tp_fp_fn_tn"])
    for method in ("wilson", "exact"):
        ours = summarise_counts(counts, method=METHODS[method]).estimates
        for row in expected[method]["value"]:
            mine = ours.get(EPIR.get(row["statistic"], ""))
            if mine is None:
                continue
            if row["est"] is None:
                assert isinstance(mine, Undefined)
            else:
                assert (mine.value, mine.low, mine.high) == pytest.approx(
                    (row["est"], row["lower"], row["upper"]), rel=1e-9, abs=1e-12
                )


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("perfect", None),
        ("reversed", None),
        ("constant", None),
        ("two_and_two", "var"),
        ("heavy_ties", "var"),
        ("tiny_gaps", "var"),
    ],
)
def test_degenerate_curves_of_proc_and_mrmcaov(name, ours):
    rows = reference_data("edge_single_roc").query("set == @name")
    expected = reference_values("edge_cases", f"pROC_{name}")
    single = reference_values("edge_cases", f"MRMCaov_stmc_{name}")["value"]
    found = auc(rows.truth, rows.rating)
    assert found.value == pytest.approx(expected["auc"], rel=1e-12)
    assert found.value == pytest.approx(single["est"], rel=1e-12)
    if ours is None:
        # pROC gives a variance of 0 and [1, 1] with a warning; without a spread we give a bound by rule and say so.
        assert expected["var"]["value"] == 0
        assert single["se_delong"] == 0
        assert found.note
    else:
        assert [found.low, found.high] == pytest.approx(
            [max(0.0, expected["ci"]["value"][0]), min(1.0, expected["ci"]["value"][2])], rel=1e-9
        )
        assert single["se_delong"] ** 2 == pytest.approx(expected["var"]["value"], rel=1e-12)


def test_one_positive_case_has_an_area_and_no_variance():
    rows = reference_data("edge_single_roc").query("set == 'one_positive'")
    expected = reference_values("edge_cases", "pROC_one_positive")
    found = auc(rows.truth, rows.rating)
    assert found.value == pytest.approx(expected["auc"], rel=1e-12)
    assert expected["var"]["value"] is None
    assert found.note


def test_areas_of_every_reader_against_an_ai():
    data = reference_data("cad_nico_roc").set_index(["modality", "reader"])
    for row in reference_values("cad_nico_roc", "auc_per_reader_delong"):
        one = data.loc[(row["modality"], row["reader"])]
        found = auc(one.truth, one.rating)
        assert (int((one.truth == 0).sum()), int(one.truth.sum())) == (row["n0"], row["n1"])
        assert (found.value, found.low, found.high) == pytest.approx(
            (row["auc"], row["ci_low"], row["ci_high"]), rel=1e-9
        )


def test_area_of_confidenceinterval_and_the_printed_values_of_proc():
    data, printed = reference_data("roc_asah"), reference_values("published_values", "pROC_documentation")
    found = {marker: auc(data.poor_outcome, data[marker]) for marker in ("s100b", "ndka", "wfns")}
    theirs = reference_values("binary_asah_python", "auc_s100b_delong")
    s100b = found["s100b"]
    assert (s100b.value, s100b.low, s100b.high) == pytest.approx((theirs["est"], *theirs["ci"]), rel=1e-6)
    assert {marker: round(one.value, 4) for marker, one in found.items()} == {
        marker: printed[f"auc_{marker}"] for marker in found
    }
    for marker in ("s100b", "wfns"):
        assert [round(found[marker].low, 4), round(found[marker].high, 4)] == printed[f"ci_{marker}"]


@pytest.mark.parametrize("column", ["p", "p_glu_only", "p_overconfident"])
def test_probabilities_against_scikit_learn_and_calzone(column):
    data = reference_data("calib_pima")
    y, p = data["y"], data[column]
    library, calzone = (reference_values("calib_pima_python", f"{column}_{tool}") for tool in ("sklearn", "calzone"))
    ours = calibration_summary(y, p).estimates
    assert ours["brier"].value == pytest.approx(library["brier"], rel=1e-12)
    assert log_loss(y, p).value == pytest.approx(library["log_loss"], rel=1e-12)
    assert auc(y, p).value == pytest.approx(library["roc_auc"], rel=1e-12)
    assert precision_recall(y, p).average_precision == pytest.approx(library["average_precision"], rel=1e-12)
    restricted = bootstrap_metric(
        y, p, partial_area(0.9, 1.0, "specificity", mcclish=True), Resampling(np.random.default_rng(1), 100)
    )
    assert restricted.value == pytest.approx(library["pauc_mcclish_max_fpr_0_1"])
    errors = ours["expected_calibration_error"].value, ours["maximum_calibration_error"].value
    assert errors == pytest.approx((calzone["ECE_C"], calzone["MCE_C"]), rel=1e-9)
    score = spiegelhalter_test(y, p)
    assert (score.statistic, score.p) == pytest.approx(
        (calzone["spiegelhalter"]["z"], calzone["spiegelhalter"]["p"]), rel=1e-9
    )
    slope = ours["calibration_slope"]
    assert (slope.value, slope.low, slope.high) == pytest.approx(
        (calzone["cox"]["slope"], *calzone["cox"]["slope_ci"]), rel=1e-6
    )


@pytest.mark.parametrize("name", ["diagnoses", "anxiety"])
def test_fleiss_and_randolph_of_statsmodels(name):
    expected = reference_values("agreement_python", name)
    ours = agreement_coefficients(ratings(reference_data(f"agree_{name}").drop(columns="subject")))
    assert ours["fleiss"].value == pytest.approx(expected["statsmodels_fleiss"], rel=1e-12)
    assert ours["brennan_prediger"].value == pytest.approx(expected["statsmodels_randolph"], rel=1e-12)


def test_icc_of_two_flow_meters():
    data = reference_data("agree_pefr_bland_altman_1986")
    expected = reference_values("agreement_classics", "pefr_icc_wright1_mini1")
    forms = {
        "icc1": "oneway_consistency_single", "icc1k": "oneway_consistency_average",
        "icc3": "twoway_consistency_single", "icc3k": "twoway_consistency_average", "icc2": "twoway_agreement_single",
    }  # fmt: skip
    ours = intraclass_correlation(data[["wright1", "mini1"]])
    for form, name in forms.items():
        theirs, one = expected[f"irr_icc_{name}"], ours[form]
        assert (one.estimate.value, one.estimate.low, one.estimate.high) == pytest.approx(
            (theirs["icc"], theirs["lo"], theirs["hi"]), rel=1e-8
        )
        assert one.test.statistic == pytest.approx(theirs["F"], rel=1e-7)
        if form != "icc2":  # irr tests agreement with other degrees of freedom; ours is psych's test
            assert one.test.p == pytest.approx(theirs["p"], rel=1e-7)
    assert ours["icc2k"].estimate.value == pytest.approx(expected["irr_icc_twoway_agreement_average"]["icc"], rel=1e-9)


def test_iowas_printed_analysis_of_van_dyke():
    printed = reference_values("published_values", "iowa_vandyke")
    ours, dbm = mrmc(study("mrmc_vandyke")), mrmc(study("mrmc_vandyke"), method="dbm")

    def same(value, text, places):
        assert round(value, places) == pytest.approx(text, abs=10.0**-places * 0.51)

    for modality in ("M1", "M2"):
        found = [one.outcome.value for one in ours.readers if one.modality == modality]
        assert found == pytest.approx(printed["auc"][modality], abs=1e-8)
    for name, row in printed["anova"].items():
        same(ours.mean_squares[name], row["MS"], 8)
    for name, value in printed["or_components"].items():
        if name[0] in "VC":
            same(
                getattr(
                    ours.variance_components,
                    {"VarR": "var_r", "VarTR": "var_tr", "VarError": "var_error"}.get(name, name.lower()),
                ),
                value,
                7,
            )
    components = {"VarC": "var_c", "VarTC": "var_tc", "VarRC": "var_rc", "VarTRC_plus_Error": "var_error"}
    for name, component in components.items():
        same(getattr(dbm.variance_components, component), printed["dbm_components"][name], 7)
    for analysis in ("RRRC", "FRRC", "RRFC"):
        block, test = printed[analysis], ours.tests[analysis]
        row = next(one for one in ours.differences if one.analysis == analysis)
        same(test.f, block["F"] if "F" in block else block["X2"], 2)
        same(test.p, block["p"], 4)
        same(row.se, block["se"], 5)
        assert [row.outcome.low, row.outcome.high] == pytest.approx(block["ci"], abs=6e-6)
        for modality, theirs in block["single"].items():
            means = (*ours.modalities, *ours.modalities_otherwise)
            mine = next(one for one in means if (one.modality, one.analysis) == (modality, analysis))
            same(mine.se, theirs["se"], 7)
            assert [mine.outcome.low, mine.outcome.high] == pytest.approx(theirs["ci"], abs=6e-8)


def test_printed_agreement_of_fleiss_shrout_bland_and_krippendorff():
    fleiss = reference_values("published_values", "fleiss_1971")["kappa"]
    ours = agreement_coefficients(ratings(reference_data("agree_diagnoses").drop(columns="subject")))["fleiss"]
    assert ours.value == pytest.approx(fleiss, abs=6e-4)
    printed = reference_values("published_values", "shrout_fleiss_1979")
    forms = intraclass_correlation(reference_data("agree_shrout_fleiss_1979").drop(columns="subject"))
    for name, value in printed.items():
        form = f"icc{name[4]}" + ("k" if name.endswith("4)") else "")
        assert forms[form].estimate.value == pytest.approx(value, abs=6e-3)


def test_accuracy_of_both_tests_in_dtcompairs_paired_analysis():
    asah, paired = reference_data("roc_asah"), reference_data("binary_paired1")
    both = {
        ("binary_asah", "paired_s100b_ge_0.22_vs_wfns_ge_4"): (asah.poor_outcome, asah.s100b >= 0.22, asah.wfns >= 4),
        ("binary_paired1", "paired_y1_vs_y2"): (paired.d, paired.y1, paired.y2),
    }
    for (file, identity), (truth, first, second) in both.items():
        expected = reference_values(file, identity)
        for number, call in ((1, first), (2, second)):
            check_dtcompair(binary_summary(truth, call).estimates, expected["acc_paired"][f"Test{number}"])
        ours = paired_binary(truth, first, second)
        for measure, key in (("sensitivity", "discordant_pos"), ("specificity", "discordant_neg")):
            counts = getattr(ours, measure).counts
            assert {counts.only_a, counts.only_b} == set(expected[key])
        assert expected["n_pos"] + expected["n_neg"] == len(truth)


def test_the_smallest_proportion():
    expected = reference_values("edge_cases", "binary_n1_is_1")
    ours = summarise_counts(BinaryCounts(*expected["tp_fp_fn_tn"]))
    assert isinstance(ours.estimates["sensitivity"], Estimate | Undefined)
    for row in expected["wilson"]["value"]:
        mine = ours.estimates.get(EPIR.get(row["statistic"], ""))
        if mine is not None and row["est"] is not None:
            assert (mine.value, mine.low, mine.high) == pytest.approx(
                (row["est"], row["lower"], row["upper"]), abs=1e-9
            )


def test_the_whole_summary_names_what_it_cannot_say():
    rows = reference_data("edge_single_roc").query("set == 'one_positive'")
    area = roc_summary(rows.truth, rows.rating).auc
    assert isinstance(area, Estimate)
    assert area.note


@pytest.mark.parametrize("name", ["vandyke", "kundel", "penedo", "dobbins2", "zanca_roc", "imrmc_example"])
def test_every_readers_area_and_pair_of_modalities_against_proc(name):
    data = reference_data(f"mrmc_{name}").set_index(["modality", "reader"]).sort_index()
    for row in reference_values(f"mrmc_{name}", "auc_per_reader_delong"):
        one = data.loc[(row["modality"], row["reader"])]
        found = auc(one.truth, one.rating)
        assert ((one.truth == 0).sum(), one.truth.sum()) == (row["n0"], row["n1"])
        limits = (max(0.0, row["ci_low"]), min(1.0, row["ci_high"]))
        assert (found.value, found.low, found.high) == pytest.approx((row["auc"], *limits), rel=1e-9)
    for row in reference_values(f"mrmc_{name}", "auc_paired_delong_per_reader"):
        first, second = (data.loc[(row[f"modality_{end}"], row["reader"])].set_index("case") for end in ("a", "b"))
        both = first.join(second, rsuffix="_b", how="inner")
        pair = compare_paired_auc(both.truth, both.rating, both.rating_b)
        assert (pair.a.value, pair.b.value) == pytest.approx((row["auc_a"], row["auc_b"]), rel=1e-9)
        if row["z"] is None:
            assert isinstance(pair.test, Undefined)
            continue
        assert (pair.test.statistic, pair.test.p) == pytest.approx((row["z"], row["p"]), rel=1e-8)
        assert pair.covariance == pytest.approx(row["cov_delong"], rel=1e-8, abs=1e-15)
        assert (pair.difference.low, pair.difference.high) == pytest.approx(
            (row["diff_ci_low"], row["diff_ci_high"]), rel=1e-8
        )


@pytest.mark.parametrize("identity", ["diagnoses_r1_r2", "anxiety_r1_r2_kappa", "vision_kappa"])
def test_kappa_of_irr_psych_and_epir(identity):
    expected = reference_values("agreement_classics", identity)
    if identity == "vision_kappa":
        counts = reference_data("agree_vision_counts")
        first, second = (np.repeat(counts[eye].to_numpy(), counts["count"]) for eye in ("r_eye", "l_eye"))
    else:
        table = reference_data(f"agree_{identity.split('_')[0]}").drop(columns="subject").to_numpy(dtype=float)
        first, second = table[:, 0], table[:, 1]
    for weights, key in {"identity": "unweighted", "linear": "equal", "quadratic": "squared"}.items():
        theirs, ours = expected[f"irr_kappa2_{key}"], cohen_kappa(first, second, weights=weights)
        assert (ours.value, ours.n) == (pytest.approx(theirs["kappa"], rel=1e-9), theirs["n"])
    ours = cohen_kappa(first, second)
    epir = expected["epiR_epi.kappa"]["kappa"][0]
    assert ours.value == pytest.approx(epir["est"], rel=1e-9)


def test_alpha_and_limits_as_printed():
    printed = reference_values("published_values", "krippendorff_example")
    counted = ratings(reference_data("agree_krippendorff_missing").drop(columns=["unit", "subject"], errors="ignore"))
    irr = reference_values("agreement_classics", "krippendorff_missing")
    for metric, value in printed.items():
        ours = krippendorff_alpha(counted, metric=metric)
        assert ours.value == pytest.approx(value, abs=6e-4)
        assert ours.value == pytest.approx(irr[metric], rel=1e-9)
    data, book = (
        reference_data("agree_pefr_bland_altman_1986"),
        reference_values("published_values", "bland_altman_1986"),
    )
    found = limits_of_agreement(data["wright1"], data["mini1"])
    assert found.bias.value == pytest.approx(book["mean_diff"], abs=0.06)
    spread = (found.upper.value - found.lower.value) / (2 * 1.959963984540054)
    assert spread == pytest.approx(book["sd"], abs=0.06)
    # The paper prints 2 SD: -79.7 and 75.5 from rounded figures; ours are 1.96 SD (docs/statistics.md).
    assert [found.bias.value - 2 * spread, found.bias.value + 2 * spread] == pytest.approx(book["limits_2sd"], abs=0.15)


@pytest.mark.parametrize("covariance", ["jackknife", "DeLong", "unbiased"])
@pytest.mark.parametrize("subset", ["identical", "all_perfect"])
def test_without_a_spread_there_is_no_test_where_mrmcaov_prints_noise(subset, covariance):
    values = reference_values("edge_cases", f"MRMCaov_{subset}_{covariance}")["value"]
    ours = mrmc(study("edge_mrmc", subset=subset), covariance=covariance.lower())
    assert isinstance(ours.tests["RRRC"], Undefined)
    for row in values["test_means"]:
        mine = next(one for one in (*ours.modalities, *ours.modalities_otherwise) if one.modality == row["row"])
        assert mine.outcome.value == pytest.approx(row["Estimate"], rel=1e-9)
    assert values["test_equality"][0]["MS(T)"] == pytest.approx(0.0, abs=1e-20)
