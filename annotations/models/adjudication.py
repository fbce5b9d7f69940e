"""Adjudication: rounds of cases that are judged again, and what was decided about each."""

from django.conf import settings
from django.db import models

from annotations.models.reference import ReferenceStandard
from portal.db import AppendOnlyModel, Seal


class Adjudication(AppendOnlyModel):
    """One round: the cases of a consensus that its triggers named, drawn once with a stored seed."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.PROTECT, related_name="adjudications")
    number = models.PositiveIntegerField()
    base = models.ForeignKey(ReferenceStandard, on_delete=models.PROTECT, related_name="adjudications")
    triggers = models.JSONField()
    seed = models.CharField(max_length=64)
    shows = models.CharField(max_length=8, help_text="`annotations.domain.adjudication.SHOWS`.")
    question = models.CharField(max_length=500, help_text="What is decided, as the adjudicators see it.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "number"], name="adjudication_number_once")]


class AdjudicationCase(AppendOnlyModel):
    """A case of a round, in the order in which it is judged; `shown` are the readers' revisions, A first."""

    SEAL = Seal(scope="adjudication__reader_study")

    adjudication = models.ForeignKey(Adjudication, on_delete=models.PROTECT, related_name="cases")
    case = models.ForeignKey("annotations.Case", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    reasons = models.JSONField(help_text="Which triggers named it.")
    shown = models.JSONField(default=list)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["adjudication", "case"], name="adjudication_case_once"),
            models.UniqueConstraint(fields=["adjudication", "position"], name="adjudication_position_once"),
        ]


class AdjudicationDecision(AppendOnlyModel):
    """What an adjudicator decided about a case, and why; the newest counts, earlier ones stay."""

    SEAL = Seal(scope="adjudication_case__adjudication__reader_study")

    adjudication_case = models.ForeignKey(AdjudicationCase, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField()
    adjudicator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, help_text="POSITIVE, NEGATIVE or EXCLUDED.")
    comment = models.CharField(max_length=2000)
    lesions = models.JSONField(default=list, help_text="What became of each lesion, and whose outline it has.")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["adjudication_case", "number"], name="adjudication_decision_once")
        ]
