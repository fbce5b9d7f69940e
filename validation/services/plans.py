"""Saving and locking analysis plans."""

from typing import Any

from django.db import transaction

from annotations.models import ReaderStudy, ReaderStudyState
from annotations.services.drafts import stream_of
from annotations.services.protocol import protocol_follow
from portal.accounts.models import User
from portal.audit.services import canonical_json, record, sha256
from portal.errors import Conflict, FieldProblem, Invalid
from portal.moments import utc_words
from validation.canonical import parse
from validation.models import AnalysisPlan, AnalysisPlanLock
from validation.plans.document import Finding, form_findings
from validation.plans.rules import plan_findings
from validation.selectors.plans import (
    is_truth_locked,
    newest_plan_of,
    results_so_far,
    runs_under_way,
    study_facts,
    was_locked,
)

LONGEST_REASON = 1000


@transaction.atomic
def plan_save(*, by: User, reader_study: ReaderStudy, document: Any, base: int, reason: str = "") -> AnalysisPlan:
    """Keep a version of the plan (`reader_study` is locked by the caller); `base` is the version it was made from.

    The form must be right; what the design makes impossible is said by the page and keeps it from being locked only.
    Once a version was locked a new one is an amendment and says why: 409 `plan_locked` where `base` is locked and no
    reason is given, because somebody else may have locked it meanwhile.
    """
    if reader_study.state == ReaderStudyState.LOCKED:
        raise Conflict("The reader study is locked: its plan stays as it is.")
    _refuse([one for one in form_findings(document) if one.level == "ERROR"])
    newest = newest_plan_of(reader_study=reader_study)
    content = canonical_json(document)
    if newest is not None and newest.content == content:
        return newest
    if (newest.number if newest else 0) != base:
        raise Conflict("The plan has been changed since you loaded it. Look again.", code="stale_plan")
    why = reason.strip()[:LONGEST_REASON]
    if newest is not None and hasattr(newest, "lock") and not why:
        raise Conflict(
            f"Version {newest.number} was locked by {newest.lock.username} on {utc_words(newest.lock.created_at)}. "
            "What you have written changes a plan that is fixed: save it as an amendment, with a reason.",
            code="plan_locked",
            extra={"plan": newest.number},
        )
    if was_locked(reader_study=reader_study) and not why:
        detail = "Say why: a plan that was locked is amended."
        raise Invalid(detail, errors=[{"field": "reason", "code": "required", "detail": detail}])
    plan = AnalysisPlan.objects.create(
        reader_study=reader_study, number=base + 1, reason=why, created_by=by, content=content, digest=sha256(content)
    )
    _record(by, plan, "analysis_plan.save", plan)
    return plan


@transaction.atomic
def plan_lock(*, by: User, reader_study: ReaderStudy, number: int) -> AnalysisPlanLock:
    """Fix the newest version; what was known by then (results, a locked truth) is kept with it.

    Raises 409 `stale_plan` unless `number` is the newest, 409 `analysis_under_way` while a run of the reader study is
    not over (whether its result was known by the lock could not be said), 400 where the reader study does not allow
    what the plan asks.
    """
    newest = newest_plan_of(reader_study=reader_study)
    if newest is None or newest.number != number:
        raise Conflict("This is not the newest version of the plan. Look again.", code="stale_plan")
    if hasattr(newest, "lock"):
        return newest.lock
    findings = plan_findings(parse(newest.content), study_facts(reader_study=reader_study))
    _refuse([one for one in findings if one.level == "ERROR"])
    if runs_under_way(reader_study=reader_study):
        detail = "An analysis of this reader study is under way: wait for its end or cancel it, then lock."
        raise Conflict(detail, code="analysis_under_way")
    lock = AnalysisPlanLock.objects.create(
        plan=newest,
        locked_by=by,
        username=by.username,
        truth_was_locked=is_truth_locked(reader_study=reader_study),
        results_before=results_so_far(reader_study=reader_study),
    )
    _record(by, newest, "analysis_plan.lock", lock)
    reason = f"The analysis plan was locked: version {newest.number}. {newest.reason}".strip()
    protocol_follow(by=by, reader_study=reader_study, reason=reason)
    return lock


def _record(by: User, plan: AnalysisPlan, action: str, row: AnalysisPlan | AnalysisPlanLock) -> None:
    record(
        stream=stream_of(plan.reader_study_id),
        actor=by,
        action=action,
        obj=plan,
        detail={"number": plan.number, "digest": plan.digest, "reason": plan.reason},
        rows=[row],
    )


def _refuse(findings: list[Finding]) -> None:
    if findings:
        faults: list[FieldProblem] = [{"field": one.field, "code": one.code, "detail": one.detail} for one in findings]
        raise Invalid("The plan cannot be carried out as it is.", code="invalid_plan", errors=faults)
