"""Where the voxels of a read's segments lie: `var/segments/<read>/<digest>.json.gz`."""

import uuid
from pathlib import Path

from django.conf import settings

from portal.imaging import segment_files


def _folder(read_id: uuid.UUID) -> Path:
    return Path(settings.VAR_DIR) / "segments" / str(read_id)


def segment_write(*, read_id: uuid.UUID, sha256: str, text: str) -> int:
    """Store a segment's text under its digest and return the size of the file; on disk before this returns."""
    return segment_files.segment_write(_folder(read_id), sha256=sha256, text=text)


def segment_read(*, read_id: uuid.UUID, sha256: str) -> str:
    """Return a stored segment's text. Raises `SegmentDamaged` when the file is gone or not what its digest says."""
    return segment_files.segment_read(_folder(read_id), sha256=sha256)
