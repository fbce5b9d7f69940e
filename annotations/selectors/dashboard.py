"""What the coordinator watches while readers read: how far each is, how fast, until when, and who is at work now.

Nothing here says what anybody answered: of the content only how readers agree with their own hidden repeats is told.
The number of queries does not depend on the number of readers or assignments.
"""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from annotations.domain.forecast import WINDOW_DAYS, Forecast, Left, forecast, rate_per_day
from annotations.domain.repeats import SelfAgreement, self_agreement
from annotations.domain.states import RUNNING
from annotations.models import Assignment, AssignmentState, Read, ReaderStudy, ReaderStudyState, Session
from annotations.selectors.arbitration import arbitration_counts
from annotations.selectors.masking import LEAST_PAIRS, is_masking
from annotations.selectors.progress import Median, ReaderProgress, progress_of
from annotations.selectors.queries import waiting_by_reader
from annotations.selectors.reader_studies import label_schema_of
from annotations.selectors.readers import RunningReader, readers_running
from annotations.selectors.sessions import end_of, first_moment

# A browser that edits renews its lease more often than once in 90 s.
AT_WORK = datetime.timedelta(minutes=5)


class Part(NamedTuple):
    """What one reader, or all of them, has in one session and arm."""

    session: int
    arm: str
    arm_name: str
    total: int
    signed: int
    begun: int
    median_active_s: float | None = None
    due_on: datetime.date | None = None
    is_overdue: bool = False


class AtWork(NamedTuple):
    """A read that is being edited."""

    read_id: uuid.UUID
    case: str
    since: datetime.datetime
    seen_at: datetime.datetime


class WatchedReader(NamedTuple):
    """One reader."""

    running: RunningReader
    progress: ReaderProgress | None
    parts: list[Part]
    signed_by_day: list[int]
    rate_per_day: float | None
    forecast: Forecast
    agreement: SelfAgreement | None
    at_work: AtWork | None
    queries_open: int
    queries_answered: int


class Dashboard(NamedTuple):
    """All readers, and the sums over them."""

    readers: list[WatchedReader]
    parts: list[Part]
    first_day: datetime.date
    now: datetime.datetime
    arbitration: dict[str, int] | None


class _Window(NamedTuple):
    """The days over which a rate is counted; the last one is today."""

    now: datetime.datetime
    first_day: datetime.date

    @property
    def starts_at(self) -> datetime.datetime:
        return first_moment(self.first_day)


def dashboard_of(*, reader_study: ReaderStudy) -> Dashboard:
    """Return everything the dashboard shows."""
    now = timezone.now()
    window = _Window(now, now.astimezone(datetime.UTC).date() - datetime.timedelta(days=WINDOW_DAYS - 1))
    progress = {row["user_id"]: row for row in progress_of(reader_study=reader_study)}
    counts = _counts(reader_study)
    days = _signed_by_day(reader_study, window)
    agreements = _agreements(reader_study)
    if is_masking(reader_study=reader_study):
        agreements = {reader: one for reader, one in agreements.items() if one.pairs >= LEAST_PAIRS}
    at_work = _at_work(reader_study, now)
    waiting = waiting_by_reader(reader_study=reader_study)
    sessions = list(reader_study.sessions.all())
    readers = []
    for running in readers_running(reader_study=reader_study):
        own = counts[running.reader_id]
        by_day = days[running.reader_id]
        rate = _rate(own, sum(by_day), window)
        queries_open, queries_answered = waiting.get(running.reader_id, (0, 0))
        readers.append(
            WatchedReader(
                running=running,
                progress=progress.get(running.reader_id),
                parts=[_part(row, running, reader_study, now) for row in own if row["total"]],
                signed_by_day=by_day,
                rate_per_day=rate,
                forecast=_forecast(reader_study, running, sessions, own, rate, now),
                agreement=agreements.get(running.reader_id),
                at_work=at_work.get(running.reader_id),
                queries_open=queries_open,
                queries_answered=queries_answered,
            )
        )
    sums = _sums(one for reader in readers for one in reader.parts)
    return Dashboard(readers, sums, window.first_day, now, arbitration_counts(reader_study=reader_study))


def _counts(reader_study: ReaderStudy) -> dict[uuid.UUID, list[dict[str, Any]]]:
    in_force, signed = ~Q(state=AssignmentState.VOID), Q(state=AssignmentState.SIGNED)
    rows = (
        Assignment.objects.filter(reader_study=reader_study)
        .order_by("session__number", "arm__key")
        .values("reader_id", "session__number", "session__closes_on", "arm__key", "arm__name")
        .annotate(
            total=Count("pk", filter=in_force),
            signed=Count("pk", filter=signed),
            begun=Count("pk", filter=in_force & ~signed & ~Q(state=AssignmentState.PENDING)),
            median_ms=Median("read__active_ms", filter=signed & Q(read__active_ms__gt=0)),
            first_opened=Min("read__opened_at"),
            last_opened=Max("read__opened_at"),
            last_signed=Max("read__signed_at"),
        )
    )
    found: dict[uuid.UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["reader_id"]].append(dict(row))
    return found


def _part(row: Mapping[str, Any], running: RunningReader, reader_study: ReaderStudy, now: datetime.datetime) -> Part:
    is_done = row["signed"] == row["total"]
    due_on = None if is_done else min(filter(None, (running.ends_on, row["session__closes_on"])), default=None)
    ends_at = end_of(due_on)
    return Part(
        session=row["session__number"],
        arm=row["arm__key"],
        arm_name=row["arm__name"],
        total=row["total"],
        signed=row["signed"],
        begun=row["begun"],
        median_active_s=None if row["median_ms"] is None else row["median_ms"] / 1000,
        due_on=due_on,
        is_overdue=reader_study.state in RUNNING and ends_at is not None and now >= ends_at,
    )


def _sums(parts: Iterable[Part]) -> list[Part]:
    sums: dict[tuple[int, str], Part] = {}
    for part in parts:
        key = (part.session, part.arm)
        so_far = sums.get(key) or Part(part.session, part.arm, part.arm_name, 0, 0, 0)
        sums[key] = so_far._replace(
            total=so_far.total + part.total, signed=so_far.signed + part.signed, begun=so_far.begun + part.begun
        )
    return [sums[key] for key in sorted(sums)]


def _signed_by_day(reader_study: ReaderStudy, window: _Window) -> dict[uuid.UUID, list[int]]:
    """Count what each reader signed on each day of the window; what was withdrawn since took its time all the same."""
    rows = (
        Read.objects.filter(assignment__reader_study=reader_study, signed_at__gte=window.starts_at)
        .order_by()
        .values("assignment__reader_id", day=TruncDate("signed_at", tzinfo=datetime.UTC))
        .annotate(count=Count("pk"))
    )
    found: dict[uuid.UUID, list[int]] = defaultdict(lambda: [0] * WINDOW_DAYS)
    for row in rows:
        index = (row["day"] - window.first_day).days
        if index < WINDOW_DAYS:
            found[row["assignment__reader_id"]][index] = row["count"]
    return found


def _rate(own: list[dict[str, Any]], signed: int, window: _Window) -> float | None:
    opened = min(filter(None, (row["first_opened"] for row in own)), default=None)
    since = max(opened, window.starts_at) if opened else None
    return rate_per_day(signed=signed, first_opened_at=since, now=window.now)


def _forecast(
    reader_study: ReaderStudy,
    running: RunningReader,
    sessions: list[Session],
    own: list[dict[str, Any]],
    rate: float | None,
    now: datetime.datetime,
) -> Forecast:
    if running.is_withdrawn:
        return Forecast(None, "withdrawn", False)
    is_read = reader_study.state in (ReaderStudyState.OPEN, ReaderStudyState.PILOTING)
    if not is_read and running.signed < running.total:
        return Forecast(None, "not_running", False)
    left, before = [], None
    for session in sessions:
        rows = [row for row in own if row["session__number"] == session.number]
        opens = filter(None, (session.opens_on, running.starts_on))
        left.append(
            Left(
                reads=sum(row["total"] - row["signed"] for row in rows),
                opens_at=max((first_moment(day) for day in opens), default=None),
                washout=datetime.timedelta(days=session.washout_days),
                before=before,
                ends_at=min(filter(None, (end_of(session.closes_on), end_of(running.ends_on))), default=None),
            )
        )
        moments = (row[name] for row in rows for name in ("last_opened", "last_signed"))
        before = max(filter(None, moments), default=None)
    return forecast(sessions=left, rate=rate, now=now)


def _agreements(reader_study: ReaderStudy) -> dict[uuid.UUID, SelfAgreement]:
    """Compare each signed repeat with the reader's first read of that case in that session."""
    schema = label_schema_of(reader_study=reader_study)
    keys = {question.get("role"): question["key"] for question in (schema.questions if schema else [])}
    repeats = Assignment.objects.filter(
        reader=OuterRef("reader"), case=OuterRef("case"), session=OuterRef("session"), repeat_number__gt=0
    )
    rows = (
        Assignment.objects.filter(Exists(repeats), reader_study=reader_study, state=AssignmentState.SIGNED)
        .order_by("repeat_number")
        .values(
            "reader_id", "case_id", "session_id", "repeat_number", answers=F("read__signed_revision__payload__answers")
        )
    )
    firsts, pairs = {}, defaultdict(list)
    for row in rows:
        key = (row["reader_id"], row["case_id"], row["session_id"])
        if row["repeat_number"] == 0:
            firsts[key] = row["answers"]
        elif key in firsts:
            pairs[row["reader_id"]].append((firsts[key], row["answers"]))
    return {
        reader: self_agreement(own, call=keys.get("CALL"), rating=keys.get("RATING")) for reader, own in pairs.items()
    }


def _at_work(reader_study: ReaderStudy, now: datetime.datetime) -> dict[uuid.UUID, AtWork]:
    rows = (
        Read.objects.filter(assignment__reader_study=reader_study, signed_at=None, editor_seen_at__gte=now - AT_WORK)
        .exclude(assignment__state=AssignmentState.VOID)
        .order_by("editor_seen_at")
        .select_related("assignment__case")
    )
    return {
        read.assignment.reader_id: AtWork(
            read.pk, read.assignment.case.name, read.editor_since or read.opened_at, read.editor_seen_at
        )
        for read in rows
        if read.editor_seen_at
    }
