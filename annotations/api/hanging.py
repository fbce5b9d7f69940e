"""Routes of the hanging protocol and of the priors of a reader study's cases, for coordinators."""

import uuid
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import case_of, reader_study_for
from annotations.api.reading import ReadSeriesOutput
from annotations.api.shapes import CaseImagingStudyOutput
from annotations.domain.priors import MAXIMUM_PRIORS, days_between, interval_text
from annotations.models import Case, CasePrior, ReaderStudy
from annotations.selectors.case_images import further_with_series
from annotations.selectors.hanging import hanging_protocol_of, prior_candidates
from annotations.services import hanging as services
from annotations.services.case_images import case_images_describe
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.imaging.models import ImagingStudy

MANAGE = Action.READER_STUDY_MANAGE


class HangingProtocolOutput(serializers.Serializer[Any]):
    """The rules in force; version 0 while there are none of the reader study's own."""

    version = serializers.IntegerField()
    rules = serializers.ListField(child=serializers.DictField())
    shows_priors = serializers.BooleanField()
    shows_prior_marks = serializers.BooleanField()


class HangingContentInput(serializers.Serializer[Any]):
    """Rules, whose form is in `annotations.domain.hanging`, and what readers see of priors."""

    rules = serializers.JSONField()
    shows_priors = serializers.BooleanField()
    shows_prior_marks = serializers.BooleanField(default=False)


class HangingProtocolInput(HangingContentInput):
    """What to store, and what it was made from."""

    base = HangingContentInput(default=None, allow_null=True)


def hanging_of(reader_study: ReaderStudy) -> dict[str, Any]:
    """Return the protocol as the screens take it."""
    protocol = hanging_protocol_of(reader_study=reader_study)
    return {
        "version": protocol.version if protocol else 0,
        "rules": protocol.rules if protocol else [],
        "shows_priors": reader_study.shows_priors,
        "shows_prior_marks": reader_study.shows_prior_marks,
    }


class HangingProtocolApi(APIView):
    """The hanging protocol of a reader study."""

    @extend_schema(responses=HangingProtocolOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return the rules in force."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        return Response(HangingProtocolOutput(hanging_of(reader_study)).data)

    @extend_schema(request=HangingProtocolInput, responses=HangingProtocolOutput)
    @transaction.atomic
    def put(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Store a new version of the rules of a draft; 409 `stale_hanging_protocol` where `base` is not in force."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = HangingProtocolInput(data=request.data)
        form.is_valid(raise_exception=True)
        services.hanging_protocol_put(by=caller(request), reader_study=reader_study, **form.validated_data)
        return Response(HangingProtocolOutput(hanging_of(reader_study)).data)


class PriorCandidateOutput(CaseImagingStudyOutput):
    """An imaging study that may be a prior of the case."""

    body_part = serializers.CharField()
    interval = serializers.SerializerMethodField()

    def get_interval(self, study: ImagingStudy) -> str | None:
        """Say how long before the case's own study it was made."""
        return interval_text(days_between(self.context["current"].study_date, study.study_date))


class CasePriorsOutput(serializers.Serializer[Any]):
    """The priors of a case in order, and what could be one, the most relevant first."""

    chosen = serializers.ListField(child=serializers.UUIDField())
    candidates = PriorCandidateOutput(many=True)


class PriorsInput(serializers.Serializer[Any]):
    """The imaging studies that are to be the priors, the most relevant first."""

    imaging_study_ids = serializers.ListField(child=serializers.UUIDField(), max_length=100)
    base = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=100,
        default=None,
        allow_null=True,
        help_text="The priors from which the list was made.",
    )


class CasePriorsApi(APIView):
    """The priors of one case."""

    @extend_schema(responses=CasePriorsOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID, case_id: uuid.UUID) -> Response:
        """Return the priors chosen and those that could be."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        return self._answer(case_of(reader_study, case_id))

    @extend_schema(request=PriorsInput, responses=CasePriorsOutput)
    @transaction.atomic
    def put(self, request: Request, reader_study_id: uuid.UUID, case_id: uuid.UUID) -> Response:
        """Replace the priors of a case of a draft; 409 `stale_priors` where they are not `base` any more."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        case = case_of(reader_study, case_id)
        form = PriorsInput(data=request.data)
        form.is_valid(raise_exception=True)
        services.case_priors_put(by=caller(request), case=case, **form.validated_data)
        return self._answer(case)

    def _answer(self, case: Case) -> Response:
        answer = {
            "chosen": list(case.priors.values_list("imaging_study_id", flat=True)),
            "candidates": prior_candidates(case=case),
        }
        return Response(CasePriorsOutput(answer, context={"current": case.imaging_study}).data)


class SuggestInput(serializers.Serializer[Any]):
    """How many priors a case gets at most."""

    maximum = serializers.IntegerField(min_value=1, max_value=MAXIMUM_PRIORS, default=1)


class SuggestOutput(serializers.Serializer[Any]):
    """How many cases got priors."""

    cases = serializers.IntegerField()


class PriorsSuggestApi(APIView):
    """Priors for all cases that have none."""

    @extend_schema(request=SuggestInput, responses=SuggestOutput)
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Choose the most relevant priors of every case that has none."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = SuggestInput(data=request.data)
        form.is_valid(raise_exception=True)
        count = services.priors_suggest(by=caller(request), reader_study=reader_study, **form.validated_data)
        return Response(SuggestOutput({"cases": count}).data)


class PreviewStudyOutput(serializers.Serializer[Any]):
    """One imaging study of a case, as the reading room gets it."""

    name = serializers.CharField()
    is_prior = serializers.BooleanField()
    interval = serializers.CharField(allow_null=True)
    study_instance_uid = serializers.CharField()
    is_synthetic = serializers.BooleanField()
    series = ReadSeriesOutput(many=True)


class CaseImagesOutput(serializers.Serializer[Any]):
    """The images of a case for a preview of its hanging: the current studies first, then the priors."""

    studies = PreviewStudyOutput(many=True)


class CaseImagesApi(APIView):
    """The images of one case, before any reader sees them."""

    @extend_schema(responses=CaseImagesOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID, case_id: uuid.UUID) -> Response:
        """Return the series of the case and of all its priors."""
        case = case_of(reader_study_for(caller(request), reader_study_id, MANAGE), case_id)
        case_images_describe(case=case)
        priors = list(case.priors.select_related("imaging_study", "case__imaging_study"))
        further = further_with_series(case)
        studies = [_preview(case.imaging_study, "Current 1" if further else "Current")]
        studies += [_preview(one, f"Current {number}") for number, one in enumerate(further, start=2)]
        studies += [_preview_of_prior(case, one) for one in priors]
        return Response(CaseImagesOutput({"studies": studies}).data)


def _preview(study: ImagingStudy, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "is_prior": False,
        "interval": None,
        "study_instance_uid": study.study_instance_uid,
        "is_synthetic": study.is_synthetic,
        "series": study.series.all(),
    }


def _preview_of_prior(case: Case, prior: CasePrior) -> dict[str, Any]:
    study = prior.imaging_study
    interval = interval_text(days_between(case.imaging_study.study_date, study.study_date))
    return {**_preview(study, f"Prior {prior.position}"), "is_prior": True, "interval": interval}
