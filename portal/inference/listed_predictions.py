"""The list of a version's predictions: which is in force, which call it is, and how far its measuring is."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Case, CharField, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Value, When

from portal.db import JobState
from portal.inference.finding_segments import SEGMENT
from portal.inference.models import (
    Explanation,
    ModelVersion,
    Prediction,
    PredictionMeasurement,
)


class MeasuringState(models.TextChoices):
    """How far the measuring of a prediction is, in one word for people."""

    NO_SEGMENTS = "NO_SEGMENTS"
    NOT_BEGUN = "NOT_BEGUN"
    WAITING = "WAITING"
    MEASURED = "MEASURED"
    PARTLY_MEASURED = "PARTLY_MEASURED"
    NOT_MEASURABLE = "NOT_MEASURABLE"
    FAILED = "FAILED"


POSITIVE, NEGATIVE = "POSITIVE", "NEGATIVE"


@dataclass(frozen=True, slots=True)
class PredictionFilter:
    """Which predictions are asked for; None: whatever it is.

    `measuring` is a `MeasuringState`, `outcome` the call at the version's operating threshold.
    """

    measuring: str | None = None
    outcome: str | None = None
    in_force: bool | None = None


def predictions_listed(*, model_version: ModelVersion, asked: PredictionFilter | None = None) -> QuerySet[Prediction]:
    """Return predictions of a version with `in_force`, `measuring_state`, `not_measured` and `explained`.

    Superseded ones are included. `not_measured`: the segments with a reason instead of numbers; `explained`: the
    explanations, newest first. However many rows are taken, the queries are three.
    """
    asked = asked or PredictionFilter()
    found = Prediction.objects.filter(_call(model_version, asked.outcome), model_version=model_version)
    found = found.annotate(in_force=Case(When(pk=_newest(), then=True), default=False), measuring_state=_measuring())
    if asked.measuring is not None:
        found = found.filter(measuring_state=asked.measuring)
    if asked.in_force is not None:
        found = found.filter(in_force=asked.in_force)
    return found.select_related("imaging_study__patient", "heat_map", "measurement_job").prefetch_related(
        _not_measured(), _explained()
    )


def _call(model_version: ModelVersion, outcome: str | None) -> Q:
    threshold = model_version.operating_threshold
    return {None: Q(), POSITIVE: Q(score__gte=threshold), NEGATIVE: Q(score__lt=threshold)}[outcome]


def _newest() -> Subquery:
    same = Prediction.objects.filter(model_version=OuterRef("model_version"), imaging_study=OuterRef("imaging_study"))
    return Subquery(same.order_by("-created_at", "-id").values("pk")[:1])


def _measuring() -> Case:
    rows = PredictionMeasurement.objects.filter(prediction=OuterRef("pk"))
    are_done = Q(measurement_job__state=JobState.SUCCEEDED)
    have_segments = Q(findings__contains=[{"geometry": {"kind": SEGMENT}}])
    # The first that holds.
    states = [
        (Q(measurement_job__state__in=(JobState.PENDING, JobState.RUNNING)), MeasuringState.WAITING),
        (Q(measurement_job__state__in=(JobState.FAILED, JobState.CANCELLED)), MeasuringState.FAILED),
        (are_done & ~Exists(rows.exclude(reason_code="")), MeasuringState.MEASURED),
        (are_done & ~Exists(rows.filter(reason_code="")), MeasuringState.NOT_MEASURABLE),
        (are_done, MeasuringState.PARTLY_MEASURED),
        (have_segments, MeasuringState.NOT_BEGUN),
    ]
    whens = [When(condition, then=Value(str(state))) for condition, state in states]
    return Case(*whens, default=Value(str(MeasuringState.NO_SEGMENTS)), output_field=CharField())


def _not_measured() -> Prefetch:
    # Without the quantities, which may be a hundred to a segment.
    rows = PredictionMeasurement.objects.exclude(reason_code="").order_by("created_at", "finding_id")
    return Prefetch("measurements", rows.defer("quantities", "software"), to_attr="not_measured")


def _explained() -> Prefetch:
    rows = Explanation.objects.order_by("-created_at", "-id").only("prediction", "method", "output_name")
    return Prefetch("explanations", rows, to_attr="explained")
