"""Reads that a tool pushes: complete, in order, all or none, and marked as the tool's."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from annotations.models import Assignment, AssignmentState, Provenance, Read, Revision
from annotations.services.external_reads import ExternalRead, InvalidReads, NotAProgram, external_reads_push
from annotations.services.external_reads import require_program as require
from annotations.services.reads import read_sign
from portal.accounts.models import User
from portal.audit.verify import broken_links
from tests.annotations.building import COMPLETE, Built, content, finding, launched, mirrored_study, person, save

pytestmark = pytest.mark.django_db
TOOL = "Nodule finder 2.1"


@pytest.fixture
def built() -> Built:
    built = launched("tool", cases=4)
    User.objects.filter(pk=built.readers[0].pk).update(is_program=True)
    built.readers[0].refresh_from_db()
    return built


@pytest.fixture
def program(built: Built) -> User:
    return built.readers[0]


def whole(assignment: Assignment, **changes: Any) -> ExternalRead:
    return ExternalRead(assignment.pk, content(finding(assignment.case), **{**COMPLETE, **changes}))


def worklist(built: Built, program: User) -> list[Assignment]:
    return list(Assignment.objects.filter(reader=program).order_by("position"))


def push(built: Built, program: User, reads: list[ExternalRead]) -> Any:
    return external_reads_push(by=program, reader_study=built.reader_study, tool=TOOL, reads=reads)


def test_reads_are_signed_as_the_tools_own(built: Built, program: User) -> None:
    reads = [whole(assignment) for assignment in reversed(worklist(built, program))]
    pushed = push(built, program, reads)
    assert (pushed.created, pushed.unchanged) == (4, 0)
    assert [revision.read.assignment_id for revision in pushed.reads] == [read.assignment_id for read in reads]
    for revision in Revision.objects.all():
        assert (revision.provenance, revision.tool, revision.author) == (Provenance.EXTERNAL_TOOL, TOOL, program)
    assert {assignment.state for assignment in worklist(built, program)} == {AssignmentState.SIGNED}
    assert all(read.signed_revision_id for read in Read.objects.all())
    assert list(broken_links()) == []


def test_the_same_reads_again_store_nothing(built: Built, program: User) -> None:
    reads = [whole(assignment) for assignment in worklist(built, program)]
    first, again = push(built, program, reads), push(built, program, reads)
    assert (again.created, again.unchanged) == (0, 4)
    assert [one.pk for one in again.reads] == [one.pk for one in first.reads]
    assert Revision.objects.count() == 4


def test_a_signed_read_is_not_replaced(built: Built, program: User) -> None:
    assignment = worklist(built, program)[0]
    push(built, program, [whole(assignment)])
    with pytest.raises(InvalidReads) as refused:
        push(built, program, [whole(assignment, confidence=1)])
    assert [(one["row"], one["code"]) for one in refused.value.errors] == [(0, "wrong_state")]


def test_every_faulty_row_is_named_and_nothing_is_stored(built: Built, program: User) -> None:
    first, second, third, _ = worklist(built, program)
    elsewhere = finding(third.case)
    elsewhere["marks"][0]["geometry"]["sop_instance_uid"] = mirrored_study("foreign").study_instance_uid
    reads = [
        whole(first),
        ExternalRead(second.pk, content(nodule_present=True)),
        ExternalRead(third.pk, content(elsewhere, **COMPLETE)),
        ExternalRead(uuid.uuid4(), content(**COMPLETE)),
        whole(first),
    ]
    with pytest.raises(InvalidReads) as refused:
        push(built, program, reads)
    found = [(one["row"], one["field"], one["code"]) for one in refused.value.errors]
    assert (0, "reads[0].assignment_id", "twice") in found
    assert (1, "reads[1].payload.confidence", "missing") in found
    assert (2, "reads[2].payload.findings[0].marks[0].geometry", "not_in_case") in found
    assert (3, "reads[3].assignment_id", "not_found") in found
    assert not Read.objects.exists()
    assert not Revision.objects.exists()
    assert {assignment.state for assignment in worklist(built, program)} == {AssignmentState.PENDING}


def test_the_reading_order_holds(built: Built, program: User) -> None:
    with pytest.raises(InvalidReads) as refused:
        push(built, program, [whole(worklist(built, program)[2])])
    assert refused.value.errors[0]["code"] == "out_of_order"


def test_another_readers_assignment_is_not_there(built: Built, program: User) -> None:
    other = built.assignment(built.readers[1], 1)
    with pytest.raises(InvalidReads) as refused:
        push(built, program, [whole(other)])
    assert refused.value.errors[0]["code"] == "not_found"
    assert not Read.objects.exists()


def test_a_person_does_not_push_and_what_a_program_signs_otherwise_is_marked_too(built: Built, program: User) -> None:
    with pytest.raises(NotAProgram):
        require(built.readers[1])
    read = built.open(program)
    assert read_sign(by=program, read=read, save=save(content(**COMPLETE))).provenance == Provenance.EXTERNAL_TOOL
    human = built.open(built.readers[1])
    assert read_sign(by=built.readers[1], read=human, save=save(content(**COMPLETE))).provenance == Provenance.HUMAN


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_route_answers_what_was_stored_and_the_labels_name_the_tool(built: Built, program: User) -> None:
    path = f"/api/v1/reader-studies/{built.reader_study.pk}/external-reads"
    rows = [
        {"assignment_id": str(read.assignment_id), "payload": read.payload}
        for read in (whole(assignment) for assignment in worklist(built, program))
    ]

    def post(body: Any) -> Any:
        return client_of(program).post(path, json.dumps(body), content_type="application/json")

    answers = [post({"tool": TOOL, "reads": rows}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert [row["assignment_id"] for row in answers[0].json()["reads"]] == [row["assignment_id"] for row in rows]
    assert answers[0].json()["reads"] == answers[1].json()["reads"]
    for body in (
        {"tool": TOOL, "reads": []},
        {"reads": rows},
        {"tool": TOOL, "reads": rows * 60},
        {"tool": "", "reads": rows},
    ):
        assert post(body).status_code == 400
    assert (
        client_of(built.readers[1]).post(path, "{}", content_type="application/json").json()["code"] == "not_a_program"
    )
    assert client_of(person("stranger")).post(path, "{}", content_type="application/json").status_code == 404
    labels = client_of(built.coordinator).get(f"/api/v1/reader-studies/{built.reader_study.pk}/labels").json()
    assert {(row["provenance"], row["tool"]) for row in labels["results"]} == {("EXTERNAL_TOOL", TOOL)}
