"""A rule of who may see what for these tests; in the portal the reader-study app gives it."""

from django.db.models import QuerySet

from portal.accounts.models import User
from portal.imaging.models import ImagingStudy


def studies_described_by_username(user: User) -> QuerySet[ImagingStudy]:
    """Everybody sees the imaging studies whose description is their username."""
    return ImagingStudy.objects.filter(study_description=user.username)
