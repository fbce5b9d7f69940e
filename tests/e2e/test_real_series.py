"""A real MR series of 384 slices, through the portal, in Chromium: first and last slice on the screen."""

import io
import os
import tarfile
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from PIL import Image
from playwright.sync_api import Page
from pydicom.dataset import Dataset

from portal.ops.environment import REPOSITORY
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.reader_studies import SEEN, launched

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SHARED = Path(os.environ.get("OVERREAD_SHARED", REPOSITORY.parent / "shared"))
SERIES = SHARED / "dicom" / "t1w_head.tar.xz"
SLICES = 384
Grey = npt.NDArray[np.float64]


def stored_slices() -> list[Dataset]:
    """The series from the files themselves: the witness for what the screen shows."""
    with tarfile.open(SERIES) as archive:
        files = [archive.extractfile(member) for member in archive if member.isfile()]
        slices = [pydicom.dcmread(io.BytesIO(file.read())) for file in files if file]
    return sorted(slices, key=lambda one: int(one.InstanceNumber))


def image_on_screen(page: Page, rows: int, columns: int) -> Grey:
    """What the viewport shows of the image, brought to the image's own size."""
    left, top = point(page, -0.5, -0.5)
    right, bottom = point(page, columns - 0.5, rows - 0.5)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("L")
    return np.asarray(shot.crop((round(left), round(top), round(right), round(bottom))).resize((columns, rows)), float)


def point(page: Page, column: float, row: float) -> tuple[float, float]:
    place = probe(page, f"v.clientPointOfPixel({column}, {row})")
    return place["x"], place["y"]


def likeness(page: Page, stored: Dataset) -> float:
    """Correlation between the screen and the stored pixels under the window that the viewer says it uses."""
    window = probe(page, "v.state.window")
    low, high = window["center"] - window["width"] / 2, window["center"] + window["width"] / 2
    pixels = np.clip(stored.pixel_array.astype(float), low, high)
    shown = image_on_screen(page, stored.Rows, stored.Columns)
    # The letters and the scale lie on the borders.
    middle = np.s_[stored.Rows // 8 : -stored.Rows // 8, stored.Columns // 8 : -stored.Columns // 8]
    return float(np.corrcoef(shown[middle].ravel(), pixels[middle].ravel())[0, 1])


@pytest.mark.skipif(not SERIES.is_file(), reason=f"{SERIES} is not there: a fresh clone has no shared data")
def test_first_and_last_slice_are_on_the_screen(stage: Stage, signed_in: Callable[[Person], Page]) -> None:
    printed = stage.portal.manage("ingest", str(SERIES))
    assert f"{SLICES} new" in printed or f"{SLICES} already there" in printed, printed
    found = stage.coordinator.get("imaging-studies?modality=MR")["results"]
    (study,) = [one for one in found if one["number_of_instances"] == SLICES]

    reader, coordinator = stage.spare, stage.coordinator
    name = f"Head {uuid.uuid4().hex[:6]}"
    path = launched(coordinator, reader, name=name, questions=[SEEN], imaging_study_ids=[study["id"]])
    (assignment,) = reader.get(f"{path}/assignments")

    stored = stored_slices()
    page = signed_in(reader)
    page.goto(f"{stage.portal.url}/assignments/{assignment['id']}")
    image_is_drawn(page, 0)
    assert probe(page, "v.state.count") == SLICES
    # The series has no window of its own: one was derived, and it is neither empty nor the whole range.
    window = probe(page, "v.state.window")
    assert 10 < window["width"] < 60_000
    until(page, f"window.__overread_viewer.state.progress.loaded === {SLICES}", seconds=180)
    assert likeness(page, stored[0]) > 0.97
    screenshots(page, "head-first")

    # The series ends above the head: its last slices hold nothing but zeros, on the screen as in the files.
    page.keyboard.press("End")
    image_is_drawn(page, SLICES - 1)
    assert probe(page, "v.state.imageId").find(stored[-1].SOPInstanceUID) > 0
    assert stored[-1].pixel_array.max() == 0
    assert image_on_screen(page, stored[-1].Rows, stored[-1].Columns)[80:-80, 80:-80].max() == 0
    screenshots(page, "head-last")

    last_with_content = max(index for index, one in enumerate(stored) if one.pixel_array.std() > 5)
    for _ in range(SLICES - 1 - last_with_content):
        page.keyboard.press("ArrowUp")
    image_is_drawn(page, last_with_content)
    assert likeness(page, stored[last_with_content]) > 0.97
    assert likeness(page, stored[0]) < 0.9
    screenshots(page, "head-last-with-content")

    while probe(page, "v.state.index") > SLICES // 2:
        before = probe(page, "v.state.index")
        page.keyboard.press("PageUp")
        image_is_drawn(page, before - 10)
    middle = probe(page, "v.state.index")
    assert likeness(page, stored[middle]) > 0.97
    screenshots(page, "head-middle")
