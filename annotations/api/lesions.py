"""Routes of the lesions: how a coordinator corrects which findings of several readers are the same one."""

import uuid
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import case_of, reader_study_for
from annotations.api.reader_studies import MANAGE
from annotations.models import LesionCorrection
from annotations.selectors.lesions import corrections_of, geometries_on
from annotations.selectors.masking import require_unmasked
from annotations.services.lesions import CorrectionAsked, lesion_correct
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller


class MarkOutput(serializers.Serializer[Any]):
    """A reader's finding on a lesion: whose, in which signed revision, where and how large."""

    key = serializers.CharField(help_text="Names the finding in a correction.")
    reader = serializers.CharField()
    reader_id = serializers.UUIDField()
    read_id = serializers.UUIDField()
    revision_id = serializers.UUIDField()
    digest = serializers.CharField()
    finding_id = serializers.UUIDField()
    code = serializers.JSONField(allow_null=True)
    confidence = serializers.IntegerField(allow_null=True)
    center_mm = serializers.ListField(child=serializers.FloatField(), allow_null=True)
    diameter_mm = serializers.FloatField(allow_null=True)
    sop_instance_uid = serializers.CharField()
    series_instance_uid = serializers.CharField()
    frame_number = serializers.IntegerField()
    kinds = serializers.ListField(child=serializers.CharField())


class UnmarkedOutput(serializers.Serializer[Any]):
    """Who read the case and has no mark on a lesion."""

    reader = serializers.CharField()
    reader_id = serializers.UUIDField()
    read_id = serializers.UUIDField()
    revision_id = serializers.UUIDField()
    digest = serializers.CharField()


class LesionOutput(serializers.Serializer[Any]):
    """A lesion: who marked it and who did not, what the rule makes of that, and where it lies."""

    id = serializers.CharField()
    outcome = serializers.CharField()
    reason = serializers.CharField()
    marks = MarkOutput(many=True)
    unmarked = UnmarkedOutput(many=True)
    code = serializers.JSONField(allow_null=True)
    places = serializers.ListField(child=serializers.DictField())
    largest_distance_mm = serializers.FloatField(allow_null=True)
    smallest_iou = serializers.FloatField(allow_null=True)


class MatchingOutput(serializers.Serializer[Any]):
    """The lesions of a case, and the number of the correction by which they are grouped."""

    lesions = LesionOutput(many=True)
    correction = serializers.IntegerField(allow_null=True)
    is_correction_outdated = serializers.BooleanField(help_text="It names other findings than are signed now.")


class LesionCorrectionOutput(serializers.ModelSerializer[LesionCorrection]):
    """A correction."""

    case = serializers.CharField(source="case.name")
    case_id = serializers.UUIDField()
    created_by = serializers.CharField(source="created_by.username")
    groups = serializers.JSONField(allow_null=True)

    class Meta:
        model = LesionCorrection
        fields = ["case", "case_id", "arm", "question", "number", "groups", "reason", "created_at", "created_by"]


class LesionCorrectionInput(serializers.Serializer[Any]):
    """How the findings of a case are grouped, and the number of the correction that this replaces: 0 for the first."""

    case_id = serializers.UUIDField()
    arm = serializers.CharField(max_length=20)
    question = serializers.CharField(max_length=40)
    base_number = serializers.IntegerField(min_value=0)
    groups = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(max_length=80), max_length=1000),
        max_length=1000,
        allow_null=True,
        help_text="Keys of findings, a list for each lesion; null: as the rule matches them.",
    )
    reason = serializers.CharField(max_length=1000)


class LesionCorrectionsApi(APIView):
    """The corrections of a reader study."""

    @extend_schema(responses=LesionCorrectionOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List who grouped which case how, when and why, newest first."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        require_unmasked(user=caller(request), reader_study=reader_study)
        rows = corrections_of(reader_study=reader_study)
        if rows:
            viewed(by=caller(request), reader_study_id=reader_study_id, action="lesions.view", obj=reader_study)
        return Response(LesionCorrectionOutput(rows, many=True).data)

    @extend_schema(request=LesionCorrectionInput, responses={201: LesionCorrectionOutput(many=True)})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Group the findings of a case otherwise; 400 `same_reader`, `other_findings`, 409 `stale_revision`."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        require_unmasked(user=caller(request), reader_study=reader_study)
        form = LesionCorrectionInput(data=request.data)
        form.is_valid(raise_exception=True)
        sent = dict(form.validated_data)
        case = case_of(reader_study, sent.pop("case_id"))
        lesion_correct(by=caller(request), reader_study=reader_study, case=case, asked=CorrectionAsked(**sent))
        rows = corrections_of(reader_study=reader_study)
        return Response(LesionCorrectionOutput(rows, many=True).data, status=status.HTTP_201_CREATED)


class CaseMarkOutput(serializers.Serializer[Any]):
    """A reader's finding as it was drawn; a segment is not among its geometries."""

    key = serializers.CharField()
    reader = serializers.CharField()
    geometries = serializers.ListField(child=serializers.DictField())


class CaseMarksApi(APIView):
    """The readers' marks on a case."""

    @extend_schema(operation_id="reader_study_case_marks_list", responses=CaseMarkOutput(many=True))
    def get(
        self, request: Request, reader_study_id: uuid.UUID, case_id: uuid.UUID, arm_key: str, question_key: str
    ) -> Response:
        """List the signed findings of an arm's readers on a case, as they were drawn; one located finding."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        require_unmasked(user=caller(request), reader_study=reader_study)
        case = case_of(reader_study, case_id)
        found = geometries_on(reader_study=reader_study, case_id=case.pk, arm=arm_key, question=question_key)
        if found:
            viewed(by=caller(request), reader_study_id=reader_study_id, action="lesions.view", obj=case)
        return Response(CaseMarkOutput(found, many=True).data)
