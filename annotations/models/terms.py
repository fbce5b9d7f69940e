"""The terms of a reader study, version by version, and who accepted which."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal


class TermsVersion(AppendOnlyModel):
    """What readers accept before they open a case; a version without words asks for nothing."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.PROTECT, related_name="terms")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "version"], name="terms_version_once")]


class TermsAcceptance(AppendOnlyModel):
    """A reader accepted a version; `created_at` is when."""

    SEAL = Seal(scope="terms__reader_study")

    terms = models.ForeignKey(TermsVersion, on_delete=models.PROTECT, related_name="acceptances")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["terms", "reader"], name="terms_accepted_once")]
