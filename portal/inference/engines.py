"""What computes a model version's predictions, behind one interface. Only workers import it: it loads torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from django.conf import settings

from portal.inference.engine.detector import detect_on
from portal.inference.engine.preprocess import GridVolume, to_grid
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.volume import Detections, Volume
from portal.inference.engine.weights import WeightsError, deterministic_torch, load_weights
from portal.inference.finding_geometry import geometry_problems
from portal.inference.heat_map import HeatMapInput
from portal.inference.model_files import model_limits
from portal.inference.model_input import model_grid
from portal.inference.model_outputs import SPHERE, Checked, Located, checked_outputs
from portal.inference.model_process import Deadline, Limits, ModelProcess
from portal.inference.models import EngineKind, ModelCard, ModelVersion
from portal.inference.pixels import CtSeries
from portal.inference.prediction_input import PULMONARY_NODULE
from portal.inference.sampling import Augmentation, Sampling, augmentations_of, augmented, dropout_seeds
from portal.inference.selectors import ensemble_members
from portal.inference.uncertainty import ENSEMBLE, MC_DROPOUT, spread

SCORE_DIGITS = 6
MILLIMETRE_DIGITS = 2
AFFINE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says about a case, in the form that predictions are stored in."""

    score: float
    findings: list[dict[str, Any]]
    heat_map: HeatMapInput | None
    uncertainty: dict[str, Any] | None = None


class Engine(Protocol):
    """Computes predictions of one model version."""

    @property
    def is_worn_out(self) -> bool:
        """Say whether the last case ended the engine, so that the next one starts it again."""
        ...

    def predict(self, series: CtSeries) -> Answer:
        """Return what the version says about a series; raise `ModelRefused` with the reason when it says nothing.

        Where it is asked several times, the score is the mean, and findings and heat map are those of the case as it is
        (of an ensemble: of its first member).
        """
        ...

    def close(self) -> None:
        """Free what the engine holds."""
        ...


def open_engine(model_version: ModelVersion, waiting: Callable[[], None], sampling: Sampling | None = None) -> Engine:
    """Load a version that the portal runs; `waiting` is called while a model computes and may raise to stop it.

    `sampling`: by which samples it shall find how uncertain its scores are.

    Raises
    ------
    ModelRefused
        When the stored file is missing, is not the registered one, cannot be loaded, or has no such samples.
    """
    if model_version.kind == EngineKind.DEMO_CNN:
        return DemoEngine(model_version, sampling)
    if model_version.kind == EngineKind.ENSEMBLE:
        return EnsembleEngine(model_version, waiting)
    return UploadedEngine(model_version, waiting, model_limits(), sampling)


class DemoEngine:
    """The portal's own detector: its weights are numbers, its code is ours, so it runs in the worker."""

    is_worn_out = False

    def __init__(self, model_version: ModelVersion, sampling: Sampling | None) -> None:
        deterministic_torch()
        self._sampling = sampling
        path = Path(settings.VAR_DIR) / model_version.weights_path
        try:
            self._weights = load_weights(path, model_version.weights_digest)
        except WeightsError as error:
            raise ModelRefused(error.code, f"{str(error)[0].upper()}{str(error)[1:]}.") from error

    def predict(self, series: CtSeries) -> Answer:
        """Detect nodules in the series."""
        grid = to_grid(Volume(series.hounsfield, series.affine))
        found = detect_on(grid, self._weights)
        answer = self._answer(found, series)
        if self._sampling is None:
            return answer
        others = (detect_on(_shown(grid, way), self._weights).score for way in augmentations_of(self._sampling)[1:])
        return of_scores(answer, self._sampling.method, [found.score, *others], self._sampling.definition)

    def _answer(self, found: Detections, series: CtSeries) -> Answer:
        located = [
            Located(SPHERE, (one.center_mm,), one.diameter_mm, one.score, one.slice_index) for one in found.findings
        ]
        heat_map = stored_heat(found.heat.probability, found.heat.affine, series)
        return Answer(round(found.score, SCORE_DIGITS), stored_findings(located, PULMONARY_NODULE, series), heat_map)

    def close(self) -> None:
        """Nothing is held beyond memory."""


class UploadedEngine:
    """A model that somebody uploaded, in a process of its own."""

    def __init__(
        self, model_version: ModelVersion, waiting: Callable[[], None], limits: Limits, sampling: Sampling | None = None
    ) -> None:
        self._sampling = sampling
        self._card = ModelCard.objects.get(model_version=model_version).document
        self._codes = {one["kind"]: one["code"] for one in self._card["outputs"]}
        self._process = ModelProcess(
            kind=model_version.kind,
            path=Path(settings.VAR_DIR) / model_version.weights_path,
            digest=model_version.weights_digest,
            keys=[one["key"] for one in self._card["outputs"]],
            limits=limits,
            waiting=waiting,
        )
        self._process.start()
        if sampling is not None and sampling.method == MC_DROPOUT and not self._process.dropout_layers:
            self.close()
            detail = (
                "The file keeps no dropout: a layer of torch.nn that torch.jit.script has written does; what "
                "torch.jit.trace or torch.jit.freeze has written does not."
            )
            raise ModelRefused("no_dropout", detail)

    @property
    def is_worn_out(self) -> bool:
        """Say whether the process died or was killed."""
        return not self._process.is_running

    def predict(self, series: CtSeries) -> Answer:
        """Ask the model about the series and check what it returns; all samples together have the time of a case."""
        grid = self.grid_of(series)
        deadline = Deadline(self._process.limits.seconds)
        said = self.said_of(grid, deadline)
        answer = self.answer_of(said, series)
        if self._sampling is None:
            return answer
        scores = self._samples(self._sampling, grid, said.score, deadline)
        return of_scores(answer, self._sampling.method, scores, self._sampling.definition)

    def _samples(self, sampling: Sampling, grid: GridVolume, score: float, deadline: Deadline) -> list[float]:
        if sampling.method == MC_DROPOUT:
            # That without dropout is none of them: it is another model's.
            return [self.said_of(grid, deadline, seed).score for seed in dropout_seeds(sampling)]
        others = (self.said_of(_shown(grid, way), deadline) for way in augmentations_of(sampling)[1:])
        return [score, *(one.score for one in others)]

    def grid_of(self, series: CtSeries) -> GridVolume:
        """The tensor that the card asks for."""
        return model_grid(self._card["input"], Volume(series.hounsfield, series.affine))

    def said_of(self, grid: GridVolume, deadline: Deadline, dropout_seed: int | None = None) -> Checked:
        """Ask the model about a tensor in what is left of the time, and check what it returns."""
        outputs = self._process.predict(grid.values[np.newaxis, np.newaxis], deadline, dropout_seed)
        return checked_outputs(self._card, grid, outputs)

    def answer_of(self, said: Checked, series: CtSeries) -> Answer:
        """What was said, in the form that predictions are stored in."""
        heat_map = stored_heat(said.heat.values, said.heat.affine, series) if said.heat else None
        findings = stored_findings(said.findings, self._codes.get("FINDINGS"), series)
        return Answer(round(said.score, SCORE_DIGITS), findings, heat_map)

    def close(self) -> None:
        """End the process."""
        self._process.close()


class EnsembleEngine:
    """Several uploaded models that are asked the same, each in a process of its own."""

    def __init__(self, model_version: ModelVersion, waiting: Callable[[], None]) -> None:
        limits = model_limits()
        members = ensemble_members(model_version)
        # All of them together may use what one model may.
        share = replace(limits, memory_bytes=limits.memory_bytes // len(members))
        self._seconds = limits.seconds
        self._members: list[UploadedEngine] = []
        try:
            for member in members:
                self._members.append(UploadedEngine(member, waiting, share))
        except BaseException:
            self.close()
            raise
        self._definition = (
            f"Standard deviation (n - 1) of the score over the {len(members)} members of the ensemble. "
            "The score is their mean."
        )

    @property
    def is_worn_out(self) -> bool:
        """Say whether the process of a member died or was killed."""
        return any(one.is_worn_out for one in self._members)

    def predict(self, series: CtSeries) -> Answer:
        """Ask every member about the series; together they have the time of a case."""
        first = self._members[0]
        # Their cards ask for the same.
        grid, deadline = first.grid_of(series), Deadline(self._seconds)
        said = [one.said_of(grid, deadline) for one in self._members]
        return of_scores(first.answer_of(said[0], series), ENSEMBLE, [one.score for one in said], self._definition)

    def close(self) -> None:
        """End the processes."""
        for one in self._members:
            one.close()


def _shown(grid: GridVolume, way: Augmentation) -> GridVolume:
    """The same place in the patient with the values in another way: of what is said of it the score alone is used."""
    return replace(grid, values=augmented(grid.values, way))


def of_scores(answer: Answer, method: str, scores: Sequence[float], definition: str) -> Answer:
    """The answer with the mean of the samples' scores as its score, and with their spread."""
    mean, deviation = spread(scores)
    uncertainty = {
        "value": round(deviation, SCORE_DIGITS),
        "method": method,
        "samples": len(scores),
        "definition": definition,
    }
    return replace(answer, score=round(mean, SCORE_DIGITS), uncertainty=uncertainty)


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
