"""Routes of the versions of a reference standard: which there are, what they say, and which may open results."""

import uuid
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for, reference_standard_for
from annotations.api.lesions import MatchingOutput
from annotations.api.reader_studies import MANAGE
from annotations.domain.signatures import LOCK_MEANINGS
from annotations.models import AdjudicationDecision, ReaderStudy, ReferenceLock, ReferenceStandard
from annotations.selectors.masking import is_truth_masked, require_truth_unmasked
from annotations.selectors.truth import lock_meaning, reference_standard_of, reference_standards_of, truths_in
from annotations.services.truth import reference_standard_lock
from annotations.services.viewing import viewed
from portal.accounts.authentication import caller
from portal.accounts.models import User
from portal.accounts.passwords import require_own_password


class ReferenceLockOutput(serializers.ModelSerializer[ReferenceLock]):
    """Who locked a version, when, and what it meant."""

    locked_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = ReferenceLock
        fields = ["username", "full_name", "locked_at", "meaning", "meaning_text", "reason", "digest"]


class ReferenceVersionOutput(serializers.ModelSerializer[ReferenceStandard]):
    """A version of the reference standard: where it comes from, and whether results may be opened by it."""

    created_by = serializers.CharField(source="created_by.username")
    base_version = serializers.IntegerField(
        source="base.version", allow_null=True, default=None, help_text="The version that files were added to."
    )
    number_positive = serializers.IntegerField(allow_null=True, help_text="The counts are null while it is masked.")
    number_negative = serializers.IntegerField(allow_null=True)
    number_excluded = serializers.IntegerField(allow_null=True)
    number_for_adjudication = serializers.IntegerField(allow_null=True)
    is_masked = serializers.BooleanField(help_text="It was made of answers that the caller does not see yet.")
    rule = serializers.DictField(help_text="What a consensus was made by; empty for what was imported.")
    lock = serializers.SerializerMethodField()

    class Meta:
        model = ReferenceStandard
        fields = [
            "version",
            "source",
            "provenance",
            "base_version",
            "digest",
            "created_at",
            "created_by",
            "number_positive",
            "number_negative",
            "number_excluded",
            "number_for_adjudication",
            "is_masked",
            "rule",
            "lock",
        ]

    @extend_schema_field(ReferenceLockOutput(allow_null=True))
    def get_lock(self, standard: ReferenceStandard) -> dict[str, Any] | None:
        """Return the lock, None while there is none."""
        lock = getattr(standard, "lock", None)
        return dict(ReferenceLockOutput(lock).data) if lock else None


class LockMeaningOutput(serializers.Serializer[Any]):
    """What locking a version means now; one that amends needs a reason."""

    code = serializers.CharField()
    text = serializers.CharField()


class ReferenceVersionsOutput(serializers.Serializer[Any]):
    """All versions, newest first."""

    lock_meaning = LockMeaningOutput()
    versions = ReferenceVersionOutput(many=True)


def versions_response(by: User, reader_study: ReaderStudy, http_status: int = status.HTTP_200_OK) -> Response:
    """Answer with all versions of a reader study."""
    meaning = lock_meaning(reader_study=reader_study)
    answer = {
        "lock_meaning": {"code": meaning, "text": LOCK_MEANINGS[meaning]},
        "versions": [_masked_for(by, one) for one in reference_standards_of(reader_study=reader_study)],
    }
    return Response(ReferenceVersionsOutput(answer).data, status=http_status)


def _masked_for(by: User, standard: ReferenceStandard) -> ReferenceStandard:
    """Leave out what the answers come to: the counts, and the digest, for one could try all truths of a few cases."""
    is_hidden = is_truth_masked(user=by, standard=standard)
    vars(standard)["is_masked"] = is_hidden
    if is_hidden:
        vars(standard).update(dict.fromkeys(_COUNTS), digest="")
        if hasattr(standard, "lock"):
            standard.lock.digest = ""
    return standard


_COUNTS = ("number_positive", "number_negative", "number_excluded", "number_for_adjudication")


class ReferenceStandardsApi(APIView):
    """The versions of a reference standard."""

    @extend_schema(responses=ReferenceVersionsOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List the versions, newest first, with their locks."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        if reference_standard_of(reader_study=reader_study) is not None:
            viewed(
                by=caller(request), reader_study_id=reader_study_id, action="reference_standard.view", obj=reader_study
            )
        return versions_response(caller(request), reader_study)


class VoteOutput(serializers.Serializer[Any]):
    """A reader's vote: which signed revision it is from, and what it said."""

    reader = serializers.CharField()
    reader_id = serializers.UUIDField()
    read_id = serializers.UUIDField()
    revision_id = serializers.UUIDField()
    digest = serializers.CharField()
    answer = serializers.JSONField()
    is_positive = serializers.BooleanField()
    weight = serializers.CharField()


class AdjudicatedOutput(serializers.ModelSerializer[AdjudicationDecision]):
    """Who decided about a case, and why."""

    adjudicator = serializers.CharField(source="adjudicator.username")
    decided_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = AdjudicationDecision
        fields = ["id", "adjudicator", "comment", "decided_at"]


class CaseTruthOutput(serializers.Serializer[Any]):
    """What a version says about one case, and where it has it from."""

    case = serializers.CharField()
    case_id = serializers.UUIDField()
    outcome = serializers.CharField()
    reason = serializers.CharField()
    truth = serializers.IntegerField(allow_null=True)
    provenance = serializers.DictField(help_text="Of the truth; empty where it is that of the version.")
    lesions = serializers.ListField(child=serializers.DictField())
    votes = VoteOutput(many=True)
    adjudicated = AdjudicatedOutput(allow_null=True)
    matching = MatchingOutput(allow_null=True)


class ReferenceStandardVersionApi(APIView):
    """One version of a reference standard."""

    @extend_schema(operation_id="reference_standard_truths_list", responses=CaseTruthOutput(many=True))
    def get(self, request: Request, reader_study_id: uuid.UUID, standard_version: int) -> Response:
        """List what the version says, case by case."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        standard = reference_standard_for(reader_study, standard_version)
        require_truth_unmasked(user=caller(request), standard=standard)
        viewed(by=caller(request), reader_study_id=reader_study_id, action="reference_standard.view", obj=standard)
        return Response(CaseTruthOutput(truths_in(standard=standard), many=True).data)


class ReferenceLockInput(serializers.Serializer[Any]):
    """Who locks gives their password again; a lock after another one needs a reason."""

    password = serializers.CharField(max_length=200, trim_whitespace=False)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class ReferenceStandardLockApi(APIView):
    """Locking a version."""

    @extend_schema(request=ReferenceLockInput, responses=ReferenceVersionsOutput)
    def post(self, request: Request, reader_study_id: uuid.UUID, standard_version: int) -> Response:
        """Lock a version for ever, so that results can be opened by it; 400 `wrong_password`, 409 `already_locked`."""
        by = caller(request)
        standard = reference_standard_for(reader_study_for(by, reader_study_id, MANAGE), standard_version)
        form = ReferenceLockInput(data=request.data)
        form.is_valid(raise_exception=True)
        # Before the transaction: refusals are counted even though nothing else is stored.
        require_own_password(request._request, user=by, password=form.validated_data["password"])
        with transaction.atomic():
            reader_study = reader_study_for(by, reader_study_id, MANAGE, lock=True)
            reference_standard_lock(by=by, standard=standard, reason=form.validated_data["reason"])
        return versions_response(caller(request), reader_study)
