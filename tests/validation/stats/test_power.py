import dataclasses
import io
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_path, reference_values
from tests.validation.stats.studies import study
from validation.stats import Reason
from validation.stats.checks import InputError
from validation.stats.cli import main
from validation.stats.froc import froc
from validation.stats.localisation import localisation_study
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_components import OrComponents, RoeMetz, or_from_roe_metz
from validation.stats.power import (
    MrmcPlan,
    auc_cases,
    auc_power,
    mrmc_power,
    paired_binary_cases,
    required_cases,
    simulated_power,
    trade_off,
)

# Printed components of the Van Dyke data (Iowa OR-DBM MRMC 2.51).
VAN_DYKE = OrComponents(0.001535, 0.0002004, 0.00080229, 0.00034661, 0.00034407, 0.00023903)


def pilot():
    return MrmcPlan(0.05, mrmc(study("mrmc_vandyke")).variance_components, 114)


@pytest.mark.parametrize("analysis", ["RRRC", "FRRC", "RRFC"])
def test_rjafroc_power(analysis):
    row = reference_values("mrmc_vandyke", "sample_size")[f"power_J6_K251_es0.05_{analysis}"][0]
    ours = mrmc_power(pilot(), 6, 251, analysis=analysis)
    assert ours.power == pytest.approx(row[f"power{analysis}"], rel=1e-9)
    assert ours.noncentrality == pytest.approx(row[f"ncp{analysis}"], rel=1e-9)
    if row.get(f"df2{analysis}") is not None:
        assert ours.df2 == pytest.approx(row[f"df2{analysis}"], rel=1e-9)


@pytest.mark.parametrize("analysis", ["RRRC", "FRRC", "RRFC"])
@pytest.mark.parametrize("readers", [4, 6, 10])
def test_rjafroc_cases(analysis, readers):
    expected = reference_values("mrmc_vandyke", "sample_size")[f"K_for_J{readers}_es0.05_power0.8_{analysis}"]
    ours = required_cases(pilot(), readers, analysis=analysis)
    if isinstance(expected, list):
        assert ours.cases == expected[0][f"K{analysis}"]
        assert ours.power == pytest.approx(expected[0][f"power{analysis}"], rel=1e-9)
    else:
        assert ours.cases == expected


@pytest.mark.parametrize("analysis", ["RRRC", "FRRC", "RRFC"])
def test_rjafroc_cases_by_dbm(analysis):
    expected = reference_values("mrmc_vandyke", "sample_size")[f"K_for_J6_es0.05_power0.8_DBM2004_{analysis}"][0]
    assert required_cases(pilot(), 6, analysis=analysis, reference="dbm").cases == expected[f"K{analysis}"]


def test_rjafroc_table():
    table = reference_values("mrmc_vandyke", "sample_size")["power_table_es0.05_RRRC"]["powerTableRRRC"]
    expected = {int(row["numReaders"]): row["numCases"] for row in table}
    for readers, ours in trade_off(pilot(), sorted(expected)):
        if isinstance(ours, type(mrmc_power(pilot(), 6, 251))):
            assert str(ours.cases) == expected[readers]
        else:
            assert expected[readers] == ">2000"


def test_rjafroc_power_of_a_free_response_study():
    # SsFrocSampleSize takes the components of wAFROC and of the inferred ROC; R's pf is exact to 1e-9 of the noncentral
    # part only, which is 1e-8 here. The factor between the two differences is of its search model, and given.
    expected = reference_values("froc_thompson", "froc_sample_size")
    marks = localisation_study(*(reference_data(f"froc_thompson_{part}") for part in ("marks", "cases", "lesions")))
    roc_difference, factor = expected["effectSizeROC"], expected["scaleFactor"]
    for figure, difference, name in (("hrauc", 1.0, "powerRoc"), ("wafroc", factor, "powerFroc")):
        plan = MrmcPlan(roc_difference * difference, froc(marks, figure).variance_components, len(marks.truth))
        assert mrmc_power(plan, 5, 100).power == pytest.approx(expected[name], rel=1e-8)


@pytest.mark.parametrize("score", ["s100b", "ndka", "wfns"])
def test_proc_one_curve(score):
    values = reference_values("roc_asah", "power")["one_curve"][score]
    ratio = values["ncontrols"] / values["ncases"]
    assert auc_cases(values["auc"], power=0.9, ratio=ratio) == pytest.approx(values["ncases"], rel=1e-8)


def test_proc_power_of_one_curve():
    values = reference_values("roc_asah", "power")["auc0.8_41_72"]
    assert auc_power(0.8, 41, 72) == pytest.approx(values["power"], rel=1e-8)


def test_power_by_hand():
    # Hillis, Obuchowski & Berbaum 2011: lambda = (J/2) d^2 / (VarTR + (K*/K)(Var - Cov1 + (J-1)(Cov2 - Cov3))).
    scale = 114 / 251
    denominator = 0.0002004 + scale * (0.00080229 - 0.00034661 + 5 * (0.00034407 - 0.00023903))
    ours = mrmc_power(MrmcPlan(0.05, VAN_DYKE, 114), 6, 251)
    assert ours.noncentrality == pytest.approx(3 * 0.05**2 / denominator, rel=1e-12)


def test_a_negative_interaction_promises_no_power():
    # RJafroc 2.1.3, SsPowerGivenJKOrVarCom: VarTR = max(VarTR, 0). The FedRoc data have such an estimate (Iowa OR-DBM).
    fed_roc = OrComponents(0.00128372, -1.093e-05, 0.00078912, 0.0002948, 0.00023331, 0.00021213)
    none = dataclasses.replace(fed_roc, var_tr=0.0)
    for analysis in ("RRRC", "RRFC", "FRRC"):
        ours, expected = (mrmc_power(MrmcPlan(0.03, one, 200), 5, 100, analysis=analysis) for one in (fed_roc, none))
        assert ours == expected
    denominator = 2.0 * (0.00078912 - 0.0002948 + 4 * (0.00023331 - 0.00021213))
    ours = mrmc_power(MrmcPlan(0.03, fed_roc, 200), 5, 100)
    assert ours.noncentrality == pytest.approx(2.5 * 0.03**2 / denominator, rel=1e-12)


def test_paired_binary_by_hand():
    # Connor 1987: (z_a sqrt(psi) + z_b sqrt(psi - d^2))^2 / d^2 with psi = 0.3, d = 0.1.
    expected = (1.959963985 * math.sqrt(0.3) + 0.841621234 * math.sqrt(0.29)) ** 2 / 0.01
    assert paired_binary_cases(0.2, 0.1) == pytest.approx(expected, rel=1e-8)


def test_simulation_agrees_with_the_formula():
    model = RoeMetz((0.9, 1.35), 0.02, 0.02, 0.25, 0.25, 0.2)
    areas, components = or_from_roe_metz(model, 60, 60)
    planned = mrmc_power(MrmcPlan(areas[1] - areas[0], components, 120), 6, 120)
    found = simulated_power(
        model, readers=6, negatives=60, positives=60, generator=np.random.default_rng(8), replicates=300
    )
    # Three standard errors of 300 replicates, and the few per cent by which the formula is approximate.
    assert found.value == pytest.approx(planned.power, abs=0.11)


@settings(max_examples=30, deadline=None)
# With two or three readers, more cases also cost degrees of freedom, and the power may fall a little.
@given(readers=st.integers(4, 20), cases=st.integers(20, 1500), analysis=st.sampled_from(["RRRC", "RRFC", "FRRC"]))
def test_more_of_anything_gives_more_power(readers, cases, analysis):
    plan = MrmcPlan(0.04, VAN_DYKE, 114)
    here = mrmc_power(plan, readers, cases, analysis=analysis).power
    assert plan.alpha <= here <= 1.0
    assert mrmc_power(plan, readers, cases + 50, analysis=analysis).power >= here - 1e-12
    assert mrmc_power(plan, readers + 1, cases, analysis=analysis).power >= here - 1e-12
    assert mrmc_power(MrmcPlan(-0.04, VAN_DYKE, 114), readers, cases, analysis=analysis).power == pytest.approx(here)


def test_what_cannot_be_planned_is_named():
    plan = MrmcPlan(0.05, VAN_DYKE, 114)
    assert mrmc_power(plan, 1, 100).reason is Reason.TOO_FEW_READERS
    assert required_cases(plan, 3).reason is Reason.TOO_FEW_READERS
    negative = OrComponents(0.0, 0.0, 0.0003, 0.0004, 0.0003, 0.0002)
    assert mrmc_power(MrmcPlan(0.05, negative, 114), 5, 100).reason is Reason.NEGATIVE_VARIANCE
    for wrong in (lambda: MrmcPlan(0.0, VAN_DYKE, 114), lambda: auc_cases(0.4), lambda: paired_binary_cases(0.2, 0.2)):
        with pytest.raises(InputError):
            wrong()


def test_command_line(capsys):
    output = io.StringIO()
    pilot_study = ["power", "--csv", str(reference_path("mrmc_vandyke")), "--difference", "0.05", "--cases", "251"]
    assert main([*pilot_study, "--json"], output) == 0
    answer = json.loads(output.getvalue())
    assert answer["power"]["RRRC"]["power"] == pytest.approx(0.89228198939156, rel=1e-9)
    assert answer["trade_off"][3] == {"readers": 6, "cases": 170, "power": pytest.approx(0.80161863984628)}


def test_command_line_with_components(capsys):
    components = "--var-tr 0.0002004 --var-error 0.00080229 --cov1 0.00034661 --cov2 0.00034407 --cov3 0.00023903"
    output = io.StringIO()
    given = ["power", "--difference", "0.05", *components.split(), "--pilot-cases", "114"]
    assert main(given, output) == 0
    assert "RRRC" in output.getvalue()
    assert main(["power", "--difference", "0.05", "--cov1", "0.1"]) == 2
    assert "give a pilot study with --csv, or also --var-tr" in capsys.readouterr().err


def test_command_line_of_one_area_and_of_pairs(capsys):
    """pROC's power.roc.test(auc = 0.8, ncases = 41, ncontrols = 72), and Connor 1987, table 1 by formula."""
    output = io.StringIO()
    assert main(["power", "--auc", "0.8", "--positives", "41", "--negatives", "72", "--json"], output) == 0
    answer = json.loads(output.getvalue())
    expected = reference_values("roc_asah", "power")["auc0.8_41_72"]["power"]
    assert answer["planned"]["power"] == pytest.approx(expected, rel=1e-8)
    enough, short = (auc_power(0.8, answer["positives"] - less, answer["negatives"] - less) for less in (0, 1))
    assert short < answer["power"] <= enough
    output = io.StringIO()
    assert main(["power", "--only-a", "0.2", "--only-b", "0.1", "--json"], output) == 0
    assert json.loads(output.getvalue())["cases"] == 234
    for wrong in ("", "--auc 0.8 --difference 0.1", "--only-a 0.2", "--auc 0.8 --positives 9", "--auc 0.8 --power 1"):
        assert main(["power", *wrong.split()]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_command_line_checked_by_simulation(capsys):
    """The formula's power within three Monte-Carlo errors of 200 studies and what it is approximate by."""
    components = "--var-tr 0.0002004 --var-error 0.00080229 --cov1 0.00034661 --cov2 0.00034407 --cov3 0.00023903"
    given = ["power", "--difference", "0.05", *components.split(), "--pilot-cases", "114", "--positive-share", "0.4"]
    output = io.StringIO()
    assert main([*given, "--area", "0.88", "--simulate", "200", "--json"], output) == 0
    answer = json.loads(output.getvalue())
    assert answer["simulated"]["value"] == pytest.approx(answer["power"]["RRRC"]["power"], abs=0.13)
    assert answer["simulated"]["n"] == 200
    assert (answer["simulated"]["positives"], answer["simulated"]["negatives"]) == (46, 68)
    assert answer["simulated"]["counted_as_0"] is None
    output = io.StringIO()
    negative = [part.replace("0.0002004", "-0.0002") for part in given]
    assert main([*negative, "--area", "0.88", "--simulate", "20", "--json"], output) == 0
    assert json.loads(output.getvalue())["simulated"]["counted_as_0"] == "var_tr"
    for wrong, complaint in (
        ([], "needs --area"),
        (["--area", "0.97"], "lies between 0.5 and 1"),
        (["--area", "0.8", "--positive-share", "1"], "leaves one class"),
        (["--area", "0.8", "--fom", "sensitivity"], "use it with --fom auc"),
    ):
        assert main([*given, *wrong, "--simulate", "9"]) == 2
        error = capsys.readouterr().err
        assert complaint in error
        assert error.count("\n") == 1


def test_the_table_is_for_the_analysis_asked_for():
    output = io.StringIO()
    study_of = ["power", "--csv", str(reference_path("mrmc_vandyke")), "--difference", "0.05", "--most-readers", "6"]
    assert main([*study_of, "--analysis", "FRRC", "--json"], output) == 0
    expected = reference_values("mrmc_vandyke", "sample_size")["K_for_J6_es0.05_power0.8_FRRC"][0]["KFRRC"]
    assert json.loads(output.getvalue())["trade_off"][-1]["cases"] == expected


@pytest.mark.parametrize("wrong", [{"positives": 0}, {"negatives": 0}, {"alpha": 0.0}, {"auc": 1.0}])
def test_plans_of_one_area_that_mean_nothing(wrong):
    with pytest.raises(InputError):
        auc_power(**{"auc": 0.8, "positives": 20, "negatives": 20, **wrong})
