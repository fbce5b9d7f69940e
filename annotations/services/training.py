"""Saying that one is trained: once, kept for good, before the first case that counts."""

from django.db import transaction

from annotations.domain.states import RUNNING
from annotations.models import Assignment, AssignmentState, ReaderStudy, TrainingAcceptance
from annotations.selectors.training import STATEMENT, training_of
from annotations.services.streams import stream_of_readers_own
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict


@transaction.atomic
def training_accept(*, by: User, reader_study: ReaderStudy) -> TrainingAcceptance:
    """Store that the reader has done the training; once more is harmless. Raises 409 `training_unfinished`."""
    existing = TrainingAcceptance.objects.filter(reader_study=reader_study, reader=by).first()
    if existing:
        return existing
    if reader_study.state not in RUNNING:
        raise Conflict("The reader study is closed: nobody is asked for the training any more.")
    training = training_of(reader_study=reader_study, reader=by)
    if not training.may_accept:
        detail = (
            f"{training.signed} of {training.cases} training case(s) are signed, and the truth of {training.seen} has "
            "been looked at. Sign them all and look at their truth first."
        )
        raise Conflict(detail, code="training_unfinished")
    signed = Assignment.objects.filter(
        reader_study=reader_study, reader=by, is_training=True, state=AssignmentState.SIGNED
    )
    revisions = signed.order_by("position").values_list("read__signed_revision_id", flat=True)
    acceptance, is_new = TrainingAcceptance.objects.get_or_create(
        reader_study=reader_study,
        reader=by,
        defaults={"statement": STATEMENT, "revisions": [str(pk) for pk in revisions]},
    )
    if is_new:
        record(
            stream=stream_of_readers_own(reader_study.pk, by.pk),
            actor=by,
            action="training.accept",
            obj=reader_study,
            detail={"cases": training.cases},
            rows=[acceptance],
        )
    return acceptance
