"""The audit trail shows every tampering that is made straight in SQL, below the portal."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from annotations.services.reads import read_save_draft, read_sign
from portal.audit.models import Event, Stream
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


def tamper(*statements: str, stream: str) -> None:
    """Do as somebody with the database's password would: switch the trigger off first."""
    with connection.cursor() as cursor:
        # Deferred foreign keys of this transaction would block ALTER TABLE.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement, [stream])
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")


def test_an_untouched_trail_is_whole(stream: str) -> None:
    assert Event.objects.filter(stream=stream).count() == 4
    assert list(broken_links()) == []


@pytest.mark.parametrize(
    ("statements", "finding"),
    [
        (["UPDATE audit_event SET actor_id = NULL WHERE stream = %s AND sequence = 2"], "event 2 has been altered"),
        (
            ["UPDATE audit_event SET detail = '{\"revision\": 9}' WHERE stream = %s AND sequence = 3"],
            "event 3 has been altered",
        ),
        (
            ["UPDATE audit_event SET at = at - interval '1 second' WHERE stream = %s AND sequence = 4"],
            "event 4 has been altered",
        ),
        (
            ["UPDATE audit_event SET object_id = 'x' WHERE stream = %s AND sequence = 1"],
            "event 1 has been altered",
        ),
        (["DELETE FROM audit_event WHERE stream = %s AND sequence = 2"], "event 2 is missing (found 3)"),
        (["DELETE FROM audit_event WHERE stream = %s AND sequence = 4"], "the chain ends at event 3"),
        (["DELETE FROM audit_event WHERE stream = %s"], "the chain ends at event 0"),
        (
            [
                "UPDATE audit_event SET sequence = 100 WHERE stream = %s AND sequence = 2",
                "UPDATE audit_event SET sequence = 2 WHERE stream = %s AND sequence = 3",
                "UPDATE audit_event SET sequence = 3 WHERE stream = %s AND sequence = 100",
            ],
            "event 2 does not follow the event before it",
        ),
    ],
)
def test_edited_deleted_and_reordered_events_are_found(stream: str, statements: list[str], finding: str) -> None:
    tamper(*statements, stream=stream)
    (problem,) = broken_links()
    assert problem.startswith(stream)
    assert finding in problem


def test_a_removed_head_is_found(stream: str) -> None:
    Stream.objects.filter(name=stream).delete()
    assert ["head says nothing" in problem for problem in broken_links()] == [True]


def test_the_command_names_the_broken_chain(stream: str) -> None:
    call_command("verify_audit")
    tamper("DELETE FROM audit_event WHERE stream = %s AND sequence = 1", stream=stream)
    with pytest.raises(CommandError, match="event 1 is missing"):
        call_command("verify_audit")
