"""What the segments of reads measure, and those of the AI on the cases of a reader study."""

from collections.abc import Iterator
from dataclasses import dataclass

from annotations.models import Case, Read, ReaderStudy, ReadMeasurement, ReadMeasurementJob, Revision
from annotations.selectors.ai import predictions_with_marks_shown
from annotations.selectors.case_images import current_ids_of
from annotations.selectors.labels import labels_of
from portal.accounts.models import User
from portal.inference.models import Prediction, PredictionMeasurement, PredictionMeasurementJob, SegmentMeasurement
from portal.inference.selectors import Measuring, measuring_of_prediction, predictions_in_force

# A read's segments have tens of quantities each; a reader study has thousands of reads.
ROWS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class MeasuredSubject:
    """A signed revision or a prediction whose segments are measured, will be, or could not be."""

    case: Case
    study_instance_uid: str
    revision: Revision | None
    prediction: Prediction | None
    measuring: Measuring


def measuring_of_read(*, read: Read) -> Measuring:
    """Return what the segments of the signed revision measure; nothing of a read that is not signed."""
    revision = read.signed_revision
    if revision is None:
        return Measuring(None, [])
    return Measuring(
        ReadMeasurementJob.objects.filter(revision=revision).first(),
        list(ReadMeasurement.objects.filter(revision=revision).order_by("created_at", "mark_id")),
    )


def ai_measuring_shown(*, read: Read) -> list[tuple[Prediction, Measuring]]:
    """Return what the segments of the AI measure, as far as the reader may see its marks now."""
    return [
        (prediction, measuring_of_prediction(prediction=prediction))
        for prediction in predictions_with_marks_shown(read=read)
    ]


def measured_reads(*, reader_study: ReaderStudy, reader: User | None) -> Iterator[MeasuredSubject]:
    """Yield the signed reads in force that name segments, oldest first; `reader` limits them as it limits labels."""
    signed = labels_of(reader_study=reader_study, reader=reader, updated_since=None)
    named = signed.filter(measurement_job__isnull=False).select_related("measurement_job")
    for revision in named.prefetch_related("measurements").iterator(chunk_size=ROWS_AT_ONCE):
        rows: list[SegmentMeasurement] = sorted(revision.measurements.all(), key=lambda one: one.created_at)
        case = revision.read.assignment.case
        measuring = Measuring(revision.measurement_job, rows)
        yield MeasuredSubject(case, case.imaging_study.study_instance_uid, revision, None, measuring)


def measured_predictions(*, reader_study: ReaderStudy) -> Iterator[MeasuredSubject]:
    """Yield the AI's predictions with segments on the cases in force, in the order of the cases."""
    version = reader_study.ai_model_version
    if version is None:
        return
    cases = list(
        Case.objects.filter(reader_study=reader_study, removed_at=None, withdrawn_at=None)
        .prefetch_related("further_images")
        .order_by("position")
    )
    current = current_ids_of(cases)
    wanted = [pk for ids in current for pk in ids]
    found = predictions_in_force(model_version=version, imaging_study_ids=wanted, frozen_at=reader_study.launched_at)
    keys = [prediction.pk for prediction in found.values()]
    jobs = {one.prediction_id: one for one in PredictionMeasurementJob.objects.filter(prediction__in=keys)}
    rows: dict[object, list[SegmentMeasurement]] = {}
    for row in PredictionMeasurement.objects.filter(prediction__in=keys).order_by("created_at", "finding_id"):
        rows.setdefault(row.prediction_id, []).append(row)
    for case, ids in zip(cases, current, strict=True):
        for prediction in (found[pk] for pk in ids if pk in found):
            if prediction.pk in jobs:
                measuring = Measuring(jobs[prediction.pk], rows.get(prediction.pk, []))
                uid = prediction.imaging_study.study_instance_uid
                yield MeasuredSubject(case, uid, None, prediction, measuring)
