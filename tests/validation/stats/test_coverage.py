"""95 % intervals of the main methods hold the true figure of a Roe-Metz model (table of docs/statistics.md)."""

import numpy as np
import pytest

from bench.coverage import SEED, SETTINGS, areas_of_these_cases, areas_of_these_readers, coverage, draw, true_areas
from tests.thorough import is_thorough
from validation.stats.mrmc_components import or_from_roe_metz

REPLICATES = 600 if is_thorough() else 200
# Three standard errors of a share of 0.95 in so many studies.
NOISE = 3.0 * np.sqrt(0.95 * 0.05 / REPLICATES)
# Above 97 %: the MLE components cannot be negative and so overstate the variance (Gallas 2006, Acad Radiol 13:353).
# Below 93 %: DeLong's normal interval near 1 (Newcombe 2006, Stat Med 25:559); the logit and Newcombe's hold.
ABOVE = {"`mrmc-u` A − B, full cross, MLE"}
BELOW = {"`roc` AUC, DeLong"}


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS[2:3], ids=lambda one: one.name)
def test_intervals_hold_the_truth_as_often_as_they_say(setting):
    tally = coverage(setting, REPLICATES, np.random.default_rng(SEED))
    assert len(tally) == 19
    for name, (held, existing) in tally.items():
        assert existing == REPLICATES, name
        share = held / existing
        assert share >= (0.90 if name in BELOW else 0.93) - NOISE, (name, share)
        assert share <= 0.97 + NOISE or name in ABOVE, (name, share)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_the_true_figures_are_closed_forms(setting):
    areas, _ = or_from_roe_metz(setting.model, 20, 20)
    assert true_areas(setting) == pytest.approx(np.asarray(areas), rel=1e-12)


def test_areas_given_cases_or_readers_average_to_those_over_both():
    setting = SETTINGS[0]
    generator = np.random.default_rng(SEED)
    drawn = [draw(setting, generator) for _ in range(2000)]
    for given in (areas_of_these_cases, areas_of_these_readers):
        found = np.array([given(setting, one) for one in drawn])
        error = found.std(axis=0, ddof=1) / np.sqrt(len(drawn))
        assert (np.abs(found.mean(axis=0) - true_areas(setting)) < 4.0 * error).all()
