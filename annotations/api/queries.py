"""Routes of data queries: a coordinator asks about a read, its reader answers."""

import uuid
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import own_query, query_to_manage, read_to_query, reader_study_for
from annotations.models import DataQuery, QueryEvent, QueryMessage, QueryState
from annotations.selectors.queries import own_queries, queries_of
from annotations.services.queries import query_ask, query_move
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.pagination import OldestFirstPagination

LONGEST_TEXT = 2000
# Whose message an event is.
_SAID_BY = {
    QueryEvent.ASK: "COORDINATOR",
    QueryEvent.ANSWER: "READER",
    QueryEvent.CLOSE: "COORDINATOR",
    QueryEvent.REOPEN: "COORDINATOR",
}


class QueryMessageOutput(serializers.ModelSerializer[QueryMessage]):
    """What was said. A reader is told that it was a coordinator, not which one."""

    by = serializers.SerializerMethodField()

    class Meta:
        model = QueryMessage
        fields = ["id", "event", "by", "created_at", "text"]

    @extend_schema_field(serializers.ChoiceField(choices=["COORDINATOR", "READER"]))
    def get_by(self, message: QueryMessage) -> str:
        """Return who spoke."""
        return _SAID_BY[QueryEvent(message.event)]


class ManagedMessageOutput(QueryMessageOutput):
    """What was said, and by which account."""

    author = serializers.CharField(source="author.username")

    class Meta(QueryMessageOutput.Meta):
        fields = [*QueryMessageOutput.Meta.fields, "author"]


class OwnQueryOutput(serializers.ModelSerializer[DataQuery]):
    """A data query as the reader sees it whom it asks."""

    read_id = serializers.UUIDField()
    assignment_id = serializers.UUIDField(source="read.assignment_id")
    case = serializers.CharField(source="read.assignment.name_shown")
    question_text = serializers.SerializerMethodField()
    messages = QueryMessageOutput(many=True)

    class Meta:
        model = DataQuery
        fields = [
            "id",
            "read_id",
            "assignment_id",
            "case",
            "number",
            "question_key",
            "question_text",
            "state",
            "created_at",
            "messages",
        ]

    def get_question_text(self, query: DataQuery) -> str:
        """Return the words of the form's question it is about; empty where it is about the read."""
        texts = {one["key"]: one["text"] for one in query.read.label_schema.questions}
        return str(texts.get(query.question_key, ""))


class QueryOutput(OwnQueryOutput):
    """A data query as coordinators see it."""

    case = serializers.CharField(source="read.assignment.case.name")
    reader = serializers.CharField(source="read.assignment.reader.username")
    messages = ManagedMessageOutput(many=True)

    class Meta(OwnQueryOutput.Meta):
        fields = [*OwnQueryOutput.Meta.fields, "reader", "revision_number"]


class QueriesQuery(serializers.Serializer[Any]):
    """Which queries."""

    read = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(choices=QueryState.choices, required=False)


class QueriesApi(APIView):
    """The data queries of a reader study."""

    pagination_class = OldestFirstPagination

    @extend_schema(parameters=[QueriesQuery], responses=QueryOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the queries with everything that was said, oldest first."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        wanted = QueriesQuery(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        found = queries_of(reader_study=reader_study, **wanted.validated_data)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(found, request, view=self)
        return paginator.get_paginated_response(QueryOutput(page or [], many=True).data)


class OwnQueriesApi(APIView):
    """What the caller has been asked."""

    @extend_schema(responses=OwnQueryOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the caller's own queries; those of other readers are not told of."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READ_OWN)
        return Response(OwnQueryOutput(own_queries(reader_study=reader_study, reader=caller(request)), many=True).data)


class AskInput(serializers.Serializer[Any]):
    """What is asked; `question` is the key of a question of the read's form."""

    text = serializers.CharField(max_length=LONGEST_TEXT)
    question = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")


class ReadQueriesApi(APIView):
    """Asking about a read."""

    @extend_schema(request=AskInput, responses={201: QueryOutput})
    @transaction.atomic
    def post(self, request: Request, read_id: uuid.UUID) -> Response:
        """Ask the reader about the read, signed or not; the read stays as it is."""
        read = read_to_query(caller(request), read_id)
        form = AskInput(data=request.data)
        form.is_valid(raise_exception=True)
        query = query_ask(by=caller(request), read=read, **form.validated_data)
        return Response(QueryOutput(query).data, status=status.HTTP_201_CREATED)


class AnswerInput(serializers.Serializer[Any]):
    """The reader's answer."""

    text = serializers.CharField(max_length=LONGEST_TEXT)


class QueryAnswerApi(APIView):
    """Answering."""

    @extend_schema(request=AnswerInput, responses=OwnQueryOutput)
    @transaction.atomic
    def post(self, request: Request, query_id: uuid.UUID) -> Response:
        """Answer a query about an own read; it never changes the read."""
        query = own_query(caller(request), query_id)
        form = AnswerInput(data=request.data)
        form.is_valid(raise_exception=True)
        query_move(by=caller(request), query=query, event=QueryEvent.ANSWER, **form.validated_data)
        return Response(OwnQueryOutput(query).data)


class QueryMoveInput(serializers.Serializer[Any]):
    """What the coordinator does; a further question needs words, closing and reopening may have some."""

    event = serializers.ChoiceField(choices=[QueryEvent.ASK, QueryEvent.CLOSE, QueryEvent.REOPEN])
    text = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True, default="")


class QueryMovesApi(APIView):
    """Asking further, closing, reopening."""

    @extend_schema(request=QueryMoveInput, responses=QueryOutput)
    @transaction.atomic
    def post(self, request: Request, query_id: uuid.UUID) -> Response:
        """Ask further, close a query or reopen it; 409 where its state does not allow it."""
        query = query_to_manage(caller(request), query_id)
        form = QueryMoveInput(data=request.data)
        form.is_valid(raise_exception=True)
        event = QueryEvent(form.validated_data["event"])
        query_move(by=caller(request), query=query, event=event, text=form.validated_data["text"])
        return Response(QueryOutput(query).data)
