"""Heat maps as files below `var/heat-maps`, named by their digest: written once, never changed."""

import os
import uuid
from pathlib import Path

from django.conf import settings

from portal.inference.heat_map import HeatMapInput

FOLDER = "heat-maps"


def heat_map_path(digest: str) -> Path:
    """Where the voxels of a heat map lie, as gzip."""
    return Path(settings.VAR_DIR) / FOLDER / digest[:2] / f"{digest}.gz"


def heat_map_write(heat_map: HeatMapInput) -> None:
    """Store a heat map's voxels. A row that is rolled back leaves at most a file that nothing refers to."""
    path = heat_map_path(heat_map.digest)
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{uuid.uuid4().hex}.part")
    with unfinished.open("wb") as file:
        file.write(heat_map.compressed)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def heat_map_read(digest: str) -> bytes:
    """The gzip file of a heat map's voxels."""
    return heat_map_path(digest).read_bytes()
