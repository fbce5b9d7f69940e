"""Routes with which a coordinator settles what comes up while a reader study runs."""

import uuid
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_of, reader_study_for
from annotations.api.arbitration import ArbitrationCountsOutput
from annotations.api.reader_studies import MANAGE
from annotations.models import ReaderReplacement, ReaderStudy
from annotations.selectors.arbitration import arbitration_rule_of
from annotations.selectors.left import left_undone
from annotations.selectors.vacancies import Vacancy, replacements_of, vacancies_of
from annotations.services.replacements import places_to_arbitrators, reader_replace
from portal.accounts.authentication import caller


class LeftOutput(serializers.Serializer[Any]):
    """What is not done; `arbitrations` is null where nobody arbitrates."""

    unsigned = serializers.IntegerField(help_text="Reads that nobody can sign any more after the close.")
    begun = serializers.IntegerField(help_text="Those of them that have been opened.")
    reopened = serializers.IntegerField(help_text="Those of them whose signed revision stays in force.")
    arbitrations = ArbitrationCountsOutput(allow_null=True)
    vacant_cases = serializers.IntegerField(help_text="Cases that lack a reader after a withdrawal.")
    open_queries = serializers.IntegerField()


class LeftApi(APIView):
    """What is not done yet."""

    @extend_schema(responses=LeftOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Count what a close or a lock would leave as it is."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        return Response(LeftOutput(left_undone(reader_study=reader_study)).data)


class VacancyOutput(serializers.Serializer[Any]):
    """A withdrawn reader and the cases for which nobody else has been named."""

    withdrawn_id = serializers.UUIDField(source="withdrawn.pk")
    username = serializers.CharField(source="withdrawn.username")
    name = serializers.CharField(source="withdrawn.name")
    reason = serializers.CharField()
    cases = serializers.SerializerMethodField()

    def get_cases(self, vacancy: Vacancy) -> list[str]:
        """Name the cases."""
        return [case.name for case in vacancy.cases]


class ReplacementOutput(serializers.ModelSerializer[ReaderReplacement]):
    """Who reads whose cases, and why; without a reader the arbitrators decide them."""

    withdrawn = serializers.CharField(source="withdrawn.username")
    reader = serializers.CharField(source="reader.username", allow_null=True, default=None)
    replaced_by = serializers.CharField(source="replaced_by.username")
    number_of_cases = serializers.SerializerMethodField()

    class Meta:
        model = ReaderReplacement
        fields = ["withdrawn", "reader", "number_of_cases", "reason", "replaced_by", "created_at"]

    def get_number_of_cases(self, replacement: ReaderReplacement) -> int:
        """Count the cases."""
        return len(replacement.cases)


class ReplacementsOutput(serializers.Serializer[Any]):
    """The places of withdrawn readers: those that are vacant, and who took the others."""

    vacancies = VacancyOutput(many=True)
    replacements = ReplacementOutput(many=True)
    has_arbitrators = serializers.BooleanField(help_text="Whether cases can be left to arbitrators.")


class ReplacementInput(serializers.Serializer[Any]):
    """Whose places go to whom; without `user_id` the arbitrators decide over the read that is left."""

    withdrawn_id = serializers.UUIDField()
    user_id = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField(max_length=500)


class ReplacementsApi(APIView):
    """The places of readers who were withdrawn from a double reading."""

    @extend_schema(responses=ReplacementsOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the vacant places and who took the others."""
        return self._answer(reader_study_for(caller(request), reader_study_id, MANAGE))

    @extend_schema(request=ReplacementInput, responses={201: ReplacementsOutput})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Give a withdrawn reader's places to another reader, or their cases to the arbitrators.

        409 `no_vacancy reads_them_already withdrawn is_arbitrator knows_prevalence no_arbitrators nothing_signed`.
        """
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = ReplacementInput(data=request.data)
        form.is_valid(raise_exception=True)
        asked = dict(form.validated_data)
        withdrawn, user_id = reader_of(reader_study, asked.pop("withdrawn_id")), asked.pop("user_id")
        place = {"by": caller(request), "reader_study": reader_study, "withdrawn": withdrawn, **asked}
        if user_id is None:
            places_to_arbitrators(**place)
        else:
            reader_replace(user_id=user_id, **place)
        return self._answer(reader_study, status.HTTP_201_CREATED)

    def _answer(self, reader_study: ReaderStudy, code: int = status.HTTP_200_OK) -> Response:
        shown = {
            "vacancies": vacancies_of(reader_study=reader_study),
            "replacements": replacements_of(reader_study=reader_study),
            "has_arbitrators": arbitration_rule_of(reader_study=reader_study) is not None,
        }
        return Response(ReplacementsOutput(shown).data, status=code)
