"""Naming another reader for the places of one who was withdrawn from a double reading."""

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from annotations.domain.arbitration import arbitrators_of
from annotations.domain.designs import shows_a_case_twice
from annotations.domain.states import JOINING, WITHDRAWING
from annotations.models import Assignment, Case, Membership, ReaderReplacement, ReaderStudy
from annotations.selectors.afterwards import knows_prevalence
from annotations.selectors.arbitration import arbitration_rule_of
from annotations.selectors.designs import design_of
from annotations.selectors.sessions import Dates, outside_dates
from annotations.selectors.vacancies import Vacancy, vacancies_of
from annotations.services.arbitration import arbitration_of_one
from annotations.services.drafts import stream_of
from annotations.services.late_readers import require_fitting
from annotations.services.protocol import protocol_follow
from portal.accounts.epochs import access_changed
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.services import record
from portal.errors import Conflict


@transaction.atomic
def reader_replace(
    *, by: User, reader_study: ReaderStudy, withdrawn: User, user_id: uuid.UUID, reason: str
) -> ReaderReplacement:
    """Give the places of a withdrawn reader to somebody else (the study's row is locked by the caller).

    They come after that person's own cases, in the order in which the withdrawn reader had them; cases of which the
    person is the other reader are left for somebody else. Nobody is told whose place it was.
    """
    if reader_study.state not in JOINING:
        raise Conflict(f"Nobody can begin to read while the reader study is {reader_study.state}.")
    vacancy = _vacancy(reader_study, withdrawn)
    reader, joined = _reader(reader_study, user_id)
    known = set(Assignment.objects.filter(reader_study=reader_study, reader=reader).values_list("case_id", flat=True))
    places = [place for place in vacancy.places if place.case_id not in known]
    if not places:
        detail = f"{reader.username} reads, or has read, each of these cases already. Name somebody else."
        raise Conflict(detail, code="reads_them_already")
    given = _assign(reader_study, reader, [*(_training(withdrawn, reader_study) if joined else []), *places])
    cases = list(dict.fromkeys(str(place.case_id) for place in places))
    return _store(by, reader_study, withdrawn, reader, cases, reason, [*joined, *given])


@transaction.atomic
def places_to_arbitrators(*, by: User, reader_study: ReaderStudy, withdrawn: User, reason: str) -> ReaderReplacement:
    """Leave the cases of a withdrawn reader to the arbitrators, who decide over the one signed read that is left."""
    if reader_study.state not in WITHDRAWING:
        raise Conflict(f"Nothing can be given to an arbitrator while the reader study is {reader_study.state}.")
    if arbitration_rule_of(reader_study=reader_study) is None:
        raise Conflict("The design has no arbitrators. Name another reader.", code="no_arbitrators")
    vacancy = _vacancy(reader_study, withdrawn)
    given = [one for one in vacancy.cases if arbitration_of_one(by=by, reader_study=reader_study, case=one)]
    if not given:
        detail = "No other read of these cases is signed yet. Once one is, its case can be left to the arbitrators."
        raise Conflict(detail, code="nothing_signed")
    return _store(by, reader_study, withdrawn, None, [str(one.pk) for one in given], reason, [])


def _vacancy(reader_study: ReaderStudy, withdrawn: User) -> Vacancy:
    for vacancy in vacancies_of(reader_study=reader_study):
        if vacancy.withdrawn == withdrawn:
            return vacancy
    raise Conflict(f"No case of {withdrawn.username} waits for another reader.", code="no_vacancy")


def _reader(reader_study: ReaderStudy, user_id: uuid.UUID) -> tuple[User, list[Membership]]:
    """Return who takes the places, and their new membership where they are new to the reader study."""
    own = Membership.objects.filter(reader_study=reader_study, user=user_id, role=Role.READER)
    member = own.select_related("user").first()
    if member is None:
        person = require_fitting(reader_study, user_id)
        return person, [Membership.objects.create(reader_study=reader_study, user=person, role=Role.READER)]
    if member.withdrawn_at is not None:
        raise Conflict("This reader was withdrawn, and does not come back.", code="withdrawn")
    if str(user_id) in arbitrators_of(design_of(reader_study=reader_study)):
        raise Conflict("An arbitrator reads nothing else. Name somebody else.", code="is_arbitrator")
    shut = outside_dates(Dates(ends_on=member.ends_on), timezone.now())
    if shut is not None:
        detail = (
            f"The reading of {member.user.username} ended on {member.ends_on} (UTC). "
            "Give them a later last day on the People page, or name somebody else."
        )
        raise Conflict(detail, code="reading_ended")
    if knows_prevalence(reader_study=reader_study, reader=member.user):
        detail = f"{member.user.username} has been told how many cases are diseased. Name somebody else."
        raise Conflict(detail, code="knows_prevalence")
    return member.user, []


def _training(withdrawn: User, reader_study: ReaderStudy) -> Sequence[Assignment]:
    """Return the training places of the withdrawn reader: who is new begins with them too."""
    own = Assignment.objects.filter(reader_study=reader_study, reader=withdrawn, is_training=True)
    return list(own.filter(case__withdrawn_at=None).order_by("position"))


def _assign(reader_study: ReaderStudy, reader: User, places: Sequence[Assignment]) -> list[Assignment]:
    own = Assignment.objects.filter(reader_study=reader_study, reader=reader)
    last = own.aggregate(last=Max("position"))["last"] or 0
    is_masked = shows_a_case_twice(design_of(reader_study=reader_study))
    return Assignment.objects.bulk_create(
        Assignment(
            reader_study=reader_study,
            reader=reader,
            case_id=place.case_id,
            arm_id=place.arm_id,
            session_id=place.session_id,
            repeat_number=place.repeat_number,
            is_training=place.is_training,
            position=position,
            shown_name=f"Case {position:03d}" if is_masked else "",
        )
        for position, place in enumerate(places, start=last + 1)
    )


def _store(
    by: User,
    reader_study: ReaderStudy,
    withdrawn: User,
    reader: User | None,
    cases: list[str],
    reason: str,
    made: Sequence[Membership | Assignment],
) -> ReaderReplacement:
    stored = ReaderReplacement.objects.create(
        reader_study=reader_study, withdrawn=withdrawn, reader=reader, cases=cases, reason=reason, replaced_by=by
    )
    names = sorted(Case.objects.filter(pk__in=cases).values_list("name", flat=True))
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="reader.replace",
        obj=withdrawn,
        detail={"reader": str(reader.pk) if reader else None, "cases": names, "reason": reason},
        rows=[stored, *made],
    )
    if reader is not None:
        access_changed([reader.pk])
    protocol_follow(by=by, reader_study=reader_study, reason=reason)
    return stored
