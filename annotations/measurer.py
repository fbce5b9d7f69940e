"""Measures the segments of signed reads. Only workers import this module: it loads what measures images."""

from django.db import transaction

from annotations.models import ReadMeasurement, ReadMeasurementJob
from annotations.services.measurement_jobs import segments_of
from annotations.services.segment_files import segment_read
from annotations.services.streams import stream_of_reader
from portal.audit.services import record
from portal.db import JobState
from portal.inference.prediction_measurements import measured_columns
from portal.jobs import Lease


def read_measure_work(job: ReadMeasurementJob, lease: Lease) -> None:
    """Measure every segment of a signed revision that has not been measured yet, and end the job."""
    revision = job.revision
    read, segments = revision.read, segments_of(revision)
    done = {str(pk) for pk in ReadMeasurement.objects.filter(revision=revision).values_list("mark_id", flat=True)}
    for index, segment in enumerate(segments):
        if segment.mark_id in done:
            continue
        text = segment_read(read_id=read.pk, sha256=segment.geometry["sha256"])
        columns = measured_columns(text, segment.geometry)
        with transaction.atomic():
            # Before any write: it locks the job's row and raises when another worker has taken over.
            lease.progress(index + 1, len(segments), f"{index + 1} of {len(segments)} segments")
            row = ReadMeasurement.objects.create(
                revision=revision,
                finding_id=segment.finding_id,
                mark_id=segment.mark_id,
                **columns,
            )
            record(stream=stream_of_reader(read.assignment), actor=None, action="read.measure", obj=read, rows=[row])
    lease.finish(JobState.SUCCEEDED)
