"""What people look at in a reader study: results, truth and labels leave an event each time they are handed out."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models

from annotations.services.streams import stream_of_person
from portal.accounts.models import User
from portal.audit.services import record


def viewed(
    *, by: User, reader_study_id: uuid.UUID, action: str, obj: models.Model, detail: Mapping[str, Any] | None = None
) -> None:
    """Record that somebody is given this now; each person has a chain of their own, so that nobody waits."""
    record(stream=stream_of_person(reader_study_id, by.pk), actor=by, action=action, obj=obj, detail=detail)
