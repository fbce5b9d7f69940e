"""Segments as files, `<folder>/<digest>.json.gz`: written once and never changed.

The digest is of the text, so a file proves itself: whoever reads one sees at once when it was damaged.
"""

import errno
import gzip
import hashlib
import zlib
from http import HTTPStatus
from pathlib import Path

from portal.errors import PortalError
from portal.imaging.uploads import StorageFull
from portal.write_once import write_once


class SegmentDamaged(PortalError):
    """A stored segment is not what its digest says."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    code = "segment_damaged"

    def __init__(self) -> None:
        super().__init__(
            "The stored segment is missing or damaged. Tell the site administrator: restore it from a backup."
        )


def segment_path(folder: Path, sha256: str) -> Path:
    """Where a segment of this digest lies."""
    return folder / f"{sha256}.json.gz"


def segment_write(folder: Path, *, sha256: str, text: str) -> int:
    """Store a segment's text under its digest and return the size of the file; on disk before this returns."""
    # No time inside: the same text gives the same file.
    content = gzip.compress(text.encode(), compresslevel=6, mtime=0)
    try:
        write_once(segment_path(folder, sha256), content)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull from error
        raise
    return len(content)


def segment_read(folder: Path, *, sha256: str) -> str:
    """Return a stored segment's text. Raises `SegmentDamaged` when the file is gone or not what its digest says."""
    try:
        content = gzip.decompress(segment_path(folder, sha256).read_bytes())
    except (FileNotFoundError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SegmentDamaged from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise SegmentDamaged
    return content.decode()
