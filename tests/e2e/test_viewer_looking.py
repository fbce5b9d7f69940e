"""Looking at stacks with the real mouse and keys: windows, turns and flips, links between panes, cine, text."""

import io
import math
import re
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset

from portal.demo.phantoms.catalogue import make_phantom
from tests.browserless import Person
from tests.e2e.conftest import Stage, probe, screenshots, until
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

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

LETTERS = ("left", "right", "top", "bottom")
SPACING_MM = 4.0


def other_half(datasets: list[Dataset]) -> list[Dataset]:
    """Every second slice: the same body in the same frame of reference, cut half as often."""
    return datasets[::2]


@pytest.fixture(scope="module")
def two_cuts(stage: Stage) -> Case:
    """A body cut thin, thick and across in one frame of reference, and again in a frame of its own, 100 mm higher."""
    phantom = make_phantom("LOOKING", 4711, nodules=1, slices=24)
    thin = list(series_of("LOOKING", phantom, 1, FrameTime=50.0, XRayTubeCurrent=120))
    thick = other_half(list(series_of("LOOKING", phantom, 2)))
    frame = thin[0].FrameOfReferenceUID + ".9"
    later = list(series_of("LOOKING", phantom, 3, FrameOfReferenceUID=frame))
    for dataset in later:
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, z + 100]
    crossing = list(series_of("LOOKING", phantom, 4, FrameOfReferenceUID=thin[0].FrameOfReferenceUID))
    for index, dataset in enumerate(crossing):
        dataset.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
        dataset.ImagePositionPatient = [dataset.ImagePositionPatient[0], (index - 12) * SPACING_MM, 180]
    return case_of(stage, [*thin, *thick, *later, *crossing])


@pytest.fixture
def room(stage: Stage, two_cuts: Case, signed_in: Callable[[Person], Page]) -> Page:
    page = signed_in(stage.spare)
    open_to_read(page, two_cuts)
    return page


def side_by_side(page: Page, series: list[str]) -> None:
    """The two series in panes 1 and 2, pane 1 active."""
    page.keyboard.press("Shift+d")
    until(page, "window.__overread_viewer.panes.length === 2")
    entries = page.get_by_role("navigation", name="Series").get_by_role("button")
    order = [one.get_attribute("data-series") for one in entries.all()]
    for pane_id, uid in (("2", series[1]), ("1", series[0])):
        page.mouse.click(*centre_of(page, pane_id))
        page.wait_for_timeout(CLICK_PAUSE_MS)
        entries.nth(order.index(uid)).click()
        until(page, f"window.__overread_viewer.panes[{int(pane_id) - 1}].seriesInstanceUid === '{uid}'")
    for pane_id in ("1", "2"):
        pane_is_drawn(page, pane_id)


def letters(page: Page) -> tuple[str, ...]:
    return tuple(probe(page, "v.state.letters")[edge] for edge in LETTERS)


def press(page: Page, key: str) -> None:
    page.keyboard.press(key)
    page.wait_for_timeout(250)


def window(page: Page) -> tuple[int, int]:
    found = probe(page, "v.state.window")
    return round(found["center"]), round(found["width"])


def test_letters_stay_right_after_turns_and_flips(room: Page) -> None:
    page = room
    # An axial image, seen from the feet: the patient's right is on the left of the screen.
    becomes(page, lambda: letters(page), ("R", "L", "A", "P"))
    press(page, "Shift+ArrowRight")
    # a quarter turn clockwise brings the front to the right.
    becomes(page, lambda: letters(page), ("P", "A", "R", "L"))
    press(page, "Shift+ArrowLeft")
    becomes(page, lambda: letters(page), ("A", "P", "R", "L"))
    press(page, "Shift+ArrowRight")
    # clockwise on the screen, though the image is mirrored.
    becomes(page, lambda: letters(page), ("L", "R", "A", "P"))
    press(page, "Shift+ArrowUp")
    becomes(page, lambda: letters(page), ("L", "R", "P", "A"))
    screenshots(page, "looking-turned")
    press(page, "0")
    becomes(page, lambda: letters(page), ("R", "L", "A", "P"))


def test_the_corner_pixel_is_where_the_turn_puts_it(room: Page) -> None:
    page = room
    box = page.get_by_test_id("viewport").bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def offset() -> tuple[float, float]:
        place = probe(page, "v.clientPointOfPixel(0, 0)")
        return place["x"] - middle[0], place["y"] - middle[1]

    x, y = offset()
    assert x < 0
    assert y < 0
    press(page, "Shift+ArrowRight")
    # The upper left corner is now the upper right one.
    becomes(page, offset, pytest.approx((-y, x), abs=1.5))
    press(page, "Shift+ArrowLeft")
    becomes(page, offset, pytest.approx((y, x), abs=1.5))


def test_windows_by_drag_key_and_menu(room: Page) -> None:
    page = room
    becomes(page, lambda: window(page), (-600, 1500))
    drag(page, centre_of(page, "1"), (60, 0), button="right")
    wider = window(page)
    assert wider[0] == -600
    assert wider[1] > 1500
    drag(page, centre_of(page, "1"), (0, 40), button="right")
    assert window(page)[0] != -600
    for key, wanted in (("1", (40, 400)), ("2", (-600, 1500)), ("3", (480, 2500)), ("9", (35, 35))):
        press(page, key)
        becomes(page, lambda: window(page), wanted)
    page.get_by_role("button", name="Window presets").click()
    page.wait_for_timeout(300)
    screenshots(page, "looking-window-menu")
    page.get_by_role("menuitem", name="Liver").click()
    until(page, "Math.round(window.__overread_viewer.state.window.width) === 150")
    press(page, "w")
    becomes(page, lambda: window(page), (-600, 1500))
    press(page, "i")
    until(page, "window.__overread_viewer.state.isInverted")
    press(page, "0")
    until(page, "!window.__overread_viewer.state.isInverted")


def differs(page: Page, before: tuple[int, int]) -> bool:
    return window(page) != before


def test_looking_buttons_and_the_wheel_leave_a_mark_where_it_is(room: Page) -> None:
    """Pressed on the line, on an end and on the label of a mark: only the button that draws may take hold of it."""
    page = room
    page.keyboard.press("l")
    drag(page, centre_of(page, "1"), (120, 0))
    until(page, "window.__overread_viewer.annotations.length === 1")
    points = probe(page, "v.annotations[0].points")
    start, end = (pane(page, "1", f"p.clientPointOf({x}, {y}, {z})") for x, y, z in points)
    middle = (start["x"] + end["x"]) / 2, start["y"]
    label = page.get_by_test_id("pane-1").locator("svg.svg-layer text").first.bounding_box()
    assert label
    on_label = label["x"] + label["width"] / 2, label["y"] + label["height"] / 2
    for place in (middle, (start["x"], start["y"]), on_label):
        before = window(page)
        drag(page, place, (40, 30), button="right")
        becomes(page, partial(differs, page, before), True)
        assert probe(page, "v.annotations[0].points") == points
    index = probe(page, "v.state.index")
    page.mouse.move(*middle)
    page.mouse.wheel(0, 100)
    pane_is_drawn(page, "1", index + 1)
    page.mouse.wheel(0, -100)
    pane_is_drawn(page, "1", index)
    drag(page, middle, (60, 20), button="middle")
    assert probe(page, "v.annotations[0].points") == points
    moved = pane(page, "1", f"p.clientPointOf({points[0][0]}, {points[0][1]}, {points[0][2]})")
    assert (moved["x"] - start["x"], moved["y"] - start["y"]) == pytest.approx((60, 20), abs=3)
    # The button that draws takes hold of it, as ever.
    drag(page, (middle[0] + 60, middle[1] + 20), (0, 40))
    assert probe(page, "v.annotations[0].points") != points
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    until(page, "window.__overread_viewer.annotations.length === 0")


def test_the_table_of_keys_names_the_windows(room: Page) -> None:
    page = room
    press(page, "?")
    table = page.get_by_role("complementary", name="Keys")
    for name in ("Soft tissue", "Lung", "Bone", "Stroke"):
        expect(table).to_contain_text(name)
    expect(table).not_to_contain_text("1. window")
    screenshots(page, "keys")
    # On a small screen its last rows are reached by the keys that scroll, and the images stay where they are.
    page.set_viewport_size({"width": 800, "height": 600})
    index = probe(page, "v.state.index")
    press(page, "End")
    expect(table.get_by_role("link", name="Change keys and mouse")).to_be_in_viewport()
    assert probe(page, "v.state.index") == index
    press(page, "?")
    expect(table).to_be_hidden()
    press(page, "End")
    until(page, "window.__overread_viewer.state.index !== " + str(index))


def test_number_keys_look_and_shifted_ones_answer(room: Page) -> None:
    page = room
    chosen = page.get_by_role("radio", checked=True)
    before = chosen.count()
    press(page, "2")
    assert chosen.count() == before
    page.keyboard.press("Shift+Digit4")
    expect(page.get_by_role("radio", name=re.compile(r"4 well$"))).to_be_checked()
    expect(chosen).to_have_count(1)
    page.keyboard.press("Control+z")


def places(page: Page, pixels: list[tuple[float, float]]) -> list[float]:
    """Columns and rows of the browser's window, one after the other, of pixels of the image."""
    found = [probe(page, f"v.clientPointOfPixel({column}, {row})") for column, row in pixels]
    return [place[axis] for place in found for axis in ("x", "y")]


def fills_its_pane(page: Page, size: tuple[int, int]) -> None:
    """Wait until an image of so many columns and rows touches its pane in one direction and is in its middle."""
    columns, rows = size

    def gaps() -> tuple[float, float, float]:
        box = page.get_by_test_id("viewport").bounding_box()
        assert box
        corners = places(page, [(-0.5, -0.5), (columns - 0.5, rows - 0.5)])
        left, right = sorted(corners[0::2])
        top, bottom = sorted(corners[1::2])
        beside, above = left - box["x"], top - box["y"]
        after, below = box["x"] + box["width"] - right, box["y"] + box["height"] - bottom
        return min(beside + after, above + below), beside - after, above - below

    # Half a pixel of the image: the camera stands on the middle of one.
    becomes(page, gaps, pytest.approx((0, 0, 0), abs=4))


def test_full_size_shows_one_pixel_as_one_and_fit_fills_the_pane(room: Page) -> None:
    page = room
    press(page, "Shift+f")

    def hundred_columns() -> float:
        left, _, right, _ = places(page, [(50, 100), (150, 100)])
        return right - left

    becomes(page, hundred_columns, pytest.approx(100, abs=0.1))
    press(page, "f")
    fills_its_pane(page, (256, 256))


def test_an_image_fills_its_pane_after_every_change_of_size_and_turn(room: Page) -> None:
    page = room
    fills_its_pane(page, (256, 256))
    for width, height in ((1100, 900), (1600, 700), (900, 900), (1280, 800)):
        # Sizes that change while slices are on their way to the screen.
        page.keyboard.press("ArrowDown")
        page.set_viewport_size({"width": width, "height": height})
        page.keyboard.press("ArrowDown")
        fills_its_pane(page, (256, 256))
        page.keyboard.press("ArrowDown")
        fills_its_pane(page, (256, 256))
    page.keyboard.press("Shift+ArrowRight")
    fills_its_pane(page, (256, 256))
    page.set_viewport_size({"width": 1500, "height": 800})
    fills_its_pane(page, (256, 256))


def test_linked_scrolling_follows_the_place_in_the_patient(room: Page, two_cuts: Case) -> None:
    page, (thin, thick, later, _) = room, two_cuts.series
    side_by_side(page, [thin, thick])
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    pane_is_drawn(page, "1", 3)
    assert pane(page, "2", "p.state.index") == 0, "nothing is linked from the start"
    press(page, "Shift+Digit7")
    page.keyboard.press("PageDown")
    pane_is_drawn(page, "1", 13)
    # Both are numbered from the head; the thick cut has each second slice, from the feet.
    becomes(page, lambda: abs(depth(page, "1") - depth(page, "2")) <= 4.0, True)
    screenshots(page, "looking-linked-scroll")

    side_by_side(page, [thin, later])
    # Between examinations the distance counts from where the panes stood when they were linked.
    press(page, "Shift+Digit7")
    page.keyboard.press("Home")
    pane_is_drawn(page, "1", 0)
    press(page, "Shift+Digit7")
    page.keyboard.press("PageDown")
    pane_is_drawn(page, "1", 10)
    until(page, "window.__overread_viewer.panes[1].state.index > 0")
    moved = pane(page, "2", "p.state.index")
    page.keyboard.press("ArrowDown")
    pane_is_drawn(page, "1", 11)
    until(page, f"window.__overread_viewer.panes[1].state.index === {moved + 1}")
    press(page, "Shift+Digit7")


def depth(page: Page, pane_id: str) -> float:
    """SliceLocation of what a pane shows."""
    found = pane(page, pane_id, "p.state.facts.location_mm")
    assert isinstance(found, int | float)
    return float(found)


def test_linked_view_and_window_and_reference_text(room: Page, two_cuts: Case) -> None:
    page, (thin, thick, _, _) = room, two_cuts.series
    side_by_side(page, [thin, thick])
    press(page, "Shift+Digit8")
    press(page, "Shift+Digit9")
    drag(page, centre_of(page, "1"), (60, 30), button="middle")
    becomes(page, lambda: corner_in_pane(page, "2"), pytest.approx(corner_in_pane(page, "1"), abs=2))
    page.keyboard.down("Control")
    drag(page, centre_of(page, "1"), (0, -80))
    page.keyboard.up("Control")
    zoom = pane(page, "1", "p.state.zoom")
    becomes(page, lambda: pane(page, "2", "p.state.zoom"), pytest.approx(zoom, rel=0.01))
    press(page, "3")
    until(page, "Math.round(window.__overread_viewer.panes[1].state.window.width) === 2500")
    drag(page, centre_of(page, "1"), (40, 0), button="right")
    until(page, "window.__overread_viewer.panes[1].state.window.width > 2510")
    becomes(page, lambda: pane(page, "2", "p.state.window") == pane(page, "1", "p.state.window"), True)


def test_ctrl_and_the_wheel_zoom_a_stack_both_ways(room: Page) -> None:
    page = room
    page.mouse.move(*centre_of(page, "1"))
    before = pane(page, "1", "p.state.zoom")
    index = pane(page, "1", "p.state.index")
    for turn, has_changed in ((-300, "> 1.01"), (600, "< 0.99")):
        page.keyboard.down("Control")
        page.mouse.wheel(0, turn)
        page.keyboard.up("Control")
        until(page, f"window.__overread_viewer.panes[0].state.zoom / {before} {has_changed}")
        press(page, "0")
        becomes(page, lambda: pane(page, "1", "p.state.zoom"), pytest.approx(before, rel=0.001))
    assert pane(page, "1", "p.state.index") == index


def corner_in_pane(page: Page, pane_id: str) -> tuple[float, float]:
    box = page.get_by_test_id(f"pane-{pane_id}").bounding_box()
    assert box
    place = pane(page, pane_id, "p.clientPointOfPixel(0, 0)")
    return place["x"] - box["x"], place["y"] - box["y"]


KEPT = "Object.entries(sessionStorage).filter(([name]) => name.startsWith('overread-view'))"


def test_a_reload_brings_back_layout_slices_windows_and_view_until_signing_out(room: Page, two_cuts: Case) -> None:
    page, (thin, thick, _, _) = room, two_cuts.series
    side_by_side(page, [thin, thick])
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    pane_is_drawn(page, "1", 4)
    press(page, "3")
    page.keyboard.down("Control")
    drag(page, centre_of(page, "1"), (0, -80))
    page.keyboard.up("Control")
    drag(page, centre_of(page, "1"), (50, 30), button="middle")
    press(page, "i")
    press(page, ".")
    until(page, "window.__overread_viewer.activeId === '2'")
    press(page, "Shift+ArrowRight")
    before = {pane_id: pane(page, pane_id, "p.state") for pane_id in ("1", "2")}
    corners = {pane_id: corner_in_pane(page, pane_id) for pane_id in ("1", "2")}

    page.reload()
    until(page, "window.__overread_viewer?.panes.length === 2")
    for pane_id, state in before.items():
        pane_is_drawn(page, pane_id, state["index"])
        becomes(page, partial(pane, page, pane_id, "p.state.window"), state["window"])
        becomes(page, partial(pane, page, pane_id, "p.state.zoom"), pytest.approx(state["zoom"], rel=0.01))
        becomes(page, partial(corner_in_pane, page, pane_id), pytest.approx(corners[pane_id], abs=2))
        assert pane(page, pane_id, "p.state.isInverted") == state["isInverted"]
        assert pane(page, pane_id, "p.state.letters") == state["letters"]
    assert [pane(page, one, "p.seriesInstanceUid") for one in ("1", "2")] == [thin, thick]
    assert probe(page, "v.activeId") == "2"
    # What was hung is still what the key goes back to.
    press(page, ",")
    press(page, "0")
    becomes(page, lambda: window(page), (-600, 1500))
    becomes(page, lambda: probe(page, "v.state.isInverted"), False)

    page.get_by_role("link", name="Back to the worklist").click()
    until(page, "!window.__overread_viewer")
    kept = page.evaluate(f"() => JSON.stringify({KEPT})")
    assert '"SIDE_BY_SIDE"' in kept.replace("\\", "")
    assert not any(uid in kept for uid in two_cuts.series)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Username").wait_for()
    assert page.evaluate(f"() => {KEPT}.length") == 0


def test_a_line_shows_where_the_active_plane_cuts_the_other(room: Page, two_cuts: Case) -> None:
    page, (thin, _, _, crossing) = room, two_cuts.series
    side_by_side(page, [thin, crossing])

    def line_above_origin() -> float:
        """How far the line in pane 2 stands below the point z = 0, in pixels of the screen."""
        line = page.get_by_test_id("pane-2").locator("svg.svg-layer line").first
        expect(line).to_be_attached()
        origin = pane(page, "2", "p.clientPointOf(0, 0, 0)")["y"]
        box = page.get_by_test_id("pane-2").bounding_box()
        assert box
        return float(line.get_attribute("y1") or "nan") + box["y"] - origin

    pixel = pane(page, "2", "p.state.perScreenPixel.value")
    becomes(page, line_above_origin, pytest.approx(-depth(page, "1") / pixel, abs=1.5))
    page.keyboard.press("PageDown")
    pane_is_drawn(page, "1", 10)
    becomes(page, line_above_origin, pytest.approx(-depth(page, "1") / pixel, abs=1.5))
    screenshots(page, "looking-reference-line")
    press(page, "Shift+Digit6")
    expect(page.get_by_test_id("pane-2").locator("svg.svg-layer line")).to_have_count(0)
    press(page, "Shift+Digit6")


def test_cine_plays_at_the_rate_of_the_images(room: Page) -> None:
    page = room
    assert probe(page, "v.state.cine") == {"isPlaying": False, "framesPerSecond": 20}
    page.keyboard.press("Space")
    until(page, "window.__overread_viewer.state.cine.isPlaying")
    seen: set[int] = set()
    deadline = time.monotonic() + 60
    while len(seen) < 6:
        assert time.monotonic() < deadline, f"only {seen}"
        seen.add(probe(page, "v.state.index"))
        page.wait_for_timeout(50)
    press(page, "+")
    until(page, f"window.__overread_viewer.state.cine.framesPerSecond === {round(20 * math.sqrt(2))}")
    page.keyboard.press("Space")
    until(page, "!window.__overread_viewer.state.cine.isPlaying")
    still = probe(page, "v.state.index")
    page.wait_for_timeout(600)
    assert probe(page, "v.state.index") == still


def test_text_names_the_image_and_never_the_patient(room: Page) -> None:
    page = room
    text = page.get_by_test_id("facts").inner_text()
    assert "Series 1 · CT" in text
    assert "120 kV · 120 mA" in text
    assert "Thick" in text
    for secret in ("SYNTHETIC", "LOOKING", "2026"):
        assert secret not in page.get_by_test_id("viewer").inner_text()
    press(page, "Shift+t")
    expect(page.get_by_test_id("facts")).to_have_text("")
    press(page, "Shift+t")


LENS_PX = 260


def grey_square(page: Page, middle: tuple[float, float], side: int) -> npt.NDArray[np.float64]:
    """A square of the screen, brought to half the lens's size."""
    left, top = (round(value - side / 2) for value in middle)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("L").crop((left, top, left + side, top + side))
    return np.asarray(shot.resize((LENS_PX // 2, LENS_PX // 2)), float)


def likeness(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_the_magnifier_shows_twice_the_size_while_the_button_is_held(room: Page) -> None:
    page = room
    place = probe(page, "v.clientPointOfPixel(100, 150)")
    middle = (round(place["x"]), round(place["y"]))
    page.mouse.move(*middle)
    small, plain = grey_square(page, middle, LENS_PX // 2), grey_square(page, middle, LENS_PX)
    press(page, "Shift+l")
    page.mouse.down()
    expect(page.locator(".magnifyTool canvas").first).to_be_visible()
    becomes(page, lambda: likeness(grey_square(page, middle, LENS_PX), small) > 0.97, True)
    assert likeness(plain, small) < 0.9, "the place is one where size is seen"
    page.screenshot(path="test-results/looking-magnifier.png")
    page.mouse.up()
    page.wait_for_timeout(CLICK_PAUSE_MS)
    expect(page.locator(".magnifyTool:visible")).to_have_count(0)
    press(page, "Escape")
    assert probe(page, "v.annotations.length") == 0
    assert panes(page) == ["1"]
