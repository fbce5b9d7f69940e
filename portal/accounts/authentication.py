"""Who is calling: a bearer token, or the browser's session."""

import hashlib
from datetime import timedelta

from django.utils import timezone
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from portal.accounts.models import ApiToken, TokenScope, User
from portal.prepared import Prepared

# Storing the time of every call would make each read a write.
LAST_USED_PRECISION = timedelta(minutes=1)


def token_digest(token: str) -> str:
    """Return the SHA-256 under which a token is stored. A random 256-bit token needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


# Every call of a program asks for it.
_TOKEN = Prepared(lambda digest: ApiToken.objects.select_related("user").filter(digest=digest), str)


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's account, None without a bearer header, or raise."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = timezone.now()
        found = _TOKEN.first(token_digest(token.strip()))
        if found is None or found.revoked_at or found.expires_at <= now or not found.user.is_active:
            raise exceptions.AuthenticationFailed("The token is unknown, expired or revoked.")
        if request.method not in ("GET", "HEAD", "OPTIONS") and found.scope != TokenScope.WRITE:
            raise exceptions.PermissionDenied("This token may only read. Make one with the scope WRITE.")
        if found.last_used_at is None or now - found.last_used_at > LAST_USED_PRECISION:
            ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        """Make DRF answer 401, not 403, to somebody without credentials."""
        return "Bearer"


class CsrfSessionAuthentication(authentication.SessionAuthentication):
    """The browser's session; DRF checks the CSRF token of every write."""

    def authenticate_header(self, request: Request) -> str:
        """Make DRF answer 401, not 403, to somebody without a session."""
        return "Session"


def caller(request: Request) -> User:
    """Return the account that makes the request; raise 401 when nobody has signed in."""
    if not isinstance(request.user, User):
        raise exceptions.NotAuthenticated
    return request.user
