"""The command that verifies the audit trail, the checkpoints, and what an event binds."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from annotations.models import Revision
from annotations.services.reads import read_save_draft, read_sign
from portal.audit.models import Event, Stream
from portal.audit.offline_verifier import CHECKPOINTS, row_digest, stream_key
from portal.audit.rows import row_values
from portal.audit.services import checkpoint_write
from portal.audit.verify import broken_links
from tests.annotations.building import COMPLETE, content, launched, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def stream() -> str:
    """The chain of a reader who opened, saved twice and signed: four events."""
    built = launched()
    reader = built.readers[0]
    read = built.open(reader)
    for base in (0, 1):
        read_save_draft(by=reader, read=read, save=save(content(confidence=base), base))
    read_sign(by=reader, read=read, save=save(content(**COMPLETE), 2))
    return f"reader-study:{built.reader_study.pk}:reader:{reader.pk}"


def test_an_untouched_trail_is_whole(stream: str) -> None:
    assert Event.objects.filter(stream=stream).count() == 4
    assert list(broken_links()) == []


def test_the_command_names_the_broken_chain(stream: str) -> None:
    call_command("verify_audit")
    with connection.cursor() as cursor:
        # Deferred foreign keys of this transaction would block ALTER TABLE.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_event WHERE stream = %s AND sequence = 1", [stream])
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")
    with pytest.raises(CommandError, match=r"event 1 is missing \(found 2\)"):
        call_command("verify_audit")


def test_a_checkpoint_holds_the_heads_that_moved(stream: str) -> None:
    first = checkpoint_write()
    assert first is not None
    head = Stream.objects.get(name=stream)
    assert first.detail["heads"][stream_key(stream)] == [4, head.last_digest]
    assert len(first.detail["heads"]) == Stream.objects.exclude(name=CHECKPOINTS).count()
    assert checkpoint_write() is None


def test_a_checkpoint_names_no_stream_in_clear(stream: str) -> None:
    told = checkpoint_write()
    assert told is not None
    assert stream.split(":")[1] not in str(told.detail)


def test_an_event_binds_the_row_it_tells_of(stream: str) -> None:
    revision = Revision.objects.get(number=3)
    event = Event.objects.get(stream=stream, sequence=4)
    values = row_values(revision)
    assert event.rows["annotations.Revision"] == {
        str(revision.pk): row_digest("annotations.Revision", str(revision.pk), values)
    }
    assert values["payload"]["answers"] == COMPLETE
    assert {"read_id", "number", "base_number", "kind", "author_id", "digest", "created_at"} <= set(values)


@pytest.mark.parametrize("number", [1e22, 1e300, -0.0, 5.0, 0.1, 1e-7, 123456.789, 2**70])
def test_numbers_keep_their_digest_in_the_database(stream: str, number: Any) -> None:
    kept = Revision.objects.get(number=1)
    there = Revision(
        read=kept.read, number=9, base_number=3, kind="DRAFT", author=kept.author, payload={"x": [number]}, digest="d"
    )
    there.idempotency_key = "numbers-of-all-kinds"
    before = row_values(there)
    there.save()
    assert row_values(Revision.objects.get(number=9)) == before
