"""Planes through a volume: crosshairs, slabs, oblique and refused acquisitions, marks, memory.

The body is a block of water with one ball of 1000 HU, whose middle and size are known in millimetres. Under the
window 500/1000 water is black and the ball is white, so that the screen itself says what a plane cuts.
"""

import io
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import CDPSession, Page, expect
from pydicom.dataset import Dataset

from portal.demo.phantoms.volume import Grid, Phantom
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.viewing import (
    CLICK_PAUSE_MS,
    Case,
    becomes,
    case_of,
    centre_of,
    drag,
    open_to_read,
    pane,
    pane_is_drawn,
    panes,
    series_of,
)

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(900)]

GRID = Grid(40, 96, 96, 2.0, 3.0)
BALL_MM = (30.0, -24.0, 15.5)
RADIUS_MM = 9.0
PLANES = ("AXIAL", "CORONAL", "SAGITTAL")
EDGES = ("left", "right", "top", "bottom")
# Squares of 1000 HU in front and holes of 0 HU behind, each in one slice of its own: what a slab shows, it contains.
STEPS = tuple(range(-8, 8))
FRONT_MM, BEHIND_MM = (-60.0, -36.0), (36.0, 60.0)
SQUARE_MM = 10.0
# A ray is sampled every quarter of a sixth of the spacings together, so it may miss the middle of a slice by 0.3 mm.
STEP_GREY = 30
WHITE, BLACK = 255, 0
TILT_DEGREES = 20.0
Point = tuple[float, float, float]


def block_with_ball() -> Phantom:
    z, y, x = GRID.axes_mm()
    distance = np.sqrt((x - BALL_MM[0]) ** 2 + (y - BALL_MM[1]) ** 2 + (z - BALL_MM[2]) ** 2)
    voxels = np.where(distance <= RADIUS_MM, 1000, 0).astype(np.int16)
    return Phantom("PLANES", 0, GRID, voxels, ())


def stairs() -> Phantom:
    z, y, x = GRID.axes_mm()
    shape = (GRID.slices, GRID.rows, GRID.columns)
    voxels = np.broadcast_to(np.where(y > 0, 1000, 0), shape).astype(np.int16)
    for step in STEPS:
        for rows_mm, value in ((FRONT_MM, 1000), (BEHIND_MM, 0)):
            middle = square_of(step, rows_mm)
            inside = (abs(x - middle[0]) < SQUARE_MM / 2) & (abs(y - middle[1]) < SQUARE_MM / 2)
            voxels[np.broadcast_to(inside & (abs(z - middle[2]) < 1), shape)] = value
    return Phantom("PLANES", 0, GRID, voxels, ())


def square_of(step: int, rows_mm: tuple[float, float]) -> Point:
    """The middle of a square: eight in a row, away from the lines of the crosshairs."""
    row, column = divmod(STEPS.index(step), 8)
    return -70.0 + 20.0 * column, rows_mm[row], GRID.origin_mm[2] + GRID.slice_mm * (GRID.slices // 2 + step)


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


def uneven(datasets: Iterator[Dataset]) -> Iterator[Dataset]:
    """The upper half of the slices stands half as far apart again as the lower one."""
    for index, dataset in enumerate(datasets):
        x, y, z = dataset.ImagePositionPatient
        beyond = max(0, index - GRID.slices // 2)
        dataset.ImagePositionPatient = [x, y, z + beyond * GRID.slice_mm / 2]
        yield dataset


@pytest.fixture(scope="module")
def body(stage: Stage) -> Case:
    """Five acquisitions: straight, oblique, with gantry tilt, a stair of squares, and with uneven spacing."""
    phantom = block_with_ball()
    # Of a chest the lung window would open first.
    window = {"WindowCenter": 500, "WindowWidth": 1000, "BodyPartExamined": "ABDOMEN"}
    straight = list(series_of("PLANES", phantom, 1, **window))
    slanted = list(oblique(series_of("PLANES", phantom, 2, **window)))
    tilted = list(sheared(series_of("PLANES", phantom, 3, GantryDetectorTilt=18.4, **window)))
    stair = list(series_of("PLANES", stairs(), 4, **window))
    gaps = list(uneven(series_of("PLANES", phantom, 5, **window)))
    return case_of(stage, [*straight, *slanted, *tilted, *stair, *gaps])


@pytest.fixture(scope="module")
def numbered_both_ways(stage: Stage) -> Case:
    """The same eight slices twice: numbered from head to feet, as phantoms are, and from feet to head."""
    phantom = block_with_ball()
    downwards = list(series_of("PLANES NUMBERED", phantom, 1))[16:24]
    upwards = list(series_of("PLANES NUMBERED", phantom, 2))[16:24]
    for number, dataset in enumerate(upwards, 1):
        dataset.InstanceNumber = number
    return case_of(stage, [*downwards, *upwards])


@pytest.fixture
def room(stage: Stage, body: Case, signed_in: Callable[[Person], Page]) -> Page:
    page = signed_in(stage.spare)
    open_to_read(page, body)
    return page


def open_series(page: Page, body: Case, number: int) -> None:
    uid = body.series[number - 1]
    page.locator(f'[data-series="{uid}"]').click()
    until(page, f"window.__overread_viewer.panes[0].seriesInstanceUid === '{uid}'")
    # Planes begin where the stack stands: in the middle.
    page.keyboard.press("Home")
    image_is_drawn(page, 0)
    page.keyboard.press("PageDown")
    image_is_drawn(page, 10)
    page.keyboard.press("PageDown")
    image_is_drawn(page, 20)


def open_planes(page: Page) -> None:
    page.keyboard.press("Shift+y")
    for plane in PLANES:
        pane_is_drawn(page, plane)
    until(page, "window.__overread_viewer.crosshairs")


def letters_of(page: Page, pane_id: str) -> tuple[str, ...]:
    letters = pane(page, pane_id, "p.state.letters")
    return tuple(letters[edge] for edge in EDGES)


def greys(page: Page, pane_id: str, points: list[Point]) -> list[float]:
    """Mean grey of 5 x 5 pixels of the screen where a plane shows each point, beside the crosshairs' gap."""
    places = [pane(page, pane_id, f"p.clientPointOf({x}, {y}, {z})") for x, y, z in points]
    shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"), float)
    corners = [(round(place["x"]) - 2, round(place["y"]) - 2) for place in places]
    return [float(shot[top : top + 5, left : left + 5].mean()) for left, top in corners]


def greys_become(page: Page, pane_id: str, points: list[Point], wanted: list[float], tolerance: float) -> None:
    """Wait until a plane shows these greys."""
    deadline = time.monotonic() + 30
    while (found := greys(page, pane_id, points)) != pytest.approx(wanted, abs=tolerance):
        assert time.monotonic() < deadline, f"{pane_id} shows {found}, not {wanted}"
        page.wait_for_timeout(200)


def grey_becomes(page: Page, pane_id: str, point: Point, grey: float) -> None:
    """Wait until a plane shows a point white or black, as it has to."""
    greys_become(page, pane_id, [point], [grey], 60)


def scroll_to(page: Page, axis: int, wanted_mm: float) -> None:
    """Scroll the active plane by keys until the crosshairs are there."""

    def place() -> float:
        return float(probe(page, "v.crosshairs")[axis])

    for key in ("ArrowDown", "ArrowUp"):
        while (gap := abs(place() - wanted_mm)) > 1.6:
            before = place()
            page.keyboard.press(key)
            until(page, f"window.__overread_viewer.crosshairs[{axis}] !== {before}")
            if abs(place() - wanted_mm) > gap:
                break
        else:
            return
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
    letters = {plane: letters_of(page, plane) for plane in PLANES}
    # Left, right, top and bottom of the screen, as radiologists hang them.
    assert letters["AXIAL"] == ("R", "L", "A", "P")
    assert letters["CORONAL"] == ("R", "L", "H", "F")
    assert letters["SAGITTAL"] == ("A", "P", "H", "F")
    assert probe(page, "v.volumes") == 1, "the planes share one volume"
    screenshots(page, "mpr")
    page.keyboard.press("Shift+y")
    # The volume is freed with the last plane.
    until(page, "window.__overread_viewer.panes.length === 1 && window.__overread_viewer.volumes === 0")
    image_is_drawn(page)


def test_planes_begin_where_the_stack_stands_and_leave_it_so(room: Page, body: Case) -> None:
    """Witness: the slice's own Slice Location, and how far the image was dragged in millimetres."""
    page = room
    open_series(page, body, 1)
    for _ in range(7):
        page.keyboard.press("ArrowDown")
    image_is_drawn(page, 27)
    page.keyboard.press("3")
    until(page, "Math.round(window.__overread_viewer.state.window.width) === 2500")
    drag(page, centre_of(page, "1"), (60, -40), button="middle")
    before = pane(page, "1", "p.state")
    pixel_mm = before["perScreenPixel"]["value"]
    # The middle of the field of view was the middle of the grid, half a pixel beside 0.
    wanted = (-60 * pixel_mm, 40 * pixel_mm, before["facts"]["location_mm"])
    open_planes(page)
    becomes(page, lambda: probe(page, "v.crosshairs"), pytest.approx(wanted, abs=1.5))
    for plane in PLANES:
        window = pane(page, plane, "p.state.window")
        assert (window["center"], window["width"]) == pytest.approx((480, 2500), abs=1), plane
    screenshots(page, "mpr-begins-at-stack")
    # A reload brings the planes back where they met, and behind them the stack as it was.
    page.reload()
    for plane in PLANES:
        pane_is_drawn(page, plane)
    becomes(page, lambda: probe(page, "v.crosshairs"), pytest.approx(wanted, abs=1.5))
    assert pane(page, "CORONAL", "p.state.window.width") == pytest.approx(2500, abs=1)
    page.keyboard.press("Shift+y")
    until(page, "window.__overread_viewer.panes.length === 1")
    image_is_drawn(page, 27)
    assert pane(page, "1", "p.state.window") == before["window"]


def test_a_tool_that_works_on_stacks_alone_says_so_on_planes(room: Page, body: Case) -> None:
    page = room
    open_series(page, body, 1)
    # With a tool in hand already, and with one that is chosen there.
    page.keyboard.press("l")
    open_planes(page)
    told = page.get_by_test_id("pane-CORONAL").get_by_role("status")
    expect(told).to_have_text("Length: draw on the stack")
    expect(page.get_by_test_id("pane-1").get_by_role("status")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(told).to_have_count(0)
    page.keyboard.press("Shift+l")
    expect(told).to_have_text("Magnifier: on the stack only")
    page.keyboard.press("r")
    expect(told).to_have_text("Rectangle: draw on the stack")
    stood = probe(page, "v.crosshairs")
    slice_before = pane(page, "1", "p.state.index")
    drag(page, centre_of(page, "AXIAL"), (40, 40))
    expect(page.get_by_text("marks are drawn on the original slices, not on a plane")).to_be_visible()
    assert probe(page, "v.annotations.length") == 0
    # It moves nothing either.
    assert probe(page, "v.crosshairs") == pytest.approx(stood, abs=0.01)
    assert pane(page, "1", "p.state.index") == slice_before
    screenshots(page, "mpr-tool-in-hand")
    x, y = centre_of(page, "1")
    drag(page, (x - 30, y - 30), (50, 40))
    until(page, "window.__overread_viewer.annotations.length > 0")
    expect(told).to_have_count(0)
    page.keyboard.press("Control+z")
    until(page, "window.__overread_viewer.annotations.length === 0")
    # Once it is out of hand the crosshairs are free again.
    x, y = centre_of(page, "CORONAL")
    page.mouse.click(x + 30, y + 20)
    becomes(page, lambda: probe(page, "v.crosshairs") != pytest.approx(stood, abs=0.5), True)


def test_a_right_drag_on_the_crosshairs_windows_and_leaves_them(room: Page, body: Case) -> None:
    page = room
    open_series(page, body, 1)
    open_planes(page)
    x, y, z = at = probe(page, "v.crosshairs")
    on_line = pane(page, "AXIAL", f"p.clientPointOf({x} + 40, {y}, {z})")
    before = pane(page, "AXIAL", "p.state.window.width")
    drag(page, (on_line["x"], on_line["y"]), (50, 30), button="right")
    until(page, f"window.__overread_viewer.state.window.width > {before}")
    assert probe(page, "v.crosshairs") == pytest.approx(at, abs=0.01)


def test_a_click_on_the_ball_brings_it_into_every_plane(room: Page, body: Case) -> None:
    page = room
    open_series(page, body, 1)
    open_planes(page)
    grey_becomes(page, "CORONAL", BALL_MM, BLACK)  # the middle of the body does not cut the ball
    scroll_to(page, 2, BALL_MM[2])
    click_on(page, "AXIAL", BALL_MM)
    # Within a pixel of the image in the plane, within half a slice across it.
    assert probe(page, "v.crosshairs") == pytest.approx(BALL_MM, abs=2.0)
    for plane in PLANES:
        grey_becomes(page, plane, BALL_MM, WHITE)
    beyond = (BALL_MM[0], BALL_MM[1], BALL_MM[2] + RADIUS_MM + 6)
    grey_becomes(page, "CORONAL", beyond, BLACK)
    grey_becomes(page, "SAGITTAL", beyond, BLACK)
    screenshots(page, "mpr-ball")


@pytest.mark.parametrize(("number", "towards_head_mm"), [(1, -GRID.slice_mm), (2, GRID.slice_mm)])
def test_the_plane_of_the_acquisition_counts_and_scrolls_as_its_stack(
    stage: Stage,
    signed_in: Callable[[Person], Page],
    numbered_both_ways: Case,
    number: int,
    towards_head_mm: float,
) -> None:
    """Witness: Slice Location of the stack's own images."""
    page = signed_in(stage.spare)
    open_to_read(page, numbered_both_ways)
    uid = numbered_both_ways.series[number - 1]
    page.locator(f'[data-series="{uid}"]').click()
    until(page, f"window.__overread_viewer.panes[0].seriesInstanceUid === '{uid}'")
    page.keyboard.press("Home")
    image_is_drawn(page, 0)
    first_mm = pane(page, "1", "p.state.facts.location_mm")
    page.keyboard.press("ArrowDown")
    image_is_drawn(page, 1)
    open_planes(page)
    pane_is_drawn(page, "AXIAL", 1)
    assert pane(page, "AXIAL", "p.state.count") == pane(page, "1", "p.state.count") == 8

    def stands_at(index: int) -> None:
        pane_is_drawn(page, "AXIAL", index)
        # The stack beside the planes goes with the crosshairs.
        pane_is_drawn(page, "1", index)
        place_mm = first_mm + index * towards_head_mm
        becomes(page, lambda: probe(page, "v.crosshairs")[2], pytest.approx(place_mm, abs=0.01))

    stands_at(1)
    x, y = centre_of(page, "AXIAL")
    page.mouse.move(x, y + 40)
    page.mouse.wheel(0, 120)
    stands_at(2)
    screenshots(page, f"mpr-numbered-{number}")
    for key, index in (("ArrowDown", 3), ("ArrowUp", 2), ("End", 7), ("Home", 0)):
        page.keyboard.press(key)
        stands_at(index)
    x, y = centre_of(page, "1")
    page.mouse.move(x, y)
    page.mouse.wheel(0, 120)
    pane_is_drawn(page, "1", 1)
    assert pane(page, "1", "p.state.facts.location_mm") == pytest.approx(first_mm + towards_head_mm)


def show(page: Page, mode: str, thickness: str) -> None:
    page.get_by_label("What the planes show").select_option(label=mode)
    page.get_by_label("Thickness of the slab").select_option(label=thickness)


def test_slabs_gather_maximum_minimum_and_average(room: Page, body: Case) -> None:
    page = room
    console: list[str] = []
    page.on("console", lambda message: console.append(message.text))
    open_series(page, body, 1)
    open_planes(page)
    scroll_to(page, 2, BALL_MM[2] - 24)
    # The ball begins 15 mm above the plane.
    grey_becomes(page, "AXIAL", BALL_MM, BLACK)
    show(page, "Maximum (MIP)", "100 mm")
    grey_becomes(page, "AXIAL", BALL_MM, WHITE)
    screenshots(page, "mpr-mip")
    show(page, "Maximum (MIP)", "20 mm")
    grey_becomes(page, "AXIAL", BALL_MM, BLACK)
    show(page, "Average", "100 mm")
    # 18 of 100 mm through the middle are ball.
    greys_become(page, "AXIAL", [BALL_MM], [0.18 * 255], 12)
    show(page, "Minimum (MinIP)", "100 mm")
    grey_becomes(page, "AXIAL", BALL_MM, BLACK)
    page.get_by_label("What the planes show").blur()
    page.keyboard.press("Shift+Home")
    expect(page.get_by_label("What the planes show")).to_have_value("AVERAGE")
    page.keyboard.press("Shift+Home")
    expect(page.get_by_label("What the planes show")).to_have_value("THIN")
    assert [text for text in console if "steps required" in text] == []


def test_a_slab_holds_the_slices_within_its_thickness_and_no_other(room: Page, body: Case) -> None:
    """Witness: between slices values change in a straight line, so a square fades within one slice of the slab."""
    page = room
    open_series(page, body, 4)
    open_planes(page)
    z = probe(page, "v.crosshairs")[2]
    bright = [square_of(step, FRONT_MM) for step in STEPS]
    holes = [square_of(step, BEHIND_MM) for step in STEPS]
    for thickness_mm in (10, 20, 30):
        beyond_mm = [max(0.0, abs(point[2] - z) - thickness_mm / 2) for point in bright]
        seen = [255 * max(0.0, 1 - distance / GRID.slice_mm) for distance in beyond_mm]
        assert 0 < sum(grey > 200 for grey in seen) < len(STEPS) - 3
        show(page, "Maximum (MIP)", f"{thickness_mm} mm")
        greys_become(page, "AXIAL", bright, seen, STEP_GREY)
        screenshots(page, f"mpr-slab-{thickness_mm}")
        show(page, "Minimum (MinIP)", f"{thickness_mm} mm")
        greys_become(page, "AXIAL", holes, [255 - grey for grey in seen], STEP_GREY)


def test_an_oblique_acquisition_gives_straight_planes(room: Page, body: Case) -> None:
    page, ball = room, turned(BALL_MM, TILT_DEGREES)
    open_series(page, body, 2)
    open_planes(page)
    assert letters_of(page, "AXIAL") == ("R", "L", "A", "P")
    scroll_to(page, 2, ball[2])
    click_on(page, "AXIAL", ball)
    assert probe(page, "v.crosshairs") == pytest.approx(ball, abs=2.5)
    for plane in PLANES:
        grey_becomes(page, plane, ball, WHITE)
    screenshots(page, "mpr-oblique")


@pytest.mark.parametrize(("number", "reason"), [(3, "gantry tilt"), (5, "The distance between the slices varies")])
def test_what_is_no_even_stack_is_refused_with_the_reason(room: Page, body: Case, number: int, reason: str) -> None:
    page = room
    open_series(page, body, number)
    page.keyboard.press("Shift+y")
    for plane in PLANES:
        told = page.get_by_test_id(f"pane-{plane}").get_by_role("alert")
        expect(told).to_contain_text(reason)
        assert told.get_by_role("button").count() == 0, "loading again would not help"
    pane_is_drawn(page, "1")
    screenshots(page, f"mpr-refused-{number}")
    page.keyboard.press("Shift+y")
    until(page, "window.__overread_viewer.panes.length === 1")
    image_is_drawn(page)


def at_rest(page: Page, pane_id: str) -> Any:
    """The pane's state once the images are fitted to the size that the pane has come to."""
    found = pane(page, pane_id, "p.state")
    while True:
        page.wait_for_timeout(1000)
        before, found = found, pane(page, pane_id, "p.state")
        if found["perScreenPixel"] == before["perScreenPixel"]:
            return found


def test_window_zoom_and_reset_by_mouse_and_key(room: Page, body: Case) -> None:
    page = room
    open_series(page, body, 1)
    open_planes(page)
    box = page.get_by_test_id("pane-CORONAL").bounding_box()
    assert box
    start = box["x"] + 60, box["y"] + 60
    before = at_rest(page, "CORONAL")
    drag(page, start, (60, 0), button="right")
    until(page, f"window.__overread_viewer.state.window.width > {before['window']['width']}")
    page.keyboard.down("Control")
    drag(page, start, (0, -60))
    page.keyboard.up("Control")
    assert pane(page, "CORONAL", "p.state.perScreenPixel.value") != before["perScreenPixel"]["value"]
    page.keyboard.press("0")
    becomes(page, lambda: pane(page, "CORONAL", "p.state.window"), before["window"])
    scale = pytest.approx(before["perScreenPixel"]["value"], rel=0.01)
    becomes(page, lambda: pane(page, "CORONAL", "p.state.perScreenPixel.value"), scale)


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
    expect(lines).not_to_have_count(0)
    screenshots(page, "mpr-mark")
    scroll_to(page, 2, depth - 20 if depth > 0 else depth + 20)
    expect(lines).to_have_count(0)
    page.keyboard.press("Shift+y")
    until(page, "window.__overread_viewer.panes.length === 1")
    page.keyboard.press("Control+z")
    until(page, "window.__overread_viewer.annotations.length === 0")


def everything_is_loaded(page: Page, body: Case) -> None:
    """The series on the screen, and a picture of each series in the list."""
    until(page, "window.__overread_viewer?.state?.progress.loaded === 40")
    drawn = page.get_by_role("navigation", name="Series").locator('[data-state="drawn"]')
    expect(drawn).to_have_count(len(body.series))


def test_planes_opened_twenty_times_leave_nothing_behind(room: Page, body: Case) -> None:
    page = room
    open_series(page, body, 1)
    everything_is_loaded(page, body)
    held = probe(page, "v.cacheBytes")
    for _ in range(20):
        page.keyboard.press("Shift+y")
        until(page, "window.__overread_viewer.crosshairs")
        page.keyboard.press("Shift+y")
        until(page, "window.__overread_viewer.panes.length === 1")
    assert probe(page, "v.volumes") == 0
    assert probe(page, "v.cacheBytes") == held
    image_is_drawn(page)


def nodes_and_listeners(session: CDPSession) -> tuple[float, float]:
    """What of the page is still held once the garbage is gone."""
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return metrics["Nodes"], metrics["JSEventListeners"]


def test_twenty_cases_in_a_row_do_not_grow_the_tab(room: Page, body: Case) -> None:
    page = room
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    held = set()
    early = (0.0, 0.0)
    for case in range(20):
        everything_is_loaded(page, body)
        held.add(probe(page, "v.cacheBytes"))
        if case == 4:
            early = nodes_and_listeners(session)
        page.get_by_role("link", name="Back to the worklist").click()
        until(page, "!window.__overread_viewer")
        page.go_back()
        image_is_drawn(page)
    assert len(held) == 1
    everything_is_loaded(page, body)
    # One case is some 300 nodes with 50 listeners: of fifteen no more than the last may be left.
    nodes, listeners = nodes_and_listeners(session)
    assert nodes - early[0] < 600
    assert listeners - early[1] < 100
