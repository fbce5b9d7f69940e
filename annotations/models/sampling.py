"""Frames of candidate cases, and the samples that were drawn from them."""

import json
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property

from portal.db import AppendOnlyModel, Seal


class SamplingFrame(AppendOnlyModel):
    """The pool of candidate cases as it was uploaded: imaging studies with the values that strata are made of."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey(
        "annotations.ReaderStudy", on_delete=models.PROTECT, related_name="sampling_frames"
    )
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=300, help_text="Name of the uploaded file.")
    number_of_candidates = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of `content`.")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "number"], name="sampling_frame_number_once")]

    @cached_property
    def document(self) -> dict[str, Any]:
        """What it holds; read once, since a frame of many candidates takes a while."""
        found: dict[str, Any] = json.loads(self.content)
        return found


class SampleDraw(AppendOnlyModel):
    """One sample as it was drawn: frame, strata, counts, seed, algorithm and list, as canonical JSON."""

    SEAL = Seal(scope="reader_study")

    reader_study = models.ForeignKey("annotations.ReaderStudy", on_delete=models.PROTECT, related_name="sample_draws")
    number = models.PositiveIntegerField()
    frame = models.ForeignKey(SamplingFrame, on_delete=models.PROTECT, related_name="draws")
    seed = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=100)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of `content`.")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["reader_study", "number"], name="sample_draw_number_once")]
