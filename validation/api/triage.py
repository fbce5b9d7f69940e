"""Routes of triage: what the AI's order does to the time until cases are read, of a run whose result may be opened."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.services.drafts import field_problems
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.errors import FieldProblem, Invalid
from validation.access import analysis_result_for
from validation.api.analysis_runs import require_finite
from validation.canonical import canonical_result, parse
from validation.models import AnalysisResult
from validation.selectors.triage import arms_ordered_by_ai, read_times
from validation.triage.arrivals import parse_arrivals
from validation.triage.cases import AiVersion, ai_versions
from validation.triage.facts import triage_facts
from validation.triage.queue import QueueWish, queue_answer
from validation.triage.replay import Arrivals, Replay, TooLarge, replayed

LONGEST_CSV = 2 * 1024 * 1024


def _number(low: float, high: float, **options: Any) -> serializers.FloatField:
    return serializers.FloatField(min_value=low, max_value=high, validators=[require_finite], **options)


class OperatingPointOutput(serializers.Serializer[Any]):
    """What the AI is worth with one threshold."""

    threshold = serializers.FloatField()
    sensitivity = serializers.FloatField()
    specificity = serializers.FloatField()


class TriageExclusionOutput(serializers.Serializer[Any]):
    """Cases or reads that triage says nothing of, and why."""

    reason = serializers.CharField()
    detail = serializers.CharField()
    n = serializers.IntegerField()


class TriageModelOutput(serializers.Serializer[Any]):
    """An AI of the analysis on the cases that have a truth and a score."""

    id = serializers.CharField()
    name = serializers.CharField()
    threshold = serializers.FloatField(allow_null=True, help_text="Its operating point; null: the plan names none.")
    positives = serializers.IntegerField()
    negatives = serializers.IntegerField()
    exclusions = TriageExclusionOutput(many=True)
    points = OperatingPointOutput(many=True, help_text="By threshold, at most 200; none without both classes.")


class TriageArmOutput(serializers.Serializer[Any]):
    """An arm with how long its reads took."""

    key = serializers.CharField()
    name = serializers.CharField()
    reads = serializers.IntegerField(help_text="Signed, without training and hidden repeats.")
    timed_reads = serializers.IntegerField(help_text="Of them those whose time a browser counted.")
    mean_reading_min = serializers.FloatField(allow_null=True)


class TriageFactsOutput(serializers.Serializer[Any]):
    """What can be chosen, and with what a queue is prefilled."""

    models = TriageModelOutput(many=True, help_text="None where the analysis has no AI.")
    arm = serializers.CharField(allow_null=True, help_text="Key of the arm that the analysis is of; null: of several.")
    arms = TriageArmOutput(many=True)


class ReplayInput(serializers.Serializer[Any]):
    """From where the arrivals are, how long reads take, and what the AI orders by."""

    model_version_id = serializers.CharField(default=None, allow_null=True, help_text="Needed where there are several.")
    arm = serializers.CharField(default=None, allow_null=True, max_length=20, help_text="Key; null: reads of all arms.")
    threshold = _number(
        0, 1, default=None, allow_null=True, help_text="Flagged first, from this score on; null: by score."
    )
    readers = serializers.IntegerField(default=1, min_value=1, max_value=200)
    reading_min = _number(
        0.01, 1440, default=None, allow_null=True, help_text="Minutes of each read; null: as they took."
    )
    arrivals = serializers.ChoiceField(choices=[one.value for one in Arrivals], default=Arrivals.READS.value)
    csv = serializers.CharField(default=None, allow_null=True, max_length=LONGEST_CSV, help_text="case,arrived_at")
    arrivals_per_hour = _number(0.01, 10_000, default=None, allow_null=True)
    hours_per_day = _number(0.5, 24, default=8.0, help_text="Of a Poisson stream: after so long a new queue begins.")
    seed = serializers.IntegerField(default=1, min_value=0, max_value=2**31 - 1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Name what the way of arriving needs, and what it does not take."""
        arrivals = attrs["arrivals"]
        needed = {Arrivals.CSV: "csv", Arrivals.POISSON: "arrivals_per_hour"}
        faults = {
            name: serializers.ErrorDetail(f"Arrivals from {arrivals} need this.", "required")
            if way == arrivals
            else serializers.ErrorDetail(f"Arrivals from {arrivals} have no such value.", "not_wanted")
            for way, name in needed.items()
            if (way == arrivals) == (attrs[name] is None)
        }
        if arrivals == Arrivals.READS and attrs["readers"] != 1:
            detail = "As they were read each reader has a queue of their own: leave it at 1."
            faults["readers"] = serializers.ErrorDetail(detail, "not_wanted")
        if faults:
            raise serializers.ValidationError(faults)
        return attrs


class QueueInput(serializers.Serializer[Any]):
    """A queue in its steady state."""

    arrivals_per_hour = _number(0.01, 10_000)
    mean_reading_min = _number(0.01, 1440)
    readers = serializers.IntegerField(min_value=1, max_value=200)
    prevalence = _number(0, 1)
    sensitivity = _number(0, 1)
    specificity = _number(0, 1)
    seed = serializers.IntegerField(default=1, min_value=0, max_value=2**31 - 1)


def _viewed(request: Request, result: AnalysisResult) -> None:
    run = result.run
    detail = {"part": "triage"}
    viewed(by=caller(request), reader_study_id=run.reader_study_id, action="analysis_run.view", obj=run, detail=detail)


def _snapshot(result: AnalysisResult) -> Mapping[str, Any]:
    found: Mapping[str, Any] = parse(result.run.snapshot.content)
    return found


def _level(snapshot: Mapping[str, Any]) -> float:
    """The confidence level of the analysis."""
    said = (
        snapshot["plan"]["document"]["level"] if "plan" in snapshot else snapshot["configuration"]["confidence_level"]
    )
    return float(said)


def _refused(field: str, code: str, detail: str) -> Invalid:
    fault: FieldProblem = {"field": field, "code": code, "detail": detail}
    return Invalid("The input is not valid.", errors=[fault])


def _version(snapshot: Mapping[str, Any], wanted: str | None) -> AiVersion:
    versions = ai_versions(snapshot)
    if not versions:
        raise _refused("model_version_id", "no_ai_model", "This analysis has no AI.")
    found = [one for one in versions if wanted in (None, one.id)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{one.id} ({one.name})" for one in versions)
    raise _refused("model_version_id", "unknown", f"Name one of the AIs of this analysis: {names}.")


def _replay(snapshot: Mapping[str, Any], chosen: Mapping[str, Any], ordered_arms: frozenset[str]) -> Replay:
    arms = [one["key"] for one in snapshot["arms"]]
    if chosen["arm"] is not None and chosen["arm"] not in arms:
        raise _refused("arm", "unknown", f"The analysis has the arms {', '.join(arms)}.")
    arrived: Mapping[str, datetime] = {}
    if chosen["csv"] is not None:
        arrived, problems = parse_arrivals(chosen["csv"], [one["name"] for one in snapshot["cases"]])
        if problems:
            raise Invalid("The file of arrivals is not valid.", code="invalid_csv", errors=field_problems(problems))
    same = ("arm", "threshold", "readers", "reading_min", "arrivals_per_hour", "hours_per_day", "seed")
    return Replay(
        version=_version(snapshot, chosen["model_version_id"]),
        arrivals=Arrivals(chosen["arrivals"]),
        arrived=arrived,
        level=_level(snapshot),
        ordered_arms=ordered_arms,
        **{name: chosen[name] for name in same},
    )


def _json(answer: Mapping[str, Any]) -> HttpResponse:
    """The same snapshot, times and choices give the same bytes."""
    return HttpResponse(canonical_result(answer).encode(), content_type="application/json")


class TriageApi(APIView):
    """What triage can be worked out from."""

    @extend_schema(responses=TriageFactsOutput)
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """Return the AIs with their operating points on the analysed cases, and the arms with their reading times."""
        result = analysis_result_for(caller(request), run_id)
        _viewed(request, result)
        snapshot = _snapshot(result)
        return Response(TriageFactsOutput(triage_facts(snapshot, read_times(snapshot))).data)


class TriageReplayApi(APIView):
    """The analysed cases, read once more in the AI's order."""

    @extend_schema(request=ReplayInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, run_id: uuid.UUID) -> HttpResponse:
        """Return by how much sooner or later cases are read, with intervals over days; nothing is stored."""
        result = analysis_result_for(caller(request), run_id)
        form = ReplayInput(data=request.data)
        form.is_valid(raise_exception=True)
        snapshot = _snapshot(result)
        replay = _replay(snapshot, form.validated_data, arms_ordered_by_ai(run=result.run))
        try:
            answer = replayed(snapshot, read_times(snapshot), replay)
        except TooLarge as error:
            raise _refused("arrivals", "too_large", str(error)) from error
        _viewed(request, result)
        version = {"id": replay.version.id, "name": replay.version.name}
        inputs = {name: value for name, value in form.validated_data.items() if name != "csv"}
        head = {"snapshot_digest": result.run.snapshot.digest, "model": version, "inputs": inputs}
        return _json(head | answer)


class TriageQueueApi(APIView):
    """A queue by its figures."""

    @extend_schema(request=QueueInput, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, run_id: uuid.UUID) -> HttpResponse:
        """Return the mean waits in closed form and simulated, of what was typed alone; nothing is stored."""
        result = analysis_result_for(caller(request), run_id)
        form = QueueInput(data=request.data)
        form.is_valid(raise_exception=True)
        wish = QueueWish(**form.validated_data, level=_level(_snapshot(result)))
        return _json({"inputs": form.validated_data} | queue_answer(wish))
