"""Writes to accounts and tokens."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.accounts.authentication import token_digest
from portal.accounts.epochs import access_changed
from portal.accounts.models import ApiToken, Preferences, TokenScope, User
from portal.accounts.preferences import EMPTY, preference_problems
from portal.audit.services import record
from portal.errors import Conflict, FieldProblem, Invalid

STREAM = "accounts"
LONGEST_TOKEN_LIFE = timedelta(days=366)


@transaction.atomic
def person_create(
    *,
    by: User | None,
    username: str,
    password: str,
    name: str = "",
    email: str = "",
    may_create_reader_studies: bool = False,
    is_site_administrator: bool = False,
    is_program: bool = False,
) -> User:
    """Make an account. Raises `Invalid` when the name is taken or the password too weak."""
    _require_free(email)
    first_name, _, last_name = name.strip().partition(" ")
    user = User(
        username=username,
        first_name=first_name,
        last_name=last_name,
        email=email.lower(),
        may_create_reader_studies=may_create_reader_studies,
        is_superuser=is_site_administrator,
        is_program=is_program,
    )
    try:
        user.full_clean(exclude=["password"])
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(
            "The account is not valid.",
            errors=[{"field": "person", "code": "invalid", "detail": message} for message in error.messages],
        ) from error
    if User.objects.filter(username__iexact=username).exists():
        raise UsernameTaken
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise UsernameTaken from error
    record(stream=STREAM, actor=by, action="person.create", obj=user, rows=[user])
    return user


def _require_free(email: str) -> None:
    if email and User.objects.filter(email__iexact=email).exists():
        raise AddressTaken


def session_event(*, of: User, action: str) -> None:
    """Record that a session began, ended or was refused, in the person's own chain."""
    actor = None if action == "session.refuse" else of
    record(stream=f"person:{of.pk}", actor=actor, action=action, obj=of)


class UsernameTaken(Invalid):
    """Somebody else has this name."""

    def __init__(self) -> None:
        choose: FieldProblem = {"field": "username", "code": "username_taken", "detail": "Choose another username."}
        super().__init__("This username is taken.", code="username_taken", errors=[choose])


class AddressTaken(Invalid):
    """Somebody else has this address."""

    def __init__(self) -> None:
        known: FieldProblem = {"field": "email", "code": "address_taken", "detail": "Another account has it."}
        super().__init__("There is an account with this address already.", code="address_taken", errors=[known])


@transaction.atomic
def person_address_put(*, person: User, email: str) -> None:
    """Give an account that has no address the one that it has just proven to receive mail at."""
    _require_free(email)
    person.email = email.lower()
    person.save(update_fields=["email"])
    record(stream=f"person:{person.pk}", actor=person, action="person.address", obj=person)


@transaction.atomic
def token_create(*, user: User, name: str, scope: str, expires_at: datetime) -> tuple[ApiToken, str]:
    """Make a token; the second value is the only time it can be read."""
    if expires_at <= timezone.now():
        raise Invalid(
            "The token would already have expired.",
            errors=[{"field": "expires_at", "code": "in_the_past", "detail": "Choose a time in the future."}],
        )
    # The mark lets people and secret scanners recognise a token.
    token = f"ovr_{secrets.token_urlsafe(32)}"
    if expires_at > timezone.now() + LONGEST_TOKEN_LIFE:
        raise Invalid(
            "A token lives at most a year.",
            errors=[{"field": "expires_at", "code": "too_far", "detail": "Choose a time within a year."}],
        )
    stored = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=token[:8],
        digest=token_digest(token),
        scope=TokenScope(scope),
        expires_at=expires_at,
    )
    record(stream=STREAM, actor=user, action="token.create", obj=stored, detail={"scope": scope})
    return stored, token


@transaction.atomic
def token_revoke(*, by: User, token: ApiToken) -> None:
    """End a token at once."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    record(stream=STREAM, actor=by, action="token.revoke", obj=token)
    access_changed([token.user_id])


@transaction.atomic
def person_deactivate(*, by: User | None, person: User) -> None:
    """Close an account at once: its sessions, tokens and grants end; what it has signed stays."""
    User.objects.filter(pk=person.pk).update(is_active=False)
    record(stream=STREAM, actor=by, action="person.deactivate", obj=person)
    access_changed([person.pk])


@transaction.atomic
def preferences_put(*, user: User, base_revision: int, content: Any) -> Preferences:
    """Store an account's preferences. Raises 409 `stale_revision` when another window stored some in between."""
    problems = preference_problems(content)
    if problems:
        raise Invalid("The preferences are not valid.", code="invalid_preferences", errors=problems)
    # The account's row is locked, for the first write has no row of its own to lock.
    User.objects.select_for_update().get(pk=user.pk)
    stored = Preferences.objects.filter(user=user).first()
    current = stored.revision if stored else 0
    if base_revision != current:
        raise Conflict(
            "Your preferences were changed in another window.",
            code="stale_revision",
            extra={"current_revision": current, "current_content": stored.content if stored else EMPTY},
        )
    stored = stored or Preferences(user=user)
    stored.revision, stored.content = current + 1, content
    stored.save()
    record(stream=STREAM, actor=user, action="preferences.put", obj=stored, detail={"revision": stored.revision})
    return stored
