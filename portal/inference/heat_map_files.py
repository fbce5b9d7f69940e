"""Heat maps as files below `var/heat-maps`, named by their digest: written once, never changed."""

from pathlib import Path

from django.conf import settings

from portal.inference.heat_map import HeatMapInput
from portal.write_once import write_once

FOLDER = "heat-maps"


def heat_map_path(digest: str) -> Path:
    """Where the voxels of a heat map lie, as gzip."""
    return Path(settings.VAR_DIR) / FOLDER / digest[:2] / f"{digest}.gz"


def heat_map_write(heat_map: HeatMapInput) -> None:
    """Store a heat map's voxels. A row that is rolled back leaves at most a file that nothing refers to."""
    path = heat_map_path(heat_map.digest)
    if not path.is_file():
        write_once(path, heat_map.compressed)


def heat_map_read(digest: str) -> bytes:
    """The gzip file of a heat map's voxels."""
    return heat_map_path(digest).read_bytes()
