"""How far a reader has come with the training cases, and whether they have said that they are done."""

import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from annotations.models import Assignment, AssignmentState, ReaderStudy, ReferenceTruth, TrainingAcceptance
from annotations.selectors.truth import reference_standard_of
from portal.accounts.models import User
from portal.audit.models import Event

# What a reader accepts; kept with the record as it was worded then.
STATEMENT = "I have read the training cases, seen their truth, and am ready for the cases that count."
# The event that tells that a reader was sent the truth of a training case.
FEEDBACK_EVENT = "reference_standard.view"


class Training(NamedTuple):
    """The training of one reader; `cases` is 0 where there is none."""

    cases: int
    signed: int
    seen: int
    accepted_at: datetime.datetime | None

    @property
    def may_accept(self) -> bool:
        """Whether every case is signed and its truth was seen."""
        return self.accepted_at is None and 0 < self.cases == self.signed == self.seen


def training_of(*, reader_study: ReaderStudy, reader: User) -> Training:
    """Return how far the reader has come."""
    own = list(_own(reader_study, reader).values_list("case_id", "state"))
    cases = {case for case, _ in own}
    truths = ReferenceTruth.objects.filter(reference_standard__reader_study=reader_study, case__in=cases)
    of_truth = {str(pk): case for pk, case in truths.values_list("pk", "case_id")}
    in_force = truths.filter(reference_standard=reference_standard_of(reader_study=reader_study))
    # What a later version of the truth says nothing of cannot be looked at, and keeps nobody waiting.
    untold = cases - set(in_force.values_list("case_id", flat=True))
    shown = Event.objects.filter(object_type=ReferenceTruth._meta.label, object_id__in=of_truth)
    seen = shown.filter(actor=reader, action=FEEDBACK_EVENT)
    acceptance = TrainingAcceptance.objects.filter(reader_study=reader_study, reader=reader).first()
    return Training(
        cases=len(own),
        signed=sum(state == AssignmentState.SIGNED for _, state in own),
        seen=len(untold | {of_truth[pk] for pk in seen.values_list("object_id", flat=True)}),
        accepted_at=acceptance.created_at if acceptance else None,
    )


def must_accept_training(*, assignment: Assignment) -> bool:
    """Say whether the reader has training cases and has not said yet that they are done; programs are not trained."""
    reader, reader_study = assignment.reader, assignment.reader_study
    if assignment.is_training or reader.is_program or not _own(reader_study, reader).exists():
        return False
    return not TrainingAcceptance.objects.filter(reader_study=reader_study, reader=reader).exists()


def _own(reader_study: ReaderStudy, reader: User) -> QuerySet[Assignment]:
    own = Assignment.objects.filter(reader_study=reader_study, reader=reader, is_training=True)
    # What cannot be signed any more, its session being over, keeps nobody from the next one.
    today = timezone.now().astimezone(datetime.UTC).date()
    is_missed = ~Q(state=AssignmentState.SIGNED) & Q(session__closes_on__lt=today)
    return own.exclude(state=AssignmentState.VOID).exclude(is_missed)
