"""A run survives SIGKILL of its worker: it finishes after the restart, and no prediction is stored twice."""

import os
import signal
import time

import psycopg
import pytest

pytestmark = [pytest.mark.fault, pytest.mark.slow]

DEADLINE_S = 200.0
STUDIES = 12

# Imaging studies of one small phantom each, weights that mean nothing, and a run over all of them.
QUEUE = f"""
import tempfile
from pathlib import Path
import torch
from django.conf import settings
from portal import jobs
from portal.demo.phantoms.catalogue import make_phantom
from portal.demo.phantoms.dicom import study_instance_uid, to_bytes, to_datasets
from portal.imaging.models import ImagingStudy, IngestJob, IngestSource
from portal.imaging.services.ingest import ingest_job_create_from_paths, ingest_job_run
from portal.inference.engine.network import NoduleNetwork
from portal.inference.engine.weights import Calibration, save_weights
from portal.inference.models import EngineKind
from portal.inference.services import ai_model_create, inference_run_create, model_version_register
names = [f"KILLED {{number}}" for number in range({STUDIES})]
with tempfile.TemporaryDirectory() as folder:
    for seed, name in enumerate(names):
        phantom = make_phantom(name, seed, nodules=0, slices=8)
        for index, dataset in enumerate(to_datasets(phantom, day=0, compress=True)):
            (Path(folder) / f"{{seed}}-{{index}}.dcm").write_bytes(to_bytes(dataset))
    job = ingest_job_create_from_paths(paths=[Path(folder)], source=IngestSource.COMMAND, requested_by=None)
    jobs.run(IngestJob, job.pk, ingest_job_run)
path = Path("models") / "killed.safetensors"
torch.manual_seed(1)
digest = save_weights(NoduleNetwork(), Calibration(1.0, 0.0), Path(settings.VAR_DIR) / path)
version = model_version_register(
    by=None, ai_model=ai_model_create(by=None, name="Killed finder"), version="1", kind=EngineKind.DEMO_CNN,
    weights_path=str(path), weights_digest=digest,
)
studies = [ImagingStudy.objects.get(study_instance_uid=study_instance_uid(name)) for name in names]
print("RUN", inference_run_create(by=None, model_version=version, imaging_studies=studies).pk)
"""


def wait_for(connection, run_id, condition):
    deadline = time.monotonic() + DEADLINE_S
    row = None
    while time.monotonic() < deadline:
        row = connection.execute(
            "SELECT state, progress_done, attempt FROM inference_inferencerun WHERE id = %s", [run_id]
        ).fetchone()
        if condition(*row):
            return row
        time.sleep(0.01)
    return pytest.fail(f"the run stayed at {row}")


def test_a_run_finishes_after_its_worker_was_killed(live_portal):
    run_id = live_portal.manage("shell", "-c", QUEUE).split("RUN ")[1].split()[0]
    with psycopg.connect(live_portal.environment["DATABASE_URL"], autocommit=True) as connection:
        wait_for(connection, run_id, lambda state, done, attempt: state == "RUNNING" and done >= 2)
        worker = live_portal.supervisor.children["inference"].process
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(timeout=10)
        state, done, attempt = wait_for(connection, run_id, lambda *row: True)
        assert (state, attempt) == ("RUNNING", 1), "the kill came too late to prove anything"
        assert done < STUDIES
        while not live_portal.supervisor.children["inference"].running:
            live_portal.supervisor.restart_crashed()
            time.sleep(0.1)
        wait_for(connection, run_id, lambda state, done, attempt: state == "SUCCEEDED" and attempt == 2)
        counts = connection.execute(
            "SELECT count(*), count(DISTINCT imaging_study_id) FROM inference_prediction WHERE run_id = %s",
            [run_id],
        ).fetchone()
        items = connection.execute(
            "SELECT count(*) FROM inference_inferenceitem WHERE run_id = %s AND state = 'SUCCEEDED'", [run_id]
        ).fetchone()
    assert counts == (STUDIES, STUDIES)
    assert items == (STUDIES,)
