"""From a posted segment to its measurements: the real job on voxels in Orthanc, against closed forms."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from portal import jobs
from portal.audit.models import Event
from portal.db import AppendOnlyError
from portal.errors import Conflict
from portal.imaging import connection
from portal.inference import model_card
from portal.inference.measured_segment import METHOD_VERSION
from portal.inference.measurement.names import QUANTITIES
from portal.inference.measurement_jobs import prediction_measure_again
from portal.inference.models import MeasurementFamily, Prediction, PredictionMeasurement, PredictionMeasurementJob
from portal.inference.prediction_measurements import prediction_measure_work
from portal.inference.services import ai_model_create, model_version_register
from tests.inference.cards import card
from tests.inference.test_api import NODULE
from tests.measured_phantom import block_document, expected_of, ingest


@pytest.fixture
def var(tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def phantom(db, orthanc_server, tmp_path, var):
    folder = tmp_path / "files"
    folder.mkdir()
    return ingest(folder, "MEASURED")


@pytest.fixture
def client(builder):
    client = APIClient()
    client.force_authenticate(builder)
    return client


def post(client, version, phantom):
    study, datasets = phantom
    found = {**NODULE, "id": "the block", "geometry": {"kind": "SEGMENT", "segment": block_document(datasets)}}
    body = {"imaging_study_uid": study.study_instance_uid, "score": 0.8, "findings": [NODULE, found]}
    answer = client.post(f"/api/v1/model-versions/{version.pk}/predictions", body, format="json")
    assert answer.status_code == 201, answer.content
    prediction = Prediction.objects.get()
    return prediction, f"/api/v1/model-versions/{version.pk}/predictions/{prediction.pk}/measurements"


def work(prediction: Prediction) -> PredictionMeasurementJob:
    job = PredictionMeasurementJob.objects.get(prediction=prediction)
    jobs.run(PredictionMeasurementJob, job.pk, prediction_measure_work)
    job.refresh_from_db()
    return job


def test_a_posted_segment_is_measured_on_the_original_voxels(client, external_version, phantom):
    prediction, url = post(client, external_version, phantom)
    waiting = client.get(url).json()
    assert (waiting["state"], waiting["measurements"]) == ("PENDING", [])
    assert work(prediction).state == "SUCCEEDED"
    answer = client.get(url)
    said = answer.json()
    assert (said["state"], said["progress_done"], said["progress_total"]) == ("SUCCEEDED", 1, 1)
    assert answer["Cache-Control"] == "no-store"
    [one] = said["measurements"]
    assert one["finding_id"] == "the block"
    assert one["segment_sha256"] == prediction.findings[1]["geometry"]["sha256"]
    assert one["software"]["overread-measurement"] == METHOD_VERSION
    assert len(one["pixels_sha256"]) == 64
    assert one["discretisation"] == {"start": 0.0, "width": 25.0}
    by_name = {quantity["name"]: quantity for quantity in one["quantities"]}
    assert list(by_name) == [name for names in QUANTITIES.values() for name in names]
    for name, value in expected_of(phantom[1]).items():
        assert by_name[name]["value"] == pytest.approx(value, rel=1e-6, abs=1e-6), name
    units = {name: by_name[name]["unit"] for name in ("volume", "centroid_x", "mean", "sphericity")}
    assert units == {"volume": "mm3", "centroid_x": "mm", "mean": "[hnsf'U]", "sphericity": "1"}
    assert by_name["volume"]["ibsi"] == "YEKZ"
    assert Event.objects.filter(action="prediction.measure", object_id=str(prediction.pk)).count() == 1


def test_what_is_measured_is_measured_once_and_never_changed(builder, client, external_version, phantom):
    prediction, _ = post(client, external_version, phantom)
    work(prediction)
    row = PredictionMeasurement.objects.get()
    # A worker that died after the last segment: the next one finds it done.
    PredictionMeasurementJob.objects.update(state="PENDING")
    assert work(prediction).state == "SUCCEEDED"
    assert PredictionMeasurement.objects.get().pk == row.pk
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(Conflict):
        prediction_measure_again(by=builder, prediction=prediction)


def test_a_missing_image_fails_with_its_reason_and_can_be_tried_again(client, external_version, phantom):
    prediction, url = post(client, external_version, phantom)
    study, datasets = phantom
    gateway = connection.orthanc()
    [series] = study.series.all()
    instance = series.instances.get(sop_instance_uid=str(datasets[3].SOPInstanceUID))
    gateway.delete_instance(instance.orthanc_id)
    failed = work(prediction)
    assert (failed.state, failed.error_code) == ("FAILED", "missing_pixels")
    said = client.get(url).json()
    assert (said["state"], said["error_detail"][:11]) == ("FAILED", "The archive")
    assert PredictionMeasurement.objects.count() == 0
    assert client.post(url).json()["state"] == "PENDING"
    assert client.post(url).status_code == 409
    assert Event.objects.filter(action="prediction.measure_again").count() == 1


def test_a_card_limits_what_is_measured(builder, client, phantom):
    model = ai_model_create(by=builder, name="Volumes only")
    declared = {**card(), "measurements": ["volume", "mean"]}
    version = model_version_register(by=builder, ai_model=model, version="1", card=declared)
    prediction, url = post(client, version, phantom)
    work(prediction)
    [one] = client.get(url).json()["measurements"]
    assert [quantity["name"] for quantity in one["quantities"]] == ["volume", "mean"]


def test_a_prediction_without_segments_has_nothing_to_measure(builder, client, external_version, imaging_study_rows):
    uid = imaging_study_rows[0].study_instance_uid
    url = f"/api/v1/model-versions/{external_version.pk}/predictions"
    body = {"imaging_study_uid": uid, "score": 0.5, "findings": [NODULE]}
    stored = client.post(url, body, format="json").json()["results"][0]
    assert PredictionMeasurementJob.objects.count() == 0
    assert client.get(f"{url}/{stored['id']}/measurements").json()["state"] == "NOT_BEGUN"
    answer = client.post(f"{url}/{stored['id']}/measurements")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_segments")
    assert client.get(f"{url}/{uuid.uuid4()}/measurements").status_code == 404


def test_one_list_of_quantities_stands_in_three_places():
    """The web process loads nothing that measures, so the card's form and the tables have the names of their own."""
    assert list(QUANTITIES) == MeasurementFamily.values
    form = json.loads((Path(model_card.__file__).parent / "schemas" / "model-card-1.schema.json").read_text())
    names = form["properties"]["measurements"]["items"]["enum"]
    assert names == [name for names in QUANTITIES.values() for name in names]
