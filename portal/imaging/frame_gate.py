"""The shortest way to a frame: a fresh grant and a file, before Django's middleware, which costs more than both.

What is not exactly that (another method, a stale grant, a damaged file) goes on to Django unchanged, and
`portal.imaging.frames_api` answers it: this gate says yes or nothing. Behind nginx its yes is the file's address.
"""

import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest

from portal.imaging import frames_api, grants
from portal.imaging.frames.store import FrameDamaged, FrameGone
from portal.imaging.services.frames import frame_store

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ADDRESS = re.compile(rf"/frames/({_UUID})/({_UUID})/([0-9a-f]{{32}})/(raw|htj2k)/([1-9][0-9]{{0,8}})", re.ASCII)
# What Django's middleware would add; a frame is no page, so its policy is the strictest.
_SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Content-Security-Policy", "default-src 'none'"),
)

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class FrameGate:
    """A WSGI application in front of Django's."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer a frame, or let Django answer."""
        is_frame = environ["PATH_INFO"].startswith("/frames/") and environ["REQUEST_METHOD"] == "GET"
        answer = _frame(environ) if is_frame else None
        if answer is None:
            return self.application(environ, start_response)
        headers, content = answer
        start_response("200 OK", headers)
        return [content]


def _frame(environ: dict[str, Any]) -> tuple[list[tuple[str, str]], bytes] | None:
    match = _ADDRESS.fullmatch(environ["PATH_INFO"])
    if match is None or "HTTP_IF_NONE_MATCH" in environ:
        return None
    request = WSGIRequest(environ)
    if not _may_be_answered(request):
        return None
    study_id, series_id, version, form, number = match.groups()
    place = (uuid.UUID(study_id), uuid.UUID(series_id), version, form, int(number))
    if not grants.holds(request, place[0]):
        return None
    own = frames_api.immutable_headers(f"{version}-{form}-{number}")
    own["Content-Type"] = frames_api.content_type_of(form)
    content = b""
    if settings.OVERREAD_FRAMES_ACCEL:
        own["X-Accel-Redirect"] = frames_api.accel_address(*place)
    else:
        try:
            content = frame_store().frame(*place)
        except (FrameGone, FrameDamaged):
            return None
    own["Content-Length"] = str(len(content))
    if settings.SECURE_HSTS_SECONDS and request.is_secure():
        own["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    return [*own.items(), *_SECURITY_HEADERS], content


def _may_be_answered(request: WSGIRequest) -> bool:
    """Do the checks pass that Django's middleware would make first: a known host, https where it is asked for?"""
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return request.is_secure() or not settings.SECURE_SSL_REDIRECT
