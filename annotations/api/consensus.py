"""Route of the consensus: having a worker look what a rule would make of the signed reads."""

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.api.lesions import MatchingOutput
from annotations.api.reader_studies import MANAGE
from annotations.api.reference_job_shapes import ReferenceJobOutput, accepted
from annotations.api.reference_standards import VoteOutput
from annotations.domain.consensus import ADJUDICATION, KINDS, MISSING_OUTCOMES, TIE_OUTCOMES, WEIGHTED, Rule
from annotations.domain.lesion_matching import CRITERIA, DEFAULT_DISTANCE_MM, DISTANCE, MatchRule
from annotations.domain.lesion_voxels import MAJORITY_VOXELS, VOXEL_RULES
from annotations.models import ReaderStudy, ReferenceJobKind
from annotations.selectors.consensus import Panel, voters_of
from annotations.selectors.lesions import LesionPanel
from annotations.selectors.masking import require_unmasked
from annotations.services.consensus import consensus_check
from annotations.services.reference_jobs import reference_job_create
from portal.accounts.authentication import caller
from portal.errors import Invalid


class PanelReaderInput(serializers.Serializer[Any]):
    """A reader whose signed reads vote."""

    user_id = serializers.UUIDField()
    weight = serializers.DecimalField(
        max_digits=7, decimal_places=3, min_value=Decimal("0.001"), max_value=Decimal(1000), default=Decimal(1)
    )


class LesionsInput(serializers.Serializer[Any]):
    """Which marks are matched to lesions, and when two may be of one."""

    question = serializers.CharField(max_length=40, help_text="Key of a located finding.")
    criterion = serializers.ChoiceField(choices=list(CRITERIA.items()), default=DISTANCE)
    max_distance_mm = serializers.FloatField(
        default=None, allow_null=True, min_value=0.1, max_value=1000, help_text="By distance; 10 where none is given."
    )
    min_iou = serializers.FloatField(default=None, allow_null=True, min_value=0.01, max_value=0.99)
    voxels = serializers.ChoiceField(
        choices=list(VOXEL_RULES.items()), default=MAJORITY_VOXELS, help_text="What segments on a lesion come to."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Each criterion has a threshold of its own and takes no other."""
        is_by_distance = attrs["criterion"] == DISTANCE
        unused = "min_iou" if is_by_distance else "max_distance_mm"
        if attrs[unused] is not None:
            raise serializers.ValidationError({unused: f"{attrs['criterion']} does not use it."}, code="unused")
        if is_by_distance and attrs["max_distance_mm"] is None:
            attrs["max_distance_mm"] = DEFAULT_DISTANCE_MM
        if not is_by_distance and attrs["min_iou"] is None:
            raise serializers.ValidationError({"min_iou": "How much do the boxes overlap at least?"}, code="required")
        return attrs


class ConsensusInput(serializers.Serializer[Any]):
    """Who votes, on which question, and by which rule."""

    kind = serializers.ChoiceField(choices=list(KINDS.items()))
    question = serializers.CharField(max_length=40)
    positive_from = serializers.IntegerField(
        default=None, allow_null=True, help_text="Of an ordinal or confidence question: positive from this answer on."
    )
    arm = serializers.CharField(
        default=None, allow_null=True, max_length=20, help_text="Key; needed with several arms."
    )
    ties = serializers.ChoiceField(
        choices=TIE_OUTCOMES, default=ADJUDICATION, help_text="What becomes of votes that the rule leaves open."
    )
    missing = serializers.ChoiceField(
        choices=MISSING_OUTCOMES, default=ADJUDICATION, help_text="What becomes of a case with too few votes."
    )
    minimum_votes = serializers.IntegerField(default=1, min_value=1, max_value=1000)
    readers = PanelReaderInput(
        many=True, required=False, allow_empty=False, help_text="By default all who read and have not been withdrawn."
    )

    lesions = LesionsInput(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a reader twice, and weights that the rule would not use."""
        rows = attrs.get("readers", [])
        if len({row["user_id"] for row in rows}) < len(rows):
            raise serializers.ValidationError({"readers": "A reader is named twice."}, code="repeated")
        if attrs["kind"] != WEIGHTED and any(row["weight"] != 1 for row in rows):
            raise serializers.ValidationError({"readers": f"Only {WEIGHTED} uses weights."}, code="weights_unused")
        return attrs


class CaseDecisionOutput(serializers.Serializer[Any]):
    """What the votes on a case come to."""

    case = serializers.CharField()
    case_id = serializers.UUIDField()
    outcome = serializers.CharField()
    reason = serializers.CharField()
    truth = serializers.IntegerField(allow_null=True)
    votes = VoteOutput(many=True)
    matching = MatchingOutput(allow_null=True)


class ConsensusOutput(serializers.Serializer[Any]):
    """What a rule makes of the reads that are signed now."""

    digest = serializers.CharField()
    rule = serializers.DictField()
    counts = serializers.DictField(child=serializers.IntegerField())
    cases = CaseDecisionOutput(many=True)


def panel_of(reader_study: ReaderStudy, sent: Mapping[str, Any]) -> Panel:
    """Return the panel that was sent; all who can vote where none are named, the one arm where there is one."""
    arms = [arm.key for arm in reader_study.arms.all()]
    arm = sent["arm"] or (arms[0] if len(arms) == 1 else None)
    if arm is None:
        detail = f"Name one of the arms: {', '.join(arms)}."
        raise Invalid(detail, code="arm_required", errors=[{"field": "arm", "code": "arm_required", "detail": detail}])
    weights = {row["user_id"]: row["weight"] for row in sent.get("readers", [])}
    everybody = voters_of(reader_study=reader_study).values_list("pk", flat=True)
    rule = Rule(sent["kind"], sent["ties"], sent["missing"], sent["minimum_votes"])
    voting = weights or dict.fromkeys(everybody, Decimal(1))
    asked = sent["lesions"]
    match = MatchRule(asked["criterion"], asked["max_distance_mm"], asked["min_iou"]) if asked else None
    lesions = LesionPanel(asked["question"], match, asked["voxels"]) if asked and match else None
    return Panel(rule, sent["question"], sent["positive_from"], arm, voting, lesions)


class ConsensusPreviewApi(APIView):
    """Looking at a consensus before it is stored."""

    @extend_schema(request=ConsensusInput, responses={202: ReferenceJobOutput})
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Have a worker look what a rule makes of the reads that are signed now; nothing is stored."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        require_unmasked(user=caller(request), reader_study=reader_study)
        form = ConsensusInput(data=request.data)
        form.is_valid(raise_exception=True)
        panel = panel_of(reader_study, form.validated_data)
        consensus_check(reader_study=reader_study, panel=panel)
        kind = ReferenceJobKind.CONSENSUS
        return accepted(
            reference_job_create(by=caller(request), reader_study=reader_study, kind=kind, asked=panel.as_json())
        )
