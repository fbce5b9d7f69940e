import io
import json

import numpy as np
import pandas as pd
import pytest

from tests.validation.stats.reference import reference_data, reference_path, reference_values
from tests.validation.stats.studies import study
from validation.stats import Reason, compare_paired_auc, paired_binary
from validation.stats.ai_vs_readers import ai_vs_readers
from validation.stats.checks import InputError
from validation.stats.cli import main
from validation.stats.margins import paired_margin_test
from validation.stats.mrmc_components import RoeMetz
from validation.stats.mrmc_design import Readings, readings
from validation.stats.mrmc_figures import CallerFigure, sensitivity_figure, specificity_figure
from validation.stats.mrmc_simulate import simulate

SETS = ("cad_nico_roc", "cad_dobbins2_m3")


def small_study(seed=0, readers=4):
    model = RoeMetz((1.0,), 0.05, 0.05, 0.2, 0.2, 0.2)
    generator = np.random.default_rng(seed)
    return simulate(
        model, readers=readers, negatives=20, positives=16, generator=generator, thresholds=[-0.5, 0.5, 1.5]
    )


@pytest.mark.parametrize("name", SETS)
def test_rjafroc_random_readers_and_cases(name):
    values = reference_values(name, "CadVsRad_Wilcoxon_1T-RRRC")
    ours = ai_vs_readers(study(name), "R1")
    row = ours.differences[0]
    assert ours.ai_figure == pytest.approx(values["fomCAD"], rel=1e-9)
    assert np.mean(list(ours.reader_figures.values())) == pytest.approx(values["avgRadFom"], rel=1e-9)
    # RJafroc gives readers minus CAD.
    assert row.outcome.value == pytest.approx(-values["avgDiffFom"], rel=1e-9)
    assert (-row.outcome.high, -row.outcome.low) == pytest.approx(values["CIAvgDiffFom"], rel=1e-8)
    assert row.df == pytest.approx(values["df"], rel=1e-7)
    assert abs(row.statistic) == pytest.approx(values["Tstat"], rel=1e-8)
    assert row.p == pytest.approx(values["pval"], rel=1e-8)
    assert ours.variance_components["var_r"] == pytest.approx(values["varR"], rel=1e-8)
    assert ours.variance_components["var_error"] == pytest.approx(values["varError"], rel=1e-8)
    assert ours.variance_components["cov2"] == pytest.approx(values["cov2"], rel=1e-8)
    two = reference_values(name, "CadVsRad_Wilcoxon_2T-RRRC")
    # The two-treatment form is the same test (its components mean nothing); FStat is the square of t.
    assert row.statistic**2 == pytest.approx(two["FStat"], rel=1e-6)
    assert row.p == pytest.approx(two["pval"], rel=1e-6)


@pytest.mark.parametrize("name", SETS)
def test_rjafroc_fixed_cases(name):
    values = reference_values(name, "CadVsRad_Wilcoxon_1T-RRFC")
    row = ai_vs_readers(study(name), "R1").differences[1]
    assert row.df == values["df"]
    assert row.p == pytest.approx(values["pval"], rel=1e-8)
    assert (-row.outcome.high, -row.outcome.low) == pytest.approx(values["CIAvgDiffFom"], rel=1e-8)


@pytest.mark.parametrize("form", ["1T-RRRC", "1T-RRFC"])
def test_rjafroc_seven_of_the_readers(form):
    values = reference_values("cad_nico_roc", f"CadVsRad_Wilcoxon_{form}_readers1to7")
    table = study("cad_nico_roc").select(readers=tuple(f"R{number}" for number in range(1, 8)))
    row = next(row for row in ai_vs_readers(table, "R1").differences if row.analysis == form)
    assert row.p == pytest.approx(values["pval"], rel=1e-8)
    assert row.df == pytest.approx(values["df"], rel=1e-7)


@pytest.mark.parametrize("margin", ["0", "0.05", "0.1"])
def test_google_health_non_inferiority(margin):
    values = reference_values("cad_nico_roc_noninferiority", f"model_vs_readers_orh_margin{margin}")
    row = ai_vs_readers(study("cad_nico_roc"), "R1", margin=float(margin)).differences[0]
    assert row.outcome.value == pytest.approx(values["effect"], rel=1e-9)
    p = row.p if margin == "0" else row.non_inferiority.p_a_not_worse
    assert p == pytest.approx(values["pvalue"], rel=1e-8)


@pytest.mark.parametrize("kind", ["sens", "spec", "mean_sens_spec"])
def test_google_health_on_calls(kind):
    """google-health leaves out all cases in turn, so its figures enter as a caller's function."""
    values = reference_values("cad_nico_roc_noninferiority", f"model_vs_readers_orh_binary_{kind}_above_reader_median")
    data = reference_data("cad_nico_roc")
    median = data.groupby("reader").rating.transform("median")
    columns = {name: data[name] for name in ("reader", "modality", "case", "truth")}
    table = readings(**columns, rating=(data.rating > median).astype(float))

    def share(truth, rating):
        sens, spec = rating[truth].mean(), 1.0 - rating[~truth].mean()
        return {"sens": sens, "spec": spec, "mean_sens_spec": (sens + spec) / 2}[kind]

    row = ai_vs_readers(table, "R1", figure=CallerFigure(share)).differences[0]
    assert row.outcome.value == pytest.approx(values["effect"], rel=1e-5)
    assert row.p == pytest.approx(values["pvalue"], rel=1e-5)
    assert row.df == pytest.approx(values["dof"], rel=1e-4)


def test_each_reader_is_the_paired_delong_test():
    table = small_study()
    ours = ai_vs_readers(table, "R2", covariance="delong")
    row = next(row for row in ours.differences if row.reader == "R3")
    pair = compare_paired_auc(table.truth.astype(int), table.rating[0, 1], table.rating[0, 2])
    assert row.outcome.value == pytest.approx(pair.difference.value, abs=1e-12)
    assert row.p == pytest.approx(pair.test.p, rel=1e-9)


def test_majority_and_operating_points():
    truth = [0, 0, 1, 1]
    calls = {"AI": [0, 1, 1, 1], "A": [0, 0, 1, 1], "B": [1, 0, 1, 0], "C": [0, 0, 0, 1]}
    table = readings(
        reader=np.repeat(list(calls), 4),
        modality=["m"] * 16,
        case=[1, 2, 3, 4] * 4,
        truth=truth * 4,
        rating=np.concatenate(list(calls.values())),
    )
    ours = ai_vs_readers(table, "AI", threshold=1.0)
    # Two of three: cases 3 and 4.
    assert ours.majority.to_json() == paired_binary(truth, calls["AI"], [0, 0, 1, 1]).to_json()
    first = ours.operating_points[1]
    assert (first.reader, first.sensitivity, first.specificity) == ("B", 0.5, 0.5)
    assert (first.ai_sensitivity, first.ai_specificity) == (1.0, 0.5)


def test_mirrored_ratings_turn_the_sign():
    table = small_study(seed=4)
    one = ai_vs_readers(table, "R1").differences[0]
    other = ai_vs_readers(table.with_rating(-table.rating), "R1").differences[0]
    assert one.outcome.value == pytest.approx(-other.outcome.value, abs=1e-12)
    assert one.p == pytest.approx(other.p, rel=1e-9)


def test_degenerate_comparisons_are_named():
    table = small_study()
    one_reader = ai_vs_readers(table.select(readers=("R1", "R2")), "R1")
    assert one_reader.differences[0].p is None
    assert "two at least" in one_reader.differences[0].outcome.note
    assert one_reader.differences[3].p is not None
    same = ai_vs_readers(table.with_rating(np.broadcast_to(table.rating[0, 0], table.rating.shape)), "R1")
    assert all(row.p is None for row in same.differences)
    no_positive = Readings(table.modalities, table.readers, table.cases, np.zeros(36, dtype=bool), table.rating)
    assert ai_vs_readers(no_positive, "R1").reader_mean.reason is Reason.NO_POSITIVE_CASES


def test_wrong_requests_are_refused():
    table = small_study()
    with pytest.raises(InputError, match="no reader 'X'; the readers are R1, R2, R3, R4"):
        ai_vs_readers(table, "X")
    with pytest.raises(InputError, match="no reader beside the AI"):
        ai_vs_readers(table.select(readers=("R1",)), "R1")


def test_command_line(tmp_path, capsys):
    path = reference_path("cad_nico_roc")
    output = io.StringIO()
    arguments = ["ai-vs-readers", "--csv", str(path), "--ai-reader", "R1", "--margin", "0.05", "--threshold", "30"]
    assert main([*arguments, "--json"], output) == 0
    answer = json.loads(output.getvalue())
    assert answer["differences"][0]["p"] == pytest.approx(0.3210474, abs=1e-6)
    assert len(answer["operating_points"]) == 9
    output = io.StringIO()
    assert main(arguments, output) == 0
    assert "mean of readers" in output.getvalue()
    two = tmp_path / "two.csv"
    data = pd.read_csv(path)
    pd.concat([data, data.assign(modality="M2")]).to_csv(two, index=False)
    assert main(["ai-vs-readers", "--csv", str(two), "--ai-reader", "R1"]) == 2
    assert "one modality is compared at a time" in capsys.readouterr().err
    assert main(["ai-vs-readers", "--csv", str(two), "--ai-reader", "R1", "--of-modality", "M2"], io.StringIO()) == 0


def test_an_ai_that_copies_a_reader():
    for seed in range(5):
        table = small_study(seed)
        rating = table.rating.copy()
        rating[0, 0] = rating[0, 1]
        copied = ai_vs_readers(table.with_rating(rating), "R1")
        row = next(one for one in copied.differences if one.reader == "R2")
        assert (row.outcome.value, row.p) == (0.0, None)
        assert "no variance" in row.outcome.note
        alone = ai_vs_readers(table.with_rating(np.broadcast_to(rating[:, :1], rating.shape)), "R1")
        assert all(one.p is None for one in alone.differences)


def test_operating_points_without_a_class_are_named():
    table = small_study()
    rating = table.rating.copy()
    rating[0, 1, ~table.truth] = np.nan
    ours = ai_vs_readers(
        Readings(table.modalities, table.readers, table.cases, table.truth, rating),
        "R1",
        figure=sensitivity_figure(3.0),
        threshold=3.0,
    )
    first, second = ours.operating_points[:2]
    assert first.specificity.reason is first.ai_sensitivity.reason is Reason.NO_NEGATIVE_CASES
    assert first.sensitivity == pytest.approx(np.mean(rating[0, 1, table.truth] >= 3.0))
    assert 0.0 <= second.ai_sensitivity <= 1.0
    assert json.loads(json.dumps(ours.to_json()))["operating_points"][0]["specificity"]["undefined"]


def test_the_majority_against_a_margin():
    ours = ai_vs_readers(small_study(3), "R1", threshold=2.0, margin=0.1)
    for measure in ("sensitivity", "specificity"):
        counts = getattr(ours.majority, measure).counts
        tests = ours.majority_margins[measure]
        for kind in ("superiority", "non-inferiority", "equivalence"):
            assert tests[kind] == paired_margin_test(counts, margin=0.1, kind=kind)
        # Tango 1998: non-inferiority at p < alpha / 2 exactly where the score interval lies above -margin.
        assert (tests["non-inferiority"].p < 0.025) == (getattr(ours.majority, measure).difference.low > -0.1)
    assert ai_vs_readers(small_study(3), "R1", threshold=2.0).majority_margins == {}


@pytest.mark.parametrize("figure", [sensitivity_figure, specificity_figure])
def test_an_ai_on_its_own_scale(figure):
    table = small_study(5)
    rating = table.rating.copy()
    rating[0, 0] = (rating[0, 0] - 1.0) / 4.0  # probabilities: 0.5 is what 3 is to the readers
    ours = ai_vs_readers(table.with_rating(rating), "R1", figure=figure(3.0), threshold=3.0, ai_threshold=0.5)
    same = ai_vs_readers(table, "R1", figure=figure(3.0), threshold=3.0)
    assert ours.ai_figure == same.ai_figure == getattr(same.majority, figure(3.0).name).a.value
    assert ours.differences == same.differences
    assert ours.majority == same.majority
