import io
import json

import numpy as np
import pytest

from tests.validation.stats.reference import reference_path, reference_values
from tests.validation.stats.studies import study
from validation.stats.checks import InputError
from validation.stats.cli import main
from validation.stats.mrmc import mrmc
from validation.stats.mrmc_binormal import BinormalFigure, binormal_figure
from validation.stats.roc_binormal import binormal_auc, category_counts, limiting_area

COMPONENTS = {
    "reader": "var_r",
    "modality:reader": "var_tr",
    "Error": "var_error",
    "Cov1": "cov1",
    "Cov2": "cov2",
    "Cov3": "cov3",
}


def check(ours, values, tolerance):
    for row in values["vcov_comps"]:
        assert getattr(ours.variance_components, COMPONENTS[row["row"]]) == pytest.approx(
            row["Estimate"], rel=tolerance
        )
    test, expected = ours.tests["RRRC"], values["test_equality"][0]
    assert (test.f, test.df2, test.p) == pytest.approx(
        (expected["F"], expected["df2"], expected["p-value"]), rel=tolerance
    )
    figures = {(row.modality, row.reader): row.outcome.value for row in ours.readers}
    for row in values["theta"]:
        assert figures[row["modality"], row["reader"]] == pytest.approx(row["binormal_auc"], rel=1e-5)


def test_mrmcaov_penedo():
    check(
        mrmc(study("mrmc_penedo"), figure=binormal_figure()), reference_values("mrmc_penedo", "OR_binormal_auc"), 1e-4
    )


class StoppedEarly(BinormalFigure):
    """MRMCaov's area in place of the limit, for the one leave-one-out data set that fits perfectly."""

    def leave_one_out(self, truth, rating):
        areas = BinormalFigure.leave_one_out(self, truth, rating)
        return np.where(np.isclose(areas, 42 / 44, atol=1e-12), 0.954579, areas)


def test_mrmcaov_van_dyke():
    """One of 1140 leave-one-out fits has no maximum (R4 in M1 without the positive case rated 2).

    Its operating points inside the square share the TPF 42/44, so the likelihood grows towards b = 0 and the area
    42/44 = 0.954545. MRMCaov stops on the way, at 0.95458, which moves the components by up to 6e-4.
    """
    values, table = reference_values("mrmc_vandyke", "OR_binormal_auc"), study("mrmc_vandyke")
    check(mrmc(table, figure=binormal_figure()), values, 1e-3)
    # With that one number as there, all six components, F, df and p agree.
    check(mrmc(table, figure=StoppedEarly()), values, 1e-4)


def test_areas_without_each_case_are_fresh_fits():
    generator = np.random.default_rng(4)
    truth = np.arange(60) % 2 == 1
    for rating in (
        np.digitize(generator.normal(truth * 1.2, 1), [-0.5, 0.5, 1.3]).astype(float),
        generator.normal(truth * 1.0, 1 + 0.4 * truth),
    ):
        figure = binormal_figure()
        areas = figure.leave_one_out(truth, rating)
        for case in range(0, 60, 7):
            kept = np.arange(60) != case
            assert areas[case] == pytest.approx(binormal_auc(truth[kept], rating[kept]).value, abs=1e-7)
        weight = np.ones((2, 60))
        weight[1, 7] = 0
        assert figure.reweighted(truth, rating)(weight) == pytest.approx(
            [figure.value(truth, rating), areas[7]], abs=1e-7
        )


@pytest.mark.parametrize(
    ("negatives", "positives", "area"),
    [
        # Up the left side and along the top, and the mirror image.
        ([5, 3, 0], [0, 2, 6], 1.0),
        ([0, 2, 6], [5, 3, 0], 0.0),
        # Points (0, 0.6), (0.25, 0.8), (0.5, 0.8): up to 0.8, across.
        ([4, 2, 2, 0], [2, 0, 2, 6], 0.8),
        # Points (0.2, 0), (0.2, 0.5), (0.2, 1): along the bottom to 0.2, up.
        ([8, 0, 0, 2], [0, 4, 4, 0], 0.8),
        ([4, 4, 2, 0], [1, 3, 5, 1], None),
        # One point inside the square alone.
        ([6, 4], [3, 7], None),
    ],
)
def test_the_area_that_the_likelihood_tends_to(negatives, positives, area):
    counts = np.array([negatives, positives], dtype=float)
    assert limiting_area(counts) == (None if area is None else pytest.approx(area))


def test_monotone_transforms_and_mirrored_ratings():
    table = study("mrmc_zanca_roc")
    plain = mrmc(table, figure=binormal_figure())
    moved = mrmc(table.with_rating(np.exp(table.rating)), figure=binormal_figure())
    assert moved.tests["RRRC"].p == pytest.approx(plain.tests["RRRC"].p, rel=1e-6)
    turned = mrmc(table.with_rating(-table.rating), figure=binormal_figure())
    assert turned.tests["RRRC"].p == pytest.approx(plain.tests["RRRC"].p, rel=1e-5)
    areas = [row.outcome.value for row in turned.readers]
    assert areas == pytest.approx([1 - row.outcome.value for row in plain.readers], rel=1e-6)


def test_one_threshold_is_refused_by_name():
    table = study("mrmc_vandyke")
    binary = table.with_rating(np.where(table.rating >= 3, 1.0, 0.0))
    with pytest.raises(InputError, match="one operating point says too little; use auc"):
        mrmc(binary, figure=binormal_figure())


def test_counts_are_runs():
    counts = category_counts(np.array([0, 0, 1, 1, 0]) == 1, np.array([1.0, 2.0, 3.0, 4.0, 4.0]))
    assert counts.tolist() == [[2, 0, 1], [0, 1, 1]]


def test_command_line():
    output = io.StringIO()
    arguments = ["mrmc", "--csv", str(reference_path("mrmc_penedo")), "--fom", "binormal-auc", "--json"]
    assert main(arguments, output) == 0
    answer = json.loads(output.getvalue())
    assert answer["fom"] == "binormal-auc"
    assert answer["tests"]["RRRC"]["p"] == pytest.approx(0.754872931812277, rel=1e-4)
