"""Who is given the images of an imaging study: an event for each sitting, not for each frame."""

import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from portal.accounts.models import User
from portal.audit.origin import present_origin
from portal.audit.services import record
from portal.imaging.models import ImagingStudy

SITTING_S = 30 * 60
_MOST_REMEMBERED = 10_000
# (account, imaging study, address, program) -> when it was last told. One for each process.
_told: dict[tuple[object, ...], float] = {}


def images_viewed(*, by: User, imaging_study_id: uuid.UUID) -> None:
    """Record that somebody is given these images now; once in half an hour for one person, place and program."""
    origin = present_origin()
    sitting = (by.pk, imaging_study_id, origin.get("address"), origin.get("user_agent"))
    now = time.monotonic()
    if now - _told.get(sitting, -SITTING_S) < SITTING_S:
        return
    streams: Callable[[User, uuid.UUID], list[str]] = import_string(settings.OVERREAD_IMAGE_STREAMS)
    with transaction.atomic():
        for stream in streams(by, imaging_study_id):
            record(stream=stream, actor=by, action="images.view", obj=ImagingStudy(pk=imaging_study_id))
        transaction.on_commit(lambda: _remember(sitting, now))


def _remember(sitting: tuple[object, ...], now: float) -> None:
    if len(_told) >= _MOST_REMEMBERED:
        _told.clear()
    _told[sitting] = now
