"""What stands around an image: the scale bar and the slider of slices. The witness is the ruler's rod of 100 mm."""

import io
import math
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from portal.demo.phantoms import ruler
from tests.browserless import Person
from tests.e2e.conftest import Stage, image_is_drawn, probe, screenshots, until
from tests.e2e.viewing import Case, becomes, case_of, centre_of, drag, open_to_read, series_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SLICES = 8


@pytest.fixture(scope="module")
def case(stage: Stage) -> Case:
    return case_of(stage, series_of("OVERLAY", ruler.make_ruler(), 1, WindowCenter=600, WindowWidth=800))


@pytest.fixture
def room(stage: Stage, case: Case, signed_in: Callable[[Person], Page]) -> Page:
    page = signed_in(stage.spare)
    open_to_read(page, case)
    # Water is black and the rod is white.
    page.keyboard.press("w")
    return page


def rod_px(page: Page) -> int:
    """How long the rod of 100 mm is on the screen, counted in its pixels."""
    place = probe(page, "v.clientPointOfPixel(122, 62)")
    shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"), int)
    row = shot[round(place["y"])] > 160
    left = right = round(place["x"])
    while row[left - 1]:
        left -= 1
    while row[right + 1]:
        right += 1
    return right - left + 1


def bar_mm(page: Page) -> float:
    number, unit = page.get_by_test_id("scale-bar").inner_text().split()
    return float(number) * {"cm": 10, "mm": 1}[unit]


def bar_px(page: Page) -> float:
    box = page.get_by_test_id("scale-bar").bounding_box()
    assert box
    return box["width"]


def bar_is_right(page: Page) -> bool:
    """Each end of the rod is seen to a pixel; the bar is drawn with fractions of one."""
    expected = rod_px(page) * bar_mm(page) / ruler.HORIZONTAL_ROD_MM
    return bool(bar_px(page) == pytest.approx(expected, abs=2 * bar_mm(page) / 100 + 1))


def test_the_scale_bar_is_as_long_as_it_says_at_every_zoom(room: Page) -> None:
    page = room
    # The words in the corner would lie over an end of the rod.
    page.keyboard.press("Shift+t")
    becomes(page, lambda: rod_px(page) > 100, True)
    lengths = set()
    for _ in range(3):
        becomes(page, lambda: bar_is_right(page), True)
        lengths.add(rod_px(page))
        page.keyboard.down("Control")
        drag(page, centre_of(page, "1"), (0, 50))
        page.keyboard.up("Control")
    assert len(lengths) == 3, "the zoom has changed"


def test_the_slider_goes_to_the_slice_under_the_pointer(room: Page) -> None:
    page = room
    slider = page.get_by_role("slider", name="Slice")
    expect(slider).to_have_attribute("aria-valuemax", str(SLICES))
    box = slider.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2
    for share, index in ((3 / 7, 3), (1.0, SLICES - 1), (0.0, 0)):
        drag(page, (middle, box["y"] + box["height"] * 0.2), (0, box["height"] * (share - 0.2) + (1 - 2 * share)))
        image_is_drawn(page, index)
        expect(slider).to_have_attribute("aria-valuenow", str(index + 1))
        expect(page.get_by_test_id("slice-number")).to_have_text(f"{index + 1} / {SLICES}")


def test_the_wheel_scrolls_slice_by_slice(room: Page) -> None:
    page = room
    page.keyboard.press("Home")
    image_is_drawn(page, 0)
    page.mouse.move(*centre_of(page, "1"))
    for turn, index in ((100, 1), (100, 2), (-100, 1)):
        page.mouse.wheel(0, turn)
        image_is_drawn(page, index)


def turn_wheel(
    page: Page, steps: int, delta: float, *, ctrl: bool = False, at: tuple[float, float] = (0.5, 0.5)
) -> int:
    """Many small turns at once: with the real mouse a busy machine would put pauses between them.

    Returns how many of them the browser was kept from taking for itself.
    """
    taken: int = page.get_by_test_id("viewport").evaluate(
        """(element, [steps, deltaY, ctrlKey, x, y]) => {
            const box = element.getBoundingClientRect();
            const place = { clientX: box.x + box.width * x, clientY: box.y + box.height * y };
            const turn = { deltaY, ctrlKey, bubbles: true, cancelable: true, ...place };
            const events = Array.from({ length: steps }, () => new WheelEvent("wheel", turn));
            return events.filter((event) => !element.dispatchEvent(event)).length;
        }""",
        [steps, delta, ctrl, *at],
    )
    return taken


def test_a_trackpad_scrolls_by_distance_and_not_by_events(room: Page) -> None:
    page = room
    page.keyboard.press("Home")
    image_is_drawn(page, 0)
    # 60 steps of 5 pixels are the way of three notches.
    turn_wheel(page, 60, 5)
    image_is_drawn(page, 3)
    turn_wheel(page, 40, -5)
    image_is_drawn(page, 1)


def test_the_wheel_with_ctrl_and_a_pinch_zoom_by_distance_about_the_pointer(room: Page) -> None:
    page = room
    page.keyboard.press("f")
    becomes(page, lambda: probe(page, "v.state.isRendered"), True)
    first = probe(page, "v.state.zoom")

    def enlarged() -> float:
        return float(probe(page, "v.state.zoom")) / first

    # The real wheel: a notch is 15 per cent.
    page.mouse.move(*centre_of(page, "1"))
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    becomes(page, enlarged, pytest.approx(1.15, rel=1e-3))
    # 50 steps of 4 pixels are the way of two notches.
    assert turn_wheel(page, 50, 4, ctrl=True) == 50
    becomes(page, enlarged, pytest.approx(1 / 1.15, rel=1e-3))
    page.keyboard.up("Control")
    page.keyboard.press("f")
    becomes(page, enlarged, pytest.approx(1, rel=1e-3))

    # Fingers that part to twice their distance: a wheel with Ctrl and deltaY = -100 ln 2, in however many steps.
    before = probe(page, "v.clientPointOfPixel(40, 60)")
    box = page.get_by_test_id("viewport").bounding_box()
    assert box
    at = ((before["x"] - box["x"]) / box["width"], (before["y"] - box["y"]) / box["height"])
    assert turn_wheel(page, 40, -100 * math.log(2) / 40, ctrl=True, at=at) == 40
    becomes(page, enlarged, pytest.approx(2, rel=1e-3))
    after = probe(page, "v.clientPointOfPixel(40, 60)")
    # A pointer stands on whole pixels.
    assert (after["x"], after["y"]) == pytest.approx((before["x"], before["y"]), abs=1)
    # Neither has scrolled.
    assert probe(page, "v.state.index") == 0
    # The slider belongs to the images, too: the browser keeps its hands off.
    assert page.get_by_test_id("viewer").evaluate(
        """(element) => !element.querySelector("[role=slider]").dispatchEvent(
            new WheelEvent("wheel", { deltaY: -5, ctrlKey: true, bubbles: true, cancelable: true }))"""
    )


def test_scale_bar_and_words_stand_out_on_white(room: Page) -> None:
    """Air shown white: beside each light line there has to be a dark one."""
    page = room
    page.keyboard.press("i")
    until(page, "window.__overread_viewer.state.isInverted")
    page.wait_for_timeout(500)
    for name in ("scale-bar", "letter-bottom"):
        box = page.get_by_test_id(name).bounding_box()
        assert box
        shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"), float)
        top, left = round(box["y"]), round(box["x"])
        greys = shot[top - 4 : top + round(box["height"]) + 4, left - 4 : left + round(box["width"]) + 4]
        assert greys.max() > 230, f"{name} does not stand on white"
        assert greys.min() < 70, f"{name} has no dark border"
    screenshots(page, "overlay-on-white")
    page.keyboard.press("i")
