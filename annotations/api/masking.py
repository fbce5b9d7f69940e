"""Routes of the mask over the readers' answers."""

import uuid
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import reader_study_for
from annotations.models import MaskBreak, ReaderStudy
from annotations.selectors.masking import breaks_of, is_masked, is_masking
from annotations.services.masking import mask_break
from portal.accounts.authentication import caller
from portal.accounts.passwords import require_own_password
from portal.accounts.policy import Action


class MaskBreakOutput(serializers.ModelSerializer[MaskBreak]):
    """Who saw the answers before the lock, why, and until when."""

    by = serializers.CharField(source="broken_by.username")

    class Meta:
        model = MaskBreak
        fields = ["by", "reason", "created_at", "ends_at"]


class MaskOutput(serializers.Serializer[Any]):
    """Whether the design masks answers now, whether they are masked for the caller, and every break."""

    is_masking = serializers.BooleanField()
    is_masked = serializers.BooleanField()
    breaks = MaskBreakOutput(many=True)


class MaskBreakInput(serializers.Serializer[Any]):
    """Why the answers have to be seen before the lock, and the password of who sees them."""

    reason = serializers.CharField(max_length=1000)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class MaskApi(APIView):
    """The mask of a reader study."""

    @extend_schema(responses=MaskOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Return how it stands."""
        return self._answer(
            request, reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE), status.HTTP_200_OK
        )

    @extend_schema(request=MaskBreakInput, responses={201: MaskOutput})
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Break the mask for the caller alone, for an hour; 400 `wrong_password`, 409 `not_masked`."""
        reader_study = reader_study_for(caller(request), reader_study_id, Action.READER_STUDY_MANAGE)
        form = MaskBreakInput(data=request.data)
        form.is_valid(raise_exception=True)
        require_own_password(request._request, user=caller(request), password=form.validated_data["password"])
        mask_break(by=caller(request), reader_study=reader_study, reason=form.validated_data["reason"])
        return self._answer(request, reader_study, status.HTTP_201_CREATED)

    def _answer(self, request: Request, reader_study: ReaderStudy, code: int) -> Response:
        shown = {
            "is_masking": is_masking(reader_study=reader_study),
            "is_masked": is_masked(user=caller(request), reader_study=reader_study),
            "breaks": breaks_of(reader_study=reader_study),
        }
        return Response(MaskOutput(shown).data, status=code)
