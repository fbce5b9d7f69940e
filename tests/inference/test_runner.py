"""Runs: what is stored, what fails with which reason, and what is never stored twice."""

import gzip
import json
import uuid
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings as django_settings

from portal import jobs
from portal.audit.models import Event
from portal.db import JobState
from portal.errors import Conflict, Invalid
from portal.imaging import connection
from portal.imaging.connection import orthanc
from portal.imaging.models import Instance
from portal.inference.heat_map_files import heat_map_read
from portal.inference.models import InferenceItem, InferenceRun, Prediction, RunPriority
from portal.inference.pixels import ct_series, read_ct_datasets
from portal.inference.runner import inference_run_work
from portal.inference.selectors import most_urgent_run, predictions_in_force
from portal.inference.services import inference_run_cancel, inference_run_create, inference_run_retry
from portal.inference.tasks import inference_run
from portal.webhooks.events import EventKind


def do(run):
    jobs.run(InferenceRun, run.pk, inference_run_work)
    run.refresh_from_db()
    return run


def states(run):
    return list(InferenceItem.objects.filter(run=run).order_by("created_at").values_list("state", "reason_code"))


@pytest.fixture
def study(ingest_phantom):
    return ingest_phantom("RUNNER")


def test_a_run_stores_what_the_model_says(builder, runnable_version, study):
    run = do(inference_run_create(by=builder, model_version=runnable_version, imaging_studies=[study]))
    assert (run.state, run.progress_done, run.progress_total) == ("SUCCEEDED", 1, 1)
    prediction = Prediction.objects.get(run=run)
    assert 0 <= prediction.score <= 1
    told = dict(Event.objects.filter(stream="inference").values_list("action", "object_id"))
    assert told["inference_run.create"] == told["inference_run.finish"] == str(run.pk)
    assert told["prediction.compute"] == str(prediction.pk)
    assert prediction.weights_digest == runnable_version.weights_digest
    assert prediction.input_digest == ct_series(*read_ct_datasets(study, orthanc())).input_digest
    assert states(run) == [("SUCCEEDED", "")]
    heat_map = prediction.heat_map
    voxels = np.frombuffer(gzip.decompress(heat_map_read(heat_map.digest)), np.uint8)
    assert voxels.size == heat_map.columns * heat_map.rows * heat_map.slices
    # A byte is the probability in 255ths, so the hottest voxel says the score again.
    assert voxels.max() / 255 == pytest.approx(prediction.score, abs=1 / 255)
    finding = prediction.findings[0]
    assert finding["code"]["value"] == "RID50149"
    geometry = finding["geometry"]
    assert Instance.objects.filter(
        sop_instance_uid=geometry["sop_instance_uid"],
        series__series_instance_uid=geometry["series_instance_uid"],
    ).exists()
    assert geometry["kind"] == "SPHERE"
    assert len(geometry["center_mm"]) == 3


def test_the_task_runs_it_through_the_registry(
    builder, runnable_version, study, settings, django_capture_on_commit_callbacks, site_webhook
):
    settings.OVERREAD_JOBS_INLINE = True
    webhook = site_webhook(EventKind.INFERENCE_RUN_FINISHED)
    with django_capture_on_commit_callbacks(execute=True):
        run = inference_run_create(by=builder, model_version=runnable_version, imaging_studies=[study])
    run.refresh_from_db()
    assert run.state == JobState.SUCCEEDED
    assert json.loads(webhook.deliveries.get().body)["data"] == {"inference_run_id": str(run.pk), "state": "SUCCEEDED"}


def test_a_second_run_supersedes_and_keeps_the_first(builder, runnable_version, study):
    first, second = (
        do(inference_run_create(by=builder, model_version=runnable_version, imaging_studies=[study])) for _ in range(2)
    )
    assert Prediction.objects.filter(imaging_study=study).count() == 2
    in_force = predictions_in_force(model_version=runnable_version, imaging_study_ids=[study.pk])
    assert in_force[study.pk].run_id == second.pk
    scores = {Prediction.objects.get(run=run).score for run in (first, second)}
    assert len(scores) == 1


def test_one_bad_imaging_study_does_not_stop_the_others(builder, runnable_version, study, imaging_study_rows):
    run = do(
        inference_run_create(by=builder, model_version=runnable_version, imaging_studies=[imaging_study_rows[0], study])
    )
    assert (run.state, run.error_code) == ("FAILED", "items_failed")
    assert "1 of 2" in run.error_detail
    assert states(run) == [("FAILED", "wrong_modality"), ("SUCCEEDED", "")]
    assert "1 outside the input specification, 0 could not be analysed" in run.error_detail


def test_retry_does_only_what_is_missing(builder, runnable_version, study, imaging_study_rows):
    run = do(
        inference_run_create(by=builder, model_version=runnable_version, imaging_studies=[study, imaging_study_rows[0]])
    )
    stored = Prediction.objects.get(run=run).pk
    inference_run_retry(by=builder, run=run)
    assert states(run) == [("SUCCEEDED", ""), ("PENDING", "")]
    do(run)
    assert Prediction.objects.get(run=run).pk == stored
    assert run.state == JobState.FAILED


def test_orthanc_down_is_a_reason_and_not_the_imaging_studies_fault(builder, runnable_version, study, settings):
    url = settings.ORTHANC_URL
    settings.ORTHANC_URL = "http://127.0.0.1:9"
    connection._orthanc_of.cache_clear()
    run = do(inference_run_create(by=builder, model_version=runnable_version, imaging_studies=[study]))
    assert (run.state, run.error_code) == ("FAILED", "orthanc_unavailable")
    assert states(run) == [("PENDING", "")]
    settings.ORTHANC_URL = url
    connection._orthanc_of.cache_clear()
    inference_run_retry(by=builder, run=run)
    assert do(run).state == JobState.SUCCEEDED
    assert states(run) == [("SUCCEEDED", "")]


def test_other_weights_than_registered_are_not_used(builder, runnable_version, study):
    path = Path(django_settings.VAR_DIR) / runnable_version.weights_path
    path.write_bytes(path.read_bytes() + b" ")
    run = do(inference_run_create(by=builder, model_version=runnable_version, imaging_studies=[study]))
    assert (run.state, run.error_code) == ("FAILED", "weights_digest_mismatch")
    assert not Prediction.objects.exists()
    path.unlink()
    inference_run_retry(by=builder, run=run)
    assert do(run).error_code == "weights_missing"


def test_a_worker_that_lost_its_lease_stores_nothing(builder, runnable_version, study):
    run = inference_run_create(by=builder, model_version=runnable_version, imaging_studies=[study])
    claimed = jobs.claim(InferenceRun, run.pk)
    assert claimed is not None
    InferenceRun.objects.filter(pk=run.pk).update(lease_owner=uuid.uuid4())
    with pytest.raises(jobs.LeaseLost):
        inference_run_work(*claimed)
    assert not Prediction.objects.exists()
    assert states(run) == [("PENDING", "")]


def test_a_cancelled_run_stores_nothing_more(builder, runnable_version, study):
    run = inference_run_create(by=builder, model_version=runnable_version, imaging_studies=[study])
    inference_run_cancel(by=builder, run=run)
    assert do(run).state == JobState.CANCELLED
    assert not Prediction.objects.exists()
    with pytest.raises(Conflict):
        inference_run_cancel(by=builder, run=run)


def test_an_external_version_cannot_be_run(builder, external_version, imaging_study_rows):
    with pytest.raises(Invalid) as refused:
        inference_run_create(by=builder, model_version=external_version, imaging_studies=imaging_study_rows)
    assert refused.value.code == "not_runnable"


def test_the_most_urgent_run_that_waits_comes_first(builder, runnable_version, study):
    """Whichever message wakes the worker; and as many messages as runs get all of them done."""
    asked = [RunPriority.LOW, RunPriority.NORMAL, RunPriority.HIGH, RunPriority.NORMAL]
    runs = [
        inference_run_create(by=builder, model_version=runnable_version, imaging_studies=[study], priority=priority)
        for priority in asked
    ]
    for run in runs:
        inference_run.apply(args=[str(run.pk)], throw=True)
    done = InferenceRun.objects.order_by("started_at")
    assert [run.pk for run in done] == [runs[index].pk for index in (2, 1, 3, 0)]
    assert {run.state for run in done} == {JobState.SUCCEEDED}


def test_a_cancelled_run_is_not_the_most_urgent(builder, runnable_version, study):
    low, high = (
        inference_run_create(by=builder, model_version=runnable_version, imaging_studies=[study], priority=priority)
        for priority in (RunPriority.LOW, RunPriority.HIGH)
    )
    inference_run_cancel(by=builder, run=high)
    assert most_urgent_run(high.pk) == low.pk
    do(low)
    assert most_urgent_run(high.pk) == high.pk
