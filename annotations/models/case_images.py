"""The further imaging studies of a case that are read together with its first."""

from django.db import models

from portal.db import Seal, UuidModel
from portal.imaging.models import ImagingStudy

MAXIMUM_CURRENT = 8


class CaseImages(UuidModel):
    """A further current imaging study of a case; the first, which names the case, is `Case.imaging_study`.

    `reader_study` is the case's: PostgreSQL can only so keep a study out of two cases.
    """

    SEAL = Seal(scope="reader_study", carries=("imaging_study__study_instance_uid",))

    case = models.ForeignKey("annotations.Case", on_delete=models.CASCADE, related_name="further_images")
    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.CASCADE, related_name="+")
    imaging_study = models.ForeignKey(ImagingStudy, on_delete=models.PROTECT, related_name="further_in")
    position = models.PositiveIntegerField(help_text="2 is the first after the case's own.")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="further_images_position_once"),
            models.UniqueConstraint(fields=["reader_study", "imaging_study"], name="further_images_in_one_case"),
            models.CheckConstraint(
                condition=models.Q(position__range=(2, MAXIMUM_CURRENT)), name="further_images_after_the_first"
            ),
        ]
