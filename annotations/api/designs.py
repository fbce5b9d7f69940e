"""Routes of the design, and of the life of a launched reader study."""

import uuid
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import case_of, reader_of, reader_study_for
from annotations.api.reader_studies import MANAGE, detail_response
from annotations.api.shapes import ReaderStudyDetailOutput
from annotations.domain.blinding import CELLS, matrix
from annotations.domain.designs import KIND_NAMES, blinding_warnings, number_of_reads
from annotations.models import Assignment, ReaderStudy
from annotations.selectors.designs import (
    calendar_problems_of,
    design_of,
    design_version_of,
    drawn_readers_of,
    fitting_problems_of,
    plan_of,
)
from annotations.selectors.reader_studies import cases_of
from annotations.selectors.readers import readers_running
from annotations.services.designs import design_put
from annotations.services.late_readers import reader_join
from annotations.services.reader_studies import reader_dates_put, reader_study_move
from annotations.services.withdrawals import case_withdraw, reader_withdraw
from portal.accounts.authentication import caller
from portal.errors import Invalid


class DesignProblemOutput(serializers.Serializer[Any]):
    """What keeps the design from being drawn, or only makes it uneven."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class PlanPartOutput(serializers.Serializer[Any]):
    """Reads of one kind."""

    session = serializers.IntegerField()
    arm = serializers.CharField()
    is_training = serializers.BooleanField()
    is_repeat = serializers.BooleanField()
    reads = serializers.IntegerField()


class PlanRowOutput(serializers.Serializer[Any]):
    """What one reader reads."""

    reader = serializers.CharField()
    reads = serializers.IntegerField()
    parts = PlanPartOutput(many=True)


class BlindingCellOutput(serializers.Serializer[Any]):
    """A row of the blinding matrix."""

    key = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField()
    is_switchable = serializers.BooleanField()
    default = serializers.CharField()
    phases = serializers.ListField(child=serializers.CharField(), help_text="The phases that a protocol may show.")
    why = serializers.CharField(help_text="Why the other phases stay hidden.")
    comes_with_case = serializers.BooleanField(help_text="The same in the first and the second read.")


class BlindingWarningOutput(serializers.Serializer[Any]):
    """What a reviewer would ask about who sees what."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class DesignOutput(serializers.Serializer[Any]):
    """The design in force and what it comes to; version 0 is the one every reader study begins with."""

    version = serializers.IntegerField()
    design = serializers.DictField()
    kinds = serializers.DictField(child=serializers.CharField())
    problems = DesignProblemOutput(many=True)
    number_of_reads = serializers.IntegerField()
    plan = PlanRowOutput(many=True, allow_null=True)
    cells = BlindingCellOutput(many=True)
    matrix = serializers.DictField(help_text="Arm -> cell -> phase -> whether it is shown.")
    warnings = BlindingWarningOutput(many=True)


class DesignInput(serializers.Serializer[Any]):
    """A design; its form is `annotations/domain/schemas/design.schema.json`."""

    design = serializers.JSONField()
    base = serializers.JSONField(default=None, allow_null=True, help_text="The design from which it was made.")


class DesignApi(APIView):
    """The design of a reader study."""

    @extend_schema(responses=DesignOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return the design with its plan and its blinding matrix."""
        return self._answer(reader_study_for(caller(request), reader_study_id, MANAGE))

    @extend_schema(request=DesignInput, responses=DesignOutput)
    @transaction.atomic
    def put(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Store a new version of the design of a draft; 409 `stale_design` where `base` is not the design in force."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = DesignInput(data=request.data)
        form.is_valid(raise_exception=True)
        design_put(by=caller(request), reader_study=reader_study, **form.validated_data)
        return self._answer(reader_study)

    def _answer(self, reader_study: ReaderStudy) -> Response:
        stored, design = design_version_of(reader_study=reader_study), design_of(reader_study=reader_study)
        plan = plan_of(reader_study=reader_study)
        readers = drawn_readers_of(reader_study=reader_study, design=design).count()
        problems = [
            *fitting_problems_of(reader_study=reader_study),
            *calendar_problems_of(reader_study=reader_study),
        ]
        expected = number_of_reads(design, readers=readers, cases=cases_of(reader_study=reader_study).count())
        answer = {
            "version": stored.version if stored else 0,
            "design": design,
            "kinds": KIND_NAMES,
            "problems": [one._asdict() for one in problems],
            "number_of_reads": sum(row["reads"] for row in plan) if plan else expected,
            "plan": plan,
            "cells": [
                {"key": key, "is_switchable": cell.is_switchable, **cell._asdict()} for key, cell in CELLS.items()
            ],
            "matrix": {arm["key"]: matrix(arm["ai_display"], arm["blinding"]) for arm in design["arms"]},
            "warnings": [one._asdict() for one in blinding_warnings(design)],
        }
        return Response(DesignOutput(answer).data)


class MoveInput(serializers.Serializer[Any]):
    """What to do with a launched reader study."""

    event = serializers.ChoiceField(choices=["begin", "pause", "resume", "close", "lock"])
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class MoveApi(APIView):
    """The life of a launched reader study."""

    @extend_schema(request=MoveInput, responses=ReaderStudyDetailOutput)
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Begin after a pilot, pause, resume, close or lock."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = MoveInput(data=request.data)
        form.is_valid(raise_exception=True)
        reader_study_move(by=caller(request), reader_study=reader_study, **form.validated_data)
        return detail_response(request, reader_study)


class WithdrawalOutput(serializers.ModelSerializer[Assignment]):
    """An assignment that was withdrawn, with its reader or with its case; what had been read by then is kept."""

    withdrawn = serializers.SerializerMethodField()
    is_begun = serializers.SerializerMethodField()
    is_signed = serializers.SerializerMethodField()
    reader = serializers.CharField(source="reader.username")
    case = serializers.CharField(source="case.name")
    session = serializers.IntegerField(source="session.number")
    reason = serializers.CharField(source="void_reason")

    class Meta:
        model = Assignment
        fields = [
            "id",
            "withdrawn",
            "reader",
            "case",
            "session",
            "reason",
            "voided_at",
            "is_begun",
            "is_signed",
        ]

    @extend_schema_field(serializers.ChoiceField(choices=["READER", "CASE"]))
    def get_withdrawn(self, assignment: Assignment) -> str:
        """Say what was withdrawn; a case that is withdrawn takes every assignment that is left of it."""
        case_at, own_at = assignment.case.withdrawn_at, assignment.voided_at
        return "CASE" if case_at and own_at and own_at >= case_at else "READER"

    def get_is_begun(self, assignment: Assignment) -> bool:
        """Say whether there is a read."""
        return hasattr(assignment, "read")

    def get_is_signed(self, assignment: Assignment) -> bool:
        """Say whether its read had been signed."""
        return hasattr(assignment, "read") and assignment.read.signed_revision_id is not None


class WithdrawalInput(serializers.Serializer[Any]):
    """Who or what is withdrawn: a reader or a case."""

    reader_id = serializers.UUIDField(required=False)
    case_id = serializers.UUIDField(required=False)
    reason = serializers.CharField(max_length=500)


class WithdrawalsApi(APIView):
    """Readers and cases withdrawn after the launch."""

    @extend_schema(responses=WithdrawalOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the withdrawn assignments with their reasons."""
        return self._list(reader_study_for(caller(request), reader_study_id, MANAGE))

    @extend_schema(request=WithdrawalInput, responses=WithdrawalOutput(many=True))
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Withdraw a reader or a case: access ends at once, the reads are kept and left out of the analysis."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = WithdrawalInput(data=request.data)
        form.is_valid(raise_exception=True)
        reader_id, case_id = form.validated_data.get("reader_id"), form.validated_data.get("case_id")
        reason, by = form.validated_data["reason"], caller(request)
        if (reader_id is None) == (case_id is None):
            detail = "Name either a reader or a case."
            raise Invalid(detail, errors=[{"field": "reader_id", "code": "one_of", "detail": detail}])
        if reader_id is not None:
            reader_withdraw(by=by, reader_study=reader_study, reader=reader_of(reader_study, reader_id), reason=reason)
        elif case_id is not None:
            case_withdraw(by=by, reader_study=reader_study, case=case_of(reader_study, case_id), reason=reason)
        return self._list(reader_study)

    def _list(self, reader_study: ReaderStudy) -> Response:
        rows = reader_study.assignments.filter(voided_at__isnull=False).select_related(
            "reader", "case", "session", "read"
        )
        return Response(WithdrawalOutput(rows.order_by("voided_at", "reader__username", "position"), many=True).data)


class ReaderDatesOutput(serializers.Serializer[Any]):
    """When a reader reads (null is no limit), how far they are, and whether they are late."""

    reader_id = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    total = serializers.IntegerField()
    begun = serializers.IntegerField()
    signed = serializers.IntegerField()
    is_overdue = serializers.BooleanField()
    is_withdrawn = serializers.BooleanField()
    terms_accepted_at = serializers.DateTimeField(allow_null=True)
    training_accepted_at = serializers.DateTimeField(allow_null=True)


class LateReaderInput(serializers.Serializer[Any]):
    """Who joins a running reader study as a reader, and why."""

    user_id = serializers.UUIDField()
    reason = serializers.CharField(max_length=500)


class LateReadersApi(APIView):
    """Readers who join after the launch."""

    @extend_schema(request=LateReaderInput, responses={201: ReaderDatesOutput(many=True)})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Draw the reader's list with the stored seed; the other lists stay as they were drawn."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = LateReaderInput(data=request.data)
        form.is_valid(raise_exception=True)
        reader_join(by=caller(request), reader_study=reader_study, **form.validated_data)
        readers = readers_running(reader_study=reader_study)
        return Response(ReaderDatesOutput(readers, many=True).data, status=201)


class ReaderDatesInput(serializers.Serializer[Any]):
    """When a reader reads."""

    reader_id = serializers.UUIDField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField(
        max_length=1000, default="", allow_blank=True, help_text="Needed after the launch: the protocol is amended."
    )


class ReaderDatesApi(APIView):
    """The first and last day of reading of each reader."""

    @extend_schema(responses=ReaderDatesOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the readers' dates."""
        return self._list(reader_study_for(caller(request), reader_study_id, MANAGE))

    @extend_schema(request=ReaderDatesInput, responses=ReaderDatesOutput(many=True))
    @transaction.atomic
    def put(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Set the dates of one reader, before the launch or after it."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = ReaderDatesInput(data=request.data)
        form.is_valid(raise_exception=True)
        reader = reader_of(reader_study, form.validated_data.pop("reader_id"))
        reader_dates_put(by=caller(request), reader_study=reader_study, reader=reader, **form.validated_data)
        return self._list(reader_study)

    def _list(self, reader_study: ReaderStudy) -> Response:
        return Response(ReaderDatesOutput(readers_running(reader_study=reader_study), many=True).data)
