"""Versions of a label schema over HTTP, files and templates; what a signed read may answer."""

import json
from typing import Any

import pytest
from django.test import Client

from annotations.domain.designs import single_design
from annotations.models import LabelSchema, Revision
from annotations.services import reads
from annotations.services.designs import design_put
from annotations.services.label_schemas import version_history
from annotations.services.reader_studies import label_schema_put
from portal.errors import Conflict, Invalid
from tests.annotations.building import CALL, QUESTIONS, RATING, Built, content, draft, launched, save

pytestmark = pytest.mark.django_db
SIZE = {
    "key": "size",
    "kind": "NUMBER",
    "text": "Size",
    "required": True,
    "unit": "mm",
    "cannot_assess": True,
    "show_if": {"question": "nodule_present", "is": True},
}
FORM: list[dict[str, Any]] = [CALL, RATING, SIZE]


@pytest.fixture
def built() -> Built:
    return draft("schema")


def signed_in(built: Built) -> Client:
    client = Client()
    client.force_login(built.coordinator)
    return client


def path(built: Built, rest: str) -> str:
    return f"/api/v1/reader-studies/{built.reader_study.pk}/{rest}"


def test_every_save_is_a_version_that_says_what_it_changed(built: Built) -> None:
    label_schema_put(by=built.coordinator, reader_study=built.reader_study, questions=FORM)
    newest, first = signed_in(built).get(path(built, "label-schema/versions")).json()
    assert (newest["version"], newest["is_in_force"], newest["number_of_questions"]) == (2, True, 3)
    assert [(one["kind"], one["key"]) for one in newest["changes"]] == [("ADDED", "size"), ("REMOVED", "nodules")]
    assert len(newest["misfits"]) == 2
    assert (first["version"], first["changes"], first["misfits"]) == (1, [], [])
    one = signed_in(built).get(path(built, "label-schema/versions/1")).json()
    assert one == {"version": 1, "questions": QUESTIONS}
    assert signed_in(built).get(path(built, "label-schema/versions/3")).status_code == 404


def test_a_version_that_was_saved_meanwhile_is_not_passed_over(built: Built) -> None:
    put = {"questions": FORM, "base_version": 0}
    refused = signed_in(built).put(path(built, "label-schema"), put, content_type="application/json")
    assert (refused.status_code, refused.json()["code"], refused.json()["current_version"]) == (409, "stale_version", 1)
    taken = signed_in(built).put(
        path(built, "label-schema"), {**put, "base_version": 1}, content_type="application/json"
    )
    assert taken.json() == {"version": 2, "questions": FORM}


def test_a_launch_freezes_the_form_and_reads_are_counted() -> None:
    built = launched("frozen")
    built.open(built.readers[0])
    with pytest.raises(Conflict):
        label_schema_put(by=built.coordinator, reader_study=built.reader_study, questions=FORM)
    (entry,) = version_history(reader_study=built.reader_study)
    assert (entry["number_of_reads"], entry["is_in_force"], entry["earlier_reads"]) == (1, True, [])


def piloted() -> Built:
    """A pilot with one training case and one real case, whose readers have both opened the training case."""
    built = draft("piloted", cases=2, readers=2)
    client = signed_in(built)
    training = {**single_design(), "training": [str(built.cases[0].pk)]}
    design_put(by=built.coordinator, reader_study=built.reader_study, design=training)
    truth = f"case,truth\n{built.cases[0].name},1\n{built.cases[1].name},0\n"
    stored = client.post(path(built, "reference-standard"), truth, content_type="text/csv")
    assert stored.status_code == 201, stored.content
    begun = client.post(path(built, "launch"), {"as_pilot": True}, content_type="application/json")
    assert begun.status_code == 200, begun.content
    built.reader_study.refresh_from_db()
    return built


def test_a_pilot_can_show_what_is_wrong_with_the_form_and_its_reads_keep_theirs() -> None:
    built = piloted()
    client = signed_in(built)
    before = built.open(built.readers[0])
    reworded = [{**QUESTIONS[0], "text": "Nodule seen?"}, *QUESTIONS[1:]]
    for version, questions in ((2, reworded), (3, FORM)):
        put = {"questions": questions, "base_version": version - 1, "reason": f"Readers asked: {version}."}
        stored = client.put(path(built, "label-schema"), put, content_type="application/json")
        assert stored.json()["version"] == version
    after = built.open(built.readers[1])
    assert (before.label_schema.version, after.label_schema.version) == (1, 3)
    # The read that was begun before is signed on its own form.
    answers = {"nodule_present": True, "confidence": 60}
    reads.read_sign(by=built.readers[0], read=before, save=save(content(**answers)))

    third, second, first = client.get(path(built, "label-schema/versions")).json()
    assert [one["number_of_reads"] for one in (first, second, third)] == [1, 0, 1]
    assert [one["reason"] for one in (first, second, third)] == ["", "Readers asked: 2.", "Readers asked: 3."]
    assert (first["earlier_reads"], second["earlier_reads"]) == (
        [],
        [{"version": 1, "number_of_reads": 1, "misfits": []}],
    )
    (earlier,) = third["earlier_reads"]
    assert (earlier["version"], earlier["number_of_reads"], earlier["misfits"]) == (1, 1, third["misfits"])
    assert earlier["misfits"]

    begun = client.post(path(built, "moves"), {"event": "begin"}, content_type="application/json")
    assert begun.status_code == 200, begun.content
    refused = client.put(path(built, "label-schema"), {"questions": reworded}, content_type="application/json")
    assert (refused.status_code, refused.json()["detail"]) == (409, "The reading has begun: the form is frozen.")
    assert LabelSchema.objects.filter(reader_study=built.reader_study).count() == 3


def test_a_form_is_not_changed_in_a_pilot_without_a_reason_which_the_protocol_keeps() -> None:
    built = piloted()
    client = signed_in(built)
    put = {"questions": FORM, "base_version": 1}
    refused = client.put(path(built, "label-schema"), put, content_type="application/json")
    assert (refused.status_code, [one["field"] for one in refused.json()["errors"]]) == (400, ["reason"])
    assert LabelSchema.objects.filter(reader_study=built.reader_study).count() == 1
    put["reason"] = "Nobody understood the scale."
    assert client.put(path(built, "label-schema"), put, content_type="application/json").status_code == 200
    newest = client.get(path(built, "protocol")).json()["versions"][0]
    assert (newest["reason"], newest["changed"]) == ("Nobody understood the scale.", ["Label schema"])


def test_in_a_pilot_only_the_training_cases_can_be_opened() -> None:
    built = piloted()
    client = signed_in(built)
    client.force_login(built.readers[0])
    listed = client.get(path(built, "assignments")).json()
    assert {one["is_training"]: one["is_openable"] for one in listed} == {True: True, False: False}


def test_a_file_that_was_exported_is_taken_again(built: Built) -> None:
    client = signed_in(built)
    file = client.get(path(built, "label-schema.json"))
    assert file["Content-Disposition"] == 'attachment; filename="label-schema-1.json"'
    text = file.content.decode()
    assert json.loads(text)["questions"] == QUESTIONS
    checked = client.post("/api/v1/label-schema-check", {"text": text}, content_type="application/json")
    assert checked.json()["questions"] == QUESTIONS
    refused = client.post("/api/v1/label-schema-check", {"text": text[:-5]}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_schema")
    assert refused.json()["errors"][0]["code"] == "not_json"


def test_a_template_can_be_stored_as_it_comes(built: Built) -> None:
    templates = signed_in(built).get("/api/v1/label-schema-templates").json()
    assert len(templates) >= 6
    for template in templates:
        label_schema_put(by=built.coordinator, reader_study=built.reader_study, questions=template["questions"])
    newest = LabelSchema.objects.filter(reader_study=built.reader_study).order_by("-version")[0]
    assert newest.questions == templates[-1]["questions"]


def read_of(questions: list[dict[str, Any]]) -> Any:
    built = draft("asked", cases=1, readers=1)
    label_schema_put(by=built.coordinator, reader_study=built.reader_study, questions=questions)
    client = signed_in(built)
    assert client.post(path(built, "launch"), {}, content_type="application/json").status_code == 200
    return built.open(built.readers[0])


def test_a_draft_may_hold_what_is_not_asked_any_more_and_a_signed_read_may_not() -> None:
    read = read_of(FORM)
    reader = read.assignment.reader
    answers = {"nodule_present": False, "confidence": 10, "size": 4.5}
    reads.read_save_draft(by=reader, read=read, save=save(content(**answers)))
    with pytest.raises(Invalid) as refused:
        reads.read_sign(by=reader, read=read, save=save(content(**answers), 1))
    assert [(one["field"], one["code"]) for one in refused.value.errors] == [("size", "not_asked")]
    del answers["size"]
    reads.read_sign(by=reader, read=read, save=save(content(**answers), 1))
    assert [one.payload["answers"].get("size") for one in Revision.objects.filter(read=read)] == [4.5, None]


def test_cannot_assess_is_signed_and_exported_as_such() -> None:
    read = read_of(FORM)
    answers = {"nodule_present": True, "confidence": 90, "size": {"cannot_assess": "Motion"}}
    reads.read_sign(by=read.assignment.reader, read=read, save=save(content(**answers)))
    reader_study = read.assignment.reader_study
    client = Client()
    client.force_login(reader_study.created_by)
    (label,) = client.get(f"/api/v1/reader-studies/{reader_study.pk}/labels").json()["results"]
    assert label["answers"] == answers
    table = client.get(f"/api/v1/reader-studies/{reader_study.pk}/labels?format=csv").content.decode()
    head, row = (line.split(",") for line in table.strip().splitlines())
    cells = dict(zip(head[-2:], row[-2:], strict=True))
    assert cells == {"answer.size": "CANNOT_ASSESS", "answer.size.reason": "Motion"}


def test_a_page_of_the_last_version_saves_and_signs_and_is_stored_as_it_came() -> None:
    read = read_of(FORM)
    old = {**content(nodule_present=False, confidence=1), "version": 2}
    reads.read_sign(by=read.assignment.reader, read=read, save=save(old))
    assert Revision.objects.get(read=read).payload == old
    assert reads.current_payload(read)["version"] == 3
