"""Double readings: the two reads of each case, whether a third is due, and where that stands."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from annotations.domain.arbitration import (
    AGREED,
    DONE,
    READING,
    STALE,
    VACANT,
    Rule,
    arbitration_of,
    common_answers,
    differences,
    in_letters,
    standing,
)
from annotations.domain.payload_upgrade import upgraded
from annotations.models import (
    ArbitrationStep,
    Assignment,
    AssignmentRole,
    AssignmentState,
    Case,
    RandomisationList,
    ReaderStudy,
    Revision,
    StepKind,
)
from annotations.selectors.designs import design_of

CASES_AT_ONCE = 500
NUMBER_OF_READS = 2
# The steps that say over which reads an arbitration counts.
SETTLING = (StepKind.SIGNED, StepKind.CONFIRMED)
# What is large of a read, and says what was answered.
_CONTENT = ("read__signed_revision__payload", "read__label_schema__questions")


@dataclass
class DoubleRead:
    """A case with the assignments of its two readers, in the order of their letters, and its arbitration."""

    case: Case
    readers: list[Assignment] = field(default_factory=list)
    arbitration: Assignment | None = None

    @property
    def signed(self) -> list[Revision]:
        """The readers' revisions in force, Reader A's first: of a reopened read the one that was last signed."""
        reads = (getattr(one, "read", None) for one in self.readers)
        return [read.signed_revision for read in reads if read is not None and read.signed_revision is not None]

    @property
    def revision_ids(self) -> list[str]:
        """Their ids."""
        return [str(revision.pk) for revision in self.signed]

    @property
    def is_settled(self) -> bool:
        """Whether every read is signed now: none is reopened, and none is still to be made."""
        return all(one.state == AssignmentState.SIGNED for one in self.readers)

    @property
    def standing(self) -> str:
        """Where the case stands, `annotations.domain.arbitration.STANDINGS`."""
        if self.arbitration is not None:
            steps = [one for one in self.arbitration.arbitration_steps.all() if one.kind in SETTLING]
            is_current = self.is_settled and bool(steps) and steps[-1].revisions == self.revision_ids
            return standing(state=self.arbitration.state, is_current=is_current)
        if len(self.readers) < NUMBER_OF_READS:
            return VACANT
        return AGREED if self.is_settled else READING


def arbitration_rule_of(*, reader_study: ReaderStudy) -> Rule | None:
    """Return what the design says of arbitration; None where nobody arbitrates."""
    return arbitration_of(design_of(reader_study=reader_study))


def seed_of(*, reader_study: ReaderStudy) -> str:
    """Return the seed with which the lists were drawn at the launch."""
    lists = RandomisationList.objects.filter(reader_study=reader_study).order_by("created_at")
    return str(lists.values_list("seed", flat=True)[:1].get())


def cases_read_twice(*, reader_study: ReaderStudy) -> QuerySet[Case]:
    """Return the cases in force that two readers read."""
    drawn = Assignment.objects.filter(reader_study=reader_study, is_training=False)
    cases = Case.objects.filter(reader_study=reader_study, removed_at=None, withdrawn_at=None)
    found: QuerySet[Case] = cases.filter(pk__in=drawn.values("case")).order_by("position", "pk")
    return found


def double_reads_of(
    *, reader_study: ReaderStudy, cases: Iterable[Case], with_answers: bool = True
) -> Iterator[DoubleRead]:
    """Yield the cases with what their readers and arbitrators did, in the order given; without answers to list them."""
    seed = seed_of(reader_study=reader_study)
    left = iter(cases)
    while some := list(islice(left, CASES_AT_ONCE)):
        found = {case.pk: DoubleRead(case) for case in some}
        assignments = _assignments(reader_study, found)
        for assignment in assignments if with_answers else assignments.defer(*_CONTENT):
            double = found[assignment.case_id]
            if assignment.role == AssignmentRole.ARBITRATION:
                double.arbitration = assignment
            else:
                double.readers.append(assignment)
        for double in found.values():
            names = [one.reader.username for one in double.readers]
            order = in_letters(seed=seed, case=double.case.name, usernames=names)
            double.readers.sort(key=lambda one: order.index(one.reader.username))
            yield double


def _assignments(reader_study: ReaderStudy, cases: Iterable[uuid.UUID]) -> QuerySet[Assignment]:
    found = Assignment.objects.filter(reader_study=reader_study, case__in=cases, repeat_number=0, is_training=False)
    return (
        found.exclude(state=AssignmentState.VOID)
        .select_related("reader", "arm", "session", "read__signed_revision", "read__label_schema")
        .prefetch_related("arbitration_steps")
    )


def double_read_of(*, reader_study: ReaderStudy, case: Case) -> DoubleRead:
    """Return one case."""
    return next(double_reads_of(reader_study=reader_study, cases=[case]))


def differences_of(*, double: DoubleRead, rule: Rule) -> list[str]:
    """Return on which of the rule's questions the signed reads differ."""
    reads = [one.read for one in double.readers if hasattr(one, "read")]
    questions = reads[0].label_schema.questions if reads else []
    return differences([one.payload for one in double.signed], questions, rule["questions"])


def final_of(*, double: DoubleRead) -> tuple[dict[str, Any], list[dict[str, Any]] | None] | None:
    """Return the final answers and findings of a case; None while there are none.

    Where the readers agree, what both said; the findings of two readers are not merged, so there are none.
    """
    if double.standing == AGREED:
        return common_answers(
            [one.payload for one in double.signed], double.readers[0].read.label_schema.questions
        ), None
    if double.standing != DONE or double.arbitration is None or double.arbitration.read.signed_revision is None:
        return None
    payload = upgraded(double.arbitration.read.signed_revision.payload)
    return payload["answers"], payload["findings"]


def stale_arbitrations(*, reader_study: ReaderStudy, assignments: Iterable[Assignment]) -> set[uuid.UUID]:
    """Return which of somebody's assignments are signed arbitrations whose reads have changed since."""
    signed = (one for one in assignments if one.state == AssignmentState.SIGNED)
    done = [one for one in signed if one.role == AssignmentRole.ARBITRATION]
    if not done:
        return set()
    cases = Case.objects.filter(pk__in=[one.case_id for one in done])
    doubles = double_reads_of(reader_study=reader_study, cases=cases, with_answers=False)
    stale = {one.arbitration.pk for one in doubles if one.arbitration is not None and one.standing == STALE}
    return stale & {one.pk for one in done}


def arbitration_counts(*, reader_study: ReaderStudy) -> dict[str, int] | None:
    """Count the arbitrations by where they stand, in three queries; None where nobody arbitrates."""
    if arbitration_rule_of(reader_study=reader_study) is None:
        return None
    in_force = Assignment.objects.filter(reader_study=reader_study).exclude(state=AssignmentState.VOID)
    settling = ArbitrationStep.objects.filter(assignment=OuterRef("pk"), kind__in=SETTLING).order_by("-number")
    arbitrations = in_force.filter(role=AssignmentRole.ARBITRATION, case__withdrawn_at=None).order_by()
    rows = list(
        arbitrations.annotate(over=Subquery(settling.values("revisions")[:1])).values_list("case_id", "state", "over")
    )
    current: dict[uuid.UUID, set[str]] = defaultdict(set)
    open_again = set()
    reads = in_force.filter(case__in=[case for case, _, over in rows if over], role=AssignmentRole.READER)
    reads = reads.filter(repeat_number=0, is_training=False)
    for case, state, revision in reads.order_by().values_list("case_id", "state", "read__signed_revision_id"):
        current[case].add(str(revision))
        if state != AssignmentState.SIGNED:
            open_again.add(case)
    counts = Counter(
        standing(state=state, is_current=case not in open_again and set(over or ()) == current[case])
        for case, state, over in rows
    )
    return {"waiting": counts["WAITING"], "open": counts["OPEN"], "done": counts[DONE], "stale": counts[STALE]}
