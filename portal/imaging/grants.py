"""Grants: the right of one session or token to see the frames of one imaging study, checked without the database.

A grant is a signed text that the browser sends with every frame. It is only as good as the last answer of the
database: that answer is asked for again after `RECHECK_S`, and at once when the account's epoch has moved
(`portal.accounts.epochs`). A grant that does not hold is no refusal: the caller is then judged like anybody else.
While the database is down nothing can be taken away from anybody either, so what was granted goes on until it expires.
See docs/adr/0006-serving-path.md.
"""

import hashlib
import time
import uuid
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core import signing
from django.db import Error as DatabaseError
from django.http import HttpRequest
from rest_framework.request import Request

from portal.accounts.authentication import TokenAuthentication
from portal.accounts.epochs import epoch_of
from portal.accounts.models import User
from portal.errors import NotFound, Unavailable
from portal.imaging.access import viewable_imaging_studies
from portal.imaging.services.viewing import images_viewed

HEADER = "X-Frame-Grant"
LIFE_S = 30 * 60
RECHECK_S = 30
_SALT = "portal.imaging.grants"
_MOST_REMEMBERED = 10_000

# grant -> (when the database last said yes, the account's epoch before it was asked). One for each process.
_answers: dict[str, tuple[float, int]] = {}


@dataclass(frozen=True, slots=True)
class Grant:
    """What a grant says."""

    imaging_study_id: uuid.UUID
    user_id: uuid.UUID
    holder: str
    issued_at: float
    epoch: int


class NotSignedIn(Exception):
    """Nobody is signed in."""


def grant_for(request: HttpRequest, user: User, imaging_study_id: uuid.UUID, epoch: int) -> str:
    """A grant for somebody whom the database has just let see the imaging study; `epoch` was read before it."""
    values = [imaging_study_id.hex, user.pk.hex, _holder(request), time.time(), epoch]
    return signing.dumps(values, salt=_SALT)


def holds(request: HttpRequest, imaging_study_id: uuid.UUID) -> bool:
    """Say whether the grant of a request is good as it is, without asking the database; no is no refusal."""
    text, grant = _grant_of(request, imaging_study_id)
    return grant is not None and _is_fresh(text, grant, epoch_of(grant.user_id))


def require_viewer(request: HttpRequest, imaging_study_id: uuid.UUID) -> None:
    """Pass when the caller may see the imaging study.

    Raises
    ------
    NotSignedIn, NotFound, Unavailable
    """
    text, grant = _grant_of(request, imaging_study_id)
    if grant is None:
        user = _require_by_database(request, imaging_study_id)
        images_viewed(by=user, imaging_study_id=imaging_study_id)
        return
    now = time.time()
    # Before the database is asked: a change in between must not be taken for one that was seen.
    epoch = epoch_of(grant.user_id)
    if _is_fresh(text, grant, epoch):
        return
    try:
        _require_by_database(request, imaging_study_id)
    except Unavailable:
        if epoch != _last_answer(text, grant)[1]:
            raise
    except (NotSignedIn, NotFound):
        _answers.pop(text, None)
        raise
    _remember(text, now, epoch)


def _grant_of(request: HttpRequest, imaging_study_id: uuid.UUID) -> tuple[str, Grant | None]:
    """The grant that a request brings, if it is one for this imaging study and for who sends it."""
    text = request.headers.get(HEADER, "")
    grant = _parsed(text) if text else None
    return text, grant if grant is not None and _fits(grant, request, imaging_study_id) else None


def _last_answer(text: str, grant: Grant) -> tuple[float, int]:
    return _answers.get(text, (grant.issued_at, grant.epoch))


def _is_fresh(text: str, grant: Grant, epoch: int) -> bool:
    asked_at, epoch_then = _last_answer(text, grant)
    return epoch == epoch_then and time.time() - asked_at < RECHECK_S


def require_signed_in(request: HttpRequest) -> None:
    """Pass when anybody is signed in."""
    _caller(request)


def _fits(grant: Grant, request: HttpRequest, imaging_study_id: uuid.UUID) -> bool:
    is_alive = time.time() - grant.issued_at < LIFE_S
    return is_alive and grant.imaging_study_id == imaging_study_id and grant.holder == _holder(request)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Grant | None:
    try:
        study, user, holder, issued_at, epoch = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        return None
    return Grant(uuid.UUID(study), uuid.UUID(user), holder, issued_at, epoch)


def _holder(request: HttpRequest) -> str:
    """What a grant is bound to: the session or the token it was given to, so that alone it is worth nothing."""
    credential = request.headers.get("Authorization") or request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return hashlib.sha256(credential.encode()).hexdigest()[:32]


def _require_by_database(request: HttpRequest, imaging_study_id: uuid.UUID) -> User:
    try:
        user = _caller(request)
        if not viewable_imaging_studies(user).filter(pk=imaging_study_id).exists():
            raise NotFound
        return user
    except DatabaseError as error:
        raise Unavailable("The database does not answer; try again in a moment.") from error


def _caller(request: HttpRequest) -> User:
    """The account that makes the request, for views outside DRF."""
    if request.headers.get("Authorization"):
        found = TokenAuthentication().authenticate(Request(request))
        if found is not None:
            return found[0]
    if not isinstance(request.user, User):
        raise NotSignedIn
    return request.user


def _remember(text: str, asked_at: float, epoch: int) -> None:
    if len(_answers) >= _MOST_REMEMBERED:
        _answers.clear()
    _answers[text] = (asked_at, epoch)
