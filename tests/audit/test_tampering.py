"""What a database superuser does to reads and to the trail itself, with every trigger off, both verifiers find."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from annotations.domain.truth_csv import Truth
from annotations.models import ReferenceSource, Revision, RevisionTimes
from annotations.services.reads import read_save_draft, read_sign
from annotations.services.timing import SittingReport
from annotations.services.truth import reference_standard_create
from portal.accounts.models import User
from portal.accounts.services import person_create
from portal.audit import offline_verifier
from portal.audit.models import Event
from portal.audit.offline_verifier import event_digest
from portal.audit.services import checkpoint_write, event_line
from portal.audit.verify import broken_links
from portal.inference.models import Prediction
from portal.inference.services import ai_model_create, model_version_register, predictions_post
from tests.annotations.building import COMPLETE, Built, content, launched, mirrored_study, person, save
from tests.audit.superuser import as_superuser, superuser_rights

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_superuser")]


@pytest.fixture
def _superuser() -> Iterator[None]:
    with superuser_rights():
        yield


SITTING = SittingReport(
    "sitting", {"FIRST": {"first_image_ms": 0, "first_mark_ms": None, "active_ms": 1, "total_ms": 1}}
)


@pytest.fixture
def built() -> Built:
    """Two reads, a reference standard, a prediction and an account, seen by a checkpoint; then one more event."""
    built = launched()
    for reader in built.readers:
        read = built.open(reader)
        read_save_draft(by=reader, read=read, save=save(content(confidence=1), sitting=SITTING))
        read_sign(by=reader, read=read, save=save(content(**COMPLETE), 1))
    truths = [Truth(case.name, number % 2, []) for number, case in enumerate(built.cases)]
    reference_standard_create(
        by=built.coordinator, reader_study=built.reader_study, truths=truths, source=ReferenceSource.CSV, provenance="x"
    )
    builder = person("model-builder", may_create_reader_studies=True)
    version = model_version_register(by=builder, ai_model=ai_model_create(by=builder, name="M"), version="1")
    uid = mirrored_study("predicted").study_instance_uid
    predictions_post(by=builder, model_version=version, body={"imaging_study_uid": uid, "score": 0.5, "findings": []})
    person_create(by=None, username="named", password="a long and unusual sentence", name="Well Known")
    checkpoint_write()
    built.open(built.readers[0], 2)
    return built


def found_offline(folder: Path, scope: str | None = None) -> str:
    """Export, and check with the script alone, in a Python that knows nothing else."""
    more = ["--reader-study", scope] if scope else []
    call_command("export_audit", "--out", folder, *more)
    command = [sys.executable, "-I", "-S", str(folder / "verify_audit.py"), str(folder / "audit.jsonl")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == (0 if "Every chain is whole" in done.stdout else 1), done.stderr
    return done.stdout


READER = "reader-study:%(study)s:reader:%(reader)s"
REVISIONS = "annotations.Revision"

# What is done, and where it is found.
TAMPERED: dict[str, tuple[list[str], str]] = {
    "an answer is changed": (
        [
            """UPDATE annotations_revision SET payload = jsonb_set(payload, '{answers,confidence}', '12')
            WHERE id = %(revision)s"""
        ],
        "annotations.Revision {revision}: the row is not what reader-study:{study}:reader:{reader}: event 3 says",
    ),
    "an answer is changed with its digest": (
        [
            "UPDATE annotations_revision SET payload = payload || '{\"version\": 1}', digest = repeat('0', 64) "
            "WHERE id = %(revision)s"
        ],
        "annotations.Revision {revision}: the row is not what",
    ),
    "an author is changed": (
        ["UPDATE annotations_revision SET author_id = %(other)s WHERE id = %(revision)s"],
        "annotations.Revision {revision}: the row is not what",
    ),
    "a time is changed": (
        ["UPDATE annotations_revision SET created_at = created_at - interval '1 day' WHERE id = %(revision)s"],
        "annotations.Revision {revision}: the row is not what",
    ),
    "a simulated read is passed off": (
        ["UPDATE annotations_revision SET provenance = 'SIMULATED' WHERE id = %(revision)s"],
        "annotations.Revision {revision}: the row is not what",
    ),
    "a revision is deleted": (
        ["DELETE FROM annotations_revision WHERE id = %(revision)s"],
        "annotations.Revision {revision}: the row is missing (reader-study:{study}:reader:{reader}: event 3",
    ),
    "a revision is inserted": (
        [
            """INSERT INTO annotations_revision (id, created_at, read_id, number, base_number, kind, phase, author_id,
                provenance, tool, payload, digest, idempotency_key)
            SELECT '00000000-0000-4000-8000-000000000001', created_at, read_id, 9, base_number, kind, phase, author_id,
                provenance, tool, payload, digest, 'made-up-key' FROM annotations_revision WHERE id = %(revision)s"""
        ],
        "annotations.Revision 00000000-0000-4000-8000-000000000001: no event tells of this row",
    ),
    "two revisions change places": (
        [
            "UPDATE annotations_revision SET number = number + 100 WHERE read_id = %(read)s",
            "UPDATE annotations_revision SET number = 103 - number WHERE read_id = %(read)s",
        ],
        "annotations.Revision {revision}: the row is not what",
    ),
    "another revision is made the signed one": (
        ["UPDATE annotations_read SET signed_revision_id = %(draft)s WHERE id = %(read)s"],
        "annotations.Read {read}: the row is not what reader-study:{study}:reader:{reader}: event 3 says",
    ),
    "a read is voided": (
        ["UPDATE annotations_assignment SET state = 'VOID' WHERE id = %(assignment)s"],
        "annotations.Assignment {assignment}: the row is not what",
    ),
    "a truth is turned round": (
        ["UPDATE annotations_referencetruth SET truth = 1 - truth WHERE id = %(truth)s"],
        "annotations.ReferenceTruth {truth}: the row is not what reader-study:{study}: event",
    ),
    "a truth is deleted": (
        ["DELETE FROM annotations_referencetruth WHERE id = %(truth)s"],
        "annotations.ReferenceTruth {truth}: the row is missing",
    ),
    "a reading order is drawn again": (
        ["UPDATE annotations_randomisationlist SET seed = 'mine' WHERE id = %(list)s"],
        "annotations.RandomisationList {list}: the row is not what reader-study:{study}: event",
    ),
    "an AI score is raised": (
        ["UPDATE inference_prediction SET score = 0.9 WHERE id = %(prediction)s"],
        "inference.Prediction {prediction}: the row is not what inference: event 3 says",
    ),
    "a case gets other images": (
        ["UPDATE annotations_case SET imaging_study_id = %(strange)s WHERE id = %(case)s"],
        "annotations.Case {case}: the row is not what reader-study:{study}: event",
    ),
    "a case gets another name": (
        ["UPDATE annotations_case SET name = 'Case 999' WHERE id = %(case)s"],
        "annotations.Case {case}: the row is not what reader-study:{study}: event",
    ),
    "a case is taken out": (
        ["UPDATE annotations_case SET removed_at = now() WHERE id = %(case)s"],
        "annotations.Case {case}: the row is not what reader-study:{study}: event",
    ),
    "a case is withdrawn": (
        ["UPDATE annotations_case SET withdrawn_at = now() WHERE id = %(case)s"],
        "annotations.Case {case}: the row is not what reader-study:{study}: event",
    ),
    "the images of a case become those of another patient": (
        ["UPDATE imaging_imagingstudy SET patient_id = %(strangers)s WHERE id = %(images)s"],
        "annotations.Case {case}: the row is not what reader-study:{study}: event",
    ),
    "the images of a case become another study": (
        ["UPDATE imaging_imagingstudy SET study_instance_uid = '1.2.3.4' WHERE id = %(images)s"],
        "annotations.Case {case}: the row is not what reader-study:{study}: event",
    ),
    "an arm shows more": (
        ["UPDATE annotations_arm SET ai_display = 'CONCURRENT' WHERE id = %(arm)s"],
        "annotations.Arm {arm}: the row is not what reader-study:{study}: event",
    ),
    "an arm is unblinded": (
        ['UPDATE annotations_arm SET blinding = \'{"site": "SHOWN"}\' WHERE id = %(arm)s'],
        "annotations.Arm {arm}: the row is not what reader-study:{study}: event",
    ),
    "a session is closed": (
        ["UPDATE annotations_session SET closes_on = '2020-01-01' WHERE id = %(session)s"],
        "annotations.Session {session}: the row is not what reader-study:{study}: event",
    ),
    "a reader's last day is moved": (
        ["UPDATE annotations_membership SET ends_on = '2020-01-01' WHERE id = %(member)s"],
        "annotations.Membership {member}: the row is not what reader-study:{study}: event",
    ),
    "a reader is withdrawn": (
        ["UPDATE annotations_membership SET withdrawn_at = now() WHERE id = %(member)s"],
        "annotations.Membership {member}: the row is not what reader-study:{study}: event",
    ),
    "a reader becomes a coordinator": (
        ["UPDATE annotations_membership SET role = 'COORDINATOR' WHERE id = %(member)s"],
        "annotations.Membership {member}: the row is not what reader-study:{study}: event",
    ),
    "a reader study gets another name": (
        ["UPDATE annotations_readerstudy SET name = 'Mine' WHERE id = %(study)s"],
        "annotations.ReaderStudy {study}: the row is not what reader-study:{study}: event",
    ),
    "a reader study is opened again": (
        ["UPDATE annotations_readerstudy SET state = 'PILOTING' WHERE id = %(study)s"],
        "annotations.ReaderStudy {study}: the row is not what reader-study:{study}: event",
    ),
    "a reader study gets another model": (
        ["UPDATE annotations_readerstudy SET ai_model_version_id = %(version)s WHERE id = %(study)s"],
        "annotations.ReaderStudy {study}: the row is not what reader-study:{study}: event",
    ),
    "a reader study shows priors": (
        ["UPDATE annotations_readerstudy SET shows_priors = true WHERE id = %(study)s"],
        "annotations.ReaderStudy {study}: the row is not what reader-study:{study}: event",
    ),
    "the launch is moved": (
        ["UPDATE annotations_readerstudy SET launched_at = launched_at - interval '1 day' WHERE id = %(study)s"],
        "annotations.ReaderStudy {study}: the row is not what reader-study:{study}: event",
    ),
    "an assignment becomes training before it is opened": (
        ["UPDATE annotations_assignment SET is_training = true WHERE id = %(pending)s"],
        "annotations.Assignment {pending}: the row is not what reader-study:{study}: event",
    ),
    "an assignment is put in": (
        [
            """INSERT INTO annotations_assignment (id, created_at, reader_study_id, reader_id, case_id, arm_id,
                session_id, repeat_number, is_training, role, shown_name, void_reason, position, state)
            SELECT '00000000-0000-4000-8000-000000000004', created_at, reader_study_id, reader_id, case_id, arm_id,
                session_id, 7, is_training, role, shown_name, void_reason, 99, state
            FROM annotations_assignment WHERE id = %(pending)s"""
        ],
        "annotations.Assignment 00000000-0000-4000-8000-000000000004: no event tells of this row",
    ),
    "a reader is put in": (
        [
            """INSERT INTO annotations_membership (id, created_at, reader_study_id, user_id, role)
            SELECT '00000000-0000-4000-8000-000000000005', created_at, reader_study_id, user_id, 'ADJUDICATOR'
            FROM annotations_membership WHERE id = %(member)s"""
        ],
        "annotations.Membership 00000000-0000-4000-8000-000000000005: no event tells of this row",
    ),
    "a reader is taken away": (
        ["DELETE FROM annotations_membership WHERE id = %(member)s"],
        "annotations.Membership {member}: the row is missing (reader-study:{study}: event",
    ),
    "a signed read took longer": (
        ["UPDATE annotations_read SET active_ms = 99 WHERE id = %(read)s"],
        "annotations.Read {read}: the row is not what reader-study:{study}:reader:{reader}: event 3 says",
    ),
    "the time of a signature is changed": (
        ["UPDATE annotations_revisiontimes SET active_ms = 99 WHERE revision_id = %(revision)s"],
        "annotations.RevisionTimes {times}: the row is not what reader-study:{study}:reader:{reader}: event 3 says",
    ),
    "the AI calls at another score": (
        ["UPDATE inference_modelversion SET operating_threshold = 0.1 WHERE id = %(version)s"],
        "inference.ModelVersion {version}: the row is not what inference: event 2 says",
    ),
    "the AI gets another name": (
        ["UPDATE inference_aimodel SET name = 'Mine' WHERE id = %(model)s"],
        "inference.AiModel {model}: the row is not what inference: event 1 says",
    ),
    "an account gets another name": (
        ["UPDATE accounts_user SET last_name = 'Mine' WHERE id = %(account)s"],
        "accounts.User {account}: the row is not what accounts: event 1 says",
    ),
    "a program's account becomes a person's": (
        ["UPDATE accounts_user SET is_program = true WHERE id = %(account)s"],
        "accounts.User {account}: the row is not what accounts: event 1 says",
    ),
    "an event is changed": (
        ["UPDATE audit_event SET action = 'read.open' WHERE stream = %(stream)s AND sequence = 2"],
        "{stream}: event 2 has been altered",
    ),
    "an event comes from elsewhere": (
        ['UPDATE audit_event SET origin = \'{"address": "192.0.2.1"}\' WHERE stream = %(stream)s AND sequence = 2'],
        "{stream}: event 2 has been altered",
    ),
    "an event is made an old one": (
        ["UPDATE audit_event SET origin = NULL, seal = '' WHERE stream = %(stream)s AND sequence = 2"],
        "{stream}: event 2 has been altered",
    ),
    "an event is deleted": (
        ["DELETE FROM audit_event WHERE stream = %(stream)s AND sequence = 2"],
        "{stream}: event 2 is missing (found 3)",
    ),
    "two events change places": (
        [
            "UPDATE audit_event SET sequence = sequence + 100 WHERE stream = %(stream)s AND sequence IN (2, 3)",
            "UPDATE audit_event SET sequence = 105 - sequence WHERE stream = %(stream)s AND sequence > 100",
        ],
        "{stream}: event 2 does not follow the event before it",
    ),
    "an event is inserted": (
        [
            """INSERT INTO audit_event (id, created_at, stream, sequence, at, actor_id, action, object_type, object_id,
                detail, origin, rows, checkpoint, previous_digest, digest, seal)
            SELECT '00000000-0000-4000-8000-000000000002', created_at, stream, 99, at, actor_id, action, object_type,
                object_id, detail, origin, rows, checkpoint, previous_digest, digest, seal
            FROM audit_event WHERE stream = %(stream)s AND sequence = 2"""
        ],
        "{stream}: event 5 is missing (found 99)",
    ),
    "a head is changed": (
        ["UPDATE audit_stream SET last_sequence = 3 WHERE name = %(stream)s"],
        "{stream}: the chain ends at event 4, its head says 3",
    ),
    "a head is deleted": (
        ["DELETE FROM audit_stream WHERE name = %(stream)s"],
        "{stream}: the chain ends at event 4, its head says nothing",
    ),
    "a head is inserted": (
        ["INSERT INTO audit_stream (name, last_sequence, last_digest) VALUES ('made-up', 1, '')"],
        "made-up: the chain ends at event 0, its head says 1",
    ),
    "the end of a stream is taken away with its head": (
        [
            "DELETE FROM audit_event WHERE stream = %(stream)s AND sequence > 2",
            """UPDATE audit_stream SET (last_sequence, last_digest) =
                (SELECT sequence, digest FROM audit_event WHERE stream = %(stream)s AND sequence = 2)
            WHERE name = %(stream)s""",
        ],
        "{stream}: event 3, which checkpoint 1 saw, is missing",
    ),
    "a whole stream is taken away with its head": (
        ["DELETE FROM audit_event WHERE stream = %(stream)s", "DELETE FROM audit_stream WHERE name = %(stream)s"],
        "event 3, which checkpoint 1 saw, is missing",
    ),
    "a checkpoint is changed": (
        ["UPDATE audit_event SET detail = '{\"heads\": {}}' WHERE stream = 'checkpoint'"],
        "checkpoint: event 1 has been altered",
    ),
    "the checkpoints are taken away with their head": (
        ["DELETE FROM audit_event WHERE stream = 'checkpoint'", "DELETE FROM audit_stream WHERE name = 'checkpoint'"],
        "{stream}: event 4 names a checkpoint that is missing",
    ),
}


def values_of(built: Built) -> dict[str, Any]:
    reader = built.readers[0]
    draft, signed = Revision.objects.filter(author=reader).order_by("number")
    standard = built.reader_study.reference_standards.get()
    prediction = Prediction.objects.select_related("model_version").get()
    study = built.reader_study
    return {
        "case": signed.read.assignment.case_id,
        "images": signed.read.assignment.case.imaging_study_id,
        "strange": prediction.imaging_study_id,
        "strangers": prediction.imaging_study.patient_id,
        "arm": study.arms.get().pk,
        "session": study.sessions.get().pk,
        "member": study.memberships.get(user=reader).pk,
        "pending": study.assignments.get(reader=reader, position=3).pk,
        "times": RevisionTimes.objects.get(revision=signed).pk,
        "version": prediction.model_version_id,
        "model": prediction.model_version.ai_model_id,
        "account": User.objects.get(username="named").pk,
        "study": built.reader_study.pk,
        "reader": reader.pk,
        "other": built.readers[1].pk,
        "stream": f"reader-study:{built.reader_study.pk}:reader:{reader.pk}",
        "revision": signed.pk,
        "draft": draft.pk,
        "read": signed.read_id,
        "assignment": signed.read.assignment_id,
        "truth": standard.truths.order_by("case__position")[0].pk,
        "list": built.reader_study.randomisation_lists.order_by("pk")[0].pk,
        "prediction": prediction.pk,
    }


def test_what_nobody_touched_is_whole(built: Built, tmp_path: Path) -> None:
    assert list(broken_links()) == []
    assert found_offline(tmp_path / "all") == "Every chain is whole, and every row is what its event says.\n"
    scope = str(built.reader_study.pk)
    assert found_offline(tmp_path / "one", scope) == "Every chain is whole, and every row is what its event says.\n"
    lines = (tmp_path / "one" / "audit.jsonl").read_text().splitlines()
    streams = {line["stream"] for line in map(json.loads, lines) if line["kind"] == "event"}
    assert streams == {"checkpoint", f"reader-study:{scope}"} | {
        f"reader-study:{scope}:reader:{reader.pk}" for reader in built.readers
    }


@pytest.mark.parametrize("name", TAMPERED)
def test_both_verifiers_name_the_place(built: Built, tmp_path: Path, name: str) -> None:
    statements, finding = TAMPERED[name]
    values = values_of(built)
    as_superuser(*statements, **values)
    said = finding.format(**values)
    assert any(said in problem for problem in broken_links()), list(broken_links())
    assert said in found_offline(tmp_path / "trail")


# What belongs to no reader study is in the export of the whole trail alone.
ELSEWHERE = ("AI ", "account", "head is inserted")


@pytest.mark.parametrize("name", [name for name in TAMPERED if not any(one in name for one in ELSEWHERE)])
def test_the_export_of_one_reader_study_shows_it_too(built: Built, tmp_path: Path, name: str) -> None:
    statements, finding = TAMPERED[name]
    values = values_of(built)
    as_superuser(*statements, **values)
    assert finding.format(**values) in found_offline(tmp_path / "trail", str(built.reader_study.pk))


def rewritten(stream: str) -> Iterator[tuple[Event, str]]:
    """The events of a stream with an actor taken out of the first one, every digest made anew."""
    before = ""
    for event in Event.objects.filter(stream=stream).order_by("sequence"):
        if event.sequence == 1:
            event.actor = None
        event.previous_digest = before
        before = event_digest(event_line(event))
        yield event, before


def test_a_chain_that_is_written_anew_from_its_start_is_found(built: Built, tmp_path: Path) -> None:
    stream = values_of(built)["stream"]
    for event, digest in list(rewritten(stream)):
        as_superuser(
            "UPDATE audit_event SET actor_id = %(actor)s, previous_digest = %(before)s, digest = %(digest)s "
            "WHERE id = %(event)s",
            "UPDATE audit_stream SET last_digest = %(digest)s WHERE name = %(stream)s",
            actor=event.actor_id,
            before=event.previous_digest,
            digest=digest,
            event=event.pk,
            stream=stream,
        )
    assert f"{stream}: event 3 is not the one that checkpoint 1 saw" in found_offline(tmp_path / "trail")
    problems = list(broken_links())
    assert f"{stream}: event 1 was not written by the portal" in problems


def test_an_event_that_is_forged_at_the_end_has_no_seal(built: Built) -> None:
    stream = values_of(built)["stream"]
    last = Event.objects.get(stream=stream, sequence=4)
    line = event_line(last) | {"sequence": 5, "previous_digest": last.digest}
    digest = event_digest(line)
    as_superuser(
        """INSERT INTO audit_event (id, created_at, stream, sequence, at, actor_id, action, object_type, object_id,
               detail, origin, rows, checkpoint, previous_digest, digest, seal)
           SELECT '00000000-0000-4000-8000-000000000003', created_at, stream, 5, at, actor_id, action, object_type,
               object_id, detail, origin, rows, checkpoint, digest, %(digest)s, seal
           FROM audit_event WHERE id = %(id)s""",
        "UPDATE audit_stream SET last_sequence = 5, last_digest = %(digest)s WHERE name = %(stream)s",
        digest=digest,
        id=last.pk,
        stream=stream,
    )
    assignment = last.rows["annotations.Assignment"].popitem()[0]
    # What it tells of has happened already, so the row is no longer what it says that it found.
    assert list(broken_links()) == [
        f"annotations.Assignment {assignment}: {stream}: event 5 found another row than the event before it says",
        f"{stream}: event 5 was not written by the portal",
    ]


def test_an_earlier_manifest_shows_what_even_the_checkpoints_no_longer_know(built: Built, tmp_path: Path) -> None:
    found_offline(tmp_path / "before")
    anchor = json.loads((tmp_path / "before" / "manifest.json").read_text())
    stream = values_of(built)["stream"]
    assert list(broken_links(anchor)) == []
    as_superuser(
        "DELETE FROM audit_event WHERE stream = %(stream)s AND sequence = 4",
        "UPDATE audit_stream SET (last_sequence, last_digest) = (SELECT sequence, digest FROM audit_event "
        "WHERE stream = %(stream)s AND sequence = 3) WHERE name = %(stream)s",
        "DELETE FROM annotations_read WHERE revision_number = 0",
        stream=stream,
    )
    said = f"{stream}: event 4, which the earlier manifest saw, is missing"
    assert said in list(broken_links(anchor))
    found_offline(tmp_path / "after")
    assert said in offline_verifier.verify_file(tmp_path / "after" / "audit.jsonl", anchor)
