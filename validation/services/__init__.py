"""Making, cancelling and retrying analysis runs; planning sample sizes."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tomllib import loads
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction

from annotations.models import Arm, ReaderStudy, ReaderStudyState, ReferenceStandard, SampleSizePlan
from annotations.selectors.truth import standard_to_analyse
from annotations.services.case_images import case_headers_read
from annotations.services.drafts import stream_of
from portal import jobs
from portal.accounts.models import User
from portal.audit.services import canonical_json, record, sha256
from portal.db import JobState
from portal.errors import Conflict, FieldProblem, Invalid
from portal.webhooks.events import EventKind, reader_study_scope
from portal.webhooks.services import emit
from validation.analysis import software_versions
from validation.canonical import canonical_result, parse
from validation.models import AnalysisPlan, AnalysisRun, AnalysisSnapshot
from validation.sample_size import PilotLacking, sample_size
from validation.selectors import arm_to_analyse, snapshot_content
from validation.selectors.looks import COMPUTED, is_interim
from validation.selectors.plan_snapshots import plan_snapshot_content
from validation.selectors.plans import locked_plan_of


@cache
def software() -> dict[str, str]:
    """Name the software that the bytes of a result depend on."""
    project = loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())["project"]
    return software_versions(project["version"])


class Frozen(NamedTuple):
    """What an analysis reads: the canonical text, its digest, and the arm and the version of the truth in it."""

    text: str
    digest: str
    standard: ReferenceStandard
    arm: Arm | None


def snapshot_freeze(
    *,
    reader_study: ReaderStudy,
    confidence_level: float,
    call_threshold: float | None,
    arm: str | None = None,
    reference_standard_version: int | None = None,
) -> Frozen:
    """Freeze what an analysis reads; 409 unless the version of the reference standard is locked."""
    if reader_study.state == ReaderStudyState.DRAFT:
        raise Conflict("The reader study is a draft: there is nothing to analyse before its launch.")
    standard = standard_to_analyse(reader_study=reader_study, version=reference_standard_version)
    chosen = arm_to_analyse(reader_study=reader_study, key=arm)
    content = snapshot_content(
        reader_study=reader_study,
        reference_standard=standard,
        confidence_level=confidence_level,
        call_threshold=call_threshold,
        arm=chosen.key,
    )
    text = canonical_json(content)
    return Frozen(text, sha256(text), standard, chosen)


def plan_check(*, plan: AnalysisPlan) -> ReferenceStandard:
    """Return the version of the truth that a run of a plan uses now; 409 unless plan and truth are locked."""
    if not hasattr(plan, "lock"):
        raise Conflict("Lock the plan first: only a plan that is fixed is carried out.", code="plan_not_locked")
    reader_study = plan.reader_study
    newest = locked_plan_of(reader_study=reader_study)
    if newest is not None and newest.number > plan.number:
        raise Conflict(
            f"Version {newest.number} of the plan, locked by {newest.lock.username}, has taken the place of version "
            f"{plan.number}: run that one.",
            code="plan_superseded",
            extra={"plan": newest.number},
        )
    if reader_study.state == ReaderStudyState.DRAFT:
        raise Conflict("The reader study is a draft: there is nothing to analyse before its launch.")
    wanted = parse(plan.content)["reference_standard_version"]
    return standard_to_analyse(reader_study=reader_study, version=wanted)


@transaction.atomic
def plan_freeze(*, plan: AnalysisPlan) -> Frozen:
    """Freeze what a run of a plan reads."""
    standard = plan_check(plan=plan)
    text = canonical_json(plan_snapshot_content(plan=plan, reference_standard=standard))
    return Frozen(text, sha256(text), standard, None)


@transaction.atomic
def command_record(*, reader_study: ReaderStudy, frozen: Frozen, plan: AnalysisPlan | None) -> None:
    """Keep that the command line computed a result: it is a look like any other, and no run tells of it."""
    record(
        stream=stream_of(reader_study.pk),
        actor=None,
        action=COMPUTED,
        obj=reader_study,
        detail={
            "snapshot_digest": frozen.digest,
            "plan": plan.number if plan else None,
            "is_interim": is_interim(reader_study=reader_study),
        },
    )


# How long a request waits for headers that the worker has not come to; what is unread then is said in the result.
HEADERS_S = 15.0


def plan_prepare(*, plan: AnalysisPlan) -> Frozen:
    """Read what the cases' headers tell of site, vendor, sex and age, and freeze what a run of a plan reads.

    Not within a transaction: it may have to wait for Orthanc.
    """
    plan_check(plan=plan)
    case_headers_read(reader_study=plan.reader_study, budget_s=HEADERS_S)
    return plan_freeze(plan=plan)


def planned_run_create(*, by: User, plan: AnalysisPlan) -> AnalysisRun:
    """Freeze a snapshot of the reader study and queue the analysis that the plan asks for."""
    frozen = plan_prepare(plan=plan)
    with transaction.atomic():
        return _queue(by, plan.reader_study, frozen, plan)


@transaction.atomic
def analysis_run_create(
    *,
    by: User,
    reader_study: ReaderStudy,
    confidence_level: float = 0.95,
    call_threshold: float | None = None,
    arm: str | None = None,
    reference_standard_version: int | None = None,
) -> AnalysisRun:
    """Freeze a snapshot of the reader study and queue its analysis."""
    frozen = snapshot_freeze(
        reader_study=reader_study,
        confidence_level=confidence_level,
        call_threshold=call_threshold,
        arm=arm,
        reference_standard_version=reference_standard_version,
    )
    return _queue(by, reader_study, frozen, None)


def _queue(by: User, reader_study: ReaderStudy, frozen: Frozen, plan: AnalysisPlan | None) -> AnalysisRun:
    made = AnalysisSnapshot(reader_study=reader_study, content=frozen.text, digest=frozen.digest)
    AnalysisSnapshot.objects.bulk_create([made], ignore_conflicts=True)
    snapshot = AnalysisSnapshot.objects.get(digest=frozen.digest)
    run = AnalysisRun.objects.create(
        reader_study=reader_study,
        requested_by=by,
        plan=plan,
        snapshot=snapshot,
        reference_standard=frozen.standard,
        arm=frozen.arm,
    )
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="analysis_run.create",
        obj=run,
        detail={
            "snapshot_digest": frozen.digest,
            "reference_standard_version": frozen.standard.version,
            **({"plan": plan.number} if plan else {}),
        },
        # Of one that is there already an event has told.
        rows=[run, *([snapshot] if snapshot.pk == made.pk else [])],
    )
    jobs.enqueue(run)
    return run


@transaction.atomic
def analysis_run_cancel(*, by: User, run: AnalysisRun) -> None:
    """Ask a run to stop."""
    jobs.cancel(run, ended=analysis_run_notice)
    record(stream=stream_of(run.reader_study_id), actor=by, action="analysis_run.cancel", obj=run)


@transaction.atomic
def analysis_run_retry(*, by: User, run: AnalysisRun) -> None:
    """Queue a failed or cancelled run again, over the snapshot it already has."""
    jobs.retry(run)
    record(stream=stream_of(run.reader_study_id), actor=by, action="analysis_run.retry", obj=run)


def analysis_run_notice(run: AnalysisRun, state: JobState) -> None:
    """Tell webhooks that a run has ended; part of the transaction that stores it."""
    data = {"reader_study_id": run.reader_study_id, "analysis_run_id": run.pk, "state": str(state)}
    emit(kind=EventKind.ANALYSIS_RUN_FINISHED, data=data, scopes=[reader_study_scope(run.reader_study_id)])


@transaction.atomic
def sample_size_create(
    *, by: User, reader_study: ReaderStudy, inputs: Mapping[str, Any], pilot_run: AnalysisRun | None = None
) -> SampleSizePlan:
    """Compute a sample size and keep it with the reader study, with what it was computed from.

    `reader_study` is locked by the caller, so that two at once get two numbers.
    """
    if reader_study.state == ReaderStudyState.LOCKED:
        raise Conflict("The reader study is locked: nothing is added to its protocol.")
    content = canonical_result(_sample_size(inputs, pilot_run))
    newest = SampleSizePlan.objects.filter(reader_study=reader_study).order_by("-number").first()
    plan = SampleSizePlan.objects.create(
        reader_study=reader_study,
        number=newest.number + 1 if newest else 1,
        created_by=by,
        content=content,
        digest=sha256(content),
    )
    record(
        stream=stream_of(reader_study.pk),
        actor=by,
        action="sample_size.create",
        obj=plan,
        detail={"number": plan.number, "digest": plan.digest},
        rows=[plan],
    )
    return plan


def _sample_size(inputs: Mapping[str, Any], pilot_run: AnalysisRun | None) -> dict[str, Any]:
    pilot = None if pilot_run is None else parse(pilot_run.snapshot.content)
    try:
        return sample_size(inputs, pilot=pilot, software=software())
    except PilotLacking as error:
        problem = error.problem
        fault: FieldProblem = {"field": "pilot_run_id", "code": problem.reason.value, "detail": problem.detail}
        raise Invalid("The pilot cannot be planned from.", errors=[fault]) from error
