"""Routes of the history of a read: revisions, what each changed, signatures, reopening."""

import uuid
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import read_history_for, read_to_reopen, reader_study_for
from annotations.domain.read_history import masked_changes, told_when_masked
from annotations.models import AssignmentState, Read, Reopening, Revision, Signature
from annotations.selectors.clinical_texts import texts_shown_with
from annotations.selectors.history import Step, difference_of, history_of, reads_of
from annotations.selectors.masking import is_masked
from annotations.services.reopening import read_reopen
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.pagination import OldestFirstPagination


def _viewed_history(request: Request, read_id: uuid.UUID) -> Read:
    read = read_history_for(caller(request), read_id)
    study_id = read.assignment.reader_study_id
    viewed(by=caller(request), reader_study_id=study_id, action="read.view_history", obj=read)
    return read


def _is_masked(request: Request, read: Read) -> bool:
    return is_masked(user=caller(request), reader_study=read.assignment.reader_study)


class RevisionOutput(serializers.ModelSerializer[Revision]):
    """One revision of a read; while its values are masked, without content, and without the digest of so little."""

    author = serializers.CharField(source="author.username")
    digest = serializers.SerializerMethodField()
    payload = serializers.SerializerMethodField()

    def get_digest(self, revision: Revision) -> str:
        """Return the SHA-256 of the content."""
        return "" if self.context["is_masked"] else revision.digest

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_payload(self, revision: Revision) -> Any:
        """Return the content as it was stored."""
        return None if self.context["is_masked"] else revision.payload

    class Meta:
        model = Revision
        fields = [
            "number",
            "base_number",
            "kind",
            "phase",
            "author",
            "provenance",
            "tool",
            "created_at",
            "digest",
            "payload",
        ]


class ReadRevisionsApi(APIView):
    """The history of a read."""

    @extend_schema(responses=RevisionOutput(many=True))
    def get(self, request: Request, read_id: uuid.UUID) -> Response:
        """List every revision, oldest first."""
        read = _viewed_history(request, read_id)
        context = {"is_masked": _is_masked(request, read)}
        return Response(RevisionOutput(read.revisions.select_related("author"), many=True, context=context).data)


class SignatureOutput(serializers.ModelSerializer[Signature]):
    """A signature, as it was made."""

    signed_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Signature
        fields = ["username", "full_name", "signed_at", "meaning", "meaning_text", "revision_digest"]


class ReopeningOutput(serializers.ModelSerializer[Reopening]):
    """Who reopened the read after this signature, and why."""

    by = serializers.CharField(source="reopened_by.username")

    class Meta:
        model = Reopening
        fields = ["by", "created_at", "reason"]


class ChangeOutput(serializers.Serializer[Any]):
    """One field that differs, in the words of the label schema."""

    field = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class HistoryStepOutput(serializers.Serializer[Any]):
    """One revision with what it changed of the one before it."""

    number = serializers.IntegerField(source="revision.number")
    kind = serializers.CharField(source="revision.kind")
    phase = serializers.CharField(source="revision.phase")
    author = serializers.CharField(source="revision.author.username")
    provenance = serializers.CharField(source="revision.provenance")
    created_at = serializers.DateTimeField(source="revision.created_at")
    digest = serializers.CharField(source="revision.digest")
    number_answered = serializers.SerializerMethodField()
    address = serializers.CharField(source="origin.address", default=None, allow_null=True)
    user_agent = serializers.CharField(source="origin.user_agent", default=None, allow_null=True)
    signature = SignatureOutput(allow_null=True)
    reopening = ReopeningOutput(allow_null=True)
    changes = ChangeOutput(many=True)

    def get_number_answered(self, step: Step) -> int:
        """Count the questions that have an answer."""
        # An answer that was taken back is kept as null.
        return sum(answer is not None for answer in step.revision.payload["answers"].values())


class FormQuestionOutput(serializers.Serializer[Any]):
    """A question of the read's form."""

    key = serializers.CharField()
    text = serializers.CharField()


class TextShownOutput(serializers.Serializer[Any]):
    """Which version of the case's clinical text was shown with the read, from when on in a phase."""

    version = serializers.IntegerField(source="clinical_text.version")
    phase = serializers.CharField(help_text="Of the blinding matrix: FIRST, SECOND or SIGNED.")
    revision_number = serializers.IntegerField(help_text="The read's newest revision at that time.")
    shown_at = serializers.DateTimeField(source="created_at")


class HistoryOutput(serializers.Serializer[Any]):
    """The history of a read."""

    read_id = serializers.UUIDField()
    reader = serializers.CharField()
    case = serializers.CharField()
    state = serializers.CharField()
    is_masked = serializers.BooleanField(help_text="Values are left out until the reader study is locked.")
    may_reopen = serializers.BooleanField()
    may_query = serializers.BooleanField()
    reader_study_id = serializers.UUIDField()
    questions = FormQuestionOutput(many=True)
    clinical_texts_shown = TextShownOutput(many=True)
    steps = HistoryStepOutput(many=True)


class ReadHistoryApi(APIView):
    """The history of a read, field by field."""

    @extend_schema(responses=HistoryOutput)
    def get(self, request: Request, read_id: uuid.UUID) -> Response:
        """List every revision with who made it, when, from where, and what it changed."""
        read = _viewed_history(request, read_id)
        assignment, is_hidden = read.assignment, _is_masked(request, read)
        shown = {
            "is_masked": is_hidden,
            "read_id": read.pk,
            "reader": assignment.reader.username,
            # A reader who meets a case again must not know it by its name.
            "case": assignment.name_shown if assignment.reader_id == caller(request).pk else assignment.case.name,
            "state": assignment.state,
            "may_reopen": read.signed_at is not None and assignment.reader_id != caller(request).pk,
            "may_query": assignment.reader_id != caller(request).pk,
            "reader_study_id": assignment.reader_study_id,
            "questions": read.label_schema.questions,
            "clinical_texts_shown": texts_shown_with(read=read),
            "steps": [_masked(step, read) if is_hidden else step for step in history_of(read=read)],
        }
        return Response(HistoryOutput(shown).data)


def _masked(step: Step, read: Read) -> Step:
    """Leave out values, and digests: of a read with few answers one could try them all."""
    questions = read.label_schema.questions
    told = told_when_masked(questions)
    step.revision.payload = {
        "answers": {key: one for key, one in step.revision.payload["answers"].items() if key in told}
    }
    step.revision.digest = ""
    if step.signature is not None:
        step.signature.revision_digest = ""
    return step._replace(changes=masked_changes(step.changes, questions))


class DifferenceQuery(serializers.Serializer[Any]):
    """Which revisions to compare: by default the newest with the one before it."""

    older = serializers.IntegerField(min_value=1, required=False)
    newer = serializers.IntegerField(min_value=1, required=False)


class ReadDifferenceApi(APIView):
    """Two revisions side by side."""

    @extend_schema(parameters=[DifferenceQuery], responses=ChangeOutput(many=True))
    def get(self, request: Request, read_id: uuid.UUID) -> Response:
        """List the fields in which two revisions differ."""
        read = _viewed_history(request, read_id)
        query = DifferenceQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        changes = difference_of(read=read, **query.validated_data)
        changes = masked_changes(changes, read.label_schema.questions) if _is_masked(request, read) else changes
        return Response(ChangeOutput(changes, many=True).data)


class ReopenInput(serializers.Serializer[Any]):
    """Why a signed read is given back."""

    reason = serializers.CharField(max_length=1000)


class ReadReopenApi(APIView):
    """Reopening a signed read."""

    @extend_schema(request=ReopenInput, responses=ReopeningOutput)
    @transaction.atomic
    def post(self, request: Request, read_id: uuid.UUID) -> Response:
        """Give a signed read back to its reader; the signature stays, and counts until there is a newer one."""
        read = read_to_reopen(caller(request), read_id)
        form = ReopenInput(data=request.data)
        form.is_valid(raise_exception=True)
        reopening = read_reopen(by=caller(request), read=read, **form.validated_data)
        return Response(ReopeningOutput(reopening).data)


class ReadListedOutput(serializers.ModelSerializer[Read]):
    """A read in a coordinator's list."""

    reader = serializers.CharField(source="assignment.reader.username")
    case = serializers.CharField(source="assignment.case.name")
    state = serializers.CharField(source="assignment.state")
    session = serializers.IntegerField(source="assignment.session.number")
    arm = serializers.CharField(source="assignment.arm.key")
    is_training = serializers.BooleanField(source="assignment.is_training")
    repeat_number = serializers.IntegerField(source="assignment.repeat_number")
    role = serializers.CharField(source="assignment.role")

    class Meta:
        model = Read
        fields = [
            "id",
            "reader",
            "case",
            "session",
            "arm",
            "is_training",
            "repeat_number",
            "role",
            "state",
            "revision_number",
            "active_ms",
            "opened_at",
            "signed_at",
        ]


class ReadsQuery(serializers.Serializer[Any]):
    """Which reads."""

    reader = serializers.UUIDField(required=False)
    session = serializers.IntegerField(min_value=1, required=False)
    arm = serializers.CharField(max_length=20, required=False)
    state = serializers.ChoiceField(choices=AssignmentState.choices, required=False)


class ReadsApi(APIView):
    """The reads of a reader study: who read what, and how far; nothing of the content."""

    pagination_class = OldestFirstPagination

    @extend_schema(parameters=[ReadsQuery], responses=ReadListedOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the reads that have been opened, oldest first."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        query = ReadsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = reads_of(reader_study=reader_study, **query.validated_data)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(found, request, view=self)
        return paginator.get_paginated_response(ReadListedOutput(page or [], many=True).data)
