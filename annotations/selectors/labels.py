"""Revisions in force, for the people and programs that pull labels."""

from datetime import datetime

from django.db.models import F, Prefetch, Q, QuerySet

from annotations.domain.blinding import SIGNED, is_shown
from annotations.models import AssignmentState, CaseImages, ReaderStudy, Revision, RevisionKind
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

    `reader` limits the rows to one reader's own, as far as the protocol shows them again.
    """
    # A read that was signed, reopened and signed again has several signed revisions: the newest counts.
    in_force = Q(kind=RevisionKind.SIGNED, pk=F("read__signed_revision"))
    if include_drafts:
        in_force |= Q(read__signed_at=None, number=F("read__revision_number"))
    if include_first_reads:
        in_force |= Q(kind=RevisionKind.FIRST_READ)
    query = Revision.objects.filter(in_force, read__assignment__reader_study=reader_study).exclude(
        read__assignment__state=AssignmentState.VOID
    )
    if reader is not None:
        hiding = [arm.pk for arm in reader_study.arms.all() if not is_shown("own_past_reads", arm.blinding, SIGNED)]
        query = query.filter(read__assignment__reader=reader).exclude(read__assignment__arm__in=hiding)
    if updated_since is not None:
        query = query.filter(created_at__gte=updated_since)
    return query.select_related(
        "read__assignment__reader",
        "read__assignment__arm",
        "read__assignment__session",
        "read__assignment__case__imaging_study",
        "read__label_schema",
        "signature",
        "times",
    ).prefetch_related(
        "read__ai_deliveries",
        "read__clinical_texts_shown__clinical_text",
        Prefetch("read__assignment__case__further_images", queryset=CaseImages.objects.select_related("imaging_study")),
    )
