import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_path, reference_values
from tests.validation.stats.studies import result, study
from validation.stats import Reason
from validation.stats.cli import main
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_components import RoeMetz
from validation.stats.mrmc_design import Readings
from validation.stats.mrmc_figures import sensitivity_figure, specificity_figure
from validation.stats.mrmc_simulate import simulate
from validation.stats.mrmc_u import BCK, BDG, mrmc_u

STUDIES = {
    "mrmc_vandyke": 3,
    "mrmc_kundel": 4,
    "mrmc_penedo": 2,
    "mrmc_dobbins2": 3,
    "mrmc_zanca_roc": 3,
    "mrmc_imrmc_example": 1,
}
VIPER = ("mrmc_viper_challengeMedP", "mrmc_viper_screeningHighP", "mrmc_viper_screeningMedP")
EDGES = ("one_reader_perfect", "two_readers", "reader_lacks_positives", "below_chance")
KINDS = {"Ustat": "ustat", "MLEstat": "mle"}


def small_study(seed=0, readers=3, missing=0.0, modalities=2):
    model = RoeMetz((1.0,) * modalities, 0.05, 0.05, 0.2, 0.2, 0.2)
    generator = np.random.default_rng(seed)
    table = simulate(model, readers=readers, negatives=9, positives=8, generator=generator, thresholds=[-0.5, 0.5, 1.5])
    rating = np.where(generator.random(table.rating.shape) < missing, np.nan, table.rating)
    return Readings(table.modalities, table.readers, table.cases, table.truth, rating)


def check(ours, values, tolerance=1e-9, degrees=True):
    """Compare with doIMRMC: means, differences, per-reader areas, components."""
    for block, kind in KINDS.items():
        for row in values[block]:
            rows = (*ours.modalities, *ours.modalities_otherwise, *ours.differences)
            second = None if row["modalityB"] == "NO_MOD" else row["modalityB"]
            mine = next(one for one in rows if (one.a, one.b, one.analysis) == (row["modalityA"], second, kind))
            prefix = "AUCA" if second is None else "AUCAminusAUCB"
            assert mine.outcome.value == pytest.approx(row[prefix], rel=tolerance, abs=1e-12)
            assert mine.variance == pytest.approx(row[f"var{prefix}"], rel=max(tolerance, 1e-8), abs=1e-14)
            check_test(mine, row, tolerance, degrees=degrees)
    for row in values.get("perReader") or []:
        if row["modalityB"] == "NO_MOD" and row["varAUCA"] is not None:
            mine = next(
                one for one in ours.readers if (one.reader, one.modality) == (row["readerID"], row["modalityA"])
            )
            assert mine.outcome.value == pytest.approx(row["AUCA"], rel=tolerance)
            if mine.se is not None:
                assert mine.se**2 == pytest.approx(row["varAUCA"], rel=1e-8, abs=1e-14)


def check_test(mine, row, tolerance, *, degrees):
    if row["pValueNormal"] is None:
        assert mine.p is None
        assert "negative" in mine.outcome.note
        return
    assert mine.normal[2] == pytest.approx(row["pValueNormal"], rel=1e-6, abs=1e-11)
    assert mine.normal[:2] == pytest.approx((row["botCInormal"], row["topCInormal"]), rel=tolerance, abs=1e-9)
    if degrees:
        assert mine.df == pytest.approx(row["dfBDG"], rel=1e-7)
        assert mine.p == pytest.approx(row["pValueBDG"], rel=1e-6, abs=1e-11)
        assert mine.outcome.low == pytest.approx(row["botCIBDG"], rel=max(tolerance, 1e-8), abs=1e-9)
        assert mine.outcome.high == pytest.approx(row["topCIBDG"], rel=max(tolerance, 1e-8), abs=1e-9)


def check_components(ours, values):
    parts = {(part.a, part.b): part for part in ours.decompositions}
    for kind in ("Ustat", "MLE"):
        mine = KINDS.get(kind, "mle")
        for form, names in (("BDG", BDG), ("BCK", BCK)):
            block = values["varDecomp"][form][kind]
            for row, coefficients in zip(block["comp"], block["coeff"], strict=True):
                part = parts[row["modalityID.1"], row["modalityID.2"]]
                found = part.moments[mine] if form == "BDG" else part.components(mine)
                shares = part.coefficients if form == "BDG" else part.component_coefficients
                assert shares == pytest.approx([coefficients[name] for name in names], rel=1e-9, abs=1e-12)
                expected = [row[name] for name in names]
                if None not in expected:
                    assert found == pytest.approx(expected, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("name", STUDIES)
def test_imrmc_areas(name):
    values = reference_values(name, "iMRMC_AUC")
    ours = mrmc_u(study(name))
    check(ours, values)
    check_components(ours, values)


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("kind", ["TPF", "FPF"])
def test_imrmc_binary(name, kind):
    threshold = STUDIES[name]
    figure = sensitivity_figure(threshold) if kind == "TPF" else specificity_figure(threshold)
    values, ours = reference_values(name, f"iMRMC_{kind}_ge{threshold}"), mrmc_u(study(name), figure=figure)
    check(ours, values)
    check_components(ours, values)


def test_imrmc_missing_readings():
    values = reference_values("mrmc_vandyke", "iMRMC_AUC_missing10pct")
    ours = mrmc_u(study("mrmc_vandyke_missing10pct"))
    check(ours, values)
    check_components(ours, values)


@pytest.mark.parametrize("name", STUDIES)
def test_imrmc_java(name):
    # Java and R disagree about the degrees of freedom of modalities that share no case: ours are R's.
    ours = mrmc_u(study(name))
    check(ours, reference_values(name, "iMRMC_java_AUC"), tolerance=1e-7, degrees=name != "mrmc_kundel")


@pytest.mark.parametrize("name", VIPER)
def test_imrmc_split_plot(name):
    values, ours = reference_values(name, "iMRMC_AUC"), mrmc_u(study(name))
    check(ours, values)
    check_components(ours, values)


@pytest.mark.parametrize("name", VIPER)
@pytest.mark.parametrize("kind", ["TPF", "FPF"])
def test_imrmc_split_plot_recall(name, kind):
    # Recalled cases are rated above 100.
    figure = sensitivity_figure(100.5) if kind == "TPF" else specificity_figure(100.5)
    values, ours = reference_values(name, f"iMRMC_{kind}_recall"), mrmc_u(study(name), figure=figure)
    check(ours, values)
    check_components(ours, values)


@pytest.mark.parametrize("name", VIPER)
def test_viper_as_published(name):
    published = reference_values(name, "published_viperSummary455")
    check(mrmc_u(study(name)), published["auc"], tolerance=1e-7)
    check(mrmc_u(study(name), figure=sensitivity_figure(100.5)), published["tpf"], tolerance=1e-7)


@pytest.mark.parametrize("subset", EDGES)
def test_imrmc_at_the_edges(subset):
    values = result("edge_cases", f"iMRMC_{subset}")["values"]["value"]
    ours = mrmc_u(study("edge_mrmc", subset=subset))
    if "error" in values:
        assert ours.differences[0].outcome.low is None
        return
    check(ours, values)


@pytest.mark.parametrize("subset", ["all_perfect", "identical"])
def test_without_variance_imrmc_stops_and_ours_says_so(subset):
    assert "error" in result("edge_cases", f"iMRMC_{subset}")["values"]["value"]
    ours = mrmc_u(study("edge_mrmc", subset=subset))
    assert ours.differences[0].outcome.low is None
    assert "no variance" in ours.differences[0].outcome.note


def test_by_brute_force_over_all_pairs():
    # Moments by the definition, for a study with holes.
    table = small_study(seed=1, readers=2, missing=0.15, modalities=1)
    positive, negative = np.flatnonzero(table.truth), np.flatnonzero(~table.truth)
    sums, counts = np.zeros(8), np.zeros(8)
    scores = [
        (reader, p, n, np.heaviside(row[p] - row[n], 0.5))
        for reader, row in enumerate(table.rating[0])
        for p in positive
        for n in negative
        if not np.isnan(row[p] + row[n])
    ]
    for reader, p, n, success in scores:
        for other_reader, other_p, other_n, other_success in scores:
            index = 4 * (reader != other_reader) + 2 * (p != other_p) + (n != other_n)
            sums[index] += success * other_success
            counts[index] += 1
    part = mrmc_u(table).decompositions[0]
    assert part.moments["ustat"] == pytest.approx(sums / counts, abs=1e-12)
    shares = counts / len(scores) ** 2
    shares[7] -= 1
    assert part.coefficients == pytest.approx(shares, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), missing=st.sampled_from([0.0, 0.1, 0.3]))
def test_components_add_up_and_single_readers_agree_with_or(seed, missing):
    table = small_study(seed=seed, missing=missing)
    ours = mrmc_u(table)
    for part in ours.decompositions:
        for kind in ("ustat", "mle"):
            assert part.component_coefficients @ part.components(kind) == pytest.approx(
                part.covariance(kind), abs=1e-10
            )
    for one, other in zip(ours.readers, mrmc(table, covariance="unbiased").readers, strict=True):
        if one.se is not None and other.se is not None:
            assert one.se == pytest.approx(other.se, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_complete_readings_give_the_mean_of_readers(seed):
    table = small_study(seed=seed)
    ours, by_or = mrmc_u(table), mrmc(table)
    for one, other in zip(ours.modalities, by_or.modalities, strict=True):
        assert one.outcome.value == pytest.approx(other.outcome.value, abs=1e-12)
    for one in ours.modalities_otherwise:
        assert one.variance >= -1e-15


def test_one_reader_is_not_a_sample_of_readers():
    ours = mrmc_u(small_study(readers=1))
    assert ours.modalities[0].outcome.reason is Reason.TOO_FEW_READERS
    assert ours.differences[0].outcome.reason is Reason.TOO_FEW_READERS
    assert ours.readers[0].outcome.value > 0


def test_readers_and_modalities_that_never_overlap():
    table = small_study(readers=4)
    rating = table.rating.copy()
    rating[0, :2] = np.nan
    rating[1, 2:] = np.nan
    ours = mrmc_u(Readings(table.modalities, table.readers, table.cases, table.truth, rating))
    assert ours.differences[0].outcome.value == pytest.approx(
        ours.modalities[0].outcome.value - ours.modalities[1].outcome.value
    )
    assert ours.readers[0].outcome.reason is Reason.MISSING_READINGS


def test_one_class_only_is_named():
    table = small_study()
    for truth, reason in ((True, Reason.NO_NEGATIVE_CASES), (False, Reason.NO_POSITIVE_CASES)):
        one_class = Readings(table.modalities, table.readers, table.cases, np.full(17, truth), table.rating)
        ours = mrmc_u(one_class)
        assert {row.outcome.reason for row in (*ours.modalities, *ours.differences)} == {reason}


def test_estimates_count_their_cases():
    table = small_study()
    rating = table.rating.copy()
    rating[0, :, :2] = np.nan
    ours = mrmc_u(Readings(table.modalities, table.readers, table.cases, table.truth, rating))
    assert [row.outcome.n for row in (*ours.modalities, ours.differences[0])] == [15, 17, 17]
    assert {row.outcome.n for row in ours.readers} == {15, 17}


def test_command_line():
    output = io.StringIO()
    path = reference_path("mrmc_viper_challengeMedP")
    assert main(["mrmc-u", "--csv", str(path), "--json"], output) == 0
    answer = json.loads(output.getvalue())
    expected = reference_values("mrmc_viper_challengeMedP", "iMRMC_AUC")["Ustat"][2]
    assert answer["differences"][0]["p"] == pytest.approx(expected["pValueBDG"], rel=1e-9)
    output = io.StringIO()
    recall = ["--fom", "sensitivity", "--rating", "recall"]
    assert main(["mrmc-u", "--csv", str(path), *recall], output) == 0
    assert "FFDM - SFM" in output.getvalue()
