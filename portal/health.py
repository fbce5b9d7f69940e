"""Is the portal alive, and can it work?"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from portal.celery import app as celery_app
from portal.imaging.connection import orthanc
from portal.imaging.orthanc import OrthancError

logger = logging.getLogger(__name__)

CELERY_PING_TIMEOUT_S = 1.5


class CheckFailed(Exception):
    """One part does not answer; the text says which."""


def _postgresql() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        raise CheckFailed("PostgreSQL does not answer.") from error
    finally:
        connection.close()


def _redis() -> None:
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        raise CheckFailed("Redis does not answer.") from error


def _celery() -> None:
    # Each queue needs a worker of its own: one that only computes predictions ingests nothing.
    try:
        answers = celery_app.control.inspect(timeout=CELERY_PING_TIMEOUT_S).active_queues() or {}
    except (OperationalError, redis.RedisError, OSError) as error:
        raise CheckFailed("The Celery broker does not answer.") from error
    served = {queue["name"] for queues in answers.values() for queue in queues}
    missing = [name for name in settings.OVERREAD_QUEUES if name not in served]
    if missing:
        raise CheckFailed(f"No Celery worker answers for {', '.join(missing)}.")


def _orthanc() -> None:
    try:
        orthanc().system()
    except OrthancError as error:
        raise CheckFailed("Orthanc does not answer.") from error


CHECKS: dict[str, Callable[[], None]] = {
    "postgresql": _postgresql,
    "redis": _redis,
    "celery": _celery,
    "orthanc": _orthanc,
}


def _outcome(check: Callable[[], None]) -> dict[str, object]:
    try:
        check()
    except CheckFailed as error:
        logger.warning("health: %s", error)
        return {"ok": False, "detail": str(error)}
    return {"ok": True, "detail": ""}


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """Say that the web process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Check every service the portal needs, each named."""
    with ThreadPoolExecutor(len(CHECKS)) as pool:
        checks = dict(zip(CHECKS, pool.map(_outcome, CHECKS.values()), strict=True))
    ok = all(check["ok"] for check in checks.values())
    return JsonResponse({"status": "ok" if ok else "failing", "checks": checks}, status=200 if ok else 503)
