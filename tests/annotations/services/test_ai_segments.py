"""The voxels of an AI's segment reach a reader only while the protocol shows the AI, and each delivery is a row."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from annotations.models import AiDelivery, AiDisplay, Read
from annotations.services import reads
from portal.accounts.models import User
from portal.audit.models import Event
from portal.imaging.models import Instance
from portal.inference.finding_segments import SegmentInput
from portal.inference.models import AiModel, EngineKind, ModelVersion, Prediction, PredictionSource
from portal.inference.segment_files import ai_segment_folder, ai_segment_write
from tests.annotations.building import COMPLETE, NODULE, Built, content, launched, save

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path


def segment_on(instance: Instance, counts: list[int]) -> SegmentInput:
    return SegmentInput(
        series_instance_uid=instance.series.series_instance_uid,
        rows=instance.rows,
        columns=instance.columns,
        slices={(instance.sop_instance_uid, 1): counts},
        spacing_mm=None,
        frame_of_reference_uid=None,
    )


@pytest.fixture
def built() -> Built:
    """Every case has a prediction with a segment of its own."""
    built = launched()
    model = AiModel.objects.create(name="Segmenting")
    version = ModelVersion.objects.create(ai_model=model, version="1", kind=EngineKind.EXTERNAL)
    for number, case in enumerate(built.cases):
        instance = Instance.objects.get(series__imaging_study=case.imaging_study)
        segment = segment_on(instance, [number, 2])
        ai_segment_write(sha256=segment.sha256, text=segment.text)
        Prediction.objects.create(
            model_version=version,
            imaging_study=case.imaging_study,
            score=0.7,
            findings=[
                {"id": "S", "code": NODULE, "score": 0.9, "geometry": segment.geometry},
                {"id": "P", "code": NODULE, "score": 0.4, "geometry": {"kind": "POINT"}},
            ],
            source=PredictionSource.API,
        )
    built.reader_study.ai_model_version = version
    built.reader_study.save()
    return built


def opened(built: Built, display: AiDisplay) -> Read:
    built.reader_study.arms.update(ai_display=display)
    built.reader_study.refresh_from_db()
    return built.open(built.readers[0])


def segment_of(read: Read) -> str:
    prediction = Prediction.objects.get(imaging_study=read.assignment.case.imaging_study)
    return str(prediction.findings[0]["geometry"]["sha256"])


def asked(by: User, read: Read, sha256: str) -> Any:
    client = APIClient()
    client.force_authenticate(by)
    return client.get(f"/api/v1/reads/{read.pk}/ai-segments/{sha256}")


@pytest.mark.parametrize("display", [AiDisplay.HIDDEN, AiDisplay.AFTER_SIGNING, AiDisplay.SECOND_READ])
def test_before_the_ai_is_shown_there_is_no_such_address(built: Built, display: AiDisplay) -> None:
    read = opened(built, display)
    right, wrong = (asked(built.readers[0], read, one) for one in (segment_of(read), "0" * 64))
    assert (right.status_code, right.content) == (404, wrong.content)
    assert not AiDelivery.objects.exists()


def test_an_arm_that_hides_marks_hides_segments_too(built: Built) -> None:
    built.reader_study.arms.update(blinding={"ai_marks": "HIDDEN"})
    read = opened(built, AiDisplay.CONCURRENT)
    assert asked(built.readers[0], read, segment_of(read)).status_code == 404
    assert not AiDelivery.objects.exists()


def test_what_is_delivered_is_the_text_and_is_recorded_with_its_digest(built: Built) -> None:
    read = opened(built, AiDisplay.CONCURRENT)
    sha256 = segment_of(read)
    answer = asked(built.readers[0], read, sha256)
    instance = Instance.objects.get(series__imaging_study=read.assignment.case.imaging_study)
    number = [case.pk for case in built.cases].index(read.assignment.case_id)
    assert answer.content.decode() == segment_on(instance, [number, 2]).text
    assert answer["Cache-Control"] == "no-store"
    (row,) = AiDelivery.objects.all()
    assert (row.content, row.sha256, row.phase, row.is_signed) == ("SEGMENT", sha256, "FIRST", False)
    event = Event.objects.filter(action="read.ai_shown").latest("sequence")
    assert (event.detail["content"], event.detail["sha256"]) == ("SEGMENT", sha256)


def test_it_arrives_with_the_second_phase_or_the_signature(built: Built) -> None:
    read = opened(built, AiDisplay.SECOND_READ)
    reads.read_freeze_first(by=built.readers[0], read=read, save=save(content(**COMPLETE), 0))
    assert asked(built.readers[0], read, segment_of(read)).status_code == 200
    assert AiDelivery.objects.get().phase == "SECOND"


def test_it_is_the_readers_own_prediction_and_nobody_elses(built: Built) -> None:
    read = opened(built, AiDisplay.CONCURRENT)
    others = {
        finding["geometry"]["sha256"]
        for prediction in Prediction.objects.exclude(imaging_study=read.assignment.case.imaging_study)
        for finding in prediction.findings[:1]
    }
    assert others - {segment_of(read)}
    for sha256 in others - {segment_of(read)}:
        assert asked(built.readers[0], read, sha256).status_code == 404
    assert asked(built.coordinator, read, segment_of(read)).status_code in (403, 404)
    assert asked(built.readers[0], Read(pk=uuid.uuid4()), segment_of(read)).status_code == 404
    assert not AiDelivery.objects.exists()


def test_a_damaged_file_is_said_and_is_no_delivery(built: Built) -> None:
    read = opened(built, AiDisplay.CONCURRENT)
    sha256 = segment_of(read)
    (ai_segment_folder(sha256) / f"{sha256}.json.gz").write_bytes(b"rotten")
    answer = asked(built.readers[0], read, sha256)
    assert (answer.status_code, answer.json()["code"]) == (500, "segment_damaged")
    assert not AiDelivery.objects.exists()
