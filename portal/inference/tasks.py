"""Celery tasks of inference."""

from django.utils.module_loading import import_string

from portal import jobs
from portal.celery import app
from portal.inference.model_trial import model_trial_work
from portal.inference.model_uploads import model_upload_ended
from portal.inference.models import ExplanationJob, InferenceRun, ModelUpload, PredictionMeasurementJob
from portal.inference.selectors import most_urgent_run
from portal.inference.services import inference_run_notice

# Named, not imported: every worker loads every task module, and only the one that computes shall load torch.
RUNNER = "portal.inference.runner.inference_run_work"
# Likewise what measures images.
MEASURER = "portal.inference.prediction_measurements.prediction_measure_work"
# And what explains.
EXPLAINER = "portal.inference.explainer.explanation_job_work"


@app.task(name=InferenceRun.TASK_NAME)
def inference_run(job_id: str) -> None:
    """Compute the predictions of a run: of the most urgent one that waits, for a message is only a wake-up."""
    jobs.run(InferenceRun, most_urgent_run(job_id), import_string(RUNNER), ended=inference_run_notice)


@app.task(name=ModelUpload.TASK_NAME)
def model_trial(job_id: str) -> None:
    """Try an uploaded model on made-up cases and register the version when it passes."""
    jobs.run(ModelUpload, job_id, model_trial_work, ended=model_upload_ended)


@app.task(name=PredictionMeasurementJob.TASK_NAME)
def prediction_measure(job_id: str) -> None:
    """Measure the segments of a prediction."""
    jobs.run(PredictionMeasurementJob, job_id, import_string(MEASURER))


@app.task(name=ExplanationJob.TASK_NAME)
def explanation_job(job_id: str) -> None:
    """Explain the predictions of a job."""
    jobs.run(ExplanationJob, job_id, import_string(EXPLAINER))
