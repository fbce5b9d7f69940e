"""Figures without each case in closed form, against taking the case away and reading the curve anew."""

import numpy as np
import pytest

from validation.stats.mrmc_figures import (
    CurveFigure,
    expected_utility_figure,
    partial_auc_figure,
    sensitivity_at_figure,
    specificity_at_figure,
)

RANGES = ((0.8, 1.0), (0.0, 0.2), (0.3, 0.7), (0.0, 1.0), (0.5, 0.50001))
FIGURES = [
    *(partial_auc_figure(low, high, axis="specificity") for low, high in RANGES),
    *(partial_auc_figure(low, high, axis="sensitivity", normalised=True) for low, high in RANGES),
    *(make(at) for make in (sensitivity_at_figure, specificity_at_figure) for at in (0.0, 0.1, 0.5, 0.9, 1.0)),
    *(expected_utility_figure(slope) for slope in (0.3, 1.0, 3.0)),
]


def samples() -> list[tuple[np.ndarray, np.ndarray]]:
    """Small samples: continuous, with many ties, with no marks (-inf), all alike."""
    rng = np.random.default_rng(20250301)
    found = []
    for trial in range(120):
        size = int(rng.integers(4, 24))
        truth = rng.permutation(np.arange(size) < rng.integers(2, size - 1))
        values = (rng.standard_normal(size), rng.integers(0, 3, size), rng.integers(0, 9, size))[trial % 3]
        rating = values + truth * (trial % 2) * 1.0
        if trial % 7 == 0:
            rating[rng.random(size) < 0.3] = -np.inf
        if trial % 40 == 0:
            rating[:] = 1.0
        found.append((truth, rating))
    return found


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_closed_form_is_the_figure_without_the_case(figure: CurveFigure) -> None:
    for truth, rating in samples():
        keep = ~np.eye(len(truth), dtype=bool)
        one_by_one = [figure.value(truth[row], rating[row]) for row in keep]
        np.testing.assert_allclose(figure.leave_one_out(truth, rating), one_by_one, rtol=0.0, atol=1e-12)


def test_a_figure_without_a_closed_form_is_read_off_every_curve() -> None:
    figure = CurveFigure("largest-youden", 1.0, lambda fpf, tpf: np.max(tpf - fpf, axis=1))
    for truth, rating in samples():
        closed = expected_utility_figure(1.0).leave_one_out(truth, rating)
        np.testing.assert_allclose(figure.leave_one_out(truth, rating), closed, rtol=0.0, atol=1e-12)
