import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.validation.stats.reference import reference_data, reference_path, reference_values
from validation.stats.ai_vs_readers import ai_vs_readers
from validation.stats.checks import InputError
from validation.stats.cli import main
from validation.stats.lroc import alroc_figure, lroc_curve, lroc_readings, pcl_figure
from validation.stats.mrmc_figures import auc_figure
from validation.stats.results import Reason

READERS = tuple(f"R{number}" for number in range(1, 11))
FIGURES = {"PCL": pcl_figure, "ALROC": alroc_figure}


def study():
    data = reference_data("cad_nico_lroc")
    return lroc_readings(
        **{name: data[name] for name in ("reader", "modality", "case", "truth", "rating", "correct_location")}
    )


@pytest.mark.parametrize("kind", FIGURES)
@pytest.mark.parametrize("fpf", ["0.05", "0.1", "0.2", "0.5", "1"])
def test_rjafroc_figures_of_merit(kind, fpf):
    table, figure = study(), FIGURES[kind](float(fpf))
    ours = [figure.value(table.truth, table.rating[0, table.readers.index(reader)]) for reader in READERS]
    theirs = reference_values("cad_nico_lroc", f"fom_{kind}_FPF{fpf}")
    assert ours[: len(theirs)] == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("kind", FIGURES)
@pytest.mark.parametrize("fpf", ["0.05", "0.2"])
@pytest.mark.parametrize("form", ["1T-RRFC", "1T-RRRC"])
def test_rjafroc_cad_against_radiologists(kind, fpf, form):
    values = reference_values("cad_nico_lroc", f"CadVsRad_{kind}_FPF{fpf}_{form}")
    ours = ai_vs_readers(study(), "R1", figure=FIGURES[kind](float(fpf)))
    row = next(row for row in ours.differences if row.analysis == form)
    assert -row.outcome.value == pytest.approx(values["avgDiffFom"], rel=1e-8)
    assert row.p == pytest.approx(values["pval"], rel=1e-7)
    assert row.df == pytest.approx(values["df"], rel=1e-7)


@pytest.mark.parametrize("form", ["1T-RRFC", "1T-RRRC"])
def test_rjafroc_ratings_alone(form):
    data = reference_data("cad_nico_lroc")
    columns = {name: data[name] for name in ("reader", "modality", "case", "truth", "rating")}
    table = lroc_readings(**columns, correct_location=np.ones(len(data)))
    theirs = reference_values("cad_nico_lroc", "fom_Wilcoxon")
    figure = auc_figure()
    ours = [figure.value(table.truth, table.rating[0, table.readers.index(reader)]) for reader in READERS]
    assert ours[: len(theirs)] == pytest.approx(theirs, rel=1e-9)
    row = next(row for row in ai_vs_readers(table, "R1").differences if row.analysis == form)
    assert row.p == pytest.approx(reference_values("cad_nico_lroc", f"CadVsRad_Wilcoxon_{form}")["pval"], rel=1e-8)


def test_rjafroc_curve():
    points = reference_values("cad_nico_lroc", "curve_LROC_R1")
    assert points.pop() == {"x": 1, "y": points[-1]["y"]}  # RJafroc repeats the last point
    ours = lroc_curve(study(), "M1", "R1")
    assert ours["x"] == pytest.approx([point["x"] for point in points], abs=1e-12)
    assert ours["y"] == pytest.approx([point["y"] for point in points], abs=1e-12)


def small(truth, rating, located):
    number = len(truth)
    return lroc_readings(
        reader=["A"] * number,
        modality=["m"] * number,
        case=range(number),
        truth=truth,
        rating=rating,
        correct_location=located,
    )


def test_curves_by_hand_and_what_has_none():
    curve = lroc_curve(small([0, 0, 1, 1, 1], [1, 2, 3, 2, 4], [0, 0, 1, 1, 0]), "m", "A")
    assert curve["x"].tolist() == [0.0, 0.0, 0.5, 1.0]
    assert curve["y"].tolist() == pytest.approx([0.0, 1 / 3, 2 / 3, 2 / 3])
    assert lroc_curve(small([1, 1], [1, 2], [1, 1]), "m", "A").reason is Reason.NO_NEGATIVE_CASES
    assert lroc_curve(small([0, 0], [1, 2], [0, 0]), "m", "A").reason is Reason.NO_POSITIVE_CASES
    everything_equal = lroc_curve(small([0, 1], [2, 2], [0, 1]), "m", "A")
    assert [everything_equal[axis].tolist() for axis in "xy"] == [[0.0, 1.0], [0.0, 1.0]]
    nothing_found = lroc_curve(small([0, 1], [-np.inf, 5], [0, 0]), "m", "A")
    assert [nothing_found[axis].tolist() for axis in "xy"] == [[0.0], [0.0]]
    with pytest.raises(InputError, match="there is no reader 'B'"):
        lroc_curve(small([0, 1], [1, 2], [0, 1]), "m", "B")


def test_by_hand():
    # Negatives 1, 2; positives located at 3, 2 and one wrong. The curve rises to 1/3 at FPF 0 (threshold 3),
    # goes to (1/2, 2/3) in one slanted step (threshold 2), and on to (1, 2/3).
    table = lroc_readings(
        reader=["A"] * 5,
        modality=["m"] * 5,
        case=range(5),
        truth=[0, 0, 1, 1, 1],
        rating=[1, 2, 3, 2, 4],
        correct_location=[0, 0, 1, 1, 0],
    )
    rating = table.rating[0, 0]
    assert pcl_figure(0.5).value(table.truth, rating) == pytest.approx(2 / 3)
    assert pcl_figure(0.25).value(table.truth, rating) == pytest.approx(0.5)
    assert pcl_figure(1.0).value(table.truth, rating) == pytest.approx(2 / 3)
    assert alroc_figure(1.0).value(table.truth, rating) == pytest.approx(0.5 * 0.5 + 0.5 * 2 / 3)
    assert alroc_figure(0.25).value(table.truth, rating) == pytest.approx(0.25 * (1 / 3 + 1 / 2) / 2)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 5), st.booleans()), min_size=4, max_size=30))
def test_bounds(rows):
    truth, rating, located = (np.array(column) for column in zip(*rows, strict=True))
    if truth.all() or not truth.any():
        return
    number = len(rows)
    table = lroc_readings(
        reader=["A"] * number,
        modality=["m"] * number,
        case=range(number),
        truth=truth,
        rating=rating,
        correct_location=located,
    )
    share = (located & truth).sum() / truth.sum()
    value = pcl_figure(1.0).value(table.truth, table.rating[0, 0])
    assert -1e-12 <= alroc_figure(1.0).value(table.truth, table.rating[0, 0]) <= value + 1e-12 <= share + 2e-12


def test_a_fraction_outside_is_refused():
    with pytest.raises(InputError, match="above 0 and up to 1, not 0"):
        pcl_figure(0.0)


def test_command_line():
    output = io.StringIO()
    path = str(reference_path("cad_nico_lroc"))
    assert main(["lroc", "--csv", path, "--fpf", "0.05", "--ai-reader", "R1", "--json"], output) == 0
    expected = reference_values("cad_nico_lroc", "CadVsRad_PCL_FPF0.05_1T-RRRC")["pval"]
    assert json.loads(output.getvalue())["differences"][0]["p"] == pytest.approx(expected, rel=1e-8)
    output = io.StringIO()
    assert main(["lroc", "--csv", path, "--fom", "alroc"], output) == 0
    assert "M1" in output.getvalue()
    output = io.StringIO()
    assert main(["lroc", "--csv", path, "--curve", "--json"], output) == 0
    first = json.loads(output.getvalue())["readers"][0]
    assert (first["reader"], first["y"][-1]) == ("R1", pytest.approx(0.675))
