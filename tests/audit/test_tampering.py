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
from annotations.models import ReferenceSource, Revision
from annotations.services.reads import read_save_draft, read_sign
from annotations.services.truth import reference_standard_create
from portal.audit import offline_verifier
from portal.audit.models import Event
from portal.audit.offline_verifier import event_digest
from portal.audit.services import checkpoint_write, event_line
from portal.audit.verify import broken_links
from portal.inference.services import ai_model_create, model_version_register, predictions_post
from tests.annotations.building import COMPLETE, Built, content, launched, mirrored_study, person, save
from tests.audit.superuser import as_superuser, superuser_rights

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_superuser")]


@pytest.fixture
def _superuser() -> Iterator[None]:
    with superuser_rights():
        yield


@pytest.fixture
def built() -> Built:
    """Two reads, a reference standard and a prediction, seen by a checkpoint; then one more event."""
    built = launched()
    for reader in built.readers:
        read = built.open(reader)
        read_save_draft(by=reader, read=read, save=save(content(confidence=1)))
        read_sign(by=reader, read=read, save=save(content(**COMPLETE), 1))
    truths = [Truth(case.name, number % 2, []) for number, case in enumerate(built.cases)]
    reference_standard_create(
        by=built.coordinator, reader_study=built.reader_study, truths=truths, source=ReferenceSource.CSV, provenance="x"
    )
    builder = person("model-builder", may_create_reader_studies=True)
    version = model_version_register(by=builder, ai_model=ai_model_create(by=builder, name="M"), version="1")
    uid = mirrored_study("predicted").study_instance_uid
    predictions_post(by=builder, model_version=version, body={"imaging_study_uid": uid, "score": 0.5, "findings": []})
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
    return {
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
        "prediction": Event.objects.get(action="predictions.post").detail["predictions"][0],
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


@pytest.mark.parametrize("name", [name for name in TAMPERED if "AI" not in name and "head is inserted" not in name])
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
    assert list(broken_links()) == [f"{stream}: event 5 was not written by the portal"]


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
