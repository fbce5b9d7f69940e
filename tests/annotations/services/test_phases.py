"""The sequential second reader: the first read is frozen for ever before the AI is shown, and both are kept."""

import itertools
import uuid
from typing import Any

import pytest

from annotations.domain.states import AI_SHOWN, PHASE_TRANSITIONS
from annotations.models import AiContent, AiDelivery, AiDisplay, Phase, Read, ReaderStudy, Revision, RevisionKind
from annotations.selectors.ai import comparison_available
from annotations.selectors.labels import labels_of
from annotations.services import reads
from annotations.services.ai import ai_delivered
from annotations.services.truth import reference_standard_import
from portal.audit.models import Event
from portal.audit.verify import trail_verify
from portal.errors import Conflict, Invalid
from portal.inference.models import AiModel, EngineKind, ModelVersion, Prediction, PredictionSource
from tests.annotations.building import COMPLETE, NODULE, Built, content, launched, save
from validation.selectors import snapshot_content

pytestmark = pytest.mark.django_db

BEFORE = content(nodule_present=False, confidence=20)
AFTER = content(nodule_present=True, confidence=90)


AI_FINDINGS = ("F1", "F2")


def with_ai(built: Built, display: AiDisplay) -> Built:
    version = ModelVersion.objects.create(
        ai_model=AiModel.objects.create(name="Second reader"), version="1", kind=EngineKind.EXTERNAL
    )
    for case in built.cases:
        Prediction.objects.create(
            model_version=version,
            imaging_study=case.imaging_study,
            score=0.7,
            findings=[
                {"id": name, "code": NODULE, "score": 0.87, "geometry": {"kind": "POINT"}} for name in AI_FINDINGS
            ],
            source=PredictionSource.API,
        )
    built.change(ReaderStudy.objects.get(pk=built.reader_study.pk), ai_model_version=version)
    for arm in built.reader_study.arms.all():
        built.change(arm, ai_display=display)
    built.reader_study.refresh_from_db()
    return built


@pytest.fixture
def built() -> Built:
    return with_ai(launched(), AiDisplay.SECOND_READ)


@pytest.fixture
def read(built: Built) -> Read:
    return built.open(built.readers[0])


def draft(read: Read, payload: dict[str, Any], base: int) -> Revision:
    return reads.read_save_draft(by=read.assignment.reader, read=read, save=save(payload, base))


def freeze(read: Read, payload: dict[str, Any], base: int, key: str | None = None) -> Revision:
    return reads.read_freeze_first(by=read.assignment.reader, read=read, save=save(payload, base, key))


def sign(read: Read, payload: dict[str, Any], base: int) -> Revision:
    return reads.read_sign(by=read.assignment.reader, read=read, save=save(payload, base))


def test_the_tables_know_every_display_and_never_lead_back() -> None:
    assert set(PHASE_TRANSITIONS) == set(AI_SHOWN) == set(AiDisplay.values)
    for table in PHASE_TRANSITIONS.values():
        assert all(target == "SECOND" for (phase, _), target in table.items() if phase == "SECOND")
        assert any(verb == "sign" for _, verb in table)
    for display, shown in AI_SHOWN.items():
        freezes = ("FIRST", "freeze") in PHASE_TRANSITIONS[display]
        assert freezes == (shown["SECOND"] and not shown["FIRST"]), display


def test_freezing_keeps_the_first_read_shows_the_ai_and_goes_on_from_a_copy(read: Read) -> None:
    draft(read, BEFORE, 0)
    assert not comparison_available(read=read)
    frozen = freeze(read, BEFORE, 1)
    read.refresh_from_db()
    assert (frozen.kind, frozen.phase, frozen.number) == (RevisionKind.FIRST_READ, Phase.FIRST, 2)
    assert (read.phase, read.first_read_revision, read.revision_number) == (Phase.SECOND, frozen, 2)
    assert read.first_read_at is not None
    assert read.signed_at is None
    assert comparison_available(read=read)
    assert reads.current_payload(read) == BEFORE
    assert draft(read, AFTER, 2).phase == Phase.SECOND
    signed = sign(read, AFTER, 3)
    read.refresh_from_db()
    assert (signed.kind, signed.phase, read.signed_revision) == (RevisionKind.SIGNED, Phase.SECOND, signed)
    assert Revision.objects.get(pk=frozen.pk).payload == BEFORE
    events = Event.objects.filter(object_id=str(read.pk)).order_by("sequence")
    assert [event.action for event in events] == [
        "read.open",
        "read.save",
        "read.freeze_first",
        "read.save",
        "read.sign",
    ]
    assert events[2].detail["digest"] == frozen.digest != signed.digest
    assert trail_verify(scope=f"reader-study:{read.assignment.reader_study_id}").problems == []


def test_a_first_read_is_frozen_once_and_cannot_be_reopened(read: Read) -> None:
    key = str(uuid.uuid4())
    first = freeze(read, BEFORE, 0, key)
    # The answer was lost: the same request again answers the same revision.
    assert freeze(read, BEFORE, 0, key).pk == first.pk
    for base, payload in itertools.product((0, 1), (BEFORE, AFTER)):
        with pytest.raises(Conflict) as refused:
            freeze(read, payload, base)
        assert refused.value.code == "first_read_frozen"
    # What a tab of the first phase still wants to save was based on something older.
    with pytest.raises(Conflict) as stale:
        draft(read, AFTER, 0)
    assert stale.value.code == "stale_revision"
    assert read.revisions.count() == 1


def test_an_incomplete_first_read_is_not_frozen(read: Read) -> None:
    with pytest.raises(Invalid) as refused:
        freeze(read, content(nodule_present=True), 0)
    assert (refused.value.code, refused.value.errors[0]["field"]) == ("incomplete", "confidence")
    read.refresh_from_db()
    assert (read.phase, read.revision_number) == (Phase.FIRST, 0)
    assert not comparison_available(read=read)


def test_signing_before_the_first_read_is_frozen_is_refused(read: Read) -> None:
    with pytest.raises(Conflict) as refused:
        sign(read, content(**COMPLETE), 0)
    assert refused.value.code == "first_read_not_frozen"


@pytest.mark.parametrize("display", [AiDisplay.HIDDEN, AiDisplay.AFTER_SIGNING, AiDisplay.CONCURRENT])
def test_other_protocols_have_nothing_to_freeze(display: AiDisplay) -> None:
    built = with_ai(launched(), display)
    read = built.open(built.readers[0])
    with pytest.raises(Conflict) as refused:
        freeze(read, BEFORE, 0)
    assert refused.value.code == "wrong_state"
    assert comparison_available(read=read) == (display == AiDisplay.CONCURRENT)
    sign(read, BEFORE, 0)
    assert comparison_available(read=read) == (display != AiDisplay.HIDDEN)


def test_labels_give_the_final_read_and_the_first_one_where_asked_for(built: Built, read: Read) -> None:
    freeze(read, BEFORE, 0)
    prediction = Prediction.objects.get(imaging_study=read.assignment.case.imaging_study)
    ai_delivered(read=read, prediction=prediction, content=AiContent.COMPARISON)
    asked: dict[str, Any] = {"reader_study": built.reader_study, "reader": None, "updated_since": None}
    assert [row.phase for row in labels_of(**asked, include_first_reads=True)] == ["FIRST"]
    assert not labels_of(**asked).exists()
    sign(read, AFTER, 1)
    assert [row.phase for row in labels_of(**asked)] == ["SECOND"]
    both = labels_of(**asked, include_first_reads=True).order_by("number")
    assert [(row.kind, row.phase, row.payload["answers"]["confidence"]) for row in both] == [
        ("FIRST_READ", "FIRST", 20),
        ("SIGNED", "SECOND", 90),
    ]


def test_an_analysis_reads_the_signed_read_not_the_first_one(built: Built, read: Read) -> None:
    csv = "case,truth\n" + "".join(f"{case.name},1\n" for case in built.cases)
    reference_standard_import(by=built.coordinator, reader_study=built.reader_study, text=csv, name="truth.csv")

    def own() -> dict[str, Any]:
        snapshot = snapshot_content(reader_study=built.reader_study, confidence_level=0.95, call_threshold=None)
        case = str(read.assignment.case_id)
        reader = str(read.assignment.reader_id)
        return next(one for one in snapshot["reads"] if (one["case"], one["reader"]) == (case, reader))

    freeze(read, BEFORE, 0)
    assert (own()["state"], own()["rating"]) == ("DRAFT", None)
    signed = sign(read, AFTER, 1)
    assert (own()["state"], own()["rating"], own()["revision"]) == ("SIGNED", 90, str(signed.pk))


def test_every_delivery_of_the_ai_is_a_row_and_an_event(read: Read) -> None:
    freeze(read, BEFORE, 0)
    prediction = Prediction.objects.get(imaging_study=read.assignment.case.imaging_study)
    for _ in range(2):
        ai_delivered(read=read, prediction=prediction, content=AiContent.COMPARISON)
    rows = AiDelivery.objects.filter(read=read)
    assert [(row.phase, row.revision_number, row.is_signed) for row in rows] == [("SECOND", 1, False)] * 2
    events = Event.objects.filter(object_id=str(read.pk), action="read.ai_shown")
    assert [event.detail["prediction_id"] for event in events] == [str(prediction.pk)] * 2
