"""Routes of the terms that readers accept."""

import uuid
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.models import ReaderStudy
from annotations.selectors.terms import accepted_at, terms_of
from annotations.services.terms import terms_accept, terms_put
from portal.accounts.authentication import caller
from portal.accounts.policy import Action

LONGEST_TERMS = 20_000


class TermsOutput(serializers.Serializer[Any]):
    """The terms in force (version 0 and no words while there are none), and when the caller accepted them."""

    version = serializers.IntegerField()
    text = serializers.CharField()
    stored_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)


class TermsInput(serializers.Serializer[Any]):
    """The words of the next version; none ask readers for nothing."""

    text = serializers.CharField(max_length=LONGEST_TERMS, allow_blank=True)
    reason = serializers.CharField(
        max_length=1000, default="", allow_blank=True, help_text="Needed after the launch: the protocol is amended."
    )
    base = serializers.CharField(
        max_length=LONGEST_TERMS,
        default=None,
        allow_null=True,
        allow_blank=True,
        trim_whitespace=False,
        help_text="The words from which these were made.",
    )


def _answer(request: Request, reader_study: ReaderStudy) -> Response:
    terms = terms_of(reader_study=reader_study)
    shown = {
        "version": terms.version if terms else 0,
        "text": terms.text if terms else "",
        "stored_at": terms.created_at if terms else None,
        "accepted_at": accepted_at(terms=terms, reader=caller(request)),
    }
    return Response(TermsOutput(shown).data)


class TermsApi(APIView):
    """The terms of a reader study."""

    @extend_schema(responses=TermsOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return the terms in force."""
        return _answer(request, reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_VIEW))

    @extend_schema(request=TermsInput, responses=TermsOutput)
    @transaction.atomic
    def put(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Store a new version, which every reader accepts before opening the next case; 409 `stale_terms`."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE, lock=True)
        form = TermsInput(data=request.data)
        form.is_valid(raise_exception=True)
        terms_put(by=caller(request), reader_study=reader_study, **form.validated_data)
        return _answer(request, reader_study)


class TermsAcceptanceInput(serializers.Serializer[Any]):
    """Which version is accepted."""

    version = serializers.IntegerField(min_value=1)


class TermsAcceptanceApi(APIView):
    """Accepting the terms."""

    @extend_schema(request=TermsAcceptanceInput, responses=TermsOutput)
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Accept the version in force; 409 `terms_changed` for any other."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READ_OWN)
        form = TermsAcceptanceInput(data=request.data)
        form.is_valid(raise_exception=True)
        terms_accept(by=caller(request), reader_study=reader_study, **form.validated_data)
        return _answer(request, reader_study)
