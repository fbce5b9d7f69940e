"""What hangs beside a case, and how: the hanging protocol's versions and the priors."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal, UuidModel
from portal.imaging.models import ImagingStudy


class HangingProtocol(AppendOnlyModel):
    """One version of the rules by which the reading room hangs a reader study's cases."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(
        "annotations.ReaderStudy", on_delete=models.PROTECT, related_name="hanging_protocols"
    )
    version = models.PositiveIntegerField()
    rules = models.JSONField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "version"], name="hanging_version_once")]


class CasePrior(UuidModel):
    """An earlier imaging study of the same patient, shown beside the case's own; position 1 is the most relevant."""

    SEAL = Seal(scope="case__reader_study", carries=("imaging_study__study_instance_uid",))

    case = models.ForeignKey("annotations.Case", on_delete=models.CASCADE, related_name="priors")
    imaging_study = models.ForeignKey(ImagingStudy, on_delete=models.PROTECT, related_name="prior_of")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "imaging_study"], name="prior_once_per_case"),
            models.UniqueConstraint(fields=["case", "position"], name="prior_position_once"),
        ]
