"""Accepted, adjusted, rejected: only about findings that the reader sees, and each once."""

import uuid
from typing import Any

import pytest

from annotations.domain.ai_decisions import undecided
from annotations.models import AiDisplay, Read, ReaderStudy
from annotations.selectors.ai import shown_ai_of
from annotations.services import reads
from annotations.services.reader_studies import reader_study_update
from portal.errors import Invalid
from portal.inference.models import Prediction
from tests.annotations.building import COMPLETE, Built, content, draft, finding, launched, save
from tests.annotations.services.test_phases import freeze, with_ai

pytestmark = pytest.mark.django_db


def opened(display: AiDisplay, *, required: bool = False) -> Read:
    built = with_ai(launched(), display)
    ReaderStudy.objects.filter(pk=built.reader_study.pk).update(ai_decisions_required=required)
    return built.open(built.readers[0])


def decision(read: Read, **changes: Any) -> dict[str, Any]:
    prediction = Prediction.objects.get(imaging_study=read.assignment.case.imaging_study)
    return {
        "prediction_id": str(prediction.pk),
        "ai_finding_id": "F1",
        "decision": "REJECTED",
        "finding_id": None,
        "decided_at": "2026-01-02T03:04:05.678Z",
        **changes,
    }


def deciding(*decisions: dict[str, Any], findings: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {**content(*(findings or []), **COMPLETE), "ai_decisions": list(decisions)}


def refused(read: Read, payload: dict[str, Any], verb: str = "read_save_draft") -> tuple[str, str]:
    with pytest.raises(Invalid) as error:
        getattr(reads, verb)(by=read.assignment.reader, read=read, save=save(payload, read.revision_number))
    problem = error.value.errors[0]
    return problem["field"], problem["code"]


@pytest.mark.parametrize("display", [AiDisplay.HIDDEN, AiDisplay.AFTER_SIGNING, AiDisplay.SECOND_READ])
@pytest.mark.parametrize("verb", ["read_save_draft", "read_sign", "read_freeze_first"])
def test_what_is_not_shown_cannot_be_decided_and_a_guess_learns_nothing(display: AiDisplay, verb: str) -> None:
    read = opened(display)
    if (verb == "read_freeze_first") != (display == AiDisplay.SECOND_READ) and verb != "read_save_draft":
        return
    right = refused(read, deciding(decision(read)), verb)
    wrong = refused(read, deciding(decision(read, prediction_id=str(uuid.uuid4()), ai_finding_id="X")), verb)
    assert right == wrong == ("ai_decisions", "ai_not_shown")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"prediction_id": str(uuid.uuid4())}, "unknown_prediction"),
        ({"ai_finding_id": "F9"}, "unknown_ai_finding"),
        ({"finding_id": str(uuid.uuid4())}, "no_copy"),
        ({"decision": "ACCEPTED"}, "copy_missing"),
        ({"decision": "ADJUSTED", "finding_id": str(uuid.uuid4())}, "copy_missing"),
    ],
)
def test_a_wrong_decision_is_named(changes: dict[str, Any], code: str) -> None:
    read = opened(AiDisplay.CONCURRENT)
    assert refused(read, deciding(decision(read, **changes))) == ("ai_decisions[0]", code)


def test_a_finding_is_decided_once() -> None:
    read = opened(AiDisplay.CONCURRENT)
    assert refused(read, deciding(decision(read), decision(read))) == ("ai_decisions[1]", "repeated")


def test_an_accepted_finding_names_its_copy_and_signs() -> None:
    read = opened(AiDisplay.CONCURRENT)
    copy = finding(read.assignment.case)
    whole = deciding(
        decision(read, decision="ACCEPTED", finding_id=copy["id"]),
        decision(read, ai_finding_id="F2"),
        findings=[copy],
    )
    signed = reads.read_sign(by=read.assignment.reader, read=read, save=save(whole))
    assert [one["decision"] for one in signed.payload["ai_decisions"]] == ["ACCEPTED", "REJECTED"]


def test_required_decisions_keep_a_read_from_being_signed_but_not_the_first_read_from_being_frozen() -> None:
    read = opened(AiDisplay.SECOND_READ, required=True)
    freeze(read, deciding(), 0)
    assert refused(read, deciding(), "read_sign") == ("ai:F1", "ai_undecided")
    assert refused(read, deciding(decision(read)), "read_sign") == ("ai:F2", "ai_undecided")
    (told,) = undecided(deciding(decision(read)), shown_ai_of(read=read))
    listed = next(one for one in Prediction.objects.all()[0].findings if one["id"] == "F2")
    assert f"“{listed['score']:.2f} {listed['code']['meaning']}”" in told.detail
    read.assignment.arm.blinding = {"ai_scores": "HIDDEN"}
    (told,) = undecided(deciding(decision(read)), shown_ai_of(read=read))
    assert f"“{listed['code']['meaning']}”" in told.detail, "a score that is hidden is in no message"
    both = deciding(decision(read), decision(read, ai_finding_id="F2"))
    reads.read_sign(by=read.assignment.reader, read=read, save=save(both, 1))


def test_decisions_are_optional_unless_the_protocol_says_so() -> None:
    read = opened(AiDisplay.CONCURRENT)
    reads.read_sign(by=read.assignment.reader, read=read, save=save(deciding()))


@pytest.fixture
def pilot() -> Built:
    return with_ai(draft(), AiDisplay.HIDDEN)


@pytest.mark.parametrize("display", [AiDisplay.HIDDEN, AiDisplay.AFTER_SIGNING])
def test_decisions_cannot_be_required_of_an_ai_that_is_not_seen_in_time(pilot: Built, display: AiDisplay) -> None:
    changes = {"ai_display": display, "ai_decisions_required": True}
    with pytest.raises(Invalid) as error:
        reader_study_update(by=pilot.coordinator, reader_study=pilot.reader_study, changes=changes)
    assert error.value.errors[0]["field"] == "ai_decisions_required"
