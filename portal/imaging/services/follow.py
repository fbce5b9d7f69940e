"""Follow Orthanc's changes feed: mirror what arrives by C-STORE, once, whatever is restarted when.

The number of the last change that was dealt with is stored in the same transaction as what became of it. The
feed belongs to one Orthanc index: a new or restored index counts from the start again, which is noticed by
keeping the last change itself beside its number.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from portal.db import JobState
from portal.imaging.models import (
    ChangesCursor,
    ImagingStudy,
    IngestItem,
    IngestJob,
    IngestOutcome,
    IngestSource,
    Instance,
)
from portal.imaging.orthanc import Change, NotInOrthanc, Orthanc
from portal.imaging.screening.reasons import Refusal
from portal.imaging.screening.screener import Screener
from portal.imaging.services.files import REASONS, screen_bytes
from portal.imaging.services.mirror import Arrival, instances_mirror, mirror_conflict

logger = logging.getLogger(__name__)

PAGE = 100
# One call ends after this long, so that a full archive does not hold the ingest queue for ever.
BUDGET_S = 20.0
# Arrivals that follow each other within this time are shown as one ingest.
SITTING = timedelta(minutes=5)
NEW_INSTANCE = "NewInstance"
DICOM_ORIGIN = "DicomProtocol"


@dataclass(frozen=True, slots=True)
class _Met:
    """An instance that the feed told of and the mirror does not know."""

    orthanc_id: str
    is_from_dicom: bool
    arrival: Arrival | None
    reason_code: str = ""

    @property
    def sop_instance_uid(self) -> str:
        return self.arrival.identifiers.sop_instance_uid if self.arrival else ""


def changes_follow(*, gateway: Orthanc) -> int:
    """Deal with all changes since the last call; return how many instances were mirrored.

    Two calls never work at once: the second one returns at once.
    """
    remove_refused(gateway=gateway)
    deadline = time.monotonic() + BUDGET_S
    mirrored = 0
    with Screener() as screener:
        while time.monotonic() < deadline:
            page = _follow_page(gateway, screener)
            mirrored += page.mirrored
            _headers_forget(page.orthanc_ids)
            if page.is_last:
                break
    remove_refused(gateway=gateway)
    return mirrored


def remove_refused(*, gateway: Orthanc) -> None:
    """Delete from Orthanc what was refused after it had arrived.

    Done after the refusal is stored: a crash in between leaves the removal to the next call, and the refusal
    is never lost.
    """
    for item in IngestItem.objects.exclude(orthanc_id_to_remove=""):
        if not Instance.objects.filter(orthanc_id=item.orthanc_id_to_remove).exists():
            gateway.delete_instance(item.orthanc_id_to_remove)
        IngestItem.objects.filter(pk=item.pk).update(orthanc_id_to_remove="")


@dataclass(frozen=True, slots=True)
class _PageDone:
    mirrored: int
    is_last: bool
    # The instances that Orthanc says it has stored.
    orthanc_ids: list[str]


def _headers_forget(orthanc_ids: Sequence[str]) -> None:
    """Have headers read anew: what is stored a second time can have one that was corrected in the archive.

    In a transaction of its own: those of the mirror lock imaging studies in one order.
    """
    stored = ImagingStudy.objects.filter(series__instances__orthanc_id__in=orthanc_ids).values("pk")
    ImagingStudy.objects.filter(pk__in=stored, header_facts__isnull=False).update(header_facts=None)


@transaction.atomic
def _follow_page(gateway: Orthanc, screener: Screener) -> _PageDone:
    ChangesCursor.objects.get_or_create(pk=1)
    cursor = ChangesCursor.objects.select_for_update(skip_locked=True).filter(pk=1).first()
    if cursor is None:
        return _PageDone(0, True, [])
    since = _checked_position(cursor, gateway)
    page = gateway.changes(since, PAGE)
    met = _meet(page.changes, gateway, screener)
    mirrored = _write(met)
    cursor.last_sequence = page.last_sequence
    if page.changes:
        cursor.orthanc_database = _fingerprint(page.changes[-1])
    cursor.save()
    stored = [one.orthanc_id for one in page.changes if one.kind == NEW_INSTANCE]
    return _PageDone(mirrored, page.done, stored)


def _checked_position(cursor: ChangesCursor, gateway: Orthanc) -> int:
    """Where to go on; 0 when the stored number belongs to another index."""
    if cursor.last_sequence == 0 or _is_same_index(cursor, gateway):
        return cursor.last_sequence
    logger.warning("Orthanc has another index than before: its changes feed is read from the start.")
    return 0


def _is_same_index(cursor: ChangesCursor, gateway: Orthanc) -> bool:
    page = gateway.changes(cursor.last_sequence - 1, 1)
    if page.changes and page.changes[0].sequence == cursor.last_sequence:
        return _fingerprint(page.changes[0]) == cursor.orthanc_database
    # The change is gone: with its instance, which was deleted, or with the index. Another instance tells.
    newest = Instance.objects.order_by("-created_at").first()
    if newest is None:
        return False
    try:
        gateway.instance_transfer_syntax(newest.orthanc_id)
    except NotInOrthanc:
        return False
    return True


def _fingerprint(change: Change) -> str:
    return f"{change.date} {change.orthanc_id}"


def _meet(changes: Sequence[Change], gateway: Orthanc, screener: Screener) -> list[_Met]:
    ids = [one.orthanc_id for one in changes if one.kind == NEW_INSTANCE]
    for one in changes:
        if one.kind == "StableSeries":
            ids += _instances_of_series(one.orthanc_id, gateway)
    known = set(Instance.objects.filter(orthanc_id__in=ids).values_list("orthanc_id", flat=True))
    met = []
    for orthanc_id in dict.fromkeys(ids):
        if orthanc_id in known:
            continue
        try:
            met.append(_judge(orthanc_id, gateway, screener))
        except NotInOrthanc:
            # Deleted since the change was logged: there is nothing to mirror.
            continue
    return met


def _instances_of_series(orthanc_id: str, gateway: Orthanc) -> list[str]:
    """A second look at a series once nothing more arrives for it.

    An index in PostgreSQL may commit two changes in the other order than their numbers; the later one is then
    behind us. This finds it.
    """
    try:
        return gateway.series_instance_ids(orthanc_id)
    except NotInOrthanc:
        return []


def _judge(orthanc_id: str, gateway: Orthanc, screener: Screener) -> _Met:
    is_from_dicom = gateway.instance_origin(orthanc_id) == DICOM_ORIGIN
    try:
        identifiers = screen_bytes(gateway.instance_file(orthanc_id), screener)
    except Refusal as refusal:
        return _Met(orthanc_id, is_from_dicom, None, refusal.code)
    arrival = Arrival(identifiers, orthanc_id)
    return _Met(orthanc_id, is_from_dicom, arrival, mirror_conflict(identifiers) or "")


def _write(met: Sequence[_Met]) -> int:
    """Mirror what may be mirrored and list what came by C-STORE; return how many instances are new."""
    arrivals = [one.arrival for one in met if one.arrival is not None and not one.reason_code]
    conflicts = instances_mirror(arrivals) if arrivals else {}
    items = []
    for one in met:
        code = one.reason_code or conflicts.get(one.sop_instance_uid) or ""
        # What the portal itself has stored is accounted for by the job that stored it.
        if one.is_from_dicom:
            items.append(_item(one, code))
    _add_items(items)
    return sum(1 for one in arrivals if conflicts.get(one.identifiers.sop_instance_uid) is None)


def _item(one: _Met, code: str) -> IngestItem:
    return IngestItem(
        name=f"C-STORE {one.sop_instance_uid or one.orthanc_id}",
        outcome=IngestOutcome.REFUSED if code else IngestOutcome.NEW,
        reason_code=code,
        reason=REASONS[code] if code else "",
        sop_instance_uid=one.sop_instance_uid,
        orthanc_id_to_remove=one.orthanc_id if code else "",
    )


def _add_items(items: Iterable[IngestItem]) -> None:
    items = list(items)
    if not items:
        return
    job = _sitting()
    for item in items:
        item.job = job
    # A rescan meets refused instances again only when their removal failed; their line is there already.
    IngestItem.objects.bulk_create(items, ignore_conflicts=True)
    done = IngestItem.objects.filter(job=job).count()
    IngestJob.objects.filter(pk=job.pk).update(progress_done=done, progress_total=done, finished_at=timezone.now())


def _sitting() -> IngestJob:
    """The ingest that arrivals of this moment belong to."""
    since = timezone.now() - SITTING
    job = IngestJob.objects.filter(source=IngestSource.CSTORE, finished_at__gte=since).first()
    if job is not None:
        return job
    now = timezone.now()
    return IngestJob.objects.create(
        source=IngestSource.CSTORE, state=JobState.SUCCEEDED, started_at=now, finished_at=now
    )
