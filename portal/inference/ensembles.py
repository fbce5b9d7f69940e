"""Ensembles: several versions of one AI model that are asked together, registered as one version."""

import uuid
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.db import transaction

from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import FieldProblem, Invalid
from portal.inference.models import UPLOADED_KINDS, AiModel, EngineKind, EnsembleMember, ModelVersion
from portal.inference.services import model_version_register
from portal.inference.streams import STREAM

FEWEST_MEMBERS, MOST_MEMBERS = 2, 10
# What a model is given and what it says; operating points and words may differ.
_SAME = ("input", "outputs")


@transaction.atomic
def ensemble_register(
    *,
    by: User | None,
    ai_model: AiModel,
    version: str,
    member_ids: Sequence[uuid.UUID],
    description: str = "",
    card: Any = None,
) -> ModelVersion:
    """Register a version that asks its members: uploaded versions of the AI model with one input and one output.

    Its card is that of the first member unless given. The digest of its weights is that of its members' in their order,
    one a line.
    """
    found = ModelVersion.objects.filter(ai_model=ai_model).select_related("card").in_bulk(list(member_ids))
    problems = _member_problems(member_ids, found)
    if problems:
        raise Invalid("These versions are no ensemble; nothing was registered.", errors=problems)
    members = [found[pk] for pk in member_ids]
    card = members[0].card.document if card is None else card
    if isinstance(card, dict) and any(card.get(part) != members[0].card.document[part] for part in _SAME):
        detail = (
            "Input and outputs of an ensemble are those of its members; leave the card out to take that of the first."
        )
        problem: FieldProblem = {"field": "card", "code": "not_the_members", "detail": detail}
        raise Invalid("The card is not one of this ensemble.", errors=[problem])
    registered = model_version_register(
        by=by,
        ai_model=ai_model,
        version=version,
        card=card,
        kind=EngineKind.ENSEMBLE,
        weights_digest=ensemble_digest(members),
        description=description,
    )
    rows = [
        EnsembleMember.objects.create(ensemble=registered, member=member, position=position)
        for position, member in enumerate(members, start=1)
    ]
    detail_of = {"members": [str(member.pk) for member in members]}
    record(stream=STREAM, actor=by, action="ensemble.register", obj=registered, detail=detail_of, rows=rows)
    return registered


def ensemble_digest(members: Sequence[ModelVersion]) -> str:
    """SHA-256 of the members' SHA-256 in hexadecimal, in their order, each with a line feed behind it."""
    return sha256("".join(f"{member.weights_digest}\n" for member in members).encode()).hexdigest()


def _member_problems(member_ids: Sequence[uuid.UUID], found: dict[uuid.UUID, ModelVersion]) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    first = found.get(member_ids[0]) if member_ids else None
    for index, pk in enumerate(member_ids):
        said: tuple[str, str] | None = ("repeated", "A version is a member once.")
        if pk not in member_ids[:index]:
            said = _member_problem(found.get(pk), first)
        if said is not None:
            problems.append({"field": f"member_ids[{index}]", "code": said[0], "detail": said[1]})
    return problems


def _member_problem(member: ModelVersion | None, first: ModelVersion | None) -> tuple[str, str] | None:
    if member is None:
        return "unknown", "This AI model has no such version."
    if member.kind not in UPLOADED_KINDS:
        return "not_uploaded", f"Version {member.version} is no uploaded model that runs here."
    if first is None or first.kind not in UPLOADED_KINDS:
        return None
    for part in _SAME:
        if member.card.document[part] != first.card.document[part]:
            detail = f"The card of version {member.version} has another {part} than that of version {first.version}."
            return f"other_{part}", detail
    return None
