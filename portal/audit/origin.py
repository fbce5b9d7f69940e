"""From where the request comes that is being answered: kept with every event it leaves, and in no log."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

LONGEST_AGENT = 300
_origin: ContextVar[dict[str, Any] | None] = ContextVar("origin", default=None)


def present_origin() -> dict[str, Any]:
    """Return the address and the program of the caller; nothing for work that no request is waiting for."""
    return dict(_origin.get() or {})


def client_address(request: HttpRequest) -> str:
    """Return who is at the other end: behind our proxy what the proxy says, not what the client claims."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip()[:64] or request.META.get("REMOTE_ADDR", "")


class OriginMiddleware:
    """Remember the origin of a request while it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        agent = request.headers.get("User-Agent", "")[:LONGEST_AGENT]
        token = _origin.set({"address": client_address(request), "user_agent": agent})
        try:
            return self.get_response(request)
        finally:
            _origin.reset(token)
