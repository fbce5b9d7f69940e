"""How the cases of a reader study are hung: its rules, and the priors beside each case."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from annotations.domain.hanging import hanging_problems
from annotations.domain.priors import MAXIMUM_PRIORS
from annotations.models import Case, CasePrior, HangingProtocol, ReaderStudy
from annotations.selectors.hanging import hanging_protocol_of, prior_candidates
from annotations.selectors.reader_studies import cases_of
from annotations.services.bases import require_base
from annotations.services.cases import access_of_members_changed
from annotations.services.content import json_digest
from annotations.services.drafts import field_problems, require_draft, stream_of
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import FieldProblem, Invalid
from portal.imaging.models import ImagingStudy


@transaction.atomic
def hanging_protocol_put(
    *,
    by: User,
    reader_study: ReaderStudy,
    rules: Any,
    shows_priors: bool,
    shows_prior_marks: bool = False,
    base: Mapping[str, Any] | None = None,
) -> None:
    """Store the rules of a draft as a new version, and what readers see of priors (its row is locked by the caller).

    `base`: the same three from which they were made. Raises 409 `stale_hanging_protocol` when they are others by now.
    """
    require_draft(reader_study)
    json_digest(rules, code="invalid_hanging_protocol")
    problems = hanging_problems(rules)
    if problems:
        raise Invalid(
            "The hanging protocol is not valid.", code="invalid_hanging_protocol", errors=field_problems(problems)
        )
    newest = hanging_protocol_of(reader_study=reader_study)
    current = _content(newest.rules if newest else [], reader_study.shows_priors, reader_study.shows_prior_marks)
    wanted = _content(rules, shows_priors, shows_priors and shows_prior_marks)
    require_base("hanging_protocol", base=base and dict(base), current=current, wanted=wanted)
    # Marks without the images they lie on would be seen by nobody.
    reader_study.shows_priors, reader_study.shows_prior_marks = shows_priors, shows_priors and shows_prior_marks
    reader_study.save(update_fields=["shows_priors", "shows_prior_marks"])
    rows: list[ReaderStudy | HangingProtocol] = [reader_study]
    if newest is None or newest.rules != rules:
        version = newest.version + 1 if newest else 1
        newest = HangingProtocol.objects.create(reader_study=reader_study, version=version, rules=rules, created_by=by)
        rows.append(newest)
    shown = {"shows_priors": shows_priors, "shows_prior_marks": reader_study.shows_prior_marks}
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="hanging_protocol.put",
        obj=newest,
        detail={"version": newest.version, **shown},
        rows=rows,
    )


def _content(rules: Any, shows_priors: bool, shows_prior_marks: bool) -> dict[str, Any]:
    return {"rules": rules, "shows_priors": shows_priors, "shows_prior_marks": shows_prior_marks}


@transaction.atomic
def case_priors_put(
    *, by: User, case: Case, imaging_study_ids: Sequence[uuid.UUID], base: Sequence[uuid.UUID] | None = None
) -> None:
    """Make these the priors of a case of a draft, in this order. Only the same patient's, and none that is later.

    `base`: the priors from which the list was made. Raises 409 `stale_priors` when they are others by now.
    """
    require_draft(case.reader_study)
    wanted = list(dict.fromkeys(imaging_study_ids))
    current = list(case.priors.values_list("imaging_study_id", flat=True))
    require_base("priors", base=None if base is None else list(base), current=current, wanted=wanted)
    known = {study.pk for study in prior_candidates(case=case)}
    errors: list[FieldProblem] = [
        {
            "field": f"imaging_study_ids[{index}]",
            "code": "not_a_prior",
            "detail": "Choose an imaging study of the same patient that is not later than the case's own.",
        }
        for index, pk in enumerate(wanted)
        if pk not in known
    ]
    if len(wanted) > MAXIMUM_PRIORS:
        detail = f"A case has at most {MAXIMUM_PRIORS} priors."
        errors.append({"field": "imaging_study_ids", "code": "too_many", "detail": detail})
    if errors:
        raise Invalid("The priors are not valid.", code="invalid_priors", errors=errors)
    made, gone = _replace(case, wanted)
    record(
        stream=stream_of(case.reader_study_id),
        actor=by,
        action="case_priors.put",
        obj=case,
        detail={"imaging_study_ids": [str(pk) for pk in wanted]},
        rows=made,
        gone=gone,
    )
    access_of_members_changed(case.reader_study)


@transaction.atomic
def priors_suggest(*, by: User, reader_study: ReaderStudy, maximum: int) -> int:
    """Give every case of a draft that has no priors its most relevant ones; the answer is how many cases got some."""
    require_draft(reader_study)
    given: dict[str, list[str]] = {}
    made: list[CasePrior] = []
    for case in cases_of(reader_study=reader_study):
        found = [] if case.priors.all() else prior_candidates(case=case)[:maximum]
        if found:
            made += _replace(case, [study.pk for study in found])[0]
            given[case.name] = [str(study.pk) for study in found]
    detail = {"maximum": maximum, "given": given}
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="priors.suggest",
        obj=reader_study,
        detail=detail,
        rows=made,
    )
    return len(given)


def _replace(case: Case, imaging_study_ids: Sequence[uuid.UUID]) -> tuple[list[CasePrior], list[CasePrior]]:
    """Return the priors made and those taken away."""
    own = CasePrior.objects.filter(case=case)
    gone = list(own.select_related("imaging_study"))
    own.delete()
    studies = ImagingStudy.objects.in_bulk(imaging_study_ids)
    made = CasePrior.objects.bulk_create(
        CasePrior(case=case, imaging_study=studies[pk], position=position)
        for position, pk in enumerate(imaging_study_ids, start=1)
    )
    return made, gone
