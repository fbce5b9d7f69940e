"""What computes a model version's predictions, behind one interface. Only workers import it: it loads torch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from django.conf import settings

from portal.inference.engine.detector import detect
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.volume import Volume
from portal.inference.engine.weights import WeightsError, deterministic_torch, load_weights
from portal.inference.finding_geometry import geometry_problems
from portal.inference.heat_map import HeatMapInput
from portal.inference.model_files import model_limits
from portal.inference.model_input import model_grid
from portal.inference.model_outputs import SPHERE, Located, checked_outputs
from portal.inference.model_process import ModelProcess
from portal.inference.models import EngineKind, ModelCard, ModelVersion
from portal.inference.pixels import CtSeries
from portal.inference.prediction_input import PULMONARY_NODULE

SCORE_DIGITS = 6
MILLIMETRE_DIGITS = 2
AFFINE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says about a case, in the form that predictions are stored in."""

    score: float
    findings: list[dict[str, Any]]
    heat_map: HeatMapInput | None


class Engine(Protocol):
    """Computes predictions of one model version."""

    @property
    def is_worn_out(self) -> bool:
        """Say whether the last case ended the engine, so that the next one starts it again."""
        ...

    def predict(self, series: CtSeries) -> Answer:
        """Return what the version says about a series; raise `ModelRefused` with the reason when it says nothing."""
        ...

    def close(self) -> None:
        """Free what the engine holds."""
        ...


def open_engine(model_version: ModelVersion, waiting: Callable[[], None]) -> Engine:
    """Load a version that the portal runs; `waiting` is called while a model computes and may raise to stop it.

    Raises
    ------
    ModelRefused
        When the stored file is missing, is not the registered one, or cannot be loaded.
    """
    if model_version.kind == EngineKind.DEMO_CNN:
        return DemoEngine(model_version)
    return UploadedEngine(model_version, waiting)


class DemoEngine:
    """The portal's own detector: its weights are numbers, its code is ours, so it runs in the worker."""

    is_worn_out = False

    def __init__(self, model_version: ModelVersion) -> None:
        deterministic_torch()
        path = Path(settings.VAR_DIR) / model_version.weights_path
        try:
            self._weights = load_weights(path, model_version.weights_digest)
        except WeightsError as error:
            raise ModelRefused(error.code, f"{str(error)[0].upper()}{str(error)[1:]}.") from error

    def predict(self, series: CtSeries) -> Answer:
        """Detect nodules in the series."""
        found = detect(Volume(series.hounsfield, series.affine), self._weights)
        located = [
            Located(SPHERE, (one.center_mm,), one.diameter_mm, one.score, one.slice_index) for one in found.findings
        ]
        heat_map = stored_heat(found.heat.probability, found.heat.affine, series)
        return Answer(round(found.score, SCORE_DIGITS), stored_findings(located, PULMONARY_NODULE, series), heat_map)

    def close(self) -> None:
        """Nothing is held beyond memory."""


class UploadedEngine:
    """A model that somebody uploaded, in a process of its own."""

    def __init__(self, model_version: ModelVersion, waiting: Callable[[], None]) -> None:
        self._card = ModelCard.objects.get(model_version=model_version).document
        self._codes = {one["kind"]: one["code"] for one in self._card["outputs"]}
        self._process = ModelProcess(
            kind=model_version.kind,
            path=Path(settings.VAR_DIR) / model_version.weights_path,
            digest=model_version.weights_digest,
            keys=[one["key"] for one in self._card["outputs"]],
            limits=model_limits(),
            waiting=waiting,
        )
        self._process.start()

    @property
    def is_worn_out(self) -> bool:
        """Say whether the process died or was killed."""
        return not self._process.is_running

    def predict(self, series: CtSeries) -> Answer:
        """Ask the model about the series and check what it returns."""
        grid = model_grid(self._card["input"], Volume(series.hounsfield, series.affine))
        outputs = self._process.predict(grid.values[np.newaxis, np.newaxis])
        said = checked_outputs(self._card, grid, outputs)
        heat_map = stored_heat(said.heat.values, said.heat.affine, series) if said.heat else None
        findings = stored_findings(said.findings, self._codes.get("FINDINGS"), series)
        return Answer(round(said.score, SCORE_DIGITS), findings, heat_map)

    def close(self) -> None:
        """End the process."""
        self._process.close()


def stored_heat(
    probability: npt.NDArray[np.float32], affine: npt.NDArray[np.float64], series: CtSeries
) -> HeatMapInput:
    """Heat of 0 to 1 [slice, row, column] in the form that heat maps are stored in."""
    slices, rows, columns = probability.shape
    return HeatMapInput(
        columns=columns,
        rows=rows,
        slices=slices,
        affine=[[round(float(value), AFFINE_DIGITS) for value in line] for line in affine[:3]],
        frame_of_reference_uid=series.frame_of_reference_uid or "",
        voxels=np.rint(255 * probability).astype(np.uint8).tobytes(),
    )


def stored_findings(located: Any, code: Any, series: CtSeries) -> list[dict[str, Any]]:
    """Findings in the form that predictions are stored in, named F1, F2, … in their order."""
    findings = []
    for number, one in enumerate(located, start=1):
        geometry = _geometry(one, series)
        problems = geometry_problems(geometry, f"F{number}")
        if problems:
            # A gantry that is tilted makes a box of voxels skew in the patient.
            raise ModelRefused(problems[0]["code"], f"Finding F{number} is no {one.kind} in the patient.")
        findings.append(
            {"id": f"F{number}", "code": code, "score": round(one.score, SCORE_DIGITS), "geometry": geometry}
        )
    return findings


def _geometry(one: Located, series: CtSeries) -> dict[str, Any]:
    points = [[round(value, MILLIMETRE_DIGITS) for value in point] for point in one.points_mm]
    shape: dict[str, Any] = {"points_mm": points}
    if one.kind == SPHERE:
        shape = {"center_mm": points[0], "diameter_mm": round(one.diameter_mm or 0, MILLIMETRE_DIGITS)}
    return {
        "kind": one.kind,
        **shape,
        "frame_of_reference_uid": series.frame_of_reference_uid or None,
        "series_instance_uid": series.series_instance_uid,
        "sop_instance_uid": series.sop_instance_uids[one.slice_index],
        "frame_number": 1,
    }
