"""Explains the predictions of a job. Only workers import this; model and captum are in a process of their own.

Every prediction is one step with one transaction: explanation, check, item and progress are stored together or not at
all, and a worker that takes over goes on with what is pending.
"""

from collections.abc import Mapping
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings
from django.db import transaction

from portal.audit.services import record
from portal.db import JobState
from portal.errors import Unavailable
from portal.imaging.connection import orthanc
from portal.imaging.orthanc import OrthancUnavailable
from portal.inference.checked_input import read_checked
from portal.inference.engine.preprocess import WINDOW_HU, GridVolume, scaled, to_grid
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engine.volume import Volume
from portal.inference.engine.wire import Array
from portal.inference.explained_map import ExplainedMap, check_not_flat, checked_map, stored_map, with_completeness
from portal.inference.explanation_jobs import DEMO_OUTPUT
from portal.inference.heat_map import HeatMapInput
from portal.inference.heat_map_files import heat_map_write
from portal.inference.model_files import model_limits
from portal.inference.model_input import model_grid
from portal.inference.model_process import ModelProcess
from portal.inference.models import (
    EngineKind,
    Explanation,
    ExplanationItem,
    ExplanationJob,
    ExplanationMethod,
    ModelVersion,
    Prediction,
    WeightsCheck,
)
from portal.inference.patience import Patience
from portal.inference.pixels import CtSeries, UnusableInput
from portal.inference.selectors import card_of
from portal.inference.streams import STREAM
from portal.inference.weights_check import similarity, stage_counts
from portal.jobs import JobFailed, Lease

METHOD_VERSION = "1"
# A GPU sums in another order (docs/models.md).
SCORE_TOLERANCE = 1e-3


class Made(NamedTuple):
    """What is stored of one prediction."""

    columns: dict[str, Any]
    heat_map: HeatMapInput
    check: dict[str, Any] | None


def explanation_job_work(job: ExplanationJob, lease: Lease) -> None:
    """Explain every pending prediction of the job, and end the job."""
    explainer = _Explainer(job, lease)
    pending = ExplanationItem.objects.filter(job=job, state=JobState.PENDING)
    patience = Patience("cases")
    with explainer.process:
        try:
            explainer.process.start()
        except ModelRefused as refused:
            raise JobFailed(refused.detail, code=refused.code) from refused
        for item in pending.select_related("prediction__imaging_study"):
            explainer.work(item)
            patience.tell(is_worn_out=not explainer.process.is_running)
    _finish(job, lease)


class _Explainer:
    """One version with its process, and what is asked of it."""

    def __init__(self, job: ExplanationJob, lease: Lease) -> None:
        self.job, self.lease = job, lease
        self.version: ModelVersion = job.model_version
        card = card_of(self.version.pk)
        self.specification: Mapping[str, Any] | None = card["input"] if card else None
        # Which grid and window the model is given; the demo detector brings its own, whatever its card says.
        self.model_input = None if self.version.kind == EngineKind.DEMO_CNN else self.specification
        self.total = ExplanationItem.objects.filter(job=job).count()
        self.done = ExplanationItem.objects.filter(job=job).exclude(state=JobState.PENDING).count()
        self.message = "Loading the model"
        self.process = ModelProcess(
            kind=self.version.kind,
            path=Path(settings.VAR_DIR) / self.version.weights_path,
            digest=self.version.weights_digest,
            keys=[one["key"] for one in card["outputs"]] if card else [DEMO_OUTPUT],
            limits=model_limits(),
            waiting=self.still_wanted,
            explains=job.output,
        )

    def still_wanted(self) -> None:
        """Hold the lease; raise when the job was cancelled or taken over."""
        self.lease.progress(self.done, self.total, self.message)

    def work(self, item: ExplanationItem) -> None:
        """Explain one prediction and store what came of it."""
        self._tell("reading the images")
        try:
            series, _ = read_checked(item.prediction.imaging_study, orthanc(), self.specification)
        except OrthancUnavailable as error:
            detail = "Orthanc does not answer; try again when it does."
            raise Unavailable(detail, code="orthanc_unavailable") from error
        except UnusableInput as unusable:
            self._store(item, None, (unusable.code, unusable.reason))
            return
        try:
            made = self._made(item.prediction, series)
        except ModelRefused as refused:
            self._store(item, None, (refused.code, refused.detail))
        else:
            self._store(item, made, ("", ""))

    def _tell(self, what: str) -> None:
        self.message = f"{self.done + 1} of {self.total} predictions: {what}"
        self.still_wanted()

    def _made(self, prediction: Prediction, series: CtSeries) -> Made:
        if series.input_digest != prediction.input_digest:
            raise ModelRefused(
                "input_changed", "The images are not those any more that the prediction was computed of."
            )
        grid = self._grid(Volume(series.hounsfield, series.affine))
        volume = grid.values[np.newaxis, np.newaxis]
        self._tell("explaining")
        found = self._asked(volume)
        score = found.facts["score"]
        if abs(score - prediction.score) > SCORE_TOLERANCE:
            detail = (
                f"The model now says {score:.4f} and the prediction {prediction.score:.4f}: this is no explanation."
            )
            raise ModelRefused("score_differs", detail)
        check_not_flat(found)
        heat_map, greatest = stored_map(found, grid, series.frame_of_reference_uid or "")
        columns = {
            "parameters": self._parameters(found),
            "greatest": greatest,
            "facts": with_completeness(found.facts),
            "input_digest": series.input_digest,
            "software": {**_versions("captum", "torch", "numpy"), "device": self.process.device},
        }
        return Made(columns, heat_map, self._check(volume, found) if self.job.checks_weights else None)

    def _grid(self, volume: Volume) -> GridVolume:
        return to_grid(volume) if self.model_input is None else model_grid(self.model_input, volume)

    def _baseline(self) -> float:
        """The baseline as the model is given it."""
        window: tuple[float, float] | None = WINDOW_HU
        if self.model_input is not None:
            asked = self.model_input["window"]
            window = (float(asked["low"]), float(asked["high"])) if asked else None
        return float(scaled(np.array([self.job.parameters["baseline_hu"]], np.float32), window)[0])

    def _parameters(self, found: ExplainedMap) -> dict[str, Any]:
        if self.job.method == ExplanationMethod.GRAD_CAM:
            return {"layer": found.layer}
        return {**self.job.parameters, "baseline_input": self._baseline()}

    def _asked(self, volume: Array, redrawn: int = 0) -> ExplainedMap:
        is_gradients = self.job.method == ExplanationMethod.INTEGRATED_GRADIENTS
        asked = {
            "method": self.job.method,
            "layer": self.job.parameters.get("layer") or None,
            "steps": self.job.parameters.get("steps", 1),
            "baseline": self._baseline() if is_gradients else 0.0,
            "randomised": redrawn,
            "seed": self.job.seed,
        }
        return checked_map(*self.process.explain(volume, asked))

    def _check(self, volume: Array, found: ExplainedMap) -> dict[str, Any]:
        """Explain again with the weights of ever more layers redrawn, from the last to the first, and compare."""
        counts = stage_counts(len(found.groups))
        if not counts:
            raise ModelRefused(
                "no_weights", "The model has no weights that could be redrawn, so nothing can be checked."
            )
        stages = []
        for number, count in enumerate(counts, start=1):
            self._tell(f"redrawing weights, {number} of {len(counts)}")
            stages.append({"redrawn": count, "layer": found.groups[-count], **self._stage(volume, found, count)})
        return {
            "seed": self.job.seed,
            "number_of_layers": len(found.groups),
            "stages": stages,
            "software": _versions("scikit-image", "scipy", "captum", "torch", "numpy"),
        }

    def _stage(self, volume: Array, found: ExplainedMap, count: int) -> dict[str, Any]:
        try:
            other = self._asked(volume, redrawn=count)
        except ModelRefused as refused:
            if not self.process.is_running:
                raise
            # Weights drawn anew may well overflow: that is an outcome of this stage.
            return {"spearman": None, "ssim": None, "reason": refused.detail}
        if other.values.shape != found.values.shape:
            return {"spearman": None, "ssim": None, "reason": "The map of redrawn weights has another size."}
        return similarity(found.values, other.values)._asdict()

    @transaction.atomic
    def _store(self, item: ExplanationItem, made: Made | None, reason: tuple[str, str]) -> None:
        # Before any write: it locks the job's row and raises when another worker has taken over.
        self.done += 1
        self.message = f"{self.done} of {self.total} predictions"
        self.still_wanted()
        if made is not None:
            _store_explanation(self.job, item.prediction, made)
        item.state = JobState.FAILED if made is None else JobState.SUCCEEDED
        item.reason_code, item.reason = reason
        item.save(update_fields=["state", "reason_code", "reason"])


def _store_explanation(job: ExplanationJob, prediction: Prediction, made: Made) -> None:
    heat_map_write(made.heat_map)
    grid = made.heat_map
    explanation = Explanation.objects.create(
        job=job,
        prediction=prediction,
        method=job.method,
        output=job.output,
        output_name=job.output_name,
        digest=grid.digest,
        columns=grid.columns,
        rows=grid.rows,
        slices=grid.slices,
        affine=grid.affine,
        frame_of_reference_uid=grid.frame_of_reference_uid,
        **made.columns,
    )
    rows: list[Any] = [explanation]
    if made.check is not None:
        rows.append(WeightsCheck.objects.create(explanation=explanation, **made.check))
    detail = {"job": str(job.pk), "prediction": str(prediction.pk), "method": job.method}
    record(
        stream=STREAM, actor=job.requested_by, action="prediction.explain", obj=explanation, detail=detail, rows=rows
    )


def _versions(*packages: str) -> dict[str, str]:
    return {"overread-attribution": METHOD_VERSION, **{one: version_of(one) for one in packages}}


@transaction.atomic
def _finish(job: ExplanationJob, lease: Lease) -> None:
    items = ExplanationItem.objects.filter(job=job)
    failed, total = items.filter(state=JobState.FAILED).count(), items.count()
    if failed:
        detail = f"{failed} of {total} predictions could not be explained; each has its reason."
        lease.finish(JobState.FAILED, error_code="items_failed", error_detail=detail)
    else:
        lease.finish(JobState.SUCCEEDED)
    counts = {"failed": failed, "succeeded": total - failed}
    record(stream=STREAM, actor=job.requested_by, action="explanation_job.finish", obj=job, detail=counts)
