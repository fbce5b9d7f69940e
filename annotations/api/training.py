"""Route of a reader's own training."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.models import ReaderStudy
from annotations.selectors.training import STATEMENT, training_of
from annotations.services.training import training_accept
from portal.accounts.authentication import caller
from portal.accounts.policy import Action


class TrainingOutput(serializers.Serializer[Any]):
    """How far the caller has come with the training cases (0 where there are none), and when they said it is done."""

    cases = serializers.IntegerField()
    signed = serializers.IntegerField()
    seen = serializers.IntegerField(help_text="Of how many the truth was looked at.")
    may_accept = serializers.BooleanField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    statement = serializers.CharField()


class TrainingApi(APIView):
    """The caller's training."""

    @extend_schema(responses=TrainingOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return how far it has come."""
        return self._answer(request, reader_study_for(caller(request), reader_study_id, Action.READ_OWN))

    @extend_schema(request=None, responses=TrainingOutput)
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Say that it is done, once for all; 409 `training_unfinished`."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READ_OWN)
        training_accept(by=caller(request), reader_study=reader_study)
        return self._answer(request, reader_study)

    def _answer(self, request: Request, reader_study: ReaderStudy) -> Response:
        training = training_of(reader_study=reader_study, reader=caller(request))
        shown = {**training._asdict(), "may_accept": training.may_accept, "statement": STATEMENT}
        return Response(TrainingOutput(shown).data)
