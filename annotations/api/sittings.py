"""Who edits a read, and how long it takes."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import own_read
from annotations.domain.times import MAXIMUM_PHASES, PHASE_PATTERN
from annotations.models import Read
from annotations.selectors.hanging import priors_shown_now
from annotations.services import editing
from annotations.services.timing import SittingReport
from portal.accounts.authentication import caller
from portal.accounts.models import User

EDITOR_PATTERN = r"^[\w-]{8,64}$"
LONGEST_MS = 2**53


class PhaseTimesInput(serializers.Serializer[Any]):
    """What a sitting has counted in one phase of the read."""

    first_image_ms = serializers.IntegerField(min_value=0, max_value=LONGEST_MS, allow_null=True, default=None)
    first_mark_ms = serializers.IntegerField(min_value=0, max_value=LONGEST_MS, allow_null=True, default=None)
    active_ms = serializers.IntegerField(min_value=0, max_value=LONGEST_MS)
    total_ms = serializers.IntegerField(min_value=0, max_value=LONGEST_MS)


class PhasesField(serializers.DictField):
    """Times by the name of the phase."""

    child = PhaseTimesInput()
    key = serializers.RegexField(PHASE_PATTERN)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Check the names and the number of phases, too."""
        phases: dict[str, Any] = super().to_internal_value(data)
        if len(phases) > MAXIMUM_PHASES:
            raise serializers.ValidationError(f"A read has at most {MAXIMUM_PHASES} phases.")
        return {self.key.run_validation(phase): dict(times) for phase, times in phases.items()}


class SittingInput(serializers.Serializer[Any]):
    """One stay at the read, and its times so far."""

    key = serializers.RegexField(EDITOR_PATTERN)
    phases = PhasesField()


def sitting_of(validated: Mapping[str, Any]) -> SittingReport | None:
    """Return the report in validated input, if there is one."""
    sitting = validated.get("sitting")
    return SittingReport(sitting["key"], sitting["phases"]) if sitting else None


WISHES = ("HOLD", "TAKE_OVER", "RELEASE")


class EditorInput(serializers.Serializer[Any]):
    """Who wants to edit: a name that the browser has made for itself."""

    editor = serializers.RegexField(EDITOR_PATTERN)
    wish = serializers.ChoiceField(choices=WISHES)
    sitting = SittingInput(required=False, allow_null=True, default=None)


class EditorOutput(serializers.Serializer[Any]):
    """Where the read stands, so that the editor can tell whether it has moved on."""

    revision_number = serializers.IntegerField()
    priors_shown = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_priors_shown(self, read: Read) -> list[str]:
        """Return the priors that are shown now: the protocol may have changed since the case was opened."""
        return priors_shown_now(read=read)


class OpenInput(serializers.Serializer[Any]):
    """Who opens a case; whoever only looks gives no name."""

    editor = serializers.RegexField(EDITOR_PATTERN, required=False, default="")


class TurnOutput(serializers.Serializer[Any]):
    """Whether the one who opened the read is its editor now."""

    is_held = serializers.BooleanField()
    held_since = serializers.DateTimeField(allow_null=True, help_text="Since when another editor has held it.")


def turn_of(user: User, read: Read, editor: str) -> dict[str, Any] | None:
    """Take the turn at a read that is being opened (its row is locked), unless somebody else has it."""
    if not editor or read.signed_at:
        return None
    is_held = editing.read_turn(by=user, read=read, editor=editor)
    return {"is_held": is_held, "held_since": None if is_held else read.editor_since}


class ReadEditorApi(APIView):
    """The one editor of a read."""

    @extend_schema(request=EditorInput, responses=EditorOutput)
    @transaction.atomic
    def post(self, request: Request, read_id: uuid.UUID) -> Response:
        """Hold, take over or release the read; 409 `held_elsewhere` while another editor holds it."""
        form = EditorInput(data=request.data)
        form.is_valid(raise_exception=True)
        editor, wish, sitting = (
            form.validated_data["editor"],
            form.validated_data["wish"],
            sitting_of(form.validated_data),
        )
        read = own_read(caller(request), read_id, lock=True)
        if wish == "RELEASE":
            editing.read_release(read=read, editor=editor, sitting=sitting)
        else:
            editing.read_hold(
                by=caller(request), read=read, editor=editor, take_over=wish == "TAKE_OVER", sitting=sitting
            )
        return Response(EditorOutput(read).data)
