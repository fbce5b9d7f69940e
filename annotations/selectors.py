"""Reads of reader studies: what lists, pages and exports show."""

import statistics
import uuid
from collections import defaultdict
from datetime import datetime
from typing import TypedDict

from django.db.models import Count, F, Prefetch, Q, QuerySet

from annotations.domain.ai_decisions import ShownAi
from annotations.domain.payload_upgrade import upgraded
from annotations.domain.priors import Described, OwnMark, Relevance, own_marks, relevance
from annotations.domain.states import AI_DECIDED, AI_SHOWN
from annotations.models import (
    AiDisplay,
    Assignment,
    AssignmentState,
    Case,
    CasePrior,
    HangingProtocol,
    LabelSchema,
    Membership,
    RandomisationList,
    Read,
    ReaderStudy,
    ReaderStudyState,
    ReferenceStandard,
    ReferenceTruth,
    Revision,
    RevisionKind,
)
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.imaging.models import ImagingStudy
from portal.inference.models import Prediction
from portal.inference.selectors import predictions_in_force


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


class Counts(TypedDict):
    """Sizes of a reader study and how far it has come."""

    number_of_cases: int
    number_of_readers: int
    number_of_assignments: int
    number_signed: int
    my_assignments: int
    my_signed: int


def counts_of(*, reader_study_ids: list[uuid.UUID], user: User) -> dict[uuid.UUID, Counts]:
    """Count cases, readers and assignments of several reader studies in three queries."""
    counts: dict[uuid.UUID, Counts] = {
        pk: Counts(
            number_of_cases=0,
            number_of_readers=0,
            number_of_assignments=0,
            number_signed=0,
            my_assignments=0,
            my_signed=0,
        )
        for pk in reader_study_ids
    }
    cases = Case.objects.filter(reader_study__in=reader_study_ids, removed_at=None).order_by()
    for row in cases.values("reader_study").annotate(count=Count("pk")):
        counts[row["reader_study"]]["number_of_cases"] = row["count"]
    readers = Membership.objects.filter(reader_study__in=reader_study_ids, role=Role.READER).order_by()
    for row in readers.values("reader_study").annotate(count=Count("pk")):
        counts[row["reader_study"]]["number_of_readers"] = row["count"]
    signed = Q(state=AssignmentState.SIGNED)
    assignments = Assignment.objects.filter(reader_study__in=reader_study_ids).exclude(state=AssignmentState.VOID)
    for sums in (
        assignments.order_by()
        .values("reader_study")
        .annotate(
            number_of_assignments=Count("pk"),
            number_signed=Count("pk", filter=signed),
            my_assignments=Count("pk", filter=Q(reader=user)),
            my_signed=Count("pk", filter=signed & Q(reader=user)),
        )
    ):
        own = counts[sums["reader_study"]]
        own["number_of_assignments"] = sums["number_of_assignments"]
        own["number_signed"] = sums["number_signed"]
        own["my_assignments"] = sums["my_assignments"]
        own["my_signed"] = sums["my_signed"]
    return counts


def cases_of(*, reader_study: ReaderStudy) -> QuerySet[Case]:
    """Return the cases in force, in the coordinator's order."""
    cases = Case.objects.filter(reader_study=reader_study, removed_at=None)
    return cases.select_related("imaging_study__patient").prefetch_related("priors")


def label_schema_of(*, reader_study: ReaderStudy) -> LabelSchema | None:
    """Return the newest label schema."""
    return LabelSchema.objects.filter(reader_study=reader_study).order_by("-version").first()


def hanging_protocol_of(*, reader_study: ReaderStudy) -> HangingProtocol | None:
    """Return the newest hanging protocol; without one the built-in rules hang the cases."""
    return HangingProtocol.objects.filter(reader_study=reader_study).order_by("-version").first()


def _described(study: ImagingStudy) -> Described:
    return Described(study.modalities, study.body_part, study.study_date)


def prior_candidates(*, case: Case) -> list[ImagingStudy]:
    """Return the other imaging studies of the case's patient that are not later, the most relevant first."""
    current = case.imaging_study
    others = ImagingStudy.objects.filter(patient=current.patient_id).exclude(pk=current.pk)
    if current.study_date is not None:
        others = others.filter(Q(study_date=None) | Q(study_date__lte=current.study_date))

    def order(study: ImagingStudy) -> tuple[Relevance, str]:
        return relevance(_described(current), _described(study)), study.study_instance_uid

    return sorted(others.select_related("patient"), key=order)


def priors_of_read(*, case: Case) -> QuerySet[CasePrior]:
    """Return the priors of a case with their series, as far as the protocol shows them to readers."""
    shown = CasePrior.objects.filter(case=case, case__reader_study__shows_priors=True)
    return shown.select_related("imaging_study", "case__imaging_study").prefetch_related("imaging_study__series")


def own_marks_on_priors(*, read: Read) -> dict[uuid.UUID, list[OwnMark]]:
    """Return by imaging study what the reader has signed on the case's priors, where the protocol shows it."""
    own = read.assignment
    earlier = Read.objects.filter(
        signed_revision__isnull=False,
        assignment__reader=own.reader_id,
        assignment__reader_study=own.reader_study_id,
        assignment__reader_study__shows_prior_marks=True,
        assignment__state=AssignmentState.SIGNED,
        assignment__case__imaging_study__in=priors_of_read(case=own.case).values("imaging_study"),
    ).select_related("signed_revision", "assignment__case")
    return {
        one.assignment.case.imaging_study_id: own_marks(upgraded(one.signed_revision.payload))
        for one in earlier
        if one.signed_revision
    }


def reference_standard_of(*, reader_study: ReaderStudy) -> ReferenceStandard | None:
    """Return the newest reference standard."""
    return ReferenceStandard.objects.filter(reader_study=reader_study).order_by("-version").first()


def truths_of(*, reader_study: ReaderStudy) -> dict[uuid.UUID, ReferenceTruth]:
    """Return the truth in force of each case that has one."""
    standard = reference_standard_of(reader_study=reader_study)
    return {truth.case_id: truth for truth in ReferenceTruth.objects.filter(reference_standard=standard)}


def members_of(*, reader_study: ReaderStudy) -> QuerySet[Membership]:
    """Return the members with their accounts."""
    return reader_study.memberships.select_related("user").order_by("role", "user__username")


class CheckItem(TypedDict):
    """One line of the launch check."""

    code: str
    ok: bool
    blocking: bool
    text: str


class LaunchCheck(TypedDict):
    """What a reader study still lacks."""

    ready: bool
    items: list[CheckItem]


def launch_check(*, reader_study: ReaderStudy) -> LaunchCheck:
    """Say what is missing before the reader study can be launched."""
    cases = list(cases_of(reader_study=reader_study))
    readers = reader_study.memberships.filter(role=Role.READER).count()
    schema = label_schema_of(reader_study=reader_study)
    items = [
        CheckItem(
            code="label_schema",
            ok=schema is not None,
            blocking=True,
            text=f"Label schema with {len(schema.questions)} question(s)." if schema else "Build the label schema.",
        ),
        CheckItem(
            code="cases",
            ok=bool(cases),
            blocking=True,
            text=f"{len(cases)} case(s)." if cases else "Choose the cases from the imaging studies.",
        ),
        CheckItem(
            code="readers",
            ok=readers > 0,
            blocking=True,
            text=f"{readers} reader(s)." if readers else "Add at least one reader.",
        ),
        _ai_item(reader_study, cases),
        *_prior_items(reader_study, cases),
        _truth_item(reader_study, cases),
        _analysis_item(schema),
    ]
    return {"ready": all(item["ok"] for item in items if item["blocking"]), "items": items}


def _ai_item(reader_study: ReaderStudy, cases: list[Case]) -> CheckItem:
    shown = reader_study.ai_display != AiDisplay.HIDDEN
    if reader_study.ai_model_version_id is None:
        return CheckItem(code="ai", ok=False, blocking=False, text="No AI model chosen: readers only, no comparison.")
    predicted = (
        Prediction.objects.filter(
            model_version=reader_study.ai_model_version_id,
            imaging_study__in=[c.imaging_study_id for c in cases],
        )
        .order_by()
        .values("imaging_study")
        .distinct()
        .count()
    )
    text = f"{predicted} of {len(cases)} case(s) have a prediction of the chosen AI model."
    return CheckItem(code="ai", ok=predicted == len(cases) > 0, blocking=shown, text=text)


def _prior_items(reader_study: ReaderStudy, cases: list[Case]) -> list[CheckItem]:
    """Say how many cases have priors; nothing where no case has any and none are shown."""
    with_priors = sum(bool(case.priors.all()) for case in cases)
    if not with_priors and not reader_study.shows_priors:
        return []
    said = f"{with_priors} of {len(cases)} case(s) have priors. "
    text = said + ("Readers see them." if reader_study.shows_priors else "The hanging protocol hides them.")
    return [CheckItem(code="priors", ok=bool(with_priors) and reader_study.shows_priors, blocking=False, text=text)]


def _truth_item(reader_study: ReaderStudy, cases: list[Case]) -> CheckItem:
    truths = truths_of(reader_study=reader_study)
    known = sum(case.pk in truths for case in cases)
    text = f"{known} of {len(cases)} case(s) have a reference standard. It can follow later; the analysis needs it."
    return CheckItem(code="reference_standard", ok=known == len(cases) > 0, blocking=False, text=text)


def _analysis_item(schema: LabelSchema | None) -> CheckItem:
    roles = {question.get("role") for question in schema.questions} if schema else set()
    missing = [name for name in ("CALL", "RATING") if name not in roles]
    text = (
        "The form has a binary call and a rating."
        if not missing
        else f"No question has the role {' or '.join(missing)}: the analysis will leave out what needs it."
    )
    return CheckItem(code="analysis_roles", ok=not missing, blocking=False, text=text)


def assignments_of(*, reader_study: ReaderStudy, reader: User) -> QuerySet[Assignment]:
    """Return a reader's assignments in reading order."""
    return (
        Assignment.objects.filter(reader_study=reader_study, reader=reader)
        .exclude(state=AssignmentState.VOID)
        .select_related("case", "read")
        .order_by("position")
    )


def unsigned_assignments_of(*, reader_study: ReaderStudy, reader: User) -> QuerySet[Assignment]:
    """Return what a reader has still to sign, in reading order."""
    return assignments_of(reader_study=reader_study, reader=reader).exclude(state=AssignmentState.SIGNED)


def next_assignment(*, reader_study: ReaderStudy, reader: User) -> Assignment | None:
    """Return the first assignment of the reader's order that is not signed."""
    return unsigned_assignments_of(reader_study=reader_study, reader=reader).first()


def comparison_available(*, read: Read) -> bool:
    """Say whether the protocol lets the reader see the AI now."""
    if read.assignment.reader_study.ai_model_version_id is None:
        return False
    return AI_SHOWN[read.assignment.arm.ai_display]["SIGNED" if read.signed_at else read.phase]


def prediction_of(*, read: Read) -> Prediction | None:
    """Return the prediction of a read's case: the one in force when the reader study was launched."""
    reader_study, imaging_study_id = read.assignment.reader_study, read.assignment.case.imaging_study_id
    if reader_study.ai_model_version is None:
        return None
    in_force = predictions_in_force(
        model_version=reader_study.ai_model_version,
        imaging_study_ids=[imaging_study_id],
        frozen_at=reader_study.launched_at,
    )
    return in_force.get(imaging_study_id)


def shown_ai_of(*, read: Read) -> ShownAi | None:
    """Return what of the AI the reader can decide about now: only where it is shown before signing."""
    if read.assignment.arm.ai_display not in AI_DECIDED or not comparison_available(read=read):
        return None
    prediction = prediction_of(read=read)
    if prediction is None:
        return None
    return ShownAi(str(prediction.pk), tuple(finding["id"] for finding in prediction.findings))


class ReaderProgress(TypedDict):
    """How far one reader has come."""

    user_id: uuid.UUID
    username: str
    name: str
    total: int
    signed: int
    draft: int
    median_active_s: float | None
    last_signed_at: datetime | None


def progress_of(*, reader_study: ReaderStudy) -> list[ReaderProgress]:
    """Return every reader's progress."""
    by_reader: dict[uuid.UUID, list[Assignment]] = defaultdict(list)
    assignments = Assignment.objects.filter(reader_study=reader_study).exclude(state=AssignmentState.VOID)
    for assignment in assignments.select_related("read", "reader"):
        by_reader[assignment.reader_id].append(assignment)
    rows = []
    for own in by_reader.values():
        reads = [a.read for a in own if a.state == AssignmentState.SIGNED]
        times = [read.active_ms / 1000 for read in reads if read.active_ms]
        rows.append(
            ReaderProgress(
                user_id=own[0].reader_id,
                username=own[0].reader.username,
                name=own[0].reader.name,
                total=len(own),
                signed=len(reads),
                draft=sum(a.state == AssignmentState.DRAFT for a in own),
                median_active_s=statistics.median(times) if times else None,
                last_signed_at=max((read.signed_at for read in reads if read.signed_at), default=None),
            )
        )
    return sorted(rows, key=lambda row: row["username"])


def randomisation_lists_of(*, reader_study: ReaderStudy) -> QuerySet[RandomisationList]:
    """Return the stored reading orders."""
    return (
        RandomisationList.objects.filter(reader_study=reader_study)
        .select_related("reader")
        .order_by("reader__username")
    )


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
