"""Which imaging studies somebody may look at, and through which reader studies.

The current ones of a case are its first and its further ones; priors are shown as far as the protocol says.
"""

import uuid
from typing import Any

from django.db.models import Q, QuerySet

from annotations.models import Assignment, AssignmentState, Case, CaseImages, CasePrior
from annotations.priors_shown import priors_shown
from portal.accounts.permissions import site_roles
from portal.accounts.policy import Role
from portal.imaging.models import ImagingStudy


def owned(user: Any) -> Q:
    """Return the condition that an assignment is the caller's own, and of use."""
    return Q(
        reader=user,
        reader_study__memberships__user=user,
        reader_study__memberships__role=Role.READER,
    ) & ~Q(state=AssignmentState.VOID)


def viewable_imaging_studies(user: Any) -> QuerySet[ImagingStudy]:
    """Return the imaging studies whose pixels the caller may see (setting OVERREAD_IMAGING_ACCESS).

    Those who build reader studies see all; a reader sees the cases they have opened and the one they were told to
    fetch ahead, all their current imaging studies, and their priors where the protocol shows these; a coordinator or
    adjudicator sees the cases and priors of their reader studies.
    """
    if site_roles(user) & {Role.STUDY_CREATOR, Role.SITE_ADMINISTRATOR}:
        return ImagingStudy.objects.all()
    if not user.is_authenticated:
        return ImagingStudy.objects.none()
    reached = ~Q(state=AssignmentState.PENDING) | Q(images_named_at__isnull=False)
    own = Assignment.objects.filter(owned(user))
    assigned = own.filter(reached)
    overseen = Case.objects.filter(
        removed_at=None,
        reader_study__memberships__user=user,
        reader_study__memberships__role__in=[Role.COORDINATOR, Role.ADJUDICATOR],
    )
    further = CaseImages.objects.filter(Q(case__in=assigned.values("case")) | Q(case__in=overseen))
    priors = priors_shown(own=own, reached=assigned)
    overseen_priors = CasePrior.objects.filter(case__in=overseen)
    return ImagingStudy.objects.filter(
        Q(pk__in=assigned.values("case__imaging_study"))
        | Q(pk__in=overseen.values("imaging_study"))
        | Q(pk__in=further.values("imaging_study"))
        | Q(pk__in=priors.values("imaging_study"))
        | Q(pk__in=overseen_priors.values("imaging_study"))
    )


def reader_studies_through(user: Any, imaging_study_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the reader studies in which the caller has to do with an imaging study: reads it, or oversees it."""
    # As conditions on the case: joined, each case would come once for each of its further ones with each of its priors.
    further = CaseImages.objects.filter(imaging_study=imaging_study_id).values("case")
    current = Case.objects.filter(Q(imaging_study=imaging_study_id) | Q(pk__in=further)).values("pk")
    with_prior = CasePrior.objects.filter(imaging_study=imaging_study_id).values("case")
    assigned = Assignment.objects.filter(owned(user)).filter(
        Q(case__in=current) | Q(case__in=with_prior, reader_study__shows_priors=True)
    )
    overseen = Case.objects.filter(
        Q(pk__in=current) | Q(pk__in=with_prior),
        removed_at=None,
        reader_study__memberships__user=user,
        reader_study__memberships__role__in=[Role.COORDINATOR, Role.ADJUDICATOR],
    )
    through = (
        assigned.order_by().values_list("reader_study_id").union(overseen.order_by().values_list("reader_study_id"))
    )
    return sorted(pk for (pk,) in through)
