"""Routes of the clinical texts of the cases: typed, imported with a preview, exported, and their versions."""

import uuid
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import case_of, reader_study_for
from annotations.api.reader_studies import MANAGE, csv_download
from annotations.domain.clinical_text import CHANGES, LONGEST_TEXT, MAXIMUM_ROWS, WARNINGS, clinical_csv
from annotations.models import ClinicalText, ReaderStudy
from annotations.selectors.clinical_texts import CaseText, case_texts_of, digest_of, versions_of
from annotations.services.clinical_texts import (
    TextLook,
    TextWanted,
    clinical_csv_look,
    clinical_texts_look,
    clinical_texts_put,
    require_looked_at,
)
from portal.accounts.authentication import caller
from portal.csv_upload import CsvParser, csv_text
from portal.moments import utc_text

# A text is longer while it is sent: line ends are made one, and blanks at the ends of lines go.
LONGEST_SENT = 2 * LONGEST_TEXT
NOT_STORED = {"Cache-Control": "no-store"}


class CaseClinicalTextOutput(serializers.Serializer[Any]):
    """A case and its clinical text in force; version 0 and no words where there was never one."""

    case_id = serializers.UUIDField(source="case.pk")
    case = serializers.CharField(source="case.name")
    text = serializers.CharField()
    version = serializers.IntegerField()
    stored_at = serializers.DateTimeField(source="newest.created_at", default=None, allow_null=True)
    stored_by = serializers.CharField(source="newest.created_by.username", default=None, allow_null=True)
    number_shown = serializers.IntegerField(help_text="Reads with which a version of it was shown.")


class ClinicalTextsOutput(serializers.Serializer[Any]):
    """The clinical texts of all cases in force, in the coordinator's order."""

    number_with_text = serializers.IntegerField()
    longest_text = serializers.IntegerField(help_text="The most characters that a text may have.")
    digest = serializers.CharField(help_text="SHA-256 of the texts in force, as the protocol names it.")
    texts = CaseClinicalTextOutput(many=True)


class ClinicalTextInput(serializers.Serializer[Any]):
    """The words that a case is to have; none take its text away."""

    case = serializers.CharField(max_length=40)
    text = serializers.CharField(max_length=LONGEST_SENT, allow_blank=True, trim_whitespace=False)
    base_version = serializers.IntegerField(
        min_value=0, default=None, allow_null=True, help_text="The version from which they were made."
    )


class ClinicalTextsInput(serializers.Serializer[Any]):
    """Texts to store; cases that are not named keep theirs."""

    texts = serializers.ListField(child=ClinicalTextInput(), min_length=1, max_length=MAXIMUM_ROWS)
    accept_warnings = serializers.BooleanField(
        default=False, help_text="Store also texts that may say who the patient is; the audit trail notes it."
    )
    reason = serializers.CharField(
        max_length=1000, default="", allow_blank=True, help_text="Needed after the launch: the protocol is amended."
    )


def _answer(reader_study: ReaderStudy) -> Response:
    texts = case_texts_of(reader_study=reader_study)
    shown = {
        "number_with_text": sum(bool(one.text) for one in texts),
        "longest_text": LONGEST_TEXT,
        "digest": digest_of(texts),
        "texts": texts,
    }
    return Response(ClinicalTextsOutput(shown).data, headers=NOT_STORED)


class ClinicalTextsApi(APIView):
    """The clinical texts of a reader study."""

    @extend_schema(responses=ClinicalTextsOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return the text in force of every case."""
        return _answer(reader_study_for(caller(request), reader_study_id, MANAGE))

    @extend_schema(request=ClinicalTextsInput, responses=ClinicalTextsOutput)
    def put(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Store texts as new versions, all of them or none; 409 `identifies_patient`, 409 `stale_clinical_texts`."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        form = ClinicalTextsInput(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = [TextWanted(**one) for one in form.validated_data["texts"]]
        # Before the transaction: the headers of the images are read for it.
        looks = clinical_texts_look(reader_study=reader_study, wanted=wanted)
        if not form.validated_data["accept_warnings"]:
            require_looked_at(looks)
        with transaction.atomic():
            reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
            reason = form.validated_data["reason"]
            clinical_texts_put(by=caller(request), reader_study=reader_study, looks=looks, reason=reason)
            return _answer(reader_study)


class ClinicalTextsCsvApi(APIView):
    """The clinical texts as a file."""

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, reader_study_id: uuid.UUID) -> HttpResponse:
        """Return a row for each case, with or without a text; changed, it can be read again."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        rows = [_csv_row(one) for one in case_texts_of(reader_study=reader_study)]
        return csv_download(clinical_csv(rows), "clinical-texts.csv")


def _csv_row(one: CaseText) -> dict[str, Any]:
    newest = one.newest
    return {
        "case": one.case.name,
        "text": one.text,
        "version": one.version or None,
        "stored_at": utc_text(newest.created_at) if newest else None,
        "stored_by": newest.created_by.username if newest else None,
    }


class TextWarningOutput(serializers.Serializer[Any]):
    """What of the patient a text holds, and in which lines; its words are not repeated."""

    code = serializers.ChoiceField(choices=list(WARNINGS))
    detail = serializers.CharField()


class ClinicalTextLookOutput(serializers.Serializer[Any]):
    """What a row of the file would do."""

    row = serializers.IntegerField()
    case = serializers.CharField(source="case.name")
    before = serializers.CharField()
    text = serializers.CharField()
    change = serializers.ChoiceField(choices=CHANGES)
    base_version = serializers.IntegerField()
    warnings = TextWarningOutput(many=True)


class ClinicalTextsPreviewOutput(serializers.Serializer[Any]):
    """What a file would do; nothing is stored. What changes is sent as JSON to store it."""

    counts = serializers.SerializerMethodField()
    ignored_columns = serializers.ListField(child=serializers.CharField())
    rows = ClinicalTextLookOutput(many=True)

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_counts(self, shown: dict[str, Any]) -> dict[str, int]:
        """Count the rows by what they would do."""
        looks: list[TextLook] = shown["rows"]
        return {change: sum(one.change == change for one in looks) for change in CHANGES}


class ClinicalTextsPreviewApi(APIView):
    """Looking at a file before it is stored."""

    parser_classes = [CsvParser, *CsvParser.multipart()]

    @extend_schema(request={"text/csv": OpenApiTypes.STR}, responses=ClinicalTextsPreviewOutput)
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Say what a CSV with the columns case and text would change, and what of a patient its texts hold."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        text, _ = csv_text(request)
        looks, ignored = clinical_csv_look(reader_study=reader_study, text=text)
        shown = {"rows": looks, "ignored_columns": ignored}
        return Response(ClinicalTextsPreviewOutput(shown).data, headers=NOT_STORED)


class ClinicalTextVersionOutput(serializers.ModelSerializer[ClinicalText]):
    """One version of a case's text."""

    stored_at = serializers.DateTimeField(source="created_at")
    stored_by = serializers.CharField(source="created_by.username")

    class Meta:
        model = ClinicalText
        fields = ["version", "text", "stored_at", "stored_by"]


class CaseClinicalTextsApi(APIView):
    """The versions of one case's text."""

    @extend_schema(responses=ClinicalTextVersionOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID, case_id: uuid.UUID) -> Response:
        """List every version, newest first; one without words took the text away."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        versions = versions_of(case=case_of(reader_study, case_id))
        return Response(ClinicalTextVersionOutput(versions, many=True).data, headers=NOT_STORED)
