"""Computes the predictions of a run. Only workers import this module: it loads torch.

Every imaging study is one step with one transaction: prediction, item and progress are stored together or not at all.
A worker that is killed loses the step it was in; the next one goes on with the items that are still pending.
"""

from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction

from portal.audit.services import record
from portal.db import JobState
from portal.errors import Unavailable
from portal.imaging.connection import orthanc
from portal.imaging.orthanc import OrthancUnavailable
from portal.inference.checked_input import read_checked
from portal.inference.engine.detector import detect
from portal.inference.engine.volume import Detection, Detections, Heat, Volume
from portal.inference.engine.weights import Weights, WeightsError, deterministic_torch, load_weights
from portal.inference.finding_geometry import SPHERE
from portal.inference.heat_map import HeatMapInput
from portal.inference.input_check import Specification
from portal.inference.models import InferenceItem, InferenceRun, ModelCard, ModelVersion, Prediction, PredictionSource
from portal.inference.pixels import CtSeries, UnusableInput
from portal.inference.prediction_input import PULMONARY_NODULE
from portal.inference.services import STREAM, heat_map_create
from portal.jobs import JobFailed, Lease

SCORE_DIGITS = 6
MILLIMETRE_DIGITS = 2
AFFINE_DIGITS = 6


def inference_run_work(run: InferenceRun, lease: Lease) -> None:
    """Predict every pending imaging study of the run, and end the run."""
    deterministic_torch()
    weights = weights_of(run.model_version)
    pending = list(
        InferenceItem.objects.filter(run=run, state=JobState.PENDING)
        .select_related("imaging_study")
        .order_by("created_at", "id")
    )
    for item in pending:
        _work_item(run, item, weights, lease)
    _finish(run, lease)


def weights_of(model_version: ModelVersion) -> Weights:
    """Load the registered weights, or fail the run with the reason."""
    path = Path(settings.VAR_DIR) / model_version.weights_path
    try:
        return load_weights(path, model_version.weights_digest)
    except WeightsError as error:
        raise JobFailed(f"{str(error)[0].upper()}{str(error)[1:]}.", code=error.code) from error


def specification_of(model_version: ModelVersion) -> Specification | None:
    """What the version's card says of its input; None without a card."""
    card = ModelCard.objects.filter(model_version=model_version).first()
    return card.document["input"] if card else None


def _work_item(run: InferenceRun, item: InferenceItem, weights: Weights, lease: Lease) -> None:
    try:
        # The heartbeat thread of the job holds the lease while a step runs.
        series, checks = read_checked(item.imaging_study, orthanc(), specification_of(run.model_version))
    except OrthancUnavailable as error:
        raise Unavailable("Orthanc does not answer; retry the run when it does.", code="orthanc_unavailable") from error
    except UnusableInput as unusable:
        item.checks = [one._asdict() for one in unusable.checks]
        _store(run, item, lease, None, unusable)
        return
    item.checks = [one._asdict() for one in checks]
    found = detect(Volume(series.hounsfield, series.affine), weights)
    prediction = Prediction(
        model_version=run.model_version,
        imaging_study=item.imaging_study,
        score=round(found.score, SCORE_DIGITS),
        findings=findings_of(found, series),
        source=PredictionSource.COMPUTED,
        weights_digest=weights.digest,
        input_digest=series.input_digest,
        run=run,
        created_by=run.requested_by,
    )
    _store(run, item, lease, prediction, None, heat_map_of(found.heat, series))


@transaction.atomic
def _store(
    run: InferenceRun,
    item: InferenceItem,
    lease: Lease,
    prediction: Prediction | None,
    unusable: UnusableInput | None,
    heat_map: HeatMapInput | None = None,
) -> None:
    items = InferenceItem.objects.filter(run=run)
    done = items.exclude(state=JobState.PENDING).count() + 1
    total = items.count()
    # Before any write: it locks the run's row and raises when another worker has taken over.
    lease.progress(done, total, f"{done} of {total} imaging studies")
    if prediction is not None:
        prediction.save()
        shown = heat_map_create(prediction=prediction, heat_map=heat_map)
        record(
            stream=STREAM,
            actor=run.requested_by,
            action="prediction.compute",
            obj=prediction,
            detail={"run": str(run.pk)},
            rows=[prediction, *filter(None, [shown])],
        )
    item.state = JobState.SUCCEEDED if prediction is not None else JobState.FAILED
    item.reason_code = unusable.code if unusable else ""
    item.reason = unusable.reason if unusable else ""
    item.is_refused = unusable is not None and unusable.is_refused
    item.prediction = prediction
    item.save(update_fields=["state", "reason_code", "reason", "is_refused", "checks", "prediction"])


def heat_map_of(heat: Heat, series: CtSeries) -> HeatMapInput:
    """The detector's heat in the form that heat maps are stored in."""
    slices, rows, columns = heat.probability.shape
    return HeatMapInput(
        columns=columns,
        rows=rows,
        slices=slices,
        affine=[[round(float(value), AFFINE_DIGITS) for value in line] for line in heat.affine[:3]],
        frame_of_reference_uid=series.frame_of_reference_uid or "",
        voxels=np.rint(255 * heat.probability).astype(np.uint8).tobytes(),
    )


def findings_of(found: Detections, series: CtSeries) -> list[dict[str, Any]]:
    """The detector's findings in the form that predictions are stored in."""
    return [_finding(f"F{number}", one, series) for number, one in enumerate(found.findings, start=1)]


def _finding(name: str, one: Detection, series: CtSeries) -> dict[str, Any]:
    return {
        "id": name,
        "code": PULMONARY_NODULE,
        "score": round(one.score, SCORE_DIGITS),
        "geometry": {
            "kind": SPHERE,
            "center_mm": [round(value, MILLIMETRE_DIGITS) for value in one.center_mm],
            "diameter_mm": round(one.diameter_mm, MILLIMETRE_DIGITS),
            "frame_of_reference_uid": series.frame_of_reference_uid or None,
            "series_instance_uid": series.series_instance_uid,
            "sop_instance_uid": series.sop_instance_uids[one.slice_index],
            "frame_number": 1,
        },
    }


@transaction.atomic
def _finish(run: InferenceRun, lease: Lease) -> None:
    items = InferenceItem.objects.filter(run=run)
    failed = items.filter(state=JobState.FAILED).count()
    refused = items.filter(is_refused=True).count()
    total = items.count()
    if failed:
        detail = (
            f"{failed} of {total} imaging studies have no prediction: {refused} outside the input specification, "
            f"{failed - refused} could not be analysed; each has its reason."
        )
        lease.finish(JobState.FAILED, error_code="items_failed", error_detail=detail)
    else:
        lease.finish(JobState.SUCCEEDED)
    record(
        stream=STREAM,
        actor=run.requested_by,
        action="inference_run.finish",
        obj=run,
        detail={
            "failed": failed,
            "refused": refused,
            "succeeded": total - failed,
            "weights_digest": run.model_version.weights_digest,
        },
    )
