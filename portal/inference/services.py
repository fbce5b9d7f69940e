"""Writes to AI models, runs and predictions: one transaction each, with its audit event."""

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import IntegrityError, models, transaction

from portal import jobs
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.services import record
from portal.db import JobState
from portal.errors import Conflict, FieldProblem, Invalid
from portal.grammar import counted
from portal.imaging.models import ImagingStudy
from portal.inference.access import model_version_by_id
from portal.inference.calibration import calibration_problems
from portal.inference.finding_places import placed
from portal.inference.heat_map import HeatMapInput
from portal.inference.heat_map_files import heat_map_write
from portal.inference.measurement_jobs import measurements_follow
from portal.inference.model_card import card_problems, threshold_in_force
from portal.inference.models import (
    AiModel,
    EngineKind,
    HeatMap,
    InferenceItem,
    InferenceRun,
    ModelCard,
    ModelVersion,
    Prediction,
    PredictionSource,
    RunPriority,
)
from portal.inference.prediction_input import PredictionInput, prediction_problems, to_prediction_input
from portal.inference.predictions_csv import parse_predictions_csv
from portal.inference.segment_files import ai_segment_write
from portal.inference.selectors import check_sampling, is_runnable, predictions_in_force
from portal.inference.streams import STREAM
from portal.webhooks.events import EventKind
from portal.webhooks.services import emit

MAXIMUM_POSTED = 1000
_SHA256_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of posted predictions: in the order they came, and how many of them are new."""

    predictions: list[Prediction]
    created: int

    @property
    def unchanged(self) -> int:
        """How many were already in force word for word, so that nothing was stored."""
        return len(self.predictions) - self.created


class Bound(NamedTuple):
    """A prediction, the imaging study that it is of, and the prediction in force of that."""

    prediction: PredictionInput
    imaging_study: ImagingStudy
    in_force: Prediction | None


def ai_viewed(*, by: User, action: str, obj: models.Model) -> None:
    """Record that somebody is given what an AI says; each person has a chain of their own, so that nobody waits."""
    record(stream=f"person:{by.pk}", actor=by, action=action, obj=obj)


@transaction.atomic
def ai_model_create(*, by: User | None, name: str, description: str = "", intended_use: str = "") -> AiModel:
    """Register an algorithm."""
    try:
        with transaction.atomic():
            model = AiModel.objects.create(name=name, description=description, intended_use=intended_use)
    except IntegrityError as error:
        raise Invalid(
            "An AI model of this name is already registered.",
            code="name_taken",
            errors=[{"field": "name", "code": "name_taken", "detail": "Choose another name."}],
        ) from error
    record(stream=STREAM, actor=by, action="ai_model.create", obj=model, rows=[model])
    return model


@transaction.atomic
def posters_put(*, by: User, ai_model: AiModel, user_ids: Sequence[uuid.UUID]) -> None:
    """Replace the accounts that may post predictions of an AI model.

    None of them reads in a reader study: whoever knows the predictions would read as no blinded reader does.
    """
    people = User.objects.in_bulk(list(user_ids))
    reading = set(User.objects.filter(pk__in=people, memberships__role=Role.READER).values_list("pk", flat=True))
    problems: list[FieldProblem] = []
    for user_id in user_ids:
        if user_id not in people:
            problems.append(
                {"field": "user_ids", "code": "unknown_person", "detail": f"There is no account {user_id}."}
            )
        elif user_id in reading:
            detail = f"{people[user_id].username} reads in a reader study and may not know what the AI says."
            problems.append({"field": "user_ids", "code": "not_blinded", "detail": detail})
    if problems:
        raise Invalid("These accounts cannot post predictions.", errors=problems)
    ai_model.posters.set(people.values())
    record(
        stream=STREAM,
        actor=by,
        action="ai_model.posters",
        obj=ai_model,
        detail={"posters": sorted(str(user_id) for user_id in people)},
    )


@transaction.atomic
def model_version_register(
    *, by: User | None, ai_model: AiModel, version: str, card: Any = None, **fields: Any
) -> ModelVersion:
    """Register one immutable build, with its card where it has one.

    Fields are those of `ModelVersion`; the kind is EXTERNAL unless given. With a card the threshold is that of the
    card's first operating point.
    """
    fields.setdefault("kind", EngineKind.EXTERNAL)
    check_version_fields(fields, card)
    if card is not None:
        fields["operating_threshold"] = threshold_in_force(card)
    try:
        with transaction.atomic():
            registered = ModelVersion.objects.create(ai_model=ai_model, version=version, created_by=by, **fields)
    except IntegrityError as error:
        raise Invalid(
            "This AI model already has a version of this name; a version never changes.",
            code="version_taken",
            errors=[{"field": "version", "code": "version_taken", "detail": "Choose another version."}],
        ) from error
    cards = [ModelCard.objects.create(model_version=registered, document=card)] if card is not None else []
    detail = {"kind": str(registered.kind), "weights_digest": registered.weights_digest}
    rows = [registered, *cards]
    record(stream=STREAM, actor=by, action="model_version.register", obj=registered, detail=detail, rows=rows)
    return registered


def check_version_fields(fields: Mapping[str, Any], card: Any) -> None:
    """Raise `Invalid` with everything that is wrong with a version that somebody wants to register."""
    problems: list[FieldProblem] = []
    digest = fields.get("weights_digest", "")
    if digest and (len(digest) != _SHA256_LENGTH or set(digest) - set("0123456789abcdef")):
        detail = "Give the SHA-256 of the weights: 64 lower-case hexadecimal digits."
        problems.append({"field": "weights_digest", "code": "not_sha256", "detail": detail})
    of_card = card_problems(card) if card is not None else []
    threshold = fields.get("operating_threshold", 0.5)
    if not (math.isfinite(threshold) and 0 <= threshold <= 1):
        detail = "The threshold is a number from 0 to 1."
        problems.append({"field": "operating_threshold", "code": "not_a_probability", "detail": detail})
    elif card is not None and not of_card and fields.get("operating_threshold") not in (None, threshold_in_force(card)):
        detail = "With a model card the threshold is that of its first operating point; leave this one out."
        problems.append({"field": "operating_threshold", "code": "not_the_cards", "detail": detail})
    problems += [*calibration_problems(fields.get("calibration")), *of_card]
    if problems:
        raise Invalid("The model version is not valid.", errors=problems)


@transaction.atomic
def inference_run_create(
    *,
    by: User | None,
    model_version: ModelVersion,
    imaging_studies: Sequence[ImagingStudy],
    priority: RunPriority = RunPriority.NORMAL,
    uncertainty: dict[str, Any] | None = None,
) -> InferenceRun:
    """Ask a worker to run a model version over imaging studies; `uncertainty`: method, samples and seed."""
    if not is_runnable(model_version):
        raise Invalid("The portal cannot run this model version: its predictions are posted.", code="not_runnable")
    if not imaging_studies:
        raise Invalid("Choose at least one imaging study.", code="no_imaging_studies")
    check_sampling(model_version, uncertainty)
    asked = {"model_version": model_version, "requested_by": by, "priority": priority, "uncertainty": uncertainty}
    run = InferenceRun.objects.create(**asked, progress_total=len(imaging_studies))
    InferenceItem.objects.bulk_create(InferenceItem(run=run, imaging_study=study) for study in imaging_studies)
    record(
        stream=STREAM,
        actor=by,
        action="inference_run.create",
        obj=run,
        detail={
            "model_version": str(model_version.pk),
            "imaging_studies": len(imaging_studies),
            "priority": RunPriority(priority).name,
            **({} if uncertainty is None else {"uncertainty": uncertainty}),
        },
    )
    jobs.enqueue(run)
    return run


@transaction.atomic
def inference_run_retry(*, by: User, run: InferenceRun) -> InferenceRun:
    """Try what failed once more; what has succeeded is kept."""
    jobs.retry(run)
    InferenceItem.objects.filter(run=run).exclude(state=JobState.SUCCEEDED).update(
        state=JobState.PENDING, reason_code="", reason="", is_refused=False, checks=[]
    )
    record(stream=STREAM, actor=by, action="inference_run.retry", obj=run)
    run.refresh_from_db()
    return run


@transaction.atomic
def inference_run_cancel(*, by: User, run: InferenceRun) -> InferenceRun:
    """Ask a run to stop; predictions it has stored stay."""
    jobs.cancel(run, ended=inference_run_notice)
    record(stream=STREAM, actor=by, action="inference_run.cancel", obj=run)
    run.refresh_from_db()
    return run


def inference_run_notice(run: InferenceRun, state: JobState) -> None:
    """Tell webhooks that a run has ended; part of the transaction that stores it."""
    emit(kind=EventKind.INFERENCE_RUN_FINISHED, data={"inference_run_id": run.pk, "state": str(state)})


def predictions_post(*, by: User, model_version: ModelVersion, body: Any) -> Posted:
    """Store one posted prediction or a list of them: all, or none and what is wrong with which."""
    is_list = isinstance(body, list)
    raws = body if is_list else [body]
    if not 1 <= len(raws) <= MAXIMUM_POSTED:
        raise Invalid(f"Post between 1 and {MAXIMUM_POSTED} predictions at a time.", code="wrong_count")
    paths = [f"[{index}]" if is_list else "" for index in range(len(raws))]
    problems = [problem for raw, path in zip(raws, paths, strict=True) for problem in prediction_problems(raw, path)]
    if problems:
        raise Invalid("Some predictions are not valid; nothing was stored.", errors=problems[:1000])
    inputs = [to_prediction_input(raw) for raw in raws]
    places: list[FieldProblem] = [
        {"field": f"{path}.imaging_study_uid".lstrip("."), "code": "", "detail": ""} for path in paths
    ]
    return predictions_store(
        by=by, model_version=model_version, inputs=inputs, places=places, source=PredictionSource.API
    )


def predictions_post_csv(*, by: User, model_version: ModelVersion, text: str) -> Posted:
    """Store a CSV of predictions: all, or none and what is wrong in which row."""
    parsed = parse_predictions_csv(text)
    if parsed.problems:
        raise Invalid(
            f"The file has {counted(len(parsed.problems), 'problem')}; nothing was stored.",
            code="invalid_csv",
            errors=parsed.problems[:1000],
        )
    places: list[FieldProblem] = [
        {"field": "study_instance_uid", "code": "", "detail": "", "row": parsed.rows[uid]} for uid in parsed.predictions
    ]
    inputs = list(parsed.predictions.values())
    return predictions_store(
        by=by, model_version=model_version, inputs=inputs, places=places, source=PredictionSource.CSV
    )


def predictions_bind(
    *, model_version: ModelVersion, inputs: Sequence[PredictionInput], places: Sequence[FieldProblem]
) -> list[Bound]:
    """Return predictions with their imaging studies and what is in force of each; raises `Invalid` and `Conflict`."""
    if is_runnable(model_version):
        raise Conflict("The portal computes this model version's predictions itself.", code="computed_version")
    studies = _studies_of(inputs, places)
    in_force = predictions_in_force(
        model_version=model_version, imaging_study_ids=[study.pk for study in studies.values()]
    )
    on_images = _placed(inputs, studies, places)
    bound = ((one, studies[one.study_instance_uid]) for one in on_images)
    return [Bound(one, study, in_force.get(study.pk)) for one, study in bound]


@transaction.atomic
def predictions_store(
    *,
    by: User,
    model_version: ModelVersion,
    inputs: Sequence[PredictionInput],
    places: Sequence[FieldProblem],
    source: PredictionSource,
) -> Posted:
    """Store well-formed predictions, all or none; `places` tells where each was posted."""
    # One writer at a time per model version: then "already in force" is decided once, also for a repeated post.
    model_version = model_version_by_id(model_version.pk, lock=True)
    stored: list[Prediction] = []
    created: list[Prediction] = []
    heat_maps: list[HeatMap] = []
    for one, study, known in predictions_bind(model_version=model_version, inputs=inputs, places=places):
        if known is None or not says_the_same(known, one):
            made = Prediction(
                model_version=model_version,
                imaging_study=study,
                score=one.score,
                uncertainty=one.uncertainty,
                findings=one.findings,
                source=source,
                weights_digest=model_version.weights_digest,
                origin=one.origin,
                created_by=by,
            )
            heat_maps += filter(None, [_save_with_files(made, one)])
            created.append(made)
            stored.append(made)
        else:
            stored.append(known)
    if created:
        _record_posted(by, model_version, source, created, heat_maps)
        measurements_follow(created)
    return Posted(stored, len(created))


def _record_posted(
    by: User,
    model_version: ModelVersion,
    source: PredictionSource,
    created: Sequence[Prediction],
    heat_maps: Sequence[HeatMap],
) -> None:
    record(
        stream=STREAM,
        actor=by,
        action="predictions.post",
        obj=model_version,
        detail={"source": str(source), "predictions": [str(one.pk) for one in created]},
        rows=[*created, *heat_maps],
    )


def _save_with_files(prediction: Prediction, one: PredictionInput) -> HeatMap | None:
    prediction.save()
    heat_map = heat_map_create(prediction=prediction, heat_map=one.heat_map)
    for segment in one.segments.values():
        ai_segment_write(sha256=segment.sha256, text=segment.text)
    return heat_map


def says_the_same(known: Prediction, one: PredictionInput) -> bool:
    """Whether a prediction in force says word for word what is posted."""
    shown = getattr(known, "heat_map", None)
    digests = (shown.digest if shown else None, one.heat_map.digest if one.heat_map else None)
    said = (known.score, known.uncertainty, known.findings) == (one.score, one.uncertainty, one.findings)
    return said and digests[0] == digests[1]


def heat_map_create(*, prediction: Prediction, heat_map: HeatMapInput | None) -> HeatMap | None:
    """Store the heat map of a prediction, in the transaction that stores the prediction."""
    if heat_map is None:
        return None
    heat_map_write(heat_map)
    return HeatMap.objects.create(
        prediction=prediction,
        digest=heat_map.digest,
        columns=heat_map.columns,
        rows=heat_map.rows,
        slices=heat_map.slices,
        affine=heat_map.affine,
        frame_of_reference_uid=heat_map.frame_of_reference_uid,
    )


def _studies_of(inputs: Sequence[PredictionInput], places: Sequence[FieldProblem]) -> dict[str, ImagingStudy]:
    uids = [one.study_instance_uid for one in inputs]
    studies = {study.study_instance_uid: study for study in ImagingStudy.objects.filter(study_instance_uid__in=uids)}
    problems: list[FieldProblem] = []
    seen: set[str] = set()
    for uid, place in zip(uids, places, strict=True):
        if uid not in studies:
            problems.append({**place, "code": "unknown", "detail": "The portal has no such imaging study."})
        elif uid in seen:
            problems.append({**place, "code": "repeated", "detail": "The imaging study appears twice."})
        seen.add(uid)
    if problems:
        raise Invalid(
            "Some imaging studies cannot be taken; nothing was stored.",
            code="unknown_imaging_study" if any(p["code"] == "unknown" for p in problems) else "invalid",
            errors=problems[:1000],
        )
    return studies


def _placed(
    inputs: Sequence[PredictionInput], studies: Mapping[str, ImagingStudy], places: Sequence[FieldProblem]
) -> list[PredictionInput]:
    prefixes = [place["field"].removesuffix("imaging_study_uid") for place in places]
    on_images, problems = placed(inputs, studies, prefixes)
    if problems:
        raise Invalid("Some findings lie on no image of the study; nothing was stored.", errors=problems[:1000])
    return on_images
