"""Ingest jobs: take in many files, one stored outcome for each, and go on after a crash where it stopped."""

import json
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from portal import jobs
from portal.accounts.models import User
from portal.audit.services import record
from portal.db import JobState
from portal.errors import Invalid
from portal.imaging import archives
from portal.imaging.connection import orthanc
from portal.imaging.models import IngestItem, IngestJob, IngestOutcome, IngestSource, Series
from portal.imaging.screening.screener import Screener
from portal.imaging.services.files import REASONS, Judged, file_take, refused
from portal.imaging.services.frames import frames_request
from portal.imaging.services.mirror import Arrival, instances_mirror
from portal.imaging.uploads import StoredUpload
from portal.webhooks.events import EventKind
from portal.webhooks.services import emit

STREAM = "imaging"
BATCH_FILES = 25
_MANIFEST = "manifest.json"
_MAX_NAME = 300

# Told (done, total) after every batch.
Report = Callable[[int, int], None]


def upload_folder(job_id: uuid.UUID) -> Path:
    """Where a job's uploaded files and its list of sources lie."""
    return Path(settings.VAR_DIR) / "uploads" / str(job_id)


@transaction.atomic
def ingest_job_create_from_paths(
    *, paths: Sequence[Path], source: IngestSource, requested_by: User | None
) -> IngestJob:
    """Make a job over files that are already on this machine; the caller runs or enqueues it."""
    job = IngestJob(source=source, requested_by=requested_by)
    _write_manifest(job, [(str(path), path.absolute()) for path in paths])
    return _save_new(job)


@transaction.atomic
def ingest_job_create_from_uploads(*, uploads: Sequence[StoredUpload], requested_by: User) -> IngestJob:
    """Keep the uploaded files under var/ and make the job that takes them in."""
    if not uploads:
        raise Invalid(
            "No file was sent.",
            errors=[{"field": "files", "code": "required", "detail": "Send at least one file in 'files'."}],
        )
    job = IngestJob(source=IngestSource.UPLOAD, requested_by=requested_by)
    folder = upload_folder(job.pk)
    folder.mkdir(parents=True)
    try:
        _write_manifest(job, [_keep_upload(folder, index, one) for index, one in enumerate(uploads)])
        _save_new(job)
    except BaseException:
        shutil.rmtree(folder)
        raise
    jobs.enqueue(job)
    return job


def ingest_job_run(job: IngestJob, lease: jobs.Lease, *, report: Report | None = None) -> None:
    """Take in every file of the job that has no outcome yet, and end the job.

    Screening, storing and mirroring can each be repeated, and an outcome is written in the same transaction
    as the mirror's rows. So a worker that is killed anywhere costs at most one batch of repeated work.
    """
    sources = _read_manifest(job)
    done = set(IngestItem.objects.filter(job=job).values_list("name", flat=True))
    total = archives.count(sources)
    batch: list[Judged] = []
    with Screener() as screener:
        for one in _judge(sources, done, screener, upload_folder(job.pk)):
            batch.append(one)
            if len(batch) >= BATCH_FILES:
                done.update(item.name for item in batch)
                _store_batch(job, lease, batch, len(done), total)
                batch = []
                _tell(report, len(done), total)
    done.update(item.name for item in batch)
    _store_batch(job, lease, batch, len(done), len(done))
    with transaction.atomic():
        lease.finish(JobState.SUCCEEDED)
        frames_request(_series_of(job))
        record(stream=STREAM, actor=job.requested_by, action="ingest.finish", obj=job, detail=counts_of(job))
    _tell(report, len(done), len(done))
    # The job has ended well whatever happens to the files that are no longer needed.
    shutil.rmtree(upload_folder(job.pk), ignore_errors=True)


def ingest_job_notice(job: IngestJob, state: JobState) -> None:
    """Tell webhooks that an ingest has ended; part of the transaction that stores it."""
    emit(kind=EventKind.INGEST_JOB_FINISHED, data={"ingest_job_id": job.pk, "state": str(state)})


def _series_of(job: IngestJob) -> QuerySet[Series]:
    taken = IngestItem.objects.filter(job=job).exclude(outcome=IngestOutcome.REFUSED)
    return Series.objects.filter(instances__sop_instance_uid__in=taken.values("sop_instance_uid")).distinct()


def counts_of(job: IngestJob) -> dict[str, int]:
    """How many files were new, already there and refused."""
    found = Counter(IngestItem.objects.filter(job=job).values_list("outcome", flat=True))
    return {outcome.value.lower(): found[outcome] for outcome in IngestOutcome}


def _tell(report: Report | None, done: int, total: int) -> None:
    if report is not None:
        report(done, total)


def _judge(sources: Sequence[tuple[str, Path]], done: set[str], screener: Screener, scratch: Path) -> Iterator[Judged]:
    scratch.mkdir(parents=True, exist_ok=True)
    for name, found in _named_once(archives.walk(sources, scratch=scratch)):
        if name in done:
            continue
        if isinstance(found, archives.NotTaken):
            yield refused(name, found.code)
        else:
            yield file_take(name=name, path=found.path, gateway=orthanc(), screener=screener)


def _named_once(
    found: Iterable[archives.Found | archives.NotTaken],
) -> Iterator[tuple[str, archives.Found | archives.NotTaken]]:
    """Number names that occur again: an archive may hold two entries of one name.

    The walk has a fixed order, so a job that starts again gives every file its old name.
    """
    met: Counter[str] = Counter()
    for one in found:
        name = one.name[:_MAX_NAME]
        met[name] += 1
        yield (name if met[name] == 1 else f"{name[: _MAX_NAME - 12]} ({met[name]})"), one


def _store_batch(job: IngestJob, lease: jobs.Lease, batch: Sequence[Judged], done: int, total: int) -> None:
    """Write progress, mirror and outcomes together."""
    cancelled: jobs.JobCancelled | None = None
    with transaction.atomic():
        try:
            # First, because it locks the job's row: a worker that has lost its lease writes nothing.
            lease.progress(done, max(done, total), f"{done} of {max(done, total)} files")
        except jobs.JobCancelled as request:
            # What lies in Orthanc already is still mirrored.
            cancelled = request
        judged = _mirrored(batch)
        IngestItem.objects.bulk_create(_item(job, one) for one in _new_or_present(judged))
    if cancelled is not None:
        raise cancelled


def _mirrored(batch: Sequence[Judged]) -> list[Judged]:
    arrivals = [one.arrival for one in batch if one.arrival is not None]
    conflicts = instances_mirror(_once_each(arrivals)) if arrivals else {}
    judged = []
    for one in batch:
        code = conflicts.get(one.sop_instance_uid) if one.arrival is not None else None
        judged.append(one if code is None else replace(one, outcome=IngestOutcome.REFUSED, reason_code=code))
    return judged


def _once_each(arrivals: Sequence[Arrival]) -> list[Arrival]:
    return list({one.identifiers.sop_instance_uid: one for one in arrivals}.values())


def _new_or_present(judged: Sequence[Judged]) -> Iterator[Judged]:
    """Every instance is NEW once: for the first file that accounts for it.

    Not when its row was made: the changes feed, or an earlier attempt that was killed, may have made the row.
    """
    uids = [one.sop_instance_uid for one in judged if one.outcome != IngestOutcome.REFUSED]
    accounted = set(
        IngestItem.objects.filter(outcome=IngestOutcome.NEW, sop_instance_uid__in=uids).values_list(
            "sop_instance_uid", flat=True
        )
    )
    for one in judged:
        if one.outcome == IngestOutcome.REFUSED:
            yield one
            continue
        is_new = one.sop_instance_uid not in accounted
        accounted.add(one.sop_instance_uid)
        yield replace(one, outcome=IngestOutcome.NEW if is_new else IngestOutcome.PRESENT)


def _item(job: IngestJob, one: Judged) -> IngestItem:
    return IngestItem(
        job=job,
        name=one.name,
        outcome=one.outcome,
        reason_code=one.reason_code,
        reason=REASONS[one.reason_code] if one.reason_code else "",
        sop_instance_uid=one.sop_instance_uid,
        # It lies in Orthanc and lost against another instance only when the mirror was written.
        orthanc_id_to_remove=one.arrival.orthanc_id if one.arrival and one.reason_code else "",
    )


def _save_new(job: IngestJob) -> IngestJob:
    job.upload_path = f"uploads/{job.pk}"
    job.save()
    detail = {"source": str(job.source)}
    record(stream=STREAM, actor=job.requested_by, action="ingest.start", obj=job, detail=detail)
    return job


def _keep_upload(folder: Path, index: int, upload: StoredUpload) -> tuple[str, Path]:
    """Move one upload to a name of our own; the sender's name is only shown."""
    target = folder / f"{index:06d}"
    upload.move_to(target)
    return upload.name or f"file {index + 1}", target


def _write_manifest(job: IngestJob, sources: Sequence[tuple[str, Path]]) -> None:
    folder = upload_folder(job.pk)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{"name": name, "path": str(path)} for name, path in sources]
    (folder / _MANIFEST).write_text(json.dumps(rows), encoding="ascii")


def _read_manifest(job: IngestJob) -> list[tuple[str, Path]]:
    try:
        rows = json.loads((upload_folder(job.pk) / _MANIFEST).read_text(encoding="ascii"))
    except FileNotFoundError as error:
        raise jobs.JobFailed(
            "The uploaded files are no longer there; upload them again.", code="upload_gone"
        ) from error
    return [(row["name"], Path(row["path"])) for row in rows]
