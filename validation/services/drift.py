"""Writes of drift watches: the rule, the signals that are found, and what people say of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from annotations.models import Arm
from annotations.services.viewing import viewed
from portal import jobs
from portal.accounts.models import User
from portal.audit.services import record
from portal.db import JobState
from portal.errors import Conflict, FieldProblem, Invalid
from portal.inference.access import model_version_by_id
from portal.inference.models import ModelVersion
from portal.inference.streams import STREAM
from portal.webhooks.events import EventKind
from portal.webhooks.services import emit
from validation.drift.charts import Point
from validation.drift.rule import NAMES, Rule, rule_faults
from validation.models import DriftAcknowledgement, DriftCheck, DriftSignal, DriftWatch
from validation.selectors.drift import Shown, place_of, watch_in_force

# So long an evaluation lasts before the next one.
CHECK_EVERY = timedelta(minutes=15)
_UNDER_WAY = (JobState.PENDING, JobState.RUNNING)


@transaction.atomic
def drift_watch_set(
    *, by: User, model_version: ModelVersion, rule: Rule, is_on: bool, reason: str, base: int
) -> DriftWatch:
    """Keep a new version of the rule; `base` is the version it was made from, 0 for the first.

    Raises 400 with every fault of the rule, and 409 `stale_watch` where somebody else has changed it.
    """
    faults: list[FieldProblem] = [
        {"field": one.field, "code": one.code, "detail": one.detail} for one in rule_faults(rule)
    ]
    if not reason.strip():
        faults.append({"field": "reason", "code": "required", "detail": "Say why: it is kept with the rule."})
    if faults:
        raise Invalid("The watch cannot be set as it is.", code="invalid_watch", errors=faults)
    # One writer at a time, so that versions are numbered one by one.
    model_version_by_id(model_version.pk, lock=True)
    newest = watch_in_force(model_version=model_version)
    if (newest.number if newest else 0) != base:
        raise Conflict("The watch has been changed since you loaded it. Look again.", code="stale_watch")
    values = {name: getattr(rule, name) for name in NAMES}
    values["charts"] = [str(one) for one in rule.charts]
    watch = DriftWatch.objects.create(
        model_version=model_version, number=base + 1, is_on=is_on, reason=reason.strip(), created_by=by, **values
    )
    detail = {"model_version": str(model_version.pk), "number": watch.number, "is_on": is_on}
    record(stream=STREAM, actor=by, action="drift_watch.set", obj=watch, detail=detail, rows=[watch])
    if is_on:
        _wait_again(model_version)
    return watch


@transaction.atomic
def drift_check_request(*, by: User, model_version: ModelVersion) -> DriftCheck:
    """Have a watch evaluated now; 409 where there is none or one is under way."""
    watch = watch_in_force(model_version=model_version)
    if watch is None or not watch.is_on:
        raise Conflict("Nothing is watched: set a watch first.", code="no_watch")
    check = _wait_again(model_version)
    if check is None:
        raise Conflict("The watch is being evaluated.", code="check_under_way")
    record(stream=STREAM, actor=by, action="drift_check.request", obj=check)
    return check


@transaction.atomic
def drift_acknowledge(*, by: User, signal: DriftSignal, text: str) -> DriftAcknowledgement:
    """Take note of a signal and say what came of it; a further note is a further row."""
    if not text.strip():
        detail = "Say what you have found, or what is done about it."
        raise Invalid(detail, errors=[{"field": "text", "code": "required", "detail": detail}])
    noted = DriftAcknowledgement.objects.create(signal=signal, text=text.strip(), created_by=by)
    record(stream=STREAM, actor=by, action="drift_signal.acknowledge", obj=signal, rows=[noted])
    return noted


def agreement_viewed(*, by: User, model_version: ModelVersion, arms: Iterable[Arm]) -> None:
    """Record in each reader study that somebody was shown how its readers agree with the AI."""
    for reader_study in {arm.reader_study_id: arm.reader_study for arm in arms}.values():
        viewed(by=by, reader_study_id=reader_study.pk, action="agreement.view", obj=model_version)


def drift_sweep(*, now: datetime) -> int:
    """Have every watch that is due evaluated; return how many."""
    newest = DriftWatch.objects.order_by("model_version_id", "-number").distinct("model_version_id")
    count = 0
    for watch in newest.select_related("model_version"):
        last = DriftCheck.objects.filter(model_version=watch.model_version_id).first()
        is_due = last is None or last.finished_at is None or last.finished_at <= now - CHECK_EVERY
        if watch.is_on and is_due and _wait_again(watch.model_version) is not None:
            count += 1
    return count


@transaction.atomic
def _wait_again(model_version: ModelVersion) -> DriftCheck | None:
    """Put the evaluation of a model version into the queue; None where it is there, or being done."""
    check, is_new = DriftCheck.objects.get_or_create(model_version=model_version)
    if not is_new and not (
        DriftCheck.objects.filter(~Q(state__in=_UNDER_WAY), pk=check.pk).update(
            state=JobState.PENDING,
            attempt=0,
            progress_done=0,
            progress_total=0,
            progress_message="",
            cancel_requested=False,
            finished_at=None,
            error_code="",
            error_detail="",
        )
    ):
        return None
    jobs.enqueue(check)
    check.refresh_from_db()
    return check


def drift_signals_store(*, watch: DriftWatch, charts: list[Shown]) -> list[DriftSignal]:
    """Store the points outside their limits that are not stored yet, and tell webhooks; part of a transaction."""
    known = set(DriftSignal.objects.filter(watch=watch).values_list("place", flat=True))
    found = [
        _signal(watch, shown, point)
        for shown in charts
        for point in shown.drawn.outside()
        if place_of(shown.drawn.chart, shown.arm, point.step.key) not in known
    ]
    for signal in found:
        signal.save()
    if found:
        record(stream=STREAM, actor=None, action="drift_signal.found", obj=watch, rows=found)
    for signal in found:
        if signal.is_told:
            data = {"model_version_id": watch.model_version_id, "drift_signal_id": signal.pk, "chart": signal.chart}
            emit(kind=EventKind.DRIFT_SIGNAL_FOUND, data=data)
    return found


def _signal(watch: DriftWatch, shown: Shown, point: Point) -> DriftSignal:
    if point.value is None or point.low is None or point.high is None or point.side is None:
        raise ValueError(f"{point.step.key} is no point outside limits")
    return DriftSignal(
        watch=watch,
        chart=shown.drawn.chart,
        arm=shown.arm,
        place=place_of(shown.drawn.chart, shown.arm, point.step.key),
        starts_at=point.step.starts_at,
        ends_at=point.step.ends_at,
        side=point.side,
        n=point.n,
        value=point.value,
        low=point.low,
        high=point.high,
        is_told=point.step.ends_at > watch.created_at,
    )
