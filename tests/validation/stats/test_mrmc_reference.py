"""Multi-reader results of MRMCaov, RJafroc, pROC, google-health and Iowa OR-DBM, reproduced."""

import pytest

from tests.validation.stats.reference import reference_values
from tests.validation.stats.studies import result, result_ids, study
from validation.stats.mrmc import mrmc
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
from validation.stats.results import Undefined

STUDIES = ("vandyke", "kundel", "penedo", "dobbins2", "zanca_roc", "imrmc_example")
EDGES = (
    "one_reader_perfect",
    "all_perfect",
    "identical",
    "two_readers",
    "reader_lacks_positives",
    "below_chance",
)
CLOSE = {"rel": 1e-9, "abs": 1e-15}
FIGURES = {
    "OR_pAUC_spec_0.8_1": partial_auc_figure(0.8, 1.0),
    "OR_pAUC_sens_0.8_1_norm": partial_auc_figure(0.8, 1.0, axis="sensitivity", normalised=True),
    "OR_sens_at_spec_0.9": sensitivity_at_figure(0.9),
    "OR_spec_at_sens_0.9": specificity_at_figure(0.9),
    "OR_expected_utility_slope1": expected_utility_figure(1.0),
}
COMPONENTS = {
    "reader": "var_r",
    "VarR": "var_r",
    "modality:reader": "var_tr",
    "VarTR": "var_tr",
    "Error": "var_error",
    "Var": "var_error",
    "VarErr": "var_error",
    "Cov1": "cov1",
    "Cov2": "cov2",
    "Cov3": "cov3",
    "VarC": "var_c",
    "VarTC": "var_tc",
    "VarRC": "var_rc",
}


def same(ours, theirs, **tolerance):
    """Compare numbers; what the tool calls NA must be undefined with us."""
    if theirs is None:
        assert ours is None
    else:
        assert ours == pytest.approx(theirs, **(tolerance or CLOSE))


def check_mrmcaov(ours, values, analysis):
    """Compare with a summary of MRMCaov."""
    for row in values.get("theta", []):
        value = next(value for name, value in row.items() if name not in ("modality", "reader"))
        mine = next(one for one in ours.readers if (one.modality, one.reader) == (row["modality"], row["reader"]))
        same(mine.outcome.value, value)
    for row in values["vcov_comps"]:
        same(getattr(ours.variance_components, COMPONENTS[row["row"]]), row["Estimate"])
    for row in values["test_equality"]:
        test = ours.tests[analysis]
        statistic = row["F"] if "F" in row else row["X2"] / row["df"]
        same(test.f, statistic, rel=1e-9)
        same(test.p, row["p-value"], rel=1e-9)
        if "df2" in row:
            same(test.df2, row["df2"], rel=1e-9)
    check_differences([one for one in ours.differences if one.analysis == analysis], values["test_diffs"])
    for row in values["test_means"] or []:
        means = (*ours.modalities, *ours.modalities_otherwise)
        mine = next(one for one in means if (one.modality, one.analysis) == (row["row"], analysis))
        same(mine.outcome.value, row["Estimate"])
        same(mine.se, row["StdErr"])
        same(mine.outcome.low, max(0.0, row["CI.Lower"]))
        same(mine.outcome.high, row["CI.Upper"])
        if "df" in row:
            same(mine.df, row["df"])


def check_differences(mine, theirs):
    assert len(mine) == len(theirs)
    for one, row in zip(mine, theirs, strict=True):
        assert f"{one.a} - {one.b}" == row["Comparison"]
        same(one.outcome.value, row["Estimate"], rel=1e-9, abs=1e-14)
        same(one.se, row["StdErr"])
        same(one.outcome.low, row["CI.Lower"], rel=1e-8, abs=1e-12)
        same(one.outcome.high, row["CI.Upper"], rel=1e-8, abs=1e-12)
        same(one.p, row["p-value"], rel=1e-8)


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("covariance", ["jackknife", "DeLong", "unbiased"])
@pytest.mark.parametrize("analysis", ["RRRC", "RRFC", "FRRC"])
def test_mrmcaov(name, covariance, analysis):
    identity = f"OR_{analysis}_{covariance}"
    if identity not in result_ids(f"mrmc_{name}"):
        pytest.skip(f"MRMCaov gives no {identity} for {name} (the design is not balanced)")
    values = reference_values(f"mrmc_{name}", identity)
    ours = mrmc(study(f"mrmc_{name}"), covariance=covariance.lower())
    check_mrmcaov(ours, values, analysis)
    if analysis == "FRRC":
        readers, pairs = ours.readers, ours.reader_differences
        errors = [one.se for one in pairs if (one.a, one.b) == (pairs[0].a, pairs[0].b)]
        for index, row in enumerate(values["reader_test_diffs"]):
            mine = pairs[index]
            assert (mine.reader, f"{mine.a} - {mine.b}") == (row["Reader"], row["Comparison"])
            same(mine.outcome.value, row["Estimate"], rel=1e-9, abs=1e-14)
            # With three modalities MRMCaov recycles one error per reader down its rows: reader 2's error
            # stands beside reader 1's second pair. The errors themselves are ours.
            same(errors[index % len(errors)], row["StdErr"])
        for row in values["reader_means"]:
            one = next(one for one in readers if (one.modality, one.reader) == (row["modality"], row["reader"]))
            same(one.se, row["StdErr"])


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("identity", FIGURES)
def test_mrmcaov_figures_of_merit(name, identity):
    values = reference_values(f"mrmc_{name}", identity)
    check_mrmcaov(mrmc(study(f"mrmc_{name}"), figure=FIGURES[identity]), values, "RRRC")


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("kind", ["sens", "spec"])
def test_mrmcaov_sensitivity_and_specificity(name, kind):
    identity = next(one for one in result_ids(f"mrmc_{name}") if one.startswith(f"OR_binary_{kind}_ge"))
    threshold = float(identity.rsplit("ge", 1)[1])
    figure = sensitivity_figure(threshold) if kind == "sens" else specificity_figure(threshold)
    check_mrmcaov(mrmc(study(f"mrmc_{name}"), figure=figure), reference_values(f"mrmc_{name}", identity), "RRRC")


@pytest.mark.parametrize("covariance", ["jackknife", "unbiased"])
@pytest.mark.parametrize("case", ["case_in_reader", "case_in_modality"])
def test_mrmcaov_nested(covariance, case):
    values = reference_values("mrmc_vandyke", f"OR_RRRC_{covariance}_{case}")
    ours = mrmc(study("mrmc_vandyke_nested_ids", case=case), covariance=covariance)
    assert ours.design == case.replace("case_in", "case-nested-in").replace("_", "-")
    check_mrmcaov(ours, values, "RRRC")


@pytest.mark.parametrize("covariance", ["jackknife", "unbiased"])
def test_mrmcaov_missing_readings(covariance):
    values = reference_values("mrmc_vandyke", f"OR_RRRC_{covariance}_missing10pct")
    check_mrmcaov(mrmc(study("mrmc_vandyke_missing10pct"), covariance=covariance), values, "RRRC")


@pytest.mark.parametrize("reader", ["R1", "R4"])
def test_mrmcaov_single_reader(reader):
    table = study("mrmc_vandyke").select(readers=(reader,))
    values, single = (
        reference_values("mrmc_vandyke", f"{kind}_{reader}{end}") for kind, end in (("srmc", ""), ("stmc", "_M1"))
    )
    ours = mrmc(table)
    check_differences(ours.reader_differences, values["test_diffs"])
    same(ours.variance_components.var_error, values["vcov_comps"][0]["Estimate"])
    same(ours.variance_components.cov1, values["vcov_comps"][1]["Estimate"])
    assert (ours.readers[0].outcome.value, ours.readers[0].se) == pytest.approx((single["estimate"], single["se"]))


@pytest.mark.parametrize("name", STUDIES)
def test_proc_per_reader(name):
    table = study(f"mrmc_{name}")
    if table.design != "crossed":
        pytest.skip("DeLong's covariance matrix needs complete readings; roc-compare covers the pairs that exist")
    ours = mrmc(table, covariance="delong")
    for row in reference_values(f"mrmc_{name}", "auc_per_reader_delong"):
        mine = next(one for one in ours.readers if (one.modality, one.reader) == (row["modality"], row["reader"]))
        same(mine.outcome.value, row["auc"])
        same(mine.se, row["se_delong"], rel=1e-9)
    pairs = {
        (row["reader"], row["modality_a"], row["modality_b"]): row
        for row in reference_values(f"mrmc_{name}", "auc_paired_delong_per_reader")
    }
    if len(table.modalities) == 2:
        for one in ours.reader_differences:
            same(one.p, pairs[(one.reader, one.a, one.b)]["p"], rel=1e-8)


@pytest.mark.parametrize("name", ["vandyke", "penedo", "dobbins2", "zanca_roc"])
@pytest.mark.parametrize("method", ["OR", "DBM"])
@pytest.mark.parametrize("analysis", ["RRRC", "RRFC", "FRRC"])
def test_rjafroc(name, method, analysis):
    values = reference_values(f"mrmc_{name}", f"RJafroc_Wilcoxon_{method}_jackknife_{analysis}")
    check_rjafroc(mrmc(study(f"mrmc_{name}"), method=method.lower()), values, analysis)


def check_rjafroc(ours, values, analysis):
    for row in values.get("ANOVA", {}).get("VarCom", []):
        # RJafroc takes max(Cov2 - Cov3, 0) inside VarR and VarTR; we report the plain estimates, as MRMCaov does.
        clipped = getattr(ours.variance_components, "cov2", 1.0) < getattr(ours.variance_components, "cov3", 0.0)
        if not (clipped and row["row"] in ("VarR", "VarTR")):
            same(getattr(ours.variance_components, COMPONENTS[row["row"]]), row["Estimates"], rel=1e-8, abs=1e-14)
    block = values[analysis]
    test, row = ours.tests[analysis], block["FTests"][0]
    statistic = row["Chisq"] / row["DF"] if "Chisq" in row else row.get("FStat", row.get("F"))
    same(test.f, statistic, rel=1e-8)
    same(test.p, row["p"], rel=1e-8)
    mine = [one for one in ours.differences if one.analysis == analysis]
    for one, row in zip(mine, block["ciDiffTrt"], strict=True):
        same(one.se, row["StdErr"], rel=1e-8)
        same(one.outcome.low, row["CILower"], rel=1e-7, abs=1e-12)
        same(one.p, row.get("PrGTt", row.get("PrGTz")), rel=1e-7)
    for row in block["ciAvgRdrEachTrt"]:
        means = (*ours.modalities, *ours.modalities_otherwise)
        one = next(one for one in means if (one.modality, one.analysis) == (row["row"], analysis))
        same(one.se, row["StdErr"], rel=1e-8)
        same(one.outcome.low, max(0.0, row["CILower"]), rel=1e-7)
    for one, row in zip(ours.reader_differences, block.get("ciDiffTrtEachRdr", []), strict=False):
        assert row["row"] == f"{one.reader}::{one.a}-{one.b}"
        same(one.se, row["StdErr"], rel=1e-8)


@pytest.mark.parametrize("name", ["vandyke", "penedo", "dobbins2", "zanca_roc"])
@pytest.mark.parametrize("identity", ["RJafroc_ORVarComp_jackknife", "RJafroc_DBMVarComp"])
def test_rjafroc_components(name, identity):
    ours = mrmc(study(f"mrmc_{name}"), method="or" if "OR" in identity else "dbm")
    values = reference_values(f"mrmc_{name}", identity)
    for row in values["VarCom"]:
        same(getattr(ours.variance_components, COMPONENTS[row["row"]]), row["Estimates"], rel=1e-8, abs=1e-14)
    squares = values.get("TRanova") or values["TRCanova"]
    for row in squares:
        if row["row"] != "Total":
            same(ours.mean_squares[row["row"]], row["MS"], rel=1e-8)


@pytest.mark.parametrize("name", ["penedo", "dobbins2"])
def test_rjafroc_two_of_the_modalities(name):
    values = reference_values(f"mrmc_{name}", "RJafroc_Wilcoxon_OR_jackknife_RRRC_M1M2only")
    check_rjafroc(mrmc(study(f"mrmc_{name}").select(modalities=("M1", "M2"))), values, "RRRC")


@pytest.mark.parametrize("name", ["vandyke", "zanca_roc"])
@pytest.mark.parametrize("margin", ["0", "0.05"])
def test_google_health_non_inferiority(name, margin):
    values = reference_values(f"mrmc_{name}_noninferiority", f"dual_modality_orh_M2_minus_M1_margin{margin}")
    row = mrmc(study(f"mrmc_{name}"), margin=float(margin)).differences[0]
    assert (row.a, row.b, row.analysis) == ("M1", "M2", "RRRC")
    # google-health keeps its figures in single precision.
    same(-row.outcome.value, values["effect"], rel=1e-5)
    same(row.df, values["dof"], rel=1e-5)
    p = row.p if margin == "0" else row.non_inferiority.p_b_not_worse
    same(p, values["pvalue"], rel=1e-4)


@pytest.mark.parametrize("name", ["vandyke", "zanca_roc"])
@pytest.mark.parametrize("kind", ["sens", "spec"])
def test_google_health_on_calls(name, kind):
    """google-health leaves out all cases in turn, so its shares enter as a caller's function."""
    values = reference_values(f"mrmc_{name}_noninferiority", f"dual_modality_orh_binary_{kind}_ge3")

    def share(truth, rating):
        return float((rating[truth] >= 3).mean() if kind == "sens" else (rating[~truth] < 3).mean())

    row = mrmc(study(f"mrmc_{name}"), figure=CallerFigure(share, limit=1.0)).differences[0]
    assert (row.a, row.b, row.analysis) == ("M1", "M2", "RRRC")
    same(-row.outcome.value, values["effect"], rel=1e-5)
    same([-row.outcome.high, -row.outcome.low], values["ci"], rel=1e-4)
    same(row.df, values["dof"], rel=1e-5)
    same(row.p, values["pvalue"], rel=1e-5)


@pytest.mark.parametrize("subset", EDGES)
@pytest.mark.parametrize("covariance", ["jackknife", "DeLong", "unbiased"])
def test_mrmcaov_at_the_edges(subset, covariance):
    values = reference_values("edge_cases", f"MRMCaov_{subset}_{covariance}")["value"]
    table = study("edge_mrmc", subset=subset)
    if "error" in values:
        assert isinstance(mrmc(table, covariance=covariance.lower()).tests["RRRC"], Undefined)
        return
    ours = mrmc(table, covariance=covariance.lower())
    test = ours.tests["RRRC"]
    row = values["test_equality"][0]
    if isinstance(test, Undefined):
        # MRMCaov divides rounding noise or NA here.
        assert row["F"] is None or row["Denominator"] < 1e-24
        return
    check_mrmcaov(ours, values, "RRRC")


@pytest.mark.parametrize("subset", [one for one in EDGES if one != "reader_lacks_positives"])
@pytest.mark.parametrize("method", ["OR", "DBM"])
def test_rjafroc_at_the_edges(subset, method):
    values = reference_values("edge_cases", f"RJafroc_{subset}_{method}")["value"]
    ours = mrmc(study("edge_mrmc", subset=subset), method=method.lower())
    if isinstance(ours.tests["RRRC"], Undefined):
        # RJafroc stops, or divides 0 by 0.
        assert "error" in values or values["RRRC"]["FTests"][0]["FStat"] is None
        return
    row = values["RRRC"]["FTests"][0]
    same(ours.tests["RRRC"].f, row["FStat"], rel=1e-8)
    same(ours.tests["RRRC"].p, row["p"], rel=1e-8)


def test_iowa_fed_roc_negative_component_is_kept():
    assert result("published_values", "iowa_fedroc")["values"]["or_components"]["VarTR"] < 0
    # The data behind it are the highest ratings of a FROC study: the comparison is in test_froc.py.


def test_the_area_is_the_default_figure():
    assert mrmc(study("mrmc_vandyke")).figure == auc_figure().name
