"""Reader studies and what belongs to them: members, cases, label schema, reading orders."""

from django.db.models import Prefetch, Q, QuerySet

from annotations.models import Case, LabelSchema, Membership, RandomisationList, ReaderStudy, ReaderStudyState
from annotations.selectors.case_images import further_images
from portal.accounts.models import User
from portal.accounts.policy import Role


def memberships_of(user: User) -> list[dict[str, str]]:
    """Return the caller's roles in reader studies (setting OVERREAD_MEMBERSHIPS)."""
    rows = user.memberships.exclude(
        Q(reader_study__state=ReaderStudyState.DRAFT) & ~Q(role=Role.COORDINATOR)
    ).values_list("reader_study_id", "role")
    return [{"reader_study_id": str(pk), "role": role} for pk, role in rows]


def reader_studies_of(*, user: User) -> QuerySet[ReaderStudy]:
    """Return the reader studies the caller has a role in; readers do not see drafts."""
    query = ReaderStudy.objects.select_related("ai_model_version__ai_model").prefetch_related("arms")
    if not user.is_superuser:
        mine = user.memberships.filter(Q(role=Role.COORDINATOR) | ~Q(reader_study__state=ReaderStudyState.DRAFT))
        query = query.filter(pk__in=mine.values("reader_study_id"))
    return query.prefetch_related(
        Prefetch("memberships", queryset=Membership.objects.filter(user=user), to_attr="own_memberships")
    )


def members_of(*, reader_study: ReaderStudy) -> QuerySet[Membership]:
    """Return the members with their accounts."""
    return reader_study.memberships.select_related("user").order_by("role", "user__username")


def cases_of(*, reader_study: ReaderStudy) -> QuerySet[Case]:
    """Return the cases in force, in the coordinator's order."""
    cases = Case.objects.filter(reader_study=reader_study, removed_at=None)
    return cases.select_related("imaging_study__patient").prefetch_related("priors", further_images())


def label_schema_of(*, reader_study: ReaderStudy) -> LabelSchema | None:
    """Return the newest label schema."""
    return LabelSchema.objects.filter(reader_study=reader_study).order_by("-version").first()


def randomisation_lists_of(*, reader_study: ReaderStudy) -> QuerySet[RandomisationList]:
    """Return the stored reading orders."""
    return (
        RandomisationList.objects.filter(reader_study=reader_study)
        .select_related("reader")
        .order_by("reader__username")
    )
