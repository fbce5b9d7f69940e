"""The versions of the segments that readers draw."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal


class SegmentVersion(AppendOnlyModel):
    """One version of a segment's voxels, kept as a file under its digest (`annotations.services.segment_files`)."""

    SEAL = Seal(scope="read__assignment__reader_study")

    read = models.ForeignKey("annotations.Read", on_delete=models.PROTECT, related_name="segment_versions")
    segment_id = models.UUIDField()
    sha256 = models.CharField(max_length=64, help_text="SHA-256 of the segment's one JSON text.")
    base_sha256 = models.CharField(max_length=64, blank=True)
    series_instance_uid = models.CharField(max_length=64)
    voxel_count = models.PositiveBigIntegerField()
    slice_count = models.PositiveIntegerField()
    byte_count = models.PositiveIntegerField(help_text="Of the stored file.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.CharField(max_length=64)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["read", "segment_id", "sha256"], name="segment_version_once"),
            models.UniqueConstraint(fields=["read", "idempotency_key"], name="segment_version_key_once"),
        ]
