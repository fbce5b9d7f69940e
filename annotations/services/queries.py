"""Asking a reader about a read, answering, closing. The read itself is never touched: a change needs reopening."""

from django.db import transaction
from django.db.models import Max

from annotations.domain.states import QUERY_TRANSITIONS, QUERYING
from annotations.models import AssignmentState, DataQuery, QueryEvent, QueryMessage, Read
from annotations.services.streams import stream_of_reader
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict, Invalid

_WITHOUT_WORDS = frozenset({QueryEvent.CLOSE, QueryEvent.REOPEN})


@transaction.atomic
def query_ask(*, by: User, read: Read, text: str, question: str = "") -> DataQuery:
    """Ask about a read (its row is locked by the caller), or about one question of its form."""
    _require_words(text)
    _require_running(read)
    if question and question not in {one["key"] for one in read.label_schema.questions}:
        detail = "The form of this read has no such question."
        raise Invalid(detail, errors=[{"field": "question", "code": "unknown_question", "detail": detail}])
    newest = read.queries.aggregate(number=Max("number"))["number"] or 0
    query = DataQuery.objects.create(
        read=read, number=newest + 1, question_key=question, revision_number=read.revision_number
    )
    _said(by, query, QueryEvent.ASK, text)
    return query


@transaction.atomic
def query_move(*, by: User, query: DataQuery, event: QueryEvent, text: str = "") -> DataQuery:
    """Answer, ask further, close or reopen a query (its row is locked by the caller)."""
    if event not in _WITHOUT_WORDS:
        _require_words(text)
    _require_running(query.read)
    target = QUERY_TRANSITIONS.get((query.state, event))
    if target is None:
        raise Conflict(f"A query that is {query.state} cannot be moved by {event}.")
    query.state = target
    query.save(update_fields=["state"])
    _said(by, query, event, text)
    return query


def _said(by: User, query: DataQuery, event: QueryEvent, text: str) -> None:
    message = QueryMessage.objects.create(query=query, event=event, author=by, text=text.strip())
    record(
        stream=stream_of_reader(query.read.assignment),
        actor=by,
        action=f"query.{event.lower()}",
        obj=query,
        detail={"read": str(query.read_id), "number": query.number, "state": query.state},
        rows=[query, message],
    )


def _require_words(text: str) -> None:
    if not text.strip():
        detail = "Write what you want to say."
        raise Invalid(detail, errors=[{"field": "text", "code": "required", "detail": detail}])


def _require_running(read: Read) -> None:
    assignment = read.assignment
    if assignment.reader_study.state not in QUERYING:
        raise Conflict(f"Nothing is asked or answered while the reader study is {assignment.reader_study.state}.")
    if assignment.state == AssignmentState.VOID:
        raise Conflict("The read was withdrawn: its reader does not see it any more.")
