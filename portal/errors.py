"""One family of errors, one place where they become RFC 9457 problem documents."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

logger = logging.getLogger(__name__)

PROBLEM_JSON = "application/problem+json"


class FieldProblem(TypedDict):
    """What is wrong with one field or one row of the input."""

    field: str
    code: str
    detail: str
    row: NotRequired[int]


class PortalError(Exception):
    """An error a caller can do something about. `code` is stable; `detail` never names a patient."""

    status = HTTPStatus.BAD_REQUEST
    code = "invalid"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        errors: Sequence[FieldProblem] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.errors = list(errors)
        self.extra = dict(extra or {})


class Invalid(PortalError):
    """The input is wrong."""


class NotFound(PortalError):
    """Not there, or not yours: the caller cannot tell which."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"

    def __init__(self, detail: str = "There is nothing here that you may see.") -> None:
        super().__init__(detail)


class Forbidden(PortalError):
    """The caller may see the object but may not do this with it."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"

    def __init__(self, detail: str = "Your role does not allow this.") -> None:
        super().__init__(detail)


class Conflict(PortalError):
    """The object is not in a state that allows this, or has moved on since the caller looked."""

    status = HTTPStatus.CONFLICT
    code = "wrong_state"


class TooMany(PortalError):
    """Asked too often; later it is answered again."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_requests"


class Unavailable(PortalError):
    """A service the portal needs does not answer."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"


def problem(
    status: int, code: str, detail: str, errors: Sequence[Any] = (), extra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Build the body of a problem document (RFC 9457)."""
    body: dict[str, Any] = dict(extra or {})
    body |= {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
    }
    body["code"] = code
    if errors:
        body["errors"] = list(errors)
    return body


def problem_response(status: int, code: str, detail: str) -> JsonResponse:
    """Answer a plain Django view with a problem document."""
    return JsonResponse(problem(status, code, detail), status=status, content_type=PROBLEM_JSON)


def _field_problems(detail: Any, path: str = "") -> list[FieldProblem]:
    if isinstance(detail, Mapping):
        return [p for key, value in detail.items() for p in _field_problems(value, f"{path}.{key}".lstrip("."))]
    if isinstance(detail, list):
        return [
            p
            for index, value in enumerate(detail)
            for p in _field_problems(value, path if isinstance(value, str) else f"{path}[{index}]")
        ]
    code = getattr(detail, "code", "invalid")
    return [{"field": path or "non_field_errors", "code": str(code), "detail": str(detail)}]


def _too_large() -> dict[str, Any]:
    limit_mib = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
    return problem(413, "too_large", f"The body is larger than {limit_mib} MiB; send less at a time.")


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's hook: every expected error leaves the API as a problem document."""
    headers: dict[str, str] = {}
    if isinstance(error, PortalError):
        body = problem(error.status, error.code, error.detail, error.errors, error.extra)
    elif isinstance(error, Http404):
        body = problem(404, NotFound.code, NotFound().detail)
    elif isinstance(error, PermissionDenied):
        body = problem(403, Forbidden.code, Forbidden().detail)
    elif isinstance(error, RequestDataTooBig):
        body = _too_large()
    elif isinstance(error, exceptions.ValidationError):
        body = problem(400, "invalid", "The input is not valid.", _field_problems(error.detail))
    elif isinstance(error, exceptions.APIException):
        code = "not_authenticated" if error.status_code == HTTPStatus.UNAUTHORIZED else str(error.get_codes())
        code = "forbidden" if error.status_code == HTTPStatus.FORBIDDEN else code
        body = problem(error.status_code, code, str(error.detail))
        if auth_header := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = auth_header
        if wait := getattr(error, "wait", None):
            headers["Retry-After"] = str(int(wait))
    else:
        return None
    set_rollback()
    return Response(body, status=body["status"], headers=headers, content_type=PROBLEM_JSON)


def bad_request_page(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Django's 400 outside DRF: an unknown host, a body that is too large."""
    if isinstance(exception, RequestDataTooBig):
        return JsonResponse(_too_large(), status=413, content_type=PROBLEM_JSON)
    detail = (
        "The request is not allowed." if isinstance(exception, SuspiciousOperation) else "The request is not valid."
    )
    return problem_response(400, "bad_request", detail)


def not_found_page(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Django's 404 outside DRF."""
    return problem_response(404, NotFound.code, NotFound().detail)


def server_error_page(request: HttpRequest) -> JsonResponse:
    """Django's 500: says nothing about what was in the request."""
    return problem_response(500, "server_error", "Something went wrong on our side; the error has been logged.")


def csrf_failure_page(request: HttpRequest, reason: str = "") -> JsonResponse:
    """A write without a valid CSRF token."""
    return problem_response(403, "csrf_failed", "The security token is missing or old. Reload the page and try again.")
