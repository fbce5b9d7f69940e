"""One editor at a time, and how long a read took."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotations.domain.times import PhaseTimes, times_of_read
from annotations.models import Read
from annotations.services import editing, reads
from annotations.services.timing import SittingReport
from portal.audit.models import Event
from portal.errors import Conflict
from tests.annotations.building import COMPLETE, content, launched, save

pytestmark = pytest.mark.django_db

HERE, THERE = "browser-here", "browser-there"


@pytest.fixture
def read() -> Read:
    built = launched()
    return built.open(built.readers[0])


def hold(read: Read, editor: str, *, take_over: bool = False, sitting: SittingReport | None = None) -> None:
    editing.read_hold(by=read.assignment.reader, read=read, editor=editor, take_over=take_over, sitting=sitting)


def draft(read: Read, base: int, **more: Any) -> None:
    reads.read_save_draft(by=read.assignment.reader, read=read, save=save(content(confidence=base), base, **more))


def refused_code(call: Any) -> str:
    with pytest.raises(Conflict) as refused:
        call()
    return str(refused.value.code)


def test_the_second_editor_is_told_and_may_take_over(read: Read) -> None:
    hold(read, HERE)
    assert refused_code(lambda: hold(read, THERE)) == "held_elsewhere"
    hold(read, THERE, take_over=True)
    assert refused_code(lambda: draft(read, 0, editor=HERE)) == "held_elsewhere"
    draft(read, 0, editor=THERE)
    assert Event.objects.filter(action="read.take_over", object_id=str(read.pk)).count() == 1


def test_a_save_without_an_editor_waits_for_the_one_who_edits(read: Read) -> None:
    draft(read, 0)
    hold(read, HERE)
    assert refused_code(lambda: draft(read, 1)) == "held_elsewhere"
    editing.read_release(read=read, editor=HERE)
    draft(read, 1)


def test_a_repeated_save_is_answered_even_to_the_one_who_lost_the_read(read: Read) -> None:
    draft(read, 0, editor=HERE, key="the-same-key")
    hold(read, THERE, take_over=True)
    draft(read, 0, editor=HERE, key="the-same-key")
    assert read.revisions.count() == 1


def test_an_editor_that_went_silent_is_succeeded_without_asking(read: Read) -> None:
    hold(read, HERE)
    read.editor_seen_at = timezone.now() - editing.LEASE
    hold(read, THERE)
    assert read.editor == THERE


def test_only_the_holder_releases(read: Read) -> None:
    hold(read, HERE)
    editing.read_release(read=read, editor=THERE)
    assert refused_code(lambda: hold(read, THERE)) == "held_elsewhere"
    editing.read_release(read=read, editor=HERE)
    hold(read, THERE)


def test_the_one_who_lost_the_read_cannot_sign_it(read: Read) -> None:
    hold(read, THERE)
    signing = save(content(**COMPLETE), 0, editor=HERE)
    assert refused_code(lambda: reads.read_sign(by=read.assignment.reader, read=read, save=signing)) == "held_elsewhere"


def report(key: str, active: int, total: int, mark: int | None = None) -> SittingReport:
    times: PhaseTimes = {"first_image_ms": 800, "first_mark_ms": mark, "active_ms": active, "total_ms": total}
    return SittingReport(key, {"FIRST": times})


def test_times_come_with_saves_and_heartbeats_and_add_up_over_sittings(read: Read) -> None:
    Read.objects.filter(pk=read.pk).update(opened_at=timezone.now() - timedelta(seconds=100))
    read.refresh_from_db()
    hold(read, HERE, sitting=report("sitting-1", 10_000, 20_000))
    draft(read, 0, editor=HERE, sitting=report("sitting-1", 30_000, 50_000, mark=25_000))
    draft(read, 1, editor=HERE, sitting=report("sitting-1", 30_000, 50_000, mark=25_000))
    editing.read_release(read=read, editor=HERE, sitting=report("sitting-2", 5000, 8000))
    whole = times_of_read(sitting.phases for sitting in read.sittings.all())
    expected = {"first_image_ms": 800, "first_mark_ms": 25_000, "active_ms": 35_000, "total_ms": 58_000}
    assert whole == {"FIRST": expected}
    assert Read.objects.get(pk=read.pk).active_ms == 35_000


def test_time_never_outruns_the_time_since_the_case_was_opened(read: Read) -> None:
    Read.objects.filter(pk=read.pk).update(opened_at=timezone.now() - timedelta(seconds=60))
    read.refresh_from_db()
    hold(read, HERE, sitting=report("sitting-1", 40_000, 40_000))
    hold(read, HERE, sitting=report("sitting-2", 3_600_000, 3_600_000))
    assert 60_000 <= read.active_ms < 90_000
