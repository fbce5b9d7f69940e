"""Which predictions are measured: those whose findings are segments, as soon as they are stored."""

from collections.abc import Iterable
from typing import Any

from portal import jobs
from portal.inference.finding_segments import is_segment
from portal.inference.models import Prediction, PredictionMeasurementJob


def segments_of(prediction: Prediction) -> list[dict[str, Any]]:
    """Return the findings of a prediction that are segments."""
    return [finding for finding in prediction.findings if is_segment(finding["geometry"])]


def measurements_follow(predictions: Iterable[Prediction]) -> None:
    """Have stored predictions measured, in the transaction that stores them; nothing is done without segments."""
    for prediction in predictions:
        if segments_of(prediction):
            jobs.enqueue(PredictionMeasurementJob.objects.create(prediction=prediction))
