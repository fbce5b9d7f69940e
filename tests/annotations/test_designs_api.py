"""The routes of a design, as a coordinator's and a reader's programs use them."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from annotations.domain.designs import single_design
from annotations.domain.truth_csv import Truth
from annotations.models import Assignment, ReferenceSource, Session, TrainingAcceptance
from annotations.services import reads
from annotations.services.designs import design_put
from annotations.services.reader_studies import reader_study_launch
from annotations.services.truth import reference_standard_create
from portal.accounts.models import User
from portal.audit.models import Event
from portal.audit.verify import broken_links
from tests.annotations.building import COMPLETE, Built, content, draft, save
from tests.annotations.domain.test_designs import crossover
from tests.annotations.services.test_designs import designed

pytestmark = pytest.mark.django_db
Ask = Callable[..., Any]


def asking(person: User) -> Ask:
    """Send a request as somebody; the answer's status has to be the one that is named."""
    client = Client()
    client.force_login(person)

    def ask(method: str, path: str, body: Any = None, status: int = 200) -> Any:
        response = client.generic(method, f"/api/v1/{path}", json.dumps(body or {}), "application/json")
        assert response.status_code == status, response.content
        return json.loads(response.content) if response.content else None

    return ask


def study(built: Built) -> str:
    return f"reader-studies/{built.reader_study.pk}"


def test_a_crossover_from_its_document_to_its_lists() -> None:
    built = designed(single_design(), cases=4)
    ask = asking(built.coordinator)
    assert ask("GET", f"{study(built)}/design")["number_of_reads"] == 8
    stored = ask("PUT", f"{study(built)}/design", {"design": crossover()})
    assert (stored["version"], stored["number_of_reads"], stored["problems"]) == (1, 16, [])
    (event,) = Event.objects.filter(action="design.put")
    assert (event.actor, event.detail["version"]) == (built.coordinator, 1)
    assert stored["matrix"]["A"]["ai_scores"] == {"FIRST": False, "SECOND": False, "SIGNED": False}
    assert stored["matrix"]["B"]["ai_scores"]["FIRST"]
    assert {row["reads"] for row in stored["plan"]} == {8}
    wrong = ask("PUT", f"{study(built)}/design", {"design": {**crossover(), "kind": "SINGLE"}}, status=400)
    assert (wrong["code"], wrong["errors"][0]["field"]) == ("invalid_design", "design.arms")
    assert ask("GET", f"{study(built)}/randomisation")["lists"] == []
    assert ask("GET", f"{study(built)}/randomisation/check") == {"is_reproduced": None}

    assert ask("POST", f"{study(built)}/launch", {"seed": "s"})["state"] == "OPEN"
    drawn = ask("GET", f"{study(built)}/randomisation")
    assert (drawn["seed"], len(drawn["lists"])) == ("s", 2)
    assert ask("GET", f"{study(built)}/randomisation/check") == {"is_reproduced": True}
    assert [case["patient"] for case in drawn["cases"]] == ["P1", "P2", "P3", "P4"]
    assert [len(one["slots"]) for one in drawn["lists"]] == [8, 8]
    own = asking(built.readers[0])
    first, second = own("GET", f"{study(built)}/sessions")
    assert (first["is_open"], first["total"], second["is_open"], second["code"]) == (
        True,
        4,
        False,
        "session_unfinished",
    )
    last = own("GET", f"{study(built)}/assignments")[-1]
    assert own("POST", f"assignments/{last['id']}/open", status=409)["code"] == "session_unfinished"


def test_the_life_of_a_launched_reader_study() -> None:
    built = designed(single_design(), cases=2)
    ask, path = asking(built.coordinator), study(built)
    assert ask("POST", f"{path}/moves", {"event": "pause"}, status=409)["code"] == "wrong_state"
    ask("POST", f"{path}/launch")
    states = [ask("POST", f"{path}/moves", {"event": event})["state"] for event in ("pause", "resume", "close", "lock")]
    assert states == ["PAUSED", "OPEN", "CLOSED", "LOCKED"]
    ask("POST", f"{path}/moves", {"event": "erase"}, status=400)
    withdrawal = {"reader_id": str(built.readers[0].pk), "reason": "Too late"}
    assert ask("POST", f"{path}/withdrawals", withdrawal, status=409)["code"] == "wrong_state"


def test_withdrawals_and_dates() -> None:
    built = designed(single_design(), cases=2)
    ask, path = asking(built.coordinator), study(built)
    ask("POST", f"{path}/launch")
    reader, case = built.readers[0], built.cases[0]
    ask("POST", f"{path}/withdrawals", {"reason": "Nobody named"}, status=400)
    ask("POST", f"{path}/withdrawals", {"reader_id": str(built.coordinator.pk), "reason": "No reader"}, status=404)
    rows = ask("POST", f"{path}/withdrawals", {"case_id": str(case.pk), "reason": "Wrong patient"})
    assert [(row["case"], row["reason"]) for row in rows] == [(case.name, "Wrong patient")] * 2
    ask("POST", f"{path}/withdrawals", {"reader_id": str(reader.pk), "reason": "Moved away"})
    assert len(ask("GET", f"{path}/withdrawals")) == 3
    assert asking(reader)("GET", f"{path}/assignments") == []
    dates = {"reader_id": str(reader.pk), "starts_on": "2026-01-02", "ends_on": None}
    assert ask("PUT", f"{path}/reader-dates", dates, status=400)["errors"][0]["field"] == "reason"
    because = {**dates, "reason": "Late"}
    assert dates.items() <= ask("PUT", f"{path}/reader-dates", because)[0].items()
    backwards = {**because, "ends_on": "2026-01-01"}
    assert ask("PUT", f"{path}/reader-dates", backwards, status=400)["errors"][0]["field"] == "ends_on"


def test_the_truth_of_a_training_case_comes_after_signing_and_of_no_other() -> None:
    built = draft(cases=2, readers=1)
    built.readers[0].set_password("correct horse")
    built.readers[0].save()
    reference_standard_create(
        by=built.coordinator,
        reader_study=built.reader_study,
        truths=[Truth(case.name, 1, []) for case in built.cases],
        source=ReferenceSource.CSV,
        provenance="test",
    )
    ask, own, path = asking(built.coordinator), asking(built.readers[0]), study(built)
    ask("PUT", f"{path}/design", {"design": {**single_design(), "training": [str(built.cases[1].pk)]}})
    ask("POST", f"{path}/launch")
    training = f"{path}/training"
    first, second = own("GET", f"{path}/assignments")
    assert own("POST", training, status=409)["code"] == "training_unfinished"
    for assignment, status in ((first, 200), (second, 404)):
        if status == 404:
            trained(built.readers[0], own, second, path)
        read = own("POST", f"assignments/{assignment['id']}/open")
        own("GET", f"reads/{read['id']}/feedback", status=404)
        body = {"base_revision": 0, "idempotency_key": "a-key-of-mine", "payload": content(**COMPLETE)}
        own("POST", f"reads/{read['id']}/sign", {**body, "password": "correct horse", "meaning": "FINDINGS"})
        answer = own("GET", f"reads/{read['id']}/feedback", status=status)
        assert read["is_training"] == (status == 200)
        assert status == 404 or answer == {"truth": 1, "lesions": []}
    rows = ask("GET", f"{path}/reader-dates"), ask("GET", f"{path}/progress")["readers"]
    assert [row["training_accepted_at"] for (row,) in rows] == [own("GET", training)["accepted_at"]] * 2
    assert list(broken_links()) == []


def test_a_session_that_is_over_keeps_a_draft_from_its_launch_and_says_so() -> None:
    built = draft(cases=2, readers=2)
    ask, path = asking(built.coordinator), study(built)
    over = {"opens_on": "2020-01-01", "closes_on": "2020-02-01", "washout_days": 0}
    stored = ask("PUT", f"{path}/design", {"design": {**single_design(), "sessions": [over]}})
    assert [(one["field"], one["code"]) for one in stored["problems"]] == [("sessions[0].closes_on", "session_over")]
    assert stored["plan"], "what is drawn does not depend on the days"
    refused = ask("POST", f"{path}/launch", status=409)
    assert (refused["code"], refused["errors"][0]["field"]) == ("not_ready", "design")
    assert "2020-02-01" in refused["errors"][0]["detail"]
    ask("PUT", f"{path}/design", {"design": single_design()})
    ask("POST", f"{path}/launch")
    Session.objects.update(closes_on=date(2020, 1, 1))
    assert ask("GET", f"{path}/design")["problems"] == [], "the launch froze the days: nothing can be mended there"


def test_training_missed_in_a_session_that_is_over_keeps_nobody_from_the_next_one() -> None:
    built = draft(cases=2, readers=1)
    reader, ask, path = built.readers[0], asking(built.coordinator), study(built)
    own = asking(reader)
    reference_standard_create(
        by=built.coordinator,
        reader_study=built.reader_study,
        truths=[Truth(case.name, 1, []) for case in built.cases],
        source=ReferenceSource.CSV,
        provenance="test",
    )
    ask("PUT", f"{path}/design", {"design": {**single_design(), "training": [str(built.cases[1].pk)]}})
    ask("POST", f"{path}/launch")
    counts = Assignment.objects.get(reader=reader, is_training=False)
    following = Session.objects.create(reader_study=built.reader_study, number=2)
    Assignment.objects.filter(pk=counts.pk).update(session=following)
    refused = own("POST", f"assignments/{counts.pk}/open", status=409)
    assert refused["code"] == "training_not_accepted"
    Session.objects.filter(number=1).update(closes_on=date(2020, 1, 1))
    assert own("GET", f"{path}/training")["cases"] == 0
    own("POST", f"assignments/{counts.pk}/open")


def trained(reader: User, own: Any, following: Any, path: str) -> None:
    """The first case that counts waits until the reader has signed the training, seen its truth, and says so, once."""
    refused = own("POST", f"assignments/{following['id']}/open", status=409)
    assert refused["code"] == "training_not_accepted"
    stood = own("GET", f"{path}/training")
    assert [stood[name] for name in ("cases", "signed", "seen", "may_accept", "accepted_at")] == [1, 1, 1, True, None]
    accepted = own("POST", f"{path}/training")
    assert accepted["accepted_at"]
    assert own("POST", f"{path}/training") == accepted
    stored = TrainingAcceptance.objects.get()
    assert (stored.reader, len(stored.revisions), stored.statement) == (reader, 1, accepted["statement"])
    assert Event.objects.filter(action="training.accept", actor=reader).count() == 1


def test_signed_training_counts_when_its_truth_was_looked_at() -> None:
    built = draft(cases=2, readers=1)
    truths = [Truth(case.name, 1, []) for case in built.cases]
    reference_standard_create(
        by=built.coordinator, reader_study=built.reader_study, truths=truths, source=ReferenceSource.CSV, provenance=""
    )
    design_put(
        by=built.coordinator,
        reader_study=built.reader_study,
        design={**single_design(), "training": [str(built.cases[0].pk)]},
    )
    reader_study_launch(by=built.coordinator, reader_study=built.reader_study)
    (reader,) = built.readers
    own, path = asking(reader), f"{study(built)}/training"
    read = built.open(reader)
    reads.read_sign(by=reader, read=read, save=save(content(**COMPLETE)))
    unseen = own("POST", path, status=409)
    assert (unseen["code"], own("GET", path)["seen"]) == ("training_unfinished", 0)
    own("GET", f"reads/{read.pk}/feedback")
    assert own("POST", path)["accepted_at"]
