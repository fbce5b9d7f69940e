"""Uploads of models that the portal shall run: taken, and what becomes of the file when the trial has ended."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from portal import jobs
from portal.accounts.models import User
from portal.audit.services import record
from portal.db import JobState
from portal.errors import FieldProblem, Invalid
from portal.imaging.uploads import StoredUpload
from portal.inference.model_card import runnable_problems
from portal.inference.model_files import waiting_path
from portal.inference.models import AiModel, ModelUpload, ModelVersion
from portal.inference.services import check_version_fields
from portal.inference.streams import STREAM


def model_upload_create(
    *,
    by: User,
    ai_model: AiModel,
    file: StoredUpload,
    version: str,
    kind: str,
    card: Any,
    description: str = "",
    sha256: str = "",
) -> ModelUpload:
    """Keep the file for its trial, which a worker does; nothing is kept of an upload that cannot become a version."""
    with file.path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    _check(ai_model, version, card, sha256, digest)
    upload = ModelUpload(
        ai_model=ai_model,
        version=version,
        kind=kind,
        card=card,
        description=description,
        file_name="".join(one for one in file.name or "" if one.isprintable())[:255],
        size_bytes=file.size or 0,
        sha256=digest,
        requested_by=by,
    )
    try:
        return _keep(file, upload)
    except BaseException:
        (Path(settings.VAR_DIR) / waiting_path(upload.pk)).unlink(missing_ok=True)
        raise


def _check(ai_model: AiModel, version: str, card: Any, sha256: str, digest: str) -> None:
    check_version_fields({}, card)
    problems: list[FieldProblem] = list(runnable_problems(card))
    if sha256 and sha256.lower() != digest:
        detail = f"The file that arrived has SHA-256 {digest}; upload it again."
        problems.append({"field": "sha256", "code": "digest_mismatch", "detail": detail})
    if ModelVersion.objects.filter(ai_model=ai_model, version=version).exists():
        problems.append({"field": "version", "code": "version_taken", "detail": "Choose another version."})
    if problems:
        raise Invalid("The model version is not valid; nothing was kept.", errors=problems)


@transaction.atomic
def _keep(file: StoredUpload, upload: ModelUpload) -> ModelUpload:
    upload.save()
    detail = {"version": upload.version, "kind": upload.kind, "sha256": upload.sha256}
    record(stream=STREAM, actor=upload.requested_by, action="model_upload.create", obj=upload, detail=detail)
    target = Path(settings.VAR_DIR) / waiting_path(upload.pk)
    target.parent.mkdir(parents=True, exist_ok=True)
    file.move_to(target)
    jobs.enqueue(upload)
    return upload


@transaction.atomic
def model_upload_cancel(*, by: User, upload: ModelUpload) -> ModelUpload:
    """Ask a trial to stop; nothing of the upload becomes a version."""
    jobs.cancel(upload, ended=model_upload_ended)
    record(stream=STREAM, actor=by, action="model_upload.cancel", obj=upload)
    upload.refresh_from_db()
    return upload


def model_upload_ended(upload: ModelUpload, state: JobState) -> None:
    """Drop the waiting file, however the trial has ended; a version has the file under its digest."""
    path = Path(settings.VAR_DIR) / waiting_path(upload.pk)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    if state != JobState.SUCCEEDED:
        detail = {"state": str(state)}
        record(stream=STREAM, actor=upload.requested_by, action="model_upload.refuse", obj=upload, detail=detail)
