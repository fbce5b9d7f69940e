"""Segments with the real mouse, on a phantom whose voxels are known by a closed form, and what was stored of them.

A sphere of soft tissue in lung: every expected number comes from the numbers below, none from the product.
"""

import itertools
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page
from pydicom.dataset import Dataset

from portal.demo.phantoms.volume import Grid, Phantom
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, until
from tests.e2e.viewing import CLICK_PAUSE_MS, Case, case_of, series_of

MATRIX, SLICES = 128, 24
PIXEL_MM, SLICE_MM = 0.8, 2.0
VOXEL_ML = PIXEL_MM * PIXEL_MM * SLICE_MM / 1000
SPHERE_MM, SPHERE_HU, LUNG_HU = 10.0, 60, -800
# Column, row and slice of its centre; slices as the screen counts them, from the head.
SPHERE_AT = (64, 64, 12)
CODE = {"scheme": "RADLEX", "value": "RID50149", "meaning": "pulmonary nodule"}
QUESTIONS: list[dict[str, Any]] = [
    {"key": "present", "kind": "BINARY", "text": "Present?", "required": False, "role": "CALL"},
    {
        "key": "lesions",
        "kind": "LOCATED_FINDING",
        "text": "Lesions",
        "required": False,
        "tools": ["SEGMENT", "LENGTH"],
        "codes": [CODE],
        "minimum_count": 0,
        "maximum_count": None,
        "attributes": [{"key": "solid", "kind": "BINARY", "text": "Solid?", "required": True}],
    },
]
# Long enough for the slowest machine; nothing waits so long that goes well.
PATIENCE_S = 90


@pytest.fixture
def page(stage: Stage, signed_in: Callable[[Person], Page]) -> Page:
    """The spare reader's browser."""
    return signed_in(stage.spare)


@pytest.fixture
def case(stage: Stage, page: Page, request: pytest.FixtureRequest) -> Case:
    """A case of its own, open on the page."""
    return room_of(stage, page, request.node.name)


def sphere_mask() -> Any:
    """Which voxels are tissue, slices in the order of the screen."""
    k, j, i = np.ogrid[:SLICES, :MATRIX, :MATRIX]
    column, row, index = SPHERE_AT
    squares = ((i - column) * PIXEL_MM) ** 2 + ((j - row) * PIXEL_MM) ** 2 + ((k - index) * SLICE_MM) ** 2
    return squares <= SPHERE_MM**2


def make_sphere() -> Phantom:
    """The phantom; its volume is stored from feet to head."""
    values = np.where(sphere_mask(), SPHERE_HU, LUNG_HU)[::-1].astype(np.int16)
    return Phantom("SEGMENTS", 0, Grid(SLICES, MATRIX, MATRIX, PIXEL_MM, SLICE_MM), values.copy(), ())


def go_to(page: Page, index: int) -> None:
    """Scroll to a slice by the arrow keys."""
    while (now := int(probe(page, "v.state.index"))) != index:
        page.keyboard.press("ArrowDown" if now < index else "ArrowUp")
        image_is_drawn(page, now + (1 if now < index else -1))


def at(page: Page, column: float, row: float) -> tuple[float, float]:
    """Where a pixel is in the browser's window."""
    point = probe(page, f"v.clientPointOfPixel({column}, {row})")
    return point["x"], point["y"]


def click(page: Page, column: float, row: float) -> None:
    """Click a pixel with the real mouse."""
    page.mouse.move(*at(page, column, row))
    page.wait_for_timeout(100)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)


def drag_over(page: Page, *points: tuple[float, float]) -> None:
    """Drag along these pixels with the real mouse."""
    page.mouse.move(*at(page, *points[0]))
    page.wait_for_timeout(100)
    page.mouse.down()
    for start, end in itertools.pairwise(points):
        for step in range(1, 9):
            share = step / 8
            page.mouse.move(*at(page, *(a + (b - a) * share for a, b in zip(start, end, strict=True))))
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)


def painted(page: Page) -> int:
    """Voxels in the labelmap on the screen."""
    return int(sum(probe(page, "v.segmentVoxels").values()))


def shows(page: Page, count: int) -> None:
    """Wait until so many voxels are painted."""
    sum_of_all = "Object.values(window.__overread_viewer?.segmentVoxels ?? {}).reduce((a, b) => a + b, 0)"
    until(page, f"{sum_of_all} === {count}", PATIENCE_S)


def stroke(page: Page, draw: Callable[[], None]) -> None:
    """Draw, and wait until the voxels on the screen have changed."""
    before = json.dumps(probe(page, "v.segmentVoxels"), separators=(",", ":"))
    draw()
    until(page, f"JSON.stringify(window.__overread_viewer?.segmentVoxels) !== '{before}'", PATIENCE_S)


def dab(page: Page, column: float, row: float) -> None:
    """One click of a brush."""
    stroke(page, lambda: click(page, column, row))


def sweep(page: Page, *points: tuple[float, float]) -> None:
    """One stroke along these pixels."""
    stroke(page, lambda: drag_over(page, *points))


def tool(page: Page, name: str) -> None:
    """Press a button of the segment bar."""
    page.get_by_role("toolbar", name="Segment tools").get_by_role("button", name=name, exact=True).click()


def fill(page: Page, label: str, value: float) -> None:
    """Set a field of the segment bar, and go back to the images, so that the arrow keys mean slices again."""
    field = page.get_by_role("toolbar", name="Segment tools").get_by_label(label, exact=True)
    field.fill(str(value))
    field.press("Enter")


def read_of(stage: Stage, case: Case) -> Any:
    """The read as the server has it."""
    assignment = case.url.rsplit("/", 1)[1]
    return stage.spare.send("POST", f"assignments/{assignment}/open")


def segments(stage: Stage, case: Case) -> list[Any]:
    """The segment marks that the server has."""
    payload = read_of(stage, case)["payload"]
    marks = [mark for finding in payload["findings"] for mark in finding["marks"]]
    return [mark for mark in marks if mark["geometry"]["kind"] == "SEGMENT"]


def stored(page: Page, stage: Stage, case: Case) -> list[Any]:
    """Wait until what is on the screen is on the server, and return the marks."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        marks = segments(stage, case)
        count = sum(mark["geometry"]["voxel_count"] for mark in marks)
        shown = painted(page)
        if count == shown and page.locator('[data-save="saved"]').count() == 1:
            return marks
        assert time.monotonic() < deadline, f"{shown} voxels on the screen, {count} stored"
        page.wait_for_timeout(200)


def only(page: Page, stage: Stage, case: Case) -> Any:
    """The one segment, once it is stored as it is on the screen."""
    (mark,) = stored(page, stage, case)
    return mark


def voxels_of(stage: Stage, case: Case, mark: Any) -> Any:
    """The stored voxels as an array in the order of the screen, decoded here from the documented run lengths."""
    read = read_of(stage, case)
    geometry = mark["geometry"]
    kept = stage.spare.get(f"reads/{read['id']}/segments/{geometry['segment_id']}/{geometry['sha256']}")
    uids = [
        one["00080018"]["Value"][0]
        for one in sorted(
            stage.spare.http.get(
                f"/dicomweb/studies/{read['case']['imaging_study']['study_instance_uid']}"
                f"/series/{geometry['series_instance_uid']}/metadata",
                headers={"Accept": "application/dicom+json"},
            ).json(),
            key=lambda one: one["00200013"]["Value"][0],
        )
    ]
    volume = np.zeros((len(uids), kept["rows"] * kept["columns"]), bool)
    for entry in kept["slices"]:
        position, is_inside = 0, False
        for count in entry["counts"]:
            volume[uids.index(entry["sop_instance_uid"]), position : position + count] = is_inside
            position, is_inside = position + count, not is_inside
    return volume.reshape(len(uids), kept["rows"], kept["columns"])


def room_of(stage: Stage, page: Page, name: str, prepare: Callable[[Dataset], None] | None = None) -> Case:
    """Make a case of the phantom, open it on this page, and go to the sphere's middle."""
    datasets = list(series_of(f"SEGMENTS {name}", make_sphere(), 1, WindowCenter=-300, WindowWidth=1400))
    for dataset in datasets:
        if prepare:
            prepare(dataset)
    case = case_of(stage, datasets, QUESTIONS)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(case.url)
    image_is_drawn(page)
    go_to(page, SPHERE_AT[2])
    return case
