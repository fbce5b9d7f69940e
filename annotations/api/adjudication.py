"""Routes of adjudication: rounds for the coordinator, and cases without a name for the adjudicators."""

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

from annotations.access import (
    adjudication_case_for,
    adjudication_of,
    reader_study_for,
    reader_study_to_judge,
    reference_standard_for,
)
from annotations.api.particulars import CaseTextOutput
from annotations.api.reader_studies import MANAGE
from annotations.api.reading import ReadImagingStudyOutput
from annotations.api.reference_standards import ReferenceVersionsOutput, versions_response
from annotations.api.segments import anonymous_segment_response
from annotations.api.shapes import AnswerShownOutput
from annotations.domain.adjudication import ANSWERS, SHOWS, Triggers
from annotations.domain.lesion_decisions import LESION_DECISIONS, LesionDecision
from annotations.models import Adjudication, AdjudicationCase, AdjudicationDecision, ReaderStudy
from annotations.selectors.adjudication import (
    adjudications_of,
    cases_to_judge,
    lesions_shown,
    newest_decision,
    read_with_segment,
    readers_shown,
    result_of,
    with_outcomes,
)
from annotations.selectors.case_images import further_with_series
from annotations.selectors.clinical_texts import clinical_text_to_judge
from annotations.selectors.masking import is_masked, require_unmasked
from annotations.services.adjudication import (
    OUTCOMES,
    RoundAsked,
    adjudication_create,
    adjudication_decide,
    adjudication_store,
)
from annotations.services.case_images import case_images_describe
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.models import User
from portal.errors import NotFound


class AdjudicationOutput(serializers.ModelSerializer[Adjudication]):
    """A round and how far it has come.

    While answers are masked only whether it is done: how many cases it has, and what named them, says how often the
    readers disagree.
    """

    base_version = serializers.IntegerField(source="base.version")
    created_by = serializers.CharField(source="created_by.username")
    triggers = serializers.SerializerMethodField(help_text="Null while answers are masked, as the two counts.")
    number_of_cases = serializers.SerializerMethodField()
    number_decided = serializers.SerializerMethodField()
    is_decided = serializers.SerializerMethodField(help_text="Whether there is a decision on every case.")
    result_version = serializers.SerializerMethodField()

    class Meta:
        model = Adjudication
        fields = [
            "number",
            "base_version",
            "triggers",
            "seed",
            "shows",
            "question",
            "created_at",
            "created_by",
            "number_of_cases",
            "number_decided",
            "is_decided",
            "result_version",
        ]

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_triggers(self, adjudication: Adjudication) -> dict[str, Any] | None:
        """Return what named the cases."""
        return None if self.context["is_masked"] else adjudication.triggers

    def get_number_of_cases(self, adjudication: Adjudication) -> int | None:
        """Count the cases."""
        return None if self.context["is_masked"] else adjudication.cases.count()

    def get_number_decided(self, adjudication: Adjudication) -> int | None:
        """Count those that have a decision."""
        return None if self.context["is_masked"] else adjudication.cases.filter(decisions__number=1).count()

    def get_is_decided(self, adjudication: Adjudication) -> bool:
        """Say whether a version can be made of it."""
        return not adjudication.cases.filter(decisions=None).exists()

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_result_version(self, adjudication: Adjudication) -> int | None:
        """Return the version that was made of it, None while there is none."""
        result = result_of(adjudication)
        return result.version if result else None


class AdjudicationInput(serializers.Serializer[Any]):
    """Which cases of which consensus are judged again, and what their judges see."""

    base_version = serializers.IntegerField(min_value=1)
    open_cases = serializers.BooleanField(default=True, help_text="Those that the consensus left for adjudication.")
    disagreement = serializers.BooleanField(default=False, help_text="Those whose votes differ.")
    disagreement_questions = serializers.ListField(
        child=serializers.CharField(max_length=40),
        default=list,
        max_length=100,
        help_text="Keys of questions: those whose reads, of the readers who voted, differ on one of them.",
    )
    confidence_question = serializers.CharField(default=None, allow_null=True, max_length=40)
    low_confidence_below = serializers.IntegerField(
        default=None, allow_null=True, min_value=1, max_value=100, help_text="Any vote's answer below this."
    )
    random_percent = serializers.IntegerField(default=0, min_value=0, max_value=100)
    lesion_not_all = serializers.BooleanField(default=False, help_text="A lesion that some have marked and some not.")
    lesion_distance_above_mm = serializers.FloatField(
        default=None, allow_null=True, min_value=0, max_value=1000, help_text="Two marks on a lesion farther apart."
    )
    lesion_iou_below = serializers.FloatField(
        default=None, allow_null=True, min_value=0, max_value=1, help_text="Two marks on a lesion overlap less."
    )
    shows = serializers.ChoiceField(choices=list(SHOWS.items()), default=ANSWERS)
    question = serializers.CharField(max_length=500, help_text="What the adjudicators decide.")
    seed = serializers.CharField(default="", allow_blank=True, max_length=64)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A threshold needs a question, and a question a threshold."""
        if (attrs["confidence_question"] is None) != (attrs["low_confidence_below"] is None):
            raise serializers.ValidationError(
                {"low_confidence_below": "Name both a question and the answer below which it is low, or neither."},
                code="both_or_neither",
            )
        return attrs


def rounds_response(by: User, reader_study: ReaderStudy, http_status: int = status.HTTP_200_OK) -> Response:
    """Answer with the rounds."""
    rounds = adjudications_of(reader_study=reader_study)
    context = {"is_masked": is_masked(user=by, reader_study=reader_study)}
    return Response(AdjudicationOutput(rounds, many=True, context=context).data, status=http_status)


class AdjudicationsApi(APIView):
    """The adjudication rounds of a reader study."""

    @extend_schema(responses=AdjudicationOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the rounds, newest first."""
        user = caller(request)
        return rounds_response(user, reader_study_for(user, reader_study_id, MANAGE))

    @extend_schema(request=AdjudicationInput, responses={201: AdjudicationOutput(many=True)})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Draw a round from a consensus; 409 `no_cases` where the triggers name none."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        require_unmasked(user=caller(request), reader_study=reader_study)
        form = AdjudicationInput(data=request.data)
        form.is_valid(raise_exception=True)
        sent = form.validated_data
        base = reference_standard_for(reader_study, sent["base_version"])
        triggers = Triggers(**{name: sent[name] for name in Triggers._fields})
        asked = RoundAsked(triggers, sent["confidence_question"], sent["shows"], sent["question"], sent["seed"])
        adjudication_create(by=caller(request), reader_study=reader_study, base=base, asked=asked)
        return rounds_response(caller(request), reader_study, status.HTTP_201_CREATED)


class RoundCaseOutput(serializers.Serializer[Any]):
    """A case of a round as its coordinator sees it."""

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    case = serializers.CharField(source="case.name")
    reasons = serializers.ListField(child=serializers.CharField())
    outcome = serializers.CharField(allow_null=True)
    decided_by = serializers.CharField(allow_null=True)


class AdjudicationApi(APIView):
    """One adjudication round."""

    @extend_schema(operation_id="adjudication_round_cases_list", responses=RoundCaseOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID, adjudication_number: int) -> Response:
        """List the cases with what named them and what has been decided: both tell what was answered."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        require_unmasked(user=caller(request), reader_study=reader_study)
        adjudication = adjudication_of(reader_study, adjudication_number)
        viewed(by=caller(request), reader_study_id=reader_study_id, action="adjudication.view", obj=adjudication)
        return Response(RoundCaseOutput(with_outcomes(adjudication.cases.all()), many=True).data)


class AdjudicationResultApi(APIView):
    """The version that a round comes to."""

    @extend_schema(request=None, responses={201: ReferenceVersionsOutput})
    def post(self, request: Request, reader_study_id: uuid.UUID, adjudication_number: int) -> Response:
        """Make the next version of the reference standard; 409 `round_unfinished` while a case is not decided."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        adjudication_store(by=caller(request), adjudication=adjudication_of(reader_study, adjudication_number))
        return versions_response(caller(request), reader_study, status.HTTP_201_CREATED)


class CaseToJudgeOutput(serializers.Serializer[Any]):
    """A case of the newest round as an adjudicator sees it in the list: why it is there stays hidden."""

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    case = serializers.CharField(source="case.name")
    is_decided = serializers.SerializerMethodField()

    def get_is_decided(self, case: AdjudicationCase) -> bool:
        """Say whether somebody has decided about it."""
        return vars(case)["outcome"] is not None


class AdjudicationCasesApi(APIView):
    """What there is to judge."""

    @extend_schema(responses=CaseToJudgeOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the cases of the newest round, in the order in which they are judged."""
        reader_study = reader_study_to_judge(caller(request), reader_study_id)
        return Response(CaseToJudgeOutput(cases_to_judge(reader_study=reader_study), many=True).data)


class ReaderShownOutput(serializers.Serializer[Any]):
    """What a reader said, under a letter of this case alone."""

    name = serializers.CharField()
    answers = AnswerShownOutput(many=True)


class LesionMarkShownOutput(serializers.Serializer[Any]):
    """A reader's mark on a lesion, under the letter of this case; a segment has no outline that could be accepted."""

    reader = serializers.CharField()
    geometries = serializers.ListField(child=serializers.DictField())
    segments = serializers.ListField(child=serializers.DictField(), help_text="Their voxels: `.../segments/{sha256}`.")


class LesionShownOutput(serializers.Serializer[Any]):
    """A lesion, as the readers marked it."""

    id = serializers.CharField()
    has_mean = serializers.BooleanField(help_text="Whether it can be accepted as the consensus of its marks.")
    marks = LesionMarkShownOutput(many=True)


class LesionDecisionSerializer(serializers.Serializer[Any]):
    """What becomes of a lesion: accepted with an outline, rejected, or added as a point of one's own."""

    lesion = serializers.CharField(max_length=20, help_text="Its id; a name of its own for one that is added.")
    decision = serializers.ChoiceField(choices=LESION_DECISIONS)
    outline = serializers.CharField(
        default=None, allow_null=True, max_length=4, help_text="Of an accepted one: a reader's letter, or MEAN."
    )
    geometry = serializers.DictField(default=None, allow_null=True, help_text="Of an added one: its POINT.")


class OwnDecisionOutput(serializers.ModelSerializer[AdjudicationDecision]):
    """The adjudicator's own decision."""

    lesions = LesionDecisionSerializer(many=True)

    class Meta:
        model = AdjudicationDecision
        fields = ["number", "outcome", "comment", "lesions", "created_at"]


class AdjudicationCaseOutput(serializers.Serializer[Any]):
    """A case to judge: its images, what is asked, what the readers said where the round shows it."""

    id = serializers.UUIDField()
    reader_study_id = serializers.UUIDField(source="adjudication.reader_study_id")
    position = serializers.IntegerField()
    case = serializers.CharField(source="case.name")
    question = serializers.CharField(source="adjudication.question")
    imaging_study = ReadImagingStudyOutput(source="case.imaging_study")
    further_imaging_studies = ReadImagingStudyOutput(many=True)
    case_text = CaseTextOutput(allow_null=True, help_text="Null unless every arm shows it in some phase.")
    readers = ReaderShownOutput(many=True)
    lesions = LesionShownOutput(many=True)
    shows = serializers.CharField(source="adjudication.shows")
    decision = OwnDecisionOutput(allow_null=True)
    is_decided_by_another = serializers.BooleanField()


def judged_response(request: Request, case: AdjudicationCase) -> Response:
    """Answer with a case as the caller sees it: another adjudicator's decision is not shown."""
    newest = newest_decision(case)
    is_own = newest is not None and newest.adjudicator_id == caller(request).pk
    vars(case).update(
        further_imaging_studies=further_with_series(case.case),
        case_text=clinical_text_to_judge(case=case.case),
        readers=readers_shown(case),
        lesions=lesions_shown(case),
        decision=newest if is_own else None,
        is_decided_by_another=newest is not None and not is_own,
    )
    return Response(AdjudicationCaseOutput(case).data, headers={"Cache-Control": "no-store"})


class AdjudicationCaseApi(APIView):
    """One case to judge."""

    @extend_schema(responses=AdjudicationCaseOutput)
    def get(self, request: Request, adjudication_case_id: uuid.UUID) -> Response:
        """Return the case, and the readers' answers under letters where the round shows them."""
        case = adjudication_case_for(caller(request), adjudication_case_id)
        study = case.adjudication.reader_study_id
        case_images_describe(case=case.case)
        text = clinical_text_to_judge(case=case.case)
        detail = {"clinical_text_version": text.version} if text else {}
        viewed(by=caller(request), reader_study_id=study, action="adjudication.view_case", obj=case, detail=detail)
        return judged_response(request, case)


class AdjudicationSegmentApi(APIView):
    """The voxels of a segment that a reader has painted."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, adjudication_case_id: uuid.UUID, sha256: str) -> HttpResponse:
        """Return the voxels as run lengths per slice; 404 unless the case shows a segment of this digest."""
        case = adjudication_case_for(caller(request), adjudication_case_id)
        read_id = read_with_segment(case, sha256)
        if read_id is None:
            raise NotFound
        viewed(
            by=caller(request),
            reader_study_id=case.adjudication.reader_study_id,
            action="adjudication.view_segment",
            obj=case,
            detail={"sha256": sha256},
        )
        return anonymous_segment_response(read_id, sha256)


class DecisionInput(serializers.Serializer[Any]):
    """A decision, why, and the number of the decision it was based on: 0 for the first."""

    base_number = serializers.IntegerField(min_value=0)
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    comment = serializers.CharField(max_length=2000)
    lesions: Any = serializers.ListSerializer(child=LesionDecisionSerializer(), default=list, max_length=500)


class AdjudicationDecisionApi(APIView):
    """Deciding."""

    @extend_schema(request=DecisionInput, responses=AdjudicationCaseOutput)
    def post(self, request: Request, adjudication_case_id: uuid.UUID) -> Response:
        """Decide about a case; 409 `decided_by_another`, `stale_revision`, `round_finished`."""
        case = adjudication_case_for(caller(request), adjudication_case_id)
        form = DecisionInput(data=request.data)
        form.is_valid(raise_exception=True)
        sent = dict(form.validated_data)
        lesions = [LesionDecision(**one) for one in sent.pop("lesions")]
        adjudication_decide(by=caller(request), case=case, lesions=lesions, **sent)
        return judged_response(request, case)
