"""Breaking the mask that hides the readers' answers from coordinators until the reader study is locked."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal


class MaskBreak(AppendOnlyModel):
    """Who sees the readers' answers before the lock, why, and until when."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.PROTECT, related_name="mask_breaks")
    broken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000)
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at"]
