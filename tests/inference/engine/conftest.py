"""A model that was trained little: enough to find large, dense nodules."""

import pytest

from portal.demo.phantoms.catalogue import fitting_cases, make_phantom
from portal.demo.training_cases import to_training_cases
from portal.inference.engine.training import Recipe, train
from portal.inference.engine.volume import TrainingCase
from portal.inference.engine.weights import Weights, load_weights, save_weights

LITTLE = Recipe(rounds=2, steps=120, batch=16)


Cases = tuple[list[TrainingCase], list[TrainingCase]]


@pytest.fixture(scope="session")
def little_cases() -> Cases:
    """Few cases to fit on, and fewer to calibrate on."""
    # Plain opposites: calibration is not what a little model is about.
    opposites = [make_phantom(f"OPPOSITE {seed}", seed, nodules=6 * (seed % 2)) for seed in range(1, 5)]
    return list(to_training_cases(fitting_cases(16))), list(to_training_cases(opposites))


def quiet(done: int, total: int, message: str) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="session")
def little_weights(little_cases: Cases, tmp_path_factory: pytest.TempPathFactory) -> Weights:
    """The weights of the little model."""
    path = tmp_path_factory.mktemp("weights") / "little.safetensors"
    return load_weights(path, save_weights(*train(*little_cases, LITTLE, quiet), path))
