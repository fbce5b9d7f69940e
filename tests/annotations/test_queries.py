"""Data queries over HTTP: asked, answered, asked further, closed, reopened; the read stays as it is."""

import itertools
import json
import uuid
from typing import Any

import pytest
from django.test import Client

from annotations.domain.states import QUERY_TRANSITIONS
from annotations.models import DataQuery, QueryEvent, QueryMessage, QueryState, Read, Revision
from annotations.services.reader_studies import reader_study_close, reader_study_move
from annotations.services.reads import read_sign
from annotations.services.withdrawals import reader_withdraw
from portal.audit.models import Event
from portal.audit.verify import broken_links
from portal.db import AppendOnlyError
from tests.annotations.building import COMPLETE, Built, content, launched, save
from tests.annotations.test_designs_api import Ask, asking, study

pytestmark = pytest.mark.django_db


@pytest.fixture
def built() -> Built:
    return launched(cases=2)


@pytest.fixture
def read(built: Built) -> Read:
    """A signed read of the first reader."""
    read = built.open(built.readers[0])
    read_sign(by=built.readers[0], read=read, save=save(content(**COMPLETE)))
    return read


def asked(built: Built, read: Read, text: str = "Left or right?", **more: str) -> Any:
    return asking(built.coordinator)("POST", f"reads/{read.pk}/queries", {"text": text, **more}, status=201)


def own(built: Built, reader: int = 0) -> Any:
    return asking(built.readers[reader])("GET", f"{study(built)}/own-queries")


def test_a_query_goes_to_its_reader_alone_and_back(built: Built, read: Read) -> None:
    coordinator, reader = asking(built.coordinator), asking(built.readers[0])
    query = asked(built, read, question="confidence")
    assert (query["number"], query["state"], query["question_text"]) == (1, "OPEN", "How sure?")
    assert (query["reader"], query["revision_number"]) == (built.readers[0].username, 1)
    assert own(built, 1) == []
    (shown,) = own(built)
    assert (shown["assignment_id"], shown["read_id"]) == (str(read.assignment_id), str(read.pk))
    assert [(one["by"], one["text"]) for one in shown["messages"]] == [("COORDINATOR", "Left or right?")]
    answered = reader("POST", f"queries/{query['id']}/answer", {"text": "Left, as marked."})
    assert (answered["state"], answered["messages"][-1]["by"]) == ("ANSWERED", "READER")
    further = coordinator("POST", f"queries/{query['id']}/moves", {"event": "ASK", "text": "Sure?"})
    assert (further["state"], further["messages"][-1]["author"]) == ("OPEN", built.coordinator.username)
    reader("POST", f"queries/{query['id']}/answer", {"text": "Yes."})
    assert coordinator("POST", f"queries/{query['id']}/moves", {"event": "CLOSE"})["state"] == "CLOSED"
    assert reader("POST", f"queries/{query['id']}/answer", {"text": "More"}, status=409)["code"] == "wrong_state"
    assert coordinator("POST", f"queries/{query['id']}/moves", {"event": "REOPEN"})["state"] == "OPEN"
    listed = coordinator("GET", f"{study(built)}/queries?state=OPEN&read={read.pk}")["results"]
    assert [len(one["messages"]) for one in listed] == [6]
    assert coordinator("GET", f"{study(built)}/queries?state=CLOSED")["results"] == []
    actions = Event.objects.filter(action__startswith="query.").order_by("sequence").values_list("action", flat=True)
    assert list(actions) == [f"query.{verb}" for verb in ("ask", "answer", "ask", "answer", "close", "reopen")]
    assert "Left" not in json.dumps(list(Event.objects.values_list("detail", flat=True)))
    assert list(broken_links()) == []


def test_an_answer_never_changes_the_signed_read(built: Built, read: Read) -> None:
    before = (list(Revision.objects.values()), Read.objects.values().get(pk=read.pk))
    query = asked(built, read)
    asking(built.readers[0])("POST", f"queries/{query['id']}/answer", {"text": "It should be 20."})
    assert (list(Revision.objects.values()), Read.objects.values().get(pk=read.pk)) == before


def test_what_a_reader_is_told_names_no_coordinator_and_no_other_reader(built: Built, read: Read) -> None:
    other = built.open(built.readers[1])
    asked(built, read)
    asked(built, other, "What of the other?")
    told = json.dumps(own(built))
    for hidden in (built.coordinator.username, built.readers[1].username, str(other.pk), "What of the other?"):
        assert hidden not in told
    assert "author" not in own(built)[0]["messages"][0]


def test_somebody_elses_query_is_not_there(built: Built, read: Read) -> None:
    query = asked(built, read)
    other, stranger = asking(built.readers[1]), asking(launched("elsewhere").coordinator)
    other("POST", f"queries/{query['id']}/answer", {"text": "Mine?"}, status=404)
    other("POST", f"queries/{query['id']}/moves", {"event": "CLOSE"}, status=403)
    stranger("POST", f"queries/{query['id']}/moves", {"event": "CLOSE"}, status=404)
    stranger("POST", f"reads/{read.pk}/queries", {"text": "Hello?"}, status=404)
    asking(built.readers[0])("POST", f"reads/{read.pk}/queries", {"text": "To myself?"}, status=403)
    asking(built.coordinator)("POST", f"queries/{query['id']}/answer", {"text": "For them"}, status=404)
    assert QueryMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"text": "   "}, "text", "blank"),
        ({}, "text", "required"),
        ({"text": "x" * 2001}, "text", "max_length"),
        ({"text": "Why?", "question": "no_such"}, "question", "unknown_question"),
    ],
)
def test_bad_questions_are_named(built: Built, read: Read, body: dict[str, str], field: str, code: str) -> None:
    refused = asking(built.coordinator)("POST", f"reads/{read.pk}/queries", body, status=400)
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [(field, code)]
    assert DataQuery.objects.count() == 0


def test_a_further_question_needs_words(built: Built, read: Read) -> None:
    query = asked(built, read)
    path = f"queries/{query['id']}/moves"
    assert asking(built.coordinator)("POST", path, {"event": "ASK"}, status=400)["errors"][0]["field"] == "text"


def _do(coordinator: Ask, reader: Ask, query: str, event: str, status: int) -> None:
    if event == "ANSWER":
        reader("POST", f"queries/{query}/answer", {"text": "Words"}, status=status)
    else:
        coordinator("POST", f"queries/{query}/moves", {"event": event, "text": "Words"}, status=status)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(QueryState.values, QueryEvent.values)))
def test_every_event_in_every_state_is_allowed_or_refused_with_a_code(
    built: Built, read: Read, state: str, event: str
) -> None:
    query = asked(built, read)
    DataQuery.objects.filter(pk=query["id"]).update(state=state)
    target = QUERY_TRANSITIONS.get((state, event))
    _do(asking(built.coordinator), asking(built.readers[0]), query["id"], event, 200 if target else 409)
    assert DataQuery.objects.get(pk=query["id"]).state == (target or state)


def test_queries_go_on_after_the_close_and_end_with_the_lock(built: Built, read: Read) -> None:
    query = asked(built, read)
    reader_study_close(by=built.coordinator, reader_study=built.reader_study)
    asking(built.readers[0])("POST", f"queries/{query['id']}/answer", {"text": "Late, but here."})
    reader_study_move(by=built.coordinator, reader_study=built.reader_study, event="lock")
    reader, coordinator = asking(built.readers[0]), asking(built.coordinator)
    assert reader("POST", f"queries/{query['id']}/answer", {"text": "More"}, status=409)["code"] == "wrong_state"
    coordinator("POST", f"reads/{read.pk}/queries", {"text": "And?"}, status=409)


def test_a_withdrawn_readers_queries_are_kept_and_answered_no_more(built: Built, read: Read) -> None:
    query = asked(built, read)
    reader_withdraw(by=built.coordinator, reader_study=built.reader_study, reader=built.readers[0], reason="Left")
    assert own(built) == []
    asking(built.readers[0])("POST", f"queries/{query['id']}/answer", {"text": "Words"}, status=404)
    asking(built.coordinator)("POST", f"reads/{read.pk}/queries", {"text": "And?"}, status=409)
    assert len(asking(built.coordinator)("GET", f"{study(built)}/queries")["results"]) == 1


def test_a_read_that_is_hidden_once_signed_can_be_asked_about_without_showing_it(built: Built, read: Read) -> None:
    built.reader_study.arms.update(blinding={"own_past_reads": "HIDDEN"})
    built.reader_study.assignments.update(shown_name="Case 077")
    query = asked(built, read)
    (shown,) = own(built)
    assert shown["case"] == "Case 077"
    assert str(built.assignment(built.readers[0], 1).case_id) not in json.dumps(shown)
    asking(built.readers[0])("POST", f"queries/{query['id']}/answer", {"text": "As far as I remember, left."})
    asking(built.readers[0])("GET", f"reads/{read.pk}", status=404)


def test_a_question_sent_twice_with_one_key_is_asked_once(built: Built, read: Read) -> None:
    client = Client(headers={"Idempotency-Key": str(uuid.uuid4())})
    client.force_login(built.coordinator, backend="django.contrib.auth.backends.ModelBackend")
    sent = [
        client.post(f"/api/v1/reads/{read.pk}/queries", {"text": "Once?"}, content_type="application/json")
        for _ in range(2)
    ]
    assert [one.status_code for one in sent] == [201, 201]
    assert DataQuery.objects.count() == 1


def test_messages_are_never_changed(built: Built, read: Read) -> None:
    asked(built, read)
    with pytest.raises(AppendOnlyError):
        QueryMessage.objects.update(text="Never said")


def test_the_dashboard_counts_what_waits_for_whom(built: Built, read: Read) -> None:
    first, _ = asked(built, read), asked(built, read, "And the size?")
    asking(built.readers[0])("POST", f"queries/{first['id']}/answer", {"text": "Left."})
    rows = asking(built.coordinator)("GET", f"{study(built)}/progress")["readers"]
    assert [(row["queries_open"], row["queries_answered"]) for row in rows] == [(1, 1), (0, 0)]
