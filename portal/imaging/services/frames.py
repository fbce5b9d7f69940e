"""Frames on disk: written once per series by a worker, evicted when the cache is full, removed with their study."""

import errno
import json
import uuid
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from portal import jobs
from portal.db import JobState
from portal.errors import PortalError
from portal.imaging.connection import orthanc
from portal.imaging.dicomweb import DicomJson, described_pixels
from portal.imaging.frames import htj2k
from portal.imaging.frames.decoding import FrameUndecodable, decoded_frames
from portal.imaging.frames.manifest import described, manifest_of
from portal.imaging.frames.store import HTJ2K, RAW, Draft, FrameStore, version_of
from portal.imaging.models import ImagingStudy, Instance, Series, SeriesFrames
from portal.imaging.orthanc import Orthanc, OrthancError
from portal.imaging.reader_tags import tag_of
from portal.imaging.services.metadata import portal_error, series_metadata

EVICTED = "evicted"
UNDECODABLE = "pixels_undecodable"
STORAGE_FULL = "storage_full"
# A failure of these kinds says nothing about the series: it is tried again after a while.
_PASSING = frozenset({"unavailable", STORAGE_FULL, "internal", "worker_died"})
_TRY_AGAIN_AFTER = timedelta(minutes=1)
# A series to which nothing has been added for this long has arrived.
_SETTLED_AFTER = timedelta(seconds=10)
# Writing the time of every grant would make each read a write.
_USE_PRECISION = timedelta(minutes=10)
_MOST_PER_SWEEP = 200
# Files younger than this may belong to rows that are not seen yet, as while a database is being restored.
_ORPHAN_AFTER = timedelta(hours=1)


def frame_store() -> FrameStore:
    """The frames of this installation."""
    return FrameStore(Path(settings.VAR_DIR) / "frames")


def frames_request(series: Iterable[Series]) -> None:
    """Have the frames of these series written where they are missing; asking again changes nothing."""
    for one in series:
        with transaction.atomic():
            frames, is_new = SeriesFrames.objects.get_or_create(series=one)
            if is_new or _restarted(frames, one):
                jobs.enqueue(frames)


def _restarted(frames: SeriesFrames, series: Series) -> bool:
    """Put an ended job back in the queue when there is something to do; of two callers one does it."""
    if frames.state == JobState.SUCCEEDED and is_ready(frames, series):
        return False
    if frames.state == JobState.FAILED and not _may_try_again(frames, series):
        return False
    ended = SeriesFrames.objects.filter(
        pk=frames.pk, state__in=[JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED]
    )
    return bool(
        ended.update(
            state=JobState.PENDING,
            attempt=0,
            cancel_requested=False,
            created_at=timezone.now(),
            finished_at=None,
            error_code="",
            error_detail="",
        )
    )


def _may_try_again(frames: SeriesFrames, series: Series) -> bool:
    if frames.number_of_instances != series.number_of_instances:
        return True
    is_over = frames.finished_at is None or frames.finished_at < timezone.now() - _TRY_AGAIN_AFTER
    return frames.error_code in _PASSING and is_over


def is_ready(frames: SeriesFrames, series: Series) -> bool:
    """Do the files hold the series as it is now?"""
    is_current = frames.state == JobState.SUCCEEDED and frames.number_of_instances == series.number_of_instances
    return is_current and frame_store().holds(series.imaging_study_id, series.pk, frames.version)


def frames_used(frames: Iterable[SeriesFrames]) -> None:
    """Note that somebody looks at them."""
    old = timezone.now() - _USE_PRECISION
    ids = [one.pk for one in frames if one.used_at is None or one.used_at < old]
    if ids:
        SeriesFrames.objects.filter(pk__in=ids).update(used_at=timezone.now())


def write_frames(job: SeriesFrames, lease: jobs.Lease) -> None:
    """Write the frames and the manifest of a series, and end the job.

    Nothing is seen before all of it is there, so a worker that is killed costs the time it had spent.
    """
    series = Series.objects.select_related("imaging_study__patient").get(pk=job.series_id)
    instances = list(series.instances.all())
    version = version_of((one.sop_instance_uid, one.file_sha256, one.number_of_frames) for one in instances)
    store = frame_store()
    # Before anything can fail: a failure belongs to the series as it was now.
    SeriesFrames.objects.filter(pk=job.pk).update(number_of_instances=len(instances))
    try:
        draft = store.begin(series.imaging_study_id, series.pk, version)
        try:
            manifest = _write_draft(draft, series, instances, lease)
            size = store.publish(draft, manifest, series.imaging_study_id, series.pk, version)
        except BaseException:
            store.abandon(draft)
            raise
    except OSError as error:
        raise _disk_error(error) from error
    except OrthancError as error:
        raise portal_error(error) from error
    with transaction.atomic():
        SeriesFrames.objects.filter(pk=job.pk).update(
            version=version,
            number_of_frames=len(draft.lengths[RAW]),
            size_bytes=size,
            used_at=F("used_at") if job.used_at else timezone.now(),
        )
        lease.finish(JobState.SUCCEEDED)
    frames_evict(keep=job)


def _write_draft(draft: Draft, series: Series, instances: list[Instance], lease: jobs.Lease) -> bytes:
    """Write every frame and return the manifest."""
    gateway = orthanc()
    rows = {row[tag_of("SOPInstanceUID")]["Value"][0]: row for row in json.loads(series_metadata(series, gateway))}
    total = sum(one.number_of_frames for one in instances)
    described_rows: list[DicomJson] = []
    counts: list[int] = []
    for instance in instances:
        row = rows.get(instance.sop_instance_uid)
        if row is None:
            raise jobs.JobFailed("Orthanc no longer holds an image of this series.", code="not_in_orthanc")
        count, description = _write_instance(draft, instance, gateway)
        counts.append(count)
        described_rows.append(described(row, description))
        lease.progress(sum(counts), total, f"{sum(counts)} of {total} frames")
    forms = (RAW,) if draft.is_raw_only else (RAW, HTJ2K)
    return manifest_of(described_rows, counts, {form: draft.lengths[form] for form in forms})


def _write_instance(draft: Draft, instance: Instance, gateway: Orthanc) -> tuple[int, DicomJson]:
    """Write the frames of an instance; how many, and the elements that describe them."""
    count = 0
    description: dict[str, str | int] = {}
    try:
        for frame in decoded_frames(gateway.instance_file(instance.orthanc_id)):
            draft.add(frame.pixels.tobytes(), None if draft.is_raw_only else htj2k.encoded(frame.pixels))
            description = frame.description
            count += 1
    except FrameUndecodable as error:
        raise jobs.JobFailed("The pixels of an image cannot be decoded.", code=UNDECODABLE) from error
    if count != instance.number_of_frames:
        raise jobs.JobFailed("An image has another number of frames than it says.", code=UNDECODABLE)
    return count, described_pixels(description)


def _disk_error(error: OSError) -> PortalError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return jobs.JobFailed(
            "The disk of the portal is full; frames come from Orthanc until there is room again.", code=STORAGE_FULL
        )
    return jobs.JobFailed(f"The frames could not be written ({error.strerror}).", code="storage_failed")


def frames_damaged(series_id: uuid.UUID) -> None:
    """Have the frames of a series written again: what lies there is not what was written."""
    damaged = SeriesFrames.objects.filter(series=series_id, state=JobState.SUCCEEDED)
    for frames in damaged.select_related("series"):
        frame_store().remove_version(frames.series.imaging_study_id, series_id, frames.version)
        frames_request([frames.series])


def frames_evict(*, keep: SeriesFrames | None = None) -> int:
    """Remove the frames that nobody has asked for the longest until the rest fits; return how many series."""
    there = SeriesFrames.objects.filter(state=JobState.SUCCEEDED)
    total = there.aggregate(total=Sum("size_bytes"))["total"] or 0
    evicted = 0
    others = there.exclude(pk=keep.pk) if keep else there
    oldest = others.select_related("series").order_by(F("used_at").asc())
    for frames in oldest.iterator():
        if total <= settings.OVERREAD_FRAME_CACHE_GB * 1e9:
            break
        # First the row, then the files: a grant between the two asks for them to be written again.
        mine = SeriesFrames.objects.filter(pk=frames.pk, state=JobState.SUCCEEDED)
        if mine.update(state=JobState.CANCELLED, error_code=EVICTED, error_detail="Evicted to make room."):
            frame_store().remove_version(frames.series.imaging_study_id, frames.series_id, frames.version)
            evicted += 1
        total -= frames.size_bytes
    return evicted


def frames_remove(imaging_study_id: uuid.UUID) -> None:
    """Remove all frames of an imaging study: for whoever removes the imaging study itself."""
    SeriesFrames.objects.filter(series__imaging_study=imaging_study_id).delete()
    frame_store().remove_study(imaging_study_id)


def frames_sweep() -> int:
    """Ask for the frames of series that have arrived, and remove those of imaging studies that are no more."""
    present = list(frame_store().study_ids(unchanged_for=_ORPHAN_AFTER))
    known = set(ImagingStudy.objects.filter(pk__in=present).values_list("pk", flat=True))
    for study_id in set(present) - known:
        frame_store().remove_study(study_id)
    due = list(_due()[:_MOST_PER_SWEEP])
    frames_request(due)
    return len(due)


def _due() -> QuerySet[Series]:
    """Series that have settled and of which no frames were written, or fewer than there are now."""
    arriving = Instance.objects.filter(series=OuterRef("pk"), created_at__gt=timezone.now() - _SETTLED_AFTER)
    is_stale = Q(frames__state__in=[JobState.SUCCEEDED, JobState.FAILED]) & ~Q(
        frames__number_of_instances=F("number_of_instances")
    )
    is_retried = Q(
        frames__state=JobState.FAILED,
        frames__error_code__in=_PASSING,
        frames__finished_at__lt=timezone.now() - _TRY_AGAIN_AFTER,
    )
    return (
        Series.objects.filter(number_of_instances__gt=0)
        .filter(Q(frames=None) | is_stale | is_retried)
        .exclude(Exists(arriving))
        .order_by("created_at")
    )
