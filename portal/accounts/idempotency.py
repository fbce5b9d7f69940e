"""`Idempotency-Key`: however often a POST is sent with one key, it is done once, and every time answered the same.

The key is claimed by a row in the transaction that does the work, so both are stored or neither. A second request with
the key waits in PostgreSQL for the first to end. Only answers that say "done" (2xx) bind a key: a refused request has
stored nothing and may be mended and sent again with the same one.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from psycopg.errors import LockNotAvailable
from rest_framework.exceptions import APIException

from portal.accounts.models import KeyedRequest, User
from portal.accounts.permissions import site_roles
from portal.accounts.policy import Role, action_of, allowed
from portal.errors import PortalError, problem_response

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
KEPT_FOR = timedelta(days=7)
# How long a request waits for another one with its key.
LONGEST_WAIT_S = 20
_KEY = re.compile(r"[\x21-\x7e]{8,200}")

# Saves of a read carry a key of their own in the body, kept for ever with the revision; opening, holding and
# prefetching a read, signing in, and locking a reference standard are the same however often they are done; a
# protocol is approved once by each person. What takes a password has to be here: in the key's transaction a refusal
# would be rolled back and so not be counted.
LEFT_ALONE = frozenset(
    {
        "assignment-open",
        "invitation-accept",
        "invitation-look",
        "read-arbitration-confirmation",
        "read-editor",
        "read-first-read",
        "read-prefetch",
        "read-sign",
        "reader-study-mask",
        "reader-study-protocol-approvals",
        "reader-study-reference-standard-lock",
        "sign-in-again",
    }
)
# What they answer is shown once and stored nowhere.
SHOWS_A_SECRET = frozenset(
    {
        "tokens",
        "webhooks",
        "webhook-secret",
        "reader-study-webhooks",
        "reader-study-webhook-secret",
        "reader-study-invitations",
        "reader-study-invitation-resend",
    }
)

View = Callable[..., HttpResponseBase]


class IdempotencyMiddleware:
    """Runs a keyed POST in one transaction with its key, or answers with what the first one was answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Answer in place of the view when the request carries a key."""
        key = request.headers.get(HEADER)
        route = request.resolver_match.view_name if request.resolver_match else ""
        if key is None or request.method != "POST" or route in LEFT_ALONE or not hasattr(view, "cls"):
            return None
        try:
            caller = _caller(request, view, kwargs)
            if caller is None:
                return None  # the view says 401, 403 or 404
            if not _KEY.fullmatch(key):
                detail = "An idempotency key has 8 to 200 visible ASCII characters: take a random UUID."
                return problem_response(400, "idempotency_key_invalid", detail)
            claim = KeyedRequest(user=caller, route=route, key=key, fingerprint=_fingerprint(request))
            return _answered_once(claim, lambda: view(request, *args, **kwargs))
        except RequestDataTooBig:
            limit = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20} MiB"
            return problem_response(413, "too_large", f"With an idempotency key a body has at most {limit}.")
        except PortalError as error:
            return problem_response(error.status, error.code, error.detail)


def _caller(request: HttpRequest, view: Any, kwargs: dict[str, Any]) -> User | None:
    """Return the account if it may still do this; None leaves the refusal to the view.

    So an answer is not given again to somebody who has lost the role in which it was given first.
    """
    instance = view.cls(**view.initkwargs)
    instance.kwargs = kwargs
    try:
        asked = instance.initialize_request(request)
        instance.perform_authentication(asked)
        instance.check_permissions(asked)
    except (APIException, Http404, PermissionDenied):
        return None
    user = asked.user
    return user if isinstance(user, User) and _may(user, request, kwargs) else None


def _may(user: User, request: HttpRequest, kwargs: dict[str, Any]) -> bool:
    match = request.resolver_match
    action = action_of(match.view_name if match else None, "POST")
    memberships = import_string(settings.OVERREAD_MEMBERSHIPS)(user)
    study = kwargs.get("reader_study_id")
    held = {Role(row["role"]) for row in memberships if study is None or row["reader_study_id"] == str(study)}
    return action is not None and allowed(action, site_roles(user) | held)


def _fingerprint(request: HttpRequest) -> str:
    """Return a digest of what is asked. It is keyed, because a body may hold a password that could be guessed."""
    digest = salted_hmac("portal.accounts.idempotency", request.get_full_path(), algorithm="sha256")
    digest.update(b"\n" + (request.content_type or "").encode() + b"\n")
    if request.content_type != "multipart/form-data":
        digest.update(request.body)
        return digest.hexdigest()
    # Each sending has another boundary, so the parts count, not the bytes.
    for name in sorted(request.POST):
        digest.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for upload in request.FILES.getlist(name):
            digest.update(repr((name, upload.name, upload.size)).encode())
            for chunk in upload.chunks():
                digest.update(chunk)
            upload.seek(0)
    return digest.hexdigest()


def _answered_once(claim: KeyedRequest, work: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    with transaction.atomic():
        if _is_first(claim):
            answer = work()
            if hasattr(answer, "render"):
                answer.render()
            _keep(claim, answer)
            return answer
        earlier = KeyedRequest.objects.get(user=claim.user, route=claim.route, key=claim.key)
    if earlier.fingerprint != claim.fingerprint:
        detail = "This idempotency key was used for another request; take a new key for each thing you want done."
        return problem_response(422, "idempotency_key_reused", detail)
    if earlier.body is None:
        detail = "This request has been done. Its answer showed a secret and was not kept: make another with a new key."
        return problem_response(409, "idempotency_answer_not_kept", detail)
    return HttpResponse(
        bytes(earlier.body),
        status=earlier.status,
        content_type=earlier.content_type,
        headers={REPLAYED_HEADER: "true"},
    )


def _is_first(claim: KeyedRequest) -> bool:
    """Insert the claim, after waiting for whoever holds the key; say whether it is ours."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LONGEST_WAIT_S}s"])
            KeyedRequest.objects.bulk_create([claim], ignore_conflicts=True)
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise InProgress from error
    return KeyedRequest.objects.filter(pk=claim.pk).exists()


class InProgress(PortalError):
    """The first request with this key is still being done."""

    status = HTTPStatus.CONFLICT
    code = "idempotency_in_progress"

    def __init__(self) -> None:
        super().__init__("The first request with this idempotency key is still running: send the same again later.")


def _keep(claim: KeyedRequest, answer: HttpResponseBase) -> None:
    own = KeyedRequest.objects.filter(pk=claim.pk)
    if not HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
        own.delete()
        return
    is_kept = claim.route not in SHOWS_A_SECRET and isinstance(answer, HttpResponse)
    own.update(
        status=answer.status_code,
        content_type=answer.headers.get("Content-Type", ""),
        body=answer.content if is_kept and isinstance(answer, HttpResponse) else None,
    )


def keys_sweep() -> int:
    """Forget keys and answers that are older than `KEPT_FOR`."""
    deleted, _ = KeyedRequest.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
    return deleted
