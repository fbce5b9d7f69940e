"""The mirror of what Orthanc holds: identifiers and what worklists need, never pixels."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from portal.db import JobModel, UuidModel


class Patient(UuidModel):
    """A pseudonymous subject: the cluster of clustered statistics. No name, no birth date."""

    patient_key = models.CharField(max_length=64, unique=True, help_text="Pseudonym derived from (issuer, PatientID).")
    is_synthetic = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.patient_key


class ImagingStudy(UuidModel):
    """A DICOM study."""

    study_instance_uid = models.CharField(max_length=64, unique=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="imaging_studies")
    study_date = models.DateField(null=True)
    study_description = models.CharField(max_length=64, blank=True)
    modalities = models.JSONField(default=list)
    body_part = models.CharField(max_length=16, blank=True)
    number_of_series = models.PositiveIntegerField(default=0)
    number_of_instances = models.PositiveIntegerField(default=0)
    is_synthetic = models.BooleanField(default=False)
    header_facts = models.JSONField(
        null=True,
        help_text=(
            "Sex, age, site and descriptions without names, for protocols and analyses (portal.imaging.header_facts)."
        ),
    )

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.study_instance_uid


class Series(UuidModel):
    """A DICOM series."""

    series_instance_uid = models.CharField(max_length=64, unique=True)
    imaging_study = models.ForeignKey(ImagingStudy, on_delete=models.PROTECT, related_name="series")
    modality = models.CharField(max_length=16)
    series_number = models.IntegerField(null=True)
    series_description = models.CharField(max_length=64, blank=True)
    number_of_instances = models.PositiveIntegerField(default=0)
    facts = models.JSONField(null=True, help_text="What hanging protocols ask of it (portal.imaging.series_facts).")
    described_instances = models.PositiveIntegerField(default=0, help_text="Of how many instances the facts tell.")

    class Meta:
        ordering = ["series_number", "series_instance_uid"]

    def __str__(self) -> str:
        return self.series_instance_uid


class Instance(UuidModel):
    """A DICOM instance: where Orthanc keeps it and what its bytes were."""

    sop_instance_uid = models.CharField(max_length=64, unique=True)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="instances")
    orthanc_id = models.CharField(max_length=44, unique=True)
    sop_class_uid = models.CharField(max_length=64)
    transfer_syntax_uid = models.CharField(max_length=64)
    instance_number = models.IntegerField(null=True)
    number_of_frames = models.PositiveIntegerField(default=1)
    rows = models.PositiveIntegerField()
    columns = models.PositiveIntegerField()
    file_sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["instance_number", "sop_instance_uid"]

    def __str__(self) -> str:
        return self.sop_instance_uid


class IngestSource(models.TextChoices):
    """Which way files came."""

    UPLOAD = "UPLOAD"
    COMMAND = "COMMAND"
    CSTORE = "CSTORE"


class IngestJob(JobModel):
    """Taking files in: what was asked for, and how far it has come."""

    TASK_NAME: ClassVar[str] = "imaging.ingest"
    QUEUE: ClassVar[str] = "ingest"

    source = models.CharField(max_length=7, choices=IngestSource)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    upload_path = models.CharField(
        max_length=300, blank=True, help_text="Folder under var/ that holds the uploaded files."
    )

    class Meta:
        ordering = ["-created_at"]


class IngestOutcome(models.TextChoices):
    """What became of one file."""

    NEW = "NEW"
    PRESENT = "PRESENT"
    REFUSED = "REFUSED"


class IngestItem(UuidModel):
    """What became of one file of an ingest job."""

    job = models.ForeignKey(IngestJob, on_delete=models.CASCADE, related_name="items")
    name = models.CharField(max_length=300)
    outcome = models.CharField(max_length=7, choices=IngestOutcome)
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    sop_instance_uid = models.CharField(max_length=64, blank=True, db_index=True)
    orthanc_id_to_remove = models.CharField(
        max_length=44,
        blank=True,
        help_text="What arrived by C-STORE, was refused, and still lies in Orthanc.",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="ingest_item_once_per_name")]


class SeriesFrames(JobModel):
    """The frames of a series as files under var/: the job that writes them, and what lies there."""

    TASK_NAME: ClassVar[str] = "imaging.write_frames"
    QUEUE: ClassVar[str] = "frames"

    series = models.OneToOneField(Series, on_delete=models.CASCADE, related_name="frames")
    version = models.CharField(max_length=32, blank=True, help_text="Folder of the files; empty: none were written.")
    number_of_instances = models.PositiveIntegerField(default=0, help_text="Of the series when they were written.")
    number_of_frames = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    used_at = models.DateTimeField(null=True, help_text="Last grant, to some minutes: the oldest are evicted first.")

    def __str__(self) -> str:
        return f"{self.series_id} {self.state}"


class ChangesCursor(models.Model):
    """How far Orthanc's changes feed has been followed (one row)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_sequence = models.BigIntegerField(default=0)
    orthanc_database = models.CharField(
        max_length=100, blank=True, help_text="Which Orthanc index the number belongs to."
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="changes_cursor_single_row")]

    def __str__(self) -> str:
        return f"sequence {self.last_sequence}"
