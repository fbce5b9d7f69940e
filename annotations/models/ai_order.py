"""The AI's part in the reading orders of a reader study, as it was at the launch."""

from django.db import models

from portal.db import AppendOnlyModel, Seal


class AiOrder(AppendOnlyModel):
    """By which predictions the worklists were ordered: stored once, at the launch, and never computed again."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.OneToOneField("annotations.ReaderStudy", on_delete=models.PROTECT, related_name="ai_order")
    model_version = models.ForeignKey("inference.ModelVersion", on_delete=models.PROTECT, related_name="+")
    operating_threshold = models.FloatField(help_text="From this score on a case was flagged.")
    arms = models.JSONField(help_text="By what, for each arm's key: `annotations.domain.ai_order`.")
    cases = models.JSONField(
        help_text="[{case_id, name, prediction_id, score}] by the cases' position; both null without a prediction."
    )
