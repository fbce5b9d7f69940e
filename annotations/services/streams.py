"""Which chain of the audit trail an event belongs to."""

import uuid

from annotations.access import reader_studies_through
from annotations.models import Assignment
from portal.accounts.models import User


def stream_of_reader(assignment: Assignment) -> str:
    """Return the audit stream of one reader in one reader study: one chain each, so that readers do not wait."""
    return stream_of_readers_own(assignment.reader_study_id, assignment.reader_id)


def stream_of_readers_own(reader_study_id: uuid.UUID, reader_id: uuid.UUID) -> str:
    """Return the same for what a reader does outside any assignment."""
    return f"reader-study:{reader_study_id}:reader:{reader_id}"


def stream_of_person(reader_study_id: uuid.UUID, user_id: uuid.UUID) -> str:
    """Return the audit stream of what one person looks at in one reader study."""
    return f"reader-study:{reader_study_id}:person:{user_id}"


def image_streams(user: User, imaging_study_id: uuid.UUID) -> list[str]:
    """Return where it is told that somebody sees these images (setting OVERREAD_IMAGE_STREAMS).

    That is in every reader study that lets them, and in their own stream where none does.
    """
    through = reader_studies_through(user, imaging_study_id)
    return [stream_of_person(pk, user.pk) for pk in through] or [f"person:{user.pk}"]
