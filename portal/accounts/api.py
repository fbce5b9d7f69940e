"""HTTP edge of accounts: me, people, tokens."""

import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.access import own_token
from portal.accounts.authentication import caller
from portal.accounts.models import ApiToken, Preferences, TokenScope, User
from portal.accounts.preferences import EMPTY
from portal.accounts.selectors import people_search, preferences_of, tokens_of
from portal.accounts.services import person_create, preferences_put, token_create, token_revoke

PEOPLE_LIMIT = 200


class MembershipOutput(serializers.Serializer[Any]):
    """A role in a reader study."""

    reader_study_id = serializers.UUIDField()
    role = serializers.CharField()


class MeOutput(serializers.ModelSerializer[User]):
    """The caller."""

    name = serializers.CharField()
    is_site_administrator = serializers.BooleanField(source="is_superuser")
    memberships = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "name",
            "is_site_administrator",
            "may_create_reader_studies",
            "memberships",
        ]

    def get_memberships(self, user: User) -> list[dict[str, str]]:
        """Return the caller's roles in reader studies; the app that keeps them stands above this one."""
        rows: list[dict[str, str]] = import_string(settings.OVERREAD_MEMBERSHIPS)(user)
        return rows


class MeApi(APIView):
    """Who am I?"""

    @extend_schema(responses=MeOutput)
    def get(self, request: Request) -> Response:
        """Return the caller's account and roles."""
        return Response(MeOutput(caller(request)).data)


class PreferencesOutput(serializers.Serializer[Any]):
    """The caller's preferences; revision 0 while nothing has been set."""

    revision = serializers.IntegerField()
    content = serializers.DictField()
    updated_at = serializers.DateTimeField(allow_null=True)


class PreferencesInput(serializers.Serializer[Any]):
    """Preferences to store; their rules are in `portal.accounts.preferences`."""

    base_revision = serializers.IntegerField(min_value=0)
    content = serializers.JSONField()


class PreferencesApi(APIView):
    """What the caller has set for themselves: keys, mouse, windows, viewer."""

    @extend_schema(responses=PreferencesOutput)
    def get(self, request: Request) -> Response:
        """Return the preferences of the caller."""
        stored = preferences_of(user=caller(request)) or Preferences(revision=0, content=EMPTY)
        return Response(PreferencesOutput(stored).data)

    @extend_schema(request=PreferencesInput, responses=PreferencesOutput)
    def put(self, request: Request) -> Response:
        """Store the preferences; 409 `stale_revision` with the newer ones when another window was faster."""
        form = PreferencesInput(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(PreferencesOutput(preferences_put(user=caller(request), **form.validated_data)).data)


class PersonOutput(serializers.ModelSerializer[User]):
    """An account, as others see it."""

    name = serializers.CharField()

    class Meta:
        model = User
        fields = ["id", "username", "name", "may_create_reader_studies", "is_program"]


class PersonInput(serializers.Serializer[Any]):
    """A new account."""

    username = serializers.CharField(max_length=150)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    email = serializers.EmailField(required=False, allow_blank=True, default="")
    password = serializers.CharField(max_length=200)
    may_create_reader_studies = serializers.BooleanField(default=False)
    is_program = serializers.BooleanField(default=False)


class PeopleApi(APIView):
    """Accounts to choose readers from."""

    @extend_schema(responses=PersonOutput(many=True), parameters=[OpenApiParameter("search", str)])
    def get(self, request: Request) -> Response:
        """Search accounts by name."""
        people = people_search(search=request.query_params.get("search", ""))
        return Response(PersonOutput(people[:PEOPLE_LIMIT], many=True).data)

    @extend_schema(request=PersonInput, responses={201: PersonOutput})
    def post(self, request: Request) -> Response:
        """Make an account."""
        form = PersonInput(data=request.data)
        form.is_valid(raise_exception=True)
        person = person_create(by=caller(request), **form.validated_data)
        return Response(PersonOutput(person).data, status=status.HTTP_201_CREATED)


class TokenOutput(serializers.ModelSerializer[ApiToken]):
    """A token without its secret."""

    class Meta:
        model = ApiToken
        fields = ["id", "name", "prefix", "scope", "created_at", "expires_at", "last_used_at"]


class TokenCreatedOutput(TokenOutput):
    """A token with its secret, shown once."""

    token = serializers.CharField()

    class Meta(TokenOutput.Meta):
        fields = [*TokenOutput.Meta.fields, "token"]


class TokenInput(serializers.Serializer[Any]):
    """A new token."""

    name = serializers.CharField(max_length=100)
    scope = serializers.ChoiceField(choices=TokenScope.choices, default=TokenScope.READ)
    expires_at = serializers.DateTimeField(required=False)


DEFAULT_TOKEN_LIFE = timedelta(days=90)


class TokensApi(APIView):
    """The caller's API tokens."""

    @extend_schema(responses=TokenOutput(many=True))
    def get(self, request: Request) -> Response:
        """List the caller's tokens."""
        return Response(TokenOutput(tokens_of(user=caller(request)), many=True).data)

    @extend_schema(request=TokenInput, responses={201: TokenCreatedOutput})
    def post(self, request: Request) -> Response:
        """Make a token; the answer is the only time its secret is shown."""
        form = TokenInput(data=request.data)
        form.is_valid(raise_exception=True)
        values = {"expires_at": timezone.now() + DEFAULT_TOKEN_LIFE, **form.validated_data}
        stored, secret = token_create(user=caller(request), **values)
        return Response({**TokenOutput(stored).data, "token": secret}, status=status.HTTP_201_CREATED)


class TokenApi(APIView):
    """One token of the caller."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, token_id: uuid.UUID) -> Response:
        """Revoke a token at once."""
        token_revoke(by=caller(request), token=own_token(caller(request), token_id))
        return Response(status=status.HTTP_204_NO_CONTENT)
