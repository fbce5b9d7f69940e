"""Asking for the password of somebody who is known already: to go on after a session, and to sign."""

from axes.utils import reset
from django.contrib.auth import authenticate
from django.http import HttpRequest

from portal.accounts.models import User
from portal.accounts.services import session_event
from portal.audit.origin import client_address
from portal.errors import Invalid


def user_with_password(request: HttpRequest, *, known: User | None, unknown: str, password: str) -> User:
    """Return the account whose password it is, or raise 400 `wrong_password`; limited as signing in is.

    Call it outside a transaction: a refusal that is rolled back would not be counted. An account that is not there
    takes the same way, so that neither the answer nor its time tells it from a wrong password.
    """
    user = authenticate(request, username=known.username if known else unknown, password=password)
    if not isinstance(user, User):
        if known:
            session_event(of=known, action="session.refuse")
        raise Invalid("The password is not right.", code="wrong_password")
    return user


def require_own_password(request: HttpRequest, *, user: User, password: str) -> None:
    """Raise 400 `wrong_password` unless it is the password of who makes the request."""
    user_with_password(request, known=user, unknown="", password=password)
    # Signing is no sign-in, after which failures are forgotten by themselves.
    reset(username=user.username, ip=client_address(request))
