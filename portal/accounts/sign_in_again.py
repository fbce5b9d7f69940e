"""Going on after the session has expired, with the work still on the page: the same account, and no other."""

from typing import Any

from django.contrib.auth import get_user, login
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.models import User
from portal.accounts.passwords import user_with_password
from portal.accounts.services import session_event
from portal.errors import Conflict


class SignInAgainInput(serializers.Serializer[Any]):
    """The account that the page belongs to, and its password."""

    user_id = serializers.UUIDField()
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class SignInAgainOutput(serializers.Serializer[Any]):
    """Whose session it is."""

    id = serializers.UUIDField()


# Without a session DRF checks no CSRF token, but signing somebody in is worth one (login CSRF).
@method_decorator(csrf_protect, name="dispatch")
class SignInAgainApi(APIView):
    """A new session for the account that had one."""

    authentication_classes: list[type] = []

    @extend_schema(request=SignInAgainInput, responses=SignInAgainOutput, auth=[])
    def post(self, request: Request) -> Response:
        """Sign in again; 409 `other_account` while somebody else is signed in in this browser."""
        form = SignInAgainInput(data=request.data)
        form.is_valid(raise_exception=True)
        # DRF has replaced the request's user by its own; the session still says who is signed in.
        present = get_user(request._request)
        if not isinstance(present, User):
            present = _sign_in(request, **form.validated_data)
        if present.pk != form.validated_data["user_id"]:
            raise Conflict("Somebody else is signed in in this browser. Let them sign out first.", code="other_account")
        return Response(SignInAgainOutput(present).data)


def _sign_in(request: Request, *, user_id: Any, password: str) -> User:
    known = User.objects.filter(pk=user_id).first()
    user = user_with_password(request._request, known=known, unknown=f"unknown-{user_id}", password=password)
    login(request._request, user)
    session_event(of=user, action="session.begin")
    return user
