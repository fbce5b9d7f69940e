"""Routes of sample sizes."""

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
from annotations.models import SampleSizePlan
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.models import User
from portal.accounts.policy import Action
from portal.errors import FieldProblem, Invalid, NotFound
from portal.pagination import CreatedCursorPagination
from validation.access import analysis_result_for, sample_size_plan_for
from validation.canonical import parse
from validation.models import AnalysisRun
from validation.selectors import sample_size_plans_of
from validation.services import sample_size_create

MOST_ROWS = 12
# What each basis of a plan needs, beside what all need.
BASES = {
    "PLANNING_VALUES": ("auc", "positive_share", "var_tr", "rho1", "rho2", "rho3"),
    "COMPONENTS": ("var_tr", "var_error", "cov1", "cov2", "cov3", "component_cases", "positive_share"),
    "PILOT": ("pilot_run_id",),
}
OF_A_BASIS = sorted({name for names in BASES.values() for name in names})
SHARED = ("basis", "difference", "alpha", "target_power", "analysis", "readers", "cases")


def _number(low: float, high: float, **options: Any) -> serializers.FloatField:
    return serializers.FloatField(min_value=low, max_value=high, **options)


def _optional(low: float, high: float, help_text: str) -> serializers.FloatField:
    return _number(low, high, required=False, help_text=help_text)


def _impossible(rho1: float, rho2: float, rho3: float) -> dict[str, Any]:
    """Name correlations that no readings have: their covariance matrix would not be one."""
    if rho3 > min(rho1, rho2):
        detail = "Two readers in two conditions have no more in common than one reader, or one condition, alone."
        return {"rho3": serializers.ErrorDetail(detail, "above_others")}
    if rho1 + rho2 - rho3 >= 1.0:
        detail = "With these correlations nothing is left for error: rho1 + rho2 - rho3 has to be below 1."
        return {"rho1": serializers.ErrorDetail(detail, "no_error_left")}
    return {}


class SampleSizeInput(serializers.Serializer[Any]):
    """What a sample size is planned from: planning values, variance components, or a pilot."""

    basis = serializers.ChoiceField(choices=list(BASES))
    difference = _number(-0.5, 0.5, help_text="Difference of the two areas that the reader study should find; not 0.")
    alpha = _number(0.001, 0.2, default=0.05, help_text="Two-sided significance level.")
    target_power = _number(0.5, 0.99, default=0.8)
    analysis = serializers.ChoiceField(choices=["RRRC", "RRFC", "FRRC"], default="RRRC", help_text="What is random.")
    readers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=100), min_length=1, max_length=MOST_ROWS
    )
    cases = serializers.ListField(
        child=serializers.IntegerField(min_value=10, max_value=5000), min_length=1, max_length=MOST_ROWS
    )
    auc = _optional(0.501, 0.999, "Expected area in the first condition; the second has this plus the difference.")
    positive_share = _optional(0.01, 0.99, "Share of diseased cases.")
    var_tr = _optional(-1.0, 1.0, "Variance of condition x reader; a planned one is not negative.")
    rho1 = _optional(0.0, 0.999, "Correlation of errors: one reader, two conditions.")
    rho2 = _optional(0.0, 0.999, "Correlation of errors: two readers, one condition.")
    rho3 = _optional(0.0, 0.999, "Correlation of errors: two readers, two conditions.")
    var_error = _optional(1e-7, 1.0, "Error variance of one reader's area with `component_cases` cases.")
    cov1 = _optional(-1.0, 1.0, "Error covariance: one reader, two conditions.")
    cov2 = _optional(-1.0, 1.0, "Error covariance: two readers, one condition.")
    cov3 = _optional(-1.0, 1.0, "Error covariance: two readers, two conditions.")
    component_cases = serializers.IntegerField(min_value=2, max_value=1_000_000, required=False)
    pilot_run_id = serializers.UUIDField(required=False, help_text="A finished analysis that the caller may open.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Name every field that lacks, belongs to another basis, or contradicts another one."""
        wanted = BASES[attrs["basis"]]
        faults: dict[str, Any] = {
            name: serializers.ErrorDetail(f"A plan from {attrs['basis']} needs this.", "required")
            for name in wanted
            if name not in attrs
        }
        for name in sorted(set(OF_A_BASIS) & set(attrs) - set(wanted)):
            faults[name] = serializers.ErrorDetail(f"A plan from {attrs['basis']} has no such value.", "not_wanted")
        faults |= self._contradictions(attrs, wanted)
        if faults:
            raise serializers.ValidationError(faults)
        inputs = {name: attrs[name] for name in (*SHARED, *wanted)}
        return inputs | {name: sorted(inputs[name]) for name in ("readers", "cases")}

    def _contradictions(self, attrs: dict[str, Any], wanted: tuple[str, ...]) -> dict[str, Any]:
        faults: dict[str, Any] = {}
        if attrs["difference"] == 0.0:
            faults["difference"] = serializers.ErrorDetail("No sample size finds a difference of 0.", "zero")
        for name in ("readers", "cases"):
            if len(set(attrs[name])) < len(attrs[name]):
                faults[name] = serializers.ErrorDetail("A number stands there twice.", "repeated")
        if attrs["basis"] == "PLANNING_VALUES" and set(wanted) <= set(attrs):
            if not 0.5 < attrs["auc"] + attrs["difference"] < 1.0:
                detail = (
                    f"The second area would be {attrs['auc'] + attrs['difference']:.3f}; it lies between 0.5 and 1."
                )
                faults["difference"] = serializers.ErrorDetail(detail, "second_area")
            if attrs["var_tr"] < 0.0:
                faults["var_tr"] = serializers.ErrorDetail("A planned variance is not negative.", "min_value")
            faults |= _impossible(attrs["rho1"], attrs["rho2"], attrs["rho3"])
        return faults


class SampleSizeOutput(serializers.ModelSerializer[SampleSizePlan]):
    """A saved sample size: when, who, from what, with which software."""

    created_by = serializers.CharField(source="created_by.username")
    inputs = serializers.SerializerMethodField()
    software = serializers.SerializerMethodField()

    class Meta:
        model = SampleSizePlan
        fields = ["number", "created_at", "created_by", "digest", "inputs", "software"]

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_inputs(self, plan: SampleSizePlan) -> Any:
        """Return what was entered."""
        return parse(plan.content)["inputs"]

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_software(self, plan: SampleSizePlan) -> Any:
        """Return what it was computed with."""
        return parse(plan.content)["software"]


def _pilot(user: User, run_id: uuid.UUID | None) -> AnalysisRun | None:
    """Return the pilot's run to somebody who may open its result; that it was looked at is an event there."""
    if run_id is None:
        return None
    try:
        run = analysis_result_for(user, run_id).run
    except NotFound as error:
        fault: FieldProblem = {
            "field": "pilot_run_id",
            "code": "not_found",
            "detail": "There is no finished analysis of this id that you may see.",
        }
        raise Invalid("The input is not valid.", errors=[fault]) from error
    study = run.reader_study_id
    viewed(by=user, reader_study_id=study, action="analysis_run.view", obj=run, detail={"part": "sample-size"})
    return run


class SampleSizesApi(APIView):
    """The saved sample sizes of a reader study."""

    pagination_class = CreatedCursorPagination

    @extend_schema(operation_id="sample_sizes_list", responses=SampleSizeOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the sample sizes, newest first."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(sample_size_plans_of(reader_study=reader_study), request, view=self)
        return paginator.get_paginated_response(SampleSizeOutput(page or [], many=True).data)

    @extend_schema(request=SampleSizeInput, responses={201: SampleSizeOutput})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Compute a sample size and keep it with the reader study."""
        user = caller(request)
        reader_study = reader_study_for(user, reader_study_id, Action.READER_STUDY_MANAGE, lock=True)
        form = SampleSizeInput(data=request.data)
        form.is_valid(raise_exception=True)
        inputs = form.validated_data
        run = _pilot(user, inputs.get("pilot_run_id"))
        inputs = inputs if run is None else inputs | {"pilot_run_id": str(run.pk)}
        plan = sample_size_create(by=user, reader_study=reader_study, inputs=inputs, pilot_run=run)
        return Response(SampleSizeOutput(plan).data, status=status.HTTP_201_CREATED)


class SampleSizeApi(APIView):
    """One saved sample size."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, reader_study_id: uuid.UUID, sample_size_number: int) -> HttpResponse:
        """Return the stored bytes: inputs, method, assumptions, table."""
        plan = sample_size_plan_for(caller(request), reader_study_id, sample_size_number)
        return HttpResponse(plan.content.encode(), content_type="application/json")
