"""Segments that a reader has painted: stored as the browser stores them, and found again on a page."""

import hashlib
import uuid
from typing import Any

import numpy as np
from playwright.sync_api import Page
from pydicom import Dataset

from portal.imaging.segments import encode, segment_text, slices_of
from tests.browserless import Person
from tests.e2e.viewing import becomes

# How much of exactly one colour the overlays of segments show: their edges have it, where nothing shines through.
OF_COLOUR = """(colour) => [...document.querySelectorAll('canvas[data-testid="segments"]')]
  .filter((canvas) => !canvas.hidden && canvas.width > 0)
  .reduce((sum, canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] === 255 && colour.every((channel, index) => data[i + index] === channel)) found += 1;
    }
    return sum + found;
  }, 0)"""


def segment_mark(reader: Person, read_id: str, image: Dataset, *, corner: tuple[int, int], side: int) -> dict[str, Any]:
    """Paint a square on an image of a read, from this column and row on; returns the mark that names it."""
    column, row = corner
    mask = np.zeros((image.Rows, image.Columns), dtype=np.uint8)
    mask[row : row + side, column : column + side] = 1
    where = {"sop_instance_uid": str(image.SOPInstanceUID), "frame_number": 1}
    painted = {**where, "counts": encode(mask.tobytes())}
    series, size = str(image.SeriesInstanceUID), {"rows": int(image.Rows), "columns": int(image.Columns)}
    text = segment_text(series_instance_uid=series, slices=slices_of([painted]), **size)
    sha256, segment_id = hashlib.sha256(text.encode()).hexdigest(), str(uuid.uuid4())
    body = {"base_sha256": None, "sha256": sha256, "idempotency_key": str(uuid.uuid4()), "changed": [painted]}
    reader.send("PUT", f"reads/{read_id}/segments/{segment_id}", {**body, "series_instance_uid": series, **size})
    geometry = {
        **where,
        "kind": "SEGMENT",
        "segment_id": segment_id,
        "sha256": sha256,
        "series_instance_uid": series,
        "frame_of_reference_uid": str(image.FrameOfReferenceUID),
        "voxel_count": side * side,
        "spacing_mm": None,
    }
    return {"id": str(uuid.uuid4()), "geometry": geometry, "measurements": {}}


def is_painted(page: Page, colour: tuple[int, int, int], *, is_shown: bool = True) -> None:
    """Wait until segments of a colour are seen on the images, or are no longer."""
    becomes(page, lambda: page.evaluate(OF_COLOUR, list(colour)) > 0, is_shown)
