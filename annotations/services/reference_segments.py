"""Voxels of lesions of the reference standard: `var/reference-segments/<first two digits>/<digest>.json.gz`.

Written once and never changed; a lesion names them by the digest of their text (`portal.imaging.segments`).
"""

from pathlib import Path

from django.conf import settings

from portal.imaging import segment_files

FOLDER = "reference-segments"


def _folder(sha256: str) -> Path:
    return Path(settings.VAR_DIR) / FOLDER / sha256[:2]


def reference_segment_write(*, sha256: str, text: str) -> None:
    """Store a segment. A version that is rolled back leaves at most a file that nothing refers to."""
    if not segment_files.segment_path(_folder(sha256), sha256).is_file():
        segment_files.segment_write(_folder(sha256), sha256=sha256, text=text)


def reference_segment_read(sha256: str) -> str:
    """Return a segment's text. Raises `SegmentDamaged` when the file is gone or not what its digest says."""
    return segment_files.segment_read(_folder(sha256), sha256=sha256)
