"""Segments of an AI as files below `var/ai-segments`, named by their digest: written once, never changed."""

from pathlib import Path

from django.conf import settings

from portal.imaging import segment_files

FOLDER = "ai-segments"


def ai_segment_folder(sha256: str) -> Path:
    """Where a segment of this digest lies."""
    return Path(settings.VAR_DIR) / FOLDER / sha256[:2]


def ai_segment_write(*, sha256: str, text: str) -> None:
    """Store a segment. A row that is rolled back leaves at most a file that nothing refers to."""
    folder = ai_segment_folder(sha256)
    if not segment_files.segment_path(folder, sha256).is_file():
        segment_files.segment_write(folder, sha256=sha256, text=text)


def ai_segment_read(sha256: str) -> str:
    """Return a segment's text. Raises `SegmentDamaged` when the file is gone or not what its digest says."""
    return segment_files.segment_read(ai_segment_folder(sha256), sha256=sha256)
