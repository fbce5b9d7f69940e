"""The readers of a running reader study over HTTP: their days, who is late, and who or what was withdrawn."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from annotations.domain.designs import single_design
from annotations.services.designs import design_put
from annotations.services.reader_studies import reader_study_close, reader_study_launch
from annotations.services.reads import read_sign
from portal.audit.models import Event
from portal.audit.verify import broken_links
from tests.annotations.building import COMPLETE, Built, content, launched, save
from tests.annotations.services.test_designs import designed
from tests.annotations.test_designs_api import asking, study

pytestmark = pytest.mark.django_db


def signed(built: Built, reader: int, position: int) -> None:
    read = built.open(built.readers[reader], position)
    read_sign(by=built.readers[reader], read=read, save=save(content(**COMPLETE)))


def dated(built: Built, reader: int, starts: date | None, ends: date | None) -> list[dict[str, Any]]:
    days = [str(day) if day else None for day in (starts, ends)]
    body = {"reader_id": str(built.readers[reader].pk), "starts_on": days[0], "ends_on": days[1]}
    body["reason"] = "Agreed with the reader."
    rows: list[dict[str, Any]] = asking(built.coordinator)("PUT", f"{study(built)}/reader-dates", body)
    return rows


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Make it another moment."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


def test_a_reader_is_late_when_the_last_day_is_over_and_cases_are_left(at: Callable[[datetime], None]) -> None:
    built = launched(cases=2)
    day = timezone.now().astimezone(UTC).date() + timedelta(days=1)
    signed(built, 0, 1)
    first, second = dated(built, 0, None, day)
    assert (first["total"], first["signed"], first["begun"], first["due_on"]) == (2, 1, 0, str(day))
    assert second["due_on"] is None
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
    for moment, is_overdue in ((midnight - timedelta(seconds=1), False), (midnight, True)):
        at(moment)
        # Who signed in two days ago would have to do it again.
        rows = asking(built.coordinator)("GET", f"{study(built)}/reader-dates")
        assert [row["is_overdue"] for row in rows] == [is_overdue, False]
    own = asking(built.readers[0])
    (session,) = own("GET", f"{study(built)}/sessions")
    assert (session["is_open"], session["code"]) == (False, "ended")
    assert datetime.fromisoformat(session["ends_at"]) == midnight
    assert own("GET", f"{study(built)}/next")["assignment_id"] is None
    waiting = own("GET", f"{study(built)}/assignments")[1]["id"]
    assert own("POST", f"assignments/{waiting}/open", status=409)["code"] == "ended"
    # A later day lets the late reader go on.
    dated(built, 0, None, day + timedelta(days=7))
    own("POST", f"assignments/{waiting}/open")


def test_days_that_are_those_already_leave_nothing_behind() -> None:
    built = launched(cases=1)
    day = timezone.now().astimezone(UTC).date() + timedelta(days=1)
    versions = []
    for _ in range(2):
        dated(built, 0, None, day)
        versions.append(built.reader_study.protocol_versions.count())
    assert versions[0] == versions[1]
    assert Event.objects.filter(action="reader.dates").count() == 1


def test_nobody_is_late_who_is_done_or_once_the_reader_study_is_closed(at: Callable[[datetime], None]) -> None:
    built = launched(cases=1)
    today = timezone.now().astimezone(UTC).date()
    signed(built, 0, 1)
    for reader in (0, 1):
        dated(built, reader, None, today)
    at(timezone.now() + timedelta(days=2))
    ask, path = asking(built.coordinator), f"{study(built)}/reader-dates"
    assert [row["is_overdue"] for row in ask("GET", path)] == [False, True]
    reader_study_close(by=built.coordinator, reader_study=built.reader_study)
    assert [row["is_overdue"] for row in ask("GET", path)] == [False, False]


def test_the_end_of_a_session_is_a_last_day_too() -> None:
    today = timezone.now().astimezone(UTC).date()
    closes = today + timedelta(days=3)
    built = designed(single_design())
    sessions = [{"opens_on": None, "closes_on": str(closes), "washout_days": 0}]
    design_put(by=built.coordinator, reader_study=built.reader_study, design={**single_design(), "sessions": sessions})
    reader_study_launch(by=built.coordinator, reader_study=built.reader_study)
    rows = dated(built, 0, None, today + timedelta(days=1))
    assert [row["due_on"] for row in rows] == [str(today + timedelta(days=1)), str(closes)]


def test_before_the_first_day_the_worklist_says_when_it_opens() -> None:
    built = launched(cases=1)
    day = timezone.now().astimezone(UTC).date() + timedelta(days=2)
    dated(built, 0, day, None)
    own = asking(built.readers[0])
    (session,) = own("GET", f"{study(built)}/sessions")
    opens = datetime.combine(day, datetime.min.time(), UTC)
    assert (session["is_open"], session["code"]) == (False, "not_started")
    assert datetime.fromisoformat(session["opens_at"]) == opens
    assignment = own("GET", f"{study(built)}/assignments")[0]["id"]
    refused = own("POST", f"assignments/{assignment}/open", status=409)
    assert (refused["code"], datetime.fromisoformat(refused["opens_at"])) == ("not_started", opens)


def test_what_was_withdrawn_says_with_whom_and_what_is_kept() -> None:
    built = launched(cases=3)
    signed(built, 0, 1)
    built.open(built.readers[0], 2)
    ask, path = asking(built.coordinator), f"{study(built)}/withdrawals"
    case = built.assignment(built.readers[0], 3).case
    ask("POST", path, {"case_id": str(case.pk), "reason": "Wrong patient"})
    rows = ask("POST", path, {"reader_id": str(built.readers[0].pk), "reason": "Moved away"})
    of_case, of_reader = rows[:2], rows[2:]
    assert {(row["withdrawn"], row["case"], row["is_begun"]) for row in of_case} == {("CASE", case.name, False)}
    assert {(row["withdrawn"], row["reader"]) for row in of_reader} == {("READER", built.readers[0].username)}
    assert [(row["is_begun"], row["is_signed"]) for row in of_reader] == [(True, True), (True, False)]
    again = {"reader_id": str(built.readers[0].pk), "reason": "Again"}
    assert ask("POST", path, again, status=409)["code"] == "wrong_state"
    assert ask("POST", path, {"case_id": str(case.pk), "reason": "  "}, status=400)["errors"][0]["field"] == "reason"
    withdrawn, _ = ask("GET", f"{study(built)}/reader-dates")
    assert (withdrawn["is_withdrawn"], withdrawn["total"]) == (True, 0)
    cases = {row["name"]: row for row in ask("GET", f"{study(built)}/cases")}
    assert cases[case.name]["withdrawn_at"]
    assert sorted(row["number_signed"] for row in cases.values()) == [0, 0, 1]
    assert Event.objects.get(action="case.withdraw").detail == {"reason": "Wrong patient", "assignments": 2}
    assert list(broken_links()) == []
