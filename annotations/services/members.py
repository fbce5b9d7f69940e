"""Who may have which roles together in a reader study: nobody who sees more than a reader reads."""

import uuid

from annotations.access import SEES_LABELS
from portal.accounts.models import User
from portal.accounts.policy import Role
from portal.errors import FieldProblem

# Roles that see other readers' labels, or judge between them: none of them can be a blinded reader's too.
UNBLINDED_ROLES = frozenset({Role.COORDINATOR, Role.API_CLIENT, Role.ADJUDICATOR})


def member_problems(wanted: set[tuple[uuid.UUID, Role]], people: dict[uuid.UUID, User]) -> list[FieldProblem]:
    """Return what keeps these people from having these roles together."""
    problems: list[FieldProblem] = []
    leading = {user_id for user_id, role in wanted if role == Role.COORDINATOR}
    unblinded = {user_id for user_id, role in wanted if role in UNBLINDED_ROLES}
    naming = {user_id for user_id, role in wanted if role in SEES_LABELS}
    for user_id, role in sorted(wanted):
        person = people.get(user_id)
        if person is None:
            problems.append({"field": "members", "code": "unknown_person", "detail": f"There is no account {user_id}."})
        elif role == Role.COORDINATOR and not (person.may_create_reader_studies or person.is_superuser):
            detail = f"{person.username} may not build reader studies, so cannot coordinate one."
            problems.append({"field": "members", "code": "not_a_coordinator", "detail": detail})
        elif role == Role.READER and (user_id in unblinded or _sees_hidden_things(person)):
            detail = f"{person.username} sees the truth, the AI or the other readers, so cannot read here."
            problems.append({"field": "members", "code": "not_blinded", "detail": detail})
        elif role == Role.ADJUDICATOR and user_id in naming:
            detail = f"{person.username} sees the readers' labels with their names, so cannot judge between them."
            problems.append({"field": "members", "code": "not_blinded", "detail": detail})
    if not leading:
        problems.append({"field": "members", "code": "no_coordinator", "detail": "At least one coordinator stays."})
    return problems


def _sees_hidden_things(person: User) -> bool:
    # Who builds reader studies sees every AI model's predictions and the descriptions of the imaging studies.
    # Who posts an AI model's predictions knows them.
    is_poster = person.posts_predictions_for.exists()
    return person.is_superuser or person.may_create_reader_studies or is_poster
