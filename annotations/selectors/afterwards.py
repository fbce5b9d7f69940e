"""What a reader may be told once the own read is signed: others' answers to the case, and how many are diseased."""

from typing import Any, NamedTuple

from annotations.domain.adjudication import anonymous_answers, letter
from annotations.domain.drawn_cases import seeded_hash
from annotations.models import (
    Assignment,
    AssignmentRole,
    AssignmentState,
    Read,
    ReaderStudy,
    ReferenceStandard,
    ReferenceTruth,
)
from annotations.selectors.arbitration import seed_of
from annotations.selectors.assignments import unsigned_assignments_of
from annotations.selectors.blinding import is_put_away, shows
from annotations.selectors.designs import design_of
from portal.accounts.models import User
from portal.audit.models import Event

# What the event says that tells that a reader was told the prevalence.
PREVALENCE = "PREVALENCE"


class Prevalence(NamedTuple):
    """How many of the cases with a truth are diseased, training cases apart."""

    positives: int
    cases: int
    standard: ReferenceStandard


def shows_other_readers(*, read: Read) -> bool:
    """Say whether the reader may see now what others answered."""
    return shows("other_readers", read=read) and not is_put_away(read=read)


def other_answers_of(*, read: Read) -> list[dict[str, Any]]:
    """Return what others have signed on the case, under letters of this case, in words: no id, no mark, no free text.

    The order is that of a hash with the stored seed, so Reader A of one case is not Reader A of the next.
    """
    own = read.assignment
    others = Assignment.objects.filter(
        reader_study=own.reader_study_id,
        case=own.case_id,
        role=AssignmentRole.READER,
        state=AssignmentState.SIGNED,
        is_training=own.is_training,
        repeat_number=0,
    ).exclude(reader=own.reader_id)
    seed = seed_of(reader_study=own.reader_study)
    signed = sorted(
        others.select_related("reader", "case", "read__signed_revision", "read__label_schema"),
        key=lambda one: seeded_hash(seed, "others", one.case.name, one.reader.username),
    )
    reads = [(one.read.signed_revision, one.read.label_schema) for one in signed]
    return [
        {"name": f"Reader {letter(position)}", "answers": anonymous_answers(revision.payload, schema.questions)}
        for position, (revision, schema) in enumerate(reads)
        if revision is not None
    ]


def prevalence_of(*, read: Read) -> Prevalence | None:
    """Return the prevalence once the reader has nothing left to sign and the truth is locked; None before."""
    own = read.assignment
    if not shows("prevalence", read=read) or is_put_away(read=read):
        return None
    if unsigned_assignments_of(reader_study=own.reader_study, reader=own.reader).exists():
        return None
    locked = ReferenceStandard.objects.filter(reader_study=own.reader_study, lock__isnull=False)
    standard = locked.order_by("-version").first()
    if standard is None:
        return None
    training = design_of(reader_study=own.reader_study)["training"]
    truths = ReferenceTruth.objects.filter(
        reference_standard=standard, case__removed_at=None, case__withdrawn_at=None
    ).exclude(case__in=training)
    values = list(truths.values_list("truth", flat=True))
    return Prevalence(sum(values), len(values), standard) if values else None


def knows_prevalence(*, reader_study: ReaderStudy, reader: User) -> bool:
    """Say whether somebody has been told how many cases are diseased."""
    standards = ReferenceStandard.objects.filter(reader_study=reader_study).values_list("pk", flat=True)
    of_standards = Event.objects.filter(
        object_type=ReferenceStandard._meta.label, object_id__in=[str(pk) for pk in standards]
    )
    return of_standards.filter(actor=reader, detail__content=PREVALENCE).exists()
