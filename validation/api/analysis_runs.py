"""Routes of analysis runs."""

import json
import math
import uuid
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.selectors.masking import require_unmasked
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.errors import NotFound
from portal.inference.api.uncertainty import UncertaintyShape
from portal.pagination import CreatedCursorPagination
from validation.access import analysis_plan_for, analysis_result_for, analysis_run_for, analysis_run_to_open
from validation.bundle import bundle
from validation.canonical import parse
from validation.figures import FIGURES, figure_csv, figures_of
from validation.limitations import TruthLock
from validation.models import AnalysisResult, AnalysisRun
from validation.selectors import analysis_runs_of
from validation.selectors.cases import case_analysed
from validation.selectors.looks import locked_since, truth_locks_of, truth_notices
from validation.selectors.reports import newest_files_of
from validation.services import analysis_run_cancel, analysis_run_create, analysis_run_retry, planned_run_create


def require_finite(value: float) -> None:
    """Refuse what is no finite number, as a validator of a field."""
    # float() and so DRF take "nan" and "inf" for numbers.
    if not math.isfinite(value):
        raise serializers.ValidationError("This is not a finite number.", code="not_finite")


class AnalysisRunInput(serializers.Serializer[Any]):
    """What an analysis may choose."""

    confidence_level = serializers.FloatField(default=0.95, min_value=0.5, max_value=0.999, validators=[require_finite])
    call_threshold = serializers.FloatField(default=None, allow_null=True, validators=[require_finite])
    arm = serializers.CharField(
        default=None, allow_null=True, max_length=20, help_text="Key; needed with several arms."
    )
    reference_standard_version = serializers.IntegerField(
        default=None, allow_null=True, min_value=1, help_text="A locked version; by default the newest."
    )
    plan = serializers.IntegerField(
        default=None, allow_null=True, min_value=1, help_text="Number of a locked plan, which says everything else."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse choices beside a plan: it has made them."""
        others = set(self.initial_data) - {"plan"}
        if attrs["plan"] is not None and others:
            detail = f"The plan says so already: leave out {', '.join(sorted(others))}."
            raise serializers.ValidationError({"plan": serializers.ErrorDetail(detail, "said_by_plan")})
        return attrs


class RunArmOutput(serializers.Serializer[Any]):
    """The arm that an analysis is of."""

    key = serializers.CharField()
    name = serializers.CharField()


class TruthLockOutput(serializers.Serializer[Any]):
    """A version of the truth that was locked."""

    version = serializers.IntegerField()
    at = serializers.DateTimeField()
    by = serializers.CharField()
    reason = serializers.CharField()


class AnalysisRunOutput(serializers.ModelSerializer[AnalysisRun]):
    """An analysis run and how far it has come."""

    reader_study_id = serializers.UUIDField(read_only=True)
    requested_by = serializers.CharField(source="requested_by.username", default=None)
    plan = serializers.IntegerField(source="plan.number", default=None, allow_null=True)
    reference_standard_version = serializers.IntegerField(source="reference_standard.version")
    arm = RunArmOutput(allow_null=True, help_text="Null in a run from before there were arms.")
    snapshot_digest = serializers.CharField(source="snapshot.digest")
    result_digest = serializers.SerializerMethodField()
    is_exploratory = serializers.BooleanField(help_text="Whether no plan fixed beforehand what it compares.")
    truth_locked_since = serializers.SerializerMethodField(
        help_text="Versions of the truth that were locked after the one that it uses: it does not hold for them."
    )
    notices = serializers.SerializerMethodField(help_text="What has come to be known since, in sentences.")

    class Meta:
        model = AnalysisRun
        fields = [
            "id",
            "reader_study_id",
            "state",
            "progress_done",
            "progress_total",
            "progress_message",
            "error_code",
            "error_detail",
            "attempt",
            "requested_by",
            "created_at",
            "started_at",
            "finished_at",
            "cancel_requested",
            "plan",
            "reference_standard_version",
            "arm",
            "snapshot_digest",
            "result_digest",
            "is_exploratory",
            "truth_locked_since",
            "notices",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known_locks: dict[uuid.UUID, list[TruthLock]] = {}

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_result_digest(self, run: AnalysisRun) -> str | None:
        """Return the digest of the result, None while there is none."""
        result = getattr(run, "result", None)
        return result.digest if result else None

    @extend_schema_field(TruthLockOutput(many=True))
    def get_truth_locked_since(self, run: AnalysisRun) -> list[dict[str, Any]]:
        """Return them, the first first."""
        found = locked_since(self._locks(run), run.reference_standard.version)
        return [one._asdict() for one in found[1]] if found else []

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_notices(self, run: AnalysisRun) -> list[str]:
        """Return what a reader of its result has to know."""
        return truth_notices(self._locks(run), run.reference_standard.version)

    def _locks(self, run: AnalysisRun) -> list[TruthLock]:
        """The locks of its reader study, asked for once for all runs of an answer."""
        if run.reader_study_id not in self._known_locks:
            self._known_locks[run.reader_study_id] = truth_locks_of(reader_study_id=run.reader_study_id)
        return self._known_locks[run.reader_study_id]


class CsvRenderer(BaseRenderer):
    """Lets DRF negotiate CSV; the view writes the table, DRF the problem documents."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Render an error as JSON: no error fits a table."""
        return JSONRenderer().render(data)


def _json_text(text: str) -> HttpResponse:
    """Answer with the stored bytes, so that whoever hashes the body finds the digest."""
    return HttpResponse(text.encode(), content_type="application/json")


def _viewed(request: Request, run: AnalysisRun, part: str, **more: str) -> None:
    study, detail = run.reader_study_id, {"part": part, **more}
    viewed(by=caller(request), reader_study_id=study, action="analysis_run.view", obj=run, detail=detail)


def _notices(run: AnalysisRun) -> list[str]:
    return truth_notices(truth_locks_of(reader_study_id=run.reader_study_id), run.reference_standard.version)


def _noticed(answer: HttpResponse, notices: list[str]) -> HttpResponse:
    """Say beside stored bytes, which nothing is written into, what has come to be known since."""
    if notices:
        # A header holds ASCII; what a name or a reason has beyond it is escaped.
        answer["Overread-Notice"] = " ".join(notices).encode("ascii", "backslashreplace").decode().replace("\n", " ")
    return answer


def _result(request: Request, run_id: uuid.UUID, part: str) -> AnalysisResult:
    result = analysis_result_for(caller(request), run_id)
    _viewed(request, result.run, part)
    return result


class AnalysisRunsApi(APIView):
    """The analysis runs of a reader study."""

    pagination_class = CreatedCursorPagination

    @extend_schema(operation_id="analysis_runs_list", responses=AnalysisRunOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the analysis runs, newest first."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.ANALYSIS_VIEW)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(analysis_runs_of(reader_study=reader_study), request, view=self)
        return paginator.get_paginated_response(AnalysisRunOutput(page or [], many=True).data)

    @extend_schema(request=AnalysisRunInput, responses={202: AnalysisRunOutput})
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Freeze a snapshot and queue its analysis."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.ANALYSIS_RUN)
        require_unmasked(user=caller(request), reader_study=reader_study)
        form = AnalysisRunInput(data=request.data)
        form.is_valid(raise_exception=True)
        chosen = dict(form.validated_data)
        number = chosen.pop("plan")
        if number is not None:
            run = planned_run_create(
                by=caller(request), plan=analysis_plan_for(caller(request), reader_study_id, number)
            )
        else:
            run = analysis_run_create(by=caller(request), reader_study=reader_study, **chosen)
        return Response(AnalysisRunOutput(run).data, status=status.HTTP_202_ACCEPTED)


class AnalysisRunApi(APIView):
    """One analysis run."""

    @extend_schema(responses=AnalysisRunOutput)
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """Return an analysis run and its progress."""
        return Response(AnalysisRunOutput(analysis_run_for(caller(request), run_id, Action.ANALYSIS_VIEW)).data)


class AnalysisRunResultApi(APIView):
    """The result of an analysis run."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, run_id: uuid.UUID) -> HttpResponse:
        """Return the stored bytes of the result."""
        result = _result(request, run_id, "result")
        return _noticed(_json_text(result.content), _notices(result.run))


class AnalysisRunSnapshotApi(APIView):
    """The snapshot of an analysis run."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, run_id: uuid.UUID) -> HttpResponse:
        """Return the stored bytes of the snapshot."""
        run = analysis_run_to_open(caller(request), run_id)
        _viewed(request, run, "snapshot")
        return _noticed(_json_text(run.snapshot.content), _notices(run))


class AnalysedAiOutput(serializers.Serializer[Any]):
    """What an AI says of the case."""

    name = serializers.CharField()
    score = serializers.FloatField()
    threshold = serializers.FloatField(allow_null=True, help_text="Positive from it on; null: the plan has none.")
    uncertainty = UncertaintyShape(allow_null=True)
    study_instance_uid = serializers.CharField(allow_null=True, help_text="The imaging study that it is about.")
    findings = serializers.ListField(child=serializers.DictField())


class AnalysedAnswerOutput(serializers.Serializer[Any]):
    """One answer in the words of the label schema."""

    question = serializers.CharField()
    answer = serializers.CharField()


class AnalysedMarkOutput(serializers.Serializer[Any]):
    """One mark of a finding."""

    id = serializers.CharField()
    geometry = serializers.DictField()


class AnalysedFindingOutput(serializers.Serializer[Any]):
    """A finding of a reader."""

    id = serializers.CharField()
    name = serializers.CharField()
    confidence = serializers.IntegerField(allow_null=True)
    marks = AnalysedMarkOutput(many=True)


class AnalysedReadOutput(serializers.Serializer[Any]):
    """What a reader signed, or froze before the AI was shown."""

    read_id = serializers.UUIDField(allow_null=True, help_text="Null once the patient has been erased.")
    revision_id = serializers.UUIDField()
    reader = serializers.CharField()
    arm = serializers.CharField()
    arm_name = serializers.CharField()
    phase = serializers.CharField(help_text="FIRST (frozen before the AI was shown) or SIGNED.")
    session = serializers.IntegerField()
    repeat_number = serializers.IntegerField()
    role = serializers.CharField()
    call = serializers.BooleanField(allow_null=True)
    rating = serializers.FloatField(allow_null=True)
    answers = AnalysedAnswerOutput(many=True)
    findings = AnalysedFindingOutput(many=True)


class CaseAnalysedOutput(serializers.Serializer[Any]):
    """A case as an analysis froze it: truth, AI and reads side by side."""

    case_id = serializers.UUIDField()
    case = serializers.CharField()
    truth = serializers.IntegerField(allow_null=True)
    reference_standard_version = serializers.IntegerField()
    lesions = serializers.ListField(child=serializers.DictField())
    ai = AnalysedAiOutput(many=True)
    reads = AnalysedReadOutput(many=True)


class AnalysisRunCaseApi(APIView):
    """One case behind the figures of an analysis run."""

    @extend_schema(responses=CaseAnalysedOutput)
    def get(self, request: Request, run_id: uuid.UUID, case_id: uuid.UUID) -> Response:
        """Return what was analysed of a case: its truth with the lesions, every AI, every signed read."""
        run = analysis_run_to_open(caller(request), run_id)
        shown = case_analysed(run=run, case_id=case_id)
        _viewed(request, run, "case", case=str(case_id))
        return Response(CaseAnalysedOutput(shown).data)


class AnalysisRunBundleApi(APIView):
    """Snapshot and result in one file."""

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, run_id: uuid.UUID) -> HttpResponse:
        """Download snapshot and result with their digests: JSON, and of a run by plan an archive with tables (ZIP)."""
        result = _result(request, run_id, "bundle")
        notices = _notices(result.run)
        if result.run.plan_id is not None:
            files = newest_files_of(run=result.run)
            reports = {} if files is None else {"report.html": files.html.encode(), "report.pdf": bytes(files.pdf)}
            archive = bundle(result.run.snapshot.content, result.content, notices, reports)
            answer = HttpResponse(archive, content_type="application/zip")
            answer["Content-Disposition"] = f'attachment; filename="analysis-{run_id}.zip"'
            return _noticed(answer, notices)
        head = json.dumps(
            {"snapshot_digest": result.run.snapshot.digest, "result_digest": result.digest, "notices": notices}
        )[1:-1]
        answer = _json_text(f'{{{head}, "snapshot": {result.run.snapshot.content}, "result": {result.content}}}')
        answer["Content-Disposition"] = f'attachment; filename="analysis-{run_id}.json"'
        return _noticed(answer, notices)


class AnalysisRunFigureApi(APIView):
    """One figure of a result as CSV."""

    renderer_classes = [JSONRenderer, CsvRenderer]

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, run_id: uuid.UUID, name: str) -> HttpResponse:
        """Download a figure's table."""
        if name not in FIGURES:
            analysis_result_for(caller(request), run_id)
            raise NotFound(f"There is no such figure; there are {', '.join(FIGURES)}.")
        stored = analysis_result_for(caller(request), run_id)
        result = parse(stored.content)
        if name not in figures_of(result):
            raise NotFound(f"This result has no such figure; it has {', '.join(figures_of(result))}.")
        _viewed(request, stored.run, name)
        answer = HttpResponse(figure_csv(name, result), content_type="text/csv; charset=utf-8")
        notices = _notices(stored.run)
        # A table has no place for a sentence: the name of the file and a header say it.
        words = [name, *(["exploratory"] if stored.run.is_exploratory else []), *(["older-truth"] if notices else [])]
        answer["Content-Disposition"] = f'attachment; filename="{"-".join(words)}.csv"'
        return _noticed(answer, notices)


class AnalysisRunCancelApi(APIView):
    """Cancelling an analysis run."""

    @extend_schema(request=None, responses=AnalysisRunOutput)
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        """Ask a run to stop."""
        run = analysis_run_for(caller(request), run_id, Action.ANALYSIS_RUN)
        analysis_run_cancel(by=caller(request), run=run)
        return Response(AnalysisRunOutput(analysis_run_for(caller(request), run_id, Action.ANALYSIS_VIEW)).data)


class AnalysisRunRetryApi(APIView):
    """Retrying an analysis run."""

    @extend_schema(request=None, responses={202: AnalysisRunOutput})
    def post(self, request: Request, run_id: uuid.UUID) -> Response:
        """Queue a failed or cancelled run again."""
        run = analysis_run_for(caller(request), run_id, Action.ANALYSIS_RUN)
        analysis_run_retry(by=caller(request), run=run)
        again = analysis_run_for(caller(request), run_id, Action.ANALYSIS_VIEW)
        return Response(AnalysisRunOutput(again).data, status=status.HTTP_202_ACCEPTED)
