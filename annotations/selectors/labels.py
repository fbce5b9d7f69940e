"""Revisions in force, for the people and programs that pull labels."""

from datetime import datetime

from django.db.models import F, Q, QuerySet

from annotations.models import AssignmentState, ReaderStudy, Revision, RevisionKind
from portal.accounts.models import User


def labels_of(
    *,
    reader_study: ReaderStudy,
    reader: User | None,
    updated_since: datetime | None,
    include_drafts: bool = False,
    include_first_reads: bool = False,
) -> QuerySet[Revision]:
    """Return the revisions in force, oldest first: signed ones, and drafts and frozen first reads where asked for.

    `reader` limits the rows to one reader's own.
    """
    in_force = Q(kind=RevisionKind.SIGNED)
    if include_drafts:
        in_force |= Q(read__signed_at=None, number=F("read__revision_number"))
    if include_first_reads:
        in_force |= Q(kind=RevisionKind.FIRST_READ)
    query = Revision.objects.filter(in_force, read__assignment__reader_study=reader_study).exclude(
        read__assignment__state=AssignmentState.VOID
    )
    if reader is not None:
        query = query.filter(read__assignment__reader=reader)
    if updated_since is not None:
        query = query.filter(created_at__gte=updated_since)
    return query.select_related(
        "read__assignment__reader", "read__assignment__case__imaging_study", "read__label_schema"
    ).prefetch_related("read__ai_deliveries", "read__sittings")
