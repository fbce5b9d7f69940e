"""The invitations of a reader study."""

from django.db.models import QuerySet

from annotations.models import Invitation, ReaderStudy


def invitations_of(*, reader_study: ReaderStudy) -> QuerySet[Invitation]:
    """Return them with their mails, newest first."""
    own = Invitation.objects.filter(reader_study=reader_study)
    return own.select_related("invited_by", "accepted_by").prefetch_related("mails")
