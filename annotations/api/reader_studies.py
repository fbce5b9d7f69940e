"""Routes with which a coordinator builds and watches a reader study."""

import uuid
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.api import shapes
from annotations.domain.truth_csv import example_csv
from annotations.models import ReaderStudy, ReferenceStandard
from annotations.selectors.launch import launch_check
from annotations.selectors.masking import is_truth_masked
from annotations.selectors.progress import counts_of, signed_by_case
from annotations.selectors.reader_studies import (
    cases_of,
    label_schema_of,
    members_of,
    reader_studies_of,
)
from annotations.selectors.truth import reference_standard_of, truths_of
from annotations.services import reader_studies as services
from annotations.services.cases import cases_with_images_put
from annotations.services.truth import reference_standard_import
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.policy import Action, Role
from portal.csv_upload import CsvParser, csv_text
from portal.pagination import CreatedCursorPagination

MANAGE = Action.READER_STUDY_MANAGE


def detail_response(request: Request, reader_study: ReaderStudy, http_status: int = status.HTTP_200_OK) -> Response:
    """Answer with a reader study."""
    context = {
        "user": caller(request),
        "counts": counts_of(reader_study_ids=[reader_study.pk], user=caller(request)),
        "label_schema": label_schema_of(reader_study=reader_study),
    }
    return Response(shapes.ReaderStudyDetailOutput(reader_study, context=context).data, status=http_status)


def _truth_viewed(request: Request, reader_study: ReaderStudy) -> None:
    standard = reference_standard_of(reader_study=reader_study)
    if standard is not None:
        viewed(by=caller(request), reader_study_id=reader_study.pk, action="reference_standard.view", obj=standard)


class ReaderStudiesApi(APIView):
    """The caller's reader studies."""

    pagination_class = CreatedCursorPagination

    @extend_schema(responses=shapes.ReaderStudyOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the reader studies in which the caller has a role."""
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(reader_studies_of(user=caller(request)), request, view=self) or []
        counts = counts_of(reader_study_ids=[row.pk for row in page], user=caller(request))
        context = {"user": caller(request), "counts": counts}
        return paginator.get_paginated_response(shapes.ReaderStudyOutput(page, many=True, context=context).data)

    @extend_schema(request=shapes.ReaderStudyInput, responses={201: shapes.ReaderStudyDetailOutput})
    def post(self, request: Request) -> Response:
        """Make a reader study in draft."""
        form = shapes.ReaderStudyInput(data=request.data)
        form.is_valid(raise_exception=True)
        reader_study = services.reader_study_create(by=caller(request), **form.validated_data)
        return detail_response(request, reader_study, status.HTTP_201_CREATED)


class ReaderStudyApi(APIView):
    """One reader study."""

    @extend_schema(responses=shapes.ReaderStudyDetailOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return a reader study."""
        return detail_response(request, reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_VIEW))

    @extend_schema(request=shapes.ReaderStudyPatch, responses=shapes.ReaderStudyDetailOutput)
    @transaction.atomic
    def patch(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Change a draft."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = shapes.ReaderStudyPatch(data=request.data)
        form.is_valid(raise_exception=True)
        services.reader_study_update(by=caller(request), reader_study=reader_study, changes=form.validated_data)
        return detail_response(request, reader_study)


class LabelSchemaApi(APIView):
    """The label schema, until the reading begins."""

    @extend_schema(request=shapes.LabelSchemaInput, responses=shapes.LabelSchemaOutput)
    @transaction.atomic
    def put(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Store a new version of the label schema."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = shapes.LabelSchemaInput(data=request.data)
        form.is_valid(raise_exception=True)
        schema = services.label_schema_put(by=caller(request), reader_study=reader_study, **form.validated_data)
        return Response(shapes.LabelSchemaOutput(schema).data)


class CasesApi(APIView):
    """The cases of a reader study."""

    @extend_schema(responses=shapes.CaseOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the cases with their truth."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        _truth_viewed(request, reader_study)
        return self._list(reader_study)

    @extend_schema(request=shapes.CasesInput, responses=shapes.CaseOutput(many=True))
    @transaction.atomic
    def put(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Replace the selection of a draft."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = shapes.CasesInput(data=request.data)
        form.is_valid(raise_exception=True)
        cases_with_images_put(by=caller(request), reader_study=reader_study, **form.validated_data)
        return self._list(reader_study)

    def _list(self, reader_study: ReaderStudy) -> Response:
        standard = reference_standard_of(reader_study=reader_study)
        is_hidden = is_truth_masked(user=caller(self.request), standard=standard)
        context = {
            "truths": {} if is_hidden else truths_of(reader_study=reader_study),
            "signed": signed_by_case(reader_study=reader_study),
        }
        cases = cases_of(reader_study=reader_study)
        return Response(shapes.CaseOutput(cases, many=True, context=context).data)


class MembersApi(APIView):
    """The members of a reader study."""

    @extend_schema(responses=shapes.MemberOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the members."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        return Response(shapes.MemberOutput(members_of(reader_study=reader_study), many=True).data)

    @extend_schema(request=shapes.MembersInput, responses=shapes.MemberOutput(many=True))
    @transaction.atomic
    def put(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Replace the members."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = shapes.MembersInput(data=request.data)
        form.is_valid(raise_exception=True)
        members, base = (
            None if rows is None else [(row["user_id"], Role(row["role"])) for row in rows]
            for rows in (form.validated_data["members"], form.validated_data["base"])
        )
        services.members_put(by=caller(request), reader_study=reader_study, members=members or [], base=base)
        return Response(shapes.MemberOutput(members_of(reader_study=reader_study), many=True).data)


class ReferenceStandardApi(APIView):
    """The reference standard of a reader study."""

    parser_classes = [CsvParser, *CsvParser.multipart()]

    @extend_schema(responses=shapes.ReferenceStandardOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return the version in force, counted; 204 when there is none yet."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        _truth_viewed(request, reader_study)
        return self._current(reader_study)

    @extend_schema(
        request={"text/csv": OpenApiTypes.STR},
        responses={200: shapes.ReferenceUploadOutput, 201: shapes.ReferenceUploadOutput},
    )
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Store a CSV as the next version; every faulty row is named and nothing is stored.

        What the newest version says already is answered with that version and 200: none is made.
        """
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        before = reference_standard_of(reader_study=reader_study)
        text, name = csv_text(request)
        standard = reference_standard_import(by=caller(request), reader_study=reader_study, text=text, name=name)
        vars(standard)["is_repeat"] = standard == before
        shown = shapes.ReferenceUploadOutput(standard, context=self._context(standard)).data
        return Response(shown, status=status.HTTP_200_OK if standard == before else status.HTTP_201_CREATED)

    def _current(self, reader_study: ReaderStudy) -> Response:
        standard = reference_standard_of(reader_study=reader_study)
        if standard is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(shapes.ReferenceStandardOutput(standard, context=self._context(standard)).data)

    def _context(self, standard: ReferenceStandard) -> dict[str, Any]:
        reader_study = standard.reader_study
        return {
            "cases": list(cases_of(reader_study=reader_study)),
            "truths": truths_of(reader_study=reader_study),
            "is_masked": is_truth_masked(user=caller(self.request), standard=standard),
        }


def csv_download(text: str, name: str) -> HttpResponse:
    """Answer with a CSV file."""
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


class ReferenceStandardExampleApi(APIView):
    """An example to fill in."""

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, reader_study_id: uuid.UUID) -> HttpResponse:
        """Return a CSV with one row for each case of this reader study."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        cases = cases_of(reader_study=reader_study)
        rows = [(case.name, case.imaging_study.study_instance_uid) for case in cases]
        return csv_download(example_csv(rows), "reference-standard-example.csv")


class LaunchCheckApi(APIView):
    """What is missing."""

    @extend_schema(responses=shapes.LaunchCheckOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Say what the reader study still lacks before it can be launched."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        return Response(shapes.LaunchCheckOutput(launch_check(reader_study=reader_study)).data)


class LaunchApi(APIView):
    """Launch."""

    @extend_schema(request=shapes.LaunchInput, responses=shapes.ReaderStudyDetailOutput)
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Draw the reading orders, make the assignments and open the reader study, or its pilot."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = shapes.LaunchInput(data=request.data)
        form.is_valid(raise_exception=True)
        services.reader_study_launch(by=caller(request), reader_study=reader_study, **form.validated_data)
        return detail_response(request, reader_study)


class CloseApi(APIView):
    """Close."""

    @extend_schema(request=None, responses=shapes.ReaderStudyDetailOutput)
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """End reading."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        services.reader_study_close(by=caller(request), reader_study=reader_study)
        return detail_response(request, reader_study)
