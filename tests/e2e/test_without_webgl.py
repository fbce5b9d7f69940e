"""A browser that offers no WebGL: the reading room says what is missing, and the read goes on without loss."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.browser import CHROMIUM_ARGUMENTS
from tests.browserless import Person
from tests.e2e.conftest import SLOW_MS, Stage, image_is_drawn, probe, screenshots, sign_in, until
from tests.e2e.pixel_phantoms import PixelPhantom
from tests.e2e.segmenting import SPHERE_AT, go_to, only, read_of, room_of, shows, tool
from tests.e2e.segmenting import dab as paint
from tests.e2e.test_pixels import DESCRIBED, addresses, assert_greys, assert_values, badges, phantoms
from tests.e2e.test_reading import draw, saved
from tests.e2e.viewing import Case, becomes, centre_of, drag, take_over_if_held

# pytest finds fixtures by the names of this module.
__all__ = ["addresses", "phantoms"]

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

WITHOUT_WEBGL = [one for one in CHROMIUM_ARGUMENTS if "swiftshader" not in one and "use-gl" not in one]
PIXELS = 100
SPACING_MM = 0.8
NOT_AS_ASKED = "Not its greys"
# Those that ask for a curve and for a lookup table.
NOT_DRAWN = ("sigmoid", "voi-table")


@pytest.fixture
def plain(
    stage: Stage, playwright: Playwright, browser_type_launch_args: dict[str, Any], browser_context_args: dict[str, Any]
) -> Iterator[Page]:
    """The spare reader in a Chromium whose pages get no WebGL, as on a remote desktop or with the setting off."""
    arguments = [*WITHOUT_WEBGL, "--disable-3d-apis", "--disable-gpu"]
    browser = playwright.chromium.launch(**browser_type_launch_args | {"args": arguments})
    context = browser.new_context(**browser_context_args)
    context.set_default_timeout(SLOW_MS)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{error}\n{error.stack}"))
    sign_in(page, stage.portal.url, stage.spare.username)
    assert page.evaluate("() => document.createElement('canvas').getContext('webgl2')") is None
    yield page
    browser.close()
    assert not faults, "\n".join(faults)


def window(page: Page) -> tuple[int, int]:
    found = probe(page, "v.state.window")
    return round(found["center"]), round(found["width"])


def open_without_webgl(page: Page, case: Case) -> None:
    page.goto(case.url)
    image_is_drawn(page)
    take_over_if_held(page)
    go_to(page, SPHERE_AT[2])


def test_what_is_missing_is_said_and_the_read_goes_on(
    stage: Stage, signed_in: Callable[[Person], Page], plain: Page
) -> None:
    usual = signed_in(stage.spare)
    case = room_of(stage, usual, "without webgl")
    usual.keyboard.press("k")
    paint(usual, 40, 40)
    painted = only(usual, stage, case)
    usual.close()

    page = plain
    open_without_webgl(page, case)
    told = page.get_by_role("status").filter(has_text="no graphics acceleration (WebGL)")
    expect(told).to_contain_text("planes and segments cannot be shown")
    expect(told).to_contain_text("Turn it on in the settings of the browser")
    expect(page.get_by_role("toolbar", name="Segment tools")).to_contain_text("Segments cannot be shown or drawn")
    screenshots(page, "without-webgl")

    # Looking: windows by key and mouse, slices, turns.
    opened = window(page)
    page.keyboard.press("1")
    becomes(page, lambda: window(page), (40, 400))
    drag(page, centre_of(page, "1"), (60, 0), button="right")
    becomes(page, lambda: window(page)[1] > 400, True)
    page.keyboard.press("Shift+ArrowLeft")
    becomes(page, lambda: probe(page, "v.state.letters")["left"], "L")
    page.keyboard.press("0")
    becomes(page, lambda: (probe(page, "v.state.letters")["left"], window(page)), ("R", opened))

    # Planes are refused in their panes, and the same key leads back.
    page.keyboard.press("Shift+y")
    for plane in ("AXIAL", "CORONAL", "SAGITTAL"):
        refused = page.get_by_test_id(f"pane-{plane}").get_by_role("alert")
        expect(refused).to_contain_text("Planes cannot be shown without graphics acceleration (WebGL).")
        expect(refused).to_contain_text("Turn it on")
    screenshots(page, "without-webgl-planes")
    page.keyboard.press("Shift+y")
    until(page, "window.__overread_viewer.panes.length === 1")
    image_is_drawn(page)

    # Marking and answering; the segment painted elsewhere stays as it is.
    tool(page, "Brush")
    page.mouse.click(*centre_of(page, "1"))
    page.wait_for_timeout(700)
    page.keyboard.press("l")
    draw(page, (20, 100), (20 + PIXELS, 100))
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    saved(page)
    payload = read_of(stage, case)["payload"]
    assert payload["answers"] == {"present": True}
    segment, length = (finding["marks"][0] for finding in payload["findings"])
    assert segment == painted
    assert length["measurements"]["length_mm"] == pytest.approx(PIXELS * SPACING_MM, abs=SPACING_MM)
    # Centre of the first pixel, half the grid of 128 to the left and above the middle (PS3.3 C.7.6.2.1.1).
    start = [(20 - 63.5) * SPACING_MM, (100 - 63.5) * SPACING_MM]
    assert length["geometry"]["points_mm"][0][:2] == pytest.approx(start, abs=SPACING_MM)
    page.reload()
    image_is_drawn(page)
    until(page, "window.__overread_viewer.annotations.length === 1")
    page.close()

    again = usual.context.new_page()
    again.goto(case.url)
    shows(again, painted["geometry"]["voxel_count"])
    until(again, "window.__overread_viewer.annotations.length === 1")


@pytest.mark.parametrize("name", [phantom.name for phantom in DESCRIBED])
def test_greys_are_those_of_the_standard_or_it_is_said_that_they_are_not(
    name: str, plain: Page, phantoms: list[PixelPhantom], addresses: dict[str, str]
) -> None:
    phantom = next(one for one in phantoms if one.name == name)
    page = plain
    page.goto(addresses[name])
    for frame in range(len(phantom.values)):
        if frame > 0:
            page.keyboard.press("ArrowDown")
        image_is_drawn(page, frame)
        page.wait_for_timeout(300)
        assert_values(page, phantom, frame)
        if name not in NOT_DRAWN and phantom.greys is not None:
            assert_greys(page, phantom, frame)
    usual = [word for word in phantom.badges if word not in ("Sigmoid", "LUT")]
    shown = [word for word in badges(page) if word != NOT_AS_ASKED]
    assert shown == usual
    assert (NOT_AS_ASKED in badges(page)) is (name in NOT_DRAWN)
