"""What stands around an image: the scale bar and the slider of slices. The witness is the ruler's rod of 100 mm."""

import io
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


def turn_wheel(page: Page, steps: int, delta: int) -> None:
    """Many small turns at once: with the real mouse a busy machine would put pauses between them."""
    page.get_by_test_id("viewport").evaluate(
        """(element, [steps, deltaY]) => {
            const box = element.getBoundingClientRect();
            const place = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 };
            for (let step = 0; step < steps; step += 1)
                element.dispatchEvent(new WheelEvent("wheel", { deltaY, bubbles: true, cancelable: true, ...place }));
        }""",
        [steps, delta],
    )


def test_a_trackpad_scrolls_by_distance_and_not_by_events(room: Page) -> None:
    page = room
    page.keyboard.press("Home")
    image_is_drawn(page, 0)
    # 60 steps of 5 pixels are the way of three notches.
    turn_wheel(page, 60, 5)
    image_is_drawn(page, 3)
    turn_wheel(page, 40, -5)
    image_is_drawn(page, 1)


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
