"""What the segments of signed reads measure."""

from typing import ClassVar

from django.db import models

from portal.db import JobModel, Seal
from portal.inference.models import SegmentMeasurement


class ReadMeasurementJob(JobModel):
    """Measuring the segments that a signed revision names; it begins by itself when the read is signed."""

    TASK_NAME: ClassVar[str] = "annotations.measure"
    QUEUE: ClassVar[str] = "analysis"

    revision = models.OneToOneField("annotations.Revision", on_delete=models.PROTECT, related_name="measurement_job")


class ReadMeasurement(SegmentMeasurement):
    """What a segment of a signed revision measures; its finding is that of the payload, its mark one of several."""

    SEAL = Seal(scope="revision__read__assignment__reader_study")

    revision = models.ForeignKey("annotations.Revision", on_delete=models.PROTECT, related_name="measurements")
    mark_id = models.UUIDField()

    class Meta(SegmentMeasurement.Meta):
        constraints = [models.UniqueConstraint(fields=["revision", "mark_id"], name="read_measurement_once")]
