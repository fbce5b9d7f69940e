"""Places in a double reading whose reader was withdrawn: for them somebody else is named."""

import uuid
from collections import defaultdict
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from annotations.models import (
    Assignment,
    AssignmentRole,
    AssignmentState,
    Case,
    Membership,
    ReaderReplacement,
    ReaderStudy,
)
from annotations.selectors.arbitration import NUMBER_OF_READS
from annotations.selectors.designs import design_of
from portal.accounts.models import User
from portal.accounts.policy import Role


class Vacancy(NamedTuple):
    """A withdrawn reader and, in their reading order, the places that nobody has taken."""

    withdrawn: User
    reason: str
    places: list[Assignment]

    @property
    def cases(self) -> list[Case]:
        """The cases, once each."""
        return list({place.case_id: place.case for place in self.places}.values())


def replacements_of(*, reader_study: ReaderStudy) -> QuerySet[ReaderReplacement]:
    """Return who took whose place, oldest first."""
    found: QuerySet[ReaderReplacement] = ReaderReplacement.objects.filter(reader_study=reader_study)
    return found.select_related("withdrawn", "reader", "replaced_by")


def vacancies_of(*, reader_study: ReaderStudy) -> list[Vacancy]:
    """Return the withdrawn readers of a double reading with the places that are theirs still.

    A case with an arbitration in force goes on without another reader: its arbitrator decides.
    """
    if design_of(reader_study=reader_study)["pairing"]["kind"] != "DOUBLE":
        return []
    gone = Membership.objects.filter(reader_study=reader_study, role=Role.READER, withdrawn_at__isnull=False)
    reasons = {one.user_id: one.withdrawn_reason for one in gone}
    taken = {
        (one.withdrawn_id, uuid.UUID(pk)) for one in replacements_of(reader_study=reader_study) for pk in one.cases
    }
    open_places = _own(reader_study).filter(
        state=AssignmentState.VOID, reader__in=reasons, case__in=_lacking(reader_study)
    )
    places: dict[User, list[Assignment]] = defaultdict(list)
    for place in open_places.select_related("reader", "case", "arm", "session").order_by(
        "reader__username", "position"
    ):
        if (place.reader_id, place.case_id) not in taken:
            places[place.reader].append(place)
    return [Vacancy(reader, reasons[reader.pk], own) for reader, own in places.items()]


def _own(reader_study: ReaderStudy) -> QuerySet[Assignment]:
    return Assignment.objects.filter(reader_study=reader_study, role=AssignmentRole.READER, is_training=False)


def _lacking(reader_study: ReaderStudy) -> QuerySet[Case, Any]:
    """Return the cases in force that have lost a reader and have no arbitrator."""
    of_readers = Q(assignments__role=AssignmentRole.READER, assignments__is_training=False)
    in_force = ~Q(assignments__state=AssignmentState.VOID)
    cases = Case.objects.filter(reader_study=reader_study, removed_at=None, withdrawn_at=None)
    counted = cases.order_by().annotate(
        readers=Count("assignments__reader", filter=of_readers & in_force, distinct=True),
        arbitrators=Count("pk", filter=Q(assignments__role=AssignmentRole.ARBITRATION) & in_force),
    )
    return counted.filter(readers__lt=NUMBER_OF_READS, arbitrators=0).values("pk")
