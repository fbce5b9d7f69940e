"""Adjudication: a round is drawn from a consensus, its cases are judged blind, and a new version comes of it."""

import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction

from annotations.domain.adjudication import MARKS, Triggers, shuffled
from annotations.domain.arbitration import question_problem
from annotations.domain.consensus import ADJUDICATED, EXCLUDED, NEGATIVE, POSITIVE, TRUTHS
from annotations.domain.kinds import CONFIDENCE, ORDINAL
from annotations.domain.lesion_decisions import LesionDecision, decision_problems
from annotations.domain.problems import Problem
from annotations.models import (
    Adjudication,
    AdjudicationCase,
    AdjudicationDecision,
    ReaderStudy,
    ReferenceDecision,
    ReferenceSource,
    ReferenceStandard,
)
from annotations.selectors.adjudication import (
    Named,
    judged_lesions,
    lesions_shown,
    named_cases,
    newest_decision,
    result_of,
)
from annotations.selectors.case_images import is_current_in
from annotations.selectors.consensus import CaseDecision, kind_voted_on
from annotations.selectors.reader_studies import label_schema_of
from annotations.selectors.truth import provenance_of
from annotations.services.drafts import field_problems, stream_of
from annotations.services.truth import reference_standard_create
from portal.accounts.models import User
from portal.audit.services import record
from portal.errors import Conflict, FieldProblem, Invalid
from portal.imaging.models import Instance

OUTCOMES = (POSITIVE, NEGATIVE, EXCLUDED)


class RoundAsked(NamedTuple):
    """What a coordinator chooses for a round."""

    triggers: Triggers
    confidence_question: str | None
    shows: str
    question: str
    seed: str = ""


@transaction.atomic
def adjudication_create(
    *, by: User, reader_study: ReaderStudy, base: ReferenceStandard, asked: RoundAsked
) -> Adjudication:
    """Draw a round from a consensus (the reader study's row is locked by the caller)."""
    if base.source != ReferenceSource.CONSENSUS:
        raise Conflict("Only a version by consensus can be adjudicated: it knows its votes.", code="no_consensus")
    number = _next_number(reader_study)
    questions = _questions_of(reader_study, asked)
    if asked.shows == MARKS and "lesions" not in base.rule:
        detail = "Marks are shown lesion by lesion, and this consensus has matched none: match the marks first."
        raise Conflict(detail, code="no_lesions")
    seed = asked.seed or secrets.token_hex(16)
    triggers, scale = asked.triggers, asked.confidence_question
    named = named_cases(base=base, triggers=triggers, confidence_question=scale, questions=questions, seed=seed)
    if not named:
        raise Conflict("The triggers name no case.", code="no_cases")
    adjudication = Adjudication.objects.create(
        reader_study=reader_study,
        number=number,
        base=base,
        triggers={**triggers._asdict(), "confidence_question": scale},
        seed=seed,
        shows=asked.shows,
        question=asked.question,
        created_by=by,
    )
    cases = AdjudicationCase.objects.bulk_create(
        _case_of(adjudication, position, one) for position, one in enumerate(named, start=1)
    )
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="adjudication.create",
        obj=adjudication,
        detail={"number": adjudication.number, "base_version": base.version, "cases": len(cases), "seed": seed},
        rows=[adjudication, *cases],
    )
    return adjudication


def _case_of(adjudication: Adjudication, position: int, named: Named) -> AdjudicationCase:
    case, voted = named.decision.case, [vote["revision_id"] for vote in named.decision.votes]
    # Who has marked a lesion without a vote on the case is shown too.
    lesions = named.decision.matching.get("lesions", [])
    voted = list(dict.fromkeys([*voted, *(mark["revision_id"] for one in lesions for mark in one["marks"])]))
    return AdjudicationCase(
        adjudication=adjudication,
        case=case,
        position=position,
        reasons=named.reasons,
        shown=shuffled(adjudication.seed, case.name, voted),
    )


def _next_number(reader_study: ReaderStudy) -> int:
    """Return the number of the next round; 409 while one is being judged."""
    previous = Adjudication.objects.filter(reader_study=reader_study).order_by("-number").first()
    if previous is not None and result_of(previous) is None:
        raise Conflict(f"Round {previous.number} has not been finished yet.", code="round_unfinished")
    return previous.number + 1 if previous else 1


def _questions_of(reader_study: ReaderStudy, asked: RoundAsked) -> list[dict[str, Any]]:
    """Return the form; refuse questions that it does not have, or on which reads cannot be compared."""
    schema = label_schema_of(reader_study=reader_study)
    questions: list[dict[str, Any]] = schema.questions if schema else []
    problems = []
    confidence = asked.confidence_question
    if confidence is not None and kind_voted_on(schema, confidence) not in (ORDINAL, CONFIDENCE):
        detail = f"The form has no ordinal or confidence question {confidence}."
        problems.append(Problem("confidence_question", "unknown_question", detail))
    found = (question_problem(key, questions) for key in asked.triggers.disagreement_questions)
    problems += [Problem("disagreement_questions", "unknown_question", detail) for detail in found if detail]
    if problems:
        raise Invalid(problems[0].detail, code="unknown_question", errors=field_problems(problems))
    return questions


@transaction.atomic
def adjudication_decide(
    *,
    by: User,
    case: AdjudicationCase,
    base_number: int,
    outcome: str,
    comment: str,
    lesions: Sequence[LesionDecision] = (),
) -> AdjudicationDecision:
    """Decide about a case, or decide otherwise while no version has been made of the round."""
    # One at a time in a round, and none while a version is being made of it.
    adjudication = Adjudication.objects.select_for_update().get(pk=case.adjudication_id)
    newest, comment = newest_decision(case), comment.strip()
    if not comment:
        detail = "Say why: the comment is kept with the truth."
        raise Invalid(detail, errors=[FieldProblem(field="comment", code="required", detail=detail)])
    if result_of(adjudication) is not None:
        raise Conflict("A version has been made of this round: its decisions are final.", code="round_finished")
    _require_newest(newest, by, base_number)
    problems = decision_problems(outcome, lesions, lesions_shown(case), _images_of(case))
    if problems:
        raise Invalid(problems[0].detail, code=problems[0].code, errors=field_problems(problems))
    decision = AdjudicationDecision.objects.create(
        adjudication_case=case,
        number=base_number + 1,
        adjudicator=by,
        outcome=outcome,
        comment=comment,
        lesions=[one._asdict() for one in lesions],
    )
    record(
        stream=stream_of(adjudication.reader_study_id),
        actor=by,
        action="adjudication.decide",
        obj=case,
        detail={"round": adjudication.number, "outcome": outcome, "number": decision.number},
        rows=[decision],
    )
    return decision


def _require_newest(newest: AdjudicationDecision | None, by: User, base_number: int) -> None:
    if newest is not None and newest.adjudicator_id != by.pk:
        raise Conflict("Another adjudicator has decided about this case.", code="decided_by_another")
    if (newest.number if newest else 0) != base_number:
        raise Conflict("You have decided about this case elsewhere meanwhile.", code="stale_revision")


def _images_of(case: AdjudicationCase) -> set[str]:
    instances = Instance.objects.filter(is_current_in(case.case, "series__imaging_study"))
    return set(instances.values_list("sop_instance_uid", flat=True))


@transaction.atomic
def adjudication_store(*, by: User, adjudication: Adjudication) -> ReferenceStandard:
    """Make the next version of the reference standard: the base, with what was decided in its place."""
    Adjudication.objects.select_for_update().get(pk=adjudication.pk)
    if result_of(adjudication) is not None:
        raise Conflict("A version has been made of this round already.", code="round_finished")
    cases = list(adjudication.cases.select_related("adjudication"))
    decided = {one.case_id: newest_decision(one) for one in cases}
    if None in decided.values():
        # Without counts: they are not for a coordinator whose answers are masked.
        raise Conflict("There are cases that have not been decided yet.", code="round_unfinished")
    base = adjudication.base
    kept = {one.case_id: provenance_of(one) for one in base.truths.select_related("reference_standard")}
    lesions = dict(base.truths.values_list("case_id", "lesions"))
    lesions |= {one.case_id: _lesions_of(one, decided[one.case_id], lesions.get(one.case_id, [])) for one in cases}
    decisions = [
        _decision_of(one, decided.get(one.case_id), lesions.get(one.case_id, []), kept.get(one.case_id))
        for one in base.decisions.select_related("case").order_by("case__position")
    ]
    return reference_standard_create(
        by=by,
        reader_study=adjudication.reader_study,
        truths=[truth for one in decisions if (truth := one.as_truth)],
        source=ReferenceSource.ADJUDICATION,
        provenance=f"Round {adjudication.number} over version {base.version}",
        rule={
            **base.rule,
            "adjudication": {
                "number": adjudication.number,
                "base_version": base.version,
                "triggers": adjudication.triggers,
                "seed": adjudication.seed,
                "shows": adjudication.shows,
            },
        },
        decisions=decisions,
    )


def _lesions_of(
    case: AdjudicationCase, judged: AdjudicationDecision | None, before: list[dict[str, object]]
) -> list[dict[str, object]]:
    """Return the lesions as they were judged; where only the case was, a positive one keeps those of the base."""
    lesions = judged_lesions(case, judged)
    is_of_case_alone = case.adjudication.shows != MARKS and not lesions
    return before if is_of_case_alone and judged is not None and judged.outcome == POSITIVE else lesions


def _decision_of(
    before: ReferenceDecision,
    judged: AdjudicationDecision | None,
    lesions: list[dict[str, object]],
    kept: dict[str, object] | None,
) -> CaseDecision:
    if judged is None:
        outcome, reason, provenance = before.outcome, before.reason, kept
    else:
        outcome, reason, provenance = judged.outcome, ADJUDICATED, None
    matching, truth = before.matching or None, TRUTHS[outcome]
    return CaseDecision(before.case, outcome, reason, truth, before.votes, lesions, judged, matching, provenance)
