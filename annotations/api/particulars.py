"""What a reader is told of a case beside its images, as far as the arm shows it in the phase that the read is in."""

import uuid
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import own_read_shown
from annotations.api.shapes import AnswerShownOutput
from annotations.services.particulars import other_readers_show
from portal.accounts.authentication import caller

# What an arm shows in one phase of a read must not lie in a cache in the next.
NOT_STORED = {"Cache-Control": "no-store"}


class PatientShownOutput(serializers.Serializer[Any]):
    """Of the patient: F, M, O or nothing, and the age in words."""

    sex = serializers.CharField()
    age = serializers.CharField()


class SiteShownOutput(serializers.Serializer[Any]):
    """Where and on what the images were made; empty where their header does not say."""

    institution = serializers.CharField()
    station = serializers.CharField()
    manufacturer = serializers.CharField()
    model = serializers.CharField()


class SeriesTextOutput(serializers.Serializer[Any]):
    """What was written at the scanner beside a series."""

    series_instance_uid = serializers.CharField()
    description = serializers.CharField()


class ClinicalTextOutput(serializers.Serializer[Any]):
    """What was written at the scanner, without the words that name somebody."""

    study_description = serializers.CharField()
    series = SeriesTextOutput(many=True)


class CaseTextOutput(serializers.Serializer[Any]):
    """The clinical text of the case, as the coordinator has given it; without words where only other cases have one."""

    version = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()


class PrevalenceShownOutput(serializers.Serializer[Any]):
    """How many of the cases with a truth are diseased."""

    positives = serializers.IntegerField()
    cases = serializers.IntegerField()


class ImagingStudyShownOutput(serializers.Serializer[Any]):
    """When and where one imaging study was made, and what was written beside it; null is hidden."""

    study_date = serializers.DateField(allow_null=True)
    site = SiteShownOutput(allow_null=True)
    clinical_text = ClinicalTextOutput(allow_null=True)


class FurtherShownOutput(ImagingStudyShownOutput):
    """The same of one that is read together with the first."""

    study_instance_uid = serializers.CharField()


class ParticularsOutput(ImagingStudyShownOutput):
    """What the arm shows of the case beside its images, in the phase that the read is in; null is hidden."""

    patient = PatientShownOutput(allow_null=True)
    further_imaging_studies = FurtherShownOutput(
        many=True, help_text="Of a case of several imaging studies those after the first; none while all is hidden."
    )
    case_text = CaseTextOutput(allow_null=True)
    prevalence = PrevalenceShownOutput(allow_null=True)
    ai_cells = serializers.ListField(child=serializers.CharField(), help_text="What the comparison shows now.")
    priors_shown = serializers.ListField(
        child=serializers.CharField(), help_text="Study Instance UIDs of the priors whose images can be fetched now."
    )
    other_readers_shown = serializers.BooleanField(help_text="Whether `reads/{id}/other-readers` answers now.")


class OtherReaderOutput(serializers.Serializer[Any]):
    """What somebody else signed on the case, under a letter of this case alone."""

    name = serializers.CharField()
    answers = AnswerShownOutput(many=True)


class ReadOtherReadersApi(APIView):
    """What other readers answered, where the arm shows it after signing."""

    @extend_schema(responses=OtherReaderOutput(many=True))
    @transaction.atomic
    def get(self, request: Request, read_id: uuid.UUID) -> Response:
        """Return the others' answers in words; 404 unless the read is signed and its arm shows them."""
        shown = other_readers_show(by=caller(request), read=own_read_shown(caller(request), read_id))
        return Response(OtherReaderOutput(shown, many=True).data, headers=NOT_STORED)
