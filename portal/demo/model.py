"""Trains the demo model on phantoms and registers it."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from portal.demo.phantoms.catalogue import CALIBRATION_CASES, FITTING_CASES, calibration_cases, fitting_cases
from portal.demo.training_cases import to_training_cases
from portal.inference.engine.preprocess import CONTEXT, GRID_MM, HIGH_HU, LOW_HU
from portal.inference.engine.training import Progress, Recipe, train
from portal.inference.engine.weights import file_digest, save_weights
from portal.inference.models import AiModel, EngineKind, ModelVersion
from portal.inference.pixels import MINIMUM_SLICES, MODALITY
from portal.inference.prediction_input import PULMONARY_NODULE
from portal.inference.services import ai_model_create, model_version_register

AI_MODEL_NAME = "Overread demo nodule detector"
_FOLDER = Path("models") / "demo-nodule-detector"
_DESCRIPTION = (
    "A small convolutional network, trained on this machine on synthetic phantoms. It shows how the portal works "
    "and is good for nothing else."
)
_INTENDED_USE = "Demonstration on synthetic phantoms only. Not a medical device; never for patients."


@dataclass(frozen=True, slots=True)
class TrainingSize:
    """How much to train: the defaults make the demo model, less is for tests."""

    fitting_cases: int = FITTING_CASES
    calibration_cases: int = CALIBRATION_CASES


def train_demo_model(*, recipe: Recipe, size: TrainingSize, progress: Progress) -> ModelVersion:
    """Train, save the weights under their digest and register them; training the same again registers nothing new."""
    progress(0, 1, f"drawing {size.fitting_cases + size.calibration_cases} training phantoms")
    fitting = list(to_training_cases(fitting_cases(size.fitting_cases)))
    calibration = list(to_training_cases(calibration_cases(size.calibration_cases)))
    network, scaling = train(fitting, calibration, recipe, progress)
    folder = Path(settings.VAR_DIR) / _FOLDER
    draft = folder / f"training-{os.getpid()}.safetensors"
    digest = save_weights(network, scaling, draft)
    draft.replace(folder / f"{digest}.safetensors")
    return _register(digest, recipe, size)


def usable_demo_model() -> ModelVersion | None:
    """The newest registered version of the demo model whose weights are on this machine, if there is one."""
    versions = ModelVersion.objects.filter(ai_model__name=AI_MODEL_NAME, kind=EngineKind.DEMO_CNN)
    for version in versions.select_related("ai_model"):
        path = Path(settings.VAR_DIR) / version.weights_path
        if path.is_file() and file_digest(path) == version.weights_digest:
            return version
    return None


def _register(digest: str, recipe: Recipe, size: TrainingSize) -> ModelVersion:
    known = ModelVersion.objects.filter(ai_model__name=AI_MODEL_NAME, weights_digest=digest).first()
    if known is not None:
        return known
    model = AiModel.objects.filter(name=AI_MODEL_NAME).first() or ai_model_create(
        by=None, name=AI_MODEL_NAME, description=_DESCRIPTION, intended_use=_INTENDED_USE
    )
    return model_version_register(
        by=None,
        ai_model=model,
        version=f"1-{digest[:8]}",
        kind=EngineKind.DEMO_CNN,
        weights_path=str(_FOLDER / f"{digest}.safetensors"),
        weights_digest=digest,
        description=_DESCRIPTION,
        card=_card(size),
        input_specification={
            "modality": MODALITY,
            "minimum_slices": MINIMUM_SLICES,
            "grid_mm": list(GRID_MM),
            "neighbouring_slices": CONTEXT,
            "training": {**asdict(recipe), **asdict(size)},
        },
    )


def _card(size: TrainingSize) -> dict[str, Any]:
    named = {"name": "Pulmonary nodule", "code": PULMONARY_NODULE}
    return {
        "card_version": 1,
        "input": {
            "modality": MODALITY,
            "body_parts": ["CHEST"],
            "views": [],
            "orientation": "AXIAL",
            # A chest seen in a mirror is one, and a nodule is one wherever the grid begins.
            "augmentations": {"flips": ["COLUMNS"], "maximum_shift_voxels": 1},
            "pixel_spacing_mm": {"minimum": 0.3, "maximum": 2.0},
            "slice_spacing_mm": {"minimum": 0.5, "maximum": 5.0},
            "minimum_slices": MINIMUM_SLICES,
            "minimum_coverage_mm": None,
            "window": {"low": LOW_HU, "high": HIGH_HU},
        },
        "outputs": [
            {"key": "nodule_present", "kind": "CASE_PROBABILITY", **named},
            {"key": "nodules", "kind": "FINDINGS", **named},
            {"key": "heat", "kind": "HEAT_MAP", **named},
        ],
        "operating_points": [{"key": "default", "name": "Demonstration", "threshold": 0.5}],
        "intended_use": _INTENDED_USE,
        "training_data": (
            f"{size.fitting_cases} synthetic phantoms of a chest to fit and {size.calibration_cases} others to "
            "calibrate, drawn on this machine. No patient."
        ),
        "licence": "Apache-2.0",
        "limitations": "It has never seen a patient's image; its scores mean nothing outside the phantoms.",
    }
