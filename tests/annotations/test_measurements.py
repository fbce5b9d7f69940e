"""From a signed segment to its measurements: the real job on voxels in Orthanc, who sees them, and the CSV."""

import csv
import hashlib
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from annotations.measurer import read_measure_work
from annotations.models import Read, ReadMeasurement, ReadMeasurementJob
from annotations.services import reader_studies as building
from annotations.services import reads
from annotations.services.segments import SegmentChange, segment_put
from portal import jobs
from portal.audit.models import Event
from portal.imaging.segments import segment_text, slices_of
from portal.inference.models import PredictionMeasurementJob
from portal.inference.prediction_measurements import prediction_measure_work
from portal.inference.services import ai_model_create, model_version_register, predictions_post
from tests.annotations.building import COMPLETE, Built, content, draft, finding, save
from tests.inference.test_api import NODULE
from tests.measured_phantom import COUNTS, block_document, expected_of, ingest

pytestmark = pytest.mark.django_db


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def files(orthanc_server: Any, tmp_path: Path, settings: Any, db: None) -> Any:
    settings.VAR_DIR = tmp_path / "var"
    folder = tmp_path / "files"
    folder.mkdir()
    return ingest(folder, "SIGNED")


@pytest.fixture
def built(files: Any) -> Built:
    """A reader study whose AI has found the same block that its readers segment."""
    study, datasets = files
    made = draft(cases=1)
    ai_model = ai_model_create(by=made.coordinator, name="Block finder")
    version = model_version_register(by=made.coordinator, ai_model=ai_model, version="1")
    found = {**NODULE, "id": "block", "geometry": {"kind": "SEGMENT", "segment": block_document(datasets)}}
    body = {"imaging_study_uid": study.study_instance_uid, "score": 0.9, "findings": [found]}
    predictions_post(by=made.coordinator, model_version=version, body=body)
    building.cases_put(by=made.coordinator, reader_study=made.reader_study, imaging_study_ids=[study.pk])
    changes = {"ai_model_version_id": version.pk, "ai_display": "AFTER_SIGNING"}
    building.reader_study_update(by=made.coordinator, reader_study=made.reader_study, changes=changes)
    building.reader_study_launch(by=made.coordinator, reader_study=made.reader_study, seed="fixed")
    return made


def sign_with_block(built: Built, datasets: Any) -> Read:
    """Sign the first read with the block as a segment."""
    read, document = built.open(built.readers[0]), block_document(datasets)
    slices = slices_of(document["slices"])
    named = {name: document[name] for name in ("series_instance_uid", "rows", "columns")}
    digest = sha256(segment_text(**named, slices=slices))
    change = SegmentChange(uuid.uuid4(), None, digest, str(uuid.uuid4()), **named, changed=document["slices"])
    version = segment_put(by=built.readers[0], read=read, change=change)
    geometry = {
        "kind": "SEGMENT",
        "segment_id": str(version.segment_id),
        "sha256": digest,
        "series_instance_uid": document["series_instance_uid"],
        "frame_of_reference_uid": None,
        "sop_instance_uid": document["slices"][0]["sop_instance_uid"],
        "frame_number": 1,
        "voxel_count": COUNTS[0] * COUNTS[1] * COUNTS[2],
        "spacing_mm": None,
    }
    mark = {"id": str(uuid.uuid4()), "geometry": geometry, "measurements": {}}
    payload = content(finding(question=None, code=None, confidence=None, marks=[mark]), **COMPLETE)
    reads.read_sign(by=built.readers[0], read=read, save=save(payload))
    read.refresh_from_db()
    return read


def work(read: Read) -> ReadMeasurementJob:
    job = ReadMeasurementJob.objects.get(revision=read.signed_revision)
    jobs.run(ReadMeasurementJob, job.pk, read_measure_work)
    job.refresh_from_db()
    return job


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def table(client: Client, built: Built) -> list[dict[str, str]]:
    answer: Any = client.get(f"/api/v1/reader-studies/{built.reader_study.pk}/measurements.csv")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))


def test_a_signed_segment_is_measured_and_seen_by_those_who_may(built: Built, files: Any) -> None:
    reader, other, coordinator = (signed_in(one) for one in (*built.readers, built.coordinator))
    read = sign_with_block(built, files[1])
    url = f"/api/v1/reads/{read.pk}/measurements"
    assert reader.get(url).json()["state"] == "PENDING"
    [waiting] = table(reader, built)
    assert (waiting["outcome"], waiting["quantity"]) == ("PENDING", "")
    assert work(read).state == "SUCCEEDED"
    said = reader.get(url).json()
    [one] = said["measurements"]
    by_name = {quantity["name"]: quantity["value"] for quantity in one["quantities"]}
    for name, value in expected_of(files[1]).items():
        assert by_name[name] == pytest.approx(value, rel=1e-6, abs=1e-6), name
    assert coordinator.get(url).json() == said
    assert Event.objects.filter(action="read.view_measurements", object_id=str(read.pk)).count() == 1
    assert other.get(url).status_code == 404
    assert table(other, built) == []
    assert coordinator.post(url).status_code == 409
    told = Event.objects.get(action="read.measure", object_id=str(read.pk))
    assert list(told.rows) == ["annotations.ReadMeasurement"]


def test_the_table_of_a_coordinator_has_readers_and_ai(built: Built, files: Any) -> None:
    read = sign_with_block(built, files[1])
    work(read)
    job = PredictionMeasurementJob.objects.get()
    jobs.run(PredictionMeasurementJob, job.pk, prediction_measure_work)
    rows = table(signed_in(built.coordinator), built)
    volumes = {row["source"]: row for row in rows if row["quantity"] == "volume"}
    for row in volumes.values():
        assert float(row["value"]) == pytest.approx(expected_of(files[1])["volume"])
        assert (row["unit"], row["code_scheme"], row["code"], row["outcome"]) == ("mm3", "IBSI", "YEKZ", "MEASURED")
    assert (volumes["READER"]["reader"], volumes["AI"]["model"]) == (built.readers[0].username, "Block finder")
    # The same voxels, drawn by two.
    assert volumes["READER"]["segment_sha256"] == volumes["AI"]["segment_sha256"]
    assert {row["source"] for row in table(signed_in(built.readers[0]), built)} == {"READER"}


def test_the_ai_is_hidden_as_its_marks_are(built: Built, files: Any) -> None:
    job = PredictionMeasurementJob.objects.get()
    jobs.run(PredictionMeasurementJob, job.pk, prediction_measure_work)
    reader = signed_in(built.readers[0])
    read = sign_with_block(built, files[1])
    url = f"/api/v1/reads/{read.pk}/ai-measurements"
    [said] = reader.get(url).json()
    assert (said["state"], said["measurements"][0]["finding_id"]) == ("SUCCEEDED", "block")
    assert read.ai_deliveries.get().content == "MEASURED"
    arm = built.reader_study.arms.get()
    built.change(arm, blinding={"ai_marks": "HIDDEN"})
    assert reader.get(url).status_code == 404
    built.change(arm, blinding={}, ai_display="HIDDEN")
    assert reader.get(url).status_code == 404


def test_what_failed_says_why_and_is_tried_again_by_a_coordinator(built: Built, files: Any) -> None:
    read = sign_with_block(built, files[1])
    [file] = (Path(settings.VAR_DIR) / "segments" / str(read.pk)).glob("*.json.gz")
    file.unlink()
    failed = work(read)
    assert (failed.state, failed.error_code) == ("FAILED", "segment_damaged")
    coordinator, reader = signed_in(built.coordinator), signed_in(built.readers[0])
    url = f"/api/v1/reads/{read.pk}/measurements"
    assert reader.get(url).json()["error_detail"].startswith("The stored segment")
    [row] = [row for row in table(coordinator, built) if row["source"] == "READER"]
    assert (row["outcome"], row["reason"][:18]) == ("FAILED", "The stored segment")
    assert reader.post(url).status_code == 403
    assert coordinator.post(url).json()["state"] == "PENDING"
    assert Event.objects.filter(action="read.measure_again", object_id=str(read.pk)).count() == 1
    assert ReadMeasurement.objects.count() == 0
