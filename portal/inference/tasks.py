"""Celery tasks of inference."""

from django.utils.module_loading import import_string

from portal import jobs
from portal.celery import app
from portal.inference.models import InferenceRun
from portal.inference.services import inference_run_notice

# Named, not imported: every worker loads every task module, and only the one that computes shall load torch.
RUNNER = "portal.inference.runner.inference_run_work"


@app.task(name=InferenceRun.TASK_NAME)
def inference_run(job_id: str) -> None:
    """Compute the predictions of one run."""
    jobs.run(InferenceRun, job_id, import_string(RUNNER), ended=inference_run_notice)
