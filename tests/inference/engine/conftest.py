"""A model that was trained little: enough to find large, dense nodules."""

from pathlib import Path

import pytest

from portal.demo.phantoms.catalogue import calibration_cases, fitting_cases
from portal.demo.training_cases import to_training_cases
from portal.inference.engine.training import Recipe, train
from portal.inference.engine.volume import TrainingCase
from portal.inference.engine.weights import Weights, load_weights, save_weights

LITTLE = Recipe(rounds=2, steps=120, batch=16)


Cases = tuple[list[TrainingCase], list[TrainingCase]]


@pytest.fixture(scope="session")
def little_cases() -> Cases:
    """Few cases to fit on, and fewer to calibrate on."""
    return list(to_training_cases(fitting_cases(16))), list(to_training_cases(calibration_cases(4)))


def train_little(cases: Cases, recipe: Recipe, path: Path) -> str:
    """Train and save; the digest."""
    return save_weights(*train(*cases, recipe, lambda done, total, message: None), path)


@pytest.fixture(scope="session")
def little_weights(little_cases: Cases, tmp_path_factory: pytest.TempPathFactory) -> Weights:
    """The weights of the little model."""
    path = tmp_path_factory.mktemp("weights") / "little.safetensors"
    return load_weights(path, train_little(little_cases, LITTLE, path))
