"""Asking for the work that makes a version of the reference standard; the work is `annotations.runner`."""

import gzip
import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from annotations.models import ReaderStudy, ReferenceJob, ReferenceJobKind, ReferenceStandard
from annotations.services.drafts import stream_of
from portal import jobs
from portal.accounts.models import User
from portal.audit.services import record
from portal.db import JobState
from portal.errors import Conflict
from portal.imaging.uploads import StoredUpload
from portal.write_once import write_once

FOLDER = "reference-jobs"
# A look that nobody has stored by then has to be taken again.
KEPT_FOR = timedelta(days=7)


def folder_of(job: ReferenceJob) -> Path:
    """Where the files and the result of a job lie."""
    return Path(settings.VAR_DIR) / FOLDER / str(job.pk)


def _result_of(job: ReferenceJob) -> Path:
    return folder_of(job) / "result.json.gz"


def uploads_of(job: ReferenceJob) -> list[tuple[str, Path]]:
    """Return the names and places of a job's files."""
    return [(name, folder_of(job) / f"file-{number}") for number, name in enumerate(job.asked["files"])]


@transaction.atomic
def reference_job_create(
    *,
    by: User,
    reader_study: ReaderStudy,
    kind: ReferenceJobKind,
    asked: Mapping[str, Any],
    base: ReferenceStandard | None = None,
    uploads: Sequence[StoredUpload] = (),
) -> ReferenceJob:
    """Have a worker look what a version would be; the files of a request are taken out of its hands."""
    job = ReferenceJob.objects.create(
        reader_study=reader_study, requested_by=by, kind=kind, asked=dict(asked), base=base
    )
    for (_, path), upload in zip(uploads_of(job) if uploads else [], uploads, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        upload.move_to(path)
    _record(job, by, "create", {"kind": kind})
    jobs.enqueue(job)
    return job


@transaction.atomic
def reference_job_store(*, by: User, job: ReferenceJob, digest: str) -> None:
    """Have a worker store what the look found as the next version; storing it again changes nothing.

    Raises 409 `preview_outdated` where the look found something else, or has been dropped.
    """
    detail = "This is not what the look has found, it is not over, or older than a week. Look again before you store."
    outdated = Conflict(detail, code="preview_outdated")
    # With the result went the files that would be read again.
    if job.stored_id is None and not _result_of(job).is_file():
        raise outdated
    looked = ReferenceJob.objects.filter(pk=job.pk, digest=digest, stored=None)
    again = {"is_storing": True, "requested_by": by, "attempt": 0, "finished_at": None, "cancel_requested": False}
    # Also a storing that has failed or was cancelled may be tried again, of the same look.
    over = Q(state=JobState.SUCCEEDED, is_storing=False) | Q(
        state__in=[JobState.FAILED, JobState.CANCELLED], is_storing=True
    )
    if looked.filter(over).update(
        state=JobState.PENDING, error_code="", error_detail="", progress_done=0, progress_total=0, **again
    ):
        job.refresh_from_db()
        _record(job, by, "store", {"kind": job.kind, "digest": digest})
        jobs.enqueue(job)
        return
    job.refresh_from_db()
    if not (job.is_storing and job.digest == digest):
        raise outdated


@transaction.atomic
def reference_job_cancel(*, by: User, job: ReferenceJob) -> None:
    """Ask a job to stop."""
    jobs.cancel(job)
    _record(job, by, "cancel", {"kind": job.kind})


def _record(job: ReferenceJob, by: User, verb: str, detail: Mapping[str, Any]) -> None:
    stream = stream_of(job.reader_study_id)
    record(stream=stream, actor=by, action=f"reference_job.{verb}", obj=job, detail=detail)


def result_write(job: ReferenceJob, found: Mapping[str, Any]) -> None:
    """Keep what a look has found; a worker that takes over writes the same again."""
    write_once(_result_of(job), gzip.compress(json.dumps(found).encode(), compresslevel=1, mtime=0))


def result_read(job: ReferenceJob) -> dict[str, Any]:
    """Return what a look has found. Raises 409 `not_finished`."""
    try:
        found: dict[str, Any] = json.loads(gzip.decompress(_result_of(job).read_bytes()))
    except FileNotFoundError as error:
        detail = "The look is not over, has failed, or is older than a week. Look again."
        raise Conflict(detail, code="not_finished") from error
    return found


def reference_jobs_sweep() -> int:
    """Drop what lies in the folders of jobs that are stored, or over for a week; return how many there were."""
    root = Path(settings.VAR_DIR) / FOLDER
    there = {path.name: path for path in root.iterdir()} if root.is_dir() else {}
    before = timezone.now() - KEPT_FOR
    over = ReferenceJob.objects.filter(Q(stored__isnull=False) | Q(finished_at__lt=before), pk__in=there)
    gone = {str(pk) for pk in over.values_list("pk", flat=True)}
    known = {str(pk) for pk in ReferenceJob.objects.filter(pk__in=there).values_list("pk", flat=True)}
    # Without a row: of a request that was never committed, unless that is still under way.
    gone |= {name for name in there.keys() - known if there[name].stat().st_mtime < before.timestamp()}
    for name in gone:
        shutil.rmtree(there[name], ignore_errors=True)
    return len(gone)
