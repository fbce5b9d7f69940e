"""The cases of a draft: which imaging studies are read, and which of them together."""

import uuid
from collections.abc import Mapping, Sequence
from itertools import count

from django.db import transaction
from django.utils import timezone

from annotations.models import Case, CaseImages, CasePrior, ReaderStudy
from annotations.models.case_images import MAXIMUM_CURRENT
from annotations.selectors.case_images import current_ids_of
from annotations.selectors.reader_studies import cases_of
from annotations.services.bases import require_base
from annotations.services.drafts import require_draft, stream_of
from portal.accounts.epochs import access_changed
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import FieldProblem, Invalid
from portal.imaging.models import ImagingStudy

MAXIMUM_PROBLEMS = 100
Wanted = Sequence[Sequence[uuid.UUID]]


@transaction.atomic
def cases_with_images_put(
    *, by: User, reader_study: ReaderStudy, cases: Wanted, base: Wanted | None = None, named_anew: bool = False
) -> list[Case]:
    """Make these the cases of a draft, in this order; a case taken out keeps its name and truth.

    `cases`: by case its current imaging studies; the first one names the case. `base`: the same of the cases from which
    the list was made. Raises 409 `stale_cases` when they are other ones by now.
    `named_anew`: also those that have a name get another one; no number is ever used for two cases.
    """
    require_draft(reader_study)
    if base is not None:
        current = current_ids_of(list(cases_of(reader_study=reader_study)))
        wanted = [list(images) for images in cases]
        require_base("cases", base=[list(images) for images in base], current=current, wanted=wanted)
    _require_fitting(reader_study, cases)
    firsts = [images[0] for images in cases]
    known = Case.objects.filter(reader_study=reader_study).select_related("imaging_study")
    existing = {case.imaging_study_id: case for case in known}
    now = timezone.now()
    added = _placed(reader_study, firsts, existing, named_anew=named_anew)
    for pk in set(existing).difference(firsts):
        existing[pk].removed_at = existing[pk].removed_at or now
    Case.objects.bulk_create(added)
    Case.objects.bulk_update(existing.values(), ["position", "removed_at", *(["name"] if named_anew else [])])
    made, gone = _further_put(reader_study, cases, existing | {case.imaging_study_id: case for case in added})
    further = {str(images[0]): [str(pk) for pk in images[1:]] for images in cases if len(images) > 1}
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="cases.put",
        obj=reader_study,
        detail={"imaging_study_ids": [str(pk) for pk in firsts], **({"further": further} if further else {})},
        rows=[*existing.values(), *added, *made],
        gone=gone,
    )
    access_of_members_changed(reader_study)
    return list(cases_of(reader_study=reader_study))


def access_of_members_changed(reader_study: ReaderStudy) -> None:
    """Have the members' rights to see images judged anew at once."""
    access_changed(reader_study.memberships.values_list("user_id", flat=True))


def _placed(
    reader_study: ReaderStudy, firsts: list[uuid.UUID], existing: dict[uuid.UUID, Case], *, named_anew: bool
) -> list[Case]:
    """Give the wanted cases their places, and names to those that get one; return the new ones."""
    numbers = count(1 + max((int(case.name.removeprefix("Case ")) for case in existing.values()), default=0))
    studies = ImagingStudy.objects.in_bulk([pk for pk in firsts if pk not in existing])
    added = []
    for position, pk in enumerate(firsts, start=1):
        case = existing.get(pk) or Case(reader_study=reader_study, imaging_study=studies[pk])
        if pk not in existing:
            added.append(case)
        if pk not in existing or named_anew:
            case.name = f"Case {next(numbers):03d}"
        case.position, case.removed_at = position, None
    return added


def _further_put(
    reader_study: ReaderStudy, cases: Wanted, case_of: Mapping[uuid.UUID, Case]
) -> tuple[list[CaseImages], list[CaseImages]]:
    """Return the further images made and those taken away; what stays where it is stays."""
    wanted = {
        (case_of[images[0]].pk, pk, position): case_of[images[0]]
        for images in cases
        for position, pk in enumerate(images[1:], start=2)
    }
    there = CaseImages.objects.filter(reader_study=reader_study).select_related("imaging_study")
    current = {(one.case_id, one.imaging_study_id, one.position): one for one in there}
    gone = [one for place, one in current.items() if place not in wanted]
    CaseImages.objects.filter(pk__in=[one.pk for one in gone]).delete()
    studies = ImagingStudy.objects.in_bulk([pk for _, pk, _ in wanted])
    made = CaseImages.objects.bulk_create(
        CaseImages(case=case, reader_study=reader_study, imaging_study=studies[pk], position=position)
        for (case_pk, pk, position), case in wanted.items()
        if (case_pk, pk, position) not in current
    )
    return made, gone


def _require_fitting(reader_study: ReaderStudy, cases: Wanted) -> None:
    """Refuse what is not there, is in two cases, or does not belong together."""
    wanted = [pk for images in cases for pk in images]
    patients = dict(ImagingStudy.objects.filter(pk__in=wanted).values_list("pk", "patient_id"))
    unknown = [str(pk) for pk in dict.fromkeys(wanted) if pk not in patients]
    if unknown:
        raise Invalid(
            "Some imaging studies are not there.",
            errors=[
                {"field": "imaging_study_ids", "code": "unknown", "detail": pk} for pk in unknown[:MAXIMUM_PROBLEMS]
            ],
        )
    problems = _problems(cases, patients, _priors_of(reader_study, cases))
    if problems:
        raise Invalid(problems[0]["detail"], code="invalid_cases", errors=problems[:MAXIMUM_PROBLEMS])


def _problems(
    cases: Wanted, patients: Mapping[uuid.UUID, uuid.UUID], priors: set[tuple[uuid.UUID, uuid.UUID]]
) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    case_with: dict[uuid.UUID, int] = {}
    for number, images in enumerate(cases, start=1):
        if not 1 <= len(images) <= MAXIMUM_CURRENT:
            detail = f"A case has at least one current imaging study, and at most {MAXIMUM_CURRENT}."
            code = "too_many" if images else "empty"
            problems.append({"field": f"cases[{number - 1}].imaging_study_ids", "code": code, "detail": detail})
        for index, pk in enumerate(images):
            found = _problem(images[0], pk, patients, priors, case_with.get(pk))
            if found:
                field = f"cases[{number - 1}].imaging_study_ids[{index}]"
                problems.append({"field": field, "code": found[0], "detail": found[1]})
            case_with.setdefault(pk, number)
    return problems


def _problem(
    first: uuid.UUID,
    pk: uuid.UUID,
    patients: Mapping[uuid.UUID, uuid.UUID],
    priors: set[tuple[uuid.UUID, uuid.UUID]],
    elsewhere: int | None,
) -> tuple[str, str] | None:
    """Return why an imaging study cannot be a current one of the case of this first one: a code, and words."""
    if elsewhere is not None:
        return "current_twice", f"An imaging study is current once only; this one is in case {elsewhere} of the list."
    if patients[pk] != patients[first]:
        # One truth, one call and one cluster of the analysis belong to a case.
        return "other_patient", "It is of another patient than the first; what is read as one case is of one patient."
    if (first, pk) in priors:
        return "is_prior", "It is a prior of this case. Take it out of the priors first."
    return None


def _priors_of(reader_study: ReaderStudy, cases: Wanted) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Return the priors of the cases with further imaging studies, each with the case's first."""
    firsts = [images[0] for images in cases if len(images) > 1]
    if not firsts:
        return set()
    own = CasePrior.objects.filter(case__reader_study=reader_study, case__imaging_study__in=firsts)
    return set(own.order_by().values_list("case__imaging_study_id", "imaging_study_id"))
