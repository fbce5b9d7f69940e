"""Reminding readers of what is left."""

import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.api.invitations import MailOutput
from annotations.models import ReaderStudy
from annotations.selectors.reminders import readers_to_remind, reminder_after_days
from annotations.services import reminders as services
from portal.accounts.authentication import caller
from portal.accounts.policy import Action

MANAGE = Action.READER_STUDY_MANAGE
MOST_READERS = 200
LONGEST_DAYS = 90


class ReminderMailOutput(MailOutput):
    """A reminder and what has become of it."""

    class Meta(MailOutput.Meta):
        fields = [*MailOutput.Meta.fields, "is_automatic"]


class RemindedReaderOutput(serializers.Serializer[Any]):
    """A reader with something left to sign; `obstacle` is empty where a reminder can be sent now."""

    reader_id = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()
    left = serializers.IntegerField()
    last_signed_at = serializers.DateTimeField(allow_null=True)
    newest = ReminderMailOutput(allow_null=True)
    obstacle = serializers.ChoiceField(choices=["", *services.OBSTACLES])


class RemindersOutput(serializers.Serializer[Any]):
    """Whom a reminder would reach, and the rule."""

    is_mail_configured = serializers.BooleanField()
    after_days = serializers.IntegerField(allow_null=True)
    readers = RemindedReaderOutput(many=True)


class ReminderRuleInput(serializers.Serializer[Any]):
    """After how many days without a signed read; null: never."""

    after_days = serializers.IntegerField(min_value=1, max_value=LONGEST_DAYS, allow_null=True)


class RemindInput(serializers.Serializer[Any]):
    """Whom to remind now."""

    reader_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_READERS)


def _answer(reader_study: ReaderStudy) -> Response:
    shown = {
        "is_mail_configured": settings.OVERREAD_MAILS,
        "after_days": reminder_after_days(reader_study=reader_study),
        "readers": readers_to_remind(reader_study=reader_study),
    }
    return Response(RemindersOutput(shown).data)


class RemindersApi(APIView):
    """The reminders of a reader study."""

    @extend_schema(responses=RemindersOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return whom a reminder would reach, and the rule."""
        return _answer(reader_study_for(caller(request), reader_study_id, MANAGE))

    @extend_schema(request=ReminderRuleInput, responses=RemindersOutput)
    @transaction.atomic
    def put(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Store the rule."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = ReminderRuleInput(data=request.data)
        form.is_valid(raise_exception=True)
        services.reminder_rule_put(by=caller(request), reader_study=reader_study, **form.validated_data)
        return _answer(reader_study)

    @extend_schema(request=RemindInput, responses=RemindersOutput)
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Remind these readers, at most once a day each; all of them or none."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = RemindInput(data=request.data)
        form.is_valid(raise_exception=True)
        reader_ids = set(form.validated_data["reader_ids"])
        services.reminders_send(by=caller(request), reader_study=reader_study, reader_ids=reader_ids)
        return _answer(reader_study)
