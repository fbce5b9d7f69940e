"""Measures the segments of predictions: one row each, stored once and told to the trail."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from portal.audit.services import record
from portal.db import JobState
from portal.imaging.connection import orthanc
from portal.imaging.models import Series
from portal.inference.measured_segment import measured, software
from portal.inference.measurement_jobs import segments_of
from portal.inference.models import (
    Prediction,
    PredictionMeasurement,
    PredictionMeasurementJob,
)
from portal.inference.segment_files import ai_segment_read
from portal.inference.selectors import card_of
from portal.inference.streams import STREAM
from portal.jobs import Lease


def measured_columns(text: str, geometry: dict[str, Any], names: Collection[str] | None = None) -> dict[str, Any]:
    """Measure a segment, given as its stored text, whoever drew it, and return what its row holds."""
    series_instance_uid = geometry["series_instance_uid"]
    series = Series.objects.filter(series_instance_uid=series_instance_uid).select_related("imaging_study").first()
    found = measured(text, series, orthanc(), names=names)
    return {
        "segment_sha256": geometry["sha256"],
        "series_instance_uid": series_instance_uid,
        "pixels_sha256": found.pixels_sha256,
        "software": software(),
        "discretisation": found.discretisation,
        "quantities": found.quantities,
        "reason_code": found.reason_code,
        "reason": found.reason,
    }


def declared_names(prediction: Prediction) -> list[str] | None:
    """Return the quantities that the card of the version declares; None where it declares none, which are all."""
    card = card_of(prediction.model_version_id)
    return card.get("measurements") if card else None


def prediction_measure_work(job: PredictionMeasurementJob, lease: Lease) -> None:
    """Measure every segment of a prediction that has not been measured yet, and end the job."""
    prediction = job.prediction
    findings = segments_of(prediction)
    names = declared_names(prediction)
    done = set(PredictionMeasurement.objects.filter(prediction=prediction).values_list("finding_id", flat=True))
    for index, finding in enumerate(findings):
        if finding["id"] in done:
            continue
        geometry = finding["geometry"]
        columns = measured_columns(ai_segment_read(geometry["sha256"]), geometry, names)
        with transaction.atomic():
            # Before any write: it locks the job's row and raises when another worker has taken over.
            lease.progress(index + 1, len(findings), f"{index + 1} of {len(findings)} segments")
            row = PredictionMeasurement.objects.create(prediction=prediction, finding_id=finding["id"], **columns)
            record(stream=STREAM, actor=None, action="prediction.measure", obj=prediction, rows=[row])
    lease.finish(JobState.SUCCEEDED)
