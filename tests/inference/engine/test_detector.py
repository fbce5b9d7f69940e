"""The detector: the same input gives the same numbers, and places follow the patient, not the array."""

import dataclasses

import numpy as np
import pytest
import torch

from portal.demo.phantoms.anatomy import Habitus, draw_chest, lung_membership
from portal.demo.phantoms.volume import Grid, Lesion
from portal.demo.training_cases import grid_affine
from portal.inference.engine.detector import DEVICE_TOLERANCE, detect, peaks
from portal.inference.engine.training import Recipe, TrainingFailed, fit_network, train
from portal.inference.engine.volume import Volume
from portal.inference.engine.weights import Calibration, save_weights
from tests.inference.engine.conftest import quiet

LESION = Lesion("L1", (-80.0, 10.0, 0.0), 16.0, 40.0)


@pytest.fixture(scope="module")
def easy_volume():
    """A chest with one large, dense nodule."""
    rng = np.random.default_rng(4711)
    grid = Grid(20, 256, 256, 1.4, 3.5)
    habitus = Habitus.draw(rng)
    chest = draw_chest(grid, habitus, (LESION,), lung_membership(grid, habitus), rng)
    return Volume(chest.astype(np.float32), grid_affine(grid))


def test_it_finds_a_large_nodule_where_it_is(little_weights, easy_volume):
    found = detect(easy_volume, little_weights)
    best = found.findings[0]
    assert np.linalg.norm(np.subtract(best.center_mm, LESION.center_mm)) < 5
    assert best.diameter_mm == pytest.approx(LESION.diameter_mm, abs=4)
    assert found.score == best.score > 0.5
    assert easy_volume.to_patient_mm(best.slice_index, 0, 0)[2] == pytest.approx(best.center_mm[2], abs=1.8)


def test_scores_are_ordered_probabilities(little_weights, easy_volume):
    found = detect(easy_volume, little_weights)
    scores = [finding.score for finding in found.findings]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_the_heat_is_hottest_where_the_lesion_is(little_weights, easy_volume):
    """The map on its own grid, read back through its affine, points at the same millimetres as the finding."""
    found = detect(easy_volume, little_weights)
    heat = found.heat
    slice_index, row, column = np.unravel_index(np.argmax(heat.probability), heat.probability.shape)
    place = (heat.affine @ [column, row, slice_index, 1])[:3]
    assert np.linalg.norm(np.subtract(place, LESION.center_mm)) < 6
    assert heat.probability.max() == pytest.approx(found.score, abs=1e-6)
    corner = (heat.affine @ [0, 0, 0, 1])[:3]
    assert corner == pytest.approx(easy_volume.to_patient_mm(0, 0, 0))


def test_the_same_volume_gives_the_same_numbers(little_weights, easy_volume):
    assert detect(easy_volume, little_weights) == detect(easy_volume, little_weights)


def test_places_follow_the_patient(little_weights, easy_volume):
    """Turn the patient coordinates: scores stay, centres turn with them."""
    turn = np.array([[0.0, -1, 0, 5], [1, 0, 0, -7], [0, 0, 1, 11], [0, 0, 0, 1]])
    turned = dataclasses.replace(easy_volume, affine=turn @ easy_volume.affine)
    first, second = detect(easy_volume, little_weights), detect(turned, little_weights)
    assert [one.score for one in first.findings] == [one.score for one in second.findings]
    for here, there in zip(first.findings, second.findings, strict=True):
        assert (turn @ [*here.center_mm, 1])[:3] == pytest.approx(there.center_mm)


def test_peaks_are_apart_and_best_first():
    logits = np.full((9, 40, 40), -5.0, np.float32)
    logits[4, 20, 20], logits[4, 21, 21], logits[1, 5, 5] = 3.0, 2.0, 1.0
    assert peaks(logits, limit=2) == [(4, 20, 20), (1, 5, 5)]


def test_the_same_seed_trains_the_same_weights(little_cases, tmp_path):
    """What makes the digest of the demo model mean something."""
    recipe = Recipe(rounds=2, steps=6, batch=4, patches_per_case=8)

    def digest(seed):
        network = fit_network(little_cases[0][:2], dataclasses.replace(recipe, seed=seed), quiet)
        return save_weights(network, Calibration(1, 0), tmp_path / "w.safetensors")

    first = digest(1)
    assert digest(1) == first
    assert digest(2) != first


def test_calibration_needs_both_kinds_of_cases(little_cases):
    without = [case for case in little_cases[1] if not case.nodules]
    with pytest.raises(TrainingFailed, match="with and without"):
        train(little_cases[0][:1], without, Recipe(), quiet)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_cuda_and_cpu_agree(little_weights, easy_volume):
    on_cpu = detect(easy_volume, little_weights, torch.device("cpu"))
    on_cuda = detect(easy_volume, little_weights, torch.device("cuda"))
    assert on_cuda.score == pytest.approx(on_cpu.score, abs=DEVICE_TOLERANCE)
    for here, there in zip(on_cpu.findings, on_cuda.findings, strict=True):
        assert here.score == pytest.approx(there.score, abs=DEVICE_TOLERANCE)
        assert here.center_mm == pytest.approx(there.center_mm, abs=0.1)
