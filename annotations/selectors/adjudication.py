"""Adjudication rounds: what their triggers name, what their adjudicators see, and how far they have come."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from annotations.domain.adjudication import (
    HIDDEN,
    MARKS,
    Candidate,
    CandidateLesion,
    Triggers,
    anonymous_answers,
    letter,
    triggered,
)
from annotations.domain.arbitration import differences
from annotations.domain.consensus import ADJUDICATION, CARRIED
from annotations.domain.lesion_decisions import ADDED, LesionDecision, anonymous_lesions, judged_lesion
from annotations.domain.payload_upgrade import upgraded
from annotations.models import (
    Adjudication,
    AdjudicationCase,
    AdjudicationDecision,
    ReaderStudy,
    ReferenceDecision,
    ReferenceStandard,
    Revision,
)


class Named(NamedTuple):
    """A case that the triggers name, with its decision in the base."""

    decision: ReferenceDecision
    reasons: list[str]


def adjudications_of(*, reader_study: ReaderStudy) -> QuerySet[Adjudication]:
    """Return the rounds, newest first."""
    rounds = Adjudication.objects.filter(reader_study=reader_study).select_related("base", "created_by")
    found: QuerySet[Adjudication] = rounds.order_by("-number")
    return found


def named_cases(
    *,
    base: ReferenceStandard,
    triggers: Triggers,
    confidence_question: str | None,
    questions: Sequence[Mapping[str, Any]],
    seed: str,
) -> list[Named]:
    """Return the cases of a consensus that the triggers name, in the order in which they are judged.

    Training cases keep the truth that their readers were shown, and withdrawn ones have none.
    """
    open_to_judge = base.decisions.exclude(reason=CARRIED).filter(case__withdrawn_at=None, case__removed_at=None)
    decisions = {one.case.name: one for one in open_to_judge.select_related("case").order_by("case__position")}
    compared = triggers.disagreement_questions
    payloads = _payloads(list(decisions.values())) if compared or confidence_question else {}
    candidates = [
        Candidate(
            name,
            one.outcome == ADJUDICATION,
            len({vote["is_positive"] for vote in one.votes}) > 1,
            _lowest(payloads.get(one.pk, []), confidence_question),
            differences(payloads.get(one.pk, []), questions, compared),
            [_candidate_lesion(lesion) for lesion in one.matching.get("lesions", [])],
        )
        for name, one in decisions.items()
    ]
    return [Named(decisions[name], reasons) for name, reasons in triggered(candidates, triggers, seed)]


def _candidate_lesion(lesion: Mapping[str, Any]) -> CandidateLesion:
    is_open, is_by_all = lesion["outcome"] == ADJUDICATION, not lesion["unmarked"]
    return CandidateLesion(is_open, is_by_all, lesion["largest_distance_mm"], lesion["smallest_iou"])


def _payloads(decisions: Sequence[ReferenceDecision]) -> dict[UUID, list[dict[str, Any]]]:
    """Return what the revisions that voted on each case hold."""
    ids = [vote["revision_id"] for one in decisions for vote in one.votes]
    payloads = dict(Revision.objects.filter(pk__in=ids).values_list("pk", "payload"))
    return {one.pk: [payloads[UUID(vote["revision_id"])] for vote in one.votes] for one in decisions}


def _lowest(payloads: Sequence[dict[str, Any]], question: str | None) -> int | None:
    """Return the lowest answer to a question; None where nobody gave one."""
    given = [upgraded(payload)["answers"].get(question) for payload in payloads]
    # Who left it open or could not assess it was not unsure in any number.
    return min((answer for answer in given if isinstance(answer, int)), default=None)


def cases_to_judge(*, reader_study: ReaderStudy) -> QuerySet[AdjudicationCase]:
    """Return the cases of the newest round in their order, with the newest decision on each."""
    newest = Adjudication.objects.filter(reader_study=reader_study).order_by("-number").values("pk")[:1]
    return with_outcomes(AdjudicationCase.objects.filter(adjudication__in=Subquery(newest)))


def with_outcomes(cases: QuerySet[AdjudicationCase]) -> QuerySet[AdjudicationCase]:
    """Add the newest decision on each case."""
    latest = AdjudicationDecision.objects.filter(adjudication_case=OuterRef("pk")).order_by("-number")
    found: QuerySet[AdjudicationCase] = cases.select_related("case", "adjudication").annotate(
        outcome=Subquery(latest.values("outcome")[:1]), decided_by=Subquery(latest.values("adjudicator__username")[:1])
    )
    return found


def newest_decision(case: AdjudicationCase) -> AdjudicationDecision | None:
    """Return the decision that counts."""
    found: AdjudicationDecision | None = case.decisions.order_by("-number").first()
    return found


def readers_shown(case: AdjudicationCase) -> list[dict[str, Any]]:
    """Return what the readers said, under letters, as far as the round shows it."""
    if case.adjudication.shows == HIDDEN:
        return []
    revisions = Revision.objects.select_related("read__label_schema").in_bulk([UUID(pk) for pk in case.shown])
    return [
        {
            "name": f"Reader {letter(position)}",
            "answers": anonymous_answers(revisions[UUID(pk)].payload, revisions[UUID(pk)].read.label_schema.questions),
        }
        for position, pk in enumerate(case.shown)
    ]


def lesions_of_case(case: AdjudicationCase) -> list[dict[str, Any]]:
    """Return the lesions of a case as the consensus has stored them, with their readers' names."""
    base = ReferenceDecision.objects.get(reference_standard=case.adjudication.base_id, case=case.case_id)
    found: list[dict[str, Any]] = base.matching.get("lesions", [])
    return found


def geometries_of_marks(lesions: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the geometries of each finding on the lesions, by its key."""
    wanted = {mark["key"] for one in lesions for mark in one["marks"]}
    revisions = {mark["revision_id"] for one in lesions for mark in one["marks"]}
    found = {}
    for pk, payload in Revision.objects.filter(pk__in=revisions).values_list("pk", "payload"):
        for finding in upgraded(payload)["findings"]:
            if f"{pk}/{finding['id']}" in wanted:
                found[f"{pk}/{finding['id']}"] = [mark["geometry"] for mark in finding["marks"]]
    return found


def lesions_shown(case: AdjudicationCase) -> list[dict[str, Any]]:
    """Return the lesions with their marks under letters, where the round shows marks."""
    if case.adjudication.shows != MARKS:
        return []
    lesions = lesions_of_case(case)
    return anonymous_lesions(lesions, case.shown, geometries_of_marks(lesions))


def read_with_segment(case: AdjudicationCase, sha256: str) -> UUID | None:
    """Return the read under which a segment lies that the case shows to its adjudicators; None for any other."""
    letters = {letter(position): UUID(revision) for position, revision in enumerate(case.shown)}
    marks = [mark for lesion in lesions_shown(case) for mark in lesion["marks"]]
    painted = [mark["reader"] for mark in marks if any(one["sha256"] == sha256 for one in mark["segments"])]
    if not painted:
        return None
    return Revision.objects.values_list("read_id", flat=True).get(pk=letters[painted[0]])


def judged_lesions(case: AdjudicationCase, decision: AdjudicationDecision | None) -> list[dict[str, Any]]:
    """Return the lesions of a case as they were judged; none where it was found to have none."""
    if decision is None or not decision.lesions:
        return []
    lesions = lesions_of_case(case)
    geometries, by_id = geometries_of_marks(lesions), {one["id"]: one for one in lesions}
    letters = {letter(position): revision for position, revision in enumerate(case.shown)}
    judged = []
    for row in decision.lesions:
        one = LesionDecision(**row)
        lesion = by_id.get(one.lesion) if one.decision != ADDED else None
        outlined = letters.get(one.outline or "")
        chosen = [mark["key"] for mark in (lesion or {"marks": []})["marks"] if mark["revision_id"] == outlined]
        judged.append(judged_lesion(one, lesion, geometries[chosen[0]] if chosen else [], str(decision.pk)))
    return [one for one in judged if one is not None]


def result_of(adjudication: Adjudication) -> ReferenceStandard | None:
    """Return the version that was made from a round."""
    made = ReferenceStandard.objects.filter(decisions__adjudicated__adjudication_case__adjudication=adjudication)
    found: ReferenceStandard | None = made.order_by("version").first()
    return found
