"""Where an id becomes an object of inference.

AI models belong to the site: the policy table lets everybody who builds reader studies see and use all of them, so
these functions check only that the object is there. Posting predictions is given to single accounts too.
"""

import uuid
from collections.abc import Sequence

from portal.accounts.models import User
from portal.accounts.permissions import site_roles
from portal.accounts.policy import Role
from portal.errors import Invalid, NotFound
from portal.imaging.access import viewable_imaging_studies
from portal.imaging.models import ImagingStudy
from portal.inference.finding_segments import is_segment
from portal.inference.models import (
    AiModel,
    Explanation,
    ExplanationJob,
    HeatMap,
    InferenceRun,
    ModelUpload,
    ModelVersion,
    OperatingLayer,
    Prediction,
)


def ai_model_by_id(ai_model_id: uuid.UUID) -> AiModel:
    """Return an AI model."""
    found = AiModel.objects.filter(pk=ai_model_id).first()
    if found is None:
        raise NotFound
    return found


def model_version_by_id(model_version_id: uuid.UUID, *, lock: bool = False) -> ModelVersion:
    """Return a model version; `lock` holds its row to the transaction's end."""
    query = ModelVersion.objects.select_for_update(of=("self",)) if lock else ModelVersion.objects.all()
    found = query.filter(pk=model_version_id).select_related("ai_model").first()
    if found is None:
        raise NotFound
    return found


def operating_layer_of(model_version_id: uuid.UUID, number: int) -> OperatingLayer:
    """Return an operating layer of this model version."""
    layers = OperatingLayer.objects.select_related("model_version__ai_model", "created_by")
    found = layers.filter(model_version=model_version_id, number=number).first()
    if found is None:
        raise NotFound("This model version has no operating layer of that number.")
    return found


def model_version_for_posting(user: User, model_version_id: uuid.UUID) -> ModelVersion:
    """Return a model version to somebody who may post predictions of it."""
    version = model_version_by_id(model_version_id)
    builds = site_roles(user) & {Role.STUDY_CREATOR, Role.SITE_ADMINISTRATOR}
    if builds or version.ai_model.posters.filter(pk=user.pk).exists():
        return version
    raise NotFound


def heat_map_of(model_version_id: uuid.UUID, prediction_id: uuid.UUID) -> HeatMap:
    """Return the heat map of a prediction of this model version."""
    found = HeatMap.objects.filter(prediction=prediction_id, prediction__model_version=model_version_id).first()
    if found is None:
        raise NotFound
    return found


def prediction_of(model_version_id: uuid.UUID, prediction_id: uuid.UUID) -> Prediction:
    """Return a prediction of this model version."""
    found = Prediction.objects.filter(pk=prediction_id, model_version=model_version_id).first()
    if found is None:
        raise NotFound
    return found


def prediction_for_viewer(user: User, model_version_id: uuid.UUID, prediction_id: uuid.UUID) -> Prediction:
    """Return a prediction of this model version to somebody who may see the images that it is about."""
    prediction = prediction_of(model_version_id, prediction_id)
    if not viewable_imaging_studies(user).filter(pk=prediction.imaging_study_id).exists():
        raise NotFound
    return prediction


def ai_segment_of(model_version_id: uuid.UUID, prediction_id: uuid.UUID, sha256: str) -> str:
    """Return the digest of a segment that a prediction of this model version names."""
    if not has_segment(prediction_of(model_version_id, prediction_id), sha256):
        raise NotFound
    return sha256


def has_segment(prediction: Prediction, sha256: str) -> bool:
    """Say whether the prediction has a segment of this digest."""
    geometries = [finding["geometry"] for finding in prediction.findings]
    return any(is_segment(geometry) and geometry["sha256"] == sha256 for geometry in geometries)


def model_upload_by_id(model_upload_id: uuid.UUID) -> ModelUpload:
    """Return an upload of a model."""
    found = ModelUpload.objects.filter(pk=model_upload_id).select_related("requested_by").first()
    if found is None:
        raise NotFound
    return found


def inference_run_by_id(inference_run_id: uuid.UUID) -> InferenceRun:
    """Return an inference run."""
    found = InferenceRun.objects.filter(pk=inference_run_id).select_related("model_version__ai_model").first()
    if found is None:
        raise NotFound
    return found


def imaging_studies_by_id(imaging_study_ids: Sequence[uuid.UUID]) -> list[ImagingStudy]:
    """Return imaging studies in the order asked for, each once; raise `Invalid` naming those that are not there."""
    wanted = list(dict.fromkeys(imaging_study_ids))
    found = ImagingStudy.objects.in_bulk(wanted)
    missing = [pk for pk in wanted if pk not in found]
    if missing:
        raise Invalid(
            "Some imaging studies are not there.",
            errors=[{"field": "imaging_study_ids", "code": "unknown", "detail": str(pk)} for pk in missing[:100]],
        )
    return [found[pk] for pk in wanted]


def imaging_study_by_uid(study_instance_uid: str) -> ImagingStudy:
    """Return the imaging study of a UID that a form names; raise `Invalid` where there is none."""
    found = ImagingStudy.objects.filter(study_instance_uid=study_instance_uid).first()
    if found is None:
        detail = "The portal has no such imaging study."
        raise Invalid(detail, errors=[{"field": "imaging_study_uid", "code": "unknown", "detail": detail}])
    return found


def explanation_job_by_id(explanation_job_id: uuid.UUID) -> ExplanationJob:
    """Return a job that explains predictions."""
    found = ExplanationJob.objects.filter(pk=explanation_job_id).select_related("model_version", "requested_by").first()
    if found is None:
        raise NotFound
    return found


def explanation_by_id(explanation_id: uuid.UUID) -> Explanation:
    """Return an explanation of a prediction."""
    found = Explanation.objects.filter(pk=explanation_id).first()
    if found is None:
        raise NotFound
    return found
