"""Computes the predictions of a run. Only workers import this module: it loads torch.

Every imaging study is one step with one transaction: prediction, item and progress are stored together or not at all.
A worker that is killed loses the step it was in; the next one goes on with the items that are still pending.
"""

from functools import partial
from typing import NamedTuple

from django.db import transaction

from portal.audit.services import record
from portal.db import JobState
from portal.errors import Unavailable
from portal.imaging.connection import orthanc
from portal.imaging.orthanc import OrthancUnavailable
from portal.inference.checked_input import read_checked
from portal.inference.engine.refusal import ModelRefused
from portal.inference.engines import Engine, open_engine
from portal.inference.heat_map import HeatMapInput
from portal.inference.measurement_jobs import measurements_follow
from portal.inference.models import InferenceItem, InferenceRun, Prediction, PredictionSource
from portal.inference.patience import Patience
from portal.inference.pixels import UnusableInput
from portal.inference.selectors import sampling_of, specification_of
from portal.inference.services import heat_map_create
from portal.inference.streams import STREAM
from portal.jobs import JobFailed, Lease


class Reason(NamedTuple):
    """Why an imaging study has no prediction."""

    code: str
    detail: str
    is_refused: bool


def inference_run_work(run: InferenceRun, lease: Lease) -> None:
    """Predict every pending imaging study of the run, and end the run."""
    waiting = partial(_still_wanted, run, lease)
    try:
        engine = open_engine(run.model_version, waiting, sampling_of(run))
    except ModelRefused as refused:
        raise JobFailed(refused.detail, code=refused.code) from refused
    pending = list(
        InferenceItem.objects.filter(run=run, state=JobState.PENDING)
        .select_related("imaging_study")
        .order_by("created_at", "id")
    )
    patience = Patience("imaging studies")
    try:
        for item in pending:
            _work_item(run, item, engine, lease)
            patience.tell(is_worn_out=engine.is_worn_out)
    finally:
        engine.close()
    _finish(run, lease)


def _still_wanted(run: InferenceRun, lease: Lease) -> None:
    """Called while a model computes: hold the lease; raise when the run was cancelled or taken over."""
    run.refresh_from_db(fields=["progress_done", "progress_total", "progress_message"])
    lease.progress(run.progress_done, run.progress_total, run.progress_message)


def _work_item(run: InferenceRun, item: InferenceItem, engine: Engine, lease: Lease) -> None:
    try:
        # The heartbeat thread of the job holds the lease while a step runs.
        series, checks = read_checked(item.imaging_study, orthanc(), specification_of(run.model_version))
    except OrthancUnavailable as error:
        raise Unavailable("Orthanc does not answer; retry the run when it does.", code="orthanc_unavailable") from error
    except UnusableInput as unusable:
        item.checks = [one._asdict() for one in unusable.checks]
        _store(run, item, lease, None, Reason(unusable.code, unusable.reason, unusable.is_refused))
        return
    item.checks = [one._asdict() for one in checks]
    try:
        answer = engine.predict(series)
    except ModelRefused as refused:
        _store(run, item, lease, None, Reason(refused.code, refused.detail, False))
        return
    prediction = Prediction(
        model_version=run.model_version,
        imaging_study=item.imaging_study,
        score=answer.score,
        uncertainty=answer.uncertainty,
        findings=answer.findings,
        source=PredictionSource.COMPUTED,
        weights_digest=run.model_version.weights_digest,
        input_digest=series.input_digest,
        run=run,
        created_by=run.requested_by,
    )
    _store(run, item, lease, prediction, None, answer.heat_map)


@transaction.atomic
def _store(
    run: InferenceRun,
    item: InferenceItem,
    lease: Lease,
    prediction: Prediction | None,
    reason: Reason | None,
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
        measurements_follow([prediction])
    item.state = JobState.SUCCEEDED if prediction is not None else JobState.FAILED
    item.reason_code = reason.code if reason else ""
    item.reason = reason.detail if reason else ""
    item.is_refused = reason is not None and reason.is_refused
    item.prediction = prediction
    item.save(update_fields=["state", "reason_code", "reason", "is_refused", "checks", "prediction"])


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
