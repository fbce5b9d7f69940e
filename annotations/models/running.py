"""What coordinators and readers settle while a reader study runs: who took whose place, and that training was done."""

from django.conf import settings
from django.db import models

from portal.db import AppendOnlyModel, Seal


class ReaderReplacement(AppendOnlyModel):
    """Who reads the cases of a withdrawn reader in a double reading; without a reader the arbitrators decide them."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.PROTECT, related_name="replacements")
    withdrawn = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    cases = models.JSONField(help_text="Ids of the cases.")
    reason = models.CharField(max_length=500)
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["created_at"]


class TrainingAcceptance(AppendOnlyModel):
    """A reader has signed the training cases, seen the feedback on them, and says so; `created_at` is when."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.PROTECT, related_name="trainings")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    statement = models.CharField(max_length=300)
    revisions = models.JSONField(help_text="Ids of the signed revisions of the training cases.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader_study", "reader"], name="training_accepted_once")]
