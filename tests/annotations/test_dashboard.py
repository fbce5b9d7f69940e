"""The dashboard over HTTP against counts by hand; it tells nothing of what was answered."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotations.domain.designs import single_design
from annotations.domain.forecast import UNDEFINED, WINDOW_DAYS
from annotations.models import Read
from annotations.services.designs import design_put
from annotations.services.editing import read_hold
from annotations.services.reader_studies import reader_study_close, reader_study_launch
from annotations.services.reads import read_sign
from annotations.services.withdrawals import reader_withdraw
from tests.annotations.building import COMPLETE, Built, content, launched, save
from tests.annotations.domain.test_designs import crossover
from tests.annotations.services.test_designs import designed
from tests.annotations.test_designs_api import asking, study

pytestmark = pytest.mark.django_db


def signed(built: Built, reader: int, position: int, **answers: Any) -> Read:
    read = built.open(built.readers[reader], position)
    read_sign(by=built.readers[reader], read=read, save=save(content(**COMPLETE | answers)))
    return read


def seen(built: Built) -> Any:
    return asking(built.coordinator)("GET", f"{study(built)}/progress")


def moved_back(read: Read, days: float) -> None:
    """As if it had been opened and signed so many days ago."""
    earlier = timezone.now() - timedelta(days=days)
    Read.objects.filter(pk=read.pk).update(opened_at=earlier, signed_at=earlier)


def test_rate_and_forecast_are_those_of_a_hand_count() -> None:
    built = launched(cases=10)
    for position, days in ((1, 4), (2, 4), (3, 1), (4, 0)):
        moved_back(signed(built, 0, position), days)
    signed(built, 1, 1)
    first, second = seen(built)["readers"]
    assert sum(first["signed_by_day"]) == 4
    assert len(first["signed_by_day"]) == WINDOW_DAYS
    today = timezone.now().astimezone(UTC).date()
    assert seen(built)["first_day"] == str(today - timedelta(days=WINDOW_DAYS - 1))
    assert [first["signed_by_day"][-1 - days] for days in (0, 1, 4)] == [1, 1, 2]
    assert first["rate_per_day"] == pytest.approx(1.0, rel=1e-3)
    days_left = (datetime.fromisoformat(first["forecast"]["at"]) - timezone.now()) / timedelta(days=1)
    assert days_left == pytest.approx(6.0, rel=1e-3)
    assert second["rate_per_day"] is None
    assert second["forecast"] == {
        "at": None, "undefined": "too_few", "detail": UNDEFINED["too_few"], "is_behind": False, "sessions": []
    }  # fmt: skip


def test_parts_are_those_of_each_session_and_arm() -> None:
    built = designed(crossover(), cases=2)
    reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="s")
    Read.objects.filter(pk=signed(built, 0, 1).pk).update(active_ms=4500)
    built.open(built.readers[0], 2)
    answer = seen(built)
    assert [one["median_active_s"] for one in answer["readers"][0]["parts"]] == [4.5, None]
    own = answer["readers"][0]["parts"]
    assert [(one["session"], one["total"], one["signed"], one["draft"]) for one in own] == [(1, 2, 1, 1), (2, 2, 0, 0)]
    assert {one["arm"] for one in own} == {"A", "B"}
    assert sum(one["total"] for one in answer["parts"]) == answer["total"] == 8
    assert sum(one["signed"] for one in answer["parts"]) == answer["signed"] == 1
    # Two readers, each half beginning with another arm: every cell of session and arm is there once.
    assert len({(one["session"], one["arm"]) for one in answer["parts"]}) == len(answer["parts"])


def test_hidden_repeats_show_drift_and_no_answer() -> None:
    built = designed(single_design(), cases=4)
    design = {**single_design(), "repeats": {"count": 1, "minimum_distance": 2}}
    design["arms"] = [{**design["arms"][0], "blinding": {"own_past_reads": "HIDDEN"}}]
    design_put(by=built.coordinator, reader_study=built.reader_study, design=design)
    reader_study_launch(by=built.coordinator, reader_study=built.reader_study, seed="s")
    reader = built.readers[0]
    repeat = built.reader_study.assignments.get(reader=reader, repeat_number=1)
    assert seen(built)["readers"][0]["agreement"] is None
    for assignment in built.reader_study.assignments.filter(reader=reader).order_by("position"):
        is_repeat = assignment.pk == repeat.pk
        confidence = 61 if is_repeat else 73
        signed(built, 0, assignment.position, nodule_present=not is_repeat, confidence=confidence)
    answer = seen(built)
    assert answer["readers"][0]["agreement"] == {
        "pairs": 1, "calls_compared": 1, "calls_equal": 0, "ratings_compared": 1, "rating_drift": -12.0
    }  # fmt: skip
    assert answer["readers"][1]["agreement"] is None
    assert "nodule_present" not in json.dumps(answer)
    assert "61" not in json.dumps(answer["readers"][0]["agreement"])


def test_who_is_at_work_has_an_open_turn_of_the_last_minutes() -> None:
    built = launched(cases=2)
    reader = built.readers[0]
    read = built.open(reader)
    assert seen(built)["readers"][0]["at_work"] is None
    read_hold(by=reader, read=read, editor="editor-one", take_over=False)
    at_work = seen(built)["readers"][0]["at_work"]
    assert (at_work["read_id"], at_work["case"]) == (str(read.pk), read.assignment.case.name)
    Read.objects.filter(pk=read.pk).update(editor_seen_at=timezone.now() - timedelta(minutes=6))
    assert seen(built)["readers"][0]["at_work"] is None
    Read.objects.filter(pk=read.pk).update(editor_seen_at=timezone.now())
    read.refresh_from_db()
    read_sign(by=reader, read=read, save=save(content(**COMPLETE), editor="editor-one"))
    assert seen(built)["readers"][0]["at_work"] is None


def test_withdrawn_readers_stay_in_sight_and_a_closed_study_has_no_forecast() -> None:
    built = launched(cases=4)
    for position in (1, 2, 3):
        signed(built, 1, position)
    reader_withdraw(by=built.coordinator, reader_study=built.reader_study, reader=built.readers[0], reason="Left")
    gone, stays = seen(built)["readers"]
    assert (gone["is_withdrawn"], gone["total"], gone["parts"], gone["forecast"]["undefined"]) == (
        True, 0, [], "withdrawn"
    )  # fmt: skip
    assert stays["forecast"]["at"]
    reader_study_close(by=built.coordinator, reader_study=built.reader_study)
    assert seen(built)["readers"][1]["forecast"]["undefined"] == "not_running"


def test_before_the_launch_there_is_nothing_and_no_fault() -> None:
    built = designed(single_design())
    answer = seen(built)
    assert [one["total"] for one in answer["readers"]] == [0, 0]
    assert answer["parts"] == []


def queries(built: Built) -> int:
    client = Client()
    client.force_login(built.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/api/v1/{study(built)}/progress").status_code == 200
    return len(asked)


def test_the_number_of_queries_does_not_grow_with_readers_or_cases() -> None:
    few, many = launched("few", cases=2, readers=2), launched("many", cases=6, readers=12)
    for built, readers in ((few, 2), (many, 12)):
        for reader in range(readers):
            read = signed(built, reader, 1)
            at_work = built.open(built.readers[reader], 2)
            read_hold(by=built.readers[reader], read=at_work, editor="editor-one", take_over=False)
            assert read.pk != at_work.pk
    assert queries(many) == queries(few) <= 20
