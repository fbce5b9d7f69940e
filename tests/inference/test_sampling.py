"""Samples of a case: how it is shown, and what a linear model and a layer with known dropout say of them."""

import hashlib
import io

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.uploaded import load_model
from portal.inference.model_process import Deadline, Limits, ModelProcess
from portal.inference.sampling import (
    AS_IT_IS,
    Augmentation,
    Sampling,
    augmentations_of,
    augmented,
    dropout_seeds,
    number_of_ways,
    sampling_problems,
)
from tests.inference.made_models import SHAPE, Score, torchscript

ALL_FLIPS = {"flips": ["SLICES", "ROWS", "COLUMNS"], "maximum_shift_voxels": 0}


def asked(method="TEST_TIME_AUGMENTATION", samples=8, seed=1):
    return {"method": method, "samples": samples, "seed": seed}


def volume(seed=3):
    return np.random.default_rng(seed).uniform(-1, 1, SHAPE[2:]).astype(np.float32)


def test_all_flips_are_the_eight_orders_of_the_axes():
    ways = augmentations_of(Sampling("TEST_TIME_AUGMENTATION", 8, 1, ALL_FLIPS))
    assert ways[0] == AS_IT_IS
    assert len(set(ways)) == number_of_ways(ALL_FLIPS) == 8
    shown = {augmented(volume(), way).tobytes() for way in ways}
    by_hand = {
        np.ascontiguousarray(volume()[::z, ::y, ::x]).tobytes() for z in (1, -1) for y in (1, -1) for x in (1, -1)
    }
    assert shown == by_hand


def test_a_shift_by_hand_repeats_the_border():
    line = np.arange(4, dtype=np.float32).reshape(1, 1, 4)
    assert augmented(line, Augmentation((), (0, 0, 1))).ravel().tolist() == [0, 0, 1, 2]
    assert augmented(line, Augmentation((), (0, 0, -2))).ravel().tolist() == [2, 3, 3, 3]
    assert augmented(line, Augmentation((2,), (0, 0, 1))).ravel().tolist() == [3, 3, 2, 1]


@given(
    flips=st.sets(st.sampled_from(["SLICES", "ROWS", "COLUMNS"])),
    shift=st.integers(0, 2),
    samples=st.integers(2, 64),
    seed=st.integers(0, 2**31 - 1),
)
def test_ways_are_different_allowed_and_the_same_again(flips, shift, samples, seed):
    allowed = {"flips": sorted(flips), "maximum_shift_voxels": shift}
    sampling = Sampling("TEST_TIME_AUGMENTATION", samples, seed, allowed)
    ways = augmentations_of(sampling)
    assert ways == augmentations_of(sampling)
    assert ways[0] == AS_IT_IS
    assert len(set(ways)) == len(ways) == min(samples, number_of_ways(allowed))
    assert all(abs(step) <= shift for way in ways for step in way.shift)


def test_another_seed_draws_other_ways():
    allowed = {"flips": ["COLUMNS"], "maximum_shift_voxels": 1}
    drawn = {tuple(augmentations_of(Sampling("TEST_TIME_AUGMENTATION", 4, seed, allowed))) for seed in range(5)}
    assert len(drawn) == 5
    assert len({tuple(dropout_seeds(Sampling("MC_DROPOUT", 4, seed))) for seed in range(5)}) == 5


@pytest.mark.parametrize(
    ("asks", "kind", "allowed", "code"),
    [
        (asked(), "ONNX", None, "no_augmentations"),
        (asked(samples=9), "ONNX", ALL_FLIPS, "too_many_samples"),
        (asked(), "ENSEMBLE", ALL_FLIPS, "not_this_version"),
        (asked("MC_DROPOUT"), "ONNX", ALL_FLIPS, "not_this_version"),
        (asked("MC_DROPOUT"), "TORCH_EXPORT", ALL_FLIPS, "not_this_version"),
        (asked("MC_DROPOUT"), "ENSEMBLE", ALL_FLIPS, "not_this_version"),
    ],
)
def test_what_a_version_cannot_do_is_refused(asks, kind, allowed, code):
    (problem,) = sampling_problems(asks, kind, allowed)
    assert problem["code"] == code
    assert problem["field"].startswith("uncertainty.")


def test_what_a_version_can_do():
    assert sampling_problems(asked(), "DEMO_CNN", ALL_FLIPS) == []
    assert sampling_problems(asked("MC_DROPOUT"), "TORCHSCRIPT", None) == []


class Thinned(nn.Module):
    """Half of the mean over 400 ones, of which dropout with p = 0.25 keeps a binomial share, divided by 1 - p."""

    def __init__(self, rate: float = 0.25) -> None:
        super().__init__()
        self.drop = nn.Dropout(rate)
        self.norm = nn.BatchNorm1d(1)

    def forward(self, volume: torch.Tensor) -> torch.Tensor:
        ones = self.norm(torch.ones(1, 1, 400) + 0.0 * volume.sum())
        return 0.5 * self.drop(ones).mean()


def loaded(content):
    return load_model("TORCHSCRIPT", content, ["score"], 2**30, torch.device("cpu"))


def test_dropout_has_the_variance_of_a_binomial_share():
    """Var = 0.25 p / ((1 - p) n): SD 0.5 sqrt(0.25 / (0.75 x 400)) = 0.0144.

    Of 200 samples the standard deviation has a relative standard error of 1 / sqrt(2 x 199) = 5 %: four of them.
    """
    given = volume()[np.newaxis, np.newaxis]
    model = loaded(torchscript(Thinned()))
    assert model.dropout_layers == 1
    with torch.inference_mode():
        seeds = dropout_seeds(Sampling("MC_DROPOUT", 200, 1))
        said = [model.says_with_dropout(given, seed)[0][1].item() for seed in seeds]
        again = model.says_with_dropout(given, seeds[0])[0][1].item()
        in_use = model.says(given)[0][1].item()
    assert again == said[0]
    # BatchNorm stays as in use: the mean of the ones is 1 and not 0, as in training. 1e-5 is its epsilon.
    assert in_use == pytest.approx(0.5, abs=1e-5)
    expected = 0.5 * np.sqrt(0.25 / (0.75 * 400))
    assert np.std(said, ddof=1) == pytest.approx(expected, rel=4 / np.sqrt(2 * 199))
    assert np.mean(said) == pytest.approx(0.5, abs=4 * expected / np.sqrt(200))


def test_a_trace_keeps_no_dropout():
    traced = torch.jit.trace(Thinned().eval(), torch.zeros(SHAPE))
    buffer = io.BytesIO()
    torch.jit.save(traced, buffer)
    model = loaded(buffer.getvalue())
    assert model.dropout_layers == 0
    with torch.inference_mode():
        assert model.says(np.zeros(SHAPE, np.float32))[0][1].item() == pytest.approx(0.5, abs=1e-5)


def test_samples_share_the_time_of_a_case(tmp_path):
    """A model that answers at once has no time where other samples have used it up; the next case has all of it."""
    content = torchscript(Score())
    (tmp_path / "model").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    limits = Limits(memory_bytes=2 * 2**30, load_seconds=90, seconds=60)
    given = volume()[np.newaxis, np.newaxis]
    with ModelProcess(
        kind="TORCHSCRIPT", path=tmp_path / "model", digest=digest, keys=["score"], limits=limits
    ) as process:
        shared = Deadline(60.0)
        first, second = (process.predict(given, shared)[0][1].item() for _ in range(2))
        assert first == second
        assert 0 < shared.left < 60
        with pytest.raises(ModelRefused) as caught:
            process.predict(given, Deadline(0.0))
        assert caught.value.code == "too_slow"
        assert not process.is_running
