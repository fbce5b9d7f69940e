"""Files of uploaded models as `var/models/uploaded/<digest>`: written once, never changed; and what they may use."""

import os
from pathlib import Path

from django.conf import settings

from portal.inference.model_process import Limits

FOLDER = Path("models") / "uploaded"


def model_limits() -> Limits:
    """What an uploaded model may use, as the site has set it."""
    return Limits(
        memory_bytes=settings.OVERREAD_MODEL_MEMORY_MIB * 2**20,
        load_seconds=settings.OVERREAD_MODEL_LOAD_SECONDS,
        seconds=settings.OVERREAD_MODEL_SECONDS,
    )


def model_path(digest: str) -> Path:
    """Where the file of this SHA-256 lies, relative to var/."""
    return FOLDER / digest


def waiting_path(upload_id: object) -> Path:
    """Where the file of an upload waits for its trial, relative to var/."""
    return Path("uploads") / f"model-{upload_id}"


def model_keep(waiting: Path, digest: str) -> Path:
    """Give a file that passed its trial its place, under which it stays; returns the place, relative to var/.

    The waiting name stays too, so that a trial whose transaction is rolled back can be done again. Then, and when two
    versions are one file, there is at most a file that nothing refers to.
    """
    target = Path(settings.VAR_DIR) / model_path(digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    source = Path(settings.VAR_DIR) / waiting
    source.chmod(0o440)
    with source.open("rb") as file:
        os.fsync(file.fileno())
    second = target.with_name(f".{waiting.name}")
    second.unlink(missing_ok=True)
    second.hardlink_to(source)
    second.replace(target)
    # Both may be the same file already; then replacing does nothing.
    second.unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return model_path(digest)
