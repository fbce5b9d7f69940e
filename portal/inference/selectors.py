"""Reads of AI models, runs and predictions."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from portal.db import JobModel, JobState
from portal.errors import Invalid
from portal.imaging.models import ImagingStudy
from portal.inference.models import (
    AiModel,
    EngineKind,
    Explanation,
    ExplanationItem,
    ExplanationJob,
    InferenceItem,
    InferenceRun,
    ModelCard,
    ModelUpload,
    ModelVersion,
    OperatingLayer,
    Prediction,
    PredictionMeasurement,
    PredictionMeasurementJob,
    SegmentMeasurement,
)
from portal.inference.sampling import Sampling, sampling_problems, to_sampling


def ai_models_all() -> QuerySet[AiModel]:
    """Return all AI models."""
    return AiModel.objects.all()


def model_versions_all() -> QuerySet[ModelVersion]:
    """Return all model versions with `number_of_predictions`: imaging studies that have one in force."""
    counted = (
        Prediction.objects.filter(model_version=OuterRef("pk"))
        .order_by()
        .values("model_version")
        .annotate(count=Count("imaging_study", distinct=True))
        .values("count")
    )
    versions = ModelVersion.objects.select_related("ai_model", "card").prefetch_related("members__member")
    return versions.annotate(number_of_predictions=Coalesce(Subquery(counted, output_field=IntegerField()), 0))


def operating_layers_of(*, model_version: ModelVersion) -> QuerySet[OperatingLayer]:
    """Return the operating layers of a model version, newest first."""
    return OperatingLayer.objects.filter(model_version=model_version).select_related("created_by").order_by("-number")


def is_runnable(model_version: ModelVersion) -> bool:
    """Say whether the portal itself can compute this version's predictions."""
    return model_version.kind != EngineKind.EXTERNAL


def model_uploads_of(*, ai_model: AiModel) -> QuerySet[ModelUpload]:
    """Return the uploads for an AI model."""
    return ModelUpload.objects.filter(ai_model=ai_model).select_related("requested_by")


def most_urgent_run(otherwise: uuid.UUID | str) -> uuid.UUID | str:
    """Return the waiting run that comes next, or the one given when none waits."""
    waiting = InferenceRun.objects.filter(state=JobState.PENDING, cancel_requested=False)
    return waiting.order_by("-priority", "created_at").values_list("pk", flat=True).first() or otherwise


def card_of(model_version_id: uuid.UUID) -> Mapping[str, Any] | None:
    """Return the document of a version's card; None without one."""
    return ModelCard.objects.filter(model_version=model_version_id).values_list("document", flat=True).first()


def specification_of(model_version: ModelVersion) -> Mapping[str, Any] | None:
    """Return what the version's card says of its input; None without a card."""
    card = card_of(model_version.pk)
    return card["input"] if card else None


def augmentations_allowed(model_version: ModelVersion) -> Mapping[str, Any] | None:
    """Return how a case may be changed for test-time augmentation, as the version's card says; None: not at all."""
    specification = specification_of(model_version)
    return specification.get("augmentations") if specification else None


def ensemble_members(model_version: ModelVersion) -> list[ModelVersion]:
    """Return the versions that an ensemble asks, in their order."""
    return [one.member for one in model_version.members.select_related("member__ai_model").order_by("position")]


def check_sampling(model_version: ModelVersion, asked: Mapping[str, Any] | None) -> None:
    """Raise `Invalid` where the version cannot find in the way that is asked how uncertain its scores are."""
    problems = sampling_problems(asked, model_version.kind, augmentations_allowed(model_version)) if asked else []
    if problems:
        raise Invalid("This version cannot say so how uncertain it is; nothing was started.", errors=problems)


def sampling_of(run: InferenceRun) -> Sampling | None:
    """Return by which samples a run finds how uncertain its scores are; None where it asks for nothing."""
    return None if run.uncertainty is None else to_sampling(run.uncertainty, augmentations_allowed(run.model_version))


def inference_runs_all() -> QuerySet[InferenceRun]:
    """Return all inference runs."""
    return InferenceRun.objects.select_related("model_version__ai_model", "requested_by")


def items_of(*, run: InferenceRun) -> QuerySet[InferenceItem]:
    """Return a run's imaging studies in their order of work."""
    return InferenceItem.objects.filter(run=run).select_related("imaging_study").order_by("created_at", "id")


def predictions_in_force(
    *, model_version: ModelVersion, imaging_study_ids: Iterable[uuid.UUID], frozen_at: datetime | None = None
) -> dict[uuid.UUID, Prediction]:
    """Return the prediction in force of each of these imaging studies that has one: the newest.

    With `frozen_at` (the launch of a reader study) it is the newest of that moment, or else the first one after it:
    what somebody posts later changes neither what readers are shown nor what is analysed.
    """
    found = Prediction.objects.filter(model_version=model_version, imaging_study__in=list(imaging_study_ids))
    whole = found.select_related("heat_map", "model_version__ai_model")
    return {one.imaging_study_id: one for query in _in_force(whole, frozen_at) for one in query}


class Scored(NamedTuple):
    """A prediction's id and score."""

    pk: uuid.UUID
    score: float


def scores_in_force(
    *, model_version: ModelVersion, imaging_studies: QuerySet[Any, Any], frozen_at: datetime | None = None
) -> dict[uuid.UUID, Scored]:
    """Return of the predictions in force, as `predictions_in_force` has them, the scores: for many thousands.

    `imaging_studies` is a query of their ids, which then need not be sent one by one.
    """
    found = Prediction.objects.filter(model_version=model_version, imaging_study__in=imaging_studies)
    queries = (query.values_list("imaging_study_id", "pk", "score") for query in _in_force(found, frozen_at))
    return {study: Scored(pk, score) for query in queries for study, pk, score in query}


def _in_force(found: QuerySet[Prediction], frozen_at: datetime | None) -> list[QuerySet[Prediction]]:
    """One prediction of each imaging study in each query; a later query's is in force."""
    if frozen_at is None:
        return [_first_of_each(found, "-created_at", "-id")]
    first_after = _first_of_each(found.filter(created_at__gt=frozen_at), "created_at", "id")
    return [first_after, _first_of_each(found.filter(created_at__lte=frozen_at), "-created_at", "-id")]


def _first_of_each(predictions: QuerySet[Prediction], *order: str) -> QuerySet[Prediction]:
    # By the column: ordering by the relation would use the imaging study's own ordering.
    return predictions.order_by("imaging_study_id", *order).distinct("imaging_study_id")


EXAMPLE_STUDIES = 3


def example_study_uids() -> list[str]:
    """Return StudyInstanceUIDs for an example file: of imaging studies that are there, else made up."""
    newest = ImagingStudy.objects.order_by("-created_at").values_list("study_instance_uid", flat=True)
    return list(newest[:EXAMPLE_STUDIES]) or ["1.2.3.4.1", "1.2.3.4.2"]


class Measuring(NamedTuple):
    """How far the measuring of a prediction or a read is, and what is measured; without a job nothing began."""

    job: JobModel | None
    measurements: list[SegmentMeasurement]


def measuring_of_prediction(*, prediction: Prediction) -> Measuring:
    """Return what the segments of a prediction measure, in the order in which they were measured."""
    return Measuring(
        PredictionMeasurementJob.objects.filter(prediction=prediction).first(),
        list(PredictionMeasurement.objects.filter(prediction=prediction).order_by("created_at", "finding_id")),
    )


def explanation_jobs_of(*, model_version: ModelVersion) -> QuerySet[ExplanationJob]:
    """Return the jobs that explain predictions of a version, newest first."""
    return ExplanationJob.objects.filter(model_version=model_version).select_related("requested_by")


def explanation_items_of(*, job: ExplanationJob) -> QuerySet[ExplanationItem]:
    """Return the predictions of a job that explains, in their order of work."""
    return ExplanationItem.objects.filter(job=job).select_related("prediction__imaging_study__patient")


def explanations_of(*, model_version: ModelVersion) -> QuerySet[Explanation]:
    """Return the explanations of a version's predictions with their checks, newest first."""
    return _with_checks(Explanation.objects.filter(prediction__model_version=model_version))


def explanations_of_prediction(*, prediction: Prediction) -> QuerySet[Explanation]:
    """Return all explanations of one prediction with their checks, newest first."""
    return _with_checks(Explanation.objects.filter(prediction=prediction))


def _with_checks(found: QuerySet[Explanation]) -> QuerySet[Explanation]:
    # The same order where two are of the same moment, as those that one job stores can be.
    newest_first = found.order_by("-created_at", "-id")
    return newest_first.select_related("prediction__imaging_study__patient", "weights_check")


def explanations_in_force(*, prediction: Prediction, frozen_at: datetime | None) -> list[Explanation]:
    """Return by method and output the newest explanation of a prediction that was there at `frozen_at`.

    What is explained later is not shown in a reader study that runs: its readers would not see the same.
    """
    found = Explanation.objects.filter(prediction=prediction)
    if frozen_at is not None:
        found = found.filter(created_at__lte=frozen_at)
    return list(found.order_by("method", "output", "-created_at", "-id").distinct("method", "output"))
