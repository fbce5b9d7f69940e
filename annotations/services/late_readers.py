"""A reader who joins after the launch: a list of their own, drawn with the stored seed; no other list changes."""

import uuid

from django.db import transaction

from annotations.domain.listed import is_listed
from annotations.domain.randomisation import LATE_ALGORITHM, CannotDraw
from annotations.domain.states import JOINING
from annotations.models import Membership, RandomisationList, ReaderStudy
from annotations.selectors.designs import Drawing, design_of, draw_lists, late_usernames, launch_list
from annotations.selectors.reader_studies import randomisation_lists_of
from annotations.services.designs import assign
from annotations.services.drafts import stream_of
from annotations.services.members import member_problems
from annotations.services.protocol import protocol_follow
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.audit.services import record
from portal.errors import Conflict, FieldProblem, Invalid


@transaction.atomic
def reader_join(*, by: User, reader_study: ReaderStudy, user_id: uuid.UUID, reason: str) -> RandomisationList:
    """Make somebody a reader of a running reader study (its row is locked by the caller)."""
    if reader_study.state not in JOINING:
        raise Conflict(f"Nobody can join while the reader study is {reader_study.state}.")
    pairing = design_of(reader_study=reader_study)["pairing"]
    if is_listed(pairing):
        detail = "Who reads what was given by the design's lists at the launch: nobody can be added to them now."
        raise Conflict(detail, code="cannot_join")
    if pairing["kind"] == "DOUBLE":
        detail = (
            "In a double reading each case got its two readers at the launch; name another where one was withdrawn."
        )
        raise Conflict(detail, code="cannot_join")
    reader = require_fitting(reader_study, user_id)
    member = Membership.objects.create(reader_study=reader_study, user=reader, role=Role.READER)
    drawing, seed = _drawn(reader_study, reader)
    drawn = assign(reader_study=reader_study, readers=[reader], drawing=drawing, seed=seed, algorithm=LATE_ALGORITHM)
    (stored,) = (one for one in drawn if isinstance(one, RandomisationList))
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="reader.join",
        obj=reader,
        detail={"reason": reason, "reads": len(stored.order)},
        rows=[member, *drawn],
    )
    protocol_follow(by=by, reader_study=reader_study, reason=reason)
    return stored


def require_fitting(reader_study: ReaderStudy, user_id: uuid.UUID) -> User:
    """Return somebody who may become a reader; 400 or 409 where they may not."""
    roles = {(one.user_id, Role(one.role)) for one in reader_study.memberships.all()}
    if (user_id, Role.READER) in roles:
        raise Conflict("This person is a reader here already; who was withdrawn does not come back.")
    people = User.objects.filter(is_active=True).in_bulk([user_id, *(one for one, _ in roles)])
    before = member_problems(roles, people)
    after = member_problems({*roles, (user_id, Role.READER)}, people)
    problems = [
        FieldProblem(field="user_id", code=problem["code"], detail=problem["detail"])
        for problem in after
        if problem not in before
    ]
    if problems:
        raise Invalid("This person cannot read here.", code="invalid_members", errors=problems)
    return people[user_id]


def _drawn(reader_study: ReaderStudy, reader: User) -> tuple[Drawing, str]:
    lists = list(randomisation_lists_of(reader_study=reader_study))
    first = launch_list(lists)
    if first is None:
        raise Conflict("The reader study has no reading orders yet.")
    late = [*late_usernames(lists), reader.username]
    try:
        drawing = draw_lists(reader_study=reader_study, seed=first.seed, late=late, algorithm=first.algorithm)
    except CannotDraw as error:
        detail = "The hidden repeats do not fit between this reader's other cases; another account's name may fit."
        raise Conflict(detail, code="cannot_draw") from error
    return drawing, first.seed
