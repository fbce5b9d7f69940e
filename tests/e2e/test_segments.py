"""Segments with the real mouse, on a phantom whose voxels are known by a closed form.

A sphere and a rod of soft tissue in lung: every expected number comes from the numbers below, none from the product.
"""

import itertools
import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from portal.demo.phantoms.volume import Grid, Phantom
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.test_reading import saved
from tests.e2e.viewing import CLICK_PAUSE_MS, Case, case_of, series_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

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
    },
]


def sphere_mask() -> Any:
    """Which voxels are tissue, slices in the order of the screen."""
    k, j, i = np.ogrid[:SLICES, :MATRIX, :MATRIX]
    column, row, index = SPHERE_AT
    squares = ((i - column) * PIXEL_MM) ** 2 + ((j - row) * PIXEL_MM) ** 2 + ((k - index) * SLICE_MM) ** 2
    return squares <= SPHERE_MM**2


def make_sphere() -> Phantom:
    mask = sphere_mask()
    # The volume is stored from feet to head.
    values = np.where(mask, SPHERE_HU, LUNG_HU)[::-1].astype(np.int16)
    return Phantom("SEGMENTS", 0, Grid(SLICES, MATRIX, MATRIX, PIXEL_MM, SLICE_MM), values.copy(), ())


@pytest.fixture
def case(stage: Stage, request: pytest.FixtureRequest) -> Case:
    datasets = list(series_of(f"SEGMENTS {request.node.name}", make_sphere(), 1, WindowCenter=-300, WindowWidth=1400))
    return case_of(stage, datasets, QUESTIONS)


@pytest.fixture
def room(stage: Stage, case: Case, signed_in: Callable[[Person], Page]) -> Iterator[Page]:
    page = signed_in(stage.spare)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(case.url)
    image_is_drawn(page)
    go_to(page, SPHERE_AT[2])
    return page


def go_to(page: Page, index: int) -> None:
    slider = page.get_by_test_id("viewport")
    box = slider.bounding_box()
    assert box
    while (now := int(probe(page, "v.state.index"))) != index:
        page.keyboard.press("ArrowDown" if now < index else "ArrowUp")
        image_is_drawn(page, now + (1 if now < index else -1))


def at(page: Page, column: float, row: float) -> tuple[float, float]:
    point = probe(page, f"v.clientPointOfPixel({column}, {row})")
    return point["x"], point["y"]


def click(page: Page, column: float, row: float) -> None:
    page.mouse.move(*at(page, column, row))
    page.wait_for_timeout(100)
    page.mouse.down()
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)


def drag_over(page: Page, *points: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *points[0]))
    page.wait_for_timeout(100)
    page.mouse.down()
    for start, end in itertools.pairwise(points):
        for step in range(1, 9):
            share = step / 8
            page.mouse.move(*at(page, *(a + (b - a) * share for a, b in zip(start, end, strict=True))))
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)


def stroke(page: Page, draw: Callable[[], None]) -> None:
    """Draw, and wait until the voxels are on the screen and in the read."""
    before = probe(page, "v.segmentVoxels")
    draw()
    changed = (
        f"JSON.stringify(window.__overread_viewer.segmentVoxels) !== '{json.dumps(before, separators=(',', ':'))}'"
    )
    until(page, changed)
    page.wait_for_timeout(400)


def dab(page: Page, column: float, row: float) -> None:
    stroke(page, lambda: click(page, column, row))


def sweep(page: Page, *points: tuple[float, float]) -> None:
    stroke(page, lambda: drag_over(page, *points))


def tool(page: Page, name: str) -> None:
    page.get_by_role("toolbar", name="Segment tools").get_by_role("button", name=name, exact=True).click()


def fill(page: Page, label: str, value: float) -> None:
    field = page.get_by_role("toolbar", name="Segment tools").get_by_label(label, exact=True)
    field.fill(str(value))
    # Back to the images, so that the arrow keys mean slices again.
    field.press("Enter")


def read_of(stage: Stage, case: Case) -> Any:
    assignment = case.url.rsplit("/", 1)[1]
    return stage.spare.send("POST", f"assignments/{assignment}/open")


def segments(stage: Stage, case: Case) -> list[Any]:
    payload = read_of(stage, case)["payload"]
    marks = [mark for finding in payload["findings"] for mark in finding["marks"]]
    return [mark for mark in marks if mark["geometry"]["kind"] == "SEGMENT"]


def voxels_of(stage: Stage, case: Case, mark: Any) -> Any:
    """The stored voxels as an array in the order of the screen, decoded here from the documented run lengths."""
    read = read_of(stage, case)
    geometry = mark["geometry"]
    stored = stage.spare.get(f"reads/{read['id']}/segments/{geometry['segment_id']}/{geometry['sha256']}")
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
    volume = np.zeros((len(uids), stored["rows"] * stored["columns"]), bool)
    for entry in stored["slices"]:
        position, is_inside = 0, False
        for count in entry["counts"]:
            volume[uids.index(entry["sop_instance_uid"]), position : position + count] = is_inside
            position, is_inside = position + count, not is_inside
    return volume.reshape(len(uids), stored["rows"], stored["columns"])


def only(stage: Stage, case: Case) -> Any:
    (mark,) = segments(stage, case)
    return mark


def painted(page: Page) -> int:
    """Voxels in the labelmap on the screen."""
    return int(sum(probe(page, "v.segmentVoxels").values()))


def test_a_brushed_disc_has_the_area_of_its_circle_and_comes_back(room: Page, stage: Stage, case: Case) -> None:
    page, radius = room, 6.0
    tool(page, "Brush")
    fill(page, "Radius", radius)
    dab(page, 40, 40)
    saved(page)
    mark = only(stage, case)
    count = mark["geometry"]["voxel_count"]
    area, ring = math.pi * radius**2, 2 * math.pi * radius * PIXEL_MM
    assert abs(count * PIXEL_MM**2 - area) <= ring
    assert mark["geometry"]["spacing_mm"] == [PIXEL_MM, PIXEL_MM, SLICE_MM]
    assert mark["measurements"]["volume_ml"] == pytest.approx(count * VOXEL_ML, abs=0.001)
    assert (mark["measurements"]["mean"], mark["measurements"]["unit"]) == (LUNG_HU, "HU")
    assert abs(mark["measurements"]["long_axis_mm"] - 2 * radius) <= 2 * PIXEL_MM
    volume = voxels_of(stage, case, mark)
    assert volume.sum() == count == painted(page)
    rows, columns = np.nonzero(volume[SPHERE_AT[2]])
    assert abs(columns.mean() - 40) <= 0.5
    assert abs(rows.mean() - 40) <= 0.5

    page.reload()
    image_is_drawn(page)
    until(page, f"Object.values(window.__overread_viewer.segmentVoxels).includes({count})")
    assert only(stage, case)["geometry"]["sha256"] == mark["geometry"]["sha256"]


def test_strokes_are_undone_one_by_one_with_the_rest(room: Page, stage: Stage, case: Case) -> None:
    page = room
    page.keyboard.press("q")
    dab(page, 30, 30)
    first = painted(page)
    dab(page, 50, 30)
    second = painted(page)
    assert second > first > 0
    page.keyboard.press("y")
    page.keyboard.press("Shift+e")
    sweep(page, (20, 30), (60, 30))
    assert painted(page) < second
    for expected in (second, second, first, 0):
        page.keyboard.press("Control+z")
        until(page, f"Object.values(window.__overread_viewer.segmentVoxels).reduce((a, b) => a + b, 0) === {expected}")
    for _ in range(2):
        page.keyboard.press("Control+y")
    until(page, f"Object.values(window.__overread_viewer.segmentVoxels).includes({second})")
    saved(page)
    assert only(stage, case)["geometry"]["voxel_count"] == second


def test_the_threshold_brush_takes_only_what_lies_in_the_range(room: Page, stage: Stage, case: Case) -> None:
    page = room
    tool(page, "Threshold brush")
    fill(page, "From", 0)
    fill(page, "To", 120)
    fill(page, "Radius", 20)
    expect(page.get_by_test_id("range-tint")).to_be_visible()
    screenshots(page, "segment-threshold")
    inside = sphere_mask()
    for index in range(SLICES):
        if inside[index].any():
            go_to(page, index)
            dab(page, *SPHERE_AT[:2])
    saved(page)
    mark = only(stage, case)
    volume = voxels_of(stage, case, mark)
    assert (volume == inside).all(), "every voxel of the sphere and no other"
    ball_ml = 4 / 3 * math.pi * SPHERE_MM**3 / 1000
    assert mark["measurements"]["volume_ml"] == pytest.approx(ball_ml, rel=0.02)
    assert (mark["measurements"]["min"], mark["measurements"]["max"]) == (SPHERE_HU, SPHERE_HU)


def test_region_growing_finds_the_sphere_and_refuses_a_leak(room: Page, stage: Stage, case: Case) -> None:
    page = room
    tool(page, "Grow region")
    fill(page, "From", -100)
    fill(page, "To", 200)
    click(page, 20, 20)
    expect(page.get_by_role("status").filter(has_text="lies outside")).to_be_visible()
    assert segments(stage, case) == []
    dab(page, *SPHERE_AT[:2])
    until(page, "Object.values(window.__overread_viewer.segmentVoxels).some((n) => n > 0)")
    saved(page)
    mark = only(stage, case)
    assert (voxels_of(stage, case, mark) == sphere_mask()).all()
    assert mark["geometry"]["voxel_count"] == int(sphere_mask().sum())
    screenshots(page, "segment-grown")


def test_between_two_discs_the_slices_are_filled(room: Page, stage: Stage, case: Case) -> None:
    page = room
    tool(page, "Brush")
    fill(page, "Radius", 8)
    go_to(page, 8)
    dab(page, 80, 40)
    go_to(page, 12)
    dab(page, 80, 40)
    stroke(page, lambda: tool(page, "Interpolate"))
    saved(page)
    volume = voxels_of(stage, case, only(stage, case))
    assert [index for index in range(SLICES) if volume[index].any()] == [8, 9, 10, 11, 12]
    for index in (9, 10, 11):
        assert abs(int(volume[index].sum()) - int(volume[8].sum())) * PIXEL_MM <= 2 * math.pi * 8


def test_scissors_fill_and_cut(room: Page, stage: Stage, case: Case) -> None:
    page = room
    tool(page, "Rectangle")
    sweep(page, (20, 20), (39.9, 29.9))
    saved(page)
    area = int(voxels_of(stage, case, only(stage, case))[SPHERE_AT[2]].sum())
    assert abs(area - 20 * 10) <= 2 * (20 + 10)
    tool(page, "Freehand")
    tool(page, "Erase")
    sweep(page, (10, 10), (30, 10), (30, 40), (10, 40), (10, 10))
    saved(page)
    left = voxels_of(stage, case, only(stage, case))[SPHERE_AT[2]]
    columns = np.nonzero(left)[1]
    assert abs(columns.min() - 30) <= 1
    tool(page, "Circle")
    tool(page, "Fill")
    sweep(page, (90, 90), (100, 90))
    saved(page)
    disc = voxels_of(stage, case, only(stage, case))[SPHERE_AT[2]][:, 70:]
    assert abs(disc.sum() - math.pi * 100) <= 2 * math.pi * 10
    stroke(page, lambda: tool(page, "Keep largest island"))
    saved(page)
    kept = voxels_of(stage, case, only(stage, case))[SPHERE_AT[2]]
    assert kept.sum() == disc.sum()


def test_two_segments_keep_to_themselves_and_emptying_one_removes_it(room: Page, stage: Stage, case: Case) -> None:
    page = room
    page.keyboard.press("q")
    dab(page, 40, 90)
    page.keyboard.press("Shift+n")
    dab(page, 44, 90)
    saved(page)
    one, other = (voxels_of(stage, case, mark) for mark in segments(stage, case))
    assert one.any()
    assert other.any()
    assert not (one & other).any()
    screenshots(page, "segment-two")
    page.keyboard.press("Shift+e")
    for _ in range(4):
        page.keyboard.press(">")
    sweep(page, (30, 90), (60, 90))
    saved(page)
    assert len(segments(stage, case)) == 1
    assert (voxels_of(stage, case, only(stage, case)) == one).all()


def test_a_stroke_made_offline_is_sent_later(room: Page, stage: Stage, case: Case) -> None:
    page = room
    page.keyboard.press("q")
    page.context.set_offline(True)
    dab(page, 40, 40)
    count = painted(page)
    page.wait_for_timeout(1500)
    assert segments(stage, case) == []
    page.context.set_offline(False)
    saved(page)
    assert only(stage, case)["geometry"]["voxel_count"] == count
