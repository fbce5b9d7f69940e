"""Asking for explanations of predictions: what can be explained, and the jobs that do it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from portal import jobs
from portal.accounts.models import User
from portal.audit.services import record
from portal.db import JobState
from portal.errors import FieldProblem, Invalid
from portal.inference.model_card import CASE_PROBABILITY
from portal.inference.models import (
    EngineKind,
    ExplanationItem,
    ExplanationJob,
    ExplanationMethod,
    ModelVersion,
    Prediction,
    PredictionSource,
)
from portal.inference.prediction_input import PULMONARY_NODULE
from portal.inference.selectors import card_of, specification_of
from portal.inference.streams import STREAM
from portal.inference.uncertainty import ENSEMBLE, MC_DROPOUT, TEST_TIME_AUGMENTATION

MAXIMUM_PREDICTIONS = 50
FEWEST_STEPS, USUAL_STEPS, MOST_STEPS = 10, 50, 300
LOWEST_HU, HIGHEST_HU = -1024.0, 3071.0
# Black in most windows of CT, and around every patient: the image of nothing.
AIR_HU = -1000.0
# From this rank correlation on, with all layers redrawn, a map is said not to depend on the weights. The source
# (`weights_check`) gives no threshold; half is this portal's convention, and the figures stand beside the words.
ALIKE = 0.5
# What the demo detector says has no card: its score, of what it finds.
DEMO_OUTPUT = "score"


@dataclass(frozen=True, slots=True)
class ExplanationAsked:
    """What somebody wants explained; `output` and `layer` may be empty, `baseline_hu` None: then the usual one."""

    method: ExplanationMethod
    prediction_ids: Sequence[uuid.UUID]
    output: str = ""
    layer: str = ""
    steps: int = USUAL_STEPS
    baseline_hu: float | None = None
    checks_weights: bool = False
    seed: int = 0


def outputs_of(model_version: ModelVersion) -> dict[str, str]:
    """Names of the outputs of a version that can be explained, by their keys: scores of the case."""
    if model_version.kind == EngineKind.DEMO_CNN:
        return {DEMO_OUTPUT: str(PULMONARY_NODULE["meaning"])}
    card = card_of(model_version.pk)
    outputs = card["outputs"] if card else []
    return {one["key"]: one["name"] for one in outputs if one["kind"] == CASE_PROBABILITY}


def method_problem(model_version: ModelVersion, method: str) -> tuple[str, str] | None:
    """Code and reason why a version cannot be explained by a method; None where it can."""
    if model_version.kind == EngineKind.EXTERNAL:
        return "not_runnable", "This version runs elsewhere: the portal has nothing that it could look into."
    if model_version.kind == EngineKind.ENSEMBLE:
        return "several_models", "An ensemble is several models: ask for each of its members."
    if model_version.kind == EngineKind.ONNX:
        return "no_gradients", (
            "An ONNX model is run without gradients, so neither method can explain it. Upload the model as a "
            "torch.export archive."
        )
    if not outputs_of(model_version):
        return "no_score", "No output of this version is a score of the case, and only such a score is explained."
    if model_version.kind == EngineKind.TORCHSCRIPT and method == ExplanationMethod.GRAD_CAM:
        return "no_hooks", (
            "Grad-CAM needs what a layer inside the model computes, and a TorchScript model does not show that. Upload "
            "the model as a torch.export archive, or ask for integrated gradients."
        )
    return None


def depends_on_weights(stages: Sequence[Mapping[str, Any]]) -> bool | None:
    """Say whether the map of weights that are all redrawn is another one; None where that is not known."""
    last = stages[-1]["spearman"]
    return None if last is None else abs(last) < ALIKE


@transaction.atomic
def explanation_job_create(*, by: User, model_version: ModelVersion, asked: ExplanationAsked) -> ExplanationJob:
    """Ask a worker to explain predictions that the portal has computed; raises `Invalid` with all that is wrong."""
    if problem := method_problem(model_version, asked.method):
        raise Invalid(problem[1], code=problem[0])
    outputs = outputs_of(model_version)
    output = asked.output or next(iter(outputs))
    predictions, problems = _predictions(model_version, asked.prediction_ids)
    problems += _of_another_method(asked)
    if output not in outputs:
        detail = f"Choose one of {', '.join(outputs)}: scores of the case are what is explained."
        problems.append({"field": "output", "code": "unknown_output", "detail": detail})
    if problems:
        raise Invalid("These explanations cannot be made.", errors=problems)
    job = ExplanationJob.objects.create(
        model_version=model_version,
        requested_by=by,
        method=asked.method,
        output=output,
        output_name=outputs[output],
        parameters=_parameters(model_version, asked),
        checks_weights=asked.checks_weights,
        seed=asked.seed,
        progress_total=len(predictions),
    )
    ExplanationItem.objects.bulk_create(ExplanationItem(job=job, prediction=one) for one in predictions)
    said = {"model_version": str(model_version.pk), "method": asked.method, "predictions": len(predictions)}
    record(stream=STREAM, actor=by, action="explanation_job.create", obj=job, detail=said)
    jobs.enqueue(job)
    return job


def _predictions(
    model_version: ModelVersion, prediction_ids: Sequence[uuid.UUID]
) -> tuple[list[Prediction], list[FieldProblem]]:
    wanted = list(dict.fromkeys(prediction_ids))
    found = Prediction.objects.filter(model_version=model_version).in_bulk(wanted)
    problems: list[FieldProblem] = []
    for index, prediction_id in enumerate(wanted):
        prediction = found.get(prediction_id)
        if prediction is None:
            detail = "This version has no such prediction."
            problems.append({"field": f"prediction_ids[{index}]", "code": "unknown", "detail": detail})
        elif prediction.source != PredictionSource.COMPUTED:
            detail = "Only what the portal has computed itself can be explained."
            problems.append({"field": f"prediction_ids[{index}]", "code": "not_computed", "detail": detail})
        elif prediction.uncertainty is not None:
            detail = _mean_of_samples(prediction.uncertainty)
            problems.append({"field": f"prediction_ids[{index}]", "code": "mean_of_samples", "detail": detail})
    return [found[one] for one in wanted if one in found], problems


def _of_another_method(asked: ExplanationAsked) -> list[FieldProblem]:
    """Name what was typed for the other method: here it would do nothing."""
    if asked.method == ExplanationMethod.GRAD_CAM:
        typed = {"steps": asked.steps != USUAL_STEPS, "baseline_hu": asked.baseline_hu is not None}
        detail = "Only integrated gradients take this; leave it out for Grad-CAM."
    else:
        typed = {"layer": asked.layer != ""}
        detail = "Only Grad-CAM takes this; leave it out for integrated gradients."
    return [{"field": field, "code": "not_wanted", "detail": detail} for field, is_typed in typed.items() if is_typed]


def _mean_of_samples(uncertainty: Mapping[str, Any]) -> str:
    words = {MC_DROPOUT: "dropout", TEST_TIME_AUGMENTATION: "test-time augmentation", ENSEMBLE: "an ensemble"}
    return (
        f"The score is the mean of {uncertainty['samples']} samples ({words[uncertainty['method']]}), and a map is of "
        "one pass through the model. Run the version on this imaging study without uncertainty, and have that "
        "prediction explained."
    )


def _parameters(model_version: ModelVersion, asked: ExplanationAsked) -> dict[str, Any]:
    if asked.method == ExplanationMethod.GRAD_CAM:
        return {"layer": asked.layer}
    specification = specification_of(model_version)
    window = specification["window"] if specification else None
    usual = float(window["low"]) if window else AIR_HU
    return {"steps": asked.steps, "baseline_hu": usual if asked.baseline_hu is None else asked.baseline_hu}


@transaction.atomic
def explanation_job_retry(*, by: User, job: ExplanationJob) -> ExplanationJob:
    """Try what failed once more; what has succeeded is kept."""
    jobs.retry(job)
    ExplanationItem.objects.filter(job=job).exclude(state=JobState.SUCCEEDED).update(
        state=JobState.PENDING, reason_code="", reason=""
    )
    record(stream=STREAM, actor=by, action="explanation_job.retry", obj=job)
    job.refresh_from_db()
    return job


@transaction.atomic
def explanation_job_cancel(*, by: User, job: ExplanationJob) -> ExplanationJob:
    """Ask a job to stop; explanations it has stored stay."""
    jobs.cancel(job)
    record(stream=STREAM, actor=by, action="explanation_job.cancel", obj=job)
    job.refresh_from_db()
    return job
