"""Running an AI model over the cases of a reader study."""

import uuid

from django.db import transaction

from annotations.models import ReaderStudy
from annotations.selectors import cases_of
from annotations.services.reader_studies import stream_of
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Invalid, NotFound
from portal.inference.access import model_version_by_id
from portal.inference.models import InferenceRun, ModelVersion
from portal.inference.selectors import predictions_in_force
from portal.inference.services import inference_run_create


@transaction.atomic
def reader_study_inference_start(
    *, by: User, reader_study: ReaderStudy, model_version_id: uuid.UUID | None = None, only_missing: bool = True
) -> InferenceRun:
    """Ask a worker for predictions of the cases, by default of those that have none yet."""
    model_version = _model_version(reader_study, model_version_id)
    studies = [case.imaging_study for case in cases_of(reader_study=reader_study)]
    if only_missing:
        known = predictions_in_force(model_version=model_version, imaging_study_ids=[study.pk for study in studies])
        studies = [study for study in studies if study.pk not in known]
    if not studies:
        raise Invalid("No case of this reader study lacks a prediction of this model.", code="nothing_to_run")
    run = inference_run_create(by=by, model_version=model_version, imaging_studies=studies)
    detail = {"run": str(run.pk), "cases": len(studies)}
    record(stream=stream_of(reader_study.pk), actor=by, action="inference_run.create", obj=reader_study, detail=detail)
    return run


def _model_version(reader_study: ReaderStudy, model_version_id: uuid.UUID | None) -> ModelVersion:
    wanted = model_version_id or reader_study.ai_model_version_id
    if wanted is None:
        raise Invalid("Choose an AI model for this reader study, or name one.", code="no_ai_model")
    try:
        return model_version_by_id(wanted)
    except NotFound as error:
        problem = "Choose one from the list."
        raise Invalid(
            "There is no such model version.",
            errors=[{"field": "model_version_id", "code": "unknown", "detail": problem}],
        ) from error
