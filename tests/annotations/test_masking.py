"""The mask over the readers' answers: from the first read until the lock, in every answer to a coordinator."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from annotations.domain.designs import single_design
from annotations.models import MaskBreak, Membership, Read, ReaderStudy
from annotations.services import reader_studies as building
from annotations.services.designs import design_put
from portal.accounts.services import token_create
from portal.audit.models import Event, TrailCheck
from tests.annotations.building import Built, content, draft, finding, person
from tests.annotations.reference_jobs import found_by, path_of, seen, storing, worked
from tests.annotations.segment_building import change, put
from tests.annotations.test_signing import PASSWORD, of

pytestmark = pytest.mark.django_db

REASON = "A reader reported a wrong image."


@pytest.fixture
def built() -> Built:
    """One reader has signed one case: a call, a rating and a mark; the design masks all of it."""
    built = draft(cases=2, readers=1)
    for user in (*built.readers, built.coordinator):
        user.set_password(PASSWORD)
        user.save()
    design_put(
        by=built.coordinator, reader_study=built.reader_study, design={**single_design(), "masked_until_lock": True}
    )
    building.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
    read = built.open(built.readers[0])
    body = {
        "base_revision": 0,
        "idempotency_key": str(uuid.uuid4()),
        "payload": content(finding(read.assignment.case), nodule_present=True, confidence=83),
        "password": PASSWORD,
    }
    signed = of(built.readers[0]).post(f"/api/v1/reads/{read.pk}/sign", body, content_type="application/json")
    assert signed.status_code == 200, signed.content
    return built


def study(built: Built) -> str:
    return f"/api/v1/reader-studies/{built.reader_study.pk}"


def closed_routes(built: Built) -> list[str]:
    marks = f"cases/{Read.objects.get().assignment.case_id}/marks/A/nodules"
    closed = ("labels", "labels/export?format=csv", "final-answers.csv", "audit/export", "lesion-corrections", marks)
    return [f"{study(built)}/{rest}" for rest in closed]


def break_mask(client: Client, built: Built, **changes: Any) -> Any:
    body = {"reason": REASON, "password": PASSWORD, **changes}
    return client.post(f"{study(built)}/mask", body, content_type="application/json")


def test_a_coordinator_sees_that_a_read_was_answered_and_not_what(built: Built) -> None:
    client, read = of(built.coordinator), Read.objects.get()
    for path in closed_routes(built):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "masked"), path
    history = client.get(f"/api/v1/reads/{read.pk}/history").json()
    (step,) = history["steps"]
    assert history["is_masked"]
    assert (step["number_answered"], step["digest"], step["signature"]["revision_digest"]) == (2, "", "")
    assert step["created_at"]
    assert {(one["label"], one["before"], one["after"]) for one in step["changes"]} == {
        ("Nodule present?", None, "masked"),
        ("How sure?", None, "masked"),
    }
    assert client.get(f"/api/v1/reads/{read.pk}/difference").json() == step["changes"]
    (revision,) = client.get(f"/api/v1/reads/{read.pk}/revisions").json()
    assert (revision["payload"], revision["digest"]) == (None, "")
    digest = read.revisions.get().digest
    assert digest not in client.get(f"{study(built)}/audit").content.decode()
    consensus = client.post(
        f"{study(built)}/consensus/preview",
        {"kind": "MAJORITY", "question": "nodule_present"},
        content_type="application/json",
    )
    assert consensus.json()["code"] == "masked"
    run = client.post(f"{study(built)}/analysis-runs", {}, content_type="application/json")
    assert run.json()["code"] == "masked"


def test_a_token_of_the_coordinator_is_masked_and_the_reader_sees_their_own(built: Built) -> None:
    _, secret = token_create(
        user=built.coordinator, name="mine", scope="READ", expires_at=timezone.now() + timedelta(days=1)
    )
    bearer = Client(headers={"Authorization": f"Bearer {secret}"})
    assert bearer.get(f"{study(built)}/labels").json()["code"] == "masked"
    own = of(built.readers[0]).get(f"{study(built)}/labels").json()["results"]
    assert own[0]["answers"]["confidence"] == 83


def test_a_coordinator_who_steps_down_to_be_an_api_client_stays_masked_and_other_api_clients_are_not(
    built: Built,
) -> None:
    other = person("other-coordinator", may_create_reader_studies=True)
    statistician = person("statistician")
    members = [(other, "COORDINATOR"), (built.coordinator, "API_CLIENT"), (statistician, "API_CLIENT")]
    Membership.objects.create(reader_study=built.reader_study, user=other, role="COORDINATOR")
    body = [{"user_id": str(one.pk), "role": role} for one, role in [*members, (built.readers[0], "READER")]]
    client = of(built.coordinator)
    put = client.put(f"{study(built)}/members", {"members": body}, content_type="application/json")
    assert put.status_code == 200, put.content
    for path in ("labels", "labels/export?format=csv"):
        assert client.get(f"{study(built)}/{path}").json()["code"] == "masked"
    (label,) = of(statistician).get(f"{study(built)}/labels").json()["results"]
    assert label["answers"]["confidence"] == 83


def test_breaking_the_mask_takes_a_password_and_a_reason_and_is_for_one_person_and_hour(built: Built) -> None:
    client = of(built.coordinator)
    assert break_mask(client, built, password="wrong").json()["code"] == "wrong_password"
    assert break_mask(client, built, reason="  ").status_code == 400
    assert not MaskBreak.objects.exists()
    answer = break_mask(client, built)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["is_masked"], answer.json()["breaks"][0]["reason"]) == (False, REASON)
    event = Event.objects.get(action="mask.break")
    assert (event.actor, event.detail["reason"]) == (built.coordinator, REASON)
    labels = client.get(f"{study(built)}/labels").json()["results"]
    assert labels[0]["answers"]["confidence"] == 83
    assert Event.objects.filter(action="labels.view", actor=built.coordinator).exists()
    broken = MaskBreak.objects.get()
    assert 3500 < (broken.ends_at - broken.created_at).total_seconds() < 3700
    # Another coordinator has to break it too; and an hour is over in an hour.
    other = person("other-coordinator", may_create_reader_studies=True)
    Membership.objects.create(reader_study=built.reader_study, user=other, role="COORDINATOR")
    assert of(other).get(f"{study(built)}/labels").json()["code"] == "masked"
    MaskBreak.objects.create(
        reader_study=built.reader_study, broken_by=other, reason=REASON, ends_at=timezone.now() - timedelta(seconds=1)
    )
    assert of(other).get(f"{study(built)}/labels").json()["code"] == "masked"


def test_a_truth_that_was_made_of_answers_is_masked_too(built: Built) -> None:
    """One coordinator breaks the mask and stores a consensus of one reader; it tells another one nothing."""
    other = person("other-coordinator", may_create_reader_studies=True)
    Membership.objects.create(reader_study=built.reader_study, user=other, role="COORDINATOR")
    client, masked = of(built.coordinator), of(other)
    assert break_mask(client, built).status_code == 201
    rule = {"kind": "MAJORITY", "question": "nodule_present"}
    look = seen(client, client.post(f"{study(built)}/consensus/preview", rule, content_type="application/json"))
    assert found_by(masked, look["job"]).json()["code"] == "masked"
    wish = {"digest": look["digest"]}
    refused = masked.post(path_of(look["job"], "/store"), wish, content_type="application/json")
    assert refused.json()["code"] == "masked"
    assert look["digest"] not in masked.get(f"{study(built)}/reference-jobs").content.decode()
    assert storing(client, look).stored is not None
    versions = f"{study(built)}/reference-standards"
    for rest in ("1", "1.json"):
        assert client.get(f"{versions}/{rest}").status_code == 200
        assert masked.get(f"{versions}/{rest}").json()["code"] == "masked"
    counted = {who: who.get(versions).json()["versions"][0] for who in (client, masked)}
    assert (counted[client]["number_positive"], counted[client]["is_masked"]) == (1, False)
    names = ("number_positive", "number_negative", "number_excluded", "number_for_adjudication", "digest")
    assert [counted[masked][name] for name in names] == [None, None, None, None, ""]
    in_force = masked.get(f"{study(built)}/reference-standard").json()
    assert [in_force[name] for name in ("number_positive", "number_negative", "digest", "missing")] == [
        None,
        None,
        "",
        [],
    ]
    protocol = masked.get(f"{study(built)}/protocol").json()
    (truth,) = [one for one in protocol["document"]["sections"] if one["key"] == "truth"]
    assert truth["tables"][0]["rows"][0][4:7] == ["masked"] * 3
    (chosen,) = [one for one in protocol["document"]["sections"] if one["key"] == "cases"]
    assert [row[3:] for row in chosen["tables"][0]["rows"]] == [["masked"] * 3]
    checked = {one["code"]: one["text"] for one in masked.get(f"{study(built)}/launch-check").json()["items"]}
    assert "masked" in checked["reference_standard"]
    shown = {who: [one["truth"] for one in who.get(f"{study(built)}/cases").json()] for who in (client, masked)}
    assert sorted(shown[client], key=str) == [1, None]
    assert shown[masked] == [None, None]
    file = SimpleUploadedFile("truth.csv", f"case,truth\n{Read.objects.get().assignment.case.name},0\n".encode())
    job = worked(client.post(f"{versions}/preview", {"files": [file], "base_version": 1}))
    told = {who: who.get(path_of(job)).json()["problems"] for who in (client, masked)}
    assert [one["code"] for one in told[client]] == ["truth_differs"]
    assert told[masked] == []
    assert "has truth" not in masked.get(f"{study(built)}/reference-jobs").content.decode()


def test_the_lock_ends_the_mask_and_a_design_without_it_has_none(built: Built) -> None:
    client = of(built.coordinator)
    for event in ("close", "lock"):
        moved = client.post(f"{study(built)}/moves", {"event": event}, content_type="application/json")
        assert moved.status_code == 200, moved.content
    assert ReaderStudy.objects.get().state == "LOCKED"
    assert client.get(f"{study(built)}/labels").json()["results"][0]["answers"]["confidence"] == 83
    assert not client.get(f"{study(built)}/mask").json()["is_masking"]
    assert break_mask(client, built).json()["code"] == "not_masked"


def test_a_masked_coordinator_learns_neither_why_a_case_is_judged_nor_that_a_reader_drew(built: Built) -> None:
    read = Read.objects.get()
    other = built.open(built.readers[0], 2)
    put(other, change(other, [9, 2, 6, 2]))
    judged = person("judge")
    Membership.objects.create(reader_study=built.reader_study, user=judged, role="ADJUDICATOR")
    client = of(built.coordinator)
    assert break_mask(client, built).status_code == 201
    rule = {"kind": "MAJORITY", "question": "nodule_present"}
    look = seen(client, client.post(f"{study(built)}/consensus/preview", rule, content_type="application/json"))
    storing(client, look)
    asked = {"base_version": 1, "question": "Is there one?", "random_percent": 100}
    begun = client.post(f"{study(built)}/adjudications", asked, content_type="application/json")
    assert begun.status_code == 201, begun.content
    decision = {"base_number": 0, "outcome": "POSITIVE", "comment": "Seen."}
    done = []
    for case in of(judged).get(f"{study(built)}/adjudication-cases").json():
        path = f"/api/v1/adjudication-cases/{case['id']}/decision"
        decided = of(judged).post(path, decision, content_type="application/json")
        assert decided.status_code == 200, decided.content
        (unmasked,) = client.get(f"{study(built)}/adjudications").json()
        done.append((unmasked["number_decided"], unmasked["number_of_cases"], unmasked["is_decided"]))
    assert done == [(1, 2, False), (2, 2, True)]
    events = client.get(f"{study(built)}/audit").json()["results"]
    assert {"read.segment", "adjudication.decide", "adjudication.create"} <= {one["action"] for one in events}
    assert unmasked["triggers"]["random_percent"] == 100
    masked_one = person("other-coordinator", may_create_reader_studies=True)
    Membership.objects.create(reader_study=built.reader_study, user=masked_one, role="COORDINATOR")
    masked = of(masked_one)
    cases = masked.get(f"{study(built)}/adjudications/1")
    assert (cases.status_code, cases.json()["code"]) == (403, "masked")
    assert client.get(f"{study(built)}/adjudications/1").json()[0]["reasons"]
    (round_,) = masked.get(f"{study(built)}/adjudications").json()
    counts = ("number_of_cases", "number_decided", "triggers")
    assert [round_[name] for name in counts] == [None] * 3
    assert round_["is_decided"]
    told = masked.get(f"{study(built)}/audit").json()["results"]
    (creation,) = [one for one in told if one["action"] == "adjudication.create"]
    assert "cases" not in creation["detail"]
    counted = ("read.segment", "read.view_segment", "lesions.correct", "adjudication.decide", "adjudication.view_case")
    assert not [one for one in told if one["action"] in counted]
    assert masked.get(f"{study(built)}/audit?action=read.segment").json()["results"] == []
    assert {one["sequence"] for one in told} == {None}
    stored = masked.post(f"{study(built)}/adjudications/1/reference-standard")
    assert stored.status_code == 201, stored.content
    assert "judged" not in stored.json()["versions"][0]["provenance"]
    for event in ("close", "lock"):
        client.post(f"{study(built)}/moves", {"event": event}, content_type="application/json")
    (round_,) = masked.get(f"{study(built)}/adjudications").json()
    assert round_["number_of_cases"] == 2, "the lock ends the mask"
    assert str(read.revisions.get().digest) not in str(told)


def test_verifications_count_nothing_while_answers_are_masked(built: Built) -> None:
    """Two counts, one before and one after a read, would say what is not listed between them."""
    scope = f"reader-study:{built.reader_study.pk}"
    TrailCheck.objects.create(scope=scope, number_of_events=7, number_of_rows=8, newest_event_at=timezone.now())
    names = ("number_of_events", "number_of_rows", "newest_event_at")
    client = of(built.coordinator)
    (check,) = client.get(f"{study(built)}/audit/checks").json()
    assert [check[name] for name in names] == [None] * 3
    again = client.post(f"{study(built)}/audit/checks").json()
    assert [again[name] for name in names] == [None] * 3
    assert break_mask(client, built).status_code == 201
    (check,) = client.get(f"{study(built)}/audit/checks").json()
    assert (check["number_of_events"], check["number_of_rows"]) == (7, 8)
    assert check["newest_event_at"]
