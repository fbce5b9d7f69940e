"""Routes of analysis plans."""

import uuid
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.models import ReaderStudy
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.pagination import CreatedCursorPagination
from validation.access import analysis_plan_for
from validation.models import AnalysisPlan, AnalysisPlanLock
from validation.plans.choices import plan_choices
from validation.plans.document import endpoint_named
from validation.plans.facts import StudyFacts
from validation.plans.proposal import proposed_plan
from validation.plans.rules import plan_findings
from validation.plans.wording import plan_sentences
from validation.selectors.plans import is_truth_locked, plans_of, results_so_far, runs_under_way, study_facts
from validation.services.plans import LONGEST_REASON, plan_lock, plan_save


class PlanInput(serializers.Serializer[Any]):
    """A plan to be kept, made from version `base` (0: from nothing)."""

    plan = serializers.JSONField()
    base = serializers.IntegerField(min_value=0)
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST_REASON)


class PlanDocumentInput(serializers.Serializer[Any]):
    """A plan that is being written."""

    plan = serializers.JSONField()


class PlanLockOutput(serializers.ModelSerializer[AnalysisPlanLock]):
    """Who fixed a version, when, and what was known by then."""

    class Meta:
        model = AnalysisPlanLock
        fields = ["username", "created_at", "truth_was_locked", "results_before"]


class PlanOutput(serializers.ModelSerializer[AnalysisPlan]):
    """A version of the plan, without its content."""

    created_by = serializers.CharField(source="created_by.username")
    lock = serializers.SerializerMethodField()

    class Meta:
        model = AnalysisPlan
        fields = ["id", "number", "reason", "created_by", "created_at", "digest", "lock"]

    @extend_schema_field(PlanLockOutput(allow_null=True))
    def get_lock(self, plan: AnalysisPlan) -> Any:
        """Return its lock, None while there is none."""
        return PlanLockOutput(plan.lock).data if hasattr(plan, "lock") else None


class ArmFactsOutput(serializers.Serializer[Any]):
    """An arm that a plan can name."""

    key = serializers.CharField()
    name = serializers.CharField()
    ai_display = serializers.CharField()
    readers = serializers.IntegerField()


class PlanLayerOutput(serializers.Serializer[Any]):
    """An operating layer through which its scores can go."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    operating_point = serializers.FloatField(help_text="Its own: a probability.")


class PlanModelOutput(serializers.Serializer[Any]):
    """An AI version that a plan can name."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    is_located = serializers.BooleanField()
    operating_point = serializers.FloatField(allow_null=True)
    layers = PlanLayerOutput(many=True)


class PlanKnownOutput(serializers.Serializer[Any]):
    """What is known of the answers by now, and would be kept with a lock."""

    truth_is_locked = serializers.BooleanField()
    results = serializers.IntegerField()
    runs_under_way = serializers.IntegerField(help_text="While there are some a plan cannot be locked.")


class LocatedFindingOutput(serializers.Serializer[Any]):
    """A located finding that readers mark."""

    key = serializers.CharField()
    text = serializers.CharField()


class StudyFactsOutput(serializers.Serializer[Any]):
    """What the reader study offers a plan."""

    arms = ArmFactsOutput(many=True)
    sessions = serializers.ListField(child=serializers.IntegerField())
    is_fully_crossed = serializers.BooleanField()
    cases = serializers.IntegerField()
    patients = serializers.IntegerField()
    has_call = serializers.BooleanField()
    rating = serializers.CharField(allow_null=True)
    rating_levels = serializers.IntegerField(allow_null=True)
    marks_lesions = serializers.BooleanField()
    located_findings = LocatedFindingOutput(many=True, help_text="What readers mark and rate, by which a plan counts.")
    model_versions = PlanModelOutput(many=True)
    truths = serializers.ListField(child=serializers.IntegerField())
    lesion_truths = serializers.ListField(child=serializers.IntegerField())
    known = PlanKnownOutput()
    proposal = serializers.JSONField(allow_null=True, help_text="A plan to begin with; null where nobody can be named.")


class PlanFindingOutput(serializers.Serializer[Any]):
    """One thing to say of a plan."""

    level = serializers.ChoiceField(choices=["ERROR", "WARNING"])
    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()
    endpoint = serializers.CharField(allow_null=True, help_text="Name of the endpoint that it is about.")


class PlanChoiceOutput(serializers.Serializer[Any]):
    """A value of a field, and why it cannot be taken; null where it can."""

    value = serializers.CharField()
    reason = serializers.CharField(allow_null=True)


class EndpointChoicesOutput(serializers.Serializer[Any]):
    """What an endpoint can choose, the rest of the plan being as it is."""

    figure = PlanChoiceOutput(many=True)
    method = PlanChoiceOutput(many=True)
    generalise_to = PlanChoiceOutput(many=True)


class PlanReadingOutput(serializers.Serializer[Any]):
    """A plan as it reads in plain words, or what keeps it from being read."""

    findings = PlanFindingOutput(many=True)
    sentences = serializers.ListField(child=serializers.CharField())
    unit = PlanChoiceOutput(many=True)
    endpoints = EndpointChoicesOutput(many=True, help_text="In the order of the plan; none while its form is wrong.")


def _facts(facts: StudyFacts) -> dict[str, Any]:
    arms = [
        {"key": key, "name": arm.name, "ai_display": arm.ai_display, "readers": len(arm.readers)}
        for key, arm in facts.arms.items()
    ]
    models = [
        {
            "id": pk,
            "name": name,
            "is_located": pk in facts.located_models,
            "operating_point": facts.operating_points.get(pk),
            "layers": [
                {"number": number, "name": one.name, "operating_point": one.threshold}
                for number, one in facts.operating_layers.get(pk, {}).items()
            ],
        }
        for pk, name in sorted(facts.model_versions.items(), key=lambda item: item[1])
    ]
    plain = (
        "sessions",
        "is_fully_crossed",
        "cases",
        "patients",
        "has_call",
        "rating",
        "rating_levels",
        "marks_lesions",
    )
    return {
        "arms": arms,
        "located_findings": [{"key": key, "text": text} for key, text in facts.located_findings.items()],
        "model_versions": models,
        "truths": sorted(facts.truths),
        "lesion_truths": sorted(facts.lesion_truths),
        "proposal": proposed_plan(facts),
        **{name: getattr(facts, name) for name in plain},
    }


def _known(reader_study: ReaderStudy) -> dict[str, Any]:
    return {
        "truth_is_locked": is_truth_locked(reader_study=reader_study),
        "results": results_so_far(reader_study=reader_study),
        "runs_under_way": runs_under_way(reader_study=reader_study),
    }


class PlansApi(APIView):
    """The versions of a reader study's analysis plan."""

    pagination_class = CreatedCursorPagination

    @extend_schema(operation_id="analysis_plans_list", responses=PlanOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the versions, newest first."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.ANALYSIS_VIEW)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(plans_of(reader_study=reader_study), request, view=self)
        return paginator.get_paginated_response(PlanOutput(page or [], many=True).data)

    @extend_schema(request=PlanInput, responses={201: PlanOutput})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Keep a version; after a lock it is an amendment."""
        reader_study = _managed(request, reader_study_id)
        form = PlanInput(data=request.data)
        form.is_valid(raise_exception=True)
        sent = form.validated_data
        plan = plan_save(
            by=caller(request),
            reader_study=reader_study,
            document=sent["plan"],
            base=sent["base"],
            reason=sent["reason"],
        )
        return Response(PlanOutput(plan).data, status=status.HTTP_201_CREATED)


class PlanApi(APIView):
    """One version of the plan."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, reader_study_id: uuid.UUID, analysis_plan_number: int) -> HttpResponse:
        """Return the stored bytes of the document."""
        plan = analysis_plan_for(caller(request), reader_study_id, analysis_plan_number)
        return HttpResponse(plan.content.encode(), content_type="application/json")


class PlanLockApi(APIView):
    """Fixing the plan."""

    @extend_schema(request=None, responses={201: PlanLockOutput})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID, analysis_plan_number: int) -> Response:
        """Lock the newest version; from then on a change is an amendment."""
        reader_study = _managed(request, reader_study_id)
        lock = plan_lock(by=caller(request), reader_study=reader_study, number=analysis_plan_number)
        return Response(PlanLockOutput(lock).data, status=status.HTTP_201_CREATED)


class PlanFactsApi(APIView):
    """What a plan can ask for."""

    @extend_schema(responses=StudyFactsOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return what the reader study offers an analysis, and a plan to begin with; no value of the truth."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.ANALYSIS_VIEW)
        facts = _facts(study_facts(reader_study=reader_study))
        return Response(StudyFactsOutput(facts | {"known": _known(reader_study)}).data)


class PlanReadingApi(APIView):
    """A plan that is being written, in plain words; nothing is stored."""

    @extend_schema(request=PlanDocumentInput, responses=PlanReadingOutput)
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Say what is wrong with a plan, what it says, and what it could choose instead."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.ANALYSIS_VIEW)
        form = PlanDocumentInput(data=request.data)
        form.is_valid(raise_exception=True)
        document, facts = form.validated_data["plan"], study_facts(reader_study=reader_study)
        findings = plan_findings(document, facts)
        sound = not any(one.level == "ERROR" for one in findings)
        sentences = plan_sentences(document, facts) if sound else []
        answer = {
            "findings": [{**one._asdict(), "endpoint": endpoint_named(document, one)} for one in findings],
            "sentences": sentences,
            **plan_choices(document, facts),
        }
        return Response(PlanReadingOutput(answer).data)


def _managed(request: Request, reader_study_id: uuid.UUID) -> ReaderStudy:
    return reader_study_for(caller(request), reader_study_id, Action.ANALYSIS_RUN, lock=True)
