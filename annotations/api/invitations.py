"""Inviting people into a reader study, and the page behind the link of an invitation."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user, login
from django.db import transaction
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.access import invitation_of, invitation_with_token, reader_study_for
from annotations.models import Invitation, StudyMail
from annotations.models.invitations import INVITED_ROLES
from annotations.selectors.invitations import invitations_of
from annotations.services import invitations as services
from portal.accounts.authentication import caller
from portal.accounts.limits import count_try, require_tries_left
from portal.accounts.models import User
from portal.accounts.passwords import user_with_password
from portal.accounts.policy import Action, Role
from portal.accounts.services import session_event
from portal.audit.origin import client_address
from portal.errors import Conflict, Invalid, NotFound

MANAGE = Action.READER_STUDY_MANAGE
MOST_ADDRESSES = 50
STRANGE_TOKENS = 20
REFUSED_ACCOUNTS = 10


class MailOutput(serializers.ModelSerializer[StudyMail]):
    """What has become of a mail."""

    class Meta:
        model = StudyMail
        fields = ["state", "error_code", "error_detail", "tries", "next_try_at", "created_at", "finished_at"]


class InvitationOutput(serializers.ModelSerializer[Invitation]):
    """An invitation as the coordinators see it."""

    state = serializers.SerializerMethodField()
    invited_by = serializers.CharField(source="invited_by.name")
    accepted_by = serializers.CharField(source="accepted_by.username", default=None, allow_null=True)
    mail = serializers.SerializerMethodField()

    class Meta:
        model = Invitation
        fields = [
            "id",
            "email",
            "role",
            "state",
            "invited_by",
            "created_at",
            "expires_at",
            "accepted_at",
            "accepted_by",
            "revoked_at",
            "mail",
        ]

    @extend_schema_field(serializers.ChoiceField(choices=["PENDING", "ACCEPTED", "EXPIRED", "REVOKED"]))
    def get_state(self, invitation: Invitation) -> str:
        """Say how it stands now."""
        if invitation.accepted_at:
            return "ACCEPTED"
        if invitation.revoked_at:
            return "REVOKED"
        return "EXPIRED" if invitation.expires_at <= timezone.now() else "PENDING"

    @extend_schema_field(MailOutput(allow_null=True))
    def get_mail(self, invitation: Invitation) -> Any:
        """Return the newest mail; None where the link was handed over by hand."""
        mails = list(invitation.mails.all())
        return MailOutput(mails[0]).data if mails else None


class InvitationsOutput(serializers.Serializer[Any]):
    """All invitations, newest first, and whether the portal can send mails at all."""

    is_mail_configured = serializers.BooleanField()
    invitations = InvitationOutput(many=True)


class InvitationsInput(serializers.Serializer[Any]):
    """Whom to invite."""

    emails = serializers.ListField(child=serializers.EmailField(), min_length=1, max_length=MOST_ADDRESSES)
    role = serializers.ChoiceField(choices=INVITED_ROLES)


class HandedOutOutput(serializers.Serializer[Any]):
    """An invitation and, where no mail carries it, its link: shown this once."""

    id = serializers.UUIDField(source="invitation.pk")
    email = serializers.EmailField(source="invitation.email")
    link = serializers.CharField(allow_null=True)


class InvitationsApi(APIView):
    """The invitations of a reader study."""

    @extend_schema(responses=InvitationsOutput)
    def get(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """List them."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE)
        rows = invitations_of(reader_study=reader_study)
        return Response(InvitationsOutput({"is_mail_configured": settings.OVERREAD_MAILS, "invitations": rows}).data)

    @extend_schema(request=InvitationsInput, responses={201: HandedOutOutput(many=True)})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID) -> Response:
        """Invite; without a mail server the answer holds the links to hand over, this once."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        form = InvitationsInput(data=request.data)
        form.is_valid(raise_exception=True)
        role, emails = Role(form.validated_data["role"]), form.validated_data["emails"]
        rows = services.invitations_create(by=caller(request), reader_study=reader_study, emails=emails, role=role)
        return Response(HandedOutOutput(rows, many=True).data, status=status.HTTP_201_CREATED)


class InvitationResendApi(APIView):
    """Sending an invitation anew."""

    @extend_schema(request=None, responses=HandedOutOutput)
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID, invitation_id: uuid.UUID) -> Response:
        """Send a new link, valid for another 14 days; earlier ones end."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        invitation = invitation_of(reader_study, invitation_id)
        return Response(HandedOutOutput(services.invitation_resend(by=caller(request), invitation=invitation)).data)


class InvitationRevokeApi(APIView):
    """Withdrawing an invitation."""

    @extend_schema(request=None, responses={204: None})
    @transaction.atomic
    def post(self, request: Request, reader_study_id: uuid.UUID, invitation_id: uuid.UUID) -> Response:
        """End its links at once."""
        reader_study = reader_study_for(caller(request), reader_study_id, MANAGE, lock=True)
        services.invitation_revoke(by=caller(request), invitation=invitation_of(reader_study, invitation_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class LinkInput(serializers.Serializer[Any]):
    """What stands behind `#` in the link."""

    token = serializers.CharField(max_length=200)


class InvitationSeenOutput(serializers.Serializer[Any]):
    """What whoever holds the link is told: who invites whom into what."""

    reader_study_name = serializers.CharField(source="reader_study.name")
    coordinator_name = serializers.CharField(source="invited_by.name")
    role = serializers.CharField()
    email = serializers.EmailField()
    expires_at = serializers.DateTimeField()


def _held(request: Request, token: str) -> Invitation:
    """Return the invitation of a link; an address that tries many strange tokens has to wait."""
    address = f"invitation-tokens:{client_address(request._request)}"
    require_tries_left(address, STRANGE_TOKENS)
    try:
        return invitation_with_token(token)
    except NotFound:
        count_try(address)
        raise


# As for signing in again: without a session DRF checks no CSRF token, and every write of a browser is to carry one.
@method_decorator(csrf_protect, name="dispatch")
class InvitationLookApi(APIView):
    """What a link invites to."""

    authentication_classes: list[type] = []

    @extend_schema(request=LinkInput, responses=InvitationSeenOutput, auth=[])
    def post(self, request: Request) -> Response:
        """Return it; a token that is unknown, used, revoked or expired is the same 404."""
        form = LinkInput(data=request.data)
        form.is_valid(raise_exception=True)
        invitation = _held(request, form.validated_data["token"])
        services.require_joinable(invitation)
        return Response(InvitationSeenOutput(invitation).data)


class AcceptInput(LinkInput):
    """The account to take part with: one that is there, or a new one."""

    is_new_account = serializers.BooleanField()
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class AcceptOutput(serializers.Serializer[Any]):
    """What the invited person takes part in now."""

    reader_study_id = serializers.UUIDField()
    role = serializers.CharField()


# Signing somebody in is worth a CSRF token, too.
@method_decorator(csrf_protect, name="dispatch")
class InvitationAcceptApi(APIView):
    """Accepting an invitation."""

    authentication_classes: list[type] = []

    @extend_schema(request=AcceptInput, responses=AcceptOutput, auth=[])
    def post(self, request: Request) -> Response:
        """Take part and sign in, and use the link up; 409 `other_account` while somebody else is signed in here."""
        form = AcceptInput(data=request.data)
        form.is_valid(raise_exception=True)
        given = form.validated_data
        _require_nobody_else(request, given)
        invitation = _held(request, given["token"])
        account = _account(request, invitation, given)
        try:
            invitation, person = services.invitation_accept(token=given["token"], account=account)
        except Invalid:
            # Among the refusals are names that are taken: nobody tries out a list of them with one link.
            count_try(f"invitation-accounts:{invitation.pk}")
            raise
        login(request._request, person, backend="django.contrib.auth.backends.ModelBackend")
        session_event(of=person, action="session.begin")
        return Response(AcceptOutput(invitation).data)


def _require_nobody_else(request: Request, given: dict[str, Any]) -> None:
    # DRF has replaced the request's user by its own; the session still says who is signed in.
    present = get_user(request._request)
    if isinstance(present, User) and (given["is_new_account"] or present.username != given["username"]):
        raise Conflict(
            f"{present.username} is signed in in this browser. Sign out first, or sign in here as {present.username}.",
            code="other_account",
        )


def _account(request: Request, invitation: Invitation, given: dict[str, Any]) -> User | services.NewAccount:
    username, password = given["username"], given["password"]
    if given["is_new_account"]:
        require_tries_left(f"invitation-accounts:{invitation.pk}", REFUSED_ACCOUNTS)
        return services.NewAccount(username, password, given["name"])
    known = User.objects.filter(username=username).first()
    return user_with_password(request._request, known=known, unknown=username, password=password)
