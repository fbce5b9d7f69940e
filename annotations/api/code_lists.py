"""Routes of lists of codes: of the site, and of one reader study."""

import uuid
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import code_list_of, reader_study_for
from annotations.models import CodeList, ReaderStudy
from annotations.selectors.code_lists import code_lists_of, codes_found
from annotations.services.code_lists import code_list_import, code_list_remove
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.csv_upload import CsvParser, csv_text


class CodeListOutput(serializers.ModelSerializer[CodeList]):
    """A list of codes."""

    class Meta:
        model = CodeList
        fields = ["id", "name", "number_of_codes", "created_at"]


class CodeOutput(serializers.Serializer[Any]):
    """A code."""

    scheme = serializers.CharField()
    value = serializers.CharField()
    meaning = serializers.CharField()


def _listed(reader_study: ReaderStudy | None) -> Response:
    return Response(CodeListOutput(code_lists_of(reader_study=reader_study), many=True).data)


def _stored(request: Request, reader_study: ReaderStudy | None) -> Response:
    text, name = csv_text(request)
    made = code_list_import(by=caller(request), reader_study=reader_study, text=text, name=name)
    return Response(CodeListOutput(made).data, status=status.HTTP_201_CREATED)


class CodeListsApi(APIView):
    """The site's lists of codes."""

    parser_classes = [CsvParser, *CsvParser.multipart()]

    @extend_schema(responses=CodeListOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the site's lists."""
        return _listed(None)

    @extend_schema(request={"text/csv": OpenApiTypes.STR}, responses={201: CodeListOutput})
    def post(self, request: Request) -> Response:
        """Store a CSV (scheme, value, meaning) as a list of the site; every faulty row is named."""
        return _stored(request, None)


class CodeListApi(APIView):
    """One list of the site."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, site_list_id: uuid.UUID) -> Response:
        """Take a list away; forms keep the codes that they use."""
        code_list_remove(by=caller(request), code_list=code_list_of(None, site_list_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class StudyCodeListsApi(APIView):
    """A reader study's own lists of codes."""

    parser_classes = [CsvParser, *CsvParser.multipart()]

    @extend_schema(responses=CodeListOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the reader study's own lists."""
        return _listed(reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE))

    @extend_schema(request={"text/csv": OpenApiTypes.STR}, responses={201: CodeListOutput})
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Store a CSV (scheme, value, meaning) as a list of the reader study; every faulty row is named."""
        return _stored(request, reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE))


class StudyCodeListApi(APIView):
    """One list of a reader study."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, reader_study_id: uuid.UUID, code_list_id: uuid.UUID) -> Response:
        """Take a list away; the form keeps the codes that it uses."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        code_list_remove(by=caller(request), code_list=code_list_of(reader_study, code_list_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class StudyCodesApi(APIView):
    """Codes to choose from."""

    @extend_schema(
        parameters=[OpenApiParameter("search", OpenApiTypes.STR, description="Words of the meaning, or a value.")],
        responses=CodeOutput(many=True),
    )
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Search the lists of the reader study and of the site; at most 20 codes, the shortest meaning first."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        found = codes_found(reader_study=reader_study, search=request.query_params.get("search", "")[:200])
        return Response(CodeOutput(found, many=True).data)
