"""Routes of what segments measure: of the own read, of the AI beside it, and all of a reader study as CSV."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import (
    MANAGING_ROLES,
    own_read,
    read_measured_for,
    read_to_measure,
    reader_study_for,
    roles_in,
)
from annotations.api.labels import CsvRenderer, LabelsApi
from annotations.exporters.measurements_csv import measurements_csv_lines
from annotations.models import AiContent, ReaderStudy
from annotations.selectors.ai import predictions_with_marks_shown
from annotations.selectors.masking import require_unmasked
from annotations.selectors.measurements import (
    MeasuredSubject,
    ai_measuring_shown,
    measured_predictions,
    measured_reads,
    measuring_of_read,
)
from annotations.services.ai import ai_delivered
from annotations.services.measurement_jobs import read_measure_again
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.errors import NotFound
from portal.inference.api.measurements import NOT_STORED, MeasuringOutput, SegmentMeasurementOutput
from portal.inference.models import SegmentMeasurement


class ReadSegmentMeasurementOutput(SegmentMeasurementOutput):
    """What one segment of a read measures."""

    mark_id = serializers.UUIDField()


class ReadMeasuringOutput(MeasuringOutput):
    """How far the measuring of a signed read is, and what is measured so far."""

    measurements = ReadSegmentMeasurementOutput(many=True)


class AiMeasuringOutput(MeasuringOutput):
    """The same of a prediction that the reader is shown."""

    prediction_id = serializers.UUIDField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Take the prediction apart from its measuring."""
        prediction, measuring = instance
        said: dict[str, Any] = MeasuringOutput(measuring).data
        return {"prediction_id": str(prediction.pk), **said}


class ReadMeasurementsApi(APIView):
    """What the segments of a signed read measure."""

    @extend_schema(responses=ReadMeasuringOutput)
    def get(self, request: Request, read_id: uuid.UUID) -> Response:
        """Return every quantity with its unit; to its reader, a coordinator, and of a signed read to API clients."""
        read = read_measured_for(caller(request), read_id)
        assignment = read.assignment
        if assignment.reader_id != caller(request).pk:
            require_unmasked(user=caller(request), reader_study=assignment.reader_study)
            viewed(
                by=caller(request),
                reader_study_id=assignment.reader_study_id,
                action="read.view_measurements",
                obj=read,
            )
        return Response(ReadMeasuringOutput(measuring_of_read(read=read)).data, headers=NOT_STORED)

    @extend_schema(request=None, responses={202: ReadMeasuringOutput})
    @transaction.atomic
    def post(self, request: Request, read_id: uuid.UUID) -> Response:
        """Measure what was not measured, or failed; 409 where there is no segment, or it runs or is done."""
        read = read_to_measure(caller(request), read_id)
        require_unmasked(user=caller(request), reader_study=read.assignment.reader_study)
        read_measure_again(by=caller(request), read=read)
        shown = ReadMeasuringOutput(measuring_of_read(read=read)).data
        return Response(shown, status=status.HTTP_202_ACCEPTED, headers=NOT_STORED)


class ReadAiMeasurementsApi(APIView):
    """What the AI's segments measure on the images of a read."""

    @extend_schema(responses=AiMeasuringOutput(many=True))
    @transaction.atomic
    def get(self, request: Request, read_id: uuid.UUID) -> Response:
        """Return every quantity of the segments that the reader is shown; before that this address does not exist."""
        read = own_read(caller(request), read_id)
        if not predictions_with_marks_shown(read=read):
            raise NotFound
        shown = ai_measuring_shown(read=read)
        for prediction, measuring in shown:
            if measuring.measurements:
                ai_delivered(read=read, prediction=prediction, content=AiContent.MEASURED)
        return Response(AiMeasuringOutput(shown, many=True).data, headers=NOT_STORED)


class MeasurementsExportApi(APIView):
    """What all segments of a reader study measure."""

    @extend_schema(operation_id="reader_studies_measurements_export", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Any:
        """Write one row per quantity: of signed reads; to coordinators also of the AI. Readers get their own."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.LABELS_VIEW)
        require_unmasked(user=caller(request), reader_study=reader_study)
        sees_all = LabelsApi.sees_all(request, reader_study)
        viewed(
            by=caller(request),
            reader_study_id=reader_study_id,
            action="measurements.view",
            obj=reader_study,
            detail={"own_only": not sees_all},
        )
        lines = measurements_csv_lines(_subjects(request, reader_study, sees_all=sees_all))
        return StreamingHttpResponse(
            (line.encode() for line in lines),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="measurements-{reader_study.pk}.csv"',
                **NOT_STORED,
            },
        )

    def get_renderers(self) -> list[BaseRenderer]:
        """Only CSV."""
        return [CsvRenderer()]


def _subjects(request: Request, reader_study: ReaderStudy, *, sees_all: bool) -> Iterator[dict[str, Any]]:
    reader = None if sees_all else caller(request)
    for one in measured_reads(reader_study=reader_study, reader=reader):
        yield _subject(reader_study, one)
    # API clients are made members for the answers; what the AI says is for those who run the reader study.
    if roles_in(caller(request), reader_study.pk) & MANAGING_ROLES:
        for one in measured_predictions(reader_study=reader_study):
            yield _subject(reader_study, one)


def _subject(reader_study: ReaderStudy, one: MeasuredSubject) -> dict[str, Any]:
    job, revision, prediction = one.measuring.job, one.revision, one.prediction
    named: dict[str, Any] = {
        "reader_study_id": reader_study.pk,
        "case": one.case.name,
        "case_id": one.case.pk,
        "study_instance_uid": one.study_instance_uid,
        "state": str(job.state) if job else "NOT_BEGUN",
        "reason": job.error_detail if job else None,
        "segments": [_segment(row) for row in one.measuring.measurements],
    }
    if revision is not None:
        reader = revision.read.assignment.reader
        ids = {"read_id": revision.read_id, "revision_id": revision.pk}
        named |= {"source": "READER", "reader": reader.username, **ids}
    if prediction is not None:
        version = prediction.model_version
        of_model = {"model": version.ai_model.name, "model_version": version.version}
        named |= {"source": "AI", "prediction_id": prediction.pk, **of_model}
    return named


def _segment(row: SegmentMeasurement) -> dict[str, Any]:
    levels = row.discretisation or {}
    return {
        "finding_id": row.finding_id,
        "mark_id": getattr(row, "mark_id", None),
        "series_instance_uid": row.series_instance_uid,
        "segment_sha256": row.segment_sha256,
        "pixels_sha256": row.pixels_sha256,
        "measured_at": row.created_at.isoformat(),
        "method_version": row.software["overread-measurement"],
        "level_start": levels.get("start"),
        "level_width": levels.get("width"),
        "reason": row.reason or None,
        "quantities": row.quantities,
    }
