"""Planes through a volume: crosshairs, slabs, oblique and refused acquisitions, marks, memory.

The body is a block of water with one ball of 1000 HU, whose middle and size are known in millimetres. Under the
window 500/1000 water is black and the ball is white, so that the screen itself says what a plane cuts.
"""

import io
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset

from portal.demo.phantoms.volume import Grid, Phantom
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.viewing import CLICK_PAUSE_MS, Case, case_of, drag, pane, pane_is_drawn, panes, series_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.unproven]

GRID = Grid(40, 96, 96, 2.0, 3.0)
BALL_MM = (30.0, -24.0, 15.5)
RADIUS_MM = 9.0
PLANES = ("AXIAL", "CORONAL", "SAGITTAL")
WHITE, BLACK = 200, 60
TILT_DEGREES = 20.0
Point = tuple[float, float, float]


def block_with_ball() -> Phantom:
    z, y, x = GRID.axes_mm()
    distance = np.sqrt((x - BALL_MM[0]) ** 2 + (y - BALL_MM[1]) ** 2 + (z - BALL_MM[2]) ** 2)
    voxels = np.where(distance <= RADIUS_MM, 1000, 0).astype(np.int16)
    return Phantom("PLANES", 0, GRID, voxels, ())


def turned(point: Point, degrees: float) -> Point:
    """A point turned about the patient's left-right axis."""
    angle = math.radians(degrees)
    x, y, z = point
    return x, y * math.cos(angle) - z * math.sin(angle), y * math.sin(angle) + z * math.cos(angle)


def oblique(datasets: Iterator[Dataset]) -> Iterator[Dataset]:
    """The same block acquired in slices turned by 20 degrees."""
    for dataset in datasets:
        x, y, z = (float(value) for value in dataset.ImagePositionPatient)
        dataset.ImagePositionPatient = [round(value, 4) for value in turned((x, y, z), TILT_DEGREES)]
        column = turned((0.0, 1.0, 0.0), TILT_DEGREES)
        dataset.ImageOrientationPatient = [1, 0, 0, *(round(value, 6) for value in column)]
        yield dataset


def sheared(datasets: Iterator[Dataset]) -> Iterator[Dataset]:
    """Gantry tilt: each slice is shifted against the one before."""
    for index, dataset in enumerate(datasets):
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y + index, z]
        yield dataset


@pytest.fixture(scope="module")
def body(stage: Stage) -> Case:
    """Three acquisitions: straight, oblique and with gantry tilt."""
    phantom = block_with_ball()
    window = {"WindowCenter": 500, "WindowWidth": 1000}
    straight = list(series_of("PLANES", phantom, 1, **window))
    slanted = list(oblique(series_of("PLANES", phantom, 2, **window)))
    tilted = list(sheared(series_of("PLANES", phantom, 3, GantryDetectorTilt=18.4, **window)))
    return case_of(stage, [*straight, *slanted, *tilted])


@pytest.fixture
def room(stage: Stage, body: Case, signed_in: Callable[[Person], Page]) -> Page:
    page = signed_in(stage.spare)
    page.goto(body.url)
    image_is_drawn(page)
    return page


def open_series(page: Page, body: Case, number: int) -> None:
    uid = body.series[number - 1]
    page.locator(f'[data-series="{uid}"]').click()
    until(page, f"window.__overread_viewer.panes[0].seriesInstanceUid === '{uid}'")
    image_is_drawn(page)


def open_planes(page: Page) -> None:
    page.keyboard.press("Shift+y")
    for plane in PLANES:
        pane_is_drawn(page, plane)
    until(page, "window.__overread_viewer.crosshairs")


def brightness(page: Page, pane_id: str, point: Point) -> float:
    """Mean grey of 5 x 5 pixels of the screen where a plane shows this point, beside the crosshairs' gap."""
    x, y, z = point
    place = pane(page, pane_id, f"p.clientPointOf({x}, {y}, {z})")
    shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"), float)
    column, row = round(place["x"]), round(place["y"])
    return float(shot[row - 2 : row + 3, column - 2 : column + 3].mean())


def scroll_to(page: Page, axis: int, wanted_mm: float) -> None:
    """Scroll the active plane by keys until the crosshairs are there."""
    for key in ("ArrowDown", "ArrowUp"):
        for _ in range(60):
            before = abs(probe(page, "v.crosshairs")[axis] - wanted_mm)
            if before <= 1.6:
                return
            page.keyboard.press(key)
            page.wait_for_timeout(120)
            if abs(probe(page, "v.crosshairs")[axis] - wanted_mm) > before:
                break
    raise AssertionError(f"the crosshairs stay at {probe(page, 'v.crosshairs')}")


def click_on(page: Page, pane_id: str, point: Point) -> None:
    x, y, z = point
    place = pane(page, pane_id, f"p.clientPointOf({x}, {y}, {z})")
    page.mouse.click(place["x"], place["y"])
    page.wait_for_timeout(CLICK_PAUSE_MS)


def test_planes_stand_in_the_patient(room: Page, body: Case) -> None:
    page = room
    open_series(page, body, 1)
    open_planes(page)
    assert set(panes(page)) == {*PLANES, "1"}
    letters = {plane: tuple(pane(page, plane, "p.state.letters").values()) for plane in PLANES}
    # Left, right, top and bottom of the screen, as radiologists hang them.
    assert letters["AXIAL"] == ("R", "L", "A", "P")
    assert letters["CORONAL"] == ("R", "L", "H", "F")
    assert letters["SAGITTAL"] == ("A", "P", "H", "F")
    assert probe(page, "v.volumes") == 1, "the planes share one volume"
    screenshots(page, "mpr")
    page.keyboard.press("Shift+y")
    until(page, "window.__overread_viewer.panes.length === 1")
    assert probe(page, "v.volumes") == 0, "the volume is freed with the last plane"
    image_is_drawn(page)


def test_a_click_on_the_ball_brings_it_into_every_plane(room: Page, body: Case) -> None:
    page = room
    open_series(page, body, 1)
    open_planes(page)
    assert brightness(page, "CORONAL", BALL_MM) < BLACK, "the middle of the body does not cut the ball"
    scroll_to(page, 2, BALL_MM[2])
    click_on(page, "AXIAL", BALL_MM)
    # Within a pixel of the image in the plane, within half a slice across it.
    assert probe(page, "v.crosshairs") == pytest.approx(BALL_MM, abs=2.0)
    for plane in PLANES:
        assert brightness(page, plane, BALL_MM) > WHITE, plane
    beyond = (BALL_MM[0], BALL_MM[1], BALL_MM[2] + RADIUS_MM + 6)
    assert brightness(page, "CORONAL", beyond) < BLACK
    assert brightness(page, "SAGITTAL", beyond) < BLACK
    screenshots(page, "mpr-ball")


def test_slabs_gather_maximum_minimum_and_average(room: Page, body: Case) -> None:
    page = room
    open_series(page, body, 1)
    open_planes(page)
    scroll_to(page, 2, BALL_MM[2] - 24)
    assert brightness(page, "AXIAL", BALL_MM) < BLACK, "a thin plane 24 mm below the ball does not cut it"
    page.get_by_label("What the planes show").select_option(label="Maximum (MIP)")
    page.get_by_label("Thickness of the slab").select_option(label="100 mm")
    page.wait_for_timeout(500)
    assert brightness(page, "AXIAL", BALL_MM) > WHITE, "a slab of 100 mm reaches 50 mm up"
    screenshots(page, "mpr-mip")
    page.get_by_label("Thickness of the slab").select_option(label="20 mm")
    page.wait_for_timeout(500)
    assert brightness(page, "AXIAL", BALL_MM) < BLACK, "10 mm up is not enough"
    page.get_by_label("Thickness of the slab").select_option(label="100 mm")
    page.get_by_label("What the planes show").select_option(label="Minimum (MinIP)")
    page.wait_for_timeout(500)
    assert brightness(page, "AXIAL", BALL_MM) < BLACK
    page.get_by_label("What the planes show").select_option(label="Average")
    page.wait_for_timeout(500)
    # 18 of 100 mm through the middle are ball.
    assert BLACK / 3 < brightness(page, "AXIAL", BALL_MM) < WHITE / 2
    page.locator("body").click(position={"x": 2, "y": 700})
    page.keyboard.press("Shift+i")
    page.wait_for_timeout(300)
    expect(page.get_by_label("What the planes show")).to_have_value("THIN")


def test_an_oblique_acquisition_gives_straight_planes(room: Page, body: Case) -> None:
    page, ball = room, turned(BALL_MM, TILT_DEGREES)
    open_series(page, body, 2)
    open_planes(page)
    assert tuple(pane(page, "AXIAL", "p.state.letters").values()) == ("R", "L", "A", "P")
    scroll_to(page, 2, ball[2])
    click_on(page, "AXIAL", ball)
    assert probe(page, "v.crosshairs") == pytest.approx(ball, abs=2.5)
    for plane in PLANES:
        assert brightness(page, plane, ball) > WHITE, plane
    screenshots(page, "mpr-oblique")


def test_a_tilted_gantry_is_refused_with_the_reason(room: Page, body: Case) -> None:
    page = room
    open_series(page, body, 3)
    page.keyboard.press("Shift+y")
    told = page.get_by_test_id("pane-AXIAL").get_by_role("alert")
    expect(told).to_contain_text("gantry tilt")
    assert told.get_by_role("button").count() == 0, "loading again would not help"
    pane_is_drawn(page, "1")
    screenshots(page, "mpr-refused")


def test_window_zoom_and_reset_by_mouse_and_key(room: Page, body: Case) -> None:
    page = room
    open_series(page, body, 1)
    open_planes(page)
    box = page.get_by_test_id("pane-CORONAL").bounding_box()
    assert box
    start = box["x"] + 60, box["y"] + 60
    before = pane(page, "CORONAL", "p.state")
    drag(page, start, (60, 0), button="right")
    assert pane(page, "CORONAL", "p.state.window.width") > before["window"]["width"]
    page.keyboard.down("Control")
    drag(page, start, (0, -60))
    page.keyboard.up("Control")
    assert pane(page, "CORONAL", "p.state.perScreenPixel.value") != before["perScreenPixel"]["value"]
    page.keyboard.press("0")
    page.wait_for_timeout(400)
    after = pane(page, "CORONAL", "p.state")
    assert after["window"] == before["window"]
    assert after["perScreenPixel"]["value"] == pytest.approx(before["perScreenPixel"]["value"], rel=0.01)


def test_a_mark_of_a_slice_is_on_the_plane_that_contains_it(room: Page, body: Case) -> None:
    page = room
    open_series(page, body, 1)
    page.keyboard.press("l")
    start, end = (probe(page, f"v.clientPointOfPixel({column}, 40)") for column in (20, 60))
    drag(page, (start["x"], start["y"]), (end["x"] - start["x"], 0))
    assert probe(page, "v.annotations.length") == 1
    open_planes(page)
    depth = probe(page, "v.annotations.find((one) => one.tool === 'Length').points[0][2]")
    lines = page.get_by_test_id("pane-AXIAL").locator('svg.svg-layer [data-tool-name="Length"], svg.svg-layer text')
    scroll_to(page, 2, depth)
    page.wait_for_timeout(300)
    assert lines.count() > 0
    screenshots(page, "mpr-mark")
    scroll_to(page, 2, depth - 20 if depth > 0 else depth + 20)
    page.wait_for_timeout(300)
    assert lines.count() == 0
    page.keyboard.press("Shift+y")
    until(page, "window.__overread_viewer.panes.length === 1")
    page.keyboard.press("Control+z")
    until(page, "window.__overread_viewer.annotations.length === 0")


def test_planes_opened_twenty_times_leave_nothing_behind(room: Page, body: Case) -> None:
    page = room
    open_series(page, body, 1)
    until(page, "window.__overread_viewer.state.progress.loaded === 40")
    held = probe(page, "v.cacheBytes")
    for _ in range(20):
        page.keyboard.press("Shift+y")
        until(page, "window.__overread_viewer.crosshairs")
        page.keyboard.press("Shift+y")
        until(page, "window.__overread_viewer.panes.length === 1")
    assert probe(page, "v.volumes") == 0
    assert probe(page, "v.cacheBytes") == held
    image_is_drawn(page)


def test_twenty_cases_in_a_row_do_not_grow_the_cache(room: Page, body: Case) -> None:
    page = room
    held = set()
    for _ in range(20):
        until(page, "window.__overread_viewer?.state?.progress.loaded === 40")
        held.add(probe(page, "v.cacheBytes"))
        page.get_by_role("link", name="Back to the worklist").click()
        until(page, "!window.__overread_viewer")
        page.go_back()
        image_is_drawn(page)
    assert len(held) == 1
    assert body.series
