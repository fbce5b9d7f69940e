"""Routes of a double reading with arbitration: what the arbitrator sees and confirms, and how the cases stand."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import own_read, own_read_shown, reader_study_for
from annotations.api.labels import forms_of
from annotations.api.segments import anonymous_segment_response
from annotations.api.shapes import AnswerShownOutput
from annotations.domain.adjudication import ANSWERS, HIDDEN
from annotations.domain.arbitration import STANDINGS
from annotations.exporters.final_answers_csv import final_answers_csv_lines
from annotations.models import AssignmentRole, Read, ReaderStudy
from annotations.selectors.arbitration import (
    DoubleRead,
    arbitration_counts,
    arbitration_rule_of,
    cases_read_twice,
    double_reads_of,
    final_of,
    stale_arbitrations,
)
from annotations.selectors.masking import require_unmasked
from annotations.services.arbitration import arbitration_confirm, arbitration_segment, arbitration_show
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.models import User
from portal.accounts.passwords import require_own_password
from portal.accounts.policy import Action
from portal.errors import NotFound
from portal.moments import utc_text


class ArbitrationMarkOutput(serializers.Serializer[Any]):
    """A mark of a reader, with the number of its finding and the question that it answers."""

    id = serializers.CharField()
    finding = serializers.IntegerField()
    text = serializers.CharField()
    geometry = serializers.DictField()


class ArbitrationReaderOutput(serializers.Serializer[Any]):
    """What one reader signed, under a letter of this case alone."""

    name = serializers.CharField()
    answers = AnswerShownOutput(many=True)
    marks = ArbitrationMarkOutput(many=True)
    segments = ArbitrationMarkOutput(many=True, help_text="Their voxels: `.../segments/{sha256}`.")


class ArbitrationOutput(serializers.Serializer[Any]):
    """What the arbitrator of a case sees of its two reads."""

    shows = serializers.ChoiceField(choices=[ANSWERS, HIDDEN])
    readers = ArbitrationReaderOutput(many=True)
    differences = serializers.ListField(child=serializers.CharField(), help_text="Questions on which they differ.")
    is_stale = serializers.BooleanField(help_text="It was signed over reads that have changed since.")
    may_confirm = serializers.BooleanField()


class ReadArbitrationApi(APIView):
    """The two reads over which the caller arbitrates."""

    @extend_schema(responses=ArbitrationOutput)
    @transaction.atomic
    def get(self, request: Request, read_id: uuid.UUID) -> Response:
        """Return the two reads as far as the design shows them; 404 for a read that is no arbitration."""
        shown = arbitration_show(by=caller(request), read=_own_arbitration(caller(request), read_id, lock=True))
        return Response(ArbitrationOutput(shown).data, headers={"Cache-Control": "no-store"})


class ReadArbitrationSegmentApi(APIView):
    """The voxels of a segment that one of the two readers has painted."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, read_id: uuid.UUID, sha256: str) -> HttpResponse:
        """Return the voxels as run lengths per slice; 404 unless the arbitrator was shown a segment of this digest."""
        read = _own_arbitration(caller(request), read_id)
        found = arbitration_segment(by=caller(request), read=read, sha256=sha256)
        return anonymous_segment_response(found, sha256)


def _own_arbitration(user: User, read_id: uuid.UUID, *, lock: bool = False) -> Read:
    """Return the caller's own arbitration as far as the protocol shows it.

    Where it hides what one has signed, the two reads of a stale one are shown all the same: it can only be confirmed
    by who has seen them. The arbitrator's own read stays hidden.
    """
    read = own_read(user, read_id, lock=lock)
    if read.assignment.role != AssignmentRole.ARBITRATION:
        raise NotFound
    if not stale_arbitrations(reader_study=read.assignment.reader_study, assignments=[read.assignment]):
        own_read_shown(user, read_id)
    return read


class ConfirmationInput(serializers.Serializer[Any]):
    """Why an arbitration stands, and the password of its arbitrator."""

    reason = serializers.CharField(max_length=1000)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class ReadArbitrationConfirmationApi(APIView):
    """Letting an arbitration stand."""

    @extend_schema(request=ConfirmationInput, responses=ArbitrationOutput)
    def post(self, request: Request, read_id: uuid.UUID) -> Response:
        """Confirm a signed arbitration whose reads have changed since; 409 `reads_open`, `reads_changed`."""
        _own_arbitration(caller(request), read_id)
        form = ConfirmationInput(data=request.data)
        form.is_valid(raise_exception=True)
        require_own_password(request._request, user=caller(request), password=form.validated_data["password"])
        with transaction.atomic():
            read = _own_arbitration(caller(request), read_id, lock=True)
            arbitration_confirm(by=caller(request), read=read, reason=form.validated_data["reason"])
            return Response(ArbitrationOutput(arbitration_show(by=caller(request), read=read)).data)


class DoubleReadOutput(serializers.Serializer[Any]):
    """A case of a double reading: who reads it, and where it stands; nothing of the answers."""

    case = serializers.CharField(source="case.name")
    standing = serializers.ChoiceField(choices=list(STANDINGS.items()))
    standing_text = serializers.SerializerMethodField()
    readers = serializers.SerializerMethodField()
    arbitrator = serializers.SerializerMethodField()
    read_id = serializers.SerializerMethodField()

    def get_standing_text(self, double: DoubleRead) -> str:
        """Say it in words."""
        return STANDINGS[double.standing]

    def get_readers(self, double: DoubleRead) -> list[str]:
        """Name the readers by username, which is not the order of their letters."""
        return sorted(one.reader.username for one in double.readers)

    def get_arbitrator(self, double: DoubleRead) -> str | None:
        """Name the arbitrator; null while there is none."""
        return double.arbitration.reader.username if double.arbitration else None

    def get_read_id(self, double: DoubleRead) -> str | None:
        """Return the arbitrator's read; null while it has not been opened."""
        read = getattr(double.arbitration, "read", None)
        return str(read.pk) if read else None


class ArbitrationCountsOutput(serializers.Serializer[Any]):
    """How many arbitrations wait for their arbitrator, are open, done, or stale: to be confirmed or read anew."""

    waiting = serializers.IntegerField()
    open = serializers.IntegerField()
    done = serializers.IntegerField()
    stale = serializers.IntegerField()


class DoubleReadingOutput(serializers.Serializer[Any]):
    """The cases of a double reading; `counts` is null where nobody arbitrates."""

    counts = ArbitrationCountsOutput(allow_null=True)
    cases = DoubleReadOutput(many=True)


class DoubleReadingApi(APIView):
    """How the cases of a double reading stand."""

    @extend_schema(responses=DoubleReadingOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the cases that two readers read; none where the design has no arbitration."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        shown = {
            "counts": arbitration_counts(reader_study=reader_study),
            "cases": list(_double_reads(reader_study, with_answers=False)),
        }
        return Response(DoubleReadingOutput(shown).data)


class FinalAnswersApi(APIView):
    """The final answer of each case of a double reading."""

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, reader_study_id: uuid.UUID) -> StreamingHttpResponse:
        """Return one row for each case: the arbitrator's answers, or where nobody had to arbitrate the common ones."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        require_unmasked(user=caller(request), reader_study=reader_study)
        viewed(
            by=caller(request),
            reader_study_id=reader_study_id,
            action="labels.view",
            obj=reader_study,
            detail={"format": "final-answers.csv"},
        )
        lines = final_answers_csv_lines(_final_rows(reader_study), forms_of(reader_study))
        return StreamingHttpResponse(
            (line.encode() for line in lines),
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": f'attachment; filename="final-answers-{reader_study.pk}.csv"',
                "Cache-Control": "no-store",
            },
        )


def _double_reads(reader_study: ReaderStudy, *, with_answers: bool = True) -> Iterator[DoubleRead]:
    if reader_study.state == "DRAFT" or arbitration_rule_of(reader_study=reader_study) is None:
        return iter(())
    cases = cases_read_twice(reader_study=reader_study)
    return double_reads_of(reader_study=reader_study, cases=cases, with_answers=with_answers)


def _final_rows(reader_study: ReaderStudy) -> Iterator[dict[str, Any]]:
    for double in _double_reads(reader_study):
        final = final_of(double=double)
        read = getattr(double.arbitration, "read", None)
        last = list(double.arbitration.arbitration_steps.all())[-1:] if double.arbitration else []
        answers, findings = final or ({}, None)
        yield {
            "case": double.case.name,
            "case_id": str(double.case.pk),
            "standing": double.standing,
            "source": {"AGREED": "READERS", "DONE": "ARBITRATION"}.get(double.standing, ""),
            "arbitrator": double.arbitration.reader.username if double.arbitration else "",
            "readers": " ".join(sorted(one.reader.username for one in double.readers)),
            "revision_ids": " ".join(double.revision_ids),
            "arbitration_revision_id": str(read.signed_revision_id) if read and read.signed_revision_id else "",
            "settled_at": utc_text(last[0].created_at) if last and double.standing == "DONE" else "",
            "schema_version": _form_version(double) if final else "",
            "answers": answers,
            "findings": findings,
        }


def _form_version(double: DoubleRead) -> int:
    """Return the version of the form with which the final answers were given; readers may all be withdrawn by then."""
    deciding = double.arbitration or double.readers[0]
    return int(deciding.read.label_schema.version)
