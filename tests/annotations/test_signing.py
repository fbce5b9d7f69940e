"""Signatures as 21 CFR Part 11 wants them, reopening, and the history of a read, over HTTP."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotations.domain.signatures import MEANINGS
from annotations.domain.truth_csv import Truth
from annotations.models import Assignment, Read, ReferenceSource, Revision, Signature
from annotations.services.reader_studies import reader_study_close, reader_study_move
from annotations.services.truth import reference_standard_create
from portal.accounts.models import User
from portal.accounts.services import token_create
from portal.audit.models import Event
from portal.audit.verify import broken_links
from tests.annotations.building import COMPLETE, Built, content, finding, launched
from validation.selectors import snapshot_content

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"


@pytest.fixture
def built() -> Built:
    built = launched()
    for user in (*built.readers, built.coordinator):
        user.first_name, user.last_name = "Ada", "Reader"
        user.set_password(PASSWORD)
        user.save()
    return built


def of(user: User) -> Client:
    client = Client(headers={"User-Agent": "a workstation"}, REMOTE_ADDR="192.0.2.9")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def reader(built: Built) -> Client:
    return of(built.readers[0])


@pytest.fixture
def coordinator(built: Built) -> Client:
    return of(built.coordinator)


@pytest.fixture
def read(built: Built) -> Read:
    return built.open(built.readers[0])


def body(base: int = 0, *findings: dict[str, Any], **answers: Any) -> dict[str, Any]:
    payload = content(*findings, **(COMPLETE | answers))
    return {"base_revision": base, "idempotency_key": str(uuid.uuid4()), "payload": payload}


def post(client: Client, read: Read, verb: str, sent: dict[str, Any], method: str = "post") -> Any:
    return getattr(client, method)(f"/api/v1/reads/{read.pk}/{verb}", sent, content_type="application/json")


def signed(client: Client, read: Read, base: int = 0, password: str = PASSWORD, **more: Any) -> Any:
    return post(client, read, "sign", {**body(base), "password": password, **more})


def test_a_signature_says_who_when_what_and_of_which_content(reader: Client, read: Read) -> None:
    answer = signed(reader, read)
    assert answer.status_code == 200, answer.content
    signature = Signature.objects.get(read=read)
    revision = Revision.objects.get(read=read)
    assert (signature.username, signature.full_name) == ("pilot-reader-1", "Ada Reader")
    assert (signature.meaning, signature.meaning_text) == ("FINDINGS", MEANINGS["FINDINGS"])
    assert (signature.revision, signature.revision_digest) == (revision, answer.json()["digest"])
    assert signature.created_at == Read.objects.get(pk=read.pk).signed_at
    event = Event.objects.get(action="read.sign")
    assert event.rows["annotations.Signature"].keys() == {str(signature.pk)}
    assert {"address": "192.0.2.9", "user_agent": "a workstation"}.items() <= (event.origin or {}).items()
    assert list(broken_links()) == []


def test_the_name_stays_as_it_was_then(built: Built, reader: Client, coordinator: Client, read: Read) -> None:
    signed(reader, read)
    User.objects.filter(pk=built.readers[0].pk).update(last_name="Married")
    steps = coordinator.get(f"/api/v1/reads/{read.pk}/history").json()["steps"]
    assert steps[0]["signature"]["full_name"] == "Ada Reader"


@pytest.mark.parametrize("password", ["wrong", "", None])
def test_without_the_password_nothing_is_signed_and_the_draft_stays(
    reader: Client, read: Read, password: str | None
) -> None:
    post(reader, read, "draft", body(confidence=12), "put")
    sent = body(1) if password is None else {**body(1), "password": password}
    answer = post(reader, read, "sign", sent)
    code = "wrong_password" if password else "invalid"
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Signature.objects.exists()
    assert Read.objects.get(pk=read.pk).revision_number == 1
    assert Event.objects.filter(action="session.refuse").count() == (1 if password else 0)
    assert signed(reader, read, 1).status_code == 200


def test_five_wrong_passwords_lock_signing_as_they_lock_signing_in(reader: Client, read: Read) -> None:
    statuses = [signed(reader, read, password="wrong").status_code for _ in range(5)]
    assert statuses == [400] * 4 + [429]
    refused = signed(reader, read)
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert (refused.json()["code"], "15 minutes" in refused.json()["detail"]) == ("too_many_wrong_passwords", True)
    # The session goes on, and so does the draft.
    assert post(reader, read, "draft", body(), "put").status_code == 200


def test_the_right_password_forgets_the_wrong_ones(reader: Client, built: Built, read: Read) -> None:
    for password in ("wrong", "wrong", "wrong"):
        signed(reader, read, password=password)
    assert signed(reader, read).status_code == 200
    other = built.open(built.readers[0], 2)
    assert [signed(reader, other, password="wrong").status_code for _ in range(4)] == [400] * 4


def test_an_answer_that_was_taken_back_counts_as_none(reader: Client, coordinator: Client, read: Read) -> None:
    post(reader, read, "draft", body(), "put")
    post(reader, read, "draft", body(1, confidence=None), "put")
    steps = coordinator.get(f"/api/v1/reads/{read.pk}/history").json()["steps"]
    assert [step["number_answered"] for step in steps] == [len(COMPLETE), len(COMPLETE) - 1]


def test_a_first_signature_corrects_nothing_and_an_unknown_meaning_is_refused(reader: Client, read: Read) -> None:
    assert [one["code"] for one in reader.get(f"/api/v1/reads/{read.pk}").json()["signature_meanings"]] == ["FINDINGS"]
    assert signed(reader, read, meaning="WITNESS").status_code == 400
    refused = signed(reader, read, meaning="CORRECTION")
    assert (refused.status_code, refused.json()["code"]) == (400, "nothing_corrected")
    assert not Signature.objects.exists()
    assert signed(reader, read).status_code == 200


def test_a_program_signs_with_its_password_too(built: Built, read: Read) -> None:
    expires_at = timezone.now() + timedelta(days=1)
    _, token = token_create(user=built.readers[0], name="tool", scope="WRITE", expires_at=expires_at)
    program = Client(headers={"Authorization": f"Bearer {token}"})
    assert post(program, read, "sign", body()).status_code == 400
    assert signed(program, read).status_code == 200


def test_a_repeated_signature_is_one(reader: Client, read: Read) -> None:
    sent = {**body(), "password": PASSWORD}
    first, second = post(reader, read, "sign", sent), post(reader, read, "sign", sent)
    assert first.json()["digest"] == second.json()["digest"]
    assert Signature.objects.count() == 1


def reopened(client: Client, read: Read, reason: str = "A mark on the wrong side.") -> Any:
    return post(client, read, "reopen", {"reason": reason})


def test_a_reopened_read_goes_on_from_what_was_signed_and_its_signature_counts_until_the_next(
    built: Built, reader: Client, coordinator: Client, read: Read
) -> None:
    labels = f"/api/v1/reader-studies/{built.reader_study.pk}/labels"
    signed(reader, read)
    answer = reopened(coordinator, read)
    assert (answer.status_code, answer.json()["reason"]) == (200, "A mark on the wrong side.")
    shown = reader.get(f"/api/v1/reads/{read.pk}").json()
    assert (shown["state"], shown["signed_at"], shown["revision_number"]) == ("REOPENED", None, 1)
    assert shown["payload"]["answers"] == COMPLETE
    assert shown["reopening_reason"] == "A mark on the wrong side."
    assert shown["signature_meanings"][0]["code"] == "CORRECTION"
    assert post(reader, read, "draft", body(1, confidence=7), "put").status_code == 200
    assert Assignment.objects.get(read=read).state == "REOPENED"
    (row,) = coordinator.get(labels).json()["results"]
    assert (row["revision_number"], row["answers"]["confidence"]) == (1, 83)
    assert signed(reader, read, 2, meaning="CORRECTION").status_code == 200
    (row,) = coordinator.get(labels).json()["results"]
    assert (row["revision_number"], row["signature"]["meaning"]) == (3, "CORRECTION")
    assert Signature.objects.get(revision__number=3).meaning_text == MEANINGS["CORRECTION"]
    assert Signature.objects.filter(read=read).count() == 2
    assert list(broken_links()) == []


def test_an_analysis_counts_the_signature_of_a_reopened_read(
    built: Built, reader: Client, coordinator: Client, read: Read
) -> None:
    truths = [Truth(case.name, 1, []) for case in built.cases]
    reference_standard_create(
        by=built.coordinator, reader_study=built.reader_study, truths=truths, source=ReferenceSource.CSV, provenance=""
    )
    signed(reader, read)
    reopened(coordinator, read)
    frozen = snapshot_content(reader_study=built.reader_study, confidence_level=0.95, call_threshold=None)
    (counted,) = [one for one in frozen["reads"] if one["revision"]]
    assert (counted["state"], counted["rating"]) == ("SIGNED", 83)


def test_only_a_coordinator_reopens_and_only_with_a_reason(
    built: Built, reader: Client, coordinator: Client, read: Read
) -> None:
    assert reopened(coordinator, read).status_code == 409
    signed(reader, read)
    assert reopened(reader, read).status_code == 403
    assert reopened(of(built.readers[1]), read).status_code == 403
    assert reopened(coordinator, read, "  ").status_code == 400
    assert reopened(coordinator, read).status_code == 200
    assert reopened(coordinator, read).status_code == 409
    assert Event.objects.get(action="read.reopen").actor == built.coordinator


def test_a_closed_reader_study_reopens_nothing(built: Built, reader: Client, coordinator: Client, read: Read) -> None:
    signed(reader, read)
    built.reader_study.refresh_from_db()
    # A paused one takes nothing either, and is not said to be closed.
    reader_study_move(by=built.coordinator, reader_study=built.reader_study, event="pause")
    paused = reopened(coordinator, read)
    assert (paused.status_code, paused.json()["code"]) == (409, "wrong_state")
    assert "while the reader study is open" in paused.json()["detail"]
    reader_study_close(by=built.coordinator, reader_study=built.reader_study)
    assert reopened(coordinator, read).status_code == 409


def test_the_history_says_what_changed_field_by_field(
    built: Built, reader: Client, coordinator: Client, read: Read
) -> None:
    case = read.assignment.case
    one = finding(case)
    post(reader, read, "draft", body(0, one, confidence=12), "put")
    post(reader, read, "draft", body(1, {**one, "confidence": 20}, nodule_present=False, confidence=12), "put")
    signed(reader, read, 2)
    reopened(coordinator, read)
    history = coordinator.get(f"/api/v1/reads/{read.pk}/history").json()
    assert (history["reader"], history["case"], history["state"]) == ("pilot-reader-1", case.name, "REOPENED")
    first, second, third = history["steps"]
    assert {"field": "answer:nodule_present", "label": "Nodule present?", "before": None, "after": "Yes"} in first[
        "changes"
    ]
    assert [(change["label"], change["before"], change["after"]) for change in second["changes"]] == [
        ("Nodule present?", "Yes", "No"),
        ("Mark 1: confidence", "70 %", "20 %"),
    ]
    assert next((c["label"], c["after"]) for c in third["changes"] if c["after"] is None) == ("Mark 1", None)
    assert (third["kind"], third["signature"]["username"]) == ("SIGNED", "pilot-reader-1")
    assert (third["reopening"]["by"], third["reopening"]["reason"]) == (
        "pilot-coordinator",
        "A mark on the wrong side.",
    )
    assert {step["address"] for step in history["steps"]} == {"192.0.2.9"}
    compared = coordinator.get(f"/api/v1/reads/{read.pk}/difference?older=1&newer=3").json()
    assert ("How sure?", "12", "83") in [(c["label"], c["before"], c["after"]) for c in compared]
    assert coordinator.get(f"/api/v1/reads/{read.pk}/difference?older=1&newer=9").status_code == 404


def test_readers_see_the_history_of_their_own_reads_only(built: Built, reader: Client, read: Read) -> None:
    signed(reader, read)
    own = reader.get(f"/api/v1/reads/{read.pk}/history")
    assert (own.status_code, own.json()["may_reopen"]) == (200, False)
    assert of(built.readers[1]).get(f"/api/v1/reads/{read.pk}/history").status_code == 404
