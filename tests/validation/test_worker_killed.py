"""An analysis survives SIGKILL of its worker: it finishes after the restart, and nothing is stored twice."""

import json
import os
import signal
import time

import psycopg
import pytest

pytestmark = [pytest.mark.fault, pytest.mark.slow]

DEADLINE_S = 150.0

# Large enough that the analysis takes seconds: 60 readers of 3000 cases with ratings on a fine scale.
QUEUE = """
import json, numpy as np
from django.db import transaction
from annotations.domain.signatures import LOCK_MEANINGS, REFERENCE_STANDARD
from annotations.models import ReferenceLock, ReferenceSource
from annotations.services.drafts import stream_of
from annotations.services.reader_studies import reader_study_create
from annotations.services.truth import reference_standard_create
from portal import jobs
from portal.accounts.models import User
from portal.audit.services import canonical_json, record, sha256
from validation.models import AnalysisRun, AnalysisSnapshot
rng = np.random.default_rng(5)
coordinator = User.objects.create_user("fault-coordinator", may_create_reader_studies=True)
study = reader_study_create(by=coordinator, name="Fault")
cases, readers = 3000, 60
truth = rng.integers(0, 2, cases)
content = canonical_json({
    "format": "overread.analysis-snapshot", "version": 1,
    "reader_study": {"id": str(study.pk), "name": study.name},
    "configuration": {"confidence_level": 0.95, "call_threshold": None},
    "label_schema": {"id": "s", "version": 1, "call": "call", "rating": "rating", "rating_scale": "CONFIDENCE"},
    "reference_standard": {"id": "r", "version": 1, "digest": ""},
    "model_version": {"id": "m", "name": "AI", "version": "1", "operating_threshold": 0.5, "weights_digest": ""},
    "readers": [{"id": str(r), "name": f"reader {r:02d}"} for r in range(readers)],
    "cases": [{"id": str(c), "name": f"Case {c}", "patient": f"P{c}", "truth": int(truth[c])} for c in range(cases)],
    "reads": [
        {"case": str(c), "reader": str(r), "state": "SIGNED", "revision": "v", "digest": "d", "provenance": "SIMULATED",
         "call": bool(x > 0.5), "rating": float(x)}
        for r in range(readers) for c, x in enumerate(rng.normal(truth))
    ],
    "predictions": [{"case": str(c), "id": "p", "score": float(x)} for c, x in enumerate(rng.uniform(size=cases))],
})
with transaction.atomic():
    standard = reference_standard_create(
        by=coordinator, reader_study=study, truths=[], source=ReferenceSource.CSV, provenance="of the test"
    )
    # The service locks no truth that decides no case, and this reader study has none: its snapshot is all there is.
    lock = ReferenceLock.objects.create(
        reference_standard=standard, digest=standard.digest, locked_by=coordinator, username=coordinator.username,
        meaning=REFERENCE_STANDARD, meaning_text=LOCK_MEANINGS[REFERENCE_STANDARD],
    )
    snapshot = AnalysisSnapshot.objects.create(reader_study=study, content=content, digest=sha256(content))
    run = AnalysisRun.objects.create(
        reader_study=study, snapshot=snapshot, reference_standard=standard, requested_by=coordinator
    )
    # Without its event the row would be found when a later test verifies the audit trail.
    record(
        stream=stream_of(study.pk), actor=coordinator, action="analysis_run.create", obj=run, rows=[snapshot, lock]
    )
    jobs.enqueue(run)
print("RUN", run.pk)
"""


def wait_for(connection, run_id, condition):
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        row = connection.execute(
            "SELECT state, progress_done, attempt FROM validation_analysisrun WHERE id = %s", [run_id]
        ).fetchone()
        if condition(*row):
            return row
        time.sleep(0.01)
    pytest.fail(f"the run stayed at {row}")


def test_an_analysis_finishes_after_its_worker_was_killed(live_portal):
    run_id = live_portal.manage("shell", "-c", QUEUE).split("RUN ")[1].split()[0]
    with psycopg.connect(live_portal.environment["DATABASE_URL"], autocommit=True) as connection:
        wait_for(connection, run_id, lambda state, done, attempt: state == "RUNNING" and done >= 2)
        worker = live_portal.supervisor.children["worker"].process
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(timeout=10)
        state, _, attempt = wait_for(connection, run_id, lambda *row: True)
        assert (state, attempt) == ("RUNNING", 1), "the kill came too late to prove anything"
        while not live_portal.supervisor.children["worker"].running:
            live_portal.supervisor.restart_crashed()
            time.sleep(0.1)
        wait_for(connection, run_id, lambda state, done, attempt: state == "SUCCEEDED" and attempt == 2)
        results = connection.execute(
            "SELECT content FROM validation_analysisresult WHERE run_id = %s", [run_id]
        ).fetchall()
    assert len(results) == 1
    assert json.loads(results[0][0])["counts"]["readers"] == 60
