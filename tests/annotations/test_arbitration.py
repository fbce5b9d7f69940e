"""Double reading with arbitration: from two signed reads to the final answer, blinded, and what happens afterwards."""

import csv
import hashlib
import io
import json
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotations.domain.arbitration import differences
from annotations.domain.designs import design_problems, single_design
from annotations.domain.truth_csv import Truth
from annotations.models import (
    ArbitrationStep,
    Assignment,
    AssignmentRole,
    DesignVersion,
    Read,
    ReferenceJob,
    ReferenceSource,
    StepKind,
)
from annotations.selectors.consensus import panel_from_json
from annotations.selectors.designs import is_reproduced
from annotations.selectors.lesions import signed_findings
from annotations.services import reader_studies as building
from annotations.services.designs import design_put
from annotations.services.reader_studies import label_schema_put
from annotations.services.reads import read_sign
from annotations.services.truth import reference_standard_create
from annotations.services.withdrawals import case_withdraw, reader_withdraw
from portal.accounts.models import User
from portal.audit.models import Event
from portal.audit.verify import trail_verify
from portal.errors import Conflict
from tests.annotations.building import QUESTIONS, Built, content, draft, finding, save
from tests.annotations.reference_jobs import seen
from tests.annotations.segment_building import change, put, segment_mark
from tests.annotations.test_signing import PASSWORD, of
from validation.dataset import dataset_from_snapshot
from validation.selectors import snapshot_content

pytestmark = pytest.mark.django_db


def double(people: list[User], **changes: Any) -> dict[str, Any]:
    """A double reading in which who differs on the call is arbitrated."""
    rule = {
        "arbitrators": [str(one.pk) for one in people],
        "trigger": "DISAGREEMENT",
        "questions": ["nodule_present"],
        "shows": "ANSWERS",
        **changes,
    }
    return {**single_design(), "pairing": {"kind": "DOUBLE", "arbitration": rule}}


def launched_double(cases: int = 2, arbitrators: int = 1, **changes: Any) -> Built:
    """Two readers, and after them in `built.readers` the arbitrators."""
    built = draft(cases=cases, readers=2 + arbitrators)
    for user in (*built.readers, built.coordinator):
        user.set_password(PASSWORD)
        user.save()
    design_put(by=built.coordinator, reader_study=built.reader_study, design=double(built.readers[2:], **changes))
    building.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
    return built


def sign_case(built: Built, reader: User, case: int = 0, *, call: bool = True, mark: bool = False) -> Any:
    """Open and sign somebody's read of a case over HTTP."""
    client = of(reader)
    own = Assignment.objects.get(reader=reader, case=built.cases[case], reader_study=built.reader_study)
    for earlier in Assignment.objects.filter(reader=reader, position__lt=own.position, state="PENDING"):
        client.post(f"/api/v1/assignments/{earlier.pk}/open", {}, content_type="application/json")
    opened = client.post(f"/api/v1/assignments/{own.pk}/open", {}, content_type="application/json").json()
    return sign_read(client, opened["id"], call=call, finding=finding(built.cases[case]) if mark else None)


def sign_read(client: Client, read_id: str, *, call: bool, finding: dict[str, Any] | None = None) -> Any:
    read = Read.objects.get(pk=read_id)
    found = [finding] if finding else []
    body = {
        "base_revision": read.revision_number,
        "idempotency_key": str(uuid.uuid4()),
        "payload": content(*found, nodule_present=call, confidence=83 if call else 17),
        "password": PASSWORD,
    }
    return client.post(f"/api/v1/reads/{read_id}/sign", body, content_type="application/json")


def disagree(built: Built, case: int = 0) -> Assignment:
    """The arbitration that comes of it."""
    assert sign_case(built, built.readers[0], case, call=True, mark=True).status_code == 200
    assert sign_case(built, built.readers[1], case, call=False).status_code == 200
    return Assignment.objects.get(role=AssignmentRole.ARBITRATION, case=built.cases[case])


def open_it(built: Built, arbitration: Assignment) -> tuple[Client, str]:
    client = of(arbitration.reader)
    opened = client.post(f"/api/v1/assignments/{arbitration.pk}/open", {}, content_type="application/json")
    assert opened.status_code == 200, opened.content
    return client, opened.json()["id"]


def arbitrated(built: Built) -> tuple[Client, str]:
    """A signed arbitration that says yes."""
    client, read_id = open_it(built, disagree(built))
    assert client.get(f"/api/v1/reads/{read_id}/arbitration").status_code == 200
    assert sign_read(client, read_id, call=True).status_code == 200
    return client, read_id


def counts(built: Built) -> Any:
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/progress"
    return of(built.coordinator).get(path).json()["arbitration"]


def standings(built: Built) -> list[str]:
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/double-reading"
    return [one["standing"] for one in of(built.coordinator).get(path).json()["cases"]]


def final_rows(built: Built) -> list[dict[str, str]]:
    answer = of(built.coordinator).get(f"/api/v1/reader-studies/{built.reader_study.pk}/final-answers.csv")
    return list(csv.DictReader(io.StringIO(b"".join(answer).decode())))


def reopen(built: Built, reader: User, case: int = 0) -> Read:
    read = Read.objects.get(assignment__reader=reader, assignment__case=built.cases[case])
    answer = of(built.coordinator).post(
        f"/api/v1/reads/{read.pk}/reopen", {"reason": "Look again."}, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    return read


def test_reads_that_differ_go_to_the_arbitrator_whose_read_is_the_final_one() -> None:
    built = launched_double()
    first, second, arbitrator = built.readers
    assert not Assignment.objects.filter(reader=arbitrator).exists()
    sign_case(built, first, call=True, mark=True)
    assert (counts(built), standings(built)) == ({"waiting": 0, "open": 0, "done": 0, "stale": 0}, ["READING"] * 2)
    sign_case(built, second, call=False)
    assert counts(built)["waiting"] == 1
    client, read_id = open_it(built, Assignment.objects.get(role="ARBITRATION"))
    assert counts(built)["open"] == 1
    early = sign_read(client, read_id, call=True)
    assert (early.status_code, early.json()["code"]) == (409, "reads_changed")
    shown = client.get(f"/api/v1/reads/{read_id}/arbitration").json()
    assert [one["name"] for one in shown["readers"]] == ["Reader A", "Reader B"]
    said = {one["answers"][0]["answer"] for one in shown["readers"]}
    assert said == {"Yes", "No"}
    (mark,) = [mark for one in shown["readers"] for mark in one["marks"]]
    assert mark["geometry"]["points_mm"] == [[1.0, 2.0, 3.0]]
    assert shown["differences"] == ["Nodule present?"]
    assert sign_read(client, read_id, call=True).status_code == 200
    assert (counts(built)["done"], standings(built)) == (1, ["DONE", "READING"])
    # The second case: both say no, and nobody arbitrates.
    sign_case(built, first, 1, call=False)
    sign_case(built, second, 1, call=False)
    one, two = final_rows(built)
    assert (one["source"], one["answer.nodule_present"], one["arbitrator"]) == ("ARBITRATION", "1", arbitrator.username)
    assert (two["source"], two["answer.nodule_present"], two["standing"]) == ("READERS", "0", "AGREED")
    labels = of(built.coordinator).get(f"/api/v1/reader-studies/{built.reader_study.pk}/labels").json()["results"]
    assert sorted(row["role"] for row in labels) == ["ARBITRATION", *["READER"] * 4]
    kinds = list(ArbitrationStep.objects.values_list("kind", flat=True))
    assert kinds == [StepKind.DUE, StepKind.SHOWN, StepKind.SIGNED]
    assert Event.objects.filter(action="arbitration.view").exists()
    assert not trail_verify(scope=None).problems
    assert is_reproduced(reader_study=built.reader_study)


def test_an_arbitrator_is_no_reader_of_a_consensus() -> None:
    built = launched_double()
    first, second, arbitrator = built.readers
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/consensus/preview"
    asked = {"kind": "MAJORITY", "question": "nodule_present"}
    client = of(built.coordinator)
    assert client.post(path, asked, content_type="application/json").status_code == 202
    assert set(panel_from_json(ReferenceJob.objects.get().asked).weights) == {first.pk, second.pk}
    named = client.post(path, {**asked, "readers": [{"user_id": str(arbitrator.pk)}]}, content_type="application/json")
    assert [one["code"] for one in named.json()["errors"]] == ["unknown_reader"]


def test_an_arbitrator_learns_no_name_and_readers_learn_of_no_arbitration() -> None:
    built = launched_double()
    arbitration = disagree(built)
    client, read_id = open_it(built, arbitration)
    hidden = [value for reader in built.readers[:2] for value in (reader.username, str(reader.pk))]
    hidden += [str(read.pk) for read in Read.objects.exclude(pk=read_id)]
    study = f"/api/v1/reader-studies/{built.reader_study.pk}"
    paths = [
        f"/api/v1/reads/{read_id}/arbitration",
        f"/api/v1/reads/{read_id}",
        f"/api/v1/reads/{read_id}/history",
        *(f"{study}{rest}" for rest in ("", "/assignments", "/labels", "/own-queries", "/sessions")),
    ]
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert not [value for value in hidden if value in answer.content.decode()], path
    for read in Read.objects.exclude(pk=read_id):
        for rest in ("", "/history", "/revisions", "/difference", "/arbitration"):
            assert client.get(f"/api/v1/reads/{read.pk}{rest}").status_code == 404
    for rest in ("/double-reading", "/final-answers.csv", "/progress", "/reads"):
        assert client.get(study + rest).status_code == 403
    for reader in built.readers[:2]:
        for rest in ("", "/arbitration", "/history"):
            assert of(reader).get(f"/api/v1/reads/{read_id}{rest}").status_code == 404
        for rest in ("", "/assignments", "/labels"):
            assert b"ARBITRATION" not in of(reader).get(study + rest).content


def test_an_arbitrator_sees_the_segments_of_the_two_reads_and_of_no_other_case() -> None:
    built = draft(cases=2, readers=3)
    form = [*QUESTIONS[:-1], {**QUESTIONS[-1], "tools": ["SEGMENT"]}]
    label_schema_put(by=built.coordinator, reader_study=built.reader_study, questions=form)
    design_put(by=built.coordinator, reader_study=built.reader_study, design=double(built.readers[2:]))
    building.reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="fixed")
    painted: dict[str, list[str]] = {}
    for number, reader in enumerate(built.readers[:2]):
        for position in (1, 2):
            read, counts_inside = built.open(reader, position), [number + 4 * position, 3]
            version = put(read, change(read, counts_inside))
            marked = finding(marks=[segment_mark(read, version, counts_inside)])
            read_sign(by=reader, read=read, save=save(content(marked, nodule_present=number == 0, confidence=50)))
            painted.setdefault(read.assignment.case.name, []).append(version.sha256)
    first, second = Assignment.objects.filter(role="ARBITRATION").order_by("position")
    client, read_id = open_it(built, first)
    own, other = painted[first.case.name], painted[second.case.name]
    path = f"/api/v1/reads/{read_id}/arbitration"
    assert client.get(f"{path}/segments/{own[0]}").status_code == 404, "not before the reads were shown"
    readers = client.get(path).json()["readers"]
    shown = {one["id"]: one["geometry"] for reader in readers for one in reader["segments"]}
    assert sorted(shown) == ["A1.1", "B1.1"]
    assert sorted(one["sha256"] for one in shown.values()) == sorted(own)
    assert all("segment_id" not in one for one in shown.values())
    assert [reader["marks"] for reader in readers] == [[], []]
    for sha256 in own:
        answer = client.get(f"{path}/segments/{sha256}")
        assert hashlib.sha256(answer.content).hexdigest() == sha256, "byte for byte what its reader painted"
    assert client.get(f"{path}/segments/{other[0]}").status_code == 404, "that of the other case"
    for reader in built.readers[:2]:
        assert of(reader).get(f"{path}/segments/{own[0]}").status_code == 404
    seen = Event.objects.filter(action="arbitration.view_segment")
    assert {event.detail["sha256"] for event in seen} == set(own)
    # While answers are masked, that there was a segment to look at is left out.
    masked = {**double(built.readers[2:]), "masked_until_lock": True}
    DesignVersion.objects.create(
        reader_study=built.reader_study, version=99, content=masked, created_by=built.coordinator
    )
    listed = of(built.coordinator).get(f"/api/v1/reader-studies/{built.reader_study.pk}/audit").json()["results"]
    actions = {one["action"] for one in listed}
    assert "arbitration.view" in actions
    assert "arbitration.view_segment" not in actions


def test_reads_hidden_by_the_design_are_not_shown_and_every_case_can_be_arbitrated() -> None:
    built = launched_double(trigger="EVERY", questions=[], shows="HIDDEN")
    sign_case(built, built.readers[0])
    sign_case(built, built.readers[1])
    client, read_id = open_it(built, Assignment.objects.get(role="ARBITRATION"))
    shown = client.get(f"/api/v1/reads/{read_id}/arbitration").json()
    assert (shown["readers"], shown["differences"]) == ([], [])
    assert sign_read(client, read_id, call=True).status_code == 200


def test_a_read_reopened_before_the_arbitration_is_signed_has_to_be_looked_at_again() -> None:
    built = launched_double()
    client, read_id = open_it(built, disagree(built))
    client.get(f"/api/v1/reads/{read_id}/arbitration")
    read = reopen(built, built.readers[0])
    waiting = sign_read(client, read_id, call=True)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "reads_open")
    assert sign_read(of(built.readers[0]), str(read.pk), call=True).status_code == 200
    assert sign_read(client, read_id, call=True).json()["code"] == "reads_changed"
    client.get(f"/api/v1/reads/{read_id}/arbitration")
    assert sign_read(client, read_id, call=True).status_code == 200
    assert Assignment.objects.filter(role="ARBITRATION").count() == 1


def test_a_read_reopened_afterwards_makes_the_arbitration_stale_until_it_is_confirmed_or_made_anew() -> None:
    built = launched_double()
    client, read_id = arbitrated(built)
    path = f"/api/v1/reads/{read_id}/arbitration/confirmation"
    fresh = client.post(path, {"reason": "So.", "password": PASSWORD}, content_type="application/json")
    assert (fresh.status_code, fresh.json()["code"]) == (409, "wrong_state")
    read = reopen(built, built.readers[1])
    assert (counts(built)["stale"], standings(built)[0]) == (1, "STALE")
    assert final_rows(built)[0]["answer.nodule_present"] == ""
    sign_read(of(built.readers[1]), str(read.pk), call=True)
    shown = client.get(f"/api/v1/reads/{read_id}/arbitration").json()
    assert (shown["is_stale"], shown["may_confirm"]) == (True, True)
    for body, code in (
        ({"reason": " ", "password": PASSWORD}, "invalid"),
        ({"reason": "x", "password": "y"}, "invalid"),
    ):
        assert client.post(path, body, content_type="application/json").status_code == 400, code
    done = client.post(path, {"reason": "Both see it now.", "password": PASSWORD}, content_type="application/json")
    assert (done.status_code, done.json()["is_stale"]) == (200, False)
    assert Event.objects.get(action="arbitration.confirmed").actor == built.readers[2]
    assert (counts(built), standings(built)[0]) == ({"waiting": 0, "open": 0, "done": 1, "stale": 0}, "DONE")
    # The other way: the coordinator gives the arbitration back, and it is signed anew over what there is then.
    reopen(built, built.readers[2])
    assert counts(built)["open"] == 1
    assert sign_read(client, read_id, call=False).status_code == 200
    assert final_rows(built)[0]["answer.nodule_present"] == "0"
    steps = ArbitrationStep.objects.values_list("kind", flat=True)
    assert list(steps) == ["DUE", "SHOWN", "SIGNED", "SHOWN", "CONFIRMED", "SIGNED"]
    assert not trail_verify(scope=None).problems


def test_withdrawn_arbitrators_hand_on_and_the_last_one_stays() -> None:
    built = launched_double(arbitrators=2)
    arbitration = disagree(built)
    gone = arbitration.reader
    withdraw: dict[str, Any] = {"by": built.coordinator, "reader_study": built.reader_study, "reason": "Ill."}
    reader_withdraw(reader=gone, **withdraw)
    (following,) = Assignment.objects.filter(role="ARBITRATION").exclude(state="VOID")
    assert following.reader not in (gone, *built.readers[:2])
    with pytest.raises(Conflict) as caught:
        reader_withdraw(reader=following.reader, **withdraw)
    assert caught.value.code == "last_arbitrator"
    case_withdraw(by=built.coordinator, reader_study=built.reader_study, case=built.cases[0], reason="Blurred.")
    assert counts(built) == {"waiting": 0, "open": 0, "done": 0, "stale": 0}


def test_who_was_withdrawn_gets_no_further_arbitration_though_the_case_was_withdrawn_later() -> None:
    built = launched_double(arbitrators=2)
    withdraw: dict[str, Any] = {"by": built.coordinator, "reader_study": built.reader_study, "reason": "Ill."}
    gone = disagree(built).reader
    reader_withdraw(reader=gone, **withdraw)
    case_withdraw(case=built.cases[0], **withdraw)
    assert disagree(built, 1).reader not in (gone, *built.readers[:2])


def test_an_arbitration_whose_two_readers_were_withdrawn_has_its_final_answer() -> None:
    built = launched_double()
    client, read_id = open_it(built, disagree(built))
    for reader in built.readers[:2]:
        reader_withdraw(by=built.coordinator, reader_study=built.reader_study, reader=reader, reason="Ill.")
    client.get(f"/api/v1/reads/{read_id}/arbitration")
    assert sign_read(client, read_id, call=True).status_code == 200
    row = final_rows(built)[0]
    assert (row["standing"], row["readers"], row["answer.nodule_present"], row["schema_version"]) == (
        "DONE",
        "",
        "1",
        "1",
    )


def test_arbitrations_neither_vote_nor_count_in_the_analysis() -> None:
    built = launched_double()
    arbitrated(built)
    asked = of(built.coordinator).post(
        f"/api/v1/reader-studies/{built.reader_study.pk}/consensus/preview",
        {"kind": "MAJORITY", "question": "nodule_present"},
        content_type="application/json",
    )
    counted = json.dumps(seen(of(built.coordinator), asked)["cases"])
    assert built.readers[0].username in counted
    arbitration = Read.objects.get(assignment__role="ARBITRATION")
    assert str(arbitration.pk) not in counted
    matched = signed_findings(reader_study=built.reader_study, arm="A", question="nodules")[built.cases[0].pk]
    assert {one.reader for one in matched} == {one.username for one in built.readers[:2]}
    truths = [Truth(case.name, 1, []) for case in built.cases]
    reference_standard_create(
        by=built.coordinator, reader_study=built.reader_study, truths=truths, source=ReferenceSource.CSV, provenance=""
    )
    dataset = dataset_from_snapshot(
        snapshot_content(reader_study=built.reader_study, confidence_level=0.95, call_threshold=None)
    )
    arbitrator = built.readers[2].username
    assert arbitrator not in [one.name for one in dataset.readers]
    own = [(one.reason, one.cases) for one in dataset.exclusions if one.name == arbitrator]
    assert own == [("arbitration", (built.cases[0].name,))]


def test_listing_where_the_cases_stand_loads_no_answer() -> None:
    built = launched_double()
    arbitrated(built)
    with CaptureQueriesContext(connection) as queries:
        assert standings(built) == ["DONE", "READING"]
    assert not [one for one in queries if '"payload"' in one["sql"]]


def problems(**changes: Any) -> list[str]:
    return [one.code for one in design_problems(double([User(pk=uuid.UUID(int=7))], **changes))]


def test_a_design_of_arbitration_is_checked() -> None:
    assert problems() == []
    assert problems(questions=[]) == ["required"]
    assert problems(trigger="EVERY", questions=[]) == []
    assert problems(arbitrators=[]) != []
    assert problems(shows="SOMETHING") != []
    closing = double([User(pk=uuid.UUID(int=7))])
    # What falls due on the last day, or is signed anew after it, could never be arbitrated.
    closing["sessions"][0]["closes_on"] = "2027-01-31"
    assert [one.code for one in design_problems(closing)] == ["arbitration"]


def test_a_launch_wants_arbitrators_that_are_readers_and_questions_that_are_asked() -> None:
    built = draft(cases=2, readers=3)
    stranger = User.objects.create(username="stranger")
    put: dict[str, Any] = {"by": built.coordinator, "reader_study": built.reader_study}
    design_put(design=double([stranger], questions=["unheard_of"]), **put)
    check = of(built.coordinator).get(f"/api/v1/reader-studies/{built.reader_study.pk}/launch-check").json()
    said = " ".join(item["text"] for item in check["items"] if not item["ok"] and item["blocking"])
    assert "1 arbitrator(s) are not readers" in said
    assert "no question unheard_of" in said


def test_differences_are_told_by_question() -> None:
    both = content(nodule_present=True, confidence=83), content(nodule_present=True, confidence=17)
    keys = ["nodule_present", "confidence", "nodules"]
    assert differences(both, QUESTIONS, keys) == ["confidence"]
    assert differences(both, QUESTIONS, ["nodule_present"]) == []
    marked = {**both[1], "findings": [finding()]}
    assert differences((both[0], marked), QUESTIONS, keys) == ["confidence", "nodules"]
    unsure = {**both[0], "answers": {"nodule_present": {"cannot_assess": "motion"}, "confidence": 83}}
    assert differences((both[0], unsure), QUESTIONS, keys) == ["nodule_present"]


def test_an_arbitration_neither_votes_nor_marks_in_a_consensus() -> None:
    """Of the two readers one marks the lesion: who arbitrates is no third one who has seen it."""
    built = launched_double(cases=1)
    client, read_id = open_it(built, disagree(built))
    assert client.get(f"/api/v1/reads/{read_id}/arbitration").status_code == 200
    assert sign_read(client, read_id, call=True, finding=finding(built.cases[0])).status_code == 200
    path = f"/api/v1/reader-studies/{built.reader_study.pk}"
    rule = {"kind": "MAJORITY", "question": "nodule_present", "lesions": {"question": "nodules"}}
    asked = of(built.coordinator).post(f"{path}/consensus/preview", rule, content_type="application/json")
    (case,) = seen(of(built.coordinator), asked)["cases"]
    (lesion,) = case["matching"]["lesions"]
    assert [mark["reader_id"] for mark in lesion["marks"]] == [str(built.readers[0].pk)]
    assert [one["reader_id"] for one in lesion["unmarked"]] == [str(built.readers[1].pk)]
    assert (lesion["outcome"], lesion["reason"], case["outcome"]) == ("ADJUDICATION", "TIED", "ADJUDICATION")
    marks = of(built.coordinator).get(f"{path}/cases/{built.cases[0].pk}/marks/A/nodules").json()
    assert [one["reader"] for one in marks] == [built.readers[0].username]
