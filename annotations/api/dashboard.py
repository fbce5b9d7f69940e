"""The progress of a running reader study."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.api.arbitration import ArbitrationCountsOutput
from annotations.domain.forecast import UNDEFINED
from annotations.selectors.dashboard import WatchedReader, dashboard_of
from portal.accounts.authentication import caller
from portal.accounts.policy import Action
from portal.moments import utc_text


class PartOutput(serializers.Serializer[Any]):
    """One session in one arm."""

    session = serializers.IntegerField()
    arm = serializers.CharField()
    arm_name = serializers.CharField()
    total = serializers.IntegerField()
    signed = serializers.IntegerField()
    draft = serializers.IntegerField(source="begun")
    median_active_s = serializers.FloatField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    is_overdue = serializers.BooleanField()


class ForecastOutput(serializers.Serializer[Any]):
    """When everything is signed at the present rate, or why that cannot be told."""

    at = serializers.DateTimeField(allow_null=True)
    undefined = serializers.CharField()
    detail = serializers.SerializerMethodField()
    is_behind = serializers.BooleanField()
    sessions = serializers.ListField(child=serializers.DateTimeField(allow_null=True))

    def get_detail(self, forecast: Any) -> str:
        """Say in words why there is none; empty where there is one."""
        return UNDEFINED.get(forecast.undefined, "")


class SelfAgreementOutput(serializers.Serializer[Any]):
    """How the reader agrees with themselves in hidden repeats: first read and repeat, in pairs."""

    pairs = serializers.IntegerField()
    calls_compared = serializers.IntegerField()
    calls_equal = serializers.IntegerField()
    ratings_compared = serializers.IntegerField()
    rating_drift = serializers.FloatField(allow_null=True)


class AtWorkOutput(serializers.Serializer[Any]):
    """What the reader is reading now."""

    read_id = serializers.UUIDField()
    case = serializers.CharField()
    since = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()


class ReaderProgressOutput(serializers.Serializer[Any]):
    """How far one reader has come."""

    user_id = serializers.UUIDField(source="running.reader_id")
    username = serializers.CharField(source="running.username")
    name = serializers.CharField(source="running.name")
    total = serializers.IntegerField(source="running.total")
    signed = serializers.IntegerField(source="running.signed")
    draft = serializers.IntegerField(source="running.begun")
    due_on = serializers.DateField(source="running.due_on", allow_null=True)
    is_overdue = serializers.BooleanField(source="running.is_overdue")
    is_withdrawn = serializers.BooleanField(source="running.is_withdrawn")
    training_accepted_at = serializers.DateTimeField(source="running.training_accepted_at", allow_null=True)
    median_active_s = serializers.SerializerMethodField()
    last_signed_at = serializers.SerializerMethodField()
    parts = PartOutput(many=True)
    signed_by_day = serializers.ListField(child=serializers.IntegerField())
    rate_per_day = serializers.FloatField(allow_null=True)
    forecast = ForecastOutput()
    agreement = SelfAgreementOutput(allow_null=True)
    at_work = AtWorkOutput(allow_null=True)
    queries_open = serializers.IntegerField()
    queries_answered = serializers.IntegerField()

    def get_median_active_s(self, reader: WatchedReader) -> float | None:
        """Return the median time of a signed read without idle time."""
        return reader.progress["median_active_s"] if reader.progress else None

    def get_last_signed_at(self, reader: WatchedReader) -> str | None:
        """Return when the reader last signed."""
        last = reader.progress["last_signed_at"] if reader.progress else None
        return utc_text(last) if last else None


class ProgressOutput(serializers.Serializer[Any]):
    """How far all readers have come; `signed_by_day` of each begins on `first_day` and ends today."""

    readers = ReaderProgressOutput(many=True)
    parts = PartOutput(many=True)
    total = serializers.IntegerField()
    signed = serializers.IntegerField()
    first_day = serializers.DateField()
    now = serializers.DateTimeField()
    arbitration = ArbitrationCountsOutput(allow_null=True)


class ProgressApi(APIView):
    """How far the readers have come."""

    @extend_schema(responses=ProgressOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return every reader's progress, rate and forecast; nothing of what they answered."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        dashboard = dashboard_of(reader_study=reader_study)
        sums = {
            **dashboard._asdict(),
            "total": sum(one.running.total for one in dashboard.readers),
            "signed": sum(one.running.signed for one in dashboard.readers),
        }
        return Response(ProgressOutput(sums).data)
