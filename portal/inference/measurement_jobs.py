"""Which predictions are measured: those whose findings are segments, as soon as they are stored."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from portal import jobs
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict
from portal.inference.finding_segments import is_segment
from portal.inference.models import Prediction, PredictionMeasurementJob
from portal.inference.streams import STREAM


def segments_of(prediction: Prediction) -> list[dict[str, Any]]:
    """Return the findings of a prediction that are segments."""
    return [finding for finding in prediction.findings if is_segment(finding["geometry"])]


def measurements_follow(predictions: Iterable[Prediction]) -> None:
    """Have stored predictions measured, in the transaction that stores them; nothing is done without segments."""
    for prediction in predictions:
        if segments_of(prediction):
            jobs.enqueue(PredictionMeasurementJob.objects.create(prediction=prediction))


@transaction.atomic
def prediction_measure_again(*, by: User, prediction: Prediction) -> None:
    """Have a prediction measured that was not, or whose measuring failed; what is stored stays."""
    job = PredictionMeasurementJob.objects.select_for_update().filter(prediction=prediction).first()
    if not segments_of(prediction):
        raise Conflict("This prediction has no segment, so there is nothing to measure.", code="no_segments")
    if job is None:
        measurements_follow([prediction])
    else:
        jobs.retry(job)
    record(stream=STREAM, actor=by, action="prediction.measure_again", obj=prediction)
