"""How alike two maps are: closed forms, and what has to hold of any two."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.inference.explanation_jobs import depends_on_weights
from portal.inference.weights_check import MOST_STAGES, similarity, stage_counts


def noise(seed, shape=(9, 8, 10)):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_ranks_are_those_of_absolute_values():
    """Spearman by hand: 1 - 6 * sum(d^2) / (n (n^2 - 1)) with ranks 1 2 3 4 against 2 1 4 3 is 1 - 24 / 60."""
    one = np.array([-1, 2, -3, 4], np.float32).reshape(1, 2, 2)
    other = np.array([20, -10, 40, -30], np.float32).reshape(1, 2, 2)
    found = similarity(one, other)
    assert found.spearman == pytest.approx(0.6)
    assert (found.ssim, "2 cells wide" in found.reason) == (None, True)
    assert similarity(one, np.array([4, 3, 2, 1], np.float32).reshape(1, 2, 2)).spearman == pytest.approx(-1)


def test_structural_similarity_of_constant_images_is_that_of_their_means():
    """Wang 2004, equation 13: without variance only luminance is left, (2ab + c1) / (a^2 + b^2 + c1), c1 = 0.01^2.

    One far corner is 1 in both, so that they are scaled alike; the mean of SSIM leaves the border out.
    """
    one, other = np.full((1, 40, 40), 0.5, np.float32), np.full((1, 40, 40), 0.25, np.float32)
    one[0, 0, 0] = other[0, 0, 0] = 1
    luminance = (2 * 0.5 * 0.25 + 1e-4) / (0.5**2 + 0.25**2 + 1e-4)
    # The corner touches 16 of the 34 x 34 windows.
    assert similarity(one, other).ssim == pytest.approx(luminance, abs=16 / 34**2)


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.floats(0.1, 10))
def test_a_map_is_wholly_like_itself_and_no_pair_is_more_alike(seed, other_seed, scale):
    one, other = noise(seed), noise(other_seed)
    assert list(similarity(one, -scale * one)[:2]) == pytest.approx([1, 1], abs=1e-5)
    found, back = similarity(one, other), similarity(other, one)
    assert list(found[:2]) == pytest.approx(list(back[:2]))
    assert all(value is not None and -1 <= value <= 1 + 1e-9 for value in found[:2])


def test_of_a_flat_map_nothing_is_said():
    flat = np.zeros((3, 4, 5), np.float32)
    found = similarity(noise(1, flat.shape), flat)
    assert found[:2] == (None, None)
    assert "redrawn weights is the same everywhere" in found.reason


@given(st.integers(1, 400))
def test_stages_begin_with_the_last_layer_and_end_with_all(layers):
    counts = stage_counts(layers)
    assert (counts[0], counts[-1]) == (1, layers)
    assert counts == sorted(set(counts))
    assert len(counts) == min(layers, MOST_STAGES)


def test_without_weights_there_is_no_stage():
    assert stage_counts(0) == []


def test_the_last_stage_decides():
    assert depends_on_weights([{"spearman": 0.9}, {"spearman": -0.49}]) is True
    assert depends_on_weights([{"spearman": 0.1}, {"spearman": 0.5}]) is False
    assert depends_on_weights([{"spearman": 0.1}, {"spearman": None}]) is None
